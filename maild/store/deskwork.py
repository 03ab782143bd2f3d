"""What the desk looks at when it writes by schedule: all that is unfinished, kept back or held."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, literal, select

from maild.model.decision import OutcomeKind, Trust
from maild.model.facts import DraftState
from maild.model.occasion import DeskFacts, HeldMail, KeptWords, Occasion, OccasionKind, OpenMatter
from maild.model.ticket import EntryKind, State
from maild.store.clocks import read_clocks
from maild.store.dialect import in_chunks
from maild.store.history import read_tickets
from maild.store.tables import arrival, draft, entry, explanation, ticket

_IN_WORK = tuple(state.value for state in (State.NEW, State.OPEN, State.WAITING, State.PENDING))
_LATE = "late"
_MATTERS = select(ticket.c.number).where(ticket.c.state.in_(_IN_WORK)).order_by(ticket.c.number)
_DRAFTS = select(draft).where(draft.c.state == DraftState.OPEN).order_by(draft.c.created_at)
_HELD = (
    select(arrival)
    .where(arrival.c.outcome == literal(OutcomeKind.HELD.value, literal_execute=True), arrival.c.discarded_at.is_(None))
    .order_by(arrival.c.id)
)


def read_desks(connection: Connection, occasions: Iterable[Occasion]) -> dict[Occasion, DeskFacts]:
    """Read what each occasion looks at."""
    return {each: _desk(connection, each) for each in occasions}


def _desk(connection: Connection, occasion: Occasion) -> DeskFacts:
    match occasion.kind:
        case OccasionKind.REPORT:
            return DeskFacts(matters=_matters(connection), drafts=_drafts(connection))
        case OccasionKind.HELD:
            return DeskFacts(held=read_held(connection))


def _matters(connection: Connection) -> tuple[OpenMatter, ...]:
    numbers = list(connection.execute(_MATTERS).scalars())
    tickets, clocks = read_tickets(connection, numbers), read_clocks(connection, numbers)
    reasons = _reasons(connection, numbers)
    return tuple(OpenMatter(tickets[number][0], clocks.get(number, ()), reasons.get(number, "")) for number in numbers)


def _reasons(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Give what agents last said about why tickets are late."""
    found: dict[int, str] = {}
    for some in in_chunks(numbers):
        notes = select(entry.c.ticket, entry.c.flags, entry.c.text).where(
            entry.c.ticket.in_(some), entry.c.kind == EntryKind.NOTE.value
        )
        for row in connection.execute(notes.order_by(entry.c.ticket, entry.c.n)):
            if _LATE in row.flags:
                found[row.ticket] = row.text
    return found


def _drafts(connection: Connection) -> tuple[KeptWords, ...]:
    rows = connection.execute(_DRAFTS)
    return tuple(KeptWords(row.author, row.ticket, row.created_at, row.text) for row in rows)


def read_held(connection: Connection) -> tuple[HeldMail, ...]:
    """Give every arrival that waits for a person's word, the oldest first."""
    rows = connection.execute(_HELD).all()
    subjects = _subjects(connection, [row.id for row in rows])
    return tuple(
        HeldMail(
            arrival=row.id,
            sender=row.sender or "",
            subject=subjects.get(row.id, ""),
            reason=row.reason,
            recorded_at=row.recorded_at,
            is_forged=row.trust == Trust.FORGED.value,
        )
        for row in rows
    )


def _subjects(connection: Connection, arrivals: Iterable[int]) -> Mapping[int, str]:
    """Give the subjects as they were read when the mails were decided; of what could not be read there is none."""
    found: defaultdict[int, str] = defaultdict(str)
    for some in in_chunks(arrivals):
        stories = select(explanation.c.arrival, explanation.c.text).where(explanation.c.arrival.in_(some))
        for row in connection.execute(stories.order_by(explanation.c.id)):
            message = json.loads(row.text).get("message") or {}
            found[row.arrival] = str(message.get("subject") or "")
    return found
