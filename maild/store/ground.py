"""What a batch of works is planned on, and what it comes to: what the database says of all it names, and rows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.model.ticket import Contact
from maild.store.rows import Row
from maild.store.standing import Standing


@dataclass(frozen=True, slots=True)
class Ground:
    """What the database says of everything that a batch names; of old mail that is taken over, when it was received."""

    tickets: Mapping[int, Standing]
    open_drafts: frozenset[str]
    open_incidents: frozenset[str]
    waiting_mails: frozenset[str]
    claimed_arrivals: Mapping[int, str]
    claimed_timers: Mapping[int, str]
    held: frozenset[int]
    old_arrivals: Mapping[int, datetime]
    contacts: Mapping[str, Contact]


@dataclass(slots=True)
class Rows:
    """Rows to write, by table, and the tickets as they will stand.

    `spent` is what may happen but once: an arrival or a timer done, a draft closed.
    """

    opened: dict[int, Row] = field(default_factory=dict)
    changed: dict[int, Standing] = field(default_factory=dict)
    spent: set[tuple[str, int | str]] = field(default_factory=set)
    by_table: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def take(self, other: "Rows") -> None:
        """Add the rows of one more work."""
        self.opened |= other.opened
        self.changed |= other.changed
        self.spent |= other.spent
        for table, rows in other.by_table.items():
            self.by_table[table] += rows
