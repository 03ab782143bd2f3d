"""What single entries of rule files say that does not fit together, or names a file that does not hold."""

from collections.abc import Iterator, Mapping
from datetime import date

from maild.documents import Path, Value, did_you_mean
from maild.errors import Problem
from maild.model.outgoing import ACKNOWLEDGEMENTS, Template
from maild.rules.approvalchecks import approval_problems
from maild.rules.calendars import WALL_TIME, Calendar, Span, is_known_country, known_subdivisions
from maild.rules.fold import OF_THE_MAIL, PLACEHOLDER
from maild.rules.gathering import Gathering, Written
from maild.rules.language.agreements import AgreementSection, agreement_complaints, too_late
from maild.rules.language.hours import CalendarSection, HolidaysSection, calendar_complaints, rest_complaint
from maild.rules.language.ladders import LadderSection
from maild.rules.language.lifecycle import LifecycleSection, waiting_complaints
from maild.rules.language.matters import (
    ContactsSection,
    CustomerSection,
    FieldSection,
    PrioritiesSection,
    field_complaints,
    priorities_problems,
)
from maild.rules.language.people import TeamSection
from maild.rules.language.reports import ReportSection
from maild.rules.language.rule import RuleSection
from maild.rules.lists import read_contacts, read_patterns
from maild.rules.patterns import Pattern, PatternError
from maild.rules.references import branches, patterns_in
from maild.rules.surroundings import Surroundings

_OF_NEW = frozenset({"requester", "as", "same_ticket", "within", "acknowledge", "template", "refuse"})
_OF_VOTES = (
    *("reopen", "note", "notify", "tags", "field", "category", "impact", "urgency", "priority", "level", "team"),
    *("assignee", "confidential", "stop"),
)
_CUSTOMERS = frozenset({"requester", "participants"})
_ANY_DAY = date(2026, 1, 1)
_OF_A_KEY = ("sender", "sender_domain")


def consistency_problems(gathering: Gathering, surroundings: Surroundings) -> Iterator[Problem]:
    """Say what does not fit together."""
    for entry, calendar in gathering.sound("calendars", CalendarSection):
        problems = [entry.problem(what, *keys) for keys, what in calendar_complaints(calendar)]
        problems += _holiday_problems(entry, calendar.holidays, surroundings)
        yield from problems or _rest_problems(entry, calendar, surroundings)
    yield from _agreement_problems(gathering)
    yield from _ladder_problems(gathering)
    yield from _lifecycle_problems(gathering)
    yield from _report_problems(gathering)
    yield from approval_problems(gathering)
    for entry, priorities in gathering.sound("priorities", PrioritiesSection):
        yield from priorities_problems(priorities, entry.document)
    for entry, field in gathering.sound("fields", FieldSection):
        yield from (entry.problem(what, key) for key, what in field_complaints(entry.name, field))
    yield from _renaming_problems(gathering)
    yield from _list_problems(gathering, surroundings)
    yield from _placeholder_problems(gathering)
    yield from _value_problems(gathering)
    yield from _occasion_problems(gathering)
    yield from _mail_problems(gathering, surroundings)
    yield from _notified_problems(gathering)


def _report_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which report comes on no day."""
    calendars = {entry.name: section for entry, section in gathering.sound("calendars", CalendarSection)}
    for entry, section in gathering.sound("reports", ReportSection):
        hours = calendars.get(section.calendar or "")
        known = {section.calendar or "": hours.value(entry.name, {})} if hours is not None else {}
        schedule = section.value(entry.name, entry.document, entry.path, known).schedule
        if next(schedule.days_after(_ANY_DAY), None) is None:
            yield entry.problem(f"falls on no day on which {section.calendar} works: write other days", "days")


def _renaming_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which team was not called so: another is, or was called so too, and their tickets would follow nobody."""
    teams, taken = gathering.names("teams"), dict[str, str]()
    for entry, team in gathering.sound("teams", TeamSection):
        for index, old in enumerate(team.was):
            if old in teams:
                yield entry.problem(f"there is a team '{old}': its tickets stay its own", "was", index)
            elif old in taken:
                yield entry.problem(f"'{old}' is {taken[old]} by now: leave it out at one of them", "was", index)
            taken.setdefault(old, entry.name)


def _holiday_problems(entry: Written, section: HolidaysSection, surroundings: Surroundings) -> Iterator[Problem]:
    country, subdivision = section.country, section.subdivision
    if country is not None and not is_known_country(country):
        what = f"no holidays are known of '{country}': write its two letters, like GB (ISO 3166), or your own `days`"
        yield entry.problem(what, "holidays", "country")
    elif country is not None and subdivision is not None and subdivision not in known_subdivisions(country):
        known = known_subdivisions(country)
        what = f"{country} has no subdivision '{subdivision}'{did_you_mean(subdivision, known)}"
        yield entry.problem(what, "holidays", "subdivision")
    if section.ics is None:
        return
    try:
        surroundings.days_off(section.ics)
    except KeyError:
        yield entry.problem(_no_file(section.ics, surroundings), "holidays", "ics")
    except ValueError as error:
        yield entry.problem(str(error), "holidays", "ics")


