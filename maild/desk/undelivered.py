"""What follows when one of our mails was given up: somebody is told, unless it was itself an alarm."""

from datetime import datetime

from maild.desk.case import Sheet, entry_of
from maild.desk.house import House, is_same
from maild.desk.telling import alarms, those_in_charge, transcripts
from maild.desk.timekeeping import UNHEARD
from maild.model.decision import Decision, Outcome, OutcomeKind
from maild.model.facts import Facts, IssuedMail, TicketFacts, Undelivered
from maild.model.outgoing import Template
from maild.model.saying import say
from maild.model.ticket import Cause, CauseKind, EntryKind, State, Ticket
from maild.rules import Person

BY = "maild"
_SAID_TO_CUSTOMERS = frozenset({Template.REPLY, Template.RESOLVED, Template.CLOSED})
_SETTLED_BY_A_REPLY = frozenset({State.WAITING, State.PENDING, State.RESOLVED, State.CLOSED})


def decide_undelivered(undelivered: Undelivered, facts: Facts, house: House, now: datetime) -> Decision:
    """Decide about a mail that was refused or expired.

    A mail to a customer: those in charge of the ticket. A notice to an agent: the others, else the administrators.
    Everything else: the administrators. Never about an alarm, so that one dead address cannot make two.
    """
    mail = undelivered.mail
    story = say(
        "The mail to {address} was given up ({state}): {why}",
        address=mail.recipient,
        state=undelivered.state,
        why=undelivered.reason,
    )
    known = facts.tickets.get(mail.ticket) if mail.ticket is not None else None
    sheet = Sheet(
        Cause(CauseKind.DELIVERY, str(undelivered.mail_id)), BY, known.ticket if known else None, _last(known)
    )
    sheet.explain(story)
    if known is not None:
        number = known.ticket.number
        if is_unheard(mail, known.ticket):
            sheet.set_state(State.OPEN)
        sheet.enter(number, EntryKind.EVENT, story, flags=("undelivered", *unheard(mail, known.ticket)))
        people = _people(mail, known.ticket, house, now)
        sheet.want(*transcripts(people, number, (story,)))
        if people:
            return sheet.decision(entry_of(number), None)
    if mail.template is not Template.ALARM:
        administrators = [person for person in house.administrators(now) if person.key != mail.person]
        about = f"Ticket #{mail.ticket}: {story}" if mail.ticket is not None else story
        sheet.want(*alarms(administrators, (about,)))
    outcome = entry_of(known.ticket.number) if known else Outcome(OutcomeKind.DESK, reason=story)
    return sheet.decision(outcome, None)


def is_unheard(mail: IssuedMail, ticket: Ticket) -> bool:
    """Whether a ticket stands as it does by words that its requester never got: nobody can wait for their answer."""
    return _is_said_to_requester(mail, ticket) and ticket.state in _SETTLED_BY_A_REPLY


def unheard(mail: IssuedMail, ticket: Ticket) -> tuple[str, ...]:
    """Flag an event by the last entry that a mail showed, if that was said to the requester and never came to them."""
    return (f"{UNHEARD}{mail.seen}",) if _is_said_to_requester(mail, ticket) else ()


def _is_said_to_requester(mail: IssuedMail, ticket: Ticket) -> bool:
    """Whether it is words to whoever waits for them; of who only takes part, the others got the same."""
    is_requesters = ticket.requester is not None and is_same(mail.recipient, ticket.requester.address)
    return mail.template in _SAID_TO_CUSTOMERS and is_requesters


def _people(mail: IssuedMail, ticket: Ticket, house: House, now: datetime) -> tuple[Person, ...]:
    """Give who of the ticket hears of it; a colleague's transcript that is lost is told to administrators only."""
    if mail.person is not None and mail.template is not Template.AGENT_NOTICE:
        return ()
    return those_in_charge(house, ticket, now, but=(mail.person,))


def _last(known: TicketFacts | None) -> int:
    return known.last_n if known else 0
