"""What a decision leaves behind: the ticket as it stands once the decision is carried out."""

from dataclasses import replace
from datetime import datetime

from maild.model.decision import AddEntry, AddParticipant, ChangeTicket, Decision, OpenTicket
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Attachment
from maild.model.ticket import Change, Entry, KeptAttachment, State, Ticket


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
            case AddParticipant() if step.number == number and known is not None:
                known = replace(
                    known, ticket=replace(known.ticket, participants=(*known.ticket.participants, step.who))
                )
            case AddEntry() if step.number == number and known is not None:
                known = replace(known, entries=(*known.entries, _added(step, now)), last_n=step.n)
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
        category=None,
        impact=None,
        urgency=None,
        priority=None,
        level=None,
        team=step.team,
        assignee=step.assignee,
        tags=(),
        fields=(),
        language=step.language,
        created_at=now,
        updated_at=now,
    )


def _changed(ticket: Ticket, changes: tuple[Change, ...], now: datetime) -> Ticket:
    for change in changes:
        match change.field:
            case "state":
                ticket = replace(ticket, state=State(change.new or ""))
            case "subject":
                ticket = replace(ticket, subject=change.new or "")
            case "assignee":
                ticket = replace(ticket, assignee=change.new)
            case "team":
                ticket = replace(ticket, team=change.new)
            case "queue":
                ticket = replace(ticket, queue=change.new or ticket.queue)
            case unknown:
                raise ValueError(unknown)
    return replace(ticket, updated_at=now)


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