def _rest_problems(entry: Written, section: CalendarSection, surroundings: Surroundings) -> Iterator[Problem]:
    file = section.holidays.ics
    days: Mapping[date, tuple[Span, ...]] = surroundings.days_off(file) if file is not None else {}
    complaint = rest_complaint(section.value(entry.name, days))
    if complaint is not None:
        yield entry.problem(complaint, "holidays")


def _agreement_problems(gathering: Gathering) -> Iterator[Problem]:
    calendars = {entry.name: section for entry, section in gathering.sound("calendars", CalendarSection)}
    for entry, section in gathering.sound("agreements", AgreementSection):
        yield from (entry.problem(what, *keys, at_key=True) for keys, what in agreement_complaints(section))
        for priority, targets in section.value(entry.name, entry.place).targets.items():
            hours = calendars.get(targets.calendar)
            if hours is None or not any(hours.weekly()):
                continue
            calendar = hours.value(targets.calendar, {})
            for name, work in targets.clocks.items():
                complaint = too_late(work, calendar)
                if complaint is not None:
                    yield entry.problem(complaint, "clocks", priority, name.value)


def _lifecycle_problems(gathering: Gathering) -> Iterator[Problem]:
    calendars = {entry.name: section for entry, section in gathering.sound("calendars", CalendarSection)}
    for entry, section in gathering.sound("lifecycle", LifecycleSection):
        for part, key, name, work in section.lengths():
            complaint = too_late(work, _calendar_or_wall(calendars, name))
            if complaint is not None:
                yield entry.problem(complaint, part, key)
        if section.waiting is not None:
            named = (section.waiting.calendar,) if section.waiting.calendar else _agreed(gathering)
            hours = [_calendar_or_wall(calendars, name) for name in named or (None,)]
            complaints = waiting_complaints(section.waiting, hours)
            yield from (entry.problem(what, "waiting", *keys) for keys, what in complaints)


def _agreed(gathering: Gathering) -> tuple[str, ...]:
    """Name the calendars in which agreements count."""
    agreements = (section.value(e.name, e.place) for e, section in gathering.sound("agreements", AgreementSection))
    return tuple({targets.calendar: None for each in agreements for targets in each.targets.values()})


def _calendar_or_wall(calendars: Mapping[str, CalendarSection], name: str | None) -> Calendar:
    hours = calendars.get(name or "")
    return hours.value(name or "", {}) if hours is not None and any(hours.weekly()) else WALL_TIME


def _ladder_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which steps nobody lives to see; those in the agreement's calendar are measured by the wall."""
    calendars = {entry.name: section for entry, section in gathering.sound("calendars", CalendarSection)}
    for entry, section in gathering.sound("ladders", LadderSection):
        calendar = _calendar_or_wall(calendars, section.calendar)
        for number, step in enumerate(section.steps):
            for key, work in step.lengths():
                complaint = too_late(work, calendar)
                if complaint is not None:
                    yield entry.problem(complaint, "steps", number, key)


def _list_problems(gathering: Gathering, surroundings: Surroundings) -> Iterator[Problem]:
    for entry, customer in gathering.sound("customers", CustomerSection):
        if not customer.match and customer.match_file is None:
            yield entry.problem("matches nobody: write `match` or `match_file`")
        yield from _file_problems(entry, "match_file", customer.match_file, surroundings)
    for entry, contacts in gathering.sound("contacts", ContactsSection):
        yield from _file_problems(entry, "file", contacts.file, surroundings)


def _file_problems(entry: Written, key: str, name: str | None, surroundings: Surroundings) -> Iterator[Problem]:
    if name is None:
        return
    file = surroundings.data.get(name)
    if file is None:
        yield entry.problem(_no_file(name, surroundings), key)
    elif key == "file":
        yield from read_contacts(file)[1]
    else:
        yield from read_patterns(file)[1]


def _no_file(name: str, surroundings: Surroundings) -> str:
    return f"there is no file '{name}' beside the rule files{did_you_mean(name, surroundings.data)}"


