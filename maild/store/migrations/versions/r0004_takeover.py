"""What lay in a folder at the first connection, and which arrivals came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a folder's border between old mail and new, and the mark of an old arrival; new arrivals are found first."""
    op.add_column("epoch", sa.Column("old_below", sa.BigInteger()))
    op.add_column("arrival", sa.Column("taken_over_as", sa.String(length=16)))
    op.drop_index("ix_arrival_waiting", "arrival")
    waiting = sa.text("done_at IS NULL")
    op.create_index(
        "ix_arrival_waiting",
        "arrival",
        ["taken_over_as", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
