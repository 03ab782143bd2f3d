"""When silence about a ticket comes to something: its customer is reminded, it is resolved, closed. Pure.

What comes next is one timer of the ticket: its `about` says in which state it was started, and which step of that it
is, the first being 1, or that it resolves: no edit of the reminders makes a resolution of one. It begins with the
state, anew with each word to a customer who is waited for, and ends with the state or the customer's words. Who gives
thanks, or says yes without proof, has said nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum, auto

from maild.desk.agreeing import hours_for, matter_of
from maild.desk.courtesy import Answer
from maild.desk.house import House
from maild.model.decision import AddEntry, StartTimer, Step, StopTimers, TimerKind
from maild.model.ticket import EntryKind, State, Ticket
from maild.rules import Calendar, WorkDuration

_NOBODYS = frozenset({"automatic", "taken-over"})
_SILENCE = _NOBODYS | {Answer.COURTESY.value, Answer.YES.value}
_RESOLVING = "resolve"


class Coming(Enum):
    """What silence comes to."""

    REMINDED = auto()
    RESOLVED = auto()
    CLOSED = auto()
    PASSED_OVER = auto()  # a reminder that the rule files have no more: what follows it comes all the same
    NOTHING = auto()


def life_steps(
    before: Ticket | None, after: Ticket, entries: list[AddEntry], house: House, now: datetime
) -> Iterator[Step]:
    """Let a ticket's silence begin with its state, or with an agent's next words; and end with anybody's."""
    is_asked_anew = after.state is State.WAITING and _speaks(entries, EntryKind.AGENT, _NOBODYS)
    is_begun = before is None or before.state is not after.state or is_asked_anew
    if not is_begun and not _speaks(entries, EntryKind.CUSTOMER, _SILENCE):
        return
    if before is not None and silences(before.state, house):
        yield StopTimers(TimerKind.LIFECYCLE, after.number)
    if is_begun:
        yield from next_silence(after, 0, house, now)
        yield from _survey(before, after, entries, house, now)
        yield from _aftercare(before, after, entries, house, now)


def _aftercare(
    before: Ticket | None, after: Ticket, entries: list[AddEntry], house: House, now: datetime
) -> Iterator[Step]:
    """Let what follows a closing fall due, and not what followed one that is over."""
    life, number = house.rules.lifecycle, after.number
    if before is not None and before.state is State.CLOSED:
        yield from (StopTimers(kind, number) for kind in (TimerKind.FOLLOW_UP, TimerKind.REVIEW))
    is_old = any("taken-over" in entry.flags for entry in entries)
    if before is None or after.state is not State.CLOSED or is_old:
        return
    matter, follow = matter_of(after, house), life.follow_up
    if follow is not None and follow.fits.holds(matter) and after.requester is not None:
        hours = hours_for(after, house, follow.calendar)
        due_at = hours.add(now, follow.after.within(hours))
        yield from (StartTimer(TimerKind.FOLLOW_UP, number, due_at),) if due_at is not None else ()
    if life.review is not None and life.review.fits.holds(matter):
        yield StartTimer(TimerKind.REVIEW, number, now)


def _survey(
    before: Ticket | None, after: Ticket, entries: list[AddEntry], house: House, now: datetime
) -> Iterator[Step]:
    """Let the customer of a ticket that was just closed be asked, unless a rule said no or it is an old one."""
    is_old = any("taken-over" in entry.flags for entry in entries)
    is_closed = before is not None and after.state is State.CLOSED and after.requester is not None
    if house.rules.lifecycle.survey is not None and is_closed and after.survey is None and not is_old:
        yield StopTimers(TimerKind.SURVEY, after.number)
        yield StartTimer(TimerKind.SURVEY, after.number, now)


def next_silence(ticket: Ticket, done: int, house: House, since: datetime) -> Iterator[StartTimer]:
    """Let the step after those that were done fall due, as long after the last of them as the rule files say."""
    steps = silences(ticket.state, house)
    if done >= len(steps):
        return
    hours = silence_hours(ticket, house)
    wanted = steps[done].within(hours) - (steps[done - 1].within(hours) if done else timedelta())
    due_at = hours.add(since, wanted)
    if due_at is not None:
        is_reminder = ticket.state is not State.WAITING or done < len(house.rules.lifecycle.waiting.remind)
        step = f"{done + 1}" if is_reminder else _RESOLVING
        yield StartTimer(TimerKind.LIFECYCLE, ticket.number, due_at, f"{ticket.state.value} {step}")


def coming(about: str, house: House) -> Coming:
    """Say what a timer of silence comes to by the rule files as they are now."""
    state, _, step = about.partition(" ")
    life = house.rules.lifecycle
    match state:
        case State.RESOLVED.value if life.resolved.close_after is not None:
            return Coming.CLOSED
        case State.WAITING.value if step == _RESOLVING and life.waiting.resolve_after is not None:
            return Coming.RESOLVED
        case State.WAITING.value if step.isdecimal():
            return Coming.REMINDED if int(step) <= len(life.waiting.remind) else Coming.PASSED_OVER
        case _:
            return Coming.NOTHING


def silences(state: State, house: House) -> tuple[WorkDuration, ...]:
    """Give how long after a ticket came to a state silence comes to something, step by step."""
    life = house.rules.lifecycle
    match state:
        case State.WAITING:
            return (*life.waiting.remind, *((life.waiting.resolve_after,) if life.waiting.resolve_after else ()))
        case State.RESOLVED:
            return (life.resolved.close_after,) if life.resolved.close_after else ()
        case _:
            return ()


def state_again(state: str | None) -> str | None:
    """Give the state that a ticket gets back: one that slept is open, as nobody knows any more until when it did."""
    return State.OPEN.value if state == State.PENDING else state


def may_reopen(ticket: Ticket, house: House, now: datetime) -> bool:
    """Whether words of its customer still open a closed ticket again."""
    hours = silence_hours(ticket, house)
    return hours.between(ticket.state_at, now) <= house.rules.lifecycle.closed.reopen_within.within(hours)


def silence_hours(ticket: Ticket, house: House) -> Calendar:
    """Give the calendar in which a ticket's silence is counted, as its state wants."""
    life = house.rules.lifecycle
    named = {
        State.WAITING: life.waiting.calendar,
        State.RESOLVED: life.resolved.calendar,
        State.CLOSED: life.closed.calendar,
    }
    return hours_for(ticket, house, named[ticket.state])


def _speaks(entries: list[AddEntry], kind: EntryKind, but: frozenset[str]) -> bool:
    return any(entry.kind is kind and but.isdisjoint(entry.flags) for entry in entries)
