"""What reports ask: every ticket that a period concerns, its history without words; and what of it is kept at the end.

A finished ticket's history is kept in one row, written in the transaction that ends it, so that a report reads rows
and not entries; what was entered since is read beside it. Nothing here counts: figures are computed of histories.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, Text, cast, select, union

from maild.model.reports import FIELDS, Logged, Moment, ReportFacts, ReportQuestion, Values
from maild.model.ticket import FINISHED, Confidence, State
from maild.reporting.moments import Changes, moment_of, opening_of, parse_kept, write_kept
from maild.reporting.periods import PeriodError, parse_period
from maild.store.clocks import read_clock_changes
from maild.store.dialect import any_of, in_chunks, insert_or_set
from maild.store.rows import Row
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import absence, entry, figures, ticket

PAGE: Final = 500
_LONGEST_BY_MAIL: Final = timedelta(days=31, hours=1)
_UNFINISHED = sorted(state.value for state in set(State) - FINISHED)
_COLUMNS = (
    *(entry.c[name] for name in ("ticket", "n", "at", "kind", "by")),
    cast(entry.c.changes, Text).label("changes"),
    cast(entry.c.flags, Text).label("flags"),
)
_ENTRIES = (
    select(*_COLUMNS)
    .join(figures, figures.c.ticket == entry.c.ticket, isouter=True)
    .where(any_of(entry.c.ticket, "numbers"), figures.c.n.is_(None) | (entry.c.n > figures.c.n))
    .order_by(entry.c.ticket, entry.c.n)
)
_ALL_ENTRIES = select(*_COLUMNS).where(any_of(entry.c.ticket, "numbers")).order_by(entry.c.ticket, entry.c.n)
_TICKETS = (
    select(
        *(ticket.c[name] for name in ("number", "created_at", "subject", "requester", "confidential", *FIELDS)),
        figures.c.text,
    )
    .join(figures, figures.c.ticket == ticket.c.number, isouter=True)
    .where(any_of(ticket.c.number, "numbers"))
)
_WORDS = select(entry.c.ticket, entry.c.n, entry.c.text).where(any_of(entry.c.ticket, "numbers"))


@dataclass(frozen=True, slots=True)
class SeenFigures:
    """What is kept of a ticket, and what its entries give now; `kept` "" where nothing is."""

    key: int
    kept: str
    computed: str


class FigureReading(Snapshot):
    """Asking for reports."""

    def report_facts(self, since: datetime, until: datetime) -> ReportFacts:
        """Give every ticket that a period concerns: something befell it then, or it was unfinished at its end."""
        return read_report_facts(self._connection, since, until)

    def figures_after(self, key: int) -> tuple[SeenFigures, ...]:
        """Read what is kept of tickets beside what their entries give now."""
        page = select(figures).where(figures.c.ticket > key).order_by(figures.c.ticket).limit(PAGE)
        rows = self._connection.execute(page).all()
        kept = {row.ticket: row.n for row in rows if row.text}
        computed = _computed(self._connection, kept)
        return tuple(SeenFigures(row.ticket, row.text, computed.get(row.ticket, "")) for row in rows)


def _computed(connection: Connection, reach: Mapping[int, int]) -> dict[int, str]:
    """Compute what would be kept of tickets up to an entry each; of entries that are nonsense nothing."""
    try:
        return {log.number: _written(log, reach[log.number]) for log in _from_entries(connection, list(reach))}
    except (ValueError, TypeError, KeyError):
        if len(reach) == 1:
            return {}
        singly = (_computed(connection, {number: n}) for number, n in reach.items())
        return {number: text for one in singly for number, text in one.items()}


def read_reports(
    connection: Connection, questions: Iterable[ReportQuestion], now: datetime
) -> dict[ReportQuestion, ReportFacts]:
    """Read what reports asked for by mail are computed from.

    Nothing for what is no period, and for one longer than a month: mails are handled one after the other.
    """
    found = {}
    for question in questions:
        with suppress(PeriodError):
            period = parse_period(question.period, ZoneInfo(question.zone), now)
            if period.until - period.since <= _LONGEST_BY_MAIL:
                found[question] = read_report_facts(connection, period.since, period.as_of(now).until)
    return found


def read_report_facts(connection: Connection, since: datetime, until: datetime) -> ReportFacts:
    """Read every ticket that a period concerns, and the words that reports show."""
    logs = tuple(_logs(connection, _concerned(connection, since, until)))
    wanted = [(log.number, moment.n) for log in logs for moment in log.moments if moment.has_words]
    away = {row.person: row.until_at for row in connection.execute(select(absence.c.person, absence.c.until_at))}
    return ReportFacts(logs, dict(_words(connection, wanted)), away)


def keep_figures(connection: Connection, ended: Sequence[int], now: datetime) -> None:
    """Keep the histories of tickets that have just ended."""
    rows: list[Row] = [
        {
            "ticket": log.number,
            "n": last_n,
            "opened_at": log.opened_at,
            "ended_at": now,
            "text": _written(log, last_n),
        }
        for log, last_n in _with_last(connection, ended)
    ]
    if rows:
        connection.execute(insert_or_set(connection, figures, "n", "opened_at", "ended_at", "text"), rows)


def _with_last(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[Logged, int]]:
    last = {}
    for some in in_chunks(numbers):
        last.update({row.number: row.last_n for row in connection.execute(_LAST, {"numbers": some})})
    yield from ((log, last[log.number]) for log in _from_entries(connection, numbers))


_LAST = select(ticket.c.number, ticket.c.last_n).where(any_of(ticket.c.number, "numbers"))


def _concerned(connection: Connection, since: datetime, until: datetime) -> list[int]:
    touched = select(entry.c.ticket).where(entry.c.at >= since, entry.c.at < until)
    left = select(ticket.c.number).where(ticket.c.state.in_(_UNFINISHED), ticket.c.created_at < until)
    ended_later = select(figures.c.ticket).where(figures.c.ended_at >= until, figures.c.opened_at < until)
    return sorted(connection.execute(union(touched, left, ended_later)).scalars())


def _logs(connection: Connection, numbers: Sequence[int]) -> Iterator[Logged]:
    for some in in_chunks(numbers):
        later = _histories(connection, _ENTRIES, some)
        for row in connection.execute(_TICKETS, {"numbers": some}):
            history = later.get(row.number, _History())
            if row.text:
                opening, kept = parse_kept(row.text)
                yield _logged(row, opening, (*kept, *history.moments))
            else:
                yield _logged(row, history.opening(_values(row)), tuple(history.moments))


def _from_entries(connection: Connection, numbers: Sequence[int]) -> Iterator[Logged]:
    """Read tickets' histories from their entries alone."""
    for some in in_chunks(numbers):
        histories = _histories(connection, _ALL_ENTRIES, some)
        for row in connection.execute(_TICKETS, {"numbers": some}):
            history = histories.get(row.number, _History())
            yield _logged(row, history.opening(_values(row)), tuple(history.moments))


