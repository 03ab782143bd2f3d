"""Carrying out: decisions become rows, set-wise for a batch, each work whole or not at all.

What a decision was made on is compared with the database inside the transaction; where it does not hold any more the
work is stale, and nothing of it is written. If the database refuses a batch all the same, its works are written one by
one, each in its own savepoint, and those refused are stale.

BUGS
    A work that the database can never take (a fault of ours) is stale each time; whoever decides again must count.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, StatementError

from maild.model.decision import (
    AddEntry,
    ChangeTicket,
    CloseDraft,
    OpenTicket,
)
from maild.model.facts import DraftState
from maild.store import tables
from maild.store.blobs import keep_blobs
from maild.store.dialect import in_chunks, insert_new, insert_or_set
from maild.store.planning import FIELDS, Ground, Row, Rows, Standing, plan, ticket_rows
from maild.store.snapshot import Snapshot
from maild.store.work import Carrying

_TAKEN_ONCE = ("participant", "mail_id", "link")
_WITH_BLOB = {"attachment": "blob", "draft_attachment": "blob", "outgoing_mail": "body"}


class CarryingOut(Snapshot):
    """Acting on decisions."""

    def carry_out(self, works: Sequence[Carrying], now: datetime) -> tuple[int, ...]:
        """Write what the works want; return the indexes of the stale ones, of which nothing is written."""
        connection = self._connection
        ground = _read_ground(connection, works)
        rows, stale = plan(works, ground, now)
        try:
            with connection.begin_nested():
                _write(connection, rows, works, now)
        except (IntegrityError, DataError, ProgrammingError, StatementError, ValueError, OverflowError) as error:
            if _is_fatal(error):
                raise
            return self._carry_out_singly(works, now)
        return tuple(stale)

    def _carry_out_singly(self, works: Sequence[Carrying], now: datetime) -> tuple[int, ...]:
        if len(works) == 1:
            return (0,)
        return tuple(index for index, work in enumerate(works) if self.carry_out([work], now))


def _is_fatal(error: Exception) -> bool:
    """Tell what makes every write impossible from what one row brought about."""
    return isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError | ProgrammingError)


def _read_ground(connection: Connection, works: Sequence[Carrying]) -> Ground:
    steps = [step for work in works for step in work.decision.steps]
    drafts = {step.token for step in steps if isinstance(step, CloseDraft)}
    numbered = OpenTicket | ChangeTicket | AddEntry
    numbers = {step.number for step in steps if isinstance(step, numbered)}
    return Ground(
        tickets=_read_standings(connection, numbers),
        open_drafts=_read_open(connection, drafts),
        claimed_arrivals=_read_claims(connection, tables.arrival, (work.arrival for work in works)),
        claimed_timers=_read_claims(connection, tables.timer, (work.timer for work in works)),
    )


def _read_standings(connection: Connection, numbers: Iterable[int]) -> dict[int, Standing]:
    ticket = tables.ticket.c
    standings = {}
    for some in in_chunks(numbers):
        columns = (ticket.number, ticket.version, ticket.last_n, *(ticket[name] for name in FIELDS))
        for number, version, last_n, *values in connection.execute(select(*columns).where(ticket.number.in_(some))):
            standings[number] = Standing(number, version, last_n, dict(zip(FIELDS, values, strict=True)))
    return standings


def _read_open(connection: Connection, tokens: Iterable[str]) -> frozenset[str]:
    draft = tables.draft.c
    found: set[str] = set()
    for some in in_chunks(tokens):
        still_open = select(draft.token).where(draft.token.in_(some), draft.state == DraftState.OPEN)
        found.update(connection.execute(still_open).scalars())
    return frozenset(found)


def _read_claims(connection: Connection, table: Table, ids: Iterable[int | None]) -> dict[int, str]:
    claims: dict[int, str] = {}
    for some in in_chunks({one for one in ids if one is not None}):
        undone = select(table.c.id, table.c.claim).where(table.c.id.in_(some), table.c.done_at.is_(None))
        claims.update((row.id, row.claim) for row in connection.execute(undone) if row.claim is not None)
    return claims


def _write(connection: Connection, rows: Rows, works: Sequence[Carrying], now: datetime) -> None:
    """Write rows table by table, each after those that it refers to."""
    names = {row["sha256"] for table in _WITH_BLOB for row in rows.by_table[table]}
    packed = [one for work in works for one in (*work.attachments.values(), *work.bodies) if one.sha256 in names]
    blobs = keep_blobs(connection, packed)
    opened, changed = ticket_rows(rows)
    _insert(connection, tables.ticket, [row | {"updated_at": now} for row in opened])
    _update(connection, tables.ticket, tables.ticket.c.number, [row | {"updated_at": now} for row in changed])
    for name in ("participant", "entry", "attachment", "mail_id", "link", "draft", "draft_attachment", "outgoing_mail"):
        _insert(connection, tables.metadata.tables[name], _with_blobs(name, rows.by_table[name], blobs))
    ended = [{"token": token, "state": state, "closed_at": now} for token, state in rows.closed_drafts.items()]
    _update(connection, tables.draft, tables.draft.c.token, ended)
    _update(connection, tables.arrival, tables.arrival.c.id, rows.by_table["arrival"])
    _update(connection, tables.timer, tables.timer.c.id, rows.by_table["timer"])
    _insert(connection, tables.explanation, rows.by_table["explanation"])
    proofs = rows.by_table["sender_proof"]
    if proofs:
        connection.execute(insert_or_set(connection, tables.sender_proof, "proved_at"), proofs)


def _with_blobs(name: str, rows: list[Row], blobs: Mapping[str, int]) -> list[Row]:
    """Put a blob's id where a row names its content."""
    column = _WITH_BLOB.get(name)
    if column is None:
        return rows
    return [
        {key: value for key, value in row.items() if key != "sha256"} | {column: blobs[str(row["sha256"])]}
        for row in rows
    ]


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        statement = insert_new(connection, table) if table.name in _TAKEN_ONCE else table.insert()
        connection.execute(statement, rows)


def _update(connection: Connection, table: Table, key: Column[Any], rows: list[Row]) -> None:
    """Update rows by their key; every row must name the same columns."""
    if rows:
        values: dict[str, object] = {name: bindparam(name) for name in rows[0] if name != key.name}
        statement = update(table).where(key == bindparam("the_key")).values(values)
        connection.execute(statement, [_keyed(row, key.name) for row in rows])


def _keyed(row: Row, key: str) -> Row:
    return {"the_key" if name == key else name: value for name, value in row.items()}
