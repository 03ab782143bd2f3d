"""What follows from a mail of somebody outside: a new ticket, or an entry of one that was found."""

from collections.abc import Iterator
from datetime import timedelta

from maild.desk.case import Case, entry_of, held, joining, links, remembered, sheet_for
from maild.desk.house import is_same
from maild.desk.subjects import ticket_subject
from maild.desk.telling import light_enough, notices, those_in_charge
from maild.model.decision import AddParticipant, Decision, OpenTicket, Standing, Trust
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Author, Meaning, Template, Thread, Wanted
from maild.model.ticket import EntryKind, State, Ticket
from maild.rules import Queue

ACKNOWLEDGEMENT_EXPIRES = timedelta(hours=4)
_WOKEN_BY_WORDS = frozenset({State.OPEN, State.WAITING, State.PENDING, State.RESOLVED, State.CLOSED})


def open_ticket(case: Case) -> Decision:
    """Open a ticket for whoever wrote, acknowledge it as far as they are proved, tell the queue's team."""
    number, queue = case.facts.next_number, queue_of(case)
    sender, message = case.sender, case.message
    requester = message.sender
    sheet = sheet_for(case, None)
    opened = OpenTicket(
        number=number,
        subject=ticket_subject(message.subject),
        state=State.NEW,
        queue=queue.key,
        team=queue.team,
        assignee=None,
        requester=requester,
        language=None,
    )
    sheet.open(opened)
    flags = _doubts(case)
    sheet.enter(
        number,
        EntryKind.CUSTOMER,
        case.words,
        flags=flags,
        attachments=message.attachments,
        message_id=message.message_id,
    )
    sheet.add(remembered(case, number), *links(case, number))
    if sender is not None and sender.trust is Trust.PROVED and not case.is_automatic and requester is not None:
        sheet.add(*joining(case, number, (requester,)))
    answer = acknowledgement(case, number)
    sheet.note_cap(_reached_cap(case))
    sheet.want(*([answer] if isinstance(answer, Wanted) else []))
    sheet.explain(answer if isinstance(answer, str) else f"a new ticket: {answer.template.value}")
    told = those_in_charge(case.house, queue.team, None, case.now, but=(_person(case),))
    sheet.want(*notices(told, number, _warnings(case), light_enough(message.attachments, case.house.limits.notice)))
    return sheet.decision(entry_of(number), case)


def file_mail(case: Case, known: TicketFacts) -> Decision:
    """Make a mail of a participant or a stranger an entry of the ticket that was found."""
    ticket, sender, message = known.ticket, case.sender, case.message
    if sender is not None and sender.trust is Trust.FORGED and not case.is_released:
        return held(case, f"forged: {sender.address} did not send it ({sender.proof})")
    sheet = sheet_for(case, known)
    is_believed = sender is not None and (sender.standing is Standing.PARTICIPANT or sender.trust is Trust.PROVED)
    if is_believed and ticket.state in _WOKEN_BY_WORDS:
        sheet.set_state(State.OPEN)
    sheet.enter(
        ticket.number,
        EntryKind.CUSTOMER,
        case.words,
        flags=_doubts(case),
        attachments=message.attachments,
        message_id=message.message_id,
    )
    sheet.add(remembered(case, ticket.number), *_joined(case, ticket))
    answer = too_large(case, ticket.number)
    sheet.want(*([answer] if answer else []))
    told = those_in_charge(case.house, case.house.team_of(ticket), ticket.assignee, case.now, but=(_person(case),))
    sheet.want(
        *notices(told, ticket.number, _warnings(case), light_enough(message.attachments, case.house.limits.notice))
    )
    return sheet.decision(entry_of(ticket.number), case)


def queue_of(case: Case) -> Queue:
    """Choose a new ticket's queue: the first of ours in To, then Cc; else the mailbox's."""
    for each in (*case.message.to, *case.message.cc):
        queue = case.house.find_queue(each.address)
        if queue is not None:
            return queue
    queues = case.house.queues()
    key = case.house.mailbox_queues.get(case.mailbox, "")
    return queues.get(key) or next(iter(queues.values()))


