"""What the rates of rules count. Of mails before this nothing was counted: a rate begins with the next mail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "counted",
        sa.Column("arrival", KEY, sa.ForeignKey("arrival.id", name="fk_counted_arrival"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ticket", KEY, sa.ForeignKey("ticket.number", name="fk_counted_ticket")),
        sa.PrimaryKeyConstraint("arrival", "kind", "key", name="pk_counted"),
    )
    op.create_index("ix_counted_key", "counted", ["kind", "key", "at"])