class _History:
    """Entries of one ticket, read."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._changes: list[Changes] = []

    def add(self, moment: Moment | None, changes: Changes) -> None:
        if changes:
            self._changes.append(changes)
        if moment is not None:
            self.moments.append(moment)

    def opening(self, now: Values) -> dict[str, str | None]:
        return opening_of(now, self._changes)


def _histories(connection: Connection, chosen: Select[tuple[object, ...]], numbers: list[int]) -> dict[int, _History]:
    histories: defaultdict[int, _History] = defaultdict(_History)
    rows = connection.execute(chosen, {"numbers": numbers}).all()
    clocks = read_clock_changes(connection, {row.ticket for row in rows})
    for row in rows:
        changes = [] if row.changes == "[]" else json.loads(row.changes)
        flags = [] if row.flags == "[]" else json.loads(row.flags)
        ticked = clocks.get((row.ticket, row.n), ())
        histories[row.ticket].add(moment_of(row.n, row.at, row.kind, row.by, flags, changes, ticked), changes)
    return histories


def _values(row: Found) -> Values:
    return {name: getattr(row, name) for name in FIELDS}


def _logged(row: Found, opening: Values, moments: tuple[Moment, ...]) -> Logged:
    return Logged(
        number=row.number,
        opened_at=row.created_at,
        opening=opening,
        moments=moments,
        subject=row.subject,
        requester=row.requester,
        queue=row.queue,
        team=row.team,
        assignee=row.assignee,
        confidential=None if row.confidential is None else Confidence(row.confidential),
    )


def _written(log: Logged, last_n: int) -> str:
    return write_kept(log.opening, (moment for moment in log.moments if moment.n <= last_n))


def _words(connection: Connection, wanted: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], str]]:
    keys = set(wanted)
    numbers = {number for number, _ in keys}
    entries = {n for _, n in keys}
    for some in in_chunks(sorted(numbers)):
        for row in connection.execute(_WORDS.where(entry.c.n.in_(sorted(entries))), {"numbers": some}):
            if (row.ticket, row.n) in keys:
                yield (row.ticket, row.n), row.text
