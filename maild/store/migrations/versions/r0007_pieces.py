"""What an outgoing mail has beside its own words, kept once for all to whom it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; mails written before are whole in their body."""
    op.create_table(
        "outgoing_piece",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", KEY, nullable=False),
        sa.ForeignKeyConstraint(["token"], ["outgoing_mail.token"], name="fk_outgoing_piece_token"),
        sa.ForeignKeyConstraint(["blob"], ["blob.id"], name="fk_outgoing_piece_blob"),
        sa.PrimaryKeyConstraint("token", "n", name="pk_outgoing_piece"),
    )
