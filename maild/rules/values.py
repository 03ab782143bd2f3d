"""What the rule files come to: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.documents import Place
from maild.errors import Problem
from maild.model.ticket import CONTACT_VALUES
from maild.model.ticket import Contact as Known
from maild.rules.agreements import Agreement
from maild.rules.approvals import Approval
from maild.rules.calendars import Absence, Calendar, Span
from maild.rules.engine import Customers, Engine
from maild.rules.ladders import Ladder
from maild.rules.lifecycle import DEFAULT_LIFECYCLE, Lifecycle
from maild.rules.matters import Category, Contact, Customer, Field, Priorities
from maild.rules.retention import FOR_EVER, Retention
from maild.rules.schedules import Report
from maild.rules.scrubbing import NO_SCRUB, Scrub
from maild.rules.written import Rule

# What holds where the section `priorities` is not written; lines of the built-in matrix have no file.
DEFAULT_PRIORITIES = Priorities(
    impacts=("minor", "moderate", "significant", "extensive"),
    urgencies=("low", "medium", "high", "critical"),
    matrix={
        "low": ("p5", "p4", "p4", "p3"),
        "medium": ("p4", "p4", "p3", "p2"),
        "high": ("p4", "p3", "p2", "p1"),
        "critical": ("p3", "p2", "p1", "p1"),
    },
    impact="moderate",
    urgency="medium",
    major="p1",
    place=Place("built-in", 1, 1),
)


@dataclass(frozen=True, slots=True)
class Person:
    """An agent, manager or administrator; the main address is the first. `left` is the first day that they are gone.

    `timezone` and `language` are of the mails to them, None for the desk's. With `is_told_of_own_alone` they hear of
    tickets in their hands, and of others only where nobody else does. In `quiet`, a span of every day, tickets' mails
    wait for its end but for those of the priorities `at_any_hour`, and the answers to their own. For so long as
    `bundle` what customers write on one ticket is gathered for them.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    roles: frozenset[str]
    left: date | None = None
    timezone: str | None = None
    language: str | None = None
    skills: frozenset[str] = frozenset()
    is_told_of_success: bool = True
    is_told_of_own_alone: bool = False
    quiet: Span | None = None
    at_any_hour: frozenset[str] = frozenset({"p1"})
    bundle: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Team:
    """People who share tickets; members and lead are keys of `people`.

    `assign` is none, least-loaded or round-robin. `was` are names that it had: tickets of these are its own.
    """

    key: str
    members: tuple[str, ...]
    lead: str | None = None
    assign: str = "none"
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of tickets with an address of its own; `relay` and `team` are keys.

    `visible_to` is ("all",), or teams and the word managers.
    `language` is of its mails to customers whose own is unknown, None for the desk's.
    """

    key: str
    address: str
    name: str
    relay: str
    team: str | None
    visible_to: tuple[str, ...] = ("all",)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rule files together, in the order written; `digest` names this very set, `timezone` is the desk's.

    `warnings` are what is sound and yet probably not meant.
    """

    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    queues: Mapping[str, Queue]
    absences: Mapping[str, Absence] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    priorities: Priorities = DEFAULT_PRIORITIES
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE
    reports: Mapping[str, Report] = field(default_factory=dict)
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    scrub: Scrub = NO_SCRUB
    retention: Retention = FOR_EVER
    rules: tuple[Rule, ...] = ()
    digest: str = ""
    timezone: str = "UTC"
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    engine: Engine = field(init=False, repr=False, compare=False)
    _owners: Mapping[str, Person] = field(init=False, repr=False, compare=False)
    _customers: Customers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owners = {address.lower(): person for person in self.people.values() for address in person.addresses}
        object.__setattr__(self, "_owners", owners)
        object.__setattr__(self, "_customers", Customers(self.customers))
        object.__setattr__(self, "engine", Engine(self.rules, self.fields.values()))

    def find_person(self, address: str) -> Person | None:
        """Find whose address this is; letter case distinguishes nobody. Those who left are found too."""
        return self._owners.get(address.lower())

    def find_customer(self, address: str) -> Customer | None:
        """Find the group of customers that an address belongs to: the first written whose patterns fit."""
        return self._customers.find(address)

    def customer_key(self, address: str) -> str | None:
        """Name the group of customers that an address belongs to, for figures."""
        found = self.find_customer(address)
        return found.key if found is not None else None

    def find_contact(self, address: str) -> Contact | None:
        """Find what the file of contacts says of an address."""
        return self.contacts.get(address.lower())

    def contact_of(self, address: str, met: Known | None) -> Known | None:
        """Give all that is known of somebody outside; `met` is what the store knows, agents' words among it.

        The file of contacts is checked and goes before the others, value by value.
        """
        listed = self.find_contact(address)
        if listed is None:
            return met
        known = met or Known(address.lower(), "")
        values = {name: getattr(listed, name) or getattr(known, name) for name in CONTACT_VALUES}
        return replace(known, **values)

    def is_absent(self, person: str, now: datetime) -> bool:
        """Whether somebody is away by the rule files, on the day that it is where they are."""
        known = self.people.get(person)
        zone = (known.timezone if known else None) or self.timezone
        today = now.astimezone(ZoneInfo(zone)).date()
        return any(each.who == person and each.first <= today <= each.last for each in self.absences.values())

    def team_for(self, category: str | None, level: str | None) -> str | None:
        """Give the team of a category at a level: that of the level where it names one, else the category's."""
        known = self.categories.get(category) if category else None
        if known is None:
            return None
        return known.levels.get(level) if level and level in known.levels else known.team
