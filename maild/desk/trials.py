"""A test beside a rule: its mails are decided and its hours pass, and what came is compared with what is expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from maild.desk.again import Asked, rule_again
from maild.desk.house import House
from maild.desk.rehearsing import EndlessError, Happened, Rehearsal
from maild.desk.ruling import ruled
from maild.documents import Place
from maild.model.clocks import ClockName, ClockState
from maild.model.decision import AddEntry, Authenticity, Decision, OpenTicket, OutcomeKind, Ruled, Verdict
from maild.model.facts import TicketFacts
from maild.model.mail import Arrival, Message
from maild.model.ticket import Ticket
from maild.rules import Expected, Rule, Trial, TrialMail, TrialStep
from maild.rules.rulings import parse_ruling

_VERDICTS = {"proved": Verdict.PASS, "claimed": Verdict.NONE, "forged": Verdict.FAIL}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that a test expects and that did not come; "" is nothing. `place` is the step that expects it."""

    what: str
    expected: str
    got: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: all that is wrong, and then what happened when, in the desk's time zone.

    `ruled` are the rules that held for the last mail, or the test's own that did not, and why.
    """

    rule: Rule
    trial: Trial
    wrong: tuple[Wrong, ...]
    ruled: tuple[Ruled, ...] = ()
    happened: tuple[str, ...] = ()


def trial_at(wall: datetime, house: House) -> datetime:
    """Say at which instant the clock on the desk's wall shows a time; of two such the first."""
    return wall.replace(tzinfo=ZoneInfo(house.desk.timezone)).astimezone(UTC)


def trial_mailbox(house: House) -> str:
    """Say where the mails of a test come: into the first mailbox."""
    return next(iter(house.mailbox_queues), "")


def try_out(rule: Rule, trial: Trial, mails: Sequence[tuple[Message, Arrival]], house: House) -> Tried:
    """Play a test through by the rules of a house, and say what of it is not as expected."""
    one = _Playing(mails, house)
    try:
        wrong = tuple(each for step in trial.steps for each in one.play(step))
    except EndlessError as error:
        wrong = (Wrong("time", "an end", str(error), trial.place),)
    if not wrong:
        return Tried(rule, trial, ())
    story = tuple(_told(each, house) for each in one.desk.happened) if len(trial.steps) > 1 else ()
    return Tried(rule, trial, wrong, _rules_told(rule, one, house), story)


class _Playing:
    """A test that is being played: the desk, and the last mail with what came of it."""

    def __init__(self, mails: Sequence[tuple[Message, Arrival]], house: House) -> None:
        self.desk = Rehearsal(house)
        self.last: tuple[Message, Arrival, Decision] | None = None
        self._house = house
        self._left = list(mails)
        self._seen = 0

    def play(self, step: TrialStep) -> Iterator[Wrong]:
        """Let a step happen; say what is not as it expects."""
        if step.mail is not None:
            yield from self._take(step, step.mail)
        at = trial_at(step.at, self._house)
        self.desk.pass_until(at)
        if step.expected is not None and self.last is not None:
            new = self.desk.happened[self._seen :]
            yield from _wrong(step, step.expected, self, [mail.name for each in new for mail in each.decision.mails])
            self._seen = len(self.desk.happened)

    def _take(self, step: TrialStep, mail: TrialMail) -> Iterator[Wrong]:
        message, arrival = self._left.pop(0)
        self.desk.pass_until(arrival.recorded_at)
        if mail.answers is not None:
            answer = self.desk.answering(message, mail.answers)
            if answer is None:
                yield Wrong("answers", mail.answers, f"no such mail to {mail.sender}", step.place)
            message = answer or message
        authenticity = Authenticity(_VERDICTS[mail.trust], "a test says so")
        self.last = (message, arrival, self.desk.take(message, arrival, authenticity))

    @property
    def known(self) -> TicketFacts | None:
        """Give the ticket of the last mail, if it has one."""
        number = self.last[2].outcome.ticket if self.last is not None else None
        return self.desk.tickets.get(number) if number is not None else None

    def incident(self, ticket: Ticket) -> str:
        """Name the incident that a ticket belongs to; "" where it does to none."""
        parent = self.desk.tickets.get(ticket.parent) if ticket.parent is not None else None
        return (parent.ticket.incident or "") if parent is not None else ""

    def local(self, at: datetime | None) -> str:
        """Write an instant as the clock on the desk's wall shows it."""
        return _local(at, self._house) if at is not None else ""


