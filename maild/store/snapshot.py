"""What every group of verbs stands on: one connection in the middle of one transaction."""

from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.engine import Row

Found: TypeAlias = Row[*tuple[Any, ...]]


class Snapshot:
    """A state of the database, as one transaction sees it."""

    def __init__(self, connection: Connection, first_number: int) -> None:
        self._connection = connection
        self._first_number = first_number
