"""What happened to tickets, entry by entry, with clocks and files."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from maild.store.columns import Instant, Key, Words, metadata
from maild.store.tables.arrivals import arrival
from maild.store.tables.letters import blob
from maild.store.tables.tickets import ticket

entry = Table(
    "entry",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("by", Words, nullable=False),
    Column("cause_kind", String(16), nullable=False),
    Column("cause_reference", Words, nullable=False),
    Column("message_id", Words),
    Column("arrival", Key, ForeignKey(arrival.c.id)),
    Column("seal", String(32)),
    Column("changes", JSON, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("text", Words, nullable=False),
)

Index("ix_entry_at", entry.c.at, entry.c.ticket)

# What reports need of a finished ticket, as it was when it ended: `text` is its history up to entry `n`, without words
# (`reporting.moments`). A ticket that was finished before there was this table has n = 0 and no text.
figures = Table(
    "figures",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_figures_ended", "ended_at", "opened_at"),
)

CLOCK_VALUES = ("state", "target", "calendar", "stamp", "elapsed", "at", "due_at")


def _clock_values() -> list[Column[Any]]:
    """Make the columns of a clock: as it stands, and as it stood with an entry. Lengths of time are microseconds."""
    return [
        Column("state", String(16), nullable=False),
        Column("target", BigInteger, nullable=False),
        Column("calendar", Words, nullable=False),
        Column("stamp", String(16), nullable=False),
        Column("elapsed", BigInteger, nullable=False),
        Column("at", Instant, nullable=False),
        Column("due_at", Instant),
    ]


clock = Table(
    "clock",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    *_clock_values(),
    Index("ix_clock_due", "state", "due_at"),
)

clock_change = Table(
    "clock_change",
    metadata,
    Column("ticket", Key, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    *_clock_values(),
    ForeignKeyConstraint(["ticket", "entry"], ["entry.ticket", "entry.n"]),
)

attachment = Table(
    "attachment",
    metadata,
    Column("ticket", Key, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("blob", Key, ForeignKey(blob.c.id), nullable=False, index=True),
    Column("is_inline", Boolean, nullable=False),
    Column("type", Words, nullable=False),
    Column("content_id", Words),
    Column("name", Words, nullable=False),
    ForeignKeyConstraint(["ticket", "entry"], ["entry.ticket", "entry.n"]),
)
