"""A test beside a rule: its mail is decided as a new one that nothing went before, and compared with what is expected.

A test must not pass or fail by the day on which it is run: its mail comes on one Monday morning, in the desk's time
zone, and everybody has as little to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from maild.desk.again import Asked, rule_again
from maild.desk.asking import ask
from maild.desk.deciding import decide
from maild.desk.house import House
from maild.desk.ruling import ruled
from maild.model.decision import Authenticity, Decision, OpenTicket, Ruled, Verdict
from maild.model.facts import AcknowledgementCounts, Facts
from maild.model.mail import Arrival, Message
from maild.rules import Expected, Rule, Trial
from maild.rules.rulings import parse_ruling

_MONDAY = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - the desk's time zone makes an instant of it
_DRAFT = "tried"
_VERDICTS = {"proved": Verdict.PASS, "claimed": Verdict.NONE, "forged": Verdict.FAIL}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that a test expects and that did not come; "" is nothing."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: all that is wrong, and the rules that held, or the test's own that did not, and why."""

    rule: Rule
    trial: Trial
    wrong: tuple[Wrong, ...]
    ruled: tuple[Ruled, ...] = ()


def trial_at(house: House) -> datetime:
    """Say when the mails of tests come."""
    return _MONDAY.replace(tzinfo=ZoneInfo(house.desk.timezone))


def trial_mailbox(house: House) -> str:
    """Say where they come: into the first mailbox."""
    return next(iter(house.mailbox_queues), "")


def try_out(rule: Rule, trial: Trial, message: Message, arrival: Arrival, house: House) -> Tried:
    """Decide the mail of a test by the rules of a house, and say what is not as expected."""
    number = house.desk.first_number
    named = dict.fromkeys((each.lower() for each in ask(message, arrival, house).requesters), AcknowledgementCounts())
    facts = Facts(next_number=number, was_proved_lately=trial.mail.trust == "proved", requesters=named)
    authenticity = Authenticity(_VERDICTS[trial.mail.trust], "a test says so")
    decision = decide(message, arrival, facts, authenticity, house, arrival.recorded_at, _DRAFT)
    wrong = tuple(_wrong(trial.expected, decision))
    return Tried(rule, trial, wrong, _rules_told(rule, message, arrival, decision, house) if wrong else ())


def _wrong(expected: Expected, decision: Decision) -> Iterator[Wrong]:
    opened = next((step for step in decision.steps if isinstance(step, OpenTicket)), None)
    outcome = decision.outcome
    if expected.outcome and outcome.kind != expected.outcome:
        yield Wrong("outcome", expected.outcome, f"{outcome.kind.value} {outcome.reason}".strip())
    nothing = "no ticket" if opened is None else ""
    for name, value in expected.values.items():
        got = _value_of(opened, name)
        if got != (value or ""):
            yield Wrong(name, value or "", got or nothing)
    tags, fields = (opened.tags, dict(opened.fields)) if opened is not None else ((), {})
    yield from (Wrong("tags", tag, ", ".join(tags) or nothing) for tag in expected.tags if tag not in tags)
    for name, value in expected.fields.items():
        if fields.get(name) != value:
            yield Wrong(f"field.{name}", value, fields.get(name) or nothing)
    held = {rule.name for rule in decision.rules if rule.is_matched}
    yield from (Wrong("rules", name, ", ".join(sorted(held))) for name in expected.rules if name not in held)
    mails = [mail.name for mail in decision.mails]
    yield from (Wrong("mails", name, ", ".join(mails)) for name in expected.mails if name not in mails)


def _value_of(opened: OpenTicket | None, name: str) -> str:
    if opened is None:
        return ""
    if name == "requester":
        return opened.requester.address if opened.requester is not None else ""
    value: str | None = getattr(opened, name)
    return value or ""


def _rules_told(rule: Rule, message: Message, arrival: Arrival, decision: Decision, house: House) -> tuple[Ruled, ...]:
    """Give the rules that held, and the test's own in any case."""
    if decision.ruling is None:
        return ()
    asked = Asked(parse_ruling(decision.ruling), arrival.place.mailbox, arrival.size, is_first=True)
    every = ruled(rule_again(asked, message, house, in_full=True))
    return tuple(each for each in every if each.is_matched or each.name == rule.name)
