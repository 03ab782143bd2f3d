"""When the desk writes by itself, on which days and at what time of the wall; what it then tells whom.

A time of day that clocks leave out is the first instant after it, one that they show twice is the first of the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from maild.documents import Place
from maild.rules.calendars import Calendar
from maild.rules.effects import Whom

EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_HORIZON_DAYS = 800  # a year of holidays and the first of a month after it
_LOOK_BACK_DAYS = 40  # a month, and the days on which nobody works at its beginning


class ReportPart(StrEnum):
    """What a report may hold."""

    OPEN_BY_DUE = "open-by-due"
    WAITING = "waiting"
    BREACHED = "breached"
    ABSENCES = "absences"
    MINE_BY_DUE = "mine-by-due"
    DRAFTS = "drafts"
    VOLUME = "volume"
    SLA = "sla"
    BACKLOG = "backlog"
    ESCALATIONS = "escalations"
    CSAT = "csat"


# These are computed of a time: of the time since the report before.
FIGURES = frozenset({ReportPart.VOLUME, ReportPart.SLA, ReportPart.BACKLOG, ReportPart.ESCALATIONS, ReportPart.CSAT})


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day on some days: of the week (Monday is 0), or the first of each month.

    With a calendar only days on which work begins count, and the first of a month is the first of these; its zone is
    the schedule's. Without one the zone is given by whoever asks.
    """

    at: time
    weekdays: frozenset[int] = EVERY_DAY
    is_monthly: bool = False
    calendar: Calendar | None = None

    def is_on(self, day: date) -> bool:
        """Whether it falls on a day."""
        if not self._is_worked(day):
            return False
        if not self.is_monthly:
            return day.weekday() in self.weekdays
        return not any(self._is_worked(day - number * _DAY) for number in range(1, day.day))

    def days_after(self, day: date) -> Iterator[date]:
        """Give the days after one on which it falls."""
        for number in range(1, _HORIZON_DAYS):
            following = day + number * _DAY
            if self.is_on(following):
                yield following

    def day_before(self, day: date) -> date:
        """Give the last day before one on which it falls; the day before where there was none for long."""
        earlier = (day - number * _DAY for number in range(1, _LOOK_BACK_DAYS))
        return next((each for each in earlier if self.is_on(each)), day - _DAY)

    def _is_worked(self, day: date) -> bool:
        return self.calendar is None or bool(self.calendar.spans_on(day))


@dataclass(frozen=True, slots=True)
class Report:
    """A mail by schedule; with `accept` it is a handover, which somebody must accept within that time."""

    key: str
    place: Place
    to: tuple[Whom, ...]
    schedule: Schedule
    parts: tuple[ReportPart, ...]
    accept: timedelta | None = None


def instant_on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the first instant of a day at which the clock on the wall shows a time, or the first one after it."""
    wall = datetime.combine(day, at)
    while True:
        found = wall.replace(tzinfo=zone).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) == wall:
            return found
        wall = wall.replace(second=0, microsecond=0) + _MINUTE  # it was left out
