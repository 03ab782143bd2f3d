"""People: where they are, what is known of them, what they have not sent yet."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from maild.store.columns import Instant, Key, Words, metadata
from maild.store.tables.arrivals import arrival
from maild.store.tables.letters import blob
from maild.store.tables.tickets import ticket

absence = Table(
    "absence",
    metadata,
    Column("person", Words, primary_key=True),
    Column("until_at", Instant, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

# `address` is in lower case.
contact = Table(
    "contact",
    metadata,
    Column("address", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("company", Words, nullable=False),
    Column("phone", Words, nullable=False),
    Column("language", Words),
    Column("timezone", Words),
    Column("met_at", Instant, nullable=False),
    Column("undeliverable_at", Instant),
    Column("silent_until", Instant),
)

mail_id = Table(
    "mail_id",
    metadata,
    Column("id", Key, primary_key=True),
    Column("message_id", Words, nullable=False),
    Column("ticket", Key, ForeignKey(ticket.c.number), nullable=False, index=True),
    Column("is_reference", Boolean, nullable=False),
    Column("arrival", Key, ForeignKey(arrival.c.id)),
    Column("sender", Words),
    Column("at", Instant, nullable=False),
    Column("addresses", JSON, nullable=False),
    Column("thread_index", Words),
    Column("thread_topic", Words),
    UniqueConstraint("message_id", "ticket", "is_reference"),
)

draft = Table(
    "draft",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("ticket", Key, ForeignKey(ticket.c.number), index=True),
    Column("author", Words, nullable=False),
    Column("meaning", String(16), nullable=False),
    Column("arrival", Key, ForeignKey(arrival.c.id)),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("reasons", JSON, nullable=False),
    Column("text", Words, nullable=False),
    Column("commands", JSON, nullable=False, server_default="[]"),
    Index("ix_draft_author", "author", "state"),
)

draft_attachment = Table(
    "draft_attachment",
    metadata,
    Column("draft", String(32), ForeignKey(draft.c.token), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("blob", Key, ForeignKey(blob.c.id), nullable=False, index=True),
    Column("is_inline", Boolean, nullable=False),
    Column("type", Words, nullable=False),
    Column("content_id", Words),
    Column("name", Words, nullable=False),
)
