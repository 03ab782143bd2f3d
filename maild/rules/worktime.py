"""Working time: how much of it lies between two instants, and when some of it is over.

An hour of work is an hour that really passes while the clock on the wall shows working time. So in the night in which
clocks are put back a shift over the doubled hour is an hour longer, and in the one in which they are put forward an
hour shorter. A span within the hour that is doubled is worked twice, one within the hour that is left out never.

All is computed in whole microseconds since 1970, by years that are made when they are first asked for: a year is the
list of its times in which the desk works, and how much work went before each. What lies years ahead costs a sum of
years beside a search in one.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate, pairwise

# In minutes from a day's midnight; beyond a day's length they go on in the next one.
Minutes = tuple[int, int]

# Nobody waits longer for working time to come; it also bounds what is computed.
HORIZON_YEARS = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class Year:
    """The working time of one year of UTC: when it begins and ends, and how much of it lies before each beginning."""

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    total: int

    def worked_at(self, at: int) -> int:
        """Give how much of the year's working time is over at an instant."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.ends[index]) - self.starts[index]

    def reached(self, worked: int) -> int:
        """Give the first instant at which so much of it is over; more than none, and at most all of it."""
        index = bisect_right(self.before, worked - 1) - 1
        return self.starts[index] + worked - self.before[index]


YearOf = Callable[[int], Year]


def make_year(year: int, zone: tzinfo, spans_on: Callable[[date], Sequence[Minutes]]) -> Year:
    """Find the working time of a year; `spans_on` gives that of a day by the clock on the wall."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    starts: list[int] = []
    ends: list[int] = []
    for since, until, offset in _offsets(begin, end, zone):
        for start, stop in _spans(since, until, offset, spans_on):
            if ends and start <= ends[-1]:  # a day of its own may begin before the night shift before it ends
                ends[-1] = max(ends[-1], stop)
            else:
                starts.append(start)
                ends.append(stop)
    lengths = [stop - start for start, stop in zip(starts, ends, strict=True)]
    return Year(starts, ends, list(accumulate(lengths, initial=0))[:-1], sum(lengths))


def add_work(year_of: YearOf, start: datetime, work: timedelta) -> datetime | None:
    """Give the first instant by which so much work is done after `start`; None if there is no such day in 40 years."""
    left = work // _MICROSECOND
    if left <= 0:
        return start
    first = start.astimezone(UTC).year
    left += year_of(first).worked_at(_micros(start))
    for year in range(first, min(first + HORIZON_YEARS, _LAST_YEAR) + 1):
        known = year_of(year)
        if left <= known.total:
            return _instant(known.reached(left))
        left -= known.total
    return None


def work_between(year_of: YearOf, start: datetime, end: datetime) -> timedelta:
    """Give the working time from one instant to another; none if the second is not later."""
    if end <= start:
        return timedelta()
    first, last = start.astimezone(UTC).year, end.astimezone(UTC).year
    worked = year_of(last).worked_at(_micros(end)) - year_of(first).worked_at(_micros(start))
    return (worked + sum(year_of(year).total for year in range(first, last))) * _MICROSECOND


def longest_rest(year_of: YearOf, first: int, last: int) -> tuple[datetime, datetime]:
    """Find the longest time without work from the beginning of one year to the end of another."""
    edges = [_micros(datetime(first, 1, 1, tzinfo=UTC))]
    for year in range(first, last + 1):
        known = year_of(year)
        for start, end in zip(known.starts, known.ends, strict=True):
            edges += (start, end)
    edges.append(_micros(datetime(last + 1, 1, 1, tzinfo=UTC)))
    rests = list(pairwise(edges))[::2]
    since, until = max(rests, key=lambda rest: rest[1] - rest[0])
    return _instant(since), _instant(until)


def _offsets(begin: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Part a time where the zone's distance from UTC changes."""
    since, offset = begin, _offset(begin, zone)
    at = begin
    while at < end:
        following = min(at + _DAY, end)
        if _offset(following - _MICROSECOND, zone) != offset:
            change = _first_unlike(offset, at, following, zone)
            yield since, change, offset
            since, offset = change, _offset(change, zone)
            following = change
        at = following
    yield since, end, offset


def _first_unlike(offset: timedelta, since: datetime, until: datetime, zone: tzinfo) -> datetime:
    """Find the second in which the distance from UTC is another one; it is so just before `until`."""
    low, high = -1, int((until - since).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(since + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return since + timedelta(seconds=high)


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _spans(
    since: datetime, until: datetime, offset: timedelta, spans_on: Callable[[date], Sequence[Minutes]]
) -> Iterator[tuple[int, int]]:
    """Give the working time of days by the wall, within a time in which the wall is at one distance from UTC."""
    least, most = _micros(since), _micros(until)
    day, last = (since + offset).date() - _DAY, (until + offset).date()
    while day <= last:
        midnight = _micros(datetime(day.year, day.month, day.day, tzinfo=UTC) - offset)
        for start, end in spans_on(day):
            begins, ends = max(midnight + start * _MINUTE, least), min(midnight + end * _MINUTE, most)
            if begins < ends:
                yield begins, ends
        day += _DAY


_MINUTE = timedelta(minutes=1) // _MICROSECOND


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
