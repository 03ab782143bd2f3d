"""Schedules: when the desk writes by itself, against a clock on the wall that is looked at every minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.desk.scheduling import following, plan_occasions
from maild.documents import Place
from maild.model.occasion import Occasion, OccasionKind, PlannedOccasion, parse_occasion
from maild.rules import Calendar, Report, ReportPart, Schedule, Span, Whom, WhomKind, instant_on
from tests.unit.desk_values import HOUSE
from tests.unit.rules_values import problems_of, rules_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OFFICE = Calendar(
    "office",
    "Europe/London",
    tuple([(Span(540, 1050),)] * 5 + [(), ()]),
    timedelta(hours=8),
    days={date(2026, 6, 1): (), date(2026, 6, 2): ()},
)
# Clocks are set about these days: by an hour, by half of one, at midnight; and a day was left out.
NIGHTS = {
    "Europe/London": (date(2026, 3, 28), date(2026, 10, 24)),
    "Australia/Lord_Howe": (date(2026, 4, 4), date(2026, 10, 3)),
    "Africa/Cairo": (date(2026, 4, 23), date(2026, 10, 29)),
    "Pacific/Apia": (date(2011, 12, 29),),
    "Asia/Kolkata": (date(2026, 12, 31),),
}
nights = st.sampled_from([(zone, day) for zone, days in NIGHTS.items() for day in days])
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def seen_on_the_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Look at the wall every minute until it shows the time, or a later one."""
    now = datetime.combine(day, at, UTC) - 2 * DAY
    while now.astimezone(zone).replace(tzinfo=None) < datetime.combine(day, at):
        now += MINUTE
    return now


def a_report(schedule: Schedule, **changes: object) -> Report:
    to = (Whom(WhomKind.PERSON, "alice"),)
    return replace(Report("morning", Place("f.yaml", 1, 1), to, schedule, (ReportPart.MINE_BY_DUE,)), **changes)


def a_house(schedule: Schedule, zone: str = "Europe/London", **changes: object):
    people = {key: replace(one, timezone=zone) for key, one in HOUSE.rules.people.items()}
    reports = {"morning": a_report(schedule, **changes)}
    return replace(HOUSE, rules=replace(HOUSE.rules, people=people, reports=reports))


class Life:
    """A desk's occasions as its store keeps them; nothing else of it."""

    def __init__(self, house) -> None:
        self.house = house
        self.planned: dict[Occasion, PlannedOccasion] = {}
        self.fired: list[tuple[Occasion, datetime]] = []

    def begin(self, now: datetime) -> None:
        """Start, or take other rules: what waits is planned anew."""
        due = plan_occasions(self.house, self.planned.values(), now)
        done = {each: one for each, one in self.planned.items() if one.done_at is not None}
        self.planned = done | {each: PlannedOccasion(each, at, None) for each, at in due.items()}

    def pass_on(self, now: datetime) -> None:
        """Fire what is due."""
        for each in [one for one in self.planned.values() if one.done_at is None and one.due_at <= now]:
            self.planned[each.occasion] = replace(each, done_at=now)
            after = following(each.occasion, self.house, now)
            if after is not None:
                assert after.occasion not in self.planned
                self.planned[after.occasion] = after
            if each.occasion.kind is OccasionKind.REPORT:
                self.fired.append((each.occasion, now))


@settings(max_examples=60, deadline=None)
@given(nights, times, st.integers(-1, 2))
def test_a_time_of_day_is_the_first_instant_at_which_the_wall_shows_it(night, at, later):
    """Also where clocks leave it out (then the first after it), or show it twice (then once)."""
    zone, day = ZoneInfo(night[0]), night[1] + later * DAY

    assert instant_on(day, at, zone) == seen_on_the_wall(day, at, zone)


