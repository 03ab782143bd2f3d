"""The tables, as they stand after the last migration.

Small columns come before large ones: SQLite reads a row from its front and follows it only as far as it must.
Partial indexes ask `IS NULL` or `IS NOT NULL`, which both databases can prove of a query with bound values.
Whatever refers to a blob has an index on it: before one is deleted, both databases look for it there.
"""

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
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from maild.store.columns import Instant, Key, Words, metadata, partial_index

blob = Table(
    "blob",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("codec", String(8), nullable=False),
)

blob_chunk = Table(
    "blob_chunk",
    metadata,
    Column("blob", Key, ForeignKey(blob.c.id), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    Column("id", Key, primary_key=True),
    Column("mailbox", Words, nullable=False),
    Column("folder", Words, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("old_below", BigInteger),
    UniqueConstraint("mailbox", "folder", "uidvalidity"),
)

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

# Of a code only what cannot be read back: `digest` is of it, `salt` and the ticket.
identity_code = Table(
    "identity_code",
    metadata,
    Column("ticket", Key, ForeignKey(ticket.c.number), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

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

report_link = Table(
    "report_link",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("by", Words, nullable=False),
    Column("order", JSON, nullable=False),
    Index("ix_report_link_expires", "expires_at"),
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

# `acknowledged` is the recipient in lower case where the mail is an acknowledgement: whoever counts them must not be
# deceived by Victim@, VICTIM@ and victim@. `is_deferred`: tried before, in the outbox's second line.
outgoing_mail = Table(
    "outgoing_mail",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token", String(32), nullable=False, unique=True),
    Column("ticket", Key, ForeignKey(ticket.c.number), index=True),
    Column("state", String(16), nullable=False),
    Column("relay", Words, nullable=False),
    Column("claim", Text),
    Column("is_deferred", Boolean, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("handed_at", Instant),
    Column("ended_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("template", String(32), nullable=False),
    Column("thread", String(16), nullable=False),
    Column("meaning", String(16), nullable=False),
    Column("seen", Integer, nullable=False),
    Column("person", Words),
    Column("draft", String(32)),
    Column("root", String(32), nullable=False),
    Column("seal", String(32)),
    Column("recipient", Words, nullable=False),
    Column("domain", Words, nullable=False),
    Column("acknowledged", Words),
    Column("message_id", Words, nullable=False),
    Column("envelope_from", Words, nullable=False),
    Column("body", Key, ForeignKey(blob.c.id), nullable=False, index=True),
    Column("subject", Words, nullable=False),
    Column("last_reply", Words, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("ours", Words, nullable=False),
    Column("quoted", Words, nullable=False),
    Column("forgotten_at", Instant),
    sqlite_autoincrement=True,
)
# What follows `body` on the wire: attachments, kept once for all to whom they go, and what stands between them.
outgoing_piece = Table(
    "outgoing_piece",
    metadata,
    Column("token", String(32), ForeignKey(outgoing_mail.c.token), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("blob", Key, ForeignKey(blob.c.id), nullable=False, index=True),
)

# What a mail's numbers stand for: an answer's commands name them.
listed = Table(
    "listed",
    metadata,
    Column("token", String(32), ForeignKey(outgoing_mail.c.token), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("what", Words, nullable=False),
)

# Append-only: what people did to matters of the desk that are no ticket's.
desk_event = Table(
    "desk_event",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", Words, nullable=False, index=True),
    Column("by", Words, nullable=False),
)

# Whose mail is held: addresses in lower case.
blocked = Table(
    "blocked",
    metadata,
    Column("address", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),
)

# What a link in a mail lets its reader do; the secret itself stands in the mail alone.
page = Table(
    "page",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("mail", String(32), ForeignKey(outgoing_mail.c.token), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

_mail = outgoing_mail.c
Index("ix_outgoing_mail_state", _mail.state, _mail.id)
partial_index(
    "ix_outgoing_mail_due",
    _mail.relay,
    _mail.is_deferred,
    _mail.due_at,
    where=_mail.claim.is_(None) & _mail.ended_at.is_(None),
)
partial_index("ix_outgoing_mail_claimed", _mail.claim, where=_mail.claim.is_not(None))
partial_index("ix_outgoing_mail_to", _mail.acknowledged, _mail.created_at, where=_mail.acknowledged.is_not(None))
partial_index("ix_outgoing_mail_draft", _mail.person, _mail.created_at, where=_mail.draft.is_not(None))
partial_index("ix_outgoing_mail_domain", _mail.domain, _mail.created_at, where=_mail.acknowledged.is_not(None))
partial_index("ix_outgoing_mail_all", _mail.created_at, where=_mail.acknowledged.is_not(None))

mail_event = Table(
    "mail_event",
    metadata,
    Column("id", Key, primary_key=True),
    Column("mail", Key, ForeignKey(outgoing_mail.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("what", String(16), nullable=False),
    Column("by", Words, nullable=False),
    Column("words", Words, nullable=False),
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("name", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
partial_index("ix_alarm_open", alarm.c.id, where=alarm.c.ended_at.is_(None))

signing_key = Table(
    "signing_key",
    metadata,
    Column("position", Key, primary_key=True),
    Column("id", String(8), nullable=False, unique=True),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("since", Instant),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

home = Table(
    "home",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("machine", Words, nullable=False),
    Column("path", Words, nullable=False),
)

edition = Table(
    "edition",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_attended", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("taken_at", Instant),
    Column("by", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("recounted_at", Instant),
)
partial_index("ix_edition_taken", edition.c.id, where=edition.c.taken_at.is_not(None))

edition_file = Table(
    "edition_file",
    metadata,
    Column("edition", Key, ForeignKey(edition.c.id), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("blob", Key, ForeignKey(blob.c.id), nullable=False, index=True),
    Column("name", Words, nullable=False),
)
