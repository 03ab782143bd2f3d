"""What is sound and yet probably not meant: rules that nothing reaches, that undo one another, patterns that cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from operator import itemgetter
from typing import TypeAlias

from maild.errors import Problem
from maild.rules.agreements import FITS_ALL, Agreement
from maild.rules.calendars import DAY_MINUTES, WEEKDAYS, WHOLE_DAY, Calendar
from maild.rules.conditions import (
    AnyOf,
    Asked,
    Condition,
    ExistsTest,
    HoursTest,
    Not,
    NumberTest,
    OneOfTest,
    WeekdayTest,
)
from maild.rules.effects import SetValue, Stop
from maild.rules.engine import Customers
from maild.rules.gathering import Gathering
from maild.rules.implying import asked_in, excludes, implies, parts, wanted_words
from maild.rules.ladders import Ladder
from maild.rules.matters import PRIORITIES, Contact, Customer
from maild.rules.occasions import On
from maild.rules.patterns import doubts_about
from maild.rules.references import patterns_in
from maild.rules.written import Rule

_ANY = "\ue000"
# Rules that set a field, each with its number among these, by the value that they set.
_ByValue: TypeAlias = dict[str, list[tuple[int, Rule]]]
# What a rule wants facts to be.
_Wanted: TypeAlias = Mapping[Asked | None, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars by name, and the time zone of the desk's weekdays."""

    known: Mapping[str, Calendar]
    timezone: str

    def never(self, conditions: Sequence[Condition]) -> str | None:
        """Say which hours the conditions want that there are not; None where there may be some."""
        wanted = (each.days for each in conditions if isinstance(each, WeekdayTest))
        days = frozenset(range(len(WEEKDAYS))).intersection(*wanted)
        for each in conditions:
            match each:
                case HoursTest(name) if not any(self._may_be_open(self.known[name], day) for day in days):
                    return f"{name} has no hours on {' or '.join(WEEKDAYS[day] for day in sorted(days))}"
                case Not(HoursTest(name)) if self._is_always_open(self.known[name]):
                    return f"{name} is never out of its hours"
        return None

    def _is_always_open(self, calendar: Calendar) -> bool:
        has_own = calendar.days or calendar.yearly or calendar.country
        return not has_own and all(spans == WHOLE_DAY for spans in calendar.weekly)

    def _may_be_open(self, calendar: Calendar, day: int) -> bool:
        """Whether a day of the week may have hours: in another time zone, or by days of its own, any may."""
        has_own = any(calendar.days.values()) or any(calendar.yearly.values())
        from_before = any(span.end > DAY_MINUTES for span in calendar.weekly[day - 1])
        return has_own or calendar.timezone != self.timezone or bool(calendar.weekly[day]) or from_before


def rule_doubts(gathering: Gathering, rules: Sequence[Rule], calendars: Calendars) -> Iterator[Problem]:
    """Say what an administrator may want to look at again."""
    yield from _pattern_doubts(gathering)
    yield from _impossible(rules, calendars)
    yield from _unreachable(rules)
    yield from _replaced(rules)


def agreement_doubts(agreements: Mapping[str, Agreement]) -> Iterator[Problem]:
    """Say which agreement no ticket comes under, and which tickets come under none."""
    for_all: Agreement | None = None
    for agreement in agreements.values():
        if for_all is not None:
            yield _doubt_about(agreement, f"no ticket comes under it: {for_all.key} before it is for all")
        missing = [priority for priority in PRIORITIES if priority not in agreement.targets]
        if missing:
            yield _doubt_about(agreement, f"has no clocks for {', '.join(missing)}: nothing is due for such tickets")
        if agreement.fits == FITS_ALL and agreement.valid_from is None:
            for_all = for_all or agreement
    if agreements and for_all is None:
        yield _doubt_about(agreement, "the last one is not for all: other tickets have no clocks")


def _doubt_about(agreement: Agreement, what: str) -> Problem:
    place = agreement.place
    return Problem(place.file, place.line, place.column, f"agreements.{agreement.key}", what)


def category_doubts(gathering: Gathering, contacts: Mapping[str, Contact]) -> Iterator[Problem]:
    """Say where what must be known of a matter, or of who asks, can hardly come to be known."""
    can_ask = any("@" in contact.verify for contact in contacts.values())
    for entry in gathering.entries["categories"].values():
        if not can_ask and entry.document.find((*entry.path, "verify_identity")) is not None:
            what = "no code can go out: no contact has an address under `verify` in the file of `contacts`"
            yield entry.problem(what, "verify_identity")
        for keys, name in entry.words("ask_for"):
            field = gathering.entries["fields"].get(name)
            if field is not None and not field.document.find((*field.path, "ask")):
                yield entry.problem(
                    f"customers are asked for it by its bare name: give the field '{name}' an `ask`", *keys
                )


