"""What a ticket's agreement promised when the ticket came under it; since when clocks run by an edition's calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the columns; tickets that are there are promised what holds when they change next."""
    op.add_column("ticket", sa.Column("terms", sa.Text()))
    op.add_column("edition", sa.Column("recounted_at", sa.BigInteger()))
    op.execute("UPDATE edition SET recounted_at = taken_at")
