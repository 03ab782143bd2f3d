"""Clocks whose calendar was edited: what has passed stays as it was counted, the rest is counted by the new hours.

So nothing is late because of an edit: a clock that was not due when it came has the rest of its target before it. What
was dated by a machine whose clock was put back meanwhile goes on from now, and does not wait for that time to come.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maild.desk.case import Sheet, entry_of
from maild.desk.climbing import climb_of
from maild.desk.clocks import due_after, elapsed_at, hours_of, words_of
from maild.desk.house import House
from maild.desk.ruling import BY
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import Decision
from maild.model.facts import TicketFacts
from maild.model.ticket import Cause, CauseKind, EntryKind
from maild.rules import Calendar

RECOUNTED = "recounted"


def recounted(clock: Clock, house: House, now: datetime) -> Clock:
    """Give a running clock as it stands by the calendars of now, and any other as it is.

    Where nobody knows its old calendar any more, all of its time is counted by the new one.
    """
    hours = hours_of(clock.calendar, house.rules.calendars)
    if clock.state is not ClockState.RUNNING or (clock.stamp == hours.stamp and clock.at <= now):
        return clock
    counted = replace(clock, at=min(clock.at, now))
    for until, then in _hours_since(clock, house):
        at = max(counted.at, until)
        counted = replace(counted, elapsed=elapsed_at(counted, then, at), at=at)
    was_due = clock.is_over or (clock.due_at is not None and clock.due_at <= counted.at)
    due_at = clock.due_at if was_due else due_after(counted, hours, counted.at)
    return replace(counted, stamp=hours.stamp, due_at=due_at)


def recount(known: TicketFacts, house: House, now: datetime) -> Decision | None:
    """Enter that a ticket's time is counted by another calendar now; None where nothing is due at another time.

    The clocks themselves are counted by `keep_time`.
    """
    moved = [(clock, recounted(clock, house, now)) for clock in known.clocks]
    if not (any(_is_moved(*each, house) for each in moved) or _is_ladder_moved(known, house, now)):
        return None
    edited = dict.fromkeys(new.calendar for old, new in moved if new.stamp != old.stamp)
    why = [f"The calendar {', '.join(edited)} was edited."] if edited else []
    why += ["The machine's clock was put back."] if any(clock.at > now for clock in known.clocks) else []
    ticket = known.ticket
    sheet = Sheet(Cause(CauseKind.RULE, house.rules.digest), BY, ticket, known.last_n)
    story = (line for each in moved for line in _story(*each))
    sheet.enter(ticket.number, EntryKind.EVENT, "\n".join((" ".join(why), *story)), flags=(RECOUNTED,))
    return sheet.decision(entry_of(ticket.number), None)


def _hours_since(clock: Clock, house: House) -> Iterator[tuple[datetime, Calendar]]:
    """Give the calendars by which a clock's time passed, each until when, from its own on."""
    is_known = False
    for hours in house.earlier:
        then = hours_of(clock.calendar, hours.calendars)
        is_known = is_known or then.stamp == clock.stamp
        if is_known:
            yield hours.until, then


def _is_moved(old: Clock, new: Clock, house: House) -> bool:
    """Whether anything but the calendar's version is another: what has passed, or what is due."""
    if new == old:
        return False
    passed = elapsed_at(old, hours_of(old.calendar, house.rules.calendars), new.at)
    return new.due_at != old.due_at or passed != new.elapsed


def _is_ladder_moved(known: TicketFacts, house: House, now: datetime) -> bool:
    """Whether the next step of the ladder is due at another time than by the calendars of then."""
    before = {clock.name: clock for clock in known.clocks}
    stand = climb_of(known.ticket, house, {clock.name: recounted(clock, house, now) for clock in known.clocks})
    if stand is None:
        return False
    then = {clock.calendar: hours for clock in known.clocks for _, hours in list(_hours_since(clock, house))[:1]}
    was = replace(stand, clocks=before, calendars={**house.rules.calendars, **then})
    return was.next_at() != stand.next_at()


def _story(old: Clock, new: Clock) -> Iterator[str]:
    if new.name is not ClockName.LADDER and new.due_at != old.due_at:
        yield f"{words_of(new)} is due at {_written(new.due_at)}, and was at {_written(old.due_at)}."


def _written(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "no time"
