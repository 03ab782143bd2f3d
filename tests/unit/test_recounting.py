"""Agreements and calendars edited while clocks run: what was promised stays, and what has passed."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.desk import Hours, climb, keep_time, recount
from maild.desk.byhand import retarget
from maild.desk.clocks import elapsed_at
from maild.desk.recomputing import clock_faults
from maild.desk.recounting import recounted
from maild.model.clocks import ClockState
from maild.model.decision import StartTimer, StopTimers, Timer, TimerKind
from maild.model.edition import Holding
from maild.rules import find_orphans, under_terms, write_terms
from tests.unit.test_clocks import RULES, Matter, a_house, at, hours
from tests.unit.test_ladders import LADDERS, Climbing

NARROW = RULES.replace('["09:00-17:00"]', '["13:00-17:00"]')
WIDE = RULES.replace('["09:00-17:00"]', '["06:00-22:00"]')
EDITIONS = (
    RULES,
    NARROW,
    WIDE,
    RULES.replace("UTC, hours: {mon", 'UTC, holidays: {days: {"2026-11-24": []}}, hours: {mon'),
)


house_of = cache(a_house)


def edit(matter: Matter, text: str, when: str | datetime) -> Matter:
    """Let other rule files hold from an instant on; the clocks are not recounted yet."""
    until = when if isinstance(when, datetime) else at(when)
    before = matter.house
    matter.house = replace(house_of(text), earlier=(*before.earlier, Hours(until, before.rules.calendars)))
    return matter


def follow(matter: Matter, when: str) -> Matter:
    """Let the reloading leg come to the ticket."""
    decision = recount(matter.known, matter.house, at(when))
    return matter.kept(decision, when) if decision is not None else matter


def test_a_ticket_keeps_what_it_was_promised():
    """Whatever begins on it later, and at another priority; a new one, and who is retargeted, has today's targets."""
    matter = Matter().customer("10:00")
    edited = RULES.replace("next_response: 4h", "next_response: 1h").replace("resolution: 4h", "resolution: 1h")
    edit(matter, edited, "10:30").agent("11:00").customer("11:30")
    assert matter.clocks["next_response"].target == hours(4)
    matter.by_hand("11:45", priority="p1")
    assert matter.clocks["resolution"].target == hours(4)
    newcomer = edit(Matter(), edited, "10:30").customer("10:40", "There is fire.")
    assert newcomer.clocks["resolution"].target == hours(1)
    matter.kept(retarget(matter.known, by="root"), "12:00")
    assert matter.clocks["resolution"].target == hours(1)
    matter.by_hand("12:05", priority="p3")
    assert matter.clocks["next_response"].target == hours(1)


def test_a_ticket_that_comes_under_another_agreement_is_promised_what_that_says_now():
    """Its old one's words are forgotten."""
    matter = edit(Matter().customer("10:00"), RULES.replace("first_response: 10m", "first_response: 50m"), "10:10")
    matter.by_hand("10:20", category="vip")
    assert matter.clocks["first_response"].target == hours(50 / 60)


def test_states_pause_as_was_agreed():
    """An agreement that is edited to let time run does so for new tickets."""
    runs_on = RULES.replace("    calendar: office\n    clocks", "    calendar: office\n    pause: []\n    clocks")
    matter = edit(Matter().customer("10:00"), runs_on, "10:30").agent("11:00", "#wait\nWell?")
    assert matter.clocks["resolution"].state is ClockState.PAUSED


def test_terms_are_read_as_they_are_written():
    """Nothing of an agreement is lost on the way through a ticket."""
    agreement = a_house().rules.agreements["standard"]
    terms = write_terms(agreement)
    empty = replace(agreement, targets={}, pause=frozenset())
    assert under_terms(empty, terms) == agreement
    assert write_terms(under_terms(empty, terms)) == terms
    assert under_terms(empty, None) is empty


def test_a_calendar_that_tickets_are_promised_in_is_not_taken_away():
    """Their agreement may name another one by now."""
    terms = write_terms(a_house().rules.agreements["standard"])
    rules = a_house(RULES.replace("office", "hours")).rules
    (lost,) = find_orphans([Holding("terms", terms, 3, 1001)], rules)
    assert (lost.field, lost.value, lost.tickets) == ("calendar", "office", 3)


def test_what_has_passed_stays_when_hours_are_edited():
    """An hour of the old calendar, the rest by the new one; the timer goes along."""
    matter = edit(Matter().customer("10:00"), NARROW, "11:00")
    follow(matter, "11:05")
    assert matter.elapsed("first_response") == hours(1)
    assert (matter.due("first_response"), matter.timers["first_response"]) == ("23 14:00", at("14:00"))
    assert matter.known.entries[-1].text.split("\n")[:2] == [
        "The calendar office was edited.",
        "First response is due at 2026-11-23 14:00 UTC, and was at 2026-11-23 12:00 UTC.",
    ]
    assert matter.mails == []


def test_nothing_is_late_at_the_instant_of_an_edit():
    """Hours that are added in the past did not pass."""
    matter = edit(edit(Matter(), NARROW, "08:00").customer("08:30"), WIDE, "12:59")
    follow(matter, "13:00")
    assert matter.elapsed("first_response") == timedelta()
    assert matter.due("first_response") == "23 14:59"


