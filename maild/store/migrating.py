"""Bringing a database to the schema of this maild."""

from sqlalchemy import Connection

from maild.store.tables import metadata


def migrate(connection: Connection) -> None:
    """Create or upgrade the tables."""
    with connection.begin():
        metadata.create_all(connection)
