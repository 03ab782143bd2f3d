"""What follows from a mail of somebody outside: a new ticket, or an entry of one that was found."""

from collections.abc import Iterator
from datetime import timedelta

from maild.desk.acknowledging import acknowledgement, farewell, reached_cap, too_large
from maild.desk.case import Case, Sheet, entry_of, held, joining, links, remembered, sheet_for
from maild.desk.courtesy import Answer, find_answer
from maild.desk.house import is_same
from maild.desk.ruling import (
    apply_to,
    as_person,
    notify,
    opened_as,
    record,
    requester_of,
    rule_mail,
    rule_new,
    wants,
    why_held,
)
from maild.desk.subjects import ticket_subject
from maild.desk.telling import alarms, aside_notices, light_enough, notices, those_in_charge
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    ChangeTicket,
    Decision,
    LinkTickets,
    MeetContact,
    OpenTicket,
    Standing,
    StartTimer,
    Step,
    StopTimers,
    TimerKind,
    Trust,
)
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Wanted
from maild.model.ticket import Change, EntryKind, State, Ticket
from maild.rules import Queue
from maild.rules.effects import CallSpam, DoNotAcknowledge, TakeAsPerson, TakeRequester
from maild.rules.occasions import Verdicts

REOPEN_WITHIN = timedelta(days=14)
_MOST_HOPS = 5
_MOST_NAMED = 50
_SETTLED = frozenset({State.RESOLVED, State.CLOSED})
_WOKEN_BY_WORDS = frozenset({State.OPEN, State.WAITING, State.PENDING, State.RESOLVED, State.CLOSED})


def open_ticket(case: Case, after: TicketFacts | None = None) -> Decision:
    """Open a ticket for whoever wrote, acknowledge it as far as they are proved, tell the queue's team.

    `after` is a closed ticket whose thread goes on in this one.
    """
    number, queue = case.facts.next_number, queue_of(case)
    old = after.ticket if after is not None else None
    verdicts = rule_new(case, old.queue, old.team) if old is not None else rule_new(case, queue.key, queue.team)
    why_not = why_held(verdicts)
    if why_not and not case.is_released:
        return held(case, why_not)
    requester = requester_of(case, verdicts)
    is_form = wants(verdicts, TakeAsPerson)
    case = as_person(case, requester) if is_form else case
    sheet = sheet_for(case, None)
    opened = OpenTicket(
        number=number,
        subject=ticket_subject(case.message.subject),
        state=State.NEW,
        queue=queue.key,
        team=queue.team,
        assignee=None,
        requester=requester,
        language=_language_of(case, after),
        confidential=old.confidential if old is not None else None,
    )
    opened = opened_as(case, opened, verdicts)
    _begin(case, sheet, opened, after)
    record(case, sheet, number, verdicts)
    if wants(verdicts, CallSpam):
        sheet.explain("spam by a rule: nobody is answered or told")
        return sheet.decision(entry_of(number), case)
    answer = _rules_answer(verdicts) or acknowledgement(case, number, after)
    sheet.note_cap(reached_cap(case))
    sheet.want(*([answer] if isinstance(answer, Wanted) else []))
    sheet.explain(answer if isinstance(answer, str) else f"a new ticket: {answer.template.value}")
    notify(case, sheet, opened, verdicts, _tell(case, sheet, opened))
    return sheet.decision(entry_of(number), case)


def _begin(case: Case, sheet: Sheet, opened: OpenTicket, after: TicketFacts | None) -> None:
    """Open the ticket with the mail as its first entry, meet who wrote, and let those join whom they surely named."""
    message, sender, requester, number = case.message, case.sender, opened.requester, opened.number
    files, flags = message.attachments, _doubts(case)
    sheet.open(opened)
    sheet.enter(number, EntryKind.CUSTOMER, case.words, flags=flags, attachments=files, message_id=message.message_id)
    sheet.add(remembered(case, number), *links(case, number))
    if after is not None:
        sheet.add(*_leading_on(case, after, number))
    if requester is None or case.is_automatic:
        return
    if sender is None or sender.trust is not Trust.FORGED:
        sheet.add(MeetContact(requester))
    if opened.confidential is None and _is_proved(case):
        sheet.add(*joining(case, number, (requester,)))


def _rules_answer(verdicts: Verdicts) -> str:
    """Say why rules leave a new ticket without acknowledgement; "" where they do not."""
    if wants(verdicts, DoNotAcknowledge):
        return "no acknowledgement: a rule says so"
    # Whom a form names has not written here, and how often they were answered was not asked: fail closed.
    return "no acknowledgement: a form named them" if wants(verdicts, TakeRequester) else ""


