"""Mail that goes out, and the pages to which it links."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from maild.store.columns import Instant, Key, Words, metadata, partial_index
from maild.store.tables.letters import blob
from maild.store.tables.tickets import ticket

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
