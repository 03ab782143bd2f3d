"""Links to reports on the desk's pages, by the hash of their secret."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "report_link",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("order", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_report_link"),
    )
    op.create_index("ix_report_link_expires", "report_link", ["expires_at"])