def _wrong(step: TrialStep, expected: Expected, one: _Playing, mails: Sequence[str]) -> Iterator[Wrong]:
    decision = one.last[2] if one.last is not None else None
    known, place = one.known, step.place
    if decision is not None and expected.outcome and decision.outcome.kind != expected.outcome:
        outcome = f"{decision.outcome.kind.value} {decision.outcome.reason}".strip()
        yield Wrong("outcome", expected.outcome, outcome, place)
    nothing = "no ticket" if known is None else ""
    for name, value in expected.values.items():
        got = _value_of(known.ticket, name, one) if known is not None else ""
        if got != (value or ""):
            yield Wrong(name, value or "", got or nothing, place)
    tags, fields = (known.ticket.tags, dict(known.ticket.fields)) if known is not None else ((), {})
    yield from (Wrong("tags", tag, ", ".join(tags) or nothing, place) for tag in expected.tags if tag not in tags)
    for name, value in expected.fields.items():
        if fields.get(name) != value:
            yield Wrong(f"field.{name}", value, fields.get(name) or nothing, place)
    held = {rule.name for rule in decision.rules if rule.is_matched} if decision is not None else set()
    yield from (Wrong("rules", name, ", ".join(sorted(held)), place) for name in expected.rules if name not in held)
    yield from (Wrong("mails", name, ", ".join(mails), place) for name in expected.mails if name not in mails)
    yield from (each for name, due in expected.due.items() for each in _wrong_due(name, due, one, step))


def _wrong_due(name: ClockName, wall: datetime | None, one: _Playing, step: TrialStep) -> Iterator[Wrong]:
    clocks = {clock.name: clock for clock in one.known.clocks} if one.known is not None else {}
    clock = clocks.get(name)
    due_at = clock.due_at if clock is not None and clock.state is ClockState.RUNNING else None
    expected, got = f"{wall:%a %F %H:%M}" if wall is not None else "", one.local(due_at)
    if expected != got:
        state = f"the clock is {clock.state.value}" if clock is not None else "no such clock"
        yield Wrong(f"due.{name.value}", expected, got or state, step.place)


def _value_of(ticket: Ticket, name: str, one: _Playing) -> str:
    match name:
        case "incident":
            return one.incident(ticket)
        case "requester":
            return ticket.requester.address if ticket.requester is not None else ""
        case _:
            value: str | None = getattr(ticket, name)
            return value or ""


def _local(at: datetime, house: House) -> str:
    return f"{at.astimezone(ZoneInfo(house.desk.timezone)):%a %F %H:%M}"


def _told(happened: Happened, house: House) -> str:
    """Say in a line what happened at an instant."""
    decision, when = happened.decision, _local(happened.at, house)
    number = decision.outcome.ticket
    ticket = f"#{number}" if number is not None else ""
    is_new = any(isinstance(step, OpenTicket) and step.number == number for step in decision.steps)
    mails = ", ".join(f"{mail.name} to {mail.to}" for mail in decision.mails)
    events = [step.text.replace("\n", " ") for step in decision.steps if isinstance(step, AddEntry) and step.text]
    if happened.mail is not None:
        sender = happened.mail.sender.address if happened.mail.sender is not None else "nobody"
        what = f"'{happened.mail.subject}' from {sender}: {'opens ' if is_new else ''}{ticket or decision.outcome.kind}"
    else:
        what = f"{ticket} {' '.join(events) or decision.outcome.reason}".strip()
    return f"{when}  {what}{f' → {mails}' if mails else ''}"


def _rules_told(rule: Rule, one: _Playing, house: House) -> tuple[Ruled, ...]:
    """Give the rules that held for the last mail, and the test's own in any case."""
    if one.last is None:
        return ()
    message, arrival, decision = one.last
    if decision.ruling is None:
        return ()
    is_first = decision.outcome.kind is not OutcomeKind.ENTRY or any(
        isinstance(step, OpenTicket) for step in decision.steps
    )
    asked = Asked(parse_ruling(decision.ruling), arrival.place.mailbox, arrival.size, is_first=is_first)
    every = ruled(rule_again(asked, message, house, in_full=True))
    return tuple(each for each in every if each.is_matched or each.name == rule.name)
