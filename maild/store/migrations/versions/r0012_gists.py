"""What mails come to, by which the same coming again is noticed, and whom the desk leaves in peace then."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns and the index; mails that came before do not count."""
    op.add_column("arrival", sa.Column("gist", sa.String(32)))
    op.add_column("contact", sa.Column("silent_until", sa.BigInteger()))
    where = sa.text("gist IS NOT NULL")
    op.create_index("ix_arrival_gist", "arrival", ["gist", "done_at"], sqlite_where=where, postgresql_where=where)
