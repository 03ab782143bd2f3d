"""What people call a period is the time that they mean, in their zone, also where days are odd."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.reporting import Period, PeriodError, parse_period, parse_span

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)  # a Saturday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone", "since", "until"),
    [
        ("today", "Europe/London", "2026-11-28", "2026-11-29"),
        ("Yesterday", "Europe/London", "2026-11-27", "2026-11-28"),
        ("today", "Pacific/Auckland", "2026-11-28T11:00", "2026-11-29T11:00"),
        ("this-week", "Europe/London", "2026-11-23", "2026-11-30"),
        ("last-week", "Europe/London", "2026-11-16", "2026-11-23"),
        ("this-month", "Europe/London", "2026-11-01", "2026-12-01"),
        ("last-month", "Europe/London", "2026-09-30T23:00", "2026-11-01"),  # summer time ended in it
        ("this-year", "Europe/London", "2026-01-01", "2027-01-01"),
        ("last-year", "Europe/London", "2025-01-01", "2026-01-01"),
        ("7d", "Europe/London", "2026-11-22", "2026-11-29"),
        ("2026", "Europe/London", "2026-01-01", "2027-01-01"),
        ("2026-Q4", "Europe/Berlin", "2026-09-30T22:00", "2026-12-31T23:00"),
        ("2026-11", "America/New_York", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("2026-w47", "Europe/London", "2026-11-16", "2026-11-23"),
        ("2026-W01", "Europe/London", "2025-12-29", "2026-01-05"),  # a week of two years
        ("2020-W53", "Europe/London", "2020-12-28", "2021-01-04"),
        ("2024-02-29", "Europe/London", "2024-02-29", "2024-03-01"),
        ("2026-03-29", "Europe/London", "2026-03-29", "2026-03-29T23:00"),  # of 23 hours
        ("2026-10-25", "Europe/London", "2026-10-24T23:00", "2026-10-26"),  # of 25
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00", "2018-11-05T02:00"),  # there was no midnight
        ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00", "2011-12-30T10:00"),  # the next day was left out
    ],
)
def test_a_name_is_the_time_that_is_meant(name: str, zone: str, since: str, until: str):
    """Days begin at midnight by the wall of the zone; a day that has none when clocks are put forward."""
    period = parse_period(name, ZoneInfo(zone), NOW)

    assert (period.since, period.until) == (at(since), at(until))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is no period: write today"),
        ("november", "is no period"),
        ("2026-13", "is not in the calendar"),
        ("2026-W54", "is not in the calendar"),
        ("2026-W53", "has not begun yet"),
        ("2025-W53", "is not in the calendar"),
        ("2026-02-30", "is not in the calendar"),
        ("2026-Q5", "is no period"),
        ("2026-12", "has not begun yet"),
        ("2999", "has not begun yet"),
        ("0001", "there are no figures of the year 1"),
        ("9999-12-31", "there are no figures"),
        ("0d", "is no period"),
        ("99999d", "is no period"),
        ("2026-11-20; DROP", "is no period"),
        ("٢٠٢٦", "is no period"),
    ],
)
def test_what_is_no_period_is_told_as_such(name: str, why: str):
    """No time that there is not, and none that is still to come, is ever reported on."""
    with pytest.raises(PeriodError, match=why):
        parse_period(name, LONDON, NOW)


def test_a_day_that_a_zone_left_out_has_no_time():
    """Samoa went from the 29th to the 31st."""
    with pytest.raises(PeriodError, match="there is no time in it"):
        parse_period("2011-12-30", ZoneInfo("Pacific/Apia"), NOW)


@pytest.mark.parametrize(
    ("first", "last", "since", "until"),
    [
        ("2026-11-01", "2026-11-07", "2026-11-01", "2026-11-08"),
        ("2026-11-01", None, "2026-11-01", "2026-11-28T14:00"),
        ("2026-11-20T14:00", "2026-11-20T16:00", "2026-11-20T14:00", "2026-11-20T16:00"),
        ("2026-07-20T14:00", "2026-07-20T16:00+02:00", "2026-07-20T13:00", "2026-07-20T14:00"),
    ],
)
def test_a_span_ends_with_its_last_day(first: str, last: str | None, since: str, until: str):
    """Both days are in it; an instant is itself, by the wall where it names no zone."""
    period = parse_span(first, last, LONDON, NOW)

    assert (period.since, period.until) == (at(since), at(until))


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (None, "2026-11-07", "--to needs --from"),
        ("2026-11-07", "2026-11-01", "there is no time in it"),
        ("2026-12-07", None, "there is no time in it"),
        ("2026-12-07", "2026-12-09", "has not begun"),
        ("yesterday", None, "is no day"),
        ("0001-01-01", None, "no figures of the year"),
        ("2026-11-01", "9999-12-31", "is no day"),
    ],
)
def test_an_impossible_span_is_refused(first: str | None, last: str | None, why: str):
    with pytest.raises(PeriodError, match=why):
        parse_span(first, last, LONDON, NOW)


@given(
    since=st.integers(0, 50 * 365 * 1440).map(lambda minutes: at("1980-01-01") + timedelta(minutes=minutes)),
    days=st.integers(0, 800),
    seconds=st.integers(1, 86_400),
    zone=st.sampled_from(["Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "America/Nuuk"]),
)
def test_the_parts_of_a_period_are_the_period(since: datetime, days: int, seconds: int, zone: str):
    """Its days, weeks or months follow one another without a gap, whatever the zone did to its clocks."""
    period = Period("any", since, since + timedelta(days=days, seconds=seconds), zone)

    parts = list(period.parts())

    assert parts[0].since == period.since and parts[-1].until == period.until
    assert all(one.until == following.since for one, following in itertools.pairwise(parts))
