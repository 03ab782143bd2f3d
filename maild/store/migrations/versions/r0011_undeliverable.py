"""Whose address is gone: no automatic mail goes there until they write again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; of older bounces nothing is known."""
    op.add_column("contact", sa.Column("undeliverable_at", sa.BigInteger()))
