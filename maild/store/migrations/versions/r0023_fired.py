"""What timers decided is found by the timer."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the index."""
    only = sa.text("timer IS NOT NULL")
    op.create_index("ix_explanation_timer", "explanation", ["timer"], sqlite_where=only, postgresql_where=only)
