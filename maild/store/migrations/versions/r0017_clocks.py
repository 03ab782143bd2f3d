"""Clocks of tickets, as they stand and as they stood with each entry; the agreement that a ticket is under."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Add column and tables; tickets that are there are under no agreement and have no clocks."""
    op.add_column("ticket", sa.Column("agreement", TEXT))
    op.create_table(
        "clock",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        *_values(),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_clock_ticket"),
        sa.PrimaryKeyConstraint("ticket", "name", name="pk_clock"),
    )
    op.create_index("ix_clock_due", "clock", ["state", "due_at"])
    op.create_table(
        "clock_change",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        *_values(),
        sa.ForeignKeyConstraint(["ticket", "entry"], ["entry.ticket", "entry.n"], name="fk_clock_change_ticket_entry"),
        sa.PrimaryKeyConstraint("ticket", "entry", "name", name="pk_clock_change"),
    )


def _values() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("calendar", TEXT, nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.Column("elapsed", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT),
    ]
