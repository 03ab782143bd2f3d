"""What a ticket holds: its entries, drafts and ids, and the mails that it sends."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Create tables, each after those that it refers to."""
    _create_link()
    _create_outgoing_mail()
    _create_participant()
    _create_draft()
    _create_entry()
    _create_mail_event()
    _create_mail_id()
    _create_attachment()
    _create_draft_attachment()


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_link() -> None:
    op.create_table(
        "link",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("other", KEY, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["other"], ["ticket.number"], name="fk_link_other"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_link_ticket"),
        sa.PrimaryKeyConstraint("ticket", "other", name="pk_link"),
    )


def _create_outgoing_mail() -> None:
    op.create_table(
        "outgoing_mail",
        sa.Column("id", KEY, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("ticket", KEY),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("relay", TEXT, nullable=False),
        sa.Column("claim", sa.Text()),
        sa.Column("is_deferred", sa.Boolean(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("handed_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("thread", sa.String(length=16), nullable=False),
        sa.Column("meaning", sa.String(length=16), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("person", TEXT),
        sa.Column("draft", sa.String(length=32)),
        sa.Column("root", sa.String(length=32), nullable=False),
        sa.Column("recipient", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("acknowledged", TEXT),
        sa.Column("message_id", TEXT, nullable=False),
        sa.Column("envelope_from", TEXT, nullable=False),
        sa.Column("body", KEY, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("last_reply", TEXT, nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("ours", TEXT, nullable=False),
        sa.Column("quoted", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["body"], ["blob.id"], name="fk_outgoing_mail_body"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_outgoing_mail_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing_mail"),
        sa.UniqueConstraint("token", name="uq_outgoing_mail_token"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_outgoing_mail_all", "outgoing_mail", ["created_at"], "acknowledged IS NOT NULL")
    _partial_index("ix_outgoing_mail_claimed", "outgoing_mail", ["claim"], "claim IS NOT NULL")
    _partial_index("ix_outgoing_mail_domain", "outgoing_mail", ["domain", "created_at"], "acknowledged IS NOT NULL")
    _partial_index(
        "ix_outgoing_mail_due",
        "outgoing_mail",
        ["relay", "is_deferred", "due_at"],
        "claim IS NULL AND ended_at IS NULL",
    )
    op.create_index("ix_outgoing_mail_state", "outgoing_mail", ["state", "id"])
    op.create_index("ix_outgoing_mail_ticket", "outgoing_mail", ["ticket"])
    _partial_index("ix_outgoing_mail_to", "outgoing_mail", ["acknowledged", "created_at"], "acknowledged IS NOT NULL")


def _create_participant() -> None:
    op.create_table(
        "participant",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_participant_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("ticket", "address", name="uq_participant_ticket_address"),
    )


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("meaning", sa.String(length=16), nullable=False),
        sa.Column("arrival", KEY),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["arrival.id"], name="fk_draft_arrival"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_draft_ticket"),
        sa.PrimaryKeyConstraint("token", name="pk_draft"),
    )
    op.create_index("ix_draft_ticket", "draft", ["ticket"])


def _create_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("cause_kind", sa.String(length=16), nullable=False),
        sa.Column("cause_reference", TEXT, nullable=False),
        sa.Column("message_id", TEXT),
        sa.Column("arrival", KEY),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["arrival.id"], name="fk_entry_arrival"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_entry_ticket"),
        sa.PrimaryKeyConstraint("ticket", "n", name="pk_entry"),
    )


def _create_mail_event() -> None:
    op.create_table(
        "mail_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("mail", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["outgoing_mail.id"], name="fk_mail_event_mail"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_event"),
    )
    op.create_index("ix_mail_event_mail", "mail_event", ["mail"])


def _create_mail_id() -> None:
    op.create_table(
        "mail_id",
        sa.Column("id", KEY, nullable=False),
        sa.Column("message_id", TEXT, nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("is_reference", sa.Boolean(), nullable=False),
        sa.Column("arrival", KEY),
        sa.Column("sender", TEXT),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["arrival"], ["arrival.id"], name="fk_mail_id_arrival"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_mail_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_id"),
        sa.UniqueConstraint("message_id", "ticket", "is_reference", name="uq_mail_id_message_id_ticket_is_reference"),
    )
    op.create_index("ix_mail_id_ticket", "mail_id", ["ticket"])


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", KEY, nullable=False),
        sa.Column("is_inline", sa.Boolean(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("content_id", TEXT),
        sa.Column("name", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blob.id"], name="fk_attachment_blob"),
        sa.ForeignKeyConstraint(["ticket", "entry"], ["entry.ticket", "entry.n"], name="fk_attachment_ticket_entry"),
        sa.PrimaryKeyConstraint("ticket", "entry", "position", name="pk_attachment"),
    )


def _create_draft_attachment() -> None:
    op.create_table(
        "draft_attachment",
        sa.Column("draft", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", KEY, nullable=False),
        sa.Column("is_inline", sa.Boolean(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("content_id", TEXT),
        sa.Column("name", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blob.id"], name="fk_draft_attachment_blob"),
        sa.ForeignKeyConstraint(["draft"], ["draft.token"], name="fk_draft_attachment_draft"),
        sa.PrimaryKeyConstraint("draft", "position", name="pk_draft_attachment"),
    )
