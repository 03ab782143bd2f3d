"""What decisions say of people outside, as rows of contacts: each says one column, whether or not they were met."""

from datetime import datetime

from maild.model.decision import ChangeContact, MarkReachable, MeetContact, Silence
from maild.model.ticket import CONTACT_VALUES
from maild.store.rows import Row

COLUMNS = (*CONTACT_VALUES, "undeliverable_at", "silent_until")
_NULLABLE = frozenset({"language", "timezone"})  # the other words are "" where unknown


def met_row(step: MeetContact, now: datetime) -> Row:
    """Write somebody who wrote here or was written of."""
    return _row(step.who.address, now) | {"name": step.who.name, "language": step.language}


def told_row(step: MarkReachable | Silence | ChangeContact, now: datetime) -> tuple[str, Row]:
    """Write what is said of somebody, and under which column."""
    match step:
        case MarkReachable(address, is_reachable):
            return "undeliverable_at", _row(address, now) | {"undeliverable_at": None if is_reachable else now}
        case Silence(address, until_at):
            return "silent_until", _row(address, now) | {"silent_until": until_at}
        case ChangeContact(who, name, _, new):
            return name, _row(who.address, now) | {"name": who.name} | {name: new if name in _NULLABLE else new or ""}


def _row(address: str, now: datetime) -> Row:
    row: Row = {"address": address.lower(), "met_at": now, "name": "", "company": "", "phone": ""}
    return row | {"language": None, "timezone": None}
