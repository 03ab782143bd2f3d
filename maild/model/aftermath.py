"""What a decision leaves behind: the ticket as it stands once the decision is carried out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from maild.model.clocks import Clock, ClockName
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    ChangeTicket,
    Consult,
    Decision,
    OpenTicket,
    RemoveParticipant,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address, Attachment
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import (
    APPROVAL_PREFIX,
    CONTACT_PREFIX,
    FIELD_PREFIX,
    SETS,
    Change,
    Confidence,
    Consulted,
    Entry,
    KeptAttachment,
    State,
    Ticket,
)


def ticket_after(decision: Decision, facts: Facts, number: int, now: datetime) -> TicketFacts:
    """Apply a decision's steps to the facts of one ticket, as the store will.

    Raises KeyError for a ticket that neither the facts nor the decision know.
    """
    known = facts.tickets.get(number)
    for step in decision.steps:
        match step:
            case OpenTicket() if step.number == number:
                known = TicketFacts(_opened(step, now), (), 0, {})
            case ChangeTicket() if step.number == number and known is not None:
                known = replace(known, ticket=_changed(known.ticket, step.changes, now))
            case AddParticipant() | RemoveParticipant() | Consult() if step.number == number and known is not None:
                known = replace(known, ticket=joined_ticket(known.ticket, step))
            case AddEntry() if step.number == number and known is not None:
                known = replace(
                    known,
                    entries=(*known.entries, _added(step, now)),
                    last_n=step.n,
                    clocks=changed_clocks(known.clocks, step.clocks),
                )
            case _:
                pass
    if known is None:
        raise KeyError(number)
    return known


def _opened(step: OpenTicket, now: datetime) -> Ticket:
    return Ticket(
        number=step.number,
        version=1,
        state=step.state,
        subject=step.subject,
        requester=step.requester,
        participants=(),
        queue=step.queue,
        category=step.category,
        impact=step.impact,
        urgency=step.urgency,
        priority=step.priority,
        level=step.level,
        team=step.team,
        assignee=step.assignee,
        tags=step.tags,
        fields=step.fields,
        language=step.language,
        created_at=now,
        updated_at=now,
        state_at=now,
        confidential=step.confidential,
        agreement=step.agreement,
        terms=step.terms,
        climbs=step.climbs,
        incident=step.incident,
        steps=step.steps,
        parent=step.parent,
    )


def joined_ticket(ticket: Ticket, step: AddParticipant | RemoveParticipant | Consult) -> Ticket:
    """Let somebody take part, no more, or be asked aside."""
    match step:
        case AddParticipant(_, who):
            return replace(ticket, participants=(*ticket.participants, who))
        case RemoveParticipant(_, address):
            left = tuple(each for each in ticket.participants if each.address.lower() != address.lower())
            return replace(ticket, participants=left)
        case Consult(_, who, asked_by):
            others = (each for each in ticket.consulted if each.who.address.lower() != who.address.lower())
            return replace(ticket, consulted=(*others, Consulted(who, asked_by)))


_PLAIN = frozenset(
    {
        *("category", "impact", "urgency", "priority", "level", "team", "assignee", "language"),
        *("agreement", "terms", "ladder", "climbs", "score", "survey", "identity"),
    }
)


def _changed(ticket: Ticket, changes: tuple[Change, ...], now: datetime) -> Ticket:
    for change in changes:
        ticket = changed_ticket(ticket, change, now)
    return replace(ticket, updated_at=now)


def changed_ticket(ticket: Ticket, change: Change, now: datetime) -> Ticket:  # noqa: C901, PLR0911 - one answer for each kind of field
    """Apply one change. Raises ValueError for a field that tickets do not have."""
    match change.field:
        case "state":
            return replace(ticket, state=State(change.new or ""), state_at=now)
        case "requester":
            name = ticket.requester.name if ticket.requester else ""
            return replace(ticket, requester=Address(change.new, name) if change.new else None)
        case "requester_name":
            named = ticket.requester and Address(ticket.requester.address, change.new or "")
            return replace(ticket, requester=named)
        case "merged_into" | "successor" | "parent":
            return _led(ticket, change.field, int(change.new) if change.new else None)
        case "confidential":
            return replace(ticket, confidential=Confidence(change.new) if change.new else None)
        case "tag":
            return replace(ticket, tags=tuple(changed_set(ticket.tags, change)))
        case name if name.startswith((FIELD_PREFIX, STEP_PREFIX, APPROVAL_PREFIX)):
            return _with_pair(ticket, change)
        case "subject":
            return replace(ticket, subject=change.new or "")
        case "queue":
            return replace(ticket, queue=change.new or ticket.queue)
        case name if name in _PLAIN:
            return replace(ticket, **{name: _word(ticket, change)})  # type: ignore[arg-type]  # the names of text fields
        case name if name in SETS or name.startswith(CONTACT_PREFIX):  # the step beside it does it
            return ticket
        case unknown:
            raise ValueError(unknown)


def _with_pair(ticket: Ticket, change: Change) -> Ticket:
    """Set or empty one of those that the rule files name."""
    if change.field.startswith(FIELD_PREFIX):
        return replace(ticket, fields=changed_pairs(ticket.fields, change))
    if change.field.startswith(STEP_PREFIX):
        return replace(ticket, steps=changed_pairs(ticket.steps, change))
    return replace(ticket, approvals=changed_pairs(ticket.approvals, change))


def _led(ticket: Ticket, field: str, number: int | None) -> Ticket:
    match field:
        case "merged_into":
            return replace(ticket, merged_into=number)
        case "successor":
            return replace(ticket, successor=number)
        case _:
            return replace(ticket, parent=number)


def _word(ticket: Ticket, change: Change) -> str | None:
    """Give a field's new word: a ticket is always in a queue, and its subject is text, if none."""
    match change.field:
        case "subject":
            return change.new or ""
        case "queue":
            return change.new or ticket.queue
        case _:
            return change.new


def changed_set(values: Sequence[str], change: Change) -> list[str]:
    """Add or take away one value of many."""
    left = [each for each in values if each not in {change.old, change.new}]
    return left if change.new is None else [*left, change.new]


def changed_pairs(pairs: Sequence[tuple[str, str]], change: Change) -> tuple[tuple[str, str], ...]:
    """Set or empty one field, step or approval that the rule files name, the others in their order."""
    name = change.field.partition(".")[2]
    values = dict(pairs)
    if change.new is None:
        values.pop(name, None)
    else:
        values[name] = change.new
    return tuple(values.items())


def changed_clocks(clocks: Sequence[Clock], changed: Sequence[Clock]) -> tuple[Clock, ...]:
    """Let some of a ticket's clocks stand as they do now."""
    now = {clock.name: clock for clock in (*clocks, *changed)}
    return tuple(now[name] for name in ClockName if name in now)


def _added(step: AddEntry, now: datetime) -> Entry:
    return Entry(
        ticket=step.number,
        n=step.n,
        at=now,
        kind=step.kind,
        by=step.by,
        cause=step.cause,
        text=step.text,
        changes=step.changes,
        flags=step.flags,
        attachments=tuple(_kept(attachment) for attachment in step.attachments),
        message_id=step.message_id,
        arrival=None,
        clocks=step.clocks,
    )


def _kept(attachment: Attachment) -> KeptAttachment:
    return KeptAttachment(
        name=attachment.name,
        type=attachment.type,
        size=attachment.size,
        sha256=attachment.sha256,
        is_inline=attachment.is_inline,
        content_id=attachment.content_id,
    )
