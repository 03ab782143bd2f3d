"""What follows from a mail of somebody outside to a ticket that was found: an entry of it, or of what follows it."""

from collections.abc import Iterator

from maild.desk.acknowledging import farewell, too_large
from maild.desk.announcing import announce, cautions, doubts, is_proved
from maild.desk.case import Case, Sheet, entry_of, held, joining, remembered, sheet_for
from maild.desk.consenting import find_consent
from maild.desk.courtesy import Answer, find_answer
from maild.desk.ending import Ending, find_ending, rule_ticket
from maild.desk.filling import filled
from maild.desk.finding import led_on
from maild.desk.house import is_same
from maild.desk.identity import Heard, hear_codes
from maild.desk.lifecycle import may_reopen
from maild.desk.opening import open_ticket
from maild.desk.ruling import (
    as_ruled,
    counted,
    held_by_rules,
    keep,
    notify,
    obeyed,
    rule_mail,
    why_held,
)
from maild.desk.surveying import find_vote, vote
from maild.desk.telling import aside_notices, light_enough, notices, those_in_charge
from maild.model.decision import (
    AddParticipant,
    Decision,
    Standing,
    StopTimers,
    TimerKind,
    Trust,
)
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Template
from maild.model.ticket import Change, EntryKind, State, Ticket
from maild.rules.occasions import Verdicts

_SETTLED = frozenset({State.RESOLVED, State.CLOSED})
_WOKEN_BY_WORDS = frozenset({State.OPEN, State.WAITING, State.PENDING, State.RESOLVED, State.CLOSED})


def file_mail(case: Case, known: TicketFacts) -> Decision:
    """Make a mail of a participant or a stranger an entry of the ticket that was found, or of what follows it."""
    sender = case.sender
    if sender is not None and sender.trust is Trust.FORGED and not case.is_released:
        return held(case, f"forged: {sender.address} did not send it ({sender.proof})")
    consent = find_consent(case, known.ticket)
    if sender is not None and sender.standing is Standing.CONSULTED and consent is None:
        return _file_aside(case, known)
    known = led_on(known, case.facts)
    voted = find_vote(case, known)
    if voted is not None:
        return vote(case, known, *voted)
    is_believed = sender is not None and (sender.standing is Standing.PARTICIPANT or sender.trust is Trust.PROVED)
    answer = _answer_of(case, known.ticket) if is_believed else Answer.WORDS
    # What answers another question does not say whether it is solved.
    answer = Answer.COURTESY if consent is not None and known.ticket.state in _SETTLED else answer
    if is_believed and answer in {Answer.WORDS, Answer.NO} and _is_over(case, known.ticket):
        return open_ticket(case, after=known)
    state = _state_after(case, known.ticket, answer) if is_believed else None
    is_settled = known.ticket.state in _SETTLED
    verdicts = rule_mail(case, known, is_reopened=is_settled and state is State.OPEN)
    why_not = why_held(verdicts)
    if why_not and not case.is_released:
        return held_by_rules(case, why_not, verdicts)
    return _file(case, known, verdicts, answer, state=state, consent=consent)


def _file(
    case: Case, known: TicketFacts, verdicts: Verdicts, answer: Answer, *, state: State | None, consent: Change | None
) -> Decision:
    """Enter a mail, and do what it says, what it brings and what the rules want; `state` is where its words lead."""
    sheet = sheet_for(case, known)
    keep(case, sheet, verdicts)
    done = obeyed(case, verdicts)
    # What says no more than yes or thanks to a settled matter moves it as such words do, and no rule moves it on.
    found = find_ending(case, verdicts, known.ticket.number, known.ticket) if answer is Answer.WORDS else ""
    sheet.explain(*((str(found),) if found else ()))
    ending = found if isinstance(found, Ending) else None
    if state is not None and ending is None:
        sheet.set_state(state)
        sheet.add(StopTimers(TimerKind.WAKE, known.ticket.number))
    heard = hear_codes(case, known)
    sheet.change(*heard.changes, *filled(case, known.ticket, done))
    sheet.add(*heard.steps)
    ticket = as_ruled(known, done, case.now)
    sheet.change(*((consent,) if consent is not None else ()))
    _enter(case, sheet, ticket, answer)
    rule_ticket(case, sheet, known, done, ending)
    sheet.add(*counted(case, verdicts, ticket.number))
    if ending is None or ending.state is not State.SPAM:
        told = _respond(case, sheet, ticket, answer, ending, heard=heard)
        if told is not None:
            notify(case, sheet, ticket, done, told)
    return sheet.decision(entry_of(ticket.number), case)


def _enter(case: Case, sheet: Sheet, ticket: Ticket, answer: Answer) -> None:
    """File the mail, and let people join; `ticket` is as the rules have it."""
    is_settled = ticket.state in _SETTLED and answer is not Answer.WORDS
    sheet.enter(
        ticket.number,
        EntryKind.CUSTOMER,
        case.words,
        flags=(*doubts(case), *((answer.value,) if is_settled else ())),
        attachments=case.message.attachments,
        message_id=case.message.message_id,
    )
    sheet.add(remembered(case, ticket.number), *_joined(case, ticket))


