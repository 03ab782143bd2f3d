"""Drafts that lie on no ticket: words of a mail that is about none, of which a command was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Let the ticket be unknown; SQLite writes the table anew for that, which what refers to it must not see."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("draft", "ticket", nullable=True)
        return
    op.execute("CREATE TEMPORARY TABLE kept_file AS SELECT * FROM draft_attachment")
    op.execute("DELETE FROM draft_attachment")
    with op.batch_alter_table("draft") as draft:
        draft.alter_column("ticket", existing_type=sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True)
    op.execute("INSERT INTO draft_attachment SELECT * FROM kept_file")
    op.execute("DROP TABLE kept_file")
