"""Days off from an ICS file (RFC 5545): the whole days of its events, repeated ones too.

The only importer of icalendar, which takes a twelfth of a second: imported only where a calendar has such a file.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event

from maild.config import SourceFile
from maild.rules.calendars import Span

_MOST_REPEATED = 60
_LONGEST = timedelta(days=366)


class CalendarFileError(ValueError):
    """An ICS file that cannot be read, or says what is no day off; the text says which event."""


def read_days_off(file: SourceFile) -> Mapping[date, tuple[Span, ...]]:
    """Give the days of a file, on none of which there is working time. Raises CalendarFileError."""
    try:
        events = [each for each in Calendar.from_ical(file.text).walk("VEVENT") if isinstance(each, Event)]
        days = [day for event in events for day in _days(event, file.name)]
    except CalendarFileError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise CalendarFileError(f"{file.name} is no calendar that can be read: {error}") from error
    if not days:
        raise CalendarFileError(f"{file.name} holds no event: no day would be off")
    return dict.fromkeys(days, ())


def _days(event: Event, file: str) -> Iterator[date]:
    name = str(event.get("SUMMARY", "without a name"))
    start, end = event.start, event.end
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise CalendarFileError(f"{file}: '{name}' is no whole day: days off have no hours")
    length = max(end - start, timedelta(days=1))
    if length > _LONGEST:
        raise CalendarFileError(f"{file}: '{name}' is longer than a year")
    for first in _repeated(event, start):
        yield from (first + timedelta(days=number) for number in range(length.days))


def _repeated(event: Event, start: date) -> Iterator[date]:
    rule = event.get("RRULE")
    if rule is None:
        yield start
        return
    midnight = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - whole days have no zone
    dates = rrulestr(rule.to_ical().decode(), dtstart=midnight, ignoretz=True)
    yield from (each.date() for each in islice(dates, _MOST_REPEATED))
