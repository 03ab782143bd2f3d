"""What comes after a ticket was closed: its customer is asked whether it still holds, its people what it taught them.

Both are timers of a closing: a ticket that is opened again or merged stops them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from maild.desk.agreeing import hours_for, patient_hours
from maild.desk.case import Sheet, entry_of
from maild.desk.house import House
from maild.desk.lapsing import BY, PUT_OFF
from maild.desk.telling import named, those_leading, to_person
from maild.desk.unasked import is_capped, reachable, unasked_mail
from maild.model.decision import Decision, Outcome, OutcomeKind, StartTimer, Timer
from maild.model.facts import Facts, TicketFacts
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import Cause, CauseKind, EntryKind, State, Ticket
from maild.rules import Person

ASKED = "review-asked"  # the flag of the event: a ticket is reviewed once, however often it is closed
_MOST_ASKED = 10


def follow_up(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Ask whoever brought a ticket whether what was done still holds."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    follow = house.rules.lifecycle.follow_up
    if known is None or follow is None or known.ticket.state is not State.CLOSED or known.ticket.requester is None:
        return _nothing("the ticket goes on, or nobody is asked any more")
    ticket, who = known.ticket, known.ticket.requester
    if is_capped((who,), facts, house):
        again = StartTimer(timer.kind, ticket.number, now + PUT_OFF)
        return replace(_nothing("put off: the desk wrote as often within the hour as it may"), steps=(again,))
    told, why = reachable(known, (who,), facts, house, now)
    sheet = _sheet(timer, known)
    story = f"{who.address} was asked whether it still holds." if told else f"Nobody was asked again: {why}."
    sheet.enter(ticket.number, EntryKind.EVENT, story)
    hours = hours_for(ticket, house, follow.calendar).key
    sheet.want(*(replace(unasked_mail(ticket, each, Template.FOLLOW_UP), hours=hours) for each in told))
    return sheet.decision(entry_of(ticket.number), None)


def ask_for_review(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Ask those who were involved in an escalation what went well, what did not, and what to do; once a ticket."""
    house = replace(house, absent=frozenset(facts.absences))
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    review = house.rules.lifecycle.review
    if known is None or review is None or known.ticket.state is not State.CLOSED:
        return _nothing("the ticket goes on, or nothing is reviewed any more")
    if any(ASKED in entry.flags for entry in known.entries):
        return _nothing("it was reviewed after an earlier closing")
    ticket, team = known.ticket, house.team_of(known.ticket)
    asked = (person for whom in review.ask for person in named(house, whom, team, ticket.assignee, now))
    people = _seeing((*asked, *_took_part(known, house, now)), ticket, house) or those_leading(house, ticket, now)
    sheet = _sheet(timer, known)
    names = ", ".join(person.name for person in people)
    sheet.enter(
        ticket.number, EntryKind.EVENT, f"Asked what the escalation taught: {names or 'nobody'}.", flags=(ASKED,)
    )
    hours = patient_hours(hours_for(ticket, house, None).key, house)
    for person in people:
        mail = to_person(person, Template.POST_ESCALATION_REVIEW, ticket.number, Thread.INTERNAL, Meaning.NOTE)
        sheet.want(replace(mail, hours=hours))
    return sheet.decision(entry_of(ticket.number), None)


def _took_part(known: TicketFacts, house: House, now: datetime) -> Iterator[Person]:
    """Give who of the house wrote to the customer or to colleagues."""
    for entry in known.entries:
        person = house.find_person(entry.by, now) if entry.kind in {EntryKind.AGENT, EntryKind.NOTE} else None
        if person is not None:
            yield person


def _seeing(people: Iterable[Person], ticket: Ticket, house: House) -> tuple[Person, ...]:
    once = {person.key: person for person in people if house.may_see(person, ticket)}
    return tuple(once.values())[:_MOST_ASKED]


def _sheet(timer: Timer, known: TicketFacts) -> Sheet:
    return Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, known.ticket, known.last_n)


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
