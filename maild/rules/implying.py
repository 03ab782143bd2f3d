"""What follows from what: whether one condition cannot hold without another, or not together with it.

Both are only ever claimed where the conditions say so themselves; what cannot be seen is taken for possible.
"""

from collections.abc import Iterator

from maild.rules.conditions import (
    AllOf,
    AnyOf,
    Asked,
    Condition,
    ExistsTest,
    Not,
    NumberTest,
    OneOfTest,
    Operator,
    TextTest,
    WeekdayTest,
)
from maild.rules.folding import folded

_MANY_VALUED = frozenset({"tag", "to", "cc", "addressee", "reply_to", "header", "attachment"})
_INFINITY = float("inf")


def implies(one: Condition, other: Condition) -> bool:
    """Whether whenever `one` holds, `other` surely does."""
    match one, other:
        case _, AllOf(conditions):
            return all(implies(one, each) for each in conditions)
        case AnyOf(conditions), _:
            return all(implies(each, other) for each in conditions)
        case AllOf(conditions), _:
            return any(implies(each, other) for each in conditions)
        case _, AnyOf(conditions):
            return any(implies(one, each) for each in conditions)
        case Not(inner), Not(outer):
            return implies(outer, inner)
        case _:
            return one == other or _is_narrower(one, other)


def excludes(one: Condition, other: Condition) -> bool:
    """Whether two conditions surely never hold together."""
    ones, others = tuple(parts(one)), tuple(parts(other))
    return any(_clash(each, against) for each in ones for against in others)


def parts(condition: Condition) -> Iterator[Condition]:
    """Give what must hold for a condition to hold, as far as `all` reaches."""
    if isinstance(condition, AllOf):
        for each in condition.conditions:
            yield from parts(each)
    else:
        yield condition


def wanted_words(condition: Condition) -> Iterator[tuple[Asked, frozenset[str]]]:
    """Give each fact that must be one of some words for a condition to hold: of two without a word in common, not both.

    A fact is named once at most.
    """
    named: set[Asked] = set()
    for part in parts(condition):
        asked, words = _words_of(part)
        if asked is not None and asked not in named:
            named.add(asked)
            yield asked, words


def asked_in(condition: Condition) -> Iterator[Asked]:
    """Give every fact that a condition asks after."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from asked_in(each)
        case Not(inner):
            yield from asked_in(inner)
        case TextTest(asked) | OneOfTest(asked) | ExistsTest(asked) | NumberTest(asked):
            yield asked
        case _:
            return


def _is_narrower(one: Condition, other: Condition) -> bool:
    match one, other:
        case OneOfTest(), OneOfTest():
            return one.asked == other.asked and one.values <= other.values
        case ((OneOfTest() | TextTest()), ExistsTest()):
            return one.asked == other.asked
        case NumberTest(), NumberTest():
            (least, most), (floor, ceiling) = _bounds(one), _bounds(other)
            return one.asked == other.asked and least >= floor and most <= ceiling
        case WeekdayTest(), WeekdayTest():
            return one.days <= other.days
        case TextTest(), TextTest():
            is_part = folded(other.operand) in folded(one.operand)
            return one.asked == other.asked and one.operator is other.operator is Operator.CONTAINS and is_part
        case _:
            return False


def _clash(one: Condition, other: Condition) -> bool:
    match one, other:
        case Not(inner), _:
            return implies(other, inner)
        case _, Not(inner):
            return implies(one, inner)
        case AnyOf(conditions), _:
            return all(_clash(each, other) for each in conditions)
        case _, AnyOf(conditions):
            return all(_clash(one, each) for each in conditions)
        case _:
            return _tests_clash(one, other)


def _tests_clash(one: Condition, other: Condition) -> bool:
    match one, other:
        case OneOfTest(), OneOfTest():
            is_same = one.asked == other.asked and one.asked.key not in _MANY_VALUED
            return is_same and one.values.isdisjoint(other.values)
        case NumberTest(), NumberTest():
            (least, most), (floor, ceiling) = _bounds(one), _bounds(other)
            return one.asked == other.asked and (least > ceiling or floor > most)
        case WeekdayTest(), WeekdayTest():
            return one.days.isdisjoint(other.days)
        case TextTest(), TextTest():
            return one.asked == other.asked and one.asked.key not in _MANY_VALUED and _are_apart(one, other)
        case _:
            return False


def _are_apart(one: TextTest, other: TextTest) -> bool:
    """Whether two tests want the whole text to be different things: exact values, or globs of different domains."""
    whole, others = _whole(one), _whole(other)
    return whole is not None and others is not None and whole != others


def _words_of(part: Condition) -> tuple[Asked | None, frozenset[str]]:
    match part:
        case OneOfTest(asked, values) if asked.key not in _MANY_VALUED:
            return asked, values
        case TextTest(asked) if asked.key not in _MANY_VALUED:
            whole = _whole(part)
            return (None, frozenset()) if whole is None else (asked, frozenset((whole,)))
        case AnyOf(conditions):
            each = [_words_of(one) for one in conditions]
            facts = {asked for asked, _ in each}
            return (
                (each[0][0], frozenset().union(*(words for _, words in each)))
                if len(facts) == 1
                else (None, frozenset())
            )
    return None, frozenset()


def _whole(test: TextTest) -> str | None:
    if test.operator not in {Operator.IS, Operator.GLOB}:
        return None
    wanted = folded(test.operand)
    is_exact = not (set("*?") & set(wanted))
    if test.asked.key == "sender_domain":
        return wanted if is_exact else None
    if test.asked.key == "sender" and test.operator is Operator.GLOB and wanted.startswith("*@"):
        domain = wanted.removeprefix("*@")
        return None if set("*?") & set(domain) else domain
    return wanted if is_exact and test.asked.key != "sender" else None


def _bounds(test: NumberTest) -> tuple[float, float]:
    return (
        -_INFINITY if test.at_least is None else test.at_least,
        _INFINITY if test.at_most is None else test.at_most,
    )
