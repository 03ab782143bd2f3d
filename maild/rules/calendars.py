"""When a desk works: the hours of a week, holidays and days of its own; whether it is open at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from maild.rules.worktime import Year, add_work, longest_rest, make_year, work_between

DAY_MINUTES = 24 * 60
_STAMP = 8  # hex digits
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Working time within a day, in minutes from its midnight; `end` beyond a day's length goes into the next one."""

    start: int
    end: int


WHOLE_DAY = (Span(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time by the wall clock of a time zone.

    `weekly` are the spans of Monday to Sunday. `days` are those of single dates, `yearly` those of a month and day:
    both go before public holidays, which are closed, and these before the week. `day` is what `1wd` is worth.
    `stamp` tells one version of a calendar from another.
    """

    key: str
    timezone: str
    weekly: tuple[tuple[Span, ...], ...]
    day: timedelta
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], tuple[Span, ...]] = field(default_factory=dict)
    country: str | None = None
    subdivision: str | None = None
    stamp: str = field(init=False, compare=False)
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        content = (self.timezone, self.weekly, self.day, self.country, self.subdivision)
        own = (sorted(self.days.items()), sorted(self.yearly.items()))
        object.__setattr__(self, "stamp", sha256(repr((content, own)).encode()).hexdigest()[:_STAMP])

    def add(self, start: datetime, work: timedelta) -> datetime | None:
        """Give the first instant by which so much working time has passed since `start`; None if that never comes."""
        return add_work(self._year, start, work)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time from one instant to a later one."""
        return work_between(self._year, start, end)

    @property
    def is_continuous(self) -> bool:
        """Whether no hour of any week is not worked."""
        return all(spans == WHOLE_DAY for spans in self.weekly)

    def longest_rest(self, first: int, last: int) -> tuple[datetime, datetime]:
        """Find the longest time without work in some years."""
        return longest_rest(self._year, first, last)

    def _year(self, year: int) -> Year:
        known = self._years.get(year)
        if known is None:
            known = make_year(year, ZoneInfo(self.timezone), self._minutes_on)
            self._years[year] = known
        return known

    def _minutes_on(self, day: date) -> tuple[tuple[int, int], ...]:
        return tuple((span.start, span.end) for span in self.spans_on(day))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Give the working time that begins on a day, in order."""
        if day in self.days:
            return self.days[day]
        if (day.month, day.day) in self.yearly:
            return self.yearly[day.month, day.day]
        if self.country is not None and day in public_holidays(self.country, self.subdivision, day.year):
            return ()
        return self.weekly[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether an instant is working time; a span's end is not."""
        local = at.astimezone(ZoneInfo(self.timezone))
        minute, today = local.hour * 60 + local.minute, local.date()
        yesterday = today - timedelta(days=1)
        is_within = any(span.start <= minute < span.end for span in self.spans_on(today))
        return is_within or any(minute + DAY_MINUTES < span.end for span in self.spans_on(yesterday))


# By the clock on the wall of everybody: no hour is not worked.
WALL_TIME = Calendar("real", "UTC", (WHOLE_DAY,) * len(WEEKDAYS), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from the first day to the last, both included, in their own time zone."""

    key: str
    who: str
    first: date
    last: date


@cache
def public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """Give the public holidays of a year. Raises NotImplementedError for a country or subdivision that is unknown."""
    import holidays  # noqa: PLC0415 - a twentieth of a second that only a desk with holidays pays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def is_known_country(country: str) -> bool:
    """Whether the holidays of a country are known."""
    return country in _countries()


def known_subdivisions(country: str) -> tuple[str, ...]:
    """Give the parts of a country whose holidays are known apart."""
    return _countries().get(country, ())


@cache
def _countries() -> Mapping[str, tuple[str, ...]]:
    import holidays  # noqa: PLC0415 - as above

    return {country: tuple(parts) for country, parts in holidays.list_supported_countries().items()}
