"""Where SQLite and PostgreSQL differ in what a verb may say; everything else in this package is the same for both."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    LargeBinary,
    String,
    Table,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

_IN_LIST = 500  # far below the limit of bound values of either database

T = TypeVar("T")


def in_chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values into lists that an IN may hold."""
    rest = iter(values)
    while chunk := list(islice(rest, _IN_LIST)):
        yield chunk


def any_of(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Say that a column is one of the values that will be bound to `name`."""
    return column.in_(bindparam(name, expanding=True))


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what a block wrote if it raises; cheaper than SQLAlchemy's own, which every write would pay."""
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        yield
    except BaseException as error:
        if not is_fatal(error):
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
            connection.exec_driver_sql("RELEASE SAVEPOINT work")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT work")


def is_fatal(error: BaseException) -> bool:
    """Tell what makes a transaction worthless (no space, no disk, no server) from what one statement did wrong."""
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | DataError | ProgrammingError):
        return False
    # Class 54, too large for an index or a row, is a statement's fault; its driver calls it the server's.
    return not str(getattr(error.orig, "sqlstate", "")).startswith("54")


def reason_of(error: Exception) -> str:
    """Say what the database said, for an operator: without the statement."""
    return str(error.orig if isinstance(error, DBAPIError) else error).strip()


def insert_new(connection: Connection, table: Table) -> Insert:
    """INSERT that leaves a row alone which is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_or_set(connection: Connection, table: Table, *columns: str) -> Insert:
    """INSERT that sets these columns where the row is there already."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name == "postgresql":
        new = postgresql.insert(table)
        return new.on_conflict_do_update(index_elements=keys, set_={column: new.excluded[column] for column in columns})
    newer = sqlite.insert(table)
    return newer.on_conflict_do_update(index_elements=keys, set_={column: newer.excluded[column] for column in columns})


def find_damage(connection: Connection, most: int) -> list[str]:
    """Let the database say in its own words what is wrong with its pages; PostgreSQL has tools of its own for that."""
    if connection.dialect.name == "postgresql":
        return []
    pages = connection.exec_driver_sql(f"PRAGMA integrity_check({most})")
    return [" ".join(str(words).split()) for (words,) in pages if words != "ok"]


def find_lost(connection: Connection, most: int) -> list[tuple[str, str]]:
    """Find rows that refer to what is not there: what is missing, and where. PostgreSQL never lets it come to that."""
    if connection.dialect.name == "postgresql":
        return []
    rows = islice(connection.exec_driver_sql("PRAGMA foreign_key_check"), most)
    return [(parent, f"{table}, row {'unknown' if rowid is None else rowid}") for table, rowid, parent, _ in rows]


def follow_keys(connection: Connection, table: Table) -> None:
    """Let the next row get a key above all that were written with keys of their own; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    highest = select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None))
    connection.execute(highest)


def by_bytes(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Order text by its bytes, as SQLite does; PostgreSQL orders it as a language does unless it is told."""
    is_text = connection.dialect.name == "postgresql" and isinstance(column.type, String)
    return column.collate("C") if is_text else column


def as_octets(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[bytes]:
    """Read text as its bytes in UTF-8, whether they are such or not."""
    if connection.dialect.name == "postgresql":
        return func.convert_to(column, "UTF8", type_=LargeBinary())
    return cast(column, LargeBinary)
