"""Why a condition held or did not: the tests that decided it, and the words that these met."""

from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from maild.documents import format_duration, format_size
from maild.model.rates import RateQuestion
from maild.rules.calendars import WEEKDAYS
from maild.rules.conditions import (
    AllOf,
    AnyOf,
    Asked,
    Condition,
    ExistsTest,
    HoursTest,
    Not,
    NumberTest,
    OneOfTest,
    RateTest,
    Test,
    TextTest,
    WeekdayTest,
)
from maild.rules.engine import MESSAGE_TEXTS, single
from maild.rules.occasions import Evidence
from maild.rules.scene import Scene, holds, numbers_of, passes, rate_key, words_of

_LONGEST_WORDS = 120


def reasons(condition: Condition, scene: Scene) -> Iterator[Evidence]:
    """Give the tests that make a condition hold, or keep it from holding."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            answers = [(each, bool(holds(each, scene))) for each in conditions]
            is_met = bool(holds(condition, scene))
            for each, answer in answers:
                if answer is is_met:
                    yield from reasons(each, scene)
        case Not(inner):
            yield from reasons(inner, scene)
        case _:
            yield Evidence(told(condition), _met(condition, scene), is_met=bool(passes(condition, scene)))


def told(test: Test) -> str:
    """Say a test in the words of a rule file."""
    match test:
        case TextTest():
            said = f"{test.asked} {test.operator.value} '{test.operand}'"
        case OneOfTest():
            said = f"{test.asked} is {' or '.join(sorted(test.values))}"
        case NumberTest():
            bounds = (("at least", test.at_least), ("at most", test.at_most))
            written = (f"{word} {_number(bound, test.asked)}" for word, bound in bounds if bound is not None)
            said = f"{test.asked} {' and '.join(written)}"
        case ExistsTest():
            said = f"{test.asked} exists"
        case HoursTest():
            said = f"hours of {test.calendar}"
        case WeekdayTest():
            said = f"weekday is {' or '.join(WEEKDAYS[day] for day in sorted(test.days))}"
        case RateTest():
            said = f"{test.count} within {format_duration(test.within)} of {test.of.value}"
        case _:
            assert_never(test)
    return said


def _met(test: Test, scene: Scene) -> str:
    """Give the words that a test met: what fitted, or what stands there instead."""
    match test:
        case TextTest():
            # Of a message it is known already which tests hold: nothing is searched for what is not there.
            is_absent = test.asked.key in MESSAGE_TEXTS and test not in scene.held
            found = None if is_absent else single(test).find(words_of(test.asked, scene) or ())
            return _cut(found.words) if found else ""
        case NumberTest():
            return ", ".join(_number(number, test.asked) for number in numbers_of(test.asked, scene) or ())
        case HoursTest():
            return f"{scene.now.astimezone(ZoneInfo(scene.rules.calendars[test.calendar].timezone)):%a %H:%M}"
        case WeekdayTest():
            return f"{scene.now.astimezone(ZoneInfo(scene.rules.timezone)):%a}".lower()
        case RateTest():
            key = rate_key(test.of, scene) or ""
            times = scene.answers.counts.get(RateQuestion(test.of, key, test.within), 0) + 1
            return f"({times} of {key})" if key else ""
        case OneOfTest() | ExistsTest():
            return _cut(", ".join(words_of(test.asked, scene) or ()))
    assert_never(test)


def _number(number: float, asked: Asked) -> str:
    if asked.key == "age":
        return format_duration(timedelta(seconds=number))
    if asked.key == "size" or asked.name == "size":
        return format_size(int(number))
    return f"{number:g}"


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
