"""The queue of arrivals: what comes in, what is due, and the tickets that they name."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Create tables, each after those that it refers to."""
    _create_blob()
    _create_epoch()
    _create_sender_proof()
    _create_signing_key()
    _create_ticket()
    _create_arrival()
    _create_blob_chunk()
    _create_timer()
    _create_arrival_event()
    _create_explanation()


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_blob() -> None:
    op.create_table(
        "blob",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("codec", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blob"),
        sa.UniqueConstraint("sha256", name="uq_blob_sha256"),
    )


def _create_epoch() -> None:
    op.create_table(
        "epoch",
        sa.Column("id", KEY, nullable=False),
        sa.Column("mailbox", TEXT, nullable=False),
        sa.Column("folder", TEXT, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epoch"),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", name="uq_epoch_mailbox_folder_uidvalidity"),
    )


def _create_sender_proof() -> None:
    op.create_table(
        "sender_proof",
        sa.Column("address", TEXT, nullable=False),
        sa.Column("proved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_sender_proof"),
    )


def _create_signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("position", KEY, nullable=False),
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_signing_key"),
        sa.UniqueConstraint("id", name="uq_signing_key_id"),
    )


def _create_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", KEY, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("queue", TEXT, nullable=False),
        sa.Column("category", TEXT),
        sa.Column("impact", TEXT),
        sa.Column("urgency", TEXT),
        sa.Column("priority", TEXT),
        sa.Column("level", TEXT),
        sa.Column("team", TEXT),
        sa.Column("assignee", TEXT),
        sa.Column("language", TEXT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("requester", TEXT),
        sa.Column("requester_name", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
    )
    op.create_index("ix_ticket_state", "ticket", ["state", "number"])


def _create_arrival() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", KEY, nullable=False),
        sa.Column("mailbox", TEXT, nullable=False),
        sa.Column("folder", TEXT, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("raw", KEY, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("received_at", INSTANT),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("claim", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("outcome", sa.String(length=16)),
        sa.Column("ticket", KEY),
        sa.Column("entry", sa.Integer()),
        sa.Column("duplicate_of", KEY),
        sa.Column("sender", TEXT),
        sa.Column("trust", sa.String(length=16)),
        sa.Column("shown_at", INSTANT),
        sa.Column("discarded_at", INSTANT),
        sa.Column("reason", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["duplicate_of"], ["arrival.id"], name="fk_arrival_duplicate_of"),
        sa.ForeignKeyConstraint(["raw"], ["blob.id"], name="fk_arrival_raw"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_arrival_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_arrival"),
        sa.UniqueConstraint(
            "mailbox", "folder", "uidvalidity", "uid", name="uq_arrival_mailbox_folder_uidvalidity_uid"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_arrival_fingerprint", "arrival", ["fingerprint", "outcome"])
    _partial_index("ix_arrival_held", "arrival", ["id"], "outcome = 'held' AND discarded_at IS NULL")
    _partial_index(
        "ix_arrival_unshown",
        "arrival",
        ["mailbox", "folder", "uidvalidity"],
        "shown_at IS NULL AND done_at IS NOT NULL",
    )
    _partial_index("ix_arrival_waiting", "arrival", ["id"], "done_at IS NULL")


def _create_blob_chunk() -> None:
    op.create_table(
        "blob_chunk",
        sa.Column("blob", KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blob.id"], name="fk_blob_chunk_blob"),
        sa.PrimaryKeyConstraint("blob", "n", name="pk_blob_chunk"),
    )


def _create_timer() -> None:
    op.create_table(
        "timer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ticket", KEY),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claim", sa.Text()),
        sa.Column("done_at", INSTANT),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_timer_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_timer_due", "timer", ["due_at"], "done_at IS NULL")


def _create_arrival_event() -> None:
    op.create_table(
        "arrival_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("arrival", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["arrival.id"], name="fk_arrival_event_arrival"),
        sa.PrimaryKeyConstraint("id", name="pk_arrival_event"),
    )
    op.create_index("ix_arrival_event_arrival", "arrival_event", ["arrival"])


def _create_explanation() -> None:
    op.create_table(
        "explanation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("arrival", KEY),
        sa.Column("timer", KEY),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["arrival.id"], name="fk_explanation_arrival"),
        sa.ForeignKeyConstraint(["timer"], ["timer.id"], name="fk_explanation_timer"),
        sa.PrimaryKeyConstraint("id", name="pk_explanation"),
    )
    op.create_index("ix_explanation_arrival", "explanation", ["arrival"])
