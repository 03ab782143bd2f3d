"""Bytes, kept once per content, and the folders that were read."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from maild.store.columns import Instant, Key, Words, metadata

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
