"""How far a ticket has come on its ladder."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column; tickets that are there have climbed no step."""
    op.add_column("ticket", sa.Column("ladder", sa.Text()))
