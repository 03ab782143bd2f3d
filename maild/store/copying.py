"""All rows of one database, read in one snapshot and written into another: SQLite or PostgreSQL on either side.

Tables are taken as the source has them, in the order in which they refer to one another, rows in the order of their
keys. Each table is summed up by its count and a SHA-256 over every value, which comes out the same for both databases;
so whoever has copied can compare what went in with what lies there now.

BUGS
    The two databases must have the same schema; who copies sees to it.
    A table that refers to itself is written twice: first without those references, then they are filled in.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from maild.store.dialect import by_bytes, follow_keys

NOT_OURS: Final = frozenset({"alembic_version", "backup", "backup_sum", "backup_file"})
_ROWS: Final = 200
_LARGE_ROWS: Final = 8  # of at most 1 MB each

Advance = Callable[[int], None]


@dataclass(slots=True)
class Sum:
    """How many rows a table has, and the SHA-256 over the names of its columns and all its values."""

    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256, repr=False)

    @property
    def sha256(self) -> str:
        """Give the sum of what was added so far."""
        value: str = self.digest.hexdigest()
        return value

    @classmethod
    def of(cls, table: Table) -> "Sum":
        """Begin with a table that has no rows."""
        one = cls()
        one._take(sorted(table.c.keys()))
        return one

    def add(self, row: Sequence[object]) -> None:
        """Take one row."""
        self.rows += 1
        self._take(row)

    def _take(self, values: Sequence[object]) -> None:
        # Of plain values no two that differ are written alike; long bytes would be written threefold.
        plain = [hashlib.sha256(value).digest() if isinstance(value, bytes) else value for value in values]
        self.digest.update(repr(plain).encode("utf-8", "surrogatepass"))


class _JsonText(TypeDecorator[str]):
    """PostgreSQL's JSON, taken and given as the text that it is: SQLite keeps nothing else."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[Any]:
        """Let the server make JSON of a text."""
        return cast(type_coerce(bindvalue, Text), JSON)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Let the server give the text."""
        return cast(column, Text)


def tables_of(connection: Connection) -> list[Table]:
    """Give a database's own tables, those that are referred to first; their values are plain: numbers, text, bytes."""
    found = MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = _JsonText() if connection.dialect.name == "postgresql" else Text()
    return [table for table in found.sorted_tables if table.name not in NOT_OURS]


def count_rows(connection: Connection, tables: Sequence[Table]) -> int:
    """Count what there is to copy or to sum up."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def sum_rows(connection: Connection, advance: Advance) -> dict[str, Sum]:
    """Sum every table up."""
    sums = {}
    for table in tables_of(connection):
        sums[table.name] = one = Sum.of(table)
        for rows in _pages(connection, table):
            for row in rows:
                one.add(row)
            advance(len(rows))
    return sums


def copy_rows(source: Connection, target: Connection, advance: Advance) -> dict[str, Sum]:
    """Write every row of `source` into the tables of `target`, which have none; both are in a transaction."""
    sums = {}
    own = {table.name: table for table in tables_of(target)}
    for table in tables_of(source):
        sums[table.name] = one = Sum.of(table)
        inner = _references_to_itself(table)
        insert = own[table.name].insert()
        for rows in _pages(source, table):
            for row in rows:
                one.add(row)
            target.execute(insert, [row._asdict() | dict.fromkeys(inner) for row in rows])
            advance(len(rows))
        for name in inner:
            _fill_in(source, target, table, own[table.name], name)
        follow_keys(target, own[table.name])
    return sums


def delete_rows(connection: Connection) -> None:
    """Empty every table, in a transaction."""
    for table in reversed(tables_of(connection)):
        for name in _references_to_itself(table):
            connection.execute(update(table).where(table.c[name].is_not(None)).values({name: None}))
        connection.execute(delete(table))


def _fill_in(source: Connection, target: Connection, table: Table, own: Table, name: str) -> None:
    """Write the references of a table to itself, now that what they refer to is there."""
    keys = [column.name for column in table.primary_key]
    referring = _ordered(source, table, [*(table.c[key] for key in keys), table.c[name]]).where(
        table.c[name].is_not(None)
    )
    change = (
        update(own)
        .where(*(own.c[key] == bindparam(f"the_{key}") for key in keys))
        .values({name: bindparam("the_value")})
    )
    for rows in _partitions(source, referring, _ROWS):
        values = [{f"the_{key}": row[at] for at, key in enumerate(keys)} | {"the_value": row[-1]} for row in rows]
        target.execute(change, values)


def _references_to_itself(table: Table) -> list[str]:
    return [
        element.parent.name
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is table
        for element in constraint.elements
    ]


def _pages(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    # The columns of both databases in one order: what was added later stands last, or not.
    columns = [table.c[name] for name in sorted(table.c.keys())]
    is_large = any(isinstance(column.type, LargeBinary) for column in columns)
    return _partitions(connection, _ordered(connection, table, columns), _LARGE_ROWS if is_large else _ROWS)


def _ordered(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> Select[Any]:
    return select(*columns).order_by(*(by_bytes(connection, column) for column in table.primary_key))


def _partitions(connection: Connection, rows: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    with connection.execute(rows.execution_options(yield_per=size)) as result:
        yield from result.partitions()
