"""How a sender's Outlook names the thread, beside the id of their mail."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.Text()


def upgrade() -> None:
    """Add the two fields; of mails that came before they are unknown."""
    op.add_column("mail_id", sa.Column("thread_index", TEXT, nullable=True))
    op.add_column("mail_id", sa.Column("thread_topic", TEXT, nullable=True))
