"""Messages, decisions and tickets as plain JSON values, under the names that stay (behaviour.md, 8)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from maild.model.clocks import Clock, ClockName
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    BlockSender,
    CancelMail,
    ChangeContact,
    ChangeTicket,
    CloseDraft,
    Consult,
    CountMail,
    Decision,
    DropCode,
    EndHeld,
    KeepCode,
    KeepDraft,
    LinkTickets,
    MarkReachable,
    MeetContact,
    OpenTicket,
    RecordAbsence,
    RecordDeed,
    RememberIds,
    RememberKey,
    RemoveParticipant,
    Ruled,
    Silence,
    StartTimer,
    Step,
    StopTimers,
)
from maild.model.identity import mask_written
from maild.model.mail import Address, Attachment, Message
from maild.model.outgoing import OutgoingMail
from maild.model.ticket import CONTACT_VALUES, Change, Contact, Entry, KeptAttachment, Ticket

Json = dict[str, object]
OfDesk = EndHeld | BlockSender | RecordDeed | KeepCode | DropCode
OfPeople = RemoveParticipant | Consult | CancelMail | StartTimer | StopTimers | RecordAbsence
OfContact = MeetContact | ChangeContact | MarkReachable | Silence


def instant(at: datetime | None) -> str | None:
    """Write an instant as ISO 8601 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def explanation(message: Message | None, decision: Decision, mails: Sequence[OutgoingMail]) -> Json:
    """Say what a message came to, and why; `message` is None where it could not be read."""
    sender = decision.sender
    return {
        "message": None if message is None else _masked(message_envelope(message)),
        "outcome": {
            "kind": decision.outcome.kind.value,
            "ticket": decision.outcome.ticket,
            "reason": decision.outcome.reason,
            "of": decision.outcome.of,
        },
        "ticket": {
            "number": decision.outcome.ticket,
            "evidence": [
                {
                    "kind": each.kind,
                    "value": each.value,
                    "ticket": each.ticket,
                    "accepted": each.is_accepted,
                    "why": each.why,
                }
                for each in decision.evidence
            ],
        },
        "sender": None
        if sender is None
        else {
            "address": sender.address,
            "standing": sender.standing.value,
            "trust": sender.trust.value,
            "proof": sender.proof,
            "person": sender.person,
        },
        "commands": list(decision.commands),
        "decision": _decided(decision),
        "mails": [
            {"template": mail.sheet or mail.template.value, "to": mail.recipient, "subject": mail.subject}
            for mail in mails
        ],
    }


def _masked(envelope: Json) -> Json:
    """Leave out of a subject what is written as codes are: a customer's may hold one, and stories are kept."""
    return {**envelope, "subject": mask_written(str(envelope["subject"]))}


def message_envelope(message: Message) -> Json:
    """Say what was read of a message, its words left out."""
    bounce = message.bounce
    return {
        "from": message.sender.address if message.sender else None,
        "from_name": message.sender.name if message.sender else None,
        "to": _addresses(message.to),
        "cc": _addresses(message.cc),
        "reply_to": _addresses(message.reply_to),
        "subject": message.subject,
        "message_id": message.message_id,
        "in_reply_to": next(iter(message.in_reply_to), None),
        "references": list(message.references),
        "date": instant(message.date),
        "attachments": [_attachment(attachment) for attachment in message.attachments],
        "automatic": message.automatic.value if message.automatic else None,
        "bounce": None
        if bounce is None
        else {
            "action": bounce.action,
            "status": bounce.status,
            "recipient": bounce.recipient,
            "original_message_id": bounce.original_message_id,
        },
        "flags": list(message.flags),
    }


def whole_message(message: Message) -> Json:
    """Say all that was read of a message."""
    said = message_envelope(message)
    words: Json = {"text": message.text, "reply": message.reply, "html": message.html}
    place = list(said).index("attachments")
    items = list(said.items())
    return dict([*items[:place], *words.items(), *items[place:]])