def file_mail(case: Case, known: TicketFacts) -> Decision:
    """Make a mail of a participant or a stranger an entry of the ticket that was found, or of what follows it."""
    sender = case.sender
    if sender is not None and sender.trust is Trust.FORGED and not case.is_released:
        return held(case, f"forged: {sender.address} did not send it ({sender.proof})")
    if sender is not None and sender.standing is Standing.CONSULTED:
        return _file_aside(case, known)
    known = _followed(case, known)
    is_believed = sender is not None and (sender.standing is Standing.PARTICIPANT or sender.trust is Trust.PROVED)
    answer = _answer_of(case, known.ticket) if is_believed else Answer.WORDS
    if is_believed and answer is Answer.WORDS and _is_over(case, known.ticket):
        return open_ticket(case, after=known)
    sheet = sheet_for(case, known)
    state = _state_after(case, known.ticket, answer) if is_believed else None
    is_settled = known.ticket.state in _SETTLED
    verdicts = rule_mail(case, known, is_reopened=is_settled and state is State.OPEN)
    why_not = why_held(verdicts)
    if why_not and not case.is_released:
        return held(case, why_not)
    if state is not None:
        sheet.set_state(state)
        sheet.add(StopTimers(TimerKind.WAKE, known.ticket.number))
    _enter(case, known, sheet, answer, verdicts)
    return sheet.decision(entry_of(known.ticket.number), case)


def _enter(case: Case, known: TicketFacts, sheet: Sheet, answer: Answer, verdicts: Verdicts) -> None:
    """File the mail, let people join, and tell those in charge unless it says nothing but thanks."""
    ticket, message = known.ticket, case.message
    is_settled = ticket.state in _SETTLED and answer is not Answer.WORDS
    sheet.enter(
        ticket.number,
        EntryKind.CUSTOMER,
        case.words,
        flags=(*_doubts(case), *((answer.value,) if is_settled else ())),
        attachments=message.attachments,
        message_id=message.message_id,
    )
    sheet.add(remembered(case, ticket.number), *_joined(case, ticket))
    if any(verdict.is_matched for verdict in verdicts.verdicts):
        apply_to(sheet, known, verdicts)
        record(case, sheet, ticket.number, verdicts)
    too_much = too_large(case, ticket.number)
    sheet.want(*([too_much] if too_much else []))
    if is_settled and answer is Answer.COURTESY:
        sheet.explain("courtesy on a settled ticket: filed, and nobody is told")
        return
    is_confirmed = ticket.state is State.RESOLVED and answer is Answer.YES and _is_proved(case)
    if is_confirmed:
        sheet.want(*farewell(case, ticket))
    notify(case, sheet, ticket, verdicts, _tell(case, sheet, ticket))


def _followed(case: Case, known: TicketFacts) -> TicketFacts:
    """Go on to the ticket in which a closed one's thread goes on."""
    for _ in range(_MOST_HOPS):
        successor = known.ticket.successor
        if known.ticket.state is not State.CLOSED or successor is None or successor not in case.facts.tickets:
            break
        known = case.facts.tickets[successor]
    return known


def _is_over(case: Case, ticket: Ticket) -> bool:
    """Whether a ticket was closed too long ago to go on."""
    return ticket.state is State.CLOSED and case.now - ticket.state_at > REOPEN_WITHIN


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
    if answer is Answer.WORDS or (answer is Answer.NO and ticket.state is State.RESOLVED):
        return State.OPEN
    if answer is Answer.YES and ticket.state is State.RESOLVED and _is_proved(case):
        return State.CLOSED
    return None


def _is_proved(case: Case) -> bool:
    return case.sender is not None and case.sender.trust is Trust.PROVED


def _leading_on(case: Case, after: TicketFacts, number: int) -> Iterator[Step]:
    """Let a closed ticket lead on to the one in which its thread goes on."""
    old = after.ticket
    change = Change("successor", str(old.successor) if old.successor else None, str(number))
    story = f"The customer wrote again long after it was closed: it goes on in #{number}."
    yield LinkTickets(number, old.number, "follows it")
    yield ChangeTicket(old.number, (change,))
    yield AddEntry(old.number, after.last_n + 1, EntryKind.EVENT, "maild", case.cause, story, (change,))