def acknowledgement(case: Case, number: int) -> Wanted | str:
    """Want the acknowledgement of a new ticket, or say why there is none (mail-facts, 3 and 5)."""
    sender = case.sender
    if sender is None:
        return "no acknowledgement: nobody is named as the sender"
    if sender.trust is Trust.FORGED:
        return f"no acknowledgement: {sender.address} did not send it"
    why_not = _why_not_answered(case)
    if why_not:
        return f"no acknowledgement: {why_not}"
    if not case.is_whole:
        return _answer(case, number, Template.TOO_LARGE)
    proved = sender.trust is Trust.PROVED
    return _answer(case, number, Template.ACKNOWLEDGED if proved else Template.ACKNOWLEDGED_MINIMAL)


def too_large(case: Case, number: int) -> Wanted | None:
    """Tell a sender that parts of their mail were not taken."""
    if case.is_whole or case.sender is None or case.sender.trust is not Trust.PROVED or _why_not_answered(case):
        return None
    return _answer(case, number, Template.TOO_LARGE)


def _answer(case: Case, number: int, template: Template) -> Wanted:
    sender = case.message.sender or Address("")
    return Wanted(
        template=template,
        to=sender.address,
        to_name=sender.name,
        person=None,
        ticket=number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        author=Author.AUTO_REPLIED,
        expires_in=ACKNOWLEDGEMENT_EXPIRES,
        in_reply_to=case.message.message_id,
    )


def _why_not_answered(case: Case) -> str:
    return _why_forbidden(case) or _why_capped(case)


def _reached_cap(case: Case) -> str:
    """Say for whom which cap is reached, where nothing else forbids an answer."""
    sender = case.sender
    if sender is None or sender.trust is Trust.FORGED or _why_forbidden(case):
        return ""
    why = _why_capped(case)
    return f"{sender.address}: {why}" if why else ""


def _why_forbidden(case: Case) -> str:
    sender, message = case.sender, case.message
    if message.automatic is not None:
        return f"a machine wrote it ({message.automatic_proof})"
    if not message.may_answer:
        return "the mail forbids automatic answers"
    if sender is None or not case.house.may_be_written_to(sender.address):
        return "the address is never written to automatically"
    return ""


def _why_capped(case: Case) -> str:
    """Say which cap on acknowledgements is reached: ours must not become somebody's flood (behaviour.md, 6)."""
    caps, counts = case.house.limits.acknowledgements, case.facts.acknowledgements
    sender = case.sender
    if counts.address_hour >= caps.address_hour:
        return "this address got as many in an hour as anybody may"
    if sender is None or sender.trust is Trust.PROVED or case.facts.was_proved_lately:
        return ""
    if counts.address_hour >= caps.unproved_address_hour or counts.address_day >= caps.unproved_address_day:
        return "this unproved address got as many as it may"
    domain = sender.address.rpartition("@")[2].lower()
    if domain not in case.house.limits.free_mail and counts.domain_hour >= caps.unproved_domain_hour:
        return f"{domain} got as many in an hour as an unproved domain may"
    return "unproved senders got as many in an hour as all may" if counts.all_hour >= caps.unproved_all_hour else ""


def _doubts(case: Case) -> tuple[str, ...]:
    """Name what an entry's reader must know about its sender."""
    sender = case.sender
    if sender is None:
        return ("unknown-sender",)
    on_ticket = case.known is not None
    stranger = ("stranger",) if on_ticket and sender.standing is Standing.STRANGER else ()
    trust = () if sender.trust is Trust.PROVED else (sender.trust.value,)
    return (*stranger, *trust)


def _warnings(case: Case) -> tuple[str, ...]:
    """Say to the notice's reader what is doubtful about the sender, and who else got the mail."""
    return tuple(_warn(case))


def _warn(case: Case) -> Iterator[str]:
    sender, message = case.sender, case.message
    if sender is None:
        yield "the mail names no sender that could be answered"
    elif sender.trust is Trust.FORGED:
        yield f"{sender.address} did not send this: {sender.proof}"
    if not case.is_whole:
        yield "the mail is over the size limit: it was not taken whole and lies in the mailbox"
    there = {each.lower() for each in _present(case)}
    others = [each.address for each in (*message.to, *message.cc) if each.address.lower() not in there]
    others = [each for each in others if not case.house.is_ours(each)]
    if others:
        yield f"it also went to {', '.join(others[:10])}{' …' if len(others) > 10 else ''}"  # noqa: PLR2004 - a line's worth


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
