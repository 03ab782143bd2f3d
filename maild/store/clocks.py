"""Clocks of tickets: rows ↔ values, as they stand now and as they stood with each entry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from maild.model.clocks import Clock, ClockName, ClockState
from maild.store.columns import MICROSECOND
from maild.store.dialect import in_chunks
from maild.store.rows import Row
from maild.store.snapshot import Found
from maild.store.tables import clock, clock_change

_ORDER = {name.value: place for place, name in enumerate(ClockName)}


def latest(rows: Sequence[Row]) -> list[Row]:
    """Keep of each clock the last of its rows: one statement cannot set a row twice."""
    return list({(row["ticket"], row["name"]): row for row in rows}.values())


def read_clocks(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Clock, ...]]:
    """Read the clocks of tickets as they stand."""
    found: defaultdict[int, list[Clock]] = defaultdict(list)
    for some in in_chunks(numbers):
        for row in connection.execute(select(clock).where(clock.c.ticket.in_(some))):
            found[row.ticket].append(clock_of(row))
    return {number: tuple(sorted(clocks, key=_place)) for number, clocks in found.items()}


def read_clock_changes(connection: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], tuple[Clock, ...]]:
    """Read the clocks of tickets as they stood, by ticket and entry; of an entry that changed none there are none."""
    found: defaultdict[tuple[int, int], tuple[Clock, ...]] = defaultdict(tuple)
    for some in in_chunks(numbers):
        for row in connection.execute(select(clock_change).where(clock_change.c.ticket.in_(some))):
            found[row.ticket, row.entry] += (clock_of(row),)
    return found


def clock_of(row: Found) -> Clock:
    """Make a row a value."""
    return Clock(
        name=ClockName(row.name),
        state=ClockState(row.state),
        target=row.target * MICROSECOND,
        calendar=row.calendar,
        stamp=row.stamp,
        elapsed=row.elapsed * MICROSECOND,
        at=row.at,
        due_at=row.due_at,
    )


def _place(one: Clock) -> int:
    return _ORDER[one.name.value]