def whole_ticket(
    ticket: Ticket,
    entries: Sequence[Entry],
    contact: Contact | None,
    clocks: Sequence[tuple[Clock, timedelta]],
    children: Sequence[int],
) -> Json:
    """Say all that is known of a ticket, its history oldest first; `contact` is what agents say of its requester.

    `clocks` stand beside what has elapsed by now; `children` are the tickets that belong to it.
    """
    return {
        **ticket_line(ticket),
        "participants": _addresses(ticket.participants),
        "contact": {name: contact.value(name) for name in CONTACT_VALUES} if contact is not None else None,
        "category": ticket.category,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "priority": ticket.priority,
        "level": ticket.level,
        "tags": list(ticket.tags),
        "fields": dict(ticket.fields),
        "steps": dict(ticket.steps),
        "identity": ticket.identity,
        "language": ticket.language,
        "agreement": ticket.agreement,
        "approvals": dict(ticket.approvals),
        "incident": ticket.incident,
        "parent": ticket.parent,
        "score": None if ticket.score is None else int(ticket.score),
        "children": list(children),
        "clocks": [clock_line(clock, elapsed) for clock, elapsed in clocks],
        "entries": [entry_line(entry) for entry in entries],
    }


def clock_line(clock: Clock, elapsed: timedelta) -> Json:
    """Say how a clock stands; lengths are whole seconds of its calendar's working time."""
    return {
        "name": clock.name.value,
        "state": clock.state.value,
        "due_at": instant(clock.due_at) if clock.due_at is not None else None,
        "elapsed": int(elapsed.total_seconds()),
        "target": int(clock.target.total_seconds()),
        "calendar": clock.calendar,
    }


def spans_of(entries: Sequence[Entry]) -> list[Json]:
    """Tell how each clock of a ticket went: from one entry that changed it to the next, and how much of it passed."""
    changes: dict[ClockName, list[tuple[Entry, Clock]]] = {}
    for entry in entries:
        for clock in entry.clocks:
            changes.setdefault(clock.name, []).append((entry, clock))
    return [
        {"name": name.value, "spans": [_span(*pair) for pair in zip_longest(every, every[1:])]}
        for name in ClockName
        if (every := changes.get(name))
    ]


def _span(begun: tuple[Entry, Clock], ended: tuple[Entry, Clock] | None) -> Json:
    entry, clock = begun
    passed = ended[1].elapsed - clock.elapsed if ended is not None else None
    return {
        **clock_line(clock, clock.elapsed),
        "entry": entry.n,
        "kind": entry.kind.value,
        "by": entry.by,
        "from": instant(clock.at),
        "until": instant(ended[1].at) if ended is not None else None,
        "passed": int(passed.total_seconds()) if passed is not None and passed >= timedelta() else None,
    }


def ticket_line(ticket: Ticket) -> Json:
    """Say what a list shows of a ticket."""
    return {
        "number": ticket.number,
        "state": ticket.state.value,
        "subject": ticket.subject,
        "requester": ticket.requester.address if ticket.requester else None,
        "queue": ticket.queue,
        "team": ticket.team,
        "assignee": ticket.assignee,
        "created_at": instant(ticket.created_at),
        "updated_at": instant(ticket.updated_at),
    }


def entry_line(entry: Entry) -> Json:
    """Say one item of a history."""
    return {
        "n": entry.n,
        "at": instant(entry.at),
        "kind": entry.kind.value,
        "by": entry.by,
        "cause": {"kind": entry.cause.kind.value, "reference": entry.cause.reference},
        "text": entry.text,
        "changes": _changes(entry.changes),
        "flags": list(entry.flags),
        "attachments": [_attachment(attachment) for attachment in entry.attachments],
    }


def _decided(decision: Decision) -> Json:
    said: Json = dict.fromkeys(
        ("category", "impact", "urgency", "priority", "queue", "team", "assignee", "agreement"), None
    )
    number = decision.outcome.ticket
    for step in decision.steps:
        match step:
            case OpenTicket() | ChangeTicket() | AddEntry() if number is not None and step.number != number:
                continue  # another ticket than the mail's: what it belongs to, or what is part of it
            case OpenTicket():
                said |= {name: getattr(step, name) for name in said}
            case ChangeTicket() | AddEntry():
                said |= {change.field: change.new for change in step.changes if change.field in said}
            case _:
                pass
    rules = rules_told(decision.rules)
    told = [_told(step) for step in decision.steps]
    return {**said, "rules": rules, "steps": told, "why": list(decision.why), "ruling": decision.ruling}


