"""Where SQLite and PostgreSQL differ in what a verb may say; everything else in this package is the same for both."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

_IN_LIST = 500  # far below the limit of bound values of either database

T = TypeVar("T")


def in_chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values into lists that an IN may hold."""
    rest = iter(values)
    while chunk := list(islice(rest, _IN_LIST)):
        yield chunk


def insert_new(connection: Connection, table: Table) -> Insert:
    """INSERT that leaves a row alone which is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_or_set(connection: Connection, table: Table, column: str) -> Insert:
    """INSERT that sets one column where the row is there already."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name == "postgresql":
        new = postgresql.insert(table)
        return new.on_conflict_do_update(index_elements=keys, set_={column: new.excluded[column]})
    newer = sqlite.insert(table)
    return newer.on_conflict_do_update(index_elements=keys, set_={column: newer.excluded[column]})
