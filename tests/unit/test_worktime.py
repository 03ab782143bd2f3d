"""Working time: what lies between two instants, and when so much of it is over, against counting minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.rules import Calendar, Span

MINUTE = timedelta(minutes=1)
OFFICE = tuple([(Span(540, 750), Span(810, 1050))] * 5 + [(Span(600, 780),), ()])
NIGHTS = ((Span(1320, 1800),),) * 7
ALWAYS = ((Span(0, 1440),),) * 7


def a_calendar(weekly=OFFICE, zone="Europe/London", **more) -> Calendar:
    return Calendar("c", zone, weekly, timedelta(hours=8), **more)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def counted(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Look at the clock on the wall, every minute."""
    minutes = range((end - start) // MINUTE)
    return MINUTE * sum(calendar.is_open(start + number * MINUTE) for number in minutes)


def waited(calendar: Calendar, start: datetime, work: timedelta) -> datetime:
    """Wait, minute by minute, until so much work is done."""
    now = start
    while work:
        work -= MINUTE if calendar.is_open(now) else timedelta()
        now += MINUTE
    return now


spans = st.lists(st.integers(0, 2879), min_size=2, max_size=4, unique=True).map(sorted).map(
    lambda edges: tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < 1440)
)  # fmt: skip
# Clocks are set on these nights: by an hour, by half of one, at midnight, and where a whole day was left out.
NIGHT = {
    "Europe/London": ("2026-03-28T12:00", "2026-10-24T12:00"),
    "Australia/Lord_Howe": ("2026-04-04T02:00", "2026-10-03T02:00"),
    "Africa/Cairo": ("2026-04-23T12:00", "2026-10-29T06:00"),
    "America/New_York": ("2026-03-07T20:00", "2026-10-31T20:00"),
    "Pacific/Apia": ("2011-12-29T22:00", "2011-12-29T22:00"),
    "Asia/Kolkata": ("2026-12-31T02:00", "2027-12-31T02:00"),
}
nights = st.sampled_from([(zone, night) for zone, some in NIGHT.items() for night in some])


@settings(max_examples=150)
@given(nights, st.lists(spans, min_size=7, max_size=7), spans, st.integers(0, 1500), st.integers(1, 1500))
def test_it_is_what_one_counts_minute_by_minute(night, weekly, special, later, minutes):
    """Any hours, over midnight and overlapping, in nights in which clocks are set, beside a day of its own."""
    zone, begin = night
    start = at(begin) + later * MINUTE
    calendar = a_calendar(tuple(weekly), zone, days={start.date(): special, date(2027, 1, 1): ()})
    end = start + 2 * minutes * MINUTE
    work = calendar.between(start, end)
    assert work == counted(calendar, start, end)
    if work:
        due = calendar.add(start, work)
        assert due == waited(calendar, start, work)
        assert due <= end
        assert calendar.between(start, due) == work
        assert calendar.between(start, due - MINUTE) == work - MINUTE


@pytest.mark.parametrize(
    ("weekly", "start", "work", "due"),
    [
        (OFFICE, "2026-11-23T09:00", "16:00", "2026-11-25T10:00"),
        (OFFICE, "2026-11-27T16:50", "16:00", "2026-12-01T14:50"),
        (OFFICE, "2026-11-28T03:00", "00:30", "2026-11-28T10:30"),
        (OFFICE, "2026-11-29T03:00", "00:30", "2026-11-30T09:30"),
        (OFFICE, "2026-11-27T09:00", "07:30", "2026-11-27T17:30"),  # at the end of the day, not on the next morning
        (OFFICE, "2026-12-31T17:00", "01:00", "2027-01-01T09:30"),
        (NIGHTS, "2026-10-24T21:00", "09:00", "2026-10-25T06:00"),  # a night of nine hours
        (NIGHTS, "2026-10-24T21:00", "04:00", "2026-10-25T01:00"),
        (NIGHTS, "2026-03-28T22:00", "07:00", "2026-03-29T05:00"),  # and one of seven
        (ALWAYS, "2026-03-28T22:00", "24:00", "2026-03-29T22:00"),
        (ALWAYS, "2026-03-28T22:00", "00:00", "2026-03-28T22:00"),
    ],
)
def test_when_work_is_done(weekly, start, work, due):
    """By the clock on the wall, in hours that really pass."""
    hours, minutes = work.split(":")
    assert a_calendar(weekly).add(at(start), timedelta(hours=int(hours), minutes=int(minutes))) == at(due)


def test_parts_of_a_minute_count():
    """To the microsecond."""
    start = at("2026-11-27T17:29:30")
    work = timedelta(seconds=31, microseconds=7)
    due = a_calendar().add(start, work)
    assert due == at("2026-11-28T10:00:01") + timedelta(microseconds=7)
    assert a_calendar().between(start, due) == work


def test_a_desk_that_never_works_again_has_no_due_instant():
    """All days of every year are closed."""
    closed = {(month, day): () for month in range(1, 13) for day in range(1, 32)}
    assert a_calendar(yearly=closed).add(at("2026-11-27T17:00"), MINUTE) is None
    assert a_calendar(yearly=closed).between(at("2026-11-27T17:00"), at("2126-11-27T17:00")) == timedelta()


def test_no_time_lies_between_an_instant_and_an_earlier_one():
    """A clock that was put back has not undone any work."""
    assert a_calendar().between(at("2026-11-27T17:00"), at("2026-11-27T09:00")) == timedelta()


def test_the_sum_of_parts_is_the_whole():
    """Over ten years with holidays."""
    calendar = a_calendar(country="GB", subdivision="ENG")
    edges = [at("2026-01-01T00:00") + number * timedelta(days=73, hours=5) for number in range(50)]
    parts = [calendar.between(a, b) for a, b in pairwise(edges)]
    assert sum(parts, start=timedelta()) == calendar.between(edges[0], edges[-1])
