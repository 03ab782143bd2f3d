"""What is the desk's own: reports, keys, pauses, editions of its files."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from maild.store.columns import Instant, Key, Words, metadata, partial_index
from maild.store.tables.letters import blob

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
