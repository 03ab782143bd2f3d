"""What a desk sorts its matters by: categories, priorities, customers, contacts, fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from maild.documents import Place
from maild.model.ticket import Confidence
from maild.rules.procedures import Step

_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Review:
    """Who looks through a procedure again, when it was done last, and how often it is due."""

    by: str
    on: date
    every: timedelta


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """How it is made sure who asks: how many codes may be tried, and how long one holds."""

    attempts: int
    expires: timedelta


@dataclass(frozen=True, slots=True)
class Category:
    """An issue type by its whole path, `network/vpn`; what it does not say it has from its parent.

    `levels` names the team of a level; `procedure` is the checklist of its tickets. `ask_for` are fields that must be
    known; with `verify_identity` its requester must prove who they are. `links` are for customers and agents.
    `confidential`: a ticket that is found to be about it is so from then on.
    """

    key: str
    title: str
    team: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    skills: frozenset[str] = frozenset()
    procedure: tuple[Step, ...] = ()
    customer_links: tuple[str, ...] = ()
    agent_links: tuple[str, ...] = ()
    ask_for: tuple[str, ...] = ()
    verify_identity: IdentityCheck | None = None
    reviewed: Review | None = None
    confidential: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Priorities:
    """Impact × urgency → priority: both stand from low to high, and `matrix` is by urgency, then impact."""

    impacts: tuple[str, ...]
    urgencies: tuple[str, ...]
    matrix: Mapping[str, tuple[str, ...]]
    impact: str
    urgency: str
    major: str
    place: Place

    def scale(self, of: str) -> tuple[str, ...]:
        """Give the words of impact or of urgency, low to high."""
        return self.impacts if of == "impact" else self.urgencies

    def priority(self, impact: str, urgency: str) -> str:
        """Give what the matrix says. Raises KeyError or ValueError for a word that is none of it."""
        return self.matrix[urgency][self.impacts.index(impact)]


@dataclass(frozen=True, slots=True)
class Customer:
    """A group of customers, by patterns of their addresses; `urgency` is the least that their matters have.

    `agreement` is theirs, if another than the first that fits.
    """

    key: str
    patterns: tuple[str, ...]
    language: str | None
    urgency: str | None
    place: Place
    agreement: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of a person outside before they wrote; `verify` is another address or phone of theirs.

    `place` is where the list says so.
    """

    address: str
    name: str = ""
    company: str = ""
    phone: str = ""
    language: str | None = None
    timezone: str | None = None
    verify: str = ""
    place: Place = field(default=Place("", 0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A value that tickets carry; `find` is a pattern whose capture of the field's name fills it.

    `type` is text, number, money, date or one-of; `unit` is shown beside it; `ask` is the question by language.
    """

    key: str
    type: str
    unit: str
    one_of: tuple[str, ...]
    find: str | None
    ask: Mapping[str, str]
    place: Place

    def complaint(self, value: str) -> str | None:
        """Say why a value is none of this field; None where it is one."""
        match self.type:
            case "number" | "money" if not _NUMBER.fullmatch(value):
                return f"'{value}' is no number: write it like 12 or 12.50"
            case "date" if not _DATE.fullmatch(value):
                return f"'{value}' is no day: write it like 2026-11-30"
            case "one-of" if value not in self.one_of:
                return f"'{value}' is none of {', '.join(self.one_of)}"
            case _:
                return None


PRIORITIES = ("p1", "p2", "p3", "p4", "p5")
