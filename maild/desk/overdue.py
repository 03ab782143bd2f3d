"""What follows when a clock of a ticket reaches its target: it is entered, once, and those in charge are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from maild.desk.agreeing import ladder_of, patient_hours
from maild.desk.case import Sheet, entry_of
from maild.desk.clocks import words_of
from maild.desk.house import House
from maild.desk.lateness import late_words
from maild.desk.recounting import RECOUNTED, recount, recounted
from maild.desk.telling import breaches, those_in_charge, those_leading
from maild.desk.updating import draft_update, put_off, update_customer
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import Decision, Outcome, OutcomeKind, Timer
from maild.model.facts import Facts, TicketFacts
from maild.model.ticket import Cause, CauseKind, Entry, EntryKind, Ticket
from maild.rules import Ladder, Person, Sending

BY = "maild"
_WHOLE = 100


def fall_due(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Enter that a clock is late and tell those in charge, and the lead; one that is not late is left alone.

    Where its calendar was edited meanwhile the clock may be due at another time: then it is late no sooner.
    """
    house = replace(house, absent=frozenset(facts.absences))
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    clock = next((each for each in known.clocks if each.name == timer.about), None) if known is not None else None
    if known is None or clock is None:
        return _nothing("the clock is gone")
    if recounted(clock, house, now).due_at != clock.due_at:
        return recount(known, house, now) or _nothing("the clock is due at another time")
    if not clock.is_late(now):
        return _nothing("the clock is not late")
    if _was_told(known.entries, clock):
        return _nothing("it was entered before the machine's clock was put back")
    is_update = clock.name is ClockName.UPDATE and clock.state is ClockState.RUNNING
    sending = house.rules.lifecycle.update if is_update else Sending.OFF
    sent = _updated(timer, known, facts, house, now) if sending is Sending.AUTO else None
    return sent or _late(timer, known, clock, house, now, is_drafted=sending is Sending.DRAFT)


def _updated(timer: Timer, known: TicketFacts, facts: Facts, house: House, now: datetime) -> Decision | None:
    """Let the customer know how it goes; None where nobody may be written to."""
    again, sheet = put_off(timer, known, facts, house, now), _sheet(timer, known)
    if again is not None:
        return again
    is_told = update_customer(sheet, known, facts, house, now)
    return sheet.decision(entry_of(known.ticket.number), None) if is_told else None


def _was_told(entries: Sequence[Entry], clock: Clock) -> bool:
    """Whether it is entered that the clock missed this target, since it began."""
    is_told, target = False, None
    for entry in entries:
        for each in entry.clocks:
            if each.name is clock.name and RECOUNTED not in entry.flags:
                is_told = is_told and each.target == target and bool(each.elapsed)
                target = each.target
        is_told = is_told or {"breached", clock.name.value} <= set(entry.flags)
    return is_told


def _late(timer: Timer, known: TicketFacts, clock: Clock, house: House, now: datetime, *, is_drafted: bool) -> Decision:
    sheet, ticket = _sheet(timer, known), known.ticket
    is_over = clock.state is ClockState.STOPPED
    due_at = timer.due_at
    came = f", and came at {_written(clock.at)}" if is_over else ""
    late = None if is_over else late_words(due_at, now)
    story = f"{words_of(clock)} was due at {_written(due_at)}{came}." + (f" {late}" if late else "")
    sheet.enter(ticket.number, EntryKind.EVENT, story, flags=("breached", clock.name.value))
    author = draft_update(sheet, known, house, now) if is_drafted else None
    if is_over:
        sheet.explain("it came late: entered, and nobody is told")
    elif _tells(ladder_of(ticket, house), clock):
        sheet.explain("its ladder tells of it")
    else:
        about = (late,) if late else ()
        told_too = [each for each in _told(house, ticket, now) if each != author]
        hours = patient_hours(clock.calendar, house)
        mails = breaches(told_too, ticket.number, clock.name, about)
        sheet.want(*(replace(each, hours=hours) for each in mails))
    return sheet.decision(entry_of(ticket.number), None)


def _tells(ladder: Ladder | None, clock: Clock) -> bool:
    """Whether a step of the ladder is for the instant itself."""
    return ladder is not None and any(
        rung.clock is clock.name and rung.percent == _WHOLE and rung.notify for rung in ladder.steps
    )


def _told(house: House, ticket: Ticket, now: datetime) -> Sequence[Person]:
    """Give who is here of those in charge and who leads them; where none of them is, all the same."""
    people = those_in_charge(house, ticket, now)
    lead = house.lead(house.team_of(ticket), now)
    if lead is not None and lead not in people and house.may_see(lead, ticket):
        people = (*people, lead)
    here = tuple(each for each in people if not house.is_absent(each.key, now))
    return here or those_leading(house, ticket, now) or people


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _sheet(timer: Timer, known: TicketFacts) -> Sheet:
    return Sheet(_cause(timer), BY, known.ticket, known.last_n)


def _cause(timer: Timer) -> Cause:
    return Cause(CauseKind.TIMER, timer.kind.value)


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
