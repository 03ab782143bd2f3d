"""What agents command: merged, confidential and successive tickets, side conversations, absences, contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Add columns with the value that every older row has, then tables and indexes."""
    _extend_ticket()
    op.add_column("draft", sa.Column("commands", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("timer", sa.Column("about", TEXT, nullable=False, server_default=""))
    op.create_index("ix_link_other", "link", ["other"])
    op.create_index("ix_timer_ticket", "timer", ["ticket", "kind"])
    op.create_index("ix_draft_author", "draft", ["author", "state"])
    _create_consulted()
    op.create_table(
        "absence",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_absence"),
    )
    _create_contact()


def _extend_ticket() -> None:
    op.add_column("ticket", sa.Column("state_at", INSTANT, nullable=False, server_default="0"))
    op.execute("UPDATE ticket SET state_at = updated_at")
    op.add_column("ticket", sa.Column("confidential", sa.String(length=16)))
    for name in ("merged_into", "successor"):
        op.add_column("ticket", sa.Column(name, KEY))
    op.create_index("ix_ticket_assignee", "ticket", ["assignee", "state"])
    op.add_column("ticket", sa.Column("open_requester", TEXT))
    op.execute("UPDATE ticket SET open_requester = lower(requester) WHERE state NOT IN ('closed', 'merged', 'spam')")
    op.create_index("ix_ticket_requester", "ticket", ["open_requester", "number"])


def _create_consulted() -> None:
    op.create_table(
        "consulted",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_consulted_ticket"),
        sa.PrimaryKeyConstraint("ticket", "address", name="pk_consulted"),
    )


def _create_contact() -> None:
    op.create_table(
        "contact",
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("company", TEXT, nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("language", TEXT),
        sa.Column("timezone", TEXT),
        sa.Column("met_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_contact"),
    )
