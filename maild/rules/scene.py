"""A condition held against a message and its ticket so far.

What is not known yet (before the store was asked, neither ticket nor standing are) makes a condition None: it may hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from maild.model.rates import RateOf, RateQuestion
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
from maild.rules.engine import MESSAGE_TEXTS, single, texts_of
from maild.rules.occasions import RateAnswers, Seen, TicketView
from maild.rules.values import Rules


@dataclass(slots=True)
class Scene:
    """All that conditions may ask; `view` changes while rules are asked, and is None while the ticket is unknown.

    `held` are the text tests that hold of the message, `customers` the groups that were looked up by address.
    `rates` answers every rate alike, None asks the store's counts.
    """

    rules: Rules
    seen: Seen
    held: frozenset[TextTest]
    view: TicketView | None
    answers: RateAnswers
    now: datetime
    rule: str = ""
    rates: bool | None = None
    customers: dict[str, str | None] = field(default_factory=dict)


def holds(condition: Condition, scene: Scene) -> bool | None:
    """Whether a condition holds; None where that depends on what is not known yet."""
    match condition:
        case AllOf(conditions):
            return _all(conditions, scene)
        case AnyOf(conditions):
            return _any(conditions, scene)
        case Not(inner):
            answer = holds(inner, scene)
            return None if answer is None else not answer
        case _:
            return passes(condition, scene)


def _all(conditions: Iterable[Condition], scene: Scene) -> bool | None:
    is_known = True
    for each in conditions:
        answer = holds(each, scene)
        if answer is False:
            return False
        is_known = is_known and answer is not None
    return True if is_known else None


def _any(conditions: Iterable[Condition], scene: Scene) -> bool | None:
    is_known = True
    for each in conditions:
        answer = holds(each, scene)
        if answer:
            return True
        is_known = is_known and answer is not None
    return False if is_known else None


def passes(test: Test, scene: Scene) -> bool | None:
    """Whether a single test holds; None where that depends on what is not known yet."""
    match test:
        case HoursTest():
            return scene.rules.calendars[test.calendar].is_open(scene.now)
        case WeekdayTest():
            return scene.now.astimezone(ZoneInfo(scene.rules.timezone)).weekday() in test.days
        case RateTest():
            return _is_frequent(test, scene)
        case NumberTest():
            numbers = numbers_of(test.asked, scene)
            return None if numbers is None else any(_is_within(number, test) for number in numbers)
        case _:
            return _fits(test, scene)


def _fits(test: TextTest | OneOfTest | ExistsTest, scene: Scene) -> bool | None:
    if isinstance(test, TextTest) and test.asked.key in MESSAGE_TEXTS:
        return test in scene.held
    words = words_of(test.asked, scene)
    if words is None:
        return None
    match test:
        case TextTest():
            return single(test).find(words) is not None
        case OneOfTest():
            return any(word in test.values for word in words)
        case ExistsTest():
            return bool(words)
    assert_never(test)


def words_of(asked: Asked, scene: Scene) -> tuple[str, ...] | None:
    """Give the words at a fact, none where there are none; None where it is not known yet."""
    if asked.key in MESSAGE_TEXTS:
        return texts_of(scene.seen, asked)
    if asked.key in {"language", "automatic", "mailbox"}:
        return _present(getattr(scene.seen, asked.key))
    if scene.view is None:
        return None
    if asked.key == "tag":
        return scene.view.tags
    return _present(_word(asked, scene, scene.view))


def _word(asked: Asked, scene: Scene, view: TicketView) -> str | None:
    match asked.key:
        case "standing":
            return scene.seen.standing
        case "trust":
            return scene.seen.trust
        case "field":
            return view.fields.get(asked.name)
        case "customer":
            return customer_key(scene)
        case _:
            word: str | None = getattr(view, asked.key)
            return word


def numbers_of(asked: Asked, scene: Scene) -> tuple[float, ...] | None:
    """Give the numbers at a fact: bytes, seconds, counts; None where it is not known yet."""
    match asked.key:
        case "size":
            return (scene.seen.size,)
        case "attachment":
            files = scene.seen.files
            return (len(files),) if asked.name == "count" else tuple(each.size for each in files)
    return None if scene.view is None else tuple(_numbers_of_ticket(asked, scene, scene.view))


def _numbers_of_ticket(asked: Asked, scene: Scene, view: TicketView) -> Iterable[float]:
    match asked.key:
        case "age":
            return ((scene.now - view.opened_at).total_seconds(),) if view.opened_at else (0,)
        case "field":
            return tuple(_numbers(view.fields.get(asked.name, "")))
        case "score":
            return () if view.score is None else (view.score,)
        case _:
            return (getattr(view, asked.key),)


def rate_key(of: RateOf, scene: Scene) -> str | None:
    """Give under what a mail is counted; "" where it is counted under nothing, None where that is not known yet."""
    match of:
        case RateOf.RULE:
            return scene.rule
        case RateOf.ADDRESS:
            return scene.seen.sender.lower()
        case RateOf.SENDER_DOMAIN:
            return scene.seen.sender.rpartition("@")[2].lower()
        case RateOf.CATEGORY:
            return None if scene.view is None else scene.view.category or ""
        case RateOf.CUSTOMER:
            return None if scene.view is None else customer_key(scene) or ""
    assert_never(of)


def customer_key(scene: Scene) -> str | None:
    """Name the customer group of the ticket's requester; a forged sender has none."""
    if scene.view is None or scene.seen.trust == "forged":
        return None
    requester = scene.view.requester
    if requester not in scene.customers:
        found = scene.rules.find_customer(requester)
        scene.customers[requester] = found.key if found else None
    return scene.customers[requester]


def _is_frequent(test: RateTest, scene: Scene) -> bool | None:
    if scene.rates is not None:
        return scene.rates
    key = rate_key(test.of, scene)
    if key is None or scene.view is None:
        return None
    return bool(key) and scene.answers.counts.get(RateQuestion(test.of, key, test.within), 0) + 1 >= test.count


def _is_within(number: float, test: NumberTest) -> bool:
    return (test.at_least is None or number >= test.at_least) and (test.at_most is None or number <= test.at_most)


def _present(word: str | None) -> tuple[str, ...]:
    return (word,) if word else ()


def _numbers(text: str) -> Iterable[float]:
    try:
        yield float(text.replace(",", "."))
    except ValueError:
        return
