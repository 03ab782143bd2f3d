"""What reports need of finished tickets, kept when they end; entries are found by when they were written."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make table and index; of tickets that are finished nothing is kept: their entries are read."""
    op.create_index("ix_entry_at", "entry", ["at", "ticket"])
    op.create_table(
        "figures",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_figures_ticket"),
        sa.PrimaryKeyConstraint("ticket", name="pk_figures"),
    )
    op.create_index("ix_figures_ended", "figures", ["ended_at", "opened_at"])
    op.execute(
        "INSERT INTO figures (ticket, n, opened_at, ended_at, text) SELECT number, 0, created_at, state_at, ''"
        " FROM ticket WHERE state IN ('closed', 'merged', 'spam')"
    )
