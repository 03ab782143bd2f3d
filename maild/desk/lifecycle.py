"""What follows when nobody says anything: the customer is reminded, and the ticket resolved, or closed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from maild.desk.acknowledging import why_silent
from maild.desk.agreeing import hours_for
from maild.desk.case import Sheet, entry_of
from maild.desk.house import House
from maild.model.decision import (
    AddEntry,
    Decision,
    Outcome,
    OutcomeKind,
    StartTimer,
    Step,
    StopTimers,
    Timer,
    TimerKind,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import Cause, CauseKind, EntryKind, State, Ticket
from maild.rules import WorkDuration

BY = "maild"
_REMIND, _RESOLVE, _CLOSE = "remind", "resolve", "close"
_EXPIRES = timedelta(days=5)
_SILENT = frozenset({State.WAITING, State.RESOLVED})


def life_steps(
    before: Ticket | None, after: Ticket, entries: list[AddEntry], house: House, now: datetime
) -> Iterator[Step]:
    """Let a ticket's silence begin with its state, or with an agent's next words; and end with them."""
    was = before.state if before is not None else None
    has_spoken = any(entry.kind is EntryKind.AGENT for entry in entries)
    if was is after.state and not (has_spoken and after.state is State.WAITING):
        return
    if was in _SILENT:
        yield StopTimers(TimerKind.LIFECYCLE, after.number)
    for about, work, calendar in _silences(after.state, house):
        hours = hours_for(after, house, calendar)
        due_at = hours.add(now, work.within(hours))
        if due_at is not None:
            yield StartTimer(TimerKind.LIFECYCLE, after.number, due_at, about)


def live_on(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Do what a silence has come to; one that is over is left alone."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    kind = timer.about.partition(" ")[0]
    wanted = State.RESOLVED if kind == _CLOSE else State.WAITING
    if known is None or known.ticket.state is not wanted:
        return _nothing("nobody is silent any more")
    sheet, ticket = Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, known.ticket, known.last_n), known.ticket
    match kind:
        case "remind":
            sheet.enter(ticket.number, EntryKind.EVENT, "The customer was reminded that we wait for them.")
            sheet.want(*_mail(known, Template.WAITING_REMINDER, facts, house, now))
        case "resolve":
            sheet.set_state(State.RESOLVED)
            sheet.enter(ticket.number, EntryKind.EVENT, "The customer did not answer: taken for resolved.")
            sheet.want(*_mail(known, Template.RESOLVED, facts, house, now))
        case _:
            sheet.set_state(State.CLOSED)
            sheet.enter(ticket.number, EntryKind.EVENT, "Nobody contradicted that it is resolved: closed.")
            sheet.want(*_mail(known, Template.CLOSED, facts, house, now))
    return sheet.decision(entry_of(ticket.number), None)


def may_reopen(ticket: Ticket, house: House, now: datetime) -> bool:
    """Whether words of its customer still open a closed ticket again."""
    closed = house.rules.lifecycle.closed
    hours = hours_for(ticket, house, closed.calendar)
    return hours.between(ticket.state_at, now) <= closed.reopen_within.within(hours)


def _silences(state: State, house: House) -> Iterator[tuple[str, WorkDuration, str | None]]:
    """Give what comes of silence in a state, how long it lasts and in which calendar."""
    life = house.rules.lifecycle
    if state is State.WAITING:
        waiting = life.waiting
        yield from ((f"{_REMIND} {n}", work, waiting.calendar) for n, work in enumerate(waiting.remind, 1))
        if waiting.resolve_after is not None:
            yield _RESOLVE, waiting.resolve_after, waiting.calendar
    elif state is State.RESOLVED and life.resolved.close_after is not None:
        yield _CLOSE, life.resolved.close_after, life.resolved.calendar


def _mail(known: TicketFacts, template: Template, facts: Facts, house: House, now: datetime) -> Iterator[Wanted]:
    """Write to the requester by ourselves, if that may be."""
    requester = known.ticket.requester
    if requester is None or not house.may_be_written_to(requester.address):
        return
    if not why_silent(facts, requester.address, now):
        yield Wanted(
            template=template,
            to=requester.address,
            to_name=requester.name,
            person=None,
            ticket=known.ticket.number,
            thread=Thread.CUSTOMER,
            meaning=Meaning.CUSTOMER,
            expires_in=_EXPIRES,
        )


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
