"""A mail that opened a ticket as spam and was released: it is handled anew, and its ticket begins once more.

    decided as if it had just come → what would open a ticket changes the one that it has

The mail stays the entry that it is; who released it, and the values of today's rules, stand in an event.
"""

from collections.abc import Iterator
from dataclasses import fields, replace

from maild.desk.case import entry_of
from maild.desk.orders.plan import value_of
from maild.model.decision import AddEntry, ChangeTicket, Decision, OpenTicket, Step
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Arrival
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import FIELD_PREFIX, Cause, CauseKind, Change, Confidence, EntryKind, State, Ticket

_VALUES = ("state", "queue", "team", "assignee", "language", "category", "impact", "urgency", "priority", "level",
           "agreement", "climbs", "incident", "parent")  # fmt: skip


def find_opened(arrival: Arrival | None, facts: Facts) -> TicketFacts | None:
    """Find the ticket that a released mail opened before."""
    return facts.tickets.get(arrival.opened) if arrival is not None and arrival.opened is not None else None


def without(facts: Facts, known: TicketFacts) -> Facts:
    """Forget a ticket: the mail that opened it is no answer to itself."""
    tickets = {number: one for number, one in facts.tickets.items() if number != known.ticket.number}
    return replace(facts, tickets=tickets)


def revive(decision: Decision, known: TicketFacts, by: str) -> Decision:
    """Let a ticket that was spam become what its mail would open today; `by` is who released the mail.

    Of a ticket that is spam no more, or whose mail would open none, only the event is kept: a person has it in hand.
    """
    number = known.ticket.number
    opened = next((each for each in decision.steps if _opens(each, decision)), None)
    if not isinstance(opened, OpenTicket) or known.ticket.state is not State.SPAM:
        return _left_alone(decision, known, by)
    changes = tuple(_changes(known.ticket, opened))
    steps = (step for each in decision.steps for step in _steps(each, opened, changes, known, by))
    mails = tuple(replace(each, ticket=number) if each.ticket == opened.number else each for each in decision.mails)
    return replace(decision, outcome=entry_of(number), steps=tuple(steps), mails=mails)


def _opens(step: Step, decision: Decision) -> bool:
    return isinstance(step, OpenTicket) and step.number == decision.outcome.ticket


def _steps(step: Step, opened: OpenTicket, changes: tuple[Change, ...], known: TicketFacts, by: str) -> Iterator[Step]:
    number = known.ticket.number
    if step is opened:
        if changes:
            yield ChangeTicket(number, changes)
    elif isinstance(step, AddEntry) and step.number == opened.number:
        n = known.last_n + step.n
        is_mail = step.kind is EntryKind.CUSTOMER
        # The clocks that begin with it are as new as the matter.
        event = replace(_event(number, n, "", by, changes), clocks=step.clocks)
        yield event if is_mail else replace(step, number=number, n=n)
    else:
        yield _renumbered(step, opened.number, number)


def _left_alone(decision: Decision, known: TicketFacts, by: str) -> Decision:
    ticket = known.ticket
    is_spam = ticket.state is State.SPAM
    changes = (Change("state", ticket.state.value, State.NEW.value),) if is_spam else ()
    story = f"It would not open a ticket today: {decision.outcome.reason or decision.outcome.kind}." if is_spam else ""
    event = _event(ticket.number, known.last_n + 1, story, by, changes)
    steps = (ChangeTicket(ticket.number, changes), event) if changes else (event,)
    return replace(decision, outcome=entry_of(ticket.number), steps=steps, mails=())


def _event(number: int, n: int, more: str, by: str, changes: tuple[Change, ...]) -> AddEntry:
    text = f"Handled again: released by {by}. {more}".strip()
    return AddEntry(number, n, EntryKind.EVENT, by, Cause(CauseKind.COMMAND_LINE, by), text, changes)


def _changes(ticket: Ticket, opened: OpenTicket) -> Iterator[Change]:
    requester = opened.requester
    wanted = {name: None if value is None else str(value) for name in _VALUES for value in (getattr(opened, name),)}
    wanted |= {
        "requester": requester.address if requester else None,
        "requester_name": requester.name if requester else "",
    }
    if opened.confidential is not None and ticket.confidential is not Confidence.SEALED:
        wanted["confidential"] = opened.confidential.value
    for name, new in wanted.items():
        old = value_of(ticket, name)
        if old != new:
            yield Change(name, old, new)
    yield from (Change("tag", tag, None) for tag in ticket.tags if tag not in opened.tags)
    yield from (Change("tag", None, tag) for tag in opened.tags if tag not in ticket.tags)
    for prefix, before, after in (
        (FIELD_PREFIX, dict(ticket.fields), dict(opened.fields)),
        (STEP_PREFIX, dict(ticket.steps), dict(opened.steps)),
    ):
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield Change(f"{prefix}{name}", before.get(name), after.get(name))


def _renumbered(step: Step, old: int, new: int) -> Step:
    """Let a step be about another ticket, wherever it names the one that is not opened."""
    values = {each.name: getattr(step, each.name) for each in fields(step) if each.name != "n"}
    names = [name for name, value in values.items() if type(value) is int and value == old]
    return replace(step, **dict.fromkeys(names, new))  # type: ignore[arg-type]  # the names of fields that are numbers
