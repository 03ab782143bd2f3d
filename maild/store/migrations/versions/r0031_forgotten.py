"""What was removed by right: words and bytes that were kept long enough, or whose person asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_REFERRING = (
    ("arrival", "raw"),
    ("attachment", "blob"),
    ("draft_attachment", "blob"),
    ("outgoing_mail", "body"),
    ("outgoing_piece", "blob"),
    ("edition_file", "blob"),
    ("ticket_key", "ticket"),
)


def upgrade() -> None:
    """Add the columns; nothing that is there was removed."""
    for table in ("arrival", "outgoing_mail", "ticket"):
        op.add_column(table, sa.Column("forgotten_at", sa.BigInteger))
    # Nobody could ask for the story of what was about neither; and nothing would lead whoever erases to it.
    op.execute("DELETE FROM explanation WHERE arrival IS NULL AND timer IS NULL")
    for table, columns in (("arrival", ["outcome", "done_at"]), ("ticket", ["state", "state_at"])):
        _add_partial(f"ix_{table}_unforgotten", table, columns, "forgotten_at IS NULL")
    _add_partial("ix_arrival_ticket", "arrival", ["ticket"], "ticket IS NOT NULL")
    for table, column in _REFERRING:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _add_partial(name: str, table: str, columns: list[str], only: str) -> None:
    where = sa.text(only)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