def _placeholder_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which field or `{name}` would stay empty: no pattern captures it, nothing writes it, no mail has it."""
    rules = gathering.entries["rules"].values()
    caught = {entry.name: frozenset(_captures(entry)) for entry in rules}
    written = (entry.document.names((*entry.path, "then", "field")) for entry in rules)
    fields = {*gathering.names("fields"), *(name for names in (*written, *caught.values()) for name in names)}
    known = {*OF_THE_MAIL, *fields}
    for entry in rules:
        for keys in _fields_asked(entry, ("when",)):
            if keys[-1] not in fields:
                what = f"no field is called '{keys[-1]}', and no pattern captures it"
                yield entry.problem(f"{what}{did_you_mean(str(keys[-1]), sorted(fields))}", *keys, at_key=True)
        own = {*_OF_A_KEY, *caught[entry.name]}
        for keys, text in _texts(entry.document.find((*entry.path, "then")), ("then",)):
            # The key must be known before the ticket is: of this mail alone.
            is_key = keys[-1] == "same_ticket"
            for name in PLACEHOLDER.findall(text):
                filled = own if is_key else known
                if name not in filled:
                    whose = "this rule" if is_key else "any rule"
                    question = did_you_mean(name, sorted(filled))
                    yield entry.problem(f"{{{name}}}: no pattern of {whose} captures that{question}", *keys)


def _fields_asked(entry: Written, path: Path) -> Iterator[Path]:
    """Give where the conditions of a rule ask after a field."""
    value = entry.document.find((*entry.path, *path))
    if isinstance(value, dict):
        yield from ((*path, "field", name) for name in entry.document.names((*entry.path, *path, "field")))
        for inner in branches(value, path):
            yield from _fields_asked(entry, inner)


def _value_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which fields are given a value that their type does not allow."""
    fields = {
        entry.name: field.value(entry.name, entry.place) for entry, field in gathering.sound("fields", FieldSection)
    }
    for entry in gathering.entries["rules"].values():
        for name in entry.document.names((*entry.path, "then", "field")):
            for keys, value in entry.words("then", "field", name):
                complaint = fields[name].complaint(value) if name in fields else None
                if complaint is not None and not PLACEHOLDER.search(value):
                    yield entry.problem(complaint, *keys)


def _notified_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say whom rules cannot tell: a notice shows the ticket as colleagues see it. Theirs are named by their keys."""
    people = gathering.entries["people"].values()
    inside = {word.lower() for entry in people for key in ("mail", "also") for _, word in entry.words(key)}
    for entry in gathering.entries["rules"].values():
        for keys, word in entry.words("then", "notify"):
            if word in _CUSTOMERS or ("@" in word and word.lower() not in inside):
                what = f"{word} would read what colleagues read: a rule tells people of the desk, by key, team: or role"
                yield entry.problem(what, *keys)


def _occasion_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say which effects a rule can never have: those of a mail that opens a ticket, where it is not asked of one."""
    for entry, rule in gathering.sound("rules", RuleSection):
        if not {"new", "any"}.intersection(rule.on):
            for key in entry.document.names((*entry.path, "then")):
                if key in _OF_NEW:
                    what = "has its effect on mail that would open a ticket alone: add new to `on`, or leave it out"
                    yield entry.problem(what, "then", key, at_key=True)
        yield from _vote_problems(entry, rule)


def _vote_problems(entry: Written, rule: RuleSection) -> Iterator[Problem]:
    """Say what a vote cannot do, and what only a vote can be asked or do."""
    is_of_votes = "survey" in rule.on
    if is_of_votes and len(rule.on) > 1:
        yield entry.problem("a vote is no mail: write a rule of its own with `on: [survey]`", "on")
    for key in entry.document.names((*entry.path, "then")):
        if is_of_votes and key not in _OF_VOTES:
            yield entry.problem(
                f"has no effect on a vote: it can have {', '.join(_OF_VOTES)}", "then", key, at_key=True
            )
        elif key == "reopen" and not is_of_votes:
            yield entry.problem("has its effect on a vote alone: write `on: [survey]`", "then", key, at_key=True)
    if not is_of_votes:
        for keys in _scores_asked(entry, ("when",)):
            yield entry.problem("a mail has no score: write `on: [survey]`", *keys, at_key=True)


def _scores_asked(entry: Written, path: Path) -> Iterator[Path]:
    """Give where the conditions of a rule ask after a vote."""
    value = entry.document.find((*entry.path, *path))
    if isinstance(value, dict):
        yield from ((*path, "score"),) if "score" in value else ()
        for inner in branches(value, path):
            yield from _scores_asked(entry, inner)


def _mail_problems(gathering: Gathering, surroundings: Surroundings) -> Iterator[Problem]:
    """Say which mails cannot be written in other words, and which are not written to whoever wrote."""
    answers = frozenset(each.value for each in ACKNOWLEDGEMENTS)
    others = frozenset(each.value for each in Template) - answers
    for entry in gathering.entries["rules"].values():
        templates = entry.document.names((*entry.path, "then", "template"))
        for name in templates:
            if name in surroundings.templates() and name not in answers | others:
                what = f"'{name}' is no mail that the desk writes by itself: {', '.join(sorted(answers))}"
                yield entry.problem(what, "then", "template", name, at_key=True)
        for keys, name in (each for mail in templates for each in entry.words("then", "template", mail)):
            if name in others:
                what = f"'{name}' answers nobody's mail: name a template of yours, or {', '.join(sorted(answers))}"
                yield entry.problem(what, *keys)
        for keys, name in entry.words("then", "refuse"):
            # The others say that there is a ticket.
            if name in (answers | others) - {Template.REFUSED.value}:
                what = f"'{name}' is not for what is refused: name a template of yours, or {Template.REFUSED.value}"
                yield entry.problem(what, *keys)


def _captures(entry: Written) -> Iterator[str]:
    for _, pattern in patterns_in(entry):
        try:
            yield from Pattern(pattern).groups
        except PatternError:
            continue


def _texts(value: Value, keys: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            yield keys, value
        case dict():
            for key, inner in value.items():
                yield from _texts(inner, (*keys, key))
        case tuple():
            for index, inner in enumerate(value):
                yield from _texts(inner, (*keys, index))