@pytest.mark.parametrize(
    ("day", "utc"),
    [("2026-03-29", "2026-03-29T01:00"), ("2026-10-25", "2026-10-25T00:30")],
    ids=["left out", "shown twice"],
)
def test_the_night_in_which_clocks_are_set(day, utc):
    """Half past one does not exist in London's spring night, and comes twice in autumn's."""
    at = instant_on(date.fromisoformat(day), time(1, 30), ZoneInfo("Europe/London"))

    assert at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        (Schedule(time(9), frozenset(range(5))), ["29", "01", "02", "03"]),
        (Schedule(time(9), frozenset({4})), ["29", "05", "12"]),
        (Schedule(time(9), is_monthly=True), ["01", "01"]),
        (Schedule(time(9), calendar=OFFICE), ["29", "03", "04", "05", "08"]),
        (Schedule(time(9), is_monthly=True, calendar=OFFICE), ["03", "01"]),
    ],
    ids=["mon-fri", "weekly", "monthly", "working days", "the month's first working day"],
)
def test_days_on_which_a_schedule_falls(schedule, days):
    """From Thursday 28 May 2026 on; the office is closed on the first two days of June."""
    found = schedule.days_after(date(2026, 5, 28))

    assert [f"{next(found):%d}" for _ in days] == days


@settings(max_examples=40, deadline=None)
@given(nights, times, st.sets(st.integers(0, 6), min_size=1))
def test_each_comes_once_and_in_time(night, at, weekdays):
    """Looked at every minute through the nights in which clocks are set."""
    zone, start = ZoneInfo(night[0]), instant_on(night[1], time(0), ZoneInfo(night[0]))
    life = Life(a_house(Schedule(at, frozenset(weekdays)), night[0]))
    life.begin(start)
    for number in range(4 * 24 * 60):
        life.pass_on(start + number * MINUTE)

    end = start + (4 * 24 * 60 - 1) * MINUTE
    days = [night[1] + number * DAY for number in range(6)]
    wanted = [seen_on_the_wall(day, at, zone) for day in days if day.weekday() in weekdays]
    assert [when for _, when in life.fired] == [each for each in wanted if start < each <= end]


changes = st.lists(
    st.tuples(st.integers(1, 4000), st.sampled_from(["pass", "begin", "edit"]), times), min_size=1, max_size=25
)


@settings(max_examples=150, deadline=None)
@given(nights, times, changes)
def test_killed_paused_and_reloaded_each_day_is_told_at_most_once(night, at, happened):
    """However long the desk stands still, whenever it begins again, and whatever the rule files say by then."""
    life = Life(a_house(Schedule(at), night[0]))
    now = instant_on(night[1], time(0), ZoneInfo(night[0]))
    life.begin(now)
    for minutes, what, other in happened:
        now += minutes * MINUTE
        if what == "edit":
            life.house = a_house(Schedule(other), night[0])
        if what != "pass":
            life.begin(now)
        life.pass_on(now)

    told = [occasion.day for occasion, _ in life.fired]
    assert len(told) == len(set(told))
    waiting = [one for one in life.planned.values() if one.done_at is None and one.occasion.kind is OccasionKind.REPORT]
    assert len(waiting) == 1
    assert waiting[0].due_at > now


def test_what_was_missed_while_the_desk_stood_still_is_told_once():
    """Down from Friday noon to Monday noon: Friday's comes at once, for all three, and Monday's evening as ever."""
    life = Life(a_house(Schedule(time(17, 30))))
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    life.begin(noon)

    for hours in (1, 72, 73, 78):
        life.pass_on(noon + timedelta(hours=hours))

    assert [f"{occasion.day:%a}" for occasion, _ in life.fired] == ["Fri", "Mon"]


def test_an_hour_that_is_moved_up_past_is_not_lost():
    """At six the report is moved from seven to five: it comes at once."""
    life, now = Life(a_house(Schedule(time(19)))), datetime(2026, 11, 27, 18, tzinfo=UTC)
    life.begin(now - timedelta(hours=6))
    life.house = a_house(Schedule(time(17)))

    life.begin(now)
    life.pass_on(now)

    assert len(life.fired) == 1


def test_a_clock_that_was_wrong_delays_nothing_for_ever():
    """A desk that believed it was next year, and told the day's report then, tells tomorrow's tomorrow."""
    life, now = Life(a_house(Schedule(time(17)))), datetime(2026, 11, 27, 12, tzinfo=UTC)
    life.begin(now)
    life.pass_on(now + 370 * DAY)

    life.begin(now)
    life.pass_on(now + timedelta(hours=6))
    life.pass_on(now + timedelta(hours=30))

    assert [when for _, when in life.fired][1:] == [now + timedelta(hours=30)]


