"""What was learned in a time: resolutions that agents marked with `#kb`, and what they say of procedures."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Text, cast, or_, select

from maild.model.occasion import Learned
from maild.model.ticket import EntryKind, Ticket
from maild.store.history import read_tickets
from maild.store.snapshot import Found
from maild.store.tables import entry

KB_TAG, FEEDBACK = "kb", "feedback"
_LONGEST = 600


def read_learned(connection: Connection, since: datetime, until: datetime) -> tuple[Learned, ...]:
    """Give it in the order in which it was said; the words of confidential tickets are not among it."""
    like = or_(cast(entry.c.changes, Text).like(f'%"{KB_TAG}"%'), cast(entry.c.flags, Text).like(f'%"{FEEDBACK}"%'))
    columns = (entry.c[name] for name in ("ticket", "n", "at", "by", "changes", "flags", "text"))
    rows = connection.execute(select(*columns).where(entry.c.at > since, entry.c.at <= until, like)).all()
    rows = sorted(rows, key=lambda row: (row.at, row.ticket, row.n))
    tickets = {number: one for number, (one, _) in read_tickets(connection, {row.ticket for row in rows}).items()}
    marked = {row.ticket for row in rows if _is_marked(row)}
    words = {number: _words(connection, number) for number in marked}
    return tuple(each for row in rows for each in _learned(row, tickets[row.ticket], words.get(row.ticket, ("", ""))))


def _learned(row: Found, ticket: Ticket, words: tuple[str, str]) -> Iterator[Learned]:
    is_told = ticket.confidential is None
    if _is_marked(row) and KB_TAG in ticket.tags:
        question, answer = words if is_told else ("", "")
        yield Learned(ticket, row.at, row.by, question, answer, is_feedback=False)
    if FEEDBACK in row.flags:
        yield Learned(ticket, row.at, row.by, "", row.text if is_told else "", is_feedback=True)


def _is_marked(row: Found) -> bool:
    return any(change[0] == "tag" and change[2] == KB_TAG for change in row.changes)


def _words(connection: Connection, number: int) -> tuple[str, str]:
    """Give what the customer first wrote, and what they were last answered."""
    kinds = (EntryKind.CUSTOMER.value, EntryKind.AGENT.value)
    said = select(entry.c.kind, entry.c.text).where(entry.c.ticket == number, entry.c.kind.in_(kinds))
    rows = connection.execute(said.order_by(entry.c.n)).all()
    asked = next((row.text for row in rows if row.kind == EntryKind.CUSTOMER.value and row.text.strip()), "")
    told = next((row.text for row in reversed(rows) if row.kind == EntryKind.AGENT.value and row.text.strip()), "")
    return asked[:_LONGEST], told[:_LONGEST]