def test_an_edit_that_moves_nothing_is_not_entered():
    """A day off next year is nobody's news."""
    later = RULES.replace("UTC, hours: {mon", 'UTC, holidays: {days: {"2027-11-24": []}}, hours: {mon')
    matter = edit(Matter().customer("10:00"), later, "11:00")
    assert recount(matter.known, matter.house, at("11:01")) is None


def test_a_breach_before_the_edit_stays_one():
    """Late is late, by the hours that held."""
    matter = edit(Matter().customer("10:00"), NARROW, "12:30")
    follow(matter, "12:31")
    assert matter.due("first_response") == "23 12:00"
    assert matter.clocks["first_response"].is_late(at("12:31"))


def test_a_timer_of_the_old_hours_is_not_told_twice():
    """The desk stood still while it fell due: by the new hours it is due later, and the old timer is gone."""
    matter = edit(Matter().customer("10:00"), NARROW, "11:00")
    moved = keep_time(recount(matter.known, matter.house, at("13:30")), matter.facts(), matter.house, at("13:30"))
    assert StopTimers(TimerKind.DUE, matter.number, "first_response") in moved.steps
    follow(matter, "13:30")
    assert matter.timers["first_response"] == at("14:00")
    matter.falls_due("first_response", "13:31", due="12:00")
    assert matter.mails == []


def test_a_clock_that_is_put_back_repeats_nothing():
    """What was told is told; what is dated by the later time goes on from now, and does not wait for that to come."""
    matter = Climbing().customer("2026-11-25T10:00", "There is fire.")  # two days ahead, and p1
    matter.until("2026-11-25T10:45")
    assert matter.mails == ["breached to dana@acme.example"]
    follow(matter, "10:00")
    assert matter.known.entries[-1].text.startswith("The machine's clock was put back.")
    assert matter.elapsed("resolution") == timedelta()
    assert matter.timers["resolution"] == at("14:00")
    assert [line for line in matter.until("11:59") if "nobody" not in line] == []
    assert matter.step_at == at("12:00")
    matter.customer("2026-11-23T12:30", "Still!")
    assert recount(matter.known, matter.house, at("12:31")) is None


def test_a_breach_is_told_once_though_the_clock_is_put_back():
    """By hours, after it was told; and again once it begins anew or has another target."""
    matter = Matter().customer("10:00").falls_due("first_response", "12:00")
    assert matter.mails
    follow(matter, "09:00")
    assert matter.timers["first_response"] == at("11:00")
    matter.falls_due("first_response", "11:00")
    assert (matter.mails, len([each for each in matter.known.entries if "breached" in each.flags])) == ([], 1)
    matter.by_hand("11:10", priority="p1").falls_due("first_response", "11:10")
    assert matter.mails
    matter.agent("11:20").customer("11:30").falls_due("next_response", "12:30")
    assert matter.mails
    matter.agent("12:40").customer("12:50").falls_due("next_response", "13:50")
    assert matter.mails


def test_a_ladder_climbs_by_the_new_hours():
    """Its time that passed stays; a step that is due by the old hours alone comes again when it is due."""
    text = LADDERS.replace("calendar: real", "calendar: office").replace(
        "{timezone: UTC, hours: always}", '{timezone: UTC, hours: {mon-sun: ["09:00-17:00"]}}'
    )
    assert "calendar: office" in text
    matter = Climbing(text).customer("10:00", "There is fire.")
    due_at = matter.step_at
    edit(matter, text.replace("09:00-17:00", "13:00-17:00"), "10:10")
    timer = Timer(1, TimerKind.LADDER, matter.number, 0, due_at)
    again = climb(timer, matter.facts(), matter.house, due_at)
    assert [step.due_at for step in again.steps if isinstance(step, StartTimer)] == [at("13:10")]
    follow(matter, "10:30")
    assert matter.step_at == at("13:10")


EDITED = st.lists(
    st.tuples(st.integers(1, 900), st.sampled_from(["0", "1", "2", "3", "asks", "waits", "answers", "resolves", "p1"])),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(EDITED, st.booleans())
def test_a_life_under_edits_adds_up(happenings: list[tuple[int, str]], is_followed: bool):
    """What has elapsed is what passed by the calendars that held, whoever counts it: the leg, or what happens next.

    An edit that is taken back before anybody counts by it was none.
    """
    matter, now = Matter().customer("10:00"), at("10:00")
    matter.house = house_of(RULES)
    expected, history, seen = timedelta(), list(matter.changes()), {"0"}
    for minutes, what in happenings:
        calendar = matter.house.rules.calendars[matter.clocks["resolution"].calendar]
        later = now + timedelta(minutes=minutes)
        if matter.clocks["resolution"].state is ClockState.RUNNING:
            expected += calendar.between(now, later)
        now = later
        if what.isdecimal() and (is_followed or what not in seen):
            seen.add(what)
            edit(matter, EDITIONS[int(what)], now)
            if is_followed:
                follow(matter, f"{now:%Y-%m-%dT%H:%M}")
        elif not what.isdecimal():
            matter.live(what, now)
        history += matter.changes()
        clock, calendars = recounted(matter.clocks["resolution"], matter.house, now), matter.house.rules.calendars
        assert elapsed_at(clock, calendars[clock.calendar], now) == expected
        assert [*clock_faults(tuple(matter.clocks.values()), history, calendars)] == []
        armed = {name: clock.due_at for name, clock in matter.clocks.items() if clock.state is ClockState.RUNNING}
        assert {name: due for name, due in matter.timers.items() if due > now} == {
            name: due for name, due in armed.items() if due is not None and due > now
        }
