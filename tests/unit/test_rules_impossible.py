"""Time that never comes and ladders that nobody climbs: said at check, with file, line and column."""

import pytest

from tests.unit.rules_values import ALICE, problems_of, rules_of

WEEK = 'timezone: UTC, hours: {mon-fri: ["09:00-17:00"]}'
OFFICE = f"calendars: {{office: {{{WEEK}}}}}\n"
FIRST = "agreements: {a: {calendar: office, clocks: {p1: {first_response: %s}, p2: {}, p3: {}, p4: {}, p5: {}}}}\n"
LADDER = f"{OFFICE}{FIRST % '2h'}ladders: {{l: {{steps: [%s]}}}}\n"
YEARS = ", ".join(f'"{year}-01-01..{year}-12-31": []' for year in range(2027, 2030))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("calendars: {o: {timezone: Europe/Atlantis, hours: always}}", "1:27: calendars.o.timezone: 'Europe/Atlantis'"),
        ("calendars: {o: {timezone: ../../etc/passwd, hours: always}}", "'../../etc/passwd' is no time zone"),
        ("calendars: {o: {timezone: UTC, hours: {}}}", "1:39: calendars.o.hours: has no working time at all"),
        ("calendars: {o: {timezone: UTC, hours: {mon-fri: []}}}", "has no working time at all"),
        (f'calendars: {{o: {{{WEEK}, holidays: {{days: {{"01-01..12-31": []}}}}}}}}', "leaves no working time from"),
        (
            f"calendars: {{o: {{{WEEK}, holidays: {{days: {{{YEARS}}}}}}}}}",
            "from 2026-12-31 to 2030-01-01: every clock",
        ),
        (f'calendars: {{o: {{{WEEK}, holidays: {{days: {{"0000-01-01": []}}}}}}}}', "'0000-01-01' is no day"),
        (f"calendars: {{o: {{{WEEK}, day: 999999h}}}}", "o.day: a working day of more than 24 hours"),
        (f"calendars: {{o: {{{WEEK}, holidays: {{country: XX}}}}}}", "no holidays are known of 'XX'"),
        (OFFICE + FIRST % "876000h", "2:66: agreements.a.clocks.p1.first_response: 876000h in office is never over"),
        (OFFICE + FIRST % "9999wd", "9999wd in office: from 2026-01-05 it is due on 2064-"),
        (OFFICE + FIRST % "99999999999999999999h", "'99999999999999999999h' is no duration"),
        (OFFICE + FIRST % "-2h", "'-2h' is no duration"),
        (OFFICE + FIRST % "0h", "'0h' is no time at all"),
        (LADDER % "{after: 999999h, notify: lead}", "ladders.l.steps[0].after: 999999h in real is never over"),
        (LADDER % "{after: 2h, repeat: 1s, notify: lead}", "steps[0]: repeat: 1s is too often for a mail"),
        ("rules: {r: {when: always, then: {pending: 99999d}}}", "then.pending: 99999 days are longer than anybody"),
        ("rules: {r: {when: always, then: {pending: 99999999999h}}}", "'99999999999h' is no duration"),
        (
            "lifecycle: {closed: {reopen_within: 9999d, calendar: real}}",
            "reopen_within: 9999d in real: from 2026-01-05",
        ),
    ],
)
def test_time_that_never_comes_is_refused(text: str, complaint: str):
    """Each at its place."""
    (problem,) = problems_of(ALICE, text)
    assert problem.startswith("2.yaml:")
    assert complaint in problem


GONE = (
    "people: {old: {name: Old, mail: old@acme.example, left: 2020-01-01}}\nteams: {past: {members: [old], lead: old}}\n"
)


@pytest.mark.parametrize(
    ("step", "doubt"),
    [
        ("{after: 1h, notify: managers}", "tells nobody: nobody who stays has the role manager; whoever leads"),
        ("{after: 1h, notify: lead}", "tells nobody: no team has a lead who stays; whoever leads the ticket's team"),
        ("{after: 1h, notify: old}", "tells nobody: old leaves"),
        ("{after: 1h, notify: [team:past, managers]}", "tells nobody: nobody of past stays; nobody who stays has"),
        ("{at: update 80%, notify: alice}", "no agreement has the clock update: the step never comes"),
    ],
)
def test_a_step_that_nobody_hears_of_is_doubted(step: str, doubt: str):
    """It may be done: who leads, or the administrators, hear instead; and check says so."""
    (warning,) = rules_of(ALICE, GONE + LADDER % step).warnings
    assert "ladders.l.steps[0]" in str(warning)
    assert doubt in str(warning)


def test_a_step_that_somebody_hears_of_is_in_no_doubt():
    """One of several is enough."""
    assert rules_of(ALICE, GONE + LADDER % "{at: first_response 80%, notify: [old, alice]}").warnings == ()
