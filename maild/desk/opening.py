"""A mail that belongs to no ticket opens one: with the values that the rules give, acknowledged, and told."""

from collections.abc import Iterator
from dataclasses import replace

from maild.desk.acknowledging import acknowledgement, reached_cap, refusal
from maild.desk.announcing import announce, doubts, is_proved
from maild.desk.case import Case, Sheet, entry_of, joining, links, old_tags, remembered, sheet_for
from maild.desk.ending import Ending, end, find_ending
from maild.desk.forms import as_written_by, named_requester, why_unanswered
from maild.desk.house import House
from maild.desk.incidents import join_incident
from maild.desk.parts import open_parts
from maild.desk.repeating import Key, file_again, find_key, keyed_case, remembered_key
from maild.desk.ruling import (
    asked_approvals,
    counted,
    find_effect,
    held_by_rules,
    keep,
    notify,
    opened_as,
    record,
    rule_new,
    wants,
    why_held,
)
from maild.desk.subjects import ticket_subject
from maild.model.decision import (
    AddEntry,
    ChangeTicket,
    Decision,
    LinkTickets,
    MeetContact,
    OpenTicket,
    Outcome,
    OutcomeKind,
    Step,
    Trust,
)
from maild.model.facts import TicketFacts
from maild.model.mail import Message
from maild.model.outgoing import Template, Wanted
from maild.model.ticket import Change, EntryKind, State
from maild.rules import Queue
from maild.rules.effects import CallSpam, Refuse, UseTemplate
from maild.rules.occasions import Done, Verdicts

OLD_TICKET = "old_ticket"  # the field that says how an old desk called the matter


def open_ticket(case: Case, after: TicketFacts | None = None) -> Decision:
    """Open a ticket for whoever wrote, acknowledge it as far as they are proved, tell the queue's team.

    `after` is a closed ticket whose thread goes on in this one.
    """
    queue, old = queue_of(case.message, case.mailbox, case.house), after.ticket if after is not None else None
    verdicts = rule_new(case, old.queue, old.team) if old is not None else rule_new(case, queue.key, queue.team)
    why_not = why_held(verdicts)
    if why_not and not case.is_released:
        return held_by_rules(case, why_not, verdicts)
    refuse = None if case.is_released or _answers_refusal(case) else find_effect(verdicts, Refuse)
    key = find_key(verdicts) if after is None and refuse is None and not wants(verdicts, CallSpam) else None
    case = keyed_case(case, key) if key is not None else case
    if key is not None and case.known is not None:
        return file_again(case, case.known, key, verdicts)
    named = named_requester(case, verdicts)
    case = as_written_by(case, named, verdicts) if named is not None else case
    if refuse is not None:
        return _refused(case, refuse, verdicts)
    opened = OpenTicket(
        number=case.facts.next_number,
        subject=ticket_subject(case.message.subject),
        state=State.NEW,
        queue=queue.key,
        team=queue.team,
        assignee=None,
        requester=named or case.message.sender,
        language=_language_of(case, after),
        fields=_old_ticket(case),
        confidential=old.confidential if old is not None else None,
    )
    return _opened(case, opened_as(case, opened, verdicts), verdicts, key, after)


def _old_ticket(case: Case) -> tuple[tuple[str, str], ...]:
    """Keep as a field how an old desk called the matter."""
    return tuple((OLD_TICKET, str(each)) for each in old_tags(case)[:1])


def _opened(case: Case, opened: OpenTicket, verdicts: Verdicts, key: Key | None, after: TicketFacts | None) -> Decision:
    """Open a ticket with the values that rules gave it, and do what follows."""
    sheet, number = sheet_for(case, None), opened.number
    keep(case, sheet, verdicts)
    found = find_ending(case, verdicts, number, None)
    ending = found if isinstance(found, Ending) else None
    opened = replace(opened, state=ending.state) if ending is not None else opened
    _begin(case, sheet, opened, after)
    sheet.add(*remembered_key(case, number, key))
    sheet.change(*asked_approvals(case, verdicts, None))
    record(case, sheet, number, verdicts)
    sheet.add(*counted(case, verdicts, number))
    if ending is not None:
        end(case, sheet, number, ending)
    sheet.explain(*((str(found),) if found else ()))
    if opened.state is State.SPAM:
        return sheet.decision(entry_of(number), case)
    join_incident(case, sheet, opened, verdicts)
    parts = open_parts(case, sheet, opened, verdicts)
    if ending is None or ending.mail is None:
        answer = _acknowledgement(case, number, after, verdicts)
        sheet.note_cap(reached_cap(case))
        sheet.want(*([answer] if isinstance(answer, Wanted) else []))
        sheet.explain(answer if isinstance(answer, str) else f"a new ticket: {answer.template.value}")
    told = announce(case, sheet, opened, parts) if opened.state is State.NEW else ()
    notify(case, sheet, opened, verdicts, told)
    return sheet.decision(entry_of(number), case)


