"""Whether the requester of a ticket is verified, and the codes that are out for it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add column and table; nobody was asked for a code."""
    op.add_column("ticket", sa.Column("identity", sa.Text()))
    op.create_table(
        "identity_code",
        sa.Column("ticket", KEY, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_identity_code_ticket"),
        sa.PrimaryKeyConstraint("ticket", name="pk_identity_code"),
    )