def test_whose_clock():
    """A report comes by its calendar's clock, a handover by the desk's, any other by each reader's own."""
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    own = plan_occasions(a_house(Schedule(time(9)), "Asia/Tokyo"), (), now)
    office = plan_occasions(a_house(Schedule(time(9), calendar=OFFICE), "Asia/Tokyo"), (), now)
    shift = plan_occasions(a_house(Schedule(time(9)), "Asia/Tokyo", accept=timedelta(minutes=30)), (), now)

    zones = [next(each.zone for each in plan if each.kind is OccasionKind.REPORT) for plan in (own, office, shift)]
    assert zones == ["Asia/Tokyo", "Europe/London", HOUSE.desk.timezone]


@given(st.sampled_from(OccasionKind), st.sampled_from(["", "end-of-day", "a_b"]), st.dates(date(2000, 1, 1)))
def test_an_occasion_is_read_as_it_was_written(kind, name, day):
    """A timer's words name it."""
    occasion = Occasion(kind, name, "America/Argentina/Buenos_Aires", day)

    assert parse_occasion(str(occasion)) == occasion


PEOPLE = """
people:
  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}
  erik: {name: Erik Holm, mail: erik@acme.example, left: 2026-11-30}
teams: {first-line: {members: [alice]}}
calendars: {office: {timezone: UTC, hours: {mon-fri: ["09:00-17:00"]}}}
"""
SOUND = {"to": "alice", "at": '"17:30"', "days": "mon-fri", "calendar": "office", "parts": "[waiting]"}


def written(**changes: str) -> str:
    values = {**SOUND, **changes}
    return "reports:\n  day: {" + ", ".join(f"{key}: {value}" for key, value in values.items() if value) + "}\n"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"to": "[alic]"}, ["1.yaml:2:14: reports.day.to[0]: there is no person 'alic'. Did you mean 'alice'?"]),
        ({"to": "each:first-lin"}, ["there is no team 'first-lin'. Did you mean 'first-line'?"]),
        ({"to": "requester"}, ["a report has no ticket, and goes to nobody outside"]),
        ({"to": "boss@acme.example"}, ["a report has no ticket, and goes to nobody outside"]),
        ({"at": "17:30"}, []),
        ({"at": "half past"}, ["'half past' is no time of day: write it in quotes, like \"17:30\""]),
        ({"at": '"24:00"'}, ["'24:00' is no time of day"]),
        ({"at": ""}, ["'at' is missing: write it"]),
        ({"days": "fryday"}, ["'fryday' is no day of the week"]),
        ({"days": "[sat, sun]"}, ["falls on no day on which office works: write other days"]),
        ({"calendar": "ofice"}, ["there is no calendar 'ofice'. Did you mean 'office'?"]),
        ({"parts": "[waitin]"}, ["'waitin' is none of"]),
        ({"parts": "[]"}, ["must not be empty"]),
        ({"accept": "30"}, ["accept"]),
        ({"accept": "2d"}, ["accept"]),
        ({"acept": "30m"}, ["unknown key 'acept'. Did you mean 'accept'?"]),
    ],
)
def test_a_mistake_in_a_report_is_told_with_its_place(changes, told):
    """What is wrong, where, and what to write."""
    problems = problems_of(written(**changes), PEOPLE)

    assert len(problems) == len(told), problems
    assert all(words in problem for words, problem in zip(told, problems, strict=True)), problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (written(to="managers"), ["reports.day.to: goes to nobody: there are no managers among `people`"]),
        (written(to="[managers, admins]"), []),
        (
            "categories: {vpn: {reviewed: {by: erik, on: 2026-01-01, every: 90d}}}",
            ["categories.vpn.reviewed.by: erik left, or leaves, on 2026-11-30: from then on the managers are reminded"],
        ),
        ("categories: {vpn: {reviewed: {by: alice, on: 2026-01-01, every: 90d}}}", []),
    ],
)
def test_who_is_not_there_to_read_it_is_doubted(text, told):
    """A role that nobody has, and a reviewer who leaves."""
    warnings = [str(each) for each in rules_of(PEOPLE, text).warnings]

    assert len(warnings) == len(told)
    assert all(words in warning for words, warning in zip(told, warnings, strict=True)), warnings
