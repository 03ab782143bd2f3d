"""What follows when an agent passes a customer's mail on: a ticket for that customer, as if they had written here."""

from maild.desk.acknowledging import acknowledged_for, why_silent
from maild.desk.case import Case, Sheet, entry_of, remembered
from maild.desk.opening import queue_of
from maild.desk.subjects import ticket_subject
from maild.desk.telling import light_enough, notices, those_in_charge
from maild.model.decision import AddEntry, Decision, MeetContact, OpenTicket, Outcome, OutcomeKind, RememberIds
from maild.model.mail import Forwarded
from maild.model.saying import say
from maild.model.ticket import EntryKind, State
from maild.rules import Person

_MOST = 5


def customers_mails(case: Case) -> tuple[Forwarded, ...]:
    """Give the mails of people outside that a mail passes on; one that holds a colleague's own is no such forward."""
    forwarding = case.message.forwarding
    if forwarding is None:
        return ()
    mails = forwarding.mails[:_MOST]
    return mails if all(case.house.is_outside(each.sender.address, case.now) for each in mails) else ()


def open_for_customers(case: Case, person: Person) -> Decision:
    """Open a ticket for each customer whose mail was passed on, tell them its number, and the team of it."""
    sheet = Sheet(case.cause, person.key, None, 0, case.flags)
    mails = customers_mails(case)
    for at, mail in enumerate(mails):
        _open(case, person, sheet, mail, case.facts.next_number + at, is_first=at == 0)
    sheet.explain(f"{person.name} passed on {len(mails)} mails of customers")
    outcome = entry_of(case.facts.next_number) if mails else Outcome(OutcomeKind.DESK, reason="nothing was passed on")
    return sheet.decision(outcome, case)


def _open(case: Case, person: Person, sheet: Sheet, mail: Forwarded, number: int, *, is_first: bool) -> None:
    queue = queue_of(case.message, case.mailbox, case.house)
    files = mail.attachments or (case.message.attachments if is_first and mail.message_id is None else ())
    words = mail.reply if mail.reply.strip() else mail.text
    opened = OpenTicket(
        number=number,
        subject=ticket_subject(mail.subject or case.message.subject),
        state=State.NEW,
        queue=queue.key,
        team=queue.team,
        assignee=None,
        requester=mail.sender,
        language=None,
    )
    sheet.open(opened)
    sheet.add(MeetContact(mail.sender))
    address = mail.sender.address
    sheet.add(AddEntry(number, 1, EntryKind.CUSTOMER, address, case.cause, words, (), ("forwarded",), files))
    own = case.message.forwarding.own_words if case.message.forwarding and is_first else ""
    if own.strip():
        sheet.add(AddEntry(number, 2, EntryKind.NOTE, person.key, case.cause, own))
    if is_first:
        sheet.add(remembered(case, number))
    if mail.message_id is not None:
        sheet.add(RememberIds(number, mail.message_id, (), frozenset({address.lower()})))
    if case.house.may_be_written_to(address) and not why_silent(case.facts, address, case.now):
        sheet.want(acknowledged_for(mail.sender, number, mail.message_id))
    told = those_in_charge(case.house, opened, case.now, but=(person.key,))
    story = say(
        "{name} passed this mail on: nothing proves that {address} wrote it.", name=person.name, address=address
    )
    sheet.want(*notices(told, number, (story,), light_enough(files, case.house.limits.notice)))
