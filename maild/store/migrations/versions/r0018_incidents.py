"""Tickets that belong to another: the reports of an incident, the parts of a matter."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and their indexes; no older ticket belongs to another."""
    op.add_column("ticket", sa.Column("incident", sa.Text()))
    op.add_column("ticket", sa.Column("open_incident", sa.Text()))
    op.add_column("ticket", sa.Column("parent", KEY))
    has_parent, is_open = sa.text("parent IS NOT NULL"), sa.text("open_incident IS NOT NULL")
    op.create_index(
        "ix_ticket_parent", "ticket", ["parent", "number"], sqlite_where=has_parent, postgresql_where=has_parent
    )
    op.create_index("ix_ticket_incident", "ticket", ["open_incident"], sqlite_where=is_open, postgresql_where=is_open)
