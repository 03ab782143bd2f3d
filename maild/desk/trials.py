"""A test beside a rule: its mails are decided as new ones, and what comes of the last compared with what is expected.

A test must not pass or fail by the day on which it is run: its mail comes on one Monday morning, in the desk's time
zone, and everybody has as little to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from maild.desk.again import Asked, rule_again
from maild.desk.asking import ask
from maild.desk.deciding import decide
from maild.desk.house import House
from maild.desk.ruling import ruled
from maild.model.decision import Authenticity, ChangeTicket, Decision, OpenTicket, Ruled, Verdict
from maild.model.facts import AcknowledgementCounts, Facts
from maild.model.mail import Arrival, Message
from maild.model.rounds import Round
from maild.rules import Expected, Rule, TimedMail, Trial
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


def trial_at(timed: TimedMail, house: House) -> datetime:
    """Say when a mail of a test comes."""
    return (timed.at or _MONDAY).replace(tzinfo=ZoneInfo(house.desk.timezone))


def trial_mailbox(house: House) -> str:
    """Say where they come: into the first mailbox."""
    return next(iter(house.mailbox_queues), "")


def try_out(rule: Rule, trial: Trial, mails: Sequence[tuple[Message, Arrival]], house: House) -> Tried:
    """Decide the mails of a test by the rules of a house, and say what of the last is not as expected.

    BUGS
        What an earlier mail did is known by its counts, its tickets and incidents alone: mails do not answer one
        another, and a key (`same_ticket`) leads to no ticket.
    """
    so_far = Round()
    decision, facts = None, Facts(0)
    for timed, (message, arrival) in zip(trial.mails, mails, strict=True):
        questions, at = ask(message, arrival, house), arrival.recorded_at
        named = dict.fromkeys((each.lower() for each in questions.requesters), AcknowledgementCounts())
        is_proved = timed.mail.trust == "proved"
        facts = Facts(house.desk.first_number, was_proved_lately=is_proved, requesters=named, incidents={})
        facts = so_far.known_to(questions, facts, at)
        authenticity = Authenticity(_VERDICTS[timed.mail.trust], "a test says so")
        decision = decide(message, arrival, facts, authenticity, house, at, _DRAFT)
        so_far.add(decision, facts, at)
    if decision is None:
        raise ValueError(trial.place)
    wrong, (message, arrival) = tuple(_wrong(trial.expected, decision, _incident_of(decision, facts))), mails[-1]
    return Tried(rule, trial, wrong, _rules_told(rule, message, arrival, decision, house) if wrong else ())


def _incident_of(decision: Decision, facts: Facts) -> str:
    """Name the incident that the mail's ticket joins; "" where it joins none."""
    number = decision.outcome.ticket
    changes = (step.changes for step in decision.steps if isinstance(step, ChangeTicket) and step.number == number)
    parents = [change.new for some in changes for change in some if change.field == "parent" and change.new]
    if not parents:
        return ""
    opened = {step.number: step.incident for step in decision.steps if isinstance(step, OpenTicket)}
    parent = int(parents[-1])
    return (opened[parent] if parent in opened else facts.tickets[parent].ticket.incident) or ""


def _wrong(expected: Expected, decision: Decision, incident: str) -> Iterator[Wrong]:
    opened = next((step for step in decision.steps if isinstance(step, OpenTicket)), None)
    outcome = decision.outcome
    if expected.outcome and outcome.kind != expected.outcome:
        yield Wrong("outcome", expected.outcome, f"{outcome.kind.value} {outcome.reason}".strip())
    nothing = "no ticket" if opened is None else ""
    for name, value in expected.values.items():
        got = incident if name == "incident" else _value_of(opened, name)
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
