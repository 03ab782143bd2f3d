"""Tickets and their entries: rows → values."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, select

from maild.model.clocks import Clock
from maild.model.mail import Address
from maild.model.ticket import (
    Cause,
    CauseKind,
    Change,
    Confidence,
    Consulted,
    Entry,
    EntryKind,
    KeptAttachment,
    State,
    Ticket,
)
from maild.store.clocks import read_clock_changes
from maild.store.dialect import in_chunks
from maild.store.snapshot import Found
from maild.store.tables import attachment, blob, consulted, entry, participant, ticket

LATEST = 20


def read_tickets(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Ticket, int]]:
    """Read tickets by number, each with the number of its newest entry."""
    wanted = list(numbers)
    people, asked = _participants(connection, wanted), _consulted(connection, wanted)
    found = {}
    for some in in_chunks(wanted):
        for row in connection.execute(select(ticket).where(ticket.c.number.in_(some))):
            found[row.number] = (ticket_of(row, people[row.number], asked[row.number]), row.last_n)
    return found


def read_latest(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Entry]]:
    """Read the last 20 entries of tickets, oldest first."""
    entries: defaultdict[int, list[Entry]] = defaultdict(list)
    for some in in_chunks(numbers):
        latest = select(entry).join(ticket, ticket.c.number == entry.c.ticket)
        latest = latest.where(ticket.c.number.in_(some), entry.c.n > ticket.c.last_n - LATEST)
        for one in _read(connection, latest):
            entries[one.ticket].append(one)
    return entries


def read_entries(connection: Connection, number: int, above: int = 0) -> list[Entry]:
    """Read the entries of one ticket after the one numbered `above`, oldest first."""
    return _read(connection, select(entry).where(entry.c.ticket == number, entry.c.n > above))


def ticket_of(row: Found, people: tuple[Address, ...], asked: tuple[Consulted, ...]) -> Ticket:
    """Make the value of a ticket's row."""
    return Ticket(
        number=row.number,
        version=row.version,
        state=State(row.state),
        subject=row.subject,
        requester=None if row.requester is None else Address(row.requester, row.requester_name),
        participants=people,
        queue=row.queue,
        category=row.category,
        impact=row.impact,
        urgency=row.urgency,
        priority=row.priority,
        level=row.level,
        team=row.team,
        assignee=row.assignee,
        tags=tuple(row.tags),
        fields=tuple((name, value) for name, value in row.fields),
        steps=tuple((text, mark) for text, mark in row.steps),
        identity=row.identity,
        language=row.language,
        created_at=row.created_at,
        updated_at=row.updated_at,
        state_at=row.state_at,
        merged_into=row.merged_into,
        successor=row.successor,
        confidential=None if row.confidential is None else Confidence(row.confidential),
        consulted=asked,
        agreement=row.agreement,
        terms=row.terms,
        climbs=row.climbs,
        incident=row.incident,
        parent=row.parent,
        ladder=row.ladder,
        approvals=tuple((name, value) for name, value in row.approvals),
        score=row.score,
        survey=row.survey,
    )


def _participants(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Address, ...]]:
    people: defaultdict[int, tuple[Address, ...]] = defaultdict(tuple)
    for some in in_chunks(numbers):
        of_tickets = select(participant).where(participant.c.ticket.in_(some)).order_by(participant.c.id)
        for row in connection.execute(of_tickets):
            people[row.ticket] += (Address(row.address, row.name),)
    return people


def _consulted(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Consulted, ...]]:
    asked: defaultdict[int, tuple[Consulted, ...]] = defaultdict(tuple)
    for some in in_chunks(numbers):
        for row in connection.execute(select(consulted).where(consulted.c.ticket.in_(some)).order_by(consulted.c.at)):
            asked[row.ticket] += (Consulted(Address(row.address, row.name), row.asked_by),)
    return asked


def _read(connection: Connection, chosen: Select[Any]) -> list[Entry]:
    rows = connection.execute(chosen.order_by(entry.c.ticket, entry.c.n)).all()
    numbers = {row.ticket for row in rows}
    kept, clocks = _attachments(connection, numbers), read_clock_changes(connection, numbers)
    return [_entry_of(row, kept[row.ticket, row.n], clocks[row.ticket, row.n]) for row in rows]


def _attachments(connection: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], tuple[KeptAttachment, ...]]:
    kept: defaultdict[tuple[int, int], tuple[KeptAttachment, ...]] = defaultdict(tuple)
    for some in in_chunks(numbers):
        of_tickets = (
            select(attachment, blob.c.sha256, blob.c.size)
            .join(blob, blob.c.id == attachment.c.blob)
            .where(attachment.c.ticket.in_(some))
            .order_by(attachment.c.ticket, attachment.c.entry, attachment.c.position)
        )
        for row in connection.execute(of_tickets):
            one = KeptAttachment(row.name, row.type, row.size, row.sha256, row.is_inline, row.content_id)
            kept[row.ticket, row.entry] += (one,)
    return kept


def _entry_of(row: Found, attachments: tuple[KeptAttachment, ...], clocks: tuple[Clock, ...]) -> Entry:
    return Entry(
        ticket=row.ticket,
        n=row.n,
        at=row.at,
        kind=EntryKind(row.kind),
        by=row.by,
        cause=Cause(CauseKind(row.cause_kind), row.cause_reference),
        text=row.text,
        changes=tuple(Change(*change) for change in row.changes),
        flags=tuple(row.flags),
        attachments=attachments,
        message_id=row.message_id,
        arrival=row.arrival,
        clocks=clocks,
    )
