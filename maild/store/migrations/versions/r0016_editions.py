"""Rule files, templates and answers by which the desk decides, kept as they were taken."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    """Create the tables; of what was decided by before nothing is known."""
    op.create_table(
        "edition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_attended", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
    )
    taken = sa.column("taken_at").is_not(None)
    op.create_index("ix_edition_taken", "edition", ["id"], sqlite_where=taken, postgresql_where=taken)
    op.create_table(
        "edition_file",
        sa.Column("edition", KEY, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("blob", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blob.id"], name="fk_edition_file_blob_blob"),
        sa.ForeignKeyConstraint(["edition"], ["edition.id"], name="fk_edition_file_edition_edition"),
        sa.PrimaryKeyConstraint("edition", "n", name="pk_edition_file"),
    )
