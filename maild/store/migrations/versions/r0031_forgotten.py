"""What was removed by right: words and bytes that were kept long enough, or whose person asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the columns; nothing that is there was removed."""
    for table in ("arrival", "outgoing_mail", "ticket"):
        op.add_column(table, sa.Column("forgotten_at", sa.BigInteger))
    for table, key in (("arrival", "id"), ("ticket", "number")):
        op.create_index(
            f"ix_{table}_unforgotten",
            table,
            [key],
            sqlite_where=sa.text("forgotten_at IS NULL"),
            postgresql_where=sa.text("forgotten_at IS NULL"),
        )
