"""What every group of verbs stands on: one connection in the middle of one transaction."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.engine import Row

BATCH_BYTES = 32_000_000

Found: TypeAlias = Row[*tuple[Any, ...]]


class Snapshot:
    """A state of the database, as one transaction sees it."""

    def __init__(self, connection: Connection, first_number: int) -> None:
        self._connection = connection
        self._first_number = first_number


def light(rows: Sequence[Found], most: int = BATCH_BYTES) -> list[Found]:
    """Take as many rows as their `size` lets into `most` bytes of memory beside one another, but one at least."""
    taken: list[Found] = []
    left = most
    for row in rows:
        left -= row.size
        if left < 0 and taken:
            break
        taken.append(row)
    return taken
