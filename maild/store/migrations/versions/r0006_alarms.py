"""Alarms that were given, and whether they were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Create the table, and the index of those that stand."""
    op.create_table(
        "alarm",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index("ix_alarm_open", "alarm", ["id"], sqlite_where=standing, postgresql_where=standing)