def ladder_doubts(ladders: Mapping[str, Ladder]) -> Iterator[Problem]:
    """Say which ladder no ticket climbs: an earlier one fits all that it fits."""
    before: list[Ladder] = []
    for ladder in ladders.values():
        earlier = next((each for each in before if _fits_all_of(each, ladder)), None)
        if earlier is not None:
            what = f"no ticket climbs it: {earlier.key} ({earlier.place}) is written before it, and fits them all"
            yield Problem(*ladder.place, f"ladders.{ladder.key}", what)
        before.append(ladder)


def _fits_all_of(one: Ladder, other: Ladder) -> bool:
    """Whether one ladder is for all that another is for; of customers and the like if it names none, or the same."""
    mine, theirs = one.fits, other.fits
    graded = ((mine.priorities, theirs.priorities), (mine.levels, theirs.levels))
    if not all(not some or (bool(fewer) and fewer <= some) for some, fewer in graded):
        return False
    nothing: frozenset[str] = frozenset()
    bare = replace(mine, priorities=nothing, levels=nothing)
    return bare in (FITS_ALL, replace(theirs, priorities=nothing, levels=nothing))


def customer_doubts(customers: Mapping[str, Customer]) -> Iterator[Problem]:
    """Say of which customers an earlier one has the addresses: the first written wins."""
    found = Customers(customers)
    for customer in customers.values():
        # What a pattern leaves open can be anything, and what fits a letter that nobody writes, fits anything.
        samples = {pattern: pattern.replace("*", _ANY * 2).replace("?", _ANY) for pattern in customer.patterns}
        winners = {pattern: found.find(sample) for pattern, sample in samples.items()}
        lost = [(pattern, winner) for pattern, winner in winners.items() if winner is not None and winner != customer]
        if lost:
            pattern, winner = lost[0]
            more = f", and of {len(lost) - 1} more" if len(lost) > 1 else ""
            what = f"never has the addresses of {pattern}{more}: {winner.key} ({winner.place}) is written before it"
            yield Problem(*customer.place, f"customers.{customer.key}", what)


def _pattern_doubts(gathering: Gathering) -> Iterator[Problem]:
    for entry in gathering.entries["rules"].values():
        for keys, pattern in patterns_in(entry):
            yield from (entry.problem(doubt, *keys) for doubt in doubts_about(pattern))
    for entry in gathering.entries["fields"].values():
        for keys, pattern in entry.words("find"):
            yield from (entry.problem(doubt, *keys) for doubt in doubts_about(pattern))


def _impossible(rules: Sequence[Rule], calendars: Calendars) -> Iterator[Problem]:
    for rule in rules:
        known = tuple(parts(rule.when))
        if any(excludes(each, other) for place, each in enumerate(known) for other in known[place:]):
            yield _doubt(rule, "can never hold: two of its conditions exclude each other")
        elif rule.on == {On.NEW} and any(_is_old(each) for each in known):
            yield _doubt(rule, "can never hold: it is asked of new tickets alone (`on`), and asks for an old one")
        else:
            never = calendars.never(known)
            if never is not None:
                yield _doubt(rule, f"can never hold: {never}")


def _is_old(condition: Condition) -> bool:
    match condition:
        case OneOfTest(asked, values) if asked.key == "state":
            return "new" not in values
        case NumberTest(asked, least) if asked.key in {"reopened", "age"}:
            return bool(least)
        case _:
            return False


class _Stopping:
    """The rules so far that stop, to be found by what a later rule asks: each by that part of it which is rarest."""

    def __init__(self) -> None:
        self._always: list[Rule] = []
        self._by_part: dict[object, list[Rule]] = {}

    def add(self, rule: Rule) -> None:
        choices = [tuple(_keys(part)) for part in parts(rule.when)]
        if not choices:
            self._always.append(rule)
            return
        for key in min(choices, key=lambda keys: max(len(self._by_part.get(key, ())) for key in keys)):
            self._by_part.setdefault(key, []).append(rule)

    def find(self, rule: Rule) -> Rule | None:
        """Find the rule that always stops before this one is asked."""
        for each in (*self._always, *self._candidates(rule)):
            if each.on >= rule.on and implies(rule.when, each.when):
                return each
        return None

    def _candidates(self, rule: Rule) -> Iterator[Rule]:
        for part in parts(rule.when):
            # Whatever this follows from stands under each of its keys.
            first = next(iter(_keys(part)))
            keys = (first, first[0]) if isinstance(first, tuple) else (first, *asked_in(part))
            for key in dict.fromkeys(keys):
                yield from self._by_part.get(key, ())