def _acknowledgement(case: Case, number: int, after: TicketFacts | None, verdicts: Verdicts) -> Wanted | str:
    """Want what tells whoever wrote that there is a ticket, as rules want it said, or say why there is nothing."""
    why_none = why_unanswered(case, verdicts)
    answer = f"no acknowledgement: {why_none}" if why_none else acknowledgement(case, number, after)
    return _as_rules_say(answer, verdicts) if isinstance(answer, Wanted) else answer


def _answers_refusal(case: Case) -> bool:
    """Whether somebody answers that they were refused: a person, who is not sent away a second time."""
    return case.found.answered is not None and case.found.answered.template is Template.REFUSED


def _refused(case: Case, refuse: Done, verdicts: Verdicts) -> Decision:
    """Take no ticket of a mail: it is answered by the template that the rule names, and kept as the desk's matter."""
    template = refuse.effect.template if isinstance(refuse.effect, Refuse) else ""
    why_none = why_unanswered(case, verdicts)
    language = verdicts.after.language or _language_of(case, None)
    answer = f"no answer: {why_none}" if why_none else refusal(case, template, verdicts.after.queue, language)
    sheet = sheet_for(case, None)
    keep(case, sheet, verdicts)
    sheet.add(*counted(case, verdicts, None))
    sheet.note_cap(reached_cap(case))
    sheet.want(*([answer] if isinstance(answer, Wanted) else []))
    reason = f"refused by {refuse.origin}"
    sheet.explain(reason, answer if isinstance(answer, str) else f"answered by {template}")
    return sheet.decision(Outcome(OutcomeKind.DESK, reason=reason), case)


def _as_rules_say(answer: Wanted, verdicts: Verdicts) -> Wanted:
    """Write an answer with another sheet where a rule names one for it; of several the last."""
    for done in reversed(verdicts.done):
        if isinstance(done.effect, UseTemplate) and done.effect.template == answer.template:
            return replace(answer, sheet=done.effect.instead)
    return answer


def _begin(case: Case, sheet: Sheet, opened: OpenTicket, after: TicketFacts | None) -> None:
    """Open the ticket with the mail as its first entry, meet who wrote, and let those join whom they surely named."""
    message, sender, requester, number = case.message, case.sender, opened.requester, opened.number
    files, flags = message.attachments, (*doubts(case), *(("automatic",) if case.is_automatic else ()))
    sheet.open(opened)
    sheet.enter(number, EntryKind.CUSTOMER, case.words, flags=flags, attachments=files, message_id=message.message_id)
    sheet.add(remembered(case, number), *links(case, number))
    if after is not None:
        sheet.add(*_leading_on(case, after, number))
    if requester is None or case.is_automatic:
        return
    if sender is None or sender.trust is not Trust.FORGED:
        sheet.add(MeetContact(requester))
    if opened.confidential is None and is_proved(case):
        sheet.add(*joining(case, number, (requester,)))


def _leading_on(case: Case, after: TicketFacts, number: int) -> Iterator[Step]:
    """Let a closed ticket lead on to the one in which its thread goes on."""
    old = after.ticket
    change = Change("successor", str(old.successor) if old.successor else None, str(number))
    story = f"The customer wrote again long after it was closed: it goes on in #{number}."
    yield LinkTickets(number, old.number, "follows it")
    yield ChangeTicket(old.number, (change,))
    yield AddEntry(old.number, after.last_n + 1, EntryKind.EVENT, "maild", case.cause, story, (change,))


def queue_of(message: Message, mailbox: str, house: House) -> Queue:
    """Choose a new ticket's queue: the first of ours in To, then Cc; else the mailbox's."""
    for each in (*message.to, *message.cc):
        queue = house.find_queue(each.address)
        if queue is not None:
            return queue
    queues = house.queues()
    return queues.get(house.mailbox_queues.get(mailbox, "")) or next(iter(queues.values()))


def _language_of(case: Case, after: TicketFacts | None) -> str | None:
    """Give a new ticket's language: of the one it goes on from, of its contact, else of the words it begins with."""
    if after is not None:
        return after.ticket.language
    address = case.sender.address.lower() if case.sender is not None else ""
    contact = case.house.rules.contact_of(address, case.facts.contacts.get(address))
    return (contact.language if contact else None) or case.message.language
