"""Commands whose words go to the one named: ask and forward aside, new for a caller, write as the first."""

import re
from dataclasses import replace

from maild.desk.acknowledging import acknowledged_for, why_silent
from maild.desk.orders.facts import read_address
from maild.desk.orders.plan import Plan
from maild.desk.relaying import RELAY_EXPIRES
from maild.desk.subjects import ticket_subject
from maild.model.decision import AddEntry, Consult, LinkTickets, MeetContact, OpenTicket
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.model.ticket import Entry, EntryKind, State

_ABOUT = re.compile(r"(?P<who>.*?)(?: (?:about|über|re) ?:? ?(?P<about>\S.*))?\Z", re.IGNORECASE)


def ask(plan: Plan, argument: str) -> None:
    """Ask somebody aside; they see the words and no more, and their answer is a note."""
    who = _outsider(plan, argument, "ask")
    if who is None:
        return
    if not plan.words.strip():
        plan.refuse(say("#ask {argument}: there are no words to ask with", argument=argument))
        return
    _consult(plan, who, plan.words, plan.files)
    plan.done.append(f"{who.address} was asked; the answer comes as a note")


def forward(plan: Plan, argument: str) -> None:
    """Send the customer's last mail on, below the words; the answer is a note."""
    who = _outsider(plan, argument, "forward")
    if who is None:
        return
    entries = [entry for entry in plan.facts.entries if entry.kind is EntryKind.CUSTOMER]
    if not entries:
        plan.refuse(say("#forward {argument}: the ticket has no mail of a customer", argument=argument))
        return
    if not plan.may_read(plan.facts.ticket):
        plan.refuse(
            say(
                "#forward {argument}: #{number} is sealed: only its assignee may read it",
                argument=argument,
                number=plan.ticket.number,
            )
        )
        return
    newest = entries[-1]
    files = (*plan.files, *_files_of(plan, newest))
    quoted = "\n".join(f"> {line}" for line in newest.text.split("\n"))
    _consult(plan, who, f"{plan.words}\n\n{_writer(plan, newest)}:\n{quoted}".strip(), files)
    plan.done.append(f"the customer's last mail went to {who.address}; an answer comes as a note")


def new(plan: Plan, argument: str) -> None:
    """Open a ticket for somebody who called: the words are theirs, and they are told its number."""
    who = _outsider(plan, argument, "new")
    if who is None:
        return
    if not plan.words.strip():
        plan.refuse(say("#new {argument}: there are no words that say what the matter is", argument=argument))
        return
    number = _open(plan, who, _first_line(plan), State.NEW)
    plan.add(
        AddEntry(
            number,
            1,
            EntryKind.CUSTOMER,
            who.address,
            plan.case.cause,
            plan.words,
            flags=("entered",),
            attachments=plan.files,
        )
    )
    silent = why_silent(plan.case.facts, who.address, plan.now)
    if silent:
        plan.done.append(f"#{number} was opened for {who.address}, who is not told its number: {silent}")
        return
    plan.mails.append(replace(acknowledged_for(who, number), delay=plan.house.desk.send_delay))
    plan.done.append(f"#{number} was opened for {who.address}, who is told its number")


def write(plan: Plan, argument: str) -> None:
    """Write to somebody first: a ticket that waits for their answer."""
    match = _ABOUT.match(argument)
    about = (match["about"] if match else None) or ""
    who = _outsider(plan, match["who"] if match else argument, "write")
    if who is None:
        return
    if not plan.words.strip():
        plan.refuse(say("#write {argument}: there are no words to write", argument=argument))
        return
    number = _open(plan, who, about or _first_line(plan), State.OPEN)
    plan.add(AddEntry(number, 1, EntryKind.AGENT, plan.person.key, plan.case.cause, plan.words, attachments=plan.files))
    plan.mails.append(_reply(plan, who, number))
    plan.done.append(f"#{number} was opened, and {who.address} is written to")


def _outsider(plan: Plan, written: str, word: str) -> Address | None:
    who = read_address(written)
    if not plan.house.is_outside(who.address, plan.now):
        plan.refuse(
            say("#{word} {address}: they are of this desk; #note tells colleagues", word=word, address=who.address)
        )
        return None
    if not plan.house.may_be_written_to(who.address):
        plan.refuse(say("#{word} {address}: this address reads no mail of people", word=word, address=who.address))
        return None
    return who


def _open(plan: Plan, who: Address, about: str, state: State) -> int:
    """Open a ticket in the queue of this one, else of the mailbox, in the writer's hands where they write first."""
    number = plan.next_number()
    queues = plan.house.queues()
    key = plan.ticket.queue if plan.known else plan.house.mailbox_queues.get(plan.case.mailbox, "")
    queue = queues.get(key) or next(iter(queues.values()))
    # What comes of a confidential matter is one, in the same hands.
    secret = plan.ticket if plan.known is not None and plan.ticket.confidential is not None else None
    plan.add(
        OpenTicket(
            number=number,
            subject=ticket_subject(about),
            state=state,
            queue=queue.key,
            team=secret.team if secret is not None else queue.team,
            assignee=plan.person.key if state is State.OPEN else None,
            requester=who,
            language=None,
            confidential=secret.confidential if secret is not None else None,
        ),
        MeetContact(who),
    )
    if plan.known is not None:
        plan.add(LinkTickets(number, plan.ticket.number, f"opened from it by {plan.person.name}"))
    return number


def _consult(plan: Plan, who: Address, text: str, files: tuple[Attachment, ...]) -> None:
    plan.take_part(Consult(plan.ticket.number, who, plan.person.key))
    plan.mails.append(
        Wanted(
            template=Template.CONSULTED,
            to=who.address,
            to_name=who.name,
            person=None,
            ticket=plan.ticket.number,
            thread=Thread.CUSTOMER,
            meaning=Meaning.NOTE,
            text=text,
            by=plan.person.key,
            attachments=files,
            delay=plan.house.desk.send_delay,
            expires_in=RELAY_EXPIRES,
        )
    )


def _reply(plan: Plan, who: Address, number: int) -> Wanted:
    return Wanted(
        template=Template.REPLY,
        to=who.address,
        to_name=who.name,
        person=None,
        ticket=number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        text=plan.words,
        by=plan.person.key,
        attachments=plan.files,
        delay=plan.house.desk.send_delay,
        expires_in=RELAY_EXPIRES,
    )


def _first_line(plan: Plan) -> str:
    """Call a matter by the mail's subject where it has a fresh one, else by its first words."""
    subject = plan.case.message.subject.strip()
    is_fresh = plan.known is None and bool(subject)
    return subject if is_fresh else next((line for line in plan.words.split("\n") if line.strip()), "")[:80]


def _files_of(plan: Plan, entry: Entry) -> tuple[Attachment, ...]:
    names = {kept.sha256 for kept in entry.attachments}
    return tuple(each for each in plan.facts.files if each.sha256 in names)


def _writer(plan: Plan, entry: Entry) -> str:
    owner = plan.ticket.requester
    people = (*((owner,) if owner else ()), *plan.ticket.participants)
    named = next((each.name for each in people if each.address.lower() == entry.by.lower() and each.name), "")
    return named or entry.by
