"""Mail that came: what it became, and what was counted of it."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from maild.store.columns import Instant, Key, Words, metadata, partial_index
from maild.store.tables.letters import blob
from maild.store.tables.tickets import ticket, timer

arrival = Table(
    "arrival",
    metadata,
    Column("id", Key, primary_key=True),
    Column("mailbox", Words, nullable=False),
    Column("folder", Words, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("raw", Key, ForeignKey(blob.c.id), nullable=False, index=True),
    Column("fingerprint", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("is_whole", Boolean, nullable=False),
    Column("received_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    Column("claim", Text),
    Column("attempts", Integer, nullable=False),
    Column("done_at", Instant),
    Column("outcome", String(16)),
    Column("ticket", Key, ForeignKey(ticket.c.number)),
    Column("entry", Integer),
    Column("duplicate_of", Key, ForeignKey("arrival.id")),
    Column("sender", Words),
    Column("trust", String(16)),
    Column("shown_at", Instant),
    Column("discarded_at", Instant),
    Column("reason", Words, nullable=False),
    Column("taken_over_as", String(16)),
    Column("is_told", Boolean),
    Column("gist", String(32)),
    Column("forgotten_at", Instant),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_arrival_fingerprint", "fingerprint", "outcome"),
    sqlite_autoincrement=True,
)
partial_index("ix_arrival_waiting", arrival.c.taken_over_as, arrival.c.id, where=arrival.c.done_at.is_(None))
partial_index("ix_arrival_unforgotten", arrival.c.outcome, arrival.c.done_at, where=arrival.c.forgotten_at.is_(None))
partial_index("ix_arrival_ticket", arrival.c.ticket, where=arrival.c.ticket.is_not(None))
partial_index("ix_arrival_gist", arrival.c.gist, arrival.c.done_at, where=arrival.c.gist.is_not(None))
partial_index(
    "ix_arrival_unshown",
    arrival.c.mailbox,
    arrival.c.folder,
    arrival.c.uidvalidity,
    where=arrival.c.shown_at.is_(None) & arrival.c.done_at.is_not(None),
)
partial_index("ix_arrival_held", arrival.c.id, where=(arrival.c.outcome == "held") & arrival.c.discarded_at.is_(None))

explanation = Table(
    "explanation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("arrival", Key, ForeignKey(arrival.c.id), index=True),
    Column("timer", Key, ForeignKey(timer.c.id)),
    Column("at", Instant, nullable=False),
    Column("text", Words, nullable=False),
)

partial_index("ix_explanation_timer", explanation.c.timer, where=explanation.c.timer.is_not(None))

arrival_event = Table(
    "arrival_event",
    metadata,
    Column("id", Key, primary_key=True),
    Column("arrival", Key, ForeignKey(arrival.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("what", String(16), nullable=False),
    Column("by", Words, nullable=False),
)

# Append-only: what the rates of rules count. `key` is a category, customer, address, domain or rule, by `kind`.
counted = Table(
    "counted",
    metadata,
    Column("arrival", Key, ForeignKey(arrival.c.id), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ticket", Key, ForeignKey(ticket.c.number)),
    Index("ix_counted_key", "kind", "key", "at"),
)

sender_proof = Table(
    "sender_proof",
    metadata,
    Column("address", Words, primary_key=True),
    Column("proved_at", Instant, nullable=False),
)
