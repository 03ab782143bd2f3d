"""The time that a report is about: as people name it, in a time zone; days begin at midnight by the wall there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHAPES = (
    "write today, yesterday, this-week, last-week, this-month, last-month, this-year, last-year, 7d, 2026, 2026-Q4,"
    " 2026-11, 2026-W47 or 2026-11-20"
)
_NAMED = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(W)(\d\d)|(\d\d)(?:-(\d\d))?))?\Z", re.ASCII)
_LAST_DAYS = re.compile(r"(\d{1,4})d\Z", re.ASCII)
_DAY = timedelta(days=1)
_WEEK = 7
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_MOST_DAYS_BY_DAY, _MOST_DAYS_BY_WEEK = 31, 190


class PeriodError(ValueError):
    """What was written names no time that a report can be about; the message says why, and what to write."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to just before `until`, as it is called in a zone. Both are instants of UTC."""

    name: str
    since: datetime
    until: datetime
    zone: str

    def as_of(self, now: datetime) -> "Period":
        """Give the part of it that is over by now; what lies ahead is no figure yet."""
        return self if self.until <= now else Period(self.name, self.since, now, self.zone)

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.since <= at < self.until

    def told(self) -> str:
        """Say from when to when it is, by the wall."""
        zone = ZoneInfo(self.zone)
        since, until = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (self.since, self.until))
        return f"{since} – {until}, {self.zone}"

    def parts(self) -> Iterator["Period"]:
        """Part it into days, or weeks or months where it is long."""
        zone = ZoneInfo(self.zone)
        days = (self.until - self.since).days
        day = self.since.astimezone(zone).date()
        while (begin := midnight(day, zone)) < self.until:
            if days <= _MOST_DAYS_BY_DAY:
                following, name = day + _DAY, f"{day}"
            elif days <= _MOST_DAYS_BY_WEEK:
                following, name = _monday(day) + _WEEK * _DAY, f"{day:%G-W%V}"
            else:
                following, name = _next_month(day), f"{day:%Y-%m}"
            end = min(midnight(following, zone), self.until)
            if begin < end:  # a day may be left out, where a zone changed sides of the date line
                yield Period(name, max(begin, self.since), end, self.zone)
            day = following


def parse_period(text: str, zone: ZoneInfo, now: datetime) -> Period:
    """Read a period by its name. Raises PeriodError."""
    word, today = text.strip().lower(), now.astimezone(zone).date()
    days = _relative(word, today)
    if days is None:
        days = _absolute(text.strip().upper(), text)
    return _between(text.strip(), *days, zone, now)


def parse_span(first: str | None, last: str | None, zone: ZoneInfo, now: datetime) -> Period:
    """Read a period from its first day to its last one, both included; without a last one until now.

    Either may be an instant instead (2026-11-20T14:00). Raises PeriodError.
    """
    if first is None:
        raise PeriodError("--to needs --from: a period begins somewhere")
    since = _edge(first, zone, is_end=False)
    until = now if last is None else _edge(last, zone, is_end=True)
    return _checked(f"{first} to {last or 'now'}", since, until, zone, now)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant at which a day begins by the wall; where clocks are put forward just then, when they are."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _relative(word: str, today: date) -> tuple[date, date] | None:
    """Give first day, and the one after the last, of what is named by where it lies from today."""
    month, year, monday = today.replace(day=1), today.replace(month=1, day=1), _monday(today)
    if (ago := _LAST_DAYS.match(word)) and int(ago[1]) and int(ago[1]) < today.toordinal():
        return today - (int(ago[1]) - 1) * _DAY, today + _DAY
    named = {
        "today": (today, today + _DAY),
        "yesterday": (today - _DAY, today),
        "this-week": (monday, monday + _WEEK * _DAY),
        "last-week": (monday - _WEEK * _DAY, monday),
        "this-month": (month, _next_month(month)),
        "last-month": ((month - _DAY).replace(day=1), month),
        "this-year": (year, year.replace(year=year.year + 1)),
        "last-year": (year.replace(year=year.year - 1), year),
    }
    return named.get(word)


def _absolute(word: str, text: str) -> tuple[date, date]:
    match = _NAMED.match(word)
    if match is None:
        raise PeriodError(f"'{text}' is no period: {SHAPES}")
    year = int(match[1])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise PeriodError(f"'{text}': there are no figures of the year {year}")
    try:
        if match[2]:
            first = date(year, 3 * int(match[3]) - 2, 1)
            return first, _next_month(_next_month(_next_month(first)))
        if match[4]:
            monday = date.fromisocalendar(year, int(match[5]), 1)
            return monday, monday + _WEEK * _DAY
        if match[7]:
            day = date(year, int(match[6]), int(match[7]))
            return day, day + _DAY
        if match[6]:
            month = date(year, int(match[6]), 1)
            return month, _next_month(month)
    except ValueError as error:
        raise PeriodError(f"'{text}' is not in the calendar: {error}") from error
    return date(year, 1, 1), date(year + 1, 1, 1)


def _edge(text: str, zone: ZoneInfo, *, is_end: bool) -> datetime:
    try:
        if "T" in text.upper():
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
        day = date.fromisoformat(text)
        return midnight(day + _DAY if is_end else day, zone)
    except (ValueError, OverflowError) as error:
        raise PeriodError(f"'{text}' is no day: write it like 2026-11-20, or 2026-11-20T14:00") from error


def _between(name: str, first: date, after: date, zone: ZoneInfo, now: datetime) -> Period:
    return _checked(name, midnight(first, zone), midnight(after, zone), zone, now)


def _checked(name: str, since: datetime, until: datetime, zone: ZoneInfo, now: datetime) -> Period:
    if since >= until:
        raise PeriodError(f"{name}: there is no time in it: it ends where it begins, or before")
    if since >= now:
        raise PeriodError(f"{name}: it has not begun yet")
    first = since.astimezone(zone).year
    if first < _FIRST_YEAR:
        raise PeriodError(f"{name}: there are no figures of the year {first}")
    return Period(name, since, until, zone.key)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _next_month(day: date) -> date:
    return (day.replace(day=1) + 32 * _DAY).replace(day=1)
