"""Which mail that is taken over the desk's people are told of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; of what was taken over before nobody is told."""
    op.add_column("arrival", sa.Column("is_told", sa.Boolean()))
