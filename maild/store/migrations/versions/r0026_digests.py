"""What the numbers of a mailed list stand for, what people did to matters of the desk, and whose mail is held."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
TEXT = sa.Text()


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "listed",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["token"], ["outgoing_mail.token"], name="fk_listed_token"),
        sa.PrimaryKeyConstraint("token", "n", name="pk_listed"),
    )
    op.create_table(
        "desk_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_event"),
    )
    op.create_index("ix_desk_event_about", "desk_event", ["about"])
    op.create_table(
        "blocked",
        sa.Column("address", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_blocked"),
    )
