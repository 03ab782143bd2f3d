"""Word of how it goes, once it is overdue: a draft that an agent lets go, or the desk's own status update."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from maild.desk.case import Sheet
from maild.desk.drafting import REMINDED_AFTER
from maild.desk.house import House
from maild.desk.telling import those_leading, to_person
from maild.desk.timekeeping import UPDATED
from maild.desk.unasked import is_capped, reachable, unasked_mail
from maild.model.clocks import ClockName
from maild.model.decision import Decision, KeepDraft, Outcome, OutcomeKind, StartTimer, Timer, TimerKind
from maild.model.facts import Facts, TicketFacts
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.model.ticket import EntryKind
from maild.rules import Person

_PUT_OFF = timedelta(hours=1)
_LETTERS = 16


def update_customer(sheet: Sheet, known: TicketFacts, facts: Facts, house: House, now: datetime) -> bool:
    """Send the desk's own status update to all outside who may be written to; False where there is nobody."""
    told, _ = reachable(known, known.ticket.outsiders, facts, house, now)
    if not told:
        return False
    names = ", ".join(each.address for each in told)
    sheet.enter(known.ticket.number, EntryKind.EVENT, f"A status update went to {names}.", flags=(UPDATED,))
    sheet.want(*(unasked_mail(known.ticket, each, Template.STATUS_UPDATE) for each in told))
    return True


def put_off(timer: Timer, known: TicketFacts, facts: Facts, house: House, now: datetime) -> Decision | None:
    """Come again in an hour where somebody got as many mails by itself as they may; None where nobody did."""
    if timer.ticket is None or not is_capped(known.ticket.outsiders, facts, house):
        return None
    why = "put off: the desk wrote as often within the hour as it may"
    again = StartTimer(timer.kind, timer.ticket, now + _PUT_OFF, timer.about)
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (again,), (), (), None, (), (why,))


def draft_update(sheet: Sheet, known: TicketFacts, house: House, now: datetime) -> Person | None:
    """Lay a status update before whoever has the ticket, else who leads; None where nobody is here."""
    ticket = known.ticket
    holder = house.find_person(ticket.assignee, now) if ticket.assignee else None
    is_here = holder is not None and not house.is_absent(holder.key, now) and house.may_see(holder, ticket)
    people: Sequence[Person] = (holder,) if holder is not None and is_here else those_leading(house, ticket, now)
    if not people or not ticket.outsiders:
        return None
    author, token = people[0], _token(ticket.number, known.last_n)
    why = say("the customer waits for word of how it goes")
    sheet.add(
        KeepDraft(token, ticket.number, author.key, Meaning.UPDATE, "", (why,), ()),
        StartTimer(TimerKind.DRAFT, ticket.number, now + REMINDED_AFTER, token),
    )
    sheet.want(update_draft(author, ticket.number, token, (why,)))
    return author


def update_draft(author: Person, number: int, token: str, why: tuple[str, ...]) -> Wanted:
    """Show somebody the status update that `#send` lets go."""
    mail = to_person(
        author, Template.DRAFT, number, Thread.INTERNAL, Meaning.DRAFT, about=why, by=author.key, draft=token
    )
    return replace(mail, clock=ClockName.UPDATE)


def _token(number: int, n: int) -> str:
    """Name the draft of one instant of a ticket; it is no secret, the mail that shows it has a mark of its own."""
    digest = sha256(f"update of {number} after {n}".encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:_LETTERS]
