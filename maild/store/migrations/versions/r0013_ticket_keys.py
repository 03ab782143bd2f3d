"""Which ticket a sender's mails with the same key go to (`same_ticket`)."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; no older mail has a key."""
    op.create_table(
        "ticket_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_ticket_key_ticket"),
        sa.PrimaryKeyConstraint("key", "owner", name="pk_ticket_key"),
    )
