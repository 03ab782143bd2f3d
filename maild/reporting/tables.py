"""What a report is made of: tables of plain values, and the charts that show them. Nothing here is drawn yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from maild.model.charts import Chart

Cell = str | int | float | timedelta | datetime | None
Rows = tuple[tuple[Cell, ...], ...]


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    TICKET = "ticket"  # its number
    COUNT = "count"
    NAME = "name"  # of ours, with underscores
    LENGTH = "length"  # a timedelta of work
    AGE = "age"  # a timedelta by the wall
    INSTANT = "instant"
    SHARE = "share"  # of one
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key for machines, and what its values are."""

    key: str
    kind: Kind = Kind.COUNT
    heading: str = ""

    @property
    def title(self) -> str:
        """Give its heading, in English where no other was given."""
        return self.heading or self.key.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values. `key` names it for machines, `note` says what a reader must know, `empty` that there is none."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    note: str = ""
    empty: str = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a report, whole: `tables` say all that `charts` show."""

    name: str
    title: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


def columns(*keys: str, **kinds: Kind) -> tuple[Column, ...]:
    """Make columns of counts, and those named after them of other kinds."""
    return tuple(Column(key, kinds.get(key, Kind.COUNT)) for key in keys)


def middle(lengths: Sequence[timedelta]) -> timedelta | None:
    """Give the median; None where nothing was measured."""
    if not lengths:
        return None
    ordered = sorted(lengths)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ninetieth(lengths: Sequence[timedelta]) -> timedelta | None:
    """Give the 90th percentile by nearest rank: nine in ten took no longer."""
    ordered = sorted(lengths)
    return ordered[-(-len(ordered) * 9 // 10) - 1] if ordered else None


def share(part: int, whole: int) -> float | None:
    """Give a part of a whole; None where there is nothing to share."""
    return part / whole if whole else None
