"""What the desk looks at when it writes by schedule: all that is unfinished, kept back or held."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, literal, select

from maild.model.decision import OutcomeKind, TimerKind, Trust
from maild.model.facts import DraftState, Want
from maild.model.occasion import (
    DeskDeed,
    DeskEvent,
    DeskFacts,
    HeldMail,
    KeptWords,
    Occasion,
    OccasionKind,
    OpenMatter,
)
from maild.model.ticket import EntryKind, State
from maild.store.clocks import read_clocks
from maild.store.dialect import in_chunks
from maild.store.figures import read_report_facts
from maild.store.history import read_tickets
from maild.store.learning import read_learned
from maild.store.snapshot import Found
from maild.store.tables import arrival, blocked, desk_event, draft, entry, explanation, listed, ticket, timer

_IN_WORK = tuple(state.value for state in (State.NEW, State.OPEN, State.WAITING, State.PENDING))
_LATE = "late"
_MONTH = timedelta(days=31)
_LONGEST = timedelta(days=50)  # from one report to the next, and a stop
_MATTERS = select(ticket.c.number).where(ticket.c.state.in_(_IN_WORK)).order_by(ticket.c.number)
_DRAFTS = select(draft).where(draft.c.state == DraftState.OPEN).order_by(draft.c.created_at)
_HELD = (
    select(arrival)
    .where(arrival.c.outcome == literal(OutcomeKind.HELD.value, literal_execute=True), arrival.c.discarded_at.is_(None))
    .order_by(arrival.c.id)
)


def read_desk(connection: Connection, occasion: Occasion, wants: Collection[Want], now: datetime) -> DeskFacts:
    """Read what an occasion looks at; figures where they are wanted."""
    before = _find_before(connection, occasion)
    since, name = (before.due_at, before.about) if before is not None else (None, "")
    match occasion.kind:
        case OccasionKind.REPORT:
            return DeskFacts(
                matters=_matters(connection, now),
                drafts=_drafts(connection),
                events=read_desk_events(connection, [str(occasion), *((name,) if name else ())]),
                before=name,
                since=since,
                figures=read_report_facts(connection, since or now - _LONGEST, now) if Want.FIGURES in wants else None,
            )
        case OccasionKind.HELD:
            return DeskFacts(held=read_held(connection), before=name, since=since)
        case OccasionKind.REVIEW:
            return DeskFacts(events=_reviews(connection), since=since)
        case OccasionKind.KNOWLEDGE:
            return DeskFacts(learned=read_learned(connection, since or now - _MONTH, now), since=since)


def _find_before(connection: Connection, occasion: Occasion) -> Found | None:
    """Give the last one of the same series that is done: what it was about, and when it was due."""
    series = f"{str(occasion).rpartition(' ')[0]} "
    before = select(timer.c.about, timer.c.due_at).where(
        timer.c.ticket.is_(None),
        timer.c.kind == TimerKind.OCCASION.value,
        timer.c.done_at.is_not(None),
        timer.c.about != str(occasion),
        timer.c.about.startswith(series, autoescape=True),
    )
    return connection.execute(before.order_by(timer.c.due_at.desc()).limit(1)).one_or_none()


def _reviews(connection: Connection) -> tuple[DeskEvent, ...]:
    """Give every review of a procedure, the oldest first."""
    rows = connection.execute(
        select(desk_event).where(desk_event.c.what == DeskDeed.REVIEWED.value).order_by(desk_event.c.id)
    )
    return tuple(DeskEvent(DeskDeed(row.what), row.about, row.by, row.at) for row in rows)


def read_desk_events(connection: Connection, about: Iterable[str]) -> tuple[DeskEvent, ...]:
    """Give what people did to these, the oldest first."""
    rows: list[Found] = []
    for some in in_chunks(about):
        rows += connection.execute(select(desk_event).where(desk_event.c.about.in_(some)))
    found = sorted(rows, key=lambda row: row.id)
    return tuple(DeskEvent(DeskDeed(row.what), row.about, row.by, row.at) for row in found)


def read_listed(connection: Connection, tokens: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Give what the numbers of mails stand for, in order; of a mail without any there is nothing."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for some in in_chunks(tokens):
        rows = select(listed.c.token, listed.c.what).where(listed.c.token.in_(some))
        for token, what in connection.execute(rows.order_by(listed.c.token, listed.c.n)):
            found[token] += (what,)
    return dict(found)


def find_blocked(connection: Connection, addresses: Iterable[str]) -> frozenset[str]:
    """Give those of the addresses whose mail is held, in lower case."""
    found: set[str] = set()
    for some in in_chunks({each.lower() for each in addresses}):
        found.update(connection.execute(select(blocked.c.address).where(blocked.c.address.in_(some))).scalars())
    return frozenset(found)


def _matters(connection: Connection, now: datetime) -> tuple[OpenMatter, ...]:
    numbers = list(connection.execute(_MATTERS).scalars())
    tickets, clocks = read_tickets(connection, numbers), read_clocks(connection, numbers)
    late = [number for number, some in clocks.items() if any(clock.is_late(now) for clock in some)]
    reasons = _reasons(connection, late)
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
    unwanted = find_blocked(connection, {row.sender for row in rows if row.sender})
    return tuple(
        HeldMail(
            arrival=row.id,
            sender=row.sender or "",
            subject=subjects.get(row.id, ""),
            reason=row.reason,
            recorded_at=row.recorded_at,
            is_forged=row.trust == Trust.FORGED.value,
            is_blocked=(row.sender or "").lower() in unwanted,
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
