"""What a ticket's history says of the steps of its checklist."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the column; of the tickets that are there no step was done."""
    op.add_column("ticket", sa.Column("steps", sa.JSON(), nullable=False, server_default="[]"))
