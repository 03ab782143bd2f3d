"""Links to pages: what a mail's link lets its reader do, by the hash of its secret; and how a customer found it."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the table and the columns; tickets that are there have no score, and may be asked."""
    op.create_table(
        "page",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("mail", sa.String(32), sa.ForeignKey("outgoing_mail.token"), nullable=False, index=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.add_column("ticket", sa.Column("score", sa.Text()))
    op.add_column("ticket", sa.Column("survey", sa.Text()))
