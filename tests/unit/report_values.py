"""Plain histories for the tests of reports: a ticket's moments, written as a story."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.reports import TAKEN_OVER, Logged, Moment, ReportFacts
from maild.model.search import Sight
from maild.reporting import Part, Period, View, parts
from maild.reporting.tables import Cell

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
WEEK = Period("2026-W48", datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC), "Europe/London")
LONDON = ZoneInfo("Europe/London")
OPENING = {
    "state": "new",
    "queue": "support",
    "category": "vpn",
    "team": "first-line",
    "priority": "p2",
    "assignee": None,
    "level": None,
}


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


class Told:
    """A ticket's history, told in hours after Monday morning."""

    def __init__(self, number: int = 1001, hours: float = 0, **opening: str | None) -> None:
        self.log = Logged(
            number,
            after(hours),
            {**OPENING, **opening},
            (Moment(1, after(hours)),),
            subject=f"Matter {number}",
            requester="bob@customer.example",
            queue="support",
            team="first-line",
        )

    def of_an_old_desk(self) -> "Told":
        """Let it have been taken over."""
        first, *others = self.log.moments
        self.log = replace(self.log, moments=(replace(first, flags=(TAKEN_OVER,)), *others))
        return self

    def then(
        self,
        hours: float,
        *clocks: Clock,
        by: str = "alice",
        answer: bool = False,
        flags: tuple[str, ...] = (),
        **changes: str,
    ) -> "Told":
        moment = Moment(self.n + 1, after(hours), by, answer, flags, tuple(changes.items()), clocks)
        self.log = replace(self.log, moments=(*self.log.moments, moment))
        return self

    @property
    def n(self) -> int:
        return self.log.moments[-1].n


def a_clock(
    hours: float,
    state: ClockState = ClockState.RUNNING,
    name: ClockName = ClockName.FIRST_RESPONSE,
    *,
    elapsed: float = 0,
    target: float = 2,
    due: float | None = None,
) -> Clock:
    """A clock as it stood after so many hours, in hours."""
    due_at = after(due) if due is not None else after(hours + target - elapsed)
    of = timedelta(hours=target), "office", "", timedelta(hours=elapsed)
    return Clock(name, state, *of, after(hours), due_at)


def report(name: str, *told: Told, period: Period = WEEK, **view: object) -> Part:
    (part,) = parts([name], period, facts(*told), a_view(**view))
    return part


def facts(*told: Told, **words: str) -> ReportFacts:
    """`words` are texts by ticket and entry: w1001_3."""
    keyed = {tuple(map(int, key[1:].split("_"))): text for key, text in words.items()}
    return ReportFacts(tuple(one.log for one in told), keyed)  # type: ignore[arg-type]  # two numbers each


def a_view(**view: object) -> View:
    fixed = View(NOW, lambda address: "gold" if address.endswith("@gold.example") else None)
    return replace(fixed, **view)  # type: ignore[arg-type]  # the names of fields, with their values


def rows(part: Part, key: str) -> list[dict[str, Cell]]:
    """Give a table's rows by column."""
    table = next(table for table in part.tables if table.key == key)
    names = [column.key for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def sight(*hidden: str) -> Sight:
    return Sight("alice", frozenset(), frozenset(hidden), frozenset(), is_manager=False)