def _keys(condition: Condition) -> Iterator[object]:
    """Give under what a condition is filed: a fact with each of its words, a fact, or the condition as it stands."""
    match condition:
        case AnyOf(conditions):
            for each in conditions:
                yield from _keys(each)
        case OneOfTest(asked, values) if values:
            yield from ((asked, value) for value in sorted(values))
        case OneOfTest(asked) | NumberTest(asked) | ExistsTest(asked):
            yield asked
        case _:
            yield condition


def _unreachable(rules: Sequence[Rule]) -> Iterator[Problem]:
    stopping = _Stopping()
    for rule in rules:
        earlier = stopping.find(rule)
        if earlier is not None:
            what = f"is never asked: whenever it could hold, {earlier.name} ({earlier.place}) holds before it and stops"
            yield _doubt(rule, what)
        if Stop() in rule.then:
            stopping.add(rule)


@dataclass(slots=True)
class _SettersOf:
    """Rules that want a fact to be one of some words: all of them, and those of each word."""

    rules: _ByValue = field(default_factory=dict)
    by_word: dict[str, _ByValue] = field(default_factory=dict)


class _Setters:
    """The rules so far that set a field, by a fact whose words can tell them apart."""

    def __init__(self) -> None:
        self._by_fact: dict[Asked | None, _SettersOf] = {}
        self._count = 0

    def add(self, rule: Rule, value: str, wanted: _Wanted) -> None:
        self._count += 1
        asked, words = next(iter(wanted.items()), (None, frozenset()))
        known = self._by_fact.setdefault(asked, _SettersOf())
        for setters in (known.rules, *(known.by_word.setdefault(word, {}) for word in words)):
            setters.setdefault(value, []).append((self._count, rule))

    def find(self, rule: Rule, value: str, wanted: _Wanted) -> Rule | None:
        """Find the first of them that sets another value and can hold together with this rule."""
        concerned = (each for by_value in self._concerned(wanted) for each in by_value.items())
        in_order = merge(*(setters for set_before, setters in concerned if set_before != value), key=itemgetter(0))
        return next((other for _, other in in_order if _can_meet(other, rule)), None)

    def _concerned(self, wanted: _Wanted) -> Iterator[_ByValue]:
        for asked, known in self._by_fact.items():
            if asked in wanted:
                yield from (known.by_word.get(word, {}) for word in wanted[asked])
            else:
                yield known.rules


def _can_meet(one: Rule, other: Rule) -> bool:
    return bool(one.on & other.on) and not excludes(one.when, other.when)


def _replaced(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Tell of each rule once which later ones replace what it set: in a large desk they are many."""
    setters: dict[str, _Setters] = {}
    later: dict[tuple[str, str], tuple[Rule, Rule, int]] = {}
    for rule in rules:
        looked_at = {asked.key for asked in asked_in(rule.when)}
        wanted: _Wanted = dict(wanted_words(rule.when))
        for name, value in _values(rule).items():
            before = setters.setdefault(name, _Setters())
            earlier = None if name in looked_at else before.find(rule, value, wanted)
            if earlier is not None:
                _, first, count = later.get((earlier.name, name), (earlier, rule, 0))
                later[earlier.name, name] = (earlier, first, count + 1)
            if Stop() not in rule.then:
                before.add(rule, value, wanted)
    for (_, name), (earlier, first, count) in later.items():
        yield _doubt(first, _told(first, earlier, name, count - 1))


def _told(rule: Rule, earlier: Rule, name: str, more: int) -> str:
    others = f"; {more} more can" if more else ""
    if implies(earlier.when, rule.when) and earlier.on <= rule.on:
        return f"always replaces the {name} that {earlier.name} ({earlier.place}) sets, which is never seen{others}"
    is_graded = name in {"impact", "urgency"}
    instead = "raise it by {at_least: …}" if is_graded else f"ask `{name}: {{exists: false}}`"
    remedy = f"let {earlier.name} `stop`, or {instead} here"
    return f"can replace the {name} that {earlier.name} ({earlier.place}) sets, where both hold{others}: {remedy}"


def _values(rule: Rule) -> Mapping[str, str]:
    return {effect.field: effect.value for effect in rule.then if isinstance(effect, SetValue)}


def _doubt(rule: Rule, what: str) -> Problem:
    return Problem(rule.place.file, rule.place.line, rule.place.column, f"rules.{rule.name}", what)
