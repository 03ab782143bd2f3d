"""A ticket as it stands while a batch is planned: its changeable fields, changed one by one, and its row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from maild.errors import StaleError
from maild.model.aftermath import changed_pairs, changed_set
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import APPROVAL_PREFIX, CONTACT_PREFIX, FIELD_PREFIX, FINISHED, SETS, Change, folded
from maild.store.rows import Row

# What a ChangeTicket may name; everything else of a ticket has steps of its own.
FIELDS: tuple[str, ...] = (
    "state",
    "subject",
    "queue",
    "category",
    "impact",
    "urgency",
    "priority",
    "level",
    "agreement",
    "terms",
    "ladder",
    "identity",
    "climbs",
    "score",
    "survey",
    "team",
    "assignee",
    "language",
    "requester",
    "requester_name",
    "confidential",
    "merged_into",
    "successor",
    "incident",
    "parent",
)
NUMBERS = frozenset({"merged_into", "successor", "parent"})
CHANGED = (
    "version",
    "last_n",
    "updated_at",
    "state_at",
    "tags",
    "fields",
    "steps",
    "approvals",
    "open_requester",
    "open_incident",
    *FIELDS,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as it stands: its changeable fields, and how far its history has come."""

    number: int
    version: int
    last_n: int
    values: Mapping[str, str | None]
    tags: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]
    approvals: tuple[tuple[str, str], ...]
    state_at: datetime

    def changed(self, change: Change, now: datetime) -> "Standing":
        """Apply one change; raises StaleError where its old value does not hold any more."""
        name = change.field
        if name == "tag":
            return replace(self, tags=tuple(changed_set(self.tags, change)))
        if name in SETS or name.startswith(CONTACT_PREFIX):
            return self
        if self._held(name) != change.old:
            raise StaleError(f"ticket {self.number}: {name} is not {change.old!r} any more")
        if name.startswith(FIELD_PREFIX):
            return replace(self, fields=changed_pairs(self.fields, change))
        if name.startswith(STEP_PREFIX):
            return replace(self, steps=changed_pairs(self.steps, change))
        if name.startswith(APPROVAL_PREFIX):
            return replace(self, approvals=changed_pairs(self.approvals, change))
        state_at = now if name == "state" else self.state_at
        return replace(self, values={**self.values, name: change.new}, state_at=state_at)

    def _held(self, name: str) -> str | None:
        """Give a field's value; raises ValueError for one that tickets do not have."""
        named = ((FIELD_PREFIX, self.fields), (STEP_PREFIX, self.steps), (APPROVAL_PREFIX, self.approvals))
        for prefix, pairs in named:
            if name.startswith(prefix):
                return dict(pairs).get(name.removeprefix(prefix))
        if name not in self.values:
            raise ValueError(name)
        return self.values[name]


def as_text(value: str | int | None) -> str | None:
    """Give a field's value as changes write it: the numbers among them are words there."""
    return None if value is None else str(value)


def standing_row(standing: Standing, now: datetime) -> Row:
    """Write a ticket as it stands."""
    row: Row = {"version": standing.version, "last_n": standing.last_n, "updated_at": now, **standing.values}
    requester = standing.values["requester"]
    is_open = standing.values["state"] not in FINISHED
    row["open_requester"] = requester.lower() if requester is not None and is_open else None
    incident = standing.values["incident"]
    row["open_incident"] = folded(incident) if incident is not None and is_open else None
    row |= {name: int(number) for name in NUMBERS if (number := standing.values[name]) is not None}
    return row | {
        "state_at": standing.state_at,
        "tags": list(standing.tags),
        "fields": [list(it) for it in standing.fields],
        "steps": [list(it) for it in standing.steps],
        "approvals": [list(it) for it in standing.approvals],
    }
