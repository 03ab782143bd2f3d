"""How far the approvals of a ticket have come."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the column; of tickets that are there nobody was asked."""
    op.add_column("ticket", sa.Column("approvals", sa.JSON(), nullable=False, server_default="[]"))
