"""Which ladder a rule named for a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; tickets that are there climb the first ladder that fits them."""
    op.add_column("ticket", sa.Column("climbs", sa.Text()))
