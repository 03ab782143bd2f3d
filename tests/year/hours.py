"""Working time, minute by minute: slow, and plainly what the contract says."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.year.agreed import DAY, FREE, HOURS, SHORT

_DAY_MINUTES = 24 * 60


class Hours:
    """The working time of one calendar from one day to another; instants and lengths are whole seconds."""

    def __init__(self, name: str, begin: datetime, end: datetime) -> None:
        self.name = name
        self.day = DAY[name]
        self._start = int(begin.timestamp())
        self._sums: Sequence[int] | None = None
        if name in HOURS:
            self._sums = self._count(name, (int(end.timestamp()) - self._start) // 60)

    def _count(self, name: str, minutes: int) -> list[int]:
        """Look at the clock on the wall in every minute, and count those in which somebody works."""
        zone, sums, worked = ZoneInfo(HOURS[name][0]), [0], 0
        for minute in range(minutes):
            wall = datetime.fromtimestamp(self._start + minute * 60, zone)
            worked += 60 * _is_work(name, wall.date(), wall.hour * 60 + wall.minute)
            sums.append(worked)
        return sums

    def worked(self, at: int) -> int:
        """Give the working time from the table's beginning to an instant."""
        if self._sums is None:
            return at - self._start
        minute, second = divmod(at - self._start, 60)
        is_open = second and self._sums[minute + 1] > self._sums[minute]
        return self._sums[minute] + (second if is_open else 0)

    def between(self, start: int, end: int) -> int:
        return self.worked(end) - self.worked(start) if end > start else 0

    def when(self, start: int, length: int) -> int:
        """Give the first instant by which so much working time has passed."""
        if length <= 0:
            return start
        wanted = self.worked(start) + length
        if self._sums is None:
            return self._start + wanted
        minute = bisect_left(self._sums, wanted)
        return self._start + minute * 60 - (self._sums[minute] - wanted)


def _is_work(name: str, day: date, minute: int) -> bool:
    if any(begin <= minute < end for begin, end in _spans(name, day)):
        return True
    before = _spans(name, day - timedelta(days=1))
    return any(begin <= minute + _DAY_MINUTES < end for begin, end in before)


def _spans(name: str, day: date) -> list[tuple[int, int]]:
    if name == "office" and (day.month, day.day) in SHORT:
        return SHORT[day.month, day.day]
    if name == "office" and day in FREE:
        return []
    return HOURS[name][1][day.weekday()]


def every_hours(begin: datetime, end: datetime) -> dict[str, Hours]:
    """Make the tables of all calendars, with a margin behind for what is due later."""
    margin = end + timedelta(days=60)
    return {name: Hours(name, begin.astimezone(UTC), margin.astimezone(UTC)) for name in DAY}