def _file_aside(case: Case, known: TicketFacts) -> Decision:
    """File what somebody asked aside answers as a note, and show it to whoever asked: their answer goes back there."""
    ticket, message = known.ticket, case.message
    sheet = sheet_for(case, known)
    sheet.enter(
        ticket.number,
        EntryKind.NOTE,
        case.words,
        flags=("aside", *(() if _is_proved(case) else ("claimed",))),
        attachments=message.attachments,
        message_id=message.message_id,
    )
    sheet.add(remembered(case, ticket.number))
    asked = next((each for each in ticket.consulted if _is_from(case, each.who)), None)
    asker = case.house.find_person(asked.asked_by, case.now) if asked else None
    is_shown = asker is not None and case.house.may_see(asker, ticket)
    told = (asker,) if asker is not None and is_shown else those_in_charge(case.house, ticket, case.now)
    files = light_enough(message.attachments, case.house.limits.notice)
    sheet.want(*aside_notices(told, ticket.number, asked.who if asked else None, tuple(_warn(case)), files))
    return sheet.decision(entry_of(ticket.number), case)


def _is_from(case: Case, who: Address) -> bool:
    return case.sender is not None and is_same(case.sender.address, who.address)


def _tell(case: Case, sheet: Sheet, ticket: Ticket | OpenTicket) -> tuple[str, ...]:
    """Tell those in charge, and name who else got the mail and takes no part; soon after the last notice, later."""
    number = ticket.number
    told_at = case.known.noticed_at if case.known is not None and case.known.ticket.number == number else None
    again_at = told_at + case.house.desk.notice_every if told_at is not None else None
    if again_at is not None and again_at > case.now:
        sheet.add(StopTimers(TimerKind.NOTICE, number), StartTimer(TimerKind.NOTICE, number, again_at))
        sheet.explain("colleagues were told of the ticket a moment ago: this is told with what else comes")
        return ()
    told = those_in_charge(case.house, ticket, case.now, but=(_person(case),))
    if not told and ticket.confidential is not None:
        story = f"Ticket #{number} is confidential, and nobody who may see it is here to be told of a mail."
        sheet.want(*alarms(case.house.administrators(case.now), (story,)))
    files = light_enough(case.message.attachments, case.house.limits.notice)
    sheet.want(*notices(told, number, tuple(_warn(case)), files, tuple(_others(case))))
    return tuple(person.key for person in told)


def _language_of(case: Case, after: TicketFacts | None) -> str | None:
    """Give a new ticket's language: of the one it goes on from, of its contact, else of the words it begins with."""
    if after is not None:
        return after.ticket.language
    address = case.sender.address.lower() if case.sender is not None else ""
    met, listed = case.facts.contacts.get(address), case.house.rules.contacts.get(address)
    known = (met.language if met else None) or (listed.language if listed else None)
    return known or case.message.language


def queue_of(case: Case) -> Queue:
    """Choose a new ticket's queue: the first of ours in To, then Cc; else the mailbox's."""
    for each in (*case.message.to, *case.message.cc):
        queue = case.house.find_queue(each.address)
        if queue is not None:
            return queue
    queues = case.house.queues()
    key = case.house.mailbox_queues.get(case.mailbox, "")
    return queues.get(key) or next(iter(queues.values()))


def _doubts(case: Case) -> tuple[str, ...]:
    """Name what an entry's reader must know about its sender."""
    sender = case.sender
    if sender is None:
        return ("unknown-sender",)
    on_ticket = case.known is not None
    stranger = ("stranger",) if on_ticket and sender.standing is Standing.STRANGER else ()
    trust = () if sender.trust is Trust.PROVED else (sender.trust.value,)
    return (*stranger, *trust)


def _warn(case: Case) -> Iterator[str]:
    sender = case.sender
    if sender is None:
        yield "the mail names no sender that could be answered"
    elif sender.trust is Trust.FORGED:
        yield f"{sender.address} did not send this: {sender.proof}"
    if not case.is_whole:
        yield "the mail is over the size limit: it was not taken whole and lies in the mailbox"


def _others(case: Case) -> Iterator[Address]:
    """Give who also got the mail and is nobody of the ticket."""
    there = {each.lower() for each in _present(case)}
    for each in (*case.message.to, *case.message.cc)[:_MOST_NAMED]:
        if each.address.lower() not in there and not case.house.is_ours(each.address):
            there.add(each.address.lower())
            yield each


def _present(case: Case) -> Iterator[str]:
    if case.sender is not None:
        yield case.sender.address
    if case.known is not None:
        ticket = case.known.ticket
        yield from (each.address for each in (*((ticket.requester,) if ticket.requester else ()), *ticket.participants))


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


def _person(case: Case) -> str | None:
    """Name the agent who surely wrote this and need not be told; one in whose name it came must hear of it."""
    sender = case.sender
    return sender.person if sender is not None and sender.trust is Trust.PROVED else None
