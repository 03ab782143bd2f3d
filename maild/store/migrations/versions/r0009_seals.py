"""A seal on each entry and each outgoing mail, over what must never change of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; what was written before has no seal."""
    op.add_column("entry", sa.Column("seal", sa.String(length=32)))
    op.add_column("outgoing_mail", sa.Column("seal", sa.String(length=32)))
