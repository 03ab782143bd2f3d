"""What is sound and yet probably not meant: rules that nothing reaches, that undo one another, patterns that cost."""

from collections.abc import Iterator, Mapping, Sequence

from maild.errors import Problem
from maild.rules.conditions import AnyOf, Asked, Condition, ExistsTest, NumberTest, OneOfTest
from maild.rules.effects import SetValue, Stop
from maild.rules.gathering import Gathering
from maild.rules.implying import asked_in, excludes, implies, parts
from maild.rules.occasions import On
from maild.rules.patterns import doubts_about
from maild.rules.references import patterns_in
from maild.rules.written import Rule


def rule_doubts(gathering: Gathering, rules: Sequence[Rule]) -> Iterator[Problem]:
    """Say what an administrator may want to look at again."""
    yield from _pattern_doubts(gathering)
    yield from _impossible(rules)
    yield from _unreachable(rules)
    yield from _replaced(rules)


def _pattern_doubts(gathering: Gathering) -> Iterator[Problem]:
    for entry in gathering.entries["rules"].values():
        for keys, pattern in patterns_in(entry):
            yield from (entry.problem(doubt, *keys) for doubt in doubts_about(pattern))
    for entry in gathering.entries["fields"].values():
        for keys, pattern in entry.words("find"):
            yield from (entry.problem(doubt, *keys) for doubt in doubts_about(pattern))


def _impossible(rules: Sequence[Rule]) -> Iterator[Problem]:
    for rule in rules:
        known = tuple(parts(rule.when))
        if any(excludes(each, other) for place, each in enumerate(known) for other in known[place:]):
            yield _doubt(rule, "can never hold: two of its conditions exclude each other")
        elif rule.on == {On.NEW} and any(_is_old(each) for each in known):
            yield _doubt(rule, "can never hold: it is asked of new tickets alone (`on`), and asks for an old one")


def _is_old(condition: Condition) -> bool:
    match condition:
        case OneOfTest(asked, values) if asked.key == "state":
            return "new" not in values
        case NumberTest(asked, least) if asked.key in {"reopened", "age"}:
            return bool(least)
        case _:
            return False


class _Stopping:
    """The rules so far that stop, to be found by what a later rule asks: by a text test, or by the fact of another."""

    def __init__(self) -> None:
        self._always: list[Rule] = []
        self._by_part: dict[Condition | Asked, list[Rule]] = {}

    def add(self, rule: Rule) -> None:
        first = next(parts(rule.when), None)
        if first is None:
            self._always.append(rule)
            return
        for each in first.conditions if isinstance(first, AnyOf) else (first,):
            self._by_part.setdefault(_key(each), []).append(rule)

    def find(self, rule: Rule) -> Rule | None:
        """Find the rule that always stops before this one is asked."""
        for each in (*self._always, *self._candidates(rule)):
            if each.on >= rule.on and implies(rule.when, each.when):
                return each
        return None

    def _candidates(self, rule: Rule) -> Iterator[Rule]:
        for part in parts(rule.when):
            first = part.conditions[0] if isinstance(part, AnyOf) else part
            yield from self._by_part.get(_key(first), ())


def _key(condition: Condition) -> Condition | Asked:
    match condition:
        case OneOfTest(asked) | NumberTest(asked) | ExistsTest(asked):
            return asked
        case _:
            return condition


def _unreachable(rules: Sequence[Rule]) -> Iterator[Problem]:
    stopping = _Stopping()
    for rule in rules:
        earlier = stopping.find(rule)
        if earlier is not None:
            what = f"is never asked: whenever it could hold, {earlier.name} ({earlier.place}) holds before it and stops"
            yield _doubt(rule, what)
        if Stop() in rule.then:
            stopping.add(rule)


def _replaced(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Tell of each rule once which later ones replace what it set: in a large desk they are many."""
    setters: dict[str, list[tuple[Rule, str]]] = {}
    later: dict[tuple[str, str], tuple[Rule, Rule, int]] = {}
    for rule in rules:
        for name, value in _values(rule).items():
            earlier = _find_replaced(rule, name, value, setters.get(name, ()))
            if earlier is not None:
                _, first, count = later.get((earlier.name, name), (earlier, rule, 0))
                later[earlier.name, name] = (earlier, first, count + 1)
            if Stop() not in rule.then:
                setters.setdefault(name, []).append((rule, value))
    for (_, name), (earlier, first, count) in later.items():
        yield _doubt(first, _told(first, earlier, name, count - 1))


def _find_replaced(rule: Rule, name: str, value: str, earlier: Sequence[tuple[Rule, str]]) -> Rule | None:
    if any(asked.key == name for asked in asked_in(rule.when)):
        return None  # it looks at what it replaces
    for other, set_before in earlier:
        if set_before != value and other.on & rule.on and not excludes(other.when, rule.when):
            return other
    return None


def _told(rule: Rule, earlier: Rule, name: str, more: int) -> str:
    others = f"; {more} more can" if more else ""
    if implies(earlier.when, rule.when) and earlier.on <= rule.on:
        return f"always replaces the {name} that {earlier.name} ({earlier.place}) sets, which is never seen{others}"
    remedy = f"let {earlier.name} `stop`, or ask `{name}: {{exists: false}}` here"
    return f"can replace the {name} that {earlier.name} ({earlier.place}) sets, where both hold{others}: {remedy}"


def _values(rule: Rule) -> Mapping[str, str]:
    return {effect.field: effect.value for effect in rule.then if isinstance(effect, SetValue)}


def _doubt(rule: Rule, what: str) -> Problem:
    return Problem(rule.place.file, rule.place.line, rule.place.column, f"rules.{rule.name}", what)
