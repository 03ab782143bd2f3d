"""Calendars: the hours of a week, holidays, days of one's own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from maild.config import kinds
from maild.rules.calendars import DAY_MINUTES, WEEKDAYS, WHOLE_DAY, Calendar, Span
from maild.rules.language.forms import AlsoWritten, Duration, Passage, SpanText, day, weekdays

_YEARLY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_LEAP = 2024
_LONGEST_RANGE = 366
_WEEK = 7 * DAY_MINUTES
_LONGEST_REST = timedelta(days=366)
_MOST_YEARS = 100
_LEAST_CLOSED = 52  # a desk may work on one day of the week


def _weekdays(text: str) -> str:
    weekdays(text)
    return text


def _unless_always(value: object) -> object:
    if value is None:
        raise ValueError("write the hours of each day, or always")
    return None if value == "always" else value


def _days(text: str) -> str:
    list(_dates(text))
    return text


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for one, other in pairwise(spans):
        if other.start < one.end:
            raise ValueError("two spans overlap, or stand in the wrong order: write them from morning to night")
    return spans


Spans = Annotated[tuple[SpanText, ...], AfterValidator(_in_order)]
Weekdays = Annotated[str, AfterValidator(_weekdays)]
Days = Annotated[str, AfterValidator(_days)]


class HolidaysSection(Passage):
    """Which days are not like the others of the week."""

    country: kinds.Line | None = None
    subdivision: str | None = None
    days: dict[Days, Spans] = Field(default_factory=dict)
    ics: kinds.Line | None = None


class CalendarSection(Passage):
    """An entry of `calendars`."""

    timezone: kinds.Timezone
    hours: Annotated[dict[Weekdays, Spans] | None, BeforeValidator(_unless_always), AlsoWritten({"const": "always"})]
    day: Duration | None = None
    holidays: HolidaysSection = HolidaysSection()

    def value(self, key: str, from_ics: Mapping[date, tuple[Span, ...]]) -> Calendar:
        """Give the calendar; `from_ics` are the days of its file."""
        weekly = self.weekly()
        days, yearly = self.own_days()
        return Calendar(
            key=key,
            timezone=self.timezone,
            weekly=weekly,
            day=self.day or max(map(length, weekly)),
            days={**from_ics, **days},
            yearly=yearly,
            country=self.holidays.country,
            subdivision=self.holidays.subdivision,
        )

    def weekly(self) -> tuple[tuple[Span, ...], ...]:
        """Give the spans of each day of the week."""
        if self.hours is None:
            return (WHOLE_DAY,) * len(WEEKDAYS)
        week: list[tuple[Span, ...]] = [()] * len(WEEKDAYS)
        for days, spans in self.hours.items():
            for number in weekdays(days):
                week[number] = spans
        return tuple(week)

    def own_days(self) -> tuple[Mapping[date, tuple[Span, ...]], Mapping[tuple[int, int], tuple[Span, ...]]]:
        """Give the days of one's own: of single dates, and of every year."""
        days: dict[date, tuple[Span, ...]] = {}
        yearly: dict[tuple[int, int], tuple[Span, ...]] = {}
        for text, spans in self.holidays.days.items():
            for one in _dates(text):
                if isinstance(one, date):
                    days[one] = spans
                else:
                    yearly[one] = spans
        return days, yearly


def length(spans: tuple[Span, ...]) -> timedelta:
    """Add up the working time of a day."""
    return timedelta(minutes=sum(span.end - span.start for span in spans))


def calendar_complaints(section: CalendarSection) -> Iterator[tuple[tuple[str, ...], str]]:
    """Say what is impossible in the times of a calendar, and at which key."""
    twice = _named_twice(section)
    if twice:
        yield ("hours", twice), f"'{twice}' names a day that is written already: keep one of them"
    weekly = section.weekly()
    if not any(weekly):
        yield ("hours",), "has no working time at all: every clock would stand still"
    spans = sorted(
        (number * DAY_MINUTES + span.start, number * DAY_MINUTES + span.end)
        for number, spans in enumerate(weekly)
        for span in spans
    )
    wrapped = [*spans, *((spans[0][0] + _WEEK, spans[0][1] + _WEEK) for _ in spans[:1])]
    if any(later[0] < earlier[1] for earlier, later in pairwise(wrapped)):
        yield ("hours",), "the hours of a day reach into those of the next one: end them where the others begin"
    if section.day is not None and section.day > timedelta(days=1):
        yield ("day",), "a working day of more than 24 hours"
    if section.holidays.subdivision is not None and section.holidays.country is None:
        yield ("holidays", "subdivision"), "a subdivision without its country: write `country` too"


def rest_complaint(calendar: Calendar) -> str | None:
    """Say when nobody works for more than a year: on days of one's own alone, for the week has hours."""
    closed = [day for day, spans in calendar.days.items() if not spans]
    if len(closed) + sum(not spans for spans in calendar.yearly.values()) < _LEAST_CLOSED:
        return None
    years = {_LEAP, *(day.year for day in closed)}
    first = min(years) - 1
    since, until = calendar.longest_rest(first, min(max(years) + 1, first + _MOST_YEARS))
    if until - since <= _LONGEST_REST:
        return None
    return f"leaves no working time from {since:%Y-%m-%d} to {until:%Y-%m-%d}: every clock would stand still"


def _named_twice(section: CalendarSection) -> str | None:
    seen: set[int] = set()
    for text in section.hours or ():
        numbers = weekdays(text)
        if seen.intersection(numbers):
            return text
        seen.update(numbers)
    return None


def _dates(text: str) -> Iterator[date | tuple[int, int]]:
    """Read a day, one of every year, or a range of either. Raises ValueError."""
    first, dots, last = text.partition("..")
    yearly = _YEARLY.fullmatch(first)
    start, end = _date(first), _date(last if dots else first)
    if yearly and dots and _YEARLY.fullmatch(last) and end < start:
        end = end.replace(year=end.year + 1)
    if bool(yearly) != bool(_YEARLY.fullmatch(last if dots else first)):
        raise ValueError(f"'{text}': both ends with their year, or both without")
    if not 0 <= (end - start).days <= _LONGEST_RANGE:
        raise ValueError(f"'{text}' ends before it begins, or is longer than a year")
    for number in range((end - start).days + 1):
        one = start + timedelta(days=number)
        yield (one.month, one.day) if yearly else one


def _date(text: str) -> date:
    try:
        return day(f"{_LEAP}-{text}" if _YEARLY.fullmatch(text) else text)
    except ValueError:
        raise ValueError(f"'{text}' is no day: write it like 2026-12-28, or 12-24 for every year") from None