def _respond(
    case: Case, sheet: Sheet, ticket: Ticket, answer: Answer, ending: Ending | None, *, heard: Heard
) -> tuple[str, ...] | None:
    """Answer what is to be answered at once, and tell those in charge unless it says nothing but thanks, or is solved.

    Gives the keys of those who were told; None where nobody shall be.
    """
    too_much = too_large(case, ticket.number)
    sheet.want(*([too_much] if too_much else []))
    if ticket.state in _SETTLED and answer is Answer.COURTESY:
        sheet.explain("courtesy on a settled ticket: filed, and nobody is told")
        return None
    if ticket.state is State.RESOLVED and answer is Answer.YES and is_proved(case):
        sheet.want(*farewell(case, ticket))
    told = announce(case, sheet, ticket, about=heard.about) if ending is None or ending.state is State.PENDING else ()
    lead = case.house.lead(case.house.team_of(ticket), case.now) if heard.is_locked else None
    if lead is not None and lead.key not in told and case.house.may_see(lead, ticket):
        sheet.want(*notices([lead], ticket.number, heard.about))
        return (*told, lead.key)
    return told


def _is_over(case: Case, ticket: Ticket) -> bool:
    """Whether a ticket was closed too long ago to go on."""
    return ticket.state is State.CLOSED and not may_reopen(ticket, case.house, case.now)


def _answer_of(case: Case, ticket: Ticket) -> Answer:
    """Say whether the mail is but a yes, a no or thanks to a ticket that is settled; with files it is words."""
    if ticket.state not in _SETTLED or case.message.attachments or not case.message.reply.strip():
        return Answer.WORDS
    names = [each.name for each in case.house.people(case.now)]
    names += [each.name for each in (case.message.sender, ticket.requester, *ticket.participants) if each is not None]
    return find_answer(case.message.reply, names, ticket.language)


def _state_after(case: Case, ticket: Ticket, answer: Answer) -> State | None:
    """Say to which state a mail of the customer's side brings a ticket; None for the one that it has."""
    if ticket.state not in _WOKEN_BY_WORDS:
        return None
    answered = case.found.answered
    is_asked = ticket.state is State.RESOLVED or (answered is not None and answered.template is Template.FOLLOW_UP)
    if answer is Answer.WORDS or (answer is Answer.NO and is_asked):
        return State.OPEN
    if answer is Answer.YES and ticket.state is State.RESOLVED and is_proved(case):
        return State.CLOSED
    return None


def _file_aside(case: Case, known: TicketFacts) -> Decision:
    """File what somebody asked aside answers as a note, and show it to whoever asked: their answer goes back there."""
    ticket, message = known.ticket, case.message
    sheet = sheet_for(case, known)
    sheet.enter(
        ticket.number,
        EntryKind.NOTE,
        case.words,
        flags=("aside", *(() if is_proved(case) else ("claimed",))),
        attachments=message.attachments,
        message_id=message.message_id,
    )
    sheet.add(remembered(case, ticket.number))
    asked = next((each for each in ticket.consulted if _is_from(case, each.who)), None)
    asker = case.house.find_person(asked.asked_by, case.now) if asked else None
    is_shown = asker is not None and case.house.may_see(asker, ticket)
    told = (asker,) if asker is not None and is_shown else those_in_charge(case.house, ticket, case.now)
    files = light_enough(message.attachments, case.house.limits.notice)
    sheet.want(*aside_notices(told, ticket.number, asked.who if asked else None, tuple(cautions(case)), files))
    return sheet.decision(entry_of(ticket.number), case)


def _is_from(case: Case, who: Address) -> bool:
    return case.sender is not None and is_same(case.sender.address, who.address)


def _joined(case: Case, ticket: Ticket) -> Iterator[AddParticipant]:
    """Say who takes part from now on: whom the proved requester named, and a proved colleague who holds a mark."""
    sender, message = case.sender, case.message
    if sender is None or sender.trust is not Trust.PROVED or case.is_automatic or message.sender is None:
        return
    if ticket.confidential is not None:
        return
    requester = ticket.requester
    present = (*((requester,) if requester else ()), *ticket.participants)
    if requester is not None and is_same(requester.address, sender.address):
        yield from joining(case, ticket.number, present)
    elif sender.standing is Standing.STRANGER and requester is not None and case.found.shown is not None:
        domain = sender.address.rpartition("@")[2].lower()
        is_colleague = domain == requester.address.rpartition("@")[2].lower()
        is_of_this = case.found.shown.ticket == ticket.number
        is_somebody = sender.person is None and case.house.may_be_written_to(sender.address)
        if is_colleague and is_of_this and is_somebody and domain not in case.house.limits.free_mail:
            yield AddParticipant(ticket.number, message.sender)
