"""From rule files to Rules: the entries joined, and every one that names another checked against it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import TypeVar

from maild.config import Config, DeskConfig, Draft, SourceFile
from maild.errors import ConfigurationError, Problem
from maild.rules.approvals import Approval
from maild.rules.calendars import Calendar, Span
from maild.rules.crosschecks import relay_of, rule_problems
from maild.rules.doubts import Calendars, agreement_doubts, category_doubts, customer_doubts, ladder_doubts, rule_doubts
from maild.rules.duties import duty_doubts
from maild.rules.gathering import Gathering, Written, gather
from maild.rules.ladders import Ladder
from maild.rules.language.agreements import AgreementSection
from maild.rules.language.approvals import ApprovalSection
from maild.rules.language.hours import CalendarSection
from maild.rules.language.ladders import LadderSection
from maild.rules.language.lifecycle import LifecycleSection
from maild.rules.language.matters import (
    CategorySection,
    ContactsSection,
    CustomerSection,
    FieldSection,
    PrioritiesSection,
)
from maild.rules.language.operators import Vocabulary
from maild.rules.language.people import AbsenceSection, PersonSection, QueueSection, TeamSection
from maild.rules.language.privacy import PrivacySection
from maild.rules.language.reports import ReportSection
from maild.rules.language.rule import RuleSection
from maild.rules.lifecycle import DEFAULT_LIFECYCLE, Lifecycle
from maild.rules.lists import read_contacts, read_patterns
from maild.rules.matters import PRIORITIES, Category, Contact, Customer, Priorities
from maild.rules.presence import presence_doubts
from maild.rules.references import LEVELS
from maild.rules.surroundings import Surroundings
from maild.rules.values import DEFAULT_PRIORITIES, Queue, Rules
from maild.rules.written import Rule

DEFAULT_QUEUE = "support"
ValueT = TypeVar("ValueT")


def parse_rules(files: Sequence[SourceFile], config: Config) -> Rules:
    """Read rule files against the configuration that they belong to; raises ConfigurationError with every problem."""
    surroundings = Surroundings(config.document, config.rule_data, config.templates)
    gathering = gather(files)
    problems = (*gathering.problems, *rule_problems(gathering, surroundings))
    if problems:
        raise ConfigurationError(_sorted(problems))
    return _rules(gathering, surroundings, config.desk, _digest(files, config.rule_data))


def read_together(draft: Draft) -> tuple[Config, Rules]:
    """Read configuration and rules as one; raises ConfigurationError with every problem of both."""
    surroundings = Surroundings(draft.document, draft.rule_data, draft.templates)
    gathering = gather(draft.rule_files)
    problems = (*draft.problems, *gathering.problems, *rule_problems(gathering, surroundings))
    if problems or draft.config is None:
        raise ConfigurationError(_sorted(problems))
    digest = _digest(draft.rule_files, draft.rule_data)
    rules = _rules(gathering, surroundings, draft.config.desk, digest)
    return draft.config, rules


def read_calendars(draft: Draft) -> Mapping[str, Calendar]:
    """Read the calendars that hold, whatever else does not: for who only looks at what is there."""
    surroundings = Surroundings(draft.document, draft.rule_data, draft.templates)
    found: dict[str, Calendar] = {}
    for entry, section in gather(draft.rule_files).sound("calendars", CalendarSection):
        with suppress(KeyError, ValueError):  # its file of days off is not there, or does not hold
            found[entry.name] = _calendar(entry, section, surroundings)
    return found


def default_queue(desk: DeskConfig, relay: str = "main", team: str | None = None) -> Queue:
    """Give the one queue of a desk for which none is written."""
    return Queue(DEFAULT_QUEUE, desk.address, desk.name, relay, team)


def _rules(gathering: Gathering, surroundings: Surroundings, desk: DeskConfig, digest: str) -> Rules:
    priorities = _priorities(gathering)
    categories = _categories(gathering)
    vocabulary = _vocabulary(categories, priorities)
    rules = _written_rules(gathering, vocabulary)
    agreements = {e.name: value.value(e.name, e.place) for e, value in gathering.sound("agreements", AgreementSection)}
    calendars = {
        e.name: _calendar(e, value, surroundings) for e, value in gathering.sound("calendars", CalendarSection)
    }
    customers = {
        e.name: _customer(e, value, surroundings) for e, value in gathering.sound("customers", CustomerSection)
    }
    people = {e.name: value.value(e.name) for e, value in gathering.sound("people", PersonSection)}
    teams = {e.name: value.value(e.name) for e, value in gathering.sound("teams", TeamSection)}
    contacts = _contacts(gathering, surroundings)
    doubts = (
        *rule_doubts(gathering, rules, Calendars(calendars, desk.timezone)),
        *customer_doubts(customers),
        *category_doubts(gathering, contacts),
        *agreement_doubts(agreements),
        *ladder_doubts(_ladders(gathering)),
        *duty_doubts(gathering),
        *presence_doubts(_ladders(gathering), people, teams, agreements),
    )
    privacy = _privacy(gathering)
    return Rules(
        people=_frozen(people),
        teams=_frozen(teams),
        queues=_frozen(_queues(gathering, surroundings, desk)),
        absences=_frozen({e.name: value.value(e.name) for e, value in gathering.sound("absences", AbsenceSection)}),
        calendars=_frozen(calendars),
        customers=_frozen(customers),
        contacts=_frozen(contacts),
        fields=_frozen({e.name: value.value(e.name, e.place) for e, value in gathering.sound("fields", FieldSection)}),
        categories=_frozen(categories),
        priorities=priorities,
        agreements=_frozen(agreements),
        lifecycle=_lifecycle(gathering),
        ladders=_frozen(_ladders(gathering)),
        reports=_frozen(
            {
                e.name: value.value(e.name, e.document, e.path, calendars)
                for e, value in gathering.sound("reports", ReportSection)
            }
        ),
        approvals=_frozen(_approvals(gathering, vocabulary)),
        scrub=privacy.masks(),
        retention=privacy.retention.value(),
        rules=rules,
        digest=digest,
        timezone=desk.timezone,
        warnings=_sorted(doubts),
    )


def _queues(gathering: Gathering, surroundings: Surroundings, desk: DeskConfig) -> Mapping[str, Queue]:
    document = surroundings.document
    queues = {
        entry.name: Queue(
            key=entry.name,
            address=value.address,
            name=value.name,
            relay=value.relay or relay_of(entry.name, document),
            team=value.team,
            visible_to=value.visible_to,
            language=value.language,
        )
        for entry, value in gathering.sound("queues", QueueSection)
    }
    team = next(iter(gathering.names("teams")), None)
    return queues or {DEFAULT_QUEUE: default_queue(desk, relay_of(DEFAULT_QUEUE, document), team)}


def _priorities(gathering: Gathering) -> Priorities:
    written = next(gathering.sound("priorities", PrioritiesSection), None)
    return DEFAULT_PRIORITIES if written is None else written[1].value(written[0].place)


def _categories(gathering: Gathering) -> Mapping[str, Category]:
    """Give every category on top of its parents, wherever these are written."""
    sections = {entry.name: value for entry, value in gathering.sound("categories", CategorySection)}
    made: dict[str, Category] = {}
    for name in sorted(sections, key=lambda name: name.count("/")):
        above = name
        while above and (above == name or above not in made):
            above = above.rpartition("/")[0]
        made[name] = sections[name].value(name, made.get(above))
    return {name: made[name] for name in gathering.names("categories")}


def _lifecycle(gathering: Gathering) -> Lifecycle:
    written = next(gathering.sound("lifecycle", LifecycleSection), None)
    return DEFAULT_LIFECYCLE if written is None else written[1].value()


def _privacy(gathering: Gathering) -> PrivacySection:
    written = next(gathering.sound("privacy", PrivacySection), None)
    return PrivacySection() if written is None else written[1]


def _ladders(gathering: Gathering) -> Mapping[str, Ladder]:
    found = gathering.sound("ladders", LadderSection)
    return {entry.name: section.value(entry.name, entry.document, entry.path) for entry, section in found}


def _approvals(gathering: Gathering, vocabulary: Vocabulary) -> Mapping[str, Approval]:
    found = gathering.sound("approvals", ApprovalSection)
    return {entry.name: section.value(entry.name, entry.document, entry.path, vocabulary) for entry, section in found}


def _calendar(entry: Written, section: CalendarSection, surroundings: Surroundings) -> Calendar:
    file = section.holidays.ics
    days: Mapping[date, tuple[Span, ...]] = surroundings.days_off(file) if file is not None else {}
    return section.value(entry.name, days)


def _customer(entry: Written, section: CustomerSection, surroundings: Surroundings) -> Customer:
    listed = read_patterns(surroundings.data[section.match_file])[0] if section.match_file is not None else ()
    urgency = section.urgency.at_least if section.urgency else None
    return Customer(entry.name, (*section.match, *listed), section.language, urgency, entry.place, section.agreement)


def _contacts(gathering: Gathering, surroundings: Surroundings) -> Mapping[str, Contact]:
    written = next(gathering.sound("contacts", ContactsSection), None)
    return {} if written is None else read_contacts(surroundings.data[written[1].file])[0]


def _vocabulary(categories: Mapping[str, Category], priorities: Priorities) -> Vocabulary:
    return Vocabulary(
        tuple(categories),
        {
            "impact": priorities.impacts,
            "urgency": priorities.urgencies,
            "priority": tuple(reversed(PRIORITIES)),
            "level": LEVELS,
        },
    )


def _written_rules(gathering: Gathering, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    return tuple(
        value.value(entry.name, entry.document, entry.path, vocabulary)
        for entry, value in gathering.sound("rules", RuleSection)
    )


def _digest(files: Sequence[SourceFile], data: Mapping[str, SourceFile]) -> str:
    """Name a rule set by all that was read for it, wherever the folder lies."""
    hashed = sha256()
    for file in (*files, *data.values()):
        name = file.name.rpartition("/")[2]
        hashed.update(f"{name}\0{len(file.text)}\0{file.text}\0".encode())
    return hashed.hexdigest()


def _frozen(mapping: Mapping[str, ValueT]) -> Mapping[str, ValueT]:
    return MappingProxyType(dict(mapping))


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
