"""Working time: days of a calendar are never hours by guess."""

from datetime import timedelta

import pytest

from maild.documents import ScalarError
from maild.rules.durations import WorkingTime, parse_working_time


def test_hours_and_working_days_are_told_apart():
    """`2wd` is two of the calendar's days, however long; `16h` are sixteen open hours."""
    assert parse_working_time("2wd") == WorkingTime(2, timedelta(0))
    assert parse_working_time("16h") == WorkingTime(0, timedelta(hours=16))
    assert parse_working_time("1h30m") == WorkingTime(0, timedelta(minutes=90))


@pytest.mark.parametrize("text", ["2d", "1d4h"])
def test_a_plain_day_is_refused_with_both_remedies(text: str):
    """Some would mean 24 hours, some 8."""
    with pytest.raises(ScalarError, match=r"write \dwd for \d working days of the calendar, or hours, like \d+h"):
        parse_working_time(text)


@pytest.mark.parametrize("text", ["", "2", "wd", "2wd4h", "1.5wd"])
def test_what_is_no_working_time_is_refused(text: str):
    """A working day and hours are not mixed: how long would half of a short day be?"""
    with pytest.raises(ScalarError):
        parse_working_time(text)
