"""What rests, where the desk is at home, and a seal on what must never change."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    """Create tables."""
    op.create_table(
        "pause",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", INSTANT),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_pause"),
    )
    op.create_table(
        "home",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_home"),
    )