def rules_told(rules: Iterable[Ruled]) -> list[Json]:
    """Say of rules whether they held, and on which words."""
    return [
        {"name": one.name, "file": one.file, "line": one.line, "matched": one.is_matched, "words": list(one.words)}
        for one in rules
    ]


def _told(step: Step) -> str:
    match step:
        case OpenTicket():
            told = f"open ticket #{step.number} in {step.queue} as {step.state.value}"
        case ChangeTicket():
            told = f"change #{step.number}: " + ", ".join(
                f"{one.field} {one.old or '–'} → {one.new or '–'}" for one in step.changes
            )
        case AddParticipant():
            told = f"add {step.who.address} to #{step.number}"
        case AddEntry():
            told = f"add entry {step.n} to #{step.number}: {step.kind.value} by {step.by}"
        case RememberIds():
            ids = len(step.references)
            told = f"remember {step.message_id or 'no Message-ID'} and {ids} references for #{step.number}"
        case RememberKey():
            told = f"remember the key {step.key} of {step.owner} for #{step.number}"
        case LinkTickets():
            told = f"link #{step.number} and #{step.other}: {step.why}"
        case KeepDraft():
            where = f"#{step.number}" if step.number is not None else "no ticket"
            told = f"keep a draft of {step.author} on {where}: {'; '.join(step.reasons)}"
        case CloseDraft():
            told = f"end a draft: {step.state}"
        case _:
            told = _told_besides(step)
    return told


def _told_besides(step: OfPeople | OfDesk | CountMail | OfContact) -> str:
    match step:
        case RemoveParticipant():
            told = f"take {step.address} off #{step.number}"
        case Consult():
            told = f"let {step.who.address} be asked aside about #{step.number} by {step.asked_by}"
        case CancelMail():
            told = f"take back the mail {step.token}: {step.why}"
        case StartTimer():
            told = f"start a timer ({step.kind.value}) for {instant(step.due_at)}"
        case StopTimers():
            told = f"stop timers ({step.kind.value}) of #{step.number}"
        case RecordAbsence():
            told = f"{step.person} is away until {instant(step.until_at)}"
        case EndHeld() | BlockSender() | RecordDeed() | KeepCode() | DropCode():
            told = _told_of_desk(step)
        case CountMail():
            told = "count it: " + ", ".join(f"{each.of.value} {each.key}" for each in step.counted)
        case _:
            told = _told_of_contact(step)
    return told


def _told_of_desk(step: OfDesk) -> str:
    match step:
        case EndHeld():
            told = f"{'release' if step.is_released else 'discard'} the held arrival {step.arrival}"
        case BlockSender():
            told = f"hold whatever comes from {step.address}"
        case KeepCode():
            told = f"keep a code for #{step.number} until {instant(step.code.expires_at)}"
        case DropCode():
            told = f"let no code be out for #{step.number}"
        case RecordDeed():
            told = f"{step.what.value} by {step.by}: {step.about}"
    return told


def _told_of_contact(step: OfContact) -> str:
    match step:
        case MarkReachable():
            told = f"{step.address} {'takes mail again' if step.is_reachable else 'does not exist: no automatic mail'}"
        case MeetContact():
            told = f"remember {step.who.address} as a contact"
        case ChangeContact():
            told = f"change {step.who.address}: {step.name} {step.old or '–'} → {step.new or '–'}"
        case Silence():
            told = f"write nothing to {step.address} by itself until {instant(step.until_at)}"
    return told


def _addresses(addresses: Sequence[Address]) -> list[str]:
    return [each.address for each in addresses]


def _changes(changes: Sequence[Change]) -> list[Json]:
    return [{"field": each.field, "old": each.old, "new": each.new} for each in changes]


def _attachment(attachment: Attachment | KeptAttachment) -> Json:
    return {
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.is_inline,
    }
