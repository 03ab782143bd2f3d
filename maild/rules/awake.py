"""When a mail may reach its reader: not while somebody of the house wants quiet, and of what can wait not by night."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from maild.rules.calendars import DAY_MINUTES, WEEKDAYS, Calendar, Span

_LEAST = timedelta(microseconds=1)
_DAY = (Span(8 * 60, 20 * 60),)  # where no working time is known, nobody is written to before eight or after eight


@lru_cache(512)
def without_quiet(quiet: Span, timezone: str) -> Calendar:
    """Give the times of every day that are not quiet."""
    if quiet.end > DAY_MINUTES:
        spans: tuple[Span, ...] = (Span(quiet.end - DAY_MINUTES, quiet.start),)
    else:
        spans = (Span(0, quiet.start), Span(quiet.end, DAY_MINUTES))
    weekly = (tuple(each for each in spans if each.start < each.end),) * len(WEEKDAYS)
    return Calendar("without quiet", timezone, weekly, timedelta(days=1))


@lru_cache(512)
def by_day(timezone: str) -> Calendar:
    """Give the hours of every day in which people are awake."""
    return Calendar("by day", timezone, (_DAY,) * len(WEEKDAYS), timedelta(days=1))


def there(calendar: Calendar, timezone: str | None) -> Calendar:
    """Give a calendar's hours by the clock of another zone; of one that never rests the day; None is its own zone."""
    if calendar.is_continuous:
        return by_day(timezone or calendar.timezone)
    if timezone is None or timezone == calendar.timezone:
        return calendar
    return replace(calendar, timezone=timezone)


def opening(calendar: Calendar, at: datetime) -> datetime:
    """Give an instant if a calendar works then, else when it does next; where it never does, the instant."""
    if calendar.is_open(at):
        return at
    after = calendar.add(at, _LEAST)
    return at if after is None else after - _LEAST
