"""How often somebody of the house is asked whether they sent something is found without looking at every mail."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the index over mails that show a draft."""
    where = sa.text("draft IS NOT NULL")
    columns = ["person", "created_at"]
    op.create_index("ix_outgoing_mail_draft", "outgoing_mail", columns, sqlite_where=where, postgresql_where=where)
