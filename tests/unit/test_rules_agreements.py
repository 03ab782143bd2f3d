"""Agreements as they are written: whose they are, from when, what is promised, and what cannot be."""

from datetime import UTC, datetime, timedelta

import pytest

from maild.model.clocks import ClockName
from maild.rules import Matter, durations_in, examples, find_agreement
from maild.rules.language.agreements import work_duration
from tests.unit.rules_values import ALICE, problems_of, rules_of, warnings_of

CALENDARS = """\
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: ["09:00-12:30", "13:30-17:30"], sat: ["10:00-13:00"]}, day: 8h}
  always: {timezone: UTC, hours: always}
  market: {timezone: UTC, hours: {sun: ["06:00-06:01"]}}
customers: {gold: {match: "*@bigco.example"}}
categories: {network: {}, network/vpn: {}, networks: {}}
"""
ALL = "clocks: {p1: {first_response: 30m}, p2: {}, p3: {resolution: 2wd}, p4: {}, p5: {}}"
DAY = datetime(2026, 12, 15, 10, tzinfo=UTC)
AGREEMENTS = f"""\
agreements:
  gold: {{for: {{customer: gold}}, valid_from: 2026-12-15, calendar: always, {ALL}}}
  lines: {{for: {{category: network, queue: [support]}}, calendar: always, {ALL}}}
  standard: {{calendar: office, {ALL}}}
"""


@pytest.mark.parametrize(
    ("matter", "found"),
    [
        (Matter(DAY, customer="gold"), "gold"),
        (Matter(DAY - timedelta(hours=11), customer="gold"), "standard"),
        (Matter(DAY - timedelta(hours=11), wanted="gold"), "standard"),
        (Matter(DAY, wanted="gold", category="network", queue="support"), "gold"),
        (Matter(DAY, category="network/vpn", queue="support"), "lines"),
        (Matter(DAY, category="network/vpn", queue="billing"), "standard"),
        (Matter(DAY, category="networks", queue="support"), "standard"),
        (Matter(DAY), "standard"),
    ],
)
def test_a_ticket_is_under_the_first_that_fits_and_holds_on_its_day(matter: Matter, found: str):
    """Unless somebody wants another one for it; all that `for` names must fit."""
    rules = rules_of(ALICE, CALENDARS, AGREEMENTS)
    agreement = find_agreement(rules.agreements, matter, "UTC")
    assert agreement is not None
    assert agreement.key == found


def test_what_is_promised_is_counted_in_the_calendar_of_its_priority():
    """The clock's own, else the agreement's; a working day is worth what the calendar says."""
    text = "agreements: {a: {calendar: office, clocks: {p1: {calendar: always, update: 1wd2h}, p3: {resolution: 2wd}}}}"
    rules = rules_of(ALICE, CALENDARS, text)
    targets = rules.agreements["a"].targets
    always, office = rules.calendars["always"], rules.calendars["office"]
    assert (targets["p1"].calendar, targets["p3"].calendar) == ("always", "office")
    assert targets["p1"].clocks[ClockName.UPDATE].within(always) == timedelta(hours=26)
    assert targets["p3"].clocks[ClockName.RESOLUTION].within(office) == timedelta(hours=16)


@pytest.mark.parametrize(
    ("agreement", "complaint"),
    [
        (
            "{calendar: office, clocks: {p3: {resolution: 2d}}}",
            "clocks.p3.resolution: '2d': days have no length in a cal",
        ),
        (
            "{calendar: office, clocks: {p3: {resolution: 1d2h}}}",
            "'1d2h': days have no length in a calendar: write 2wd",
        ),
        ("{calendar: office, clocks: {p3: {resolution: 90}}}", "clocks.p3.resolution: '90' is no duration"),
        ("{calendar: office, clocks: {p3: {resolution: 2 weeks}}}", "'2 weeks' is no duration: write it like 30m, 4h"),
        ("{calendar: office, clocks: {p3: {resolution: 0wd}}}", "clocks.p3.resolution: '0wd' is no time at all"),
        ("{calendar: office, clocks: {p3: {resolution: 9999wd}}}", "9999wd in office: from 2026-01-05 it is due on 20"),
        ("{calendar: market, clocks: {p3: {update: 9999h}}}", "clocks.p3.update: 9999h in market is never over: write"),
        ("{calendar: office, clocks: {p6: {}}}", "clocks.p6: 'p6' is none of"),
        ("{calendar: office, clocks: {p3: {resolutoin: 2h}}}", "clocks.p3: unknown key 'resolutoin'. Did you mean"),
        ("{calendar: office, clocks: {}}", "clocks: promises nothing: write the clocks of a priority"),
        ("{calendar: ofice, clocks: {p3: {}}}", "calendar: there is no calendar 'ofice'. Did you mean 'office'?"),
        ("{calendar: office, clocks: {p3: {calendar: nope}}}", "clocks.p3.calendar: there is no calendar 'nope'"),
        ("{clocks: {p3: {update: 2h}}}", "clocks.p3: is counted in no calendar: write `calendar` here or for"),
        ("{calendar: office, pause: [new], clocks: {p3: {}}}", "pause[0]: 'new' is none of waiting, pending"),
        (
            "{calendar: office, for: {customer: glod}, clocks: {p3: {}}}",
            "for.customer: there is no customer 'glod'. Did",
        ),
        ("{calendar: office, valid_from: soon, clocks: {p3: {}}}", "valid_from: 'soon' is no day"),
    ],
)
def test_promises_that_cannot_be_are_refused(agreement: str, complaint: str):
    """Each with its key and what to write instead."""
    (problem,) = problems_of(ALICE, CALENDARS, f"agreements: {{a: {agreement}}}")
    assert "agreements.a" in problem
    assert complaint in problem


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            f"agreements: {{a: {{calendar: office, {ALL}}}, b: {{calendar: office, {ALL}}}}}",
            "b: no ticket comes under it",
        ),
        (
            "agreements: {a: {calendar: office, clocks: {p1: {}, p3: {}}}}",
            "a: has no clocks for p2, p4, p5: nothing is",
        ),
        (f"agreements: {{a: {{for: {{customer: gold}}, calendar: office, {ALL}}}}}", "a: the last one is not for all"),
        (f"agreements: {{a: {{valid_from: 2026-12-15, calendar: office, {ALL}}}}}", "a: the last one is not for all"),
    ],
)
def test_what_is_probably_not_meant_is_told(text: str, warning: str):
    """Agreements that nobody comes under, and tickets that come under none."""
    (told,) = warnings_of(CALENDARS, text)
    assert warning in told


def test_each_length_is_shown_by_examples():
    """From the first hour of a week, and from late on its last day."""
    rules = rules_of(ALICE, CALENDARS, AGREEMENTS)
    shown = [(key, str(work)) for key, work in durations_in(rules.agreements)]
    assert shown == [("always", "30m"), ("always", "2wd"), ("office", "30m"), ("office", "2wd")]
    early, late = examples(work_duration("2wd"), rules.calendars["office"], DAY)
    assert [f"{at:%a %H:%M}" for at in (early.opened_at, late.opened_at)] == ["Mon 09:00", "Fri 16:50"]
    assert [f"{at:%a %H:%M}" for at in (early.due_at, late.due_at) if at] == ["Wed 10:00", "Tue 14:50"]
