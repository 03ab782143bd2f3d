"""Tickets, who takes part in them, and what is due."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from maild.store.columns import Instant, Key, Words, metadata, partial_index

# `open_requester` is the requester's address in lower case while the ticket is unfinished, `open_incident` its folded
# name as an incident.
ticket = Table(
    "ticket",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("queue", Words, nullable=False),
    Column("category", Words),
    Column("impact", Words),
    Column("urgency", Words),
    Column("priority", Words),
    Column("level", Words),
    Column("team", Words),
    Column("assignee", Words),
    Column("language", Words),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("requester", Words),
    Column("requester_name", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("state_at", Instant, nullable=False, server_default="0"),
    Column("confidential", String(16)),
    Column("merged_into", Key),
    Column("successor", Key),
    Index("ix_ticket_state", "state", "number"),
    Column("open_requester", Words),
    Column("agreement", Words),
    Column("incident", Words),
    Column("open_incident", Words),
    Column("parent", Key),
    Column("ladder", Words),
    Column("terms", Words),
    Column("steps", JSON, nullable=False, server_default="[]"),
    Column("identity", Words),
    Column("climbs", Words),
    Column("approvals", JSON, nullable=False, server_default="[]"),
    Column("score", Words),
    Column("survey", Words),
    Column("forgotten_at", Instant),
    Index("ix_ticket_assignee", "assignee", "state"),
    Index("ix_ticket_requester", "open_requester", "number"),
)

partial_index("ix_ticket_parent", ticket.c.parent, ticket.c.number, where=ticket.c.parent.is_not(None))
partial_index("ix_ticket_incident", ticket.c.open_incident, where=ticket.c.open_incident.is_not(None))
partial_index("ix_ticket_unforgotten", ticket.c.state, ticket.c.state_at, where=ticket.c.forgotten_at.is_(None))

timer = Table(
    "timer",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("ticket", Key, ForeignKey(ticket.c.number)),
    Column("subject_id", BigInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claim", Text),
    Column("done_at", Instant),
    Column("about", Words, nullable=False, server_default=""),
    Index("ix_timer_ticket", "ticket", "kind"),
    sqlite_autoincrement=True,
)
partial_index("ix_timer_due", timer.c.due_at, where=timer.c.done_at.is_(None))

# Of a code only what cannot be read back: `digest` is of it, `salt` and the ticket.
identity_code = Table(
    "identity_code",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

participant = Table(
    "participant",
    metadata,
    Column("id", Key, primary_key=True),
    Column("ticket", Key, ForeignKey(ticket.c.number), nullable=False),
    Column("address", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("ticket", "address"),
)

consulted = Table(
    "consulted",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("address", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

# `owner` is in lower case: whoever else sends the same key has a ticket of their own.
ticket_key = Table(
    "ticket_key",
    metadata,
    Column("key", Words, primary_key=True),
    Column("owner", Words, primary_key=True),
    Column("ticket", Key, ForeignKey(ticket.c.number), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("other", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False, index=True),
    Column("at", Instant, nullable=False),
    Column("why", Words, nullable=False),
)
