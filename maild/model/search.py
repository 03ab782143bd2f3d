"""What a list of tickets is asked for: the one query language of agents' mails and the command line, read."""

from dataclasses import dataclass
from datetime import datetime

MOST_FOUND = 100


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a ticket must be, or with `is_excluded` must not be.

    `name` is a condition's name of the rule files (state, queue, category, assignee, tag, field.NAME …), `sender` for
    the requester, `participant`, `draft` for whoever keeps a draft on it, or `text` for words of its subject or
    entries. `*` is any value.
    """

    name: str
    value: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Tickets for which every term holds, opened from `after` on and before `before`."""

    terms: tuple[Term, ...]
    after: datetime | None = None
    before: datetime | None = None
