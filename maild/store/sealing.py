"""A seal on what is written once and never changed: entries and outgoing mails, each over all of its columns that stay.

Whoever has to change such a row all the same (to erase a person) seals it anew.

BUGS
    What was written before there were seals has none.
    A seal shows accidents. Who can write to the database on purpose can seal what he wrote.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    cast,
    select,
    type_coerce,
)

from maild.store.columns import Instant, Words, cleaned, microseconds
from maild.store.dialect import as_octets

ENTRY_STAYS: Final = (
    *("ticket", "n", "at", "kind", "by", "cause_kind", "cause_reference", "message_id", "arrival", "changes", "flags"),
    "text",
)
MAIL_STAYS: Final = (
    *("token", "ticket", "created_at", "template", "thread", "meaning", "seen", "person", "draft", "root"),
    *("recipient", "message_id", "envelope_from", "subject", "headers", "ours", "quoted"),
)
_LENGTH: Final = 32  # hex digits: 128 bits are plenty against accidents


def seal(row: Mapping[str, object], stays: Sequence[str]) -> str:
    """Sum up the columns of a row that stay, as they will lie in the database."""
    return _sum(_plain(row[name]) for name in stays)


def find_broken(
    connection: Connection, table: Table, stays: Sequence[str], which: ColumnElement[bool]
) -> Iterator[tuple[Any, ...]]:
    """Give the keys of those rows that are not as they were sealed."""
    keys = list(table.primary_key)
    rows = select(*keys, table.c.seal, *(_raw(connection, table.c[name]) for name in stays))
    for row in connection.execute(rows.where(which, table.c.seal.is_not(None)).execution_options(yield_per=100)):
        if _sum(row[len(keys) + 1 :]) != row[len(keys)]:
            yield tuple(row[: len(keys)])


def _raw(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Read a column as its bytes or number: words that are no words any more shall not stop the reading."""
    if isinstance(column.type, Instant):
        return type_coerce(column, BigInteger)
    if isinstance(column.type, JSON):
        return as_octets(connection, cast(column, Text))
    if isinstance(column.type, String | Words):
        return as_octets(connection, column)
    return column


def _plain(value: object) -> object:
    match value:
        case datetime():
            return microseconds(value)
        case list():
            return json.dumps(value).encode()
        case str():
            return cleaned(value).encode()
    return value


def _sum(values: Any) -> str:
    digest = hashlib.sha256()
    for value in values:
        octets = value if isinstance(value, bytes) else str(value).encode()
        digest.update(b"%s%d:" % (type(value).__name__[:1].encode(), len(octets)))
        digest.update(octets)
    return digest.hexdigest()[:_LENGTH]
