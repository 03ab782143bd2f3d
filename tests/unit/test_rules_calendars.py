"""Calendars and absences: when the desk is open, and who is away."""

from datetime import UTC, date, datetime

import pytest

from maild.rules import Calendar
from tests.unit.rules_values import ALICE, problems_of, rules_of

OFFICE = """\
calendars:
  office:
    timezone: Europe/London
    hours: {mon-fri: ["09:00-12:30", "13:30-17:30"], sat: ["10:00-13:00"]}
    holidays:
      {country: GB, subdivision: ENG, days: {"12-24": ["09:00-12:00"], "2026-12-28..2027-01-01": []}, ics: p.ics}
  night: {timezone: Europe/Berlin, hours: {fri-sun: ["22:00-06:00"]}}
  always: {timezone: UTC, hours: always}
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
SUMMARY:Plant closed
DTSTART;VALUE=DATE:20260803
DTEND;VALUE=DATE:20260805
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Founder's day
DTSTART;VALUE=DATE:20200916
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def a_calendar(name: str) -> Calendar:
    return rules_of(ALICE, OFFICE, data={"p.ics": ICS}).calendars[name]


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-24T09:00", True),
        ("2026-11-24T08:59", False),
        ("2026-11-24T12:30", False),
        ("2026-11-24T13:30", True),
        ("2026-11-24T17:29", True),
        ("2026-11-28T12:00", True),  # a Saturday
        ("2026-11-29T12:00", False),
        ("2026-07-01T08:00", True),  # 09:00 in summer time
        ("2026-12-24T11:00", True),
        ("2026-12-24T14:00", False),
        ("2031-12-24T14:00", False),
        ("2026-12-25T10:00", False),  # Christmas
        ("2026-08-31T10:00", False),  # the summer bank holiday is England's
        ("2026-12-30T10:00", False),
        ("2026-08-04T10:00", False),  # of the file
        ("2026-08-05T10:00", True),
        ("2027-09-16T10:00", False),  # repeated yearly
    ],
)
def test_whether_it_is_open(at: str, is_open: bool):
    """By the wall clock of its zone, holidays, days of its own and of its file; a span's end is not in it."""
    assert a_calendar("office").is_open(datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-27T20:59", False),
        ("2026-11-27T21:00", True),
        ("2026-11-28T04:59", True),
        ("2026-11-28T05:00", False),
        ("2026-11-30T04:00", True),  # Monday morning is Sunday's night
        ("2026-11-30T22:00", False),
    ],
)
def test_hours_over_midnight_belong_to_the_day_that_they_begin_in(at: str, is_open: bool):
    """A night shift ends on the next day."""
    assert a_calendar("night").is_open(datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_open


def test_a_working_day_is_the_longest_of_the_week():
    """Unless `day` says otherwise; always open is 24 hours."""
    days = [a_calendar(name).day.total_seconds() / 3600 for name in ("office", "night", "always")]
    assert days == [7.5, 8, 24]
    assert a_calendar("always").is_open(datetime(2026, 12, 25, 3, tzinfo=UTC))


def test_somebody_is_absent_from_the_first_day_to_the_last():
    """In their own zone: in Tokyo the day begins nine hours early."""
    text = (
        ALICE.replace("role: admin", "role: admin, timezone: Asia/Tokyo")
        + "absences: {xmas: {who: alice, from: 2026-12-21, until: 2027-01-04}}\n"
    )
    rules = rules_of(text)
    instants = (
        datetime(2026, 12, 20, 14, 59, tzinfo=UTC), datetime(2026, 12, 20, 15, tzinfo=UTC),
        datetime(2027, 1, 4, 14, 59, tzinfo=UTC), datetime(2027, 1, 4, 15, tzinfo=UTC),
    )  # fmt: skip
    assert [rules.is_absent("alice", at) for at in instants] == [False, True, True, False]
    assert rules.absences["xmas"].last == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("calendar", "complaint"),
    [
        ("hours: {}", "hours: has no working time at all: every clock would stand still"),
        ("hours: {mon: []}", "hours: has no working time at all"),
        ("hours: {mon: ['25:00-26:00']}", "hours.mon[0]: '25:00-26:00': a day ends at 24:00"),
        ("hours: {mon: ['09:00-24:01']}", "hours.mon[0]: '09:00-24:01': a day ends at 24:00"),
        ("hours: {mon: ['9-17']}", "hours.mon[0]: '9-17' is no span of a day"),
        ("hours: {mon: ['09:00-09:00']}", "hours.mon[0]: '09:00-09:00' is no time at all"),
        ("hours: {mon: ['09:00-12:00', '11:00-13:00']}", "hours.mon: two spans overlap"),
        ("hours: {mon: ['13:00-17:00', '09:00-12:00']}", "hours.mon: two spans overlap, or stand in the wrong order"),
        ("hours: {mon: ['22:00-06:00'], tue: ['05:00-09:00']}", "hours: the hours of a day reach into those of"),
        ("hours: {sun: ['22:00-06:00'], mon: ['05:00-09:00']}", "hours: the hours of a day reach into those of"),
        ("hours: {mon-fri: ['09:00-17:00'], wed: []}", "hours.wed: 'wed' names a day that is written already"),
        ("hours: {monday: ['09:00-17:00']}", "hours.monday: 'monday' is no day of the week"),
        ("hours: sometimes", "hours: keys with values are expected"),
        ("hours: always, day: 25h", "day: a working day of more than 24 hours"),
        ("hours: always, day: 0h", "day: '0h' is no time at all"),
        ("hours: always, holidays: {country: ZZ}", "holidays.country: no holidays are known of 'ZZ'"),
        ("hours: always, holidays: {country: GB, subdivision: ENGL}", "holidays.subdivision: GB has no subdivision"),
        ("hours: always, holidays: {subdivision: ENG}", "holidays.subdivision: a subdivision without its country"),
        ("hours: always, holidays: {days: {'02-30': []}}", "holidays.days.02-30: '02-30' is no day"),
        ("hours: always, holidays: {days: {'2027-02-29': []}}", "holidays.days.2027-02-29: '2027-02-29' is no day"),
        ("hours: always, holidays: {days: {'2026-12-31..2026-12-28': []}}", "ends before it begins"),
        ("hours: always, holidays: {days: {'2026-12-31..01-02': []}}", "both ends with their year, or both without"),
        ("hours: always, holidays: {days: {'01-01..12-31': []}}", "holidays: leaves no working time from"),
        (
            (
                "hours: {mon: ['09:00-17:00']}, "
                "holidays: {days: {'2027-01-01..2027-12-31': [], '2028-01-01..2028-01-31': []}}"
            ),
            "holidays: leaves no working time from 2026-12-28 to 2028-02-07: every clock would stand still",
        ),
        ("hours: always, holidays: {ics: no.ics}", "holidays.ics: there is no file 'no.ics' beside the rule files"),
        ("hours: always, holidays: {ics: bad.ics}", "holidays.ics: bad.ics is no calendar that can be read"),
        ("hours: always, holidays: {ics: timed.ics}", "holidays.ics: timed.ics: 'Party' is no whole day"),
        ("hours: always, holidays: {ics: empty.ics}", "holidays.ics: empty.ics holds no event"),
    ],
)
def test_impossible_times_are_told(calendar: str, complaint: str):
    """Each with the key that it stands at."""
    timed = ICS.replace("Plant closed", "Party").replace("DTSTART;VALUE=DATE:20260803", "DTSTART:20260803T100000Z")
    timed = timed.replace("DTEND;VALUE=DATE:20260805", "DTEND:20260803T120000Z")
    empty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
    data = {"bad.ics": "BEGIN:VCALENDAR\r\nnonsense", "timed.ics": timed, "empty.ics": empty}
    problems = problems_of(ALICE, f"calendars: {{c: {{timezone: UTC, {calendar}}}}}", data=data)
    assert len(problems) == 1
    assert complaint in problems[0]
    assert problems[0].partition(": ")[2].startswith("calendars.c.")


def test_a_range_of_every_year_may_go_over_new_year():
    """From the day before Christmas to Epiphany."""
    text = "calendars: {c: {timezone: UTC, hours: always, holidays: {days: {'12-24..01-06': []}}}}"
    calendar = rules_of(ALICE, text).calendars["c"]
    days = [(12, 23), (12, 24), (12, 31), (1, 6), (1, 7)]
    assert [bool(calendar.spans_on(date(2027, month, day))) for month, day in days] == [True, False, False, False, True]
