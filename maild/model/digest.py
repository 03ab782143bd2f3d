"""What a mail by schedule lists: values that are worded in its reader's language."""

from dataclasses import dataclass
from datetime import datetime

from maild.model.clocks import ClockName


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: the ticket, if it is about one; words; what is due `at`, or was; what else is to say."""

    words: str
    ticket: int | None = None
    clock: ClockName | None = None
    at: datetime | None = None
    is_late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One part of a report by its name; `left_out` counts the lines that were too many."""

    name: str
    items: tuple[Item, ...]
    left_out: int = 0
    is_numbered: bool = False
