"""Tests beside rules: what is compared, and what a failure tells."""

from dataclasses import replace

import pytest

from maild.desk import House
from maild.desk.trials import Tried, Wrong, try_out
from maild.parsing import parse
from maild.premises import NO_KEYS
from maild.trying import arrival_of
from tests.unit.desk_values import HOUSE
from tests.unit.rules_values import problems_of, rules_of

PEOPLE = """
people:
  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}
  nina:  {name: Nina Novak, mail: nina@acme.example}
teams:
  first-line: {members: [alice]}
  network:    {members: [nina], assign: least-loaded}
queues:
  support: {address: support@acme.example, name: Acme Support, relay: main, team: first-line}
  billing: {address: billing@acme.example, name: Acme Billing, relay: main, team: first-line}
categories:
  network: {team: network}
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: ["09:00-17:00"]}, day: 8h}
fields: {host: {type: text}}
rules:
"""


def tried(rule: str, mail: str, expect: str, more: str = "") -> Tried:
    text = f"{PEOPLE}  r: {{{rule}, tests: [{{mail: {{from: bob@x.test, {mail}}}, expect: {{{expect}}}}}]}}\n{more}"
    house: House = replace(HOUSE, rules=rules_of(text))
    rule_ = house.rules.rules[0]
    arrivals = [arrival_of(mail, at, house) for mail, at in rule_.tests[0].mails]
    return try_out(rule_, rule_.tests[0], [(parse(each.raw), each) for each in arrivals], house)


VPN = "when: {text: {words: [vpn]}}, then: {category: network, urgency: high, tags: [a, b], field: {host: gw}}"


@pytest.mark.parametrize(
    ("rule", "mail", "expect"),
    [
        (VPN, "subject: vpn", "category: network, team: network, assignee: nina, urgency: high, priority: p3"),
        (VPN, "text: my vpn", "tags: [b], field: {host: gw}, rules: r, mails: [acknowledged, agent-notice]"),
        (VPN, "subject: x", "category: null, assignee: null, state: new, outcome: entry, requester: bob@x.test"),
        (VPN, "subject: vpn, trust: claimed", "mails: acknowledged-minimal, rules: r"),
        ("when: {to: 'billing@*'}, then: {spam: true}", "to: billing@acme.example", "queue: billing, state: spam"),
        ("when: {attachment: {name: '*.log'}}, then: {hold: x}", "attachments: [a.log, b.txt]", "outcome: held"),
        ("when: {header: {X-Form: '1'}}, then: {tags: [form]}", "header: {X-Form: '1'}", "tags: form"),
        ("when: {subject: Two}, then: {tags: [d]}", "subject: One, header: {Subject: Two}", "tags: d"),
        ("when: {automatic: generated}, then: {tags: [m]}", "header: {Auto-Submitted: auto-generated}", "tags: m"),
        ("when: {trust: forged}, then: {tags: [f]}", "trust: forged", "tags: f"),
        ("when: {hours: {office: in}, weekday: mon}, then: {tags: [day]}", "text: hi", "tags: day"),
        ("when: {reply_to: 'a@x.test', cc: 'c@*'}, then: {tags: [t]}", "reply_to: a@x.test, cc: c@x.test", "tags: t"),
    ],
)  # fmt: skip
def test_what_a_test_may_expect(rule, mail, expect):
    """Values, what must not be there, tags, fields, rules, mails and the outcome; of any mail that a test can write."""
    assert tried(rule, mail, expect).wrong == ()


@pytest.mark.parametrize(
    ("rule", "mail", "expect", "wrong"),
    [
        (VPN, "subject: vpn", "category: null", Wrong("category", "", "network")),
        (VPN, "subject: vpn", "priority: p1, urgency: high", Wrong("priority", "p1", "p3")),
        (VPN, "subject: x", "team: network", Wrong("team", "network", "first-line")),
        (VPN, "subject: vpn", "tags: [a, c]", Wrong("tags", "c", "a, b")),
        (VPN, "subject: vpn", "field: {host: gw2}", Wrong("field.host", "gw2", "gw")),
        (VPN, "subject: x", "rules: r", Wrong("rules", "r", "")),
        (VPN, "subject: vpn", "mails: resolved", Wrong("mails", "resolved", "acknowledged, agent-notice")),
        (VPN, "subject: vpn", "outcome: held", Wrong("outcome", "held", "entry")),
        ("when: always, then: {hold: why}", "text: x", "state: new", Wrong("state", "new", "no ticket")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_came_instead(rule, mail, expect, wrong):
    """One line for each key that is not as expected."""
    assert tried(rule, mail, expect).wrong == (wrong,)


def test_a_failure_tells_which_rules_held_and_why_its_own_did_not():
    """On which words, and with file and line; others that did not hold are left out."""
    more = (
        "  other: {when: {text: {words: [help]}, not: {category: {exists: true}}}, then: {tags: [o]}}\n"
        "  third: {when: {text: {words: [printer]}}, then: {tags: [t]}}\n"
    )
    failed = tried(VPN, "text: please help", "category: network", more)

    assert [(each.name, each.is_matched, each.line) for each in failed.ruled] == [("r", False, 17), ("other", True, 18)]
    assert failed.ruled[0].words == ("text words 'vpn'",)
    assert failed.ruled[1].words == ("text words 'help' help", "not category exists")


OUTAGE = "when: {subject: {words: [vpn]}, rate: {count: 3, within: 30m}}, then: {incident: VPN outage}"
TIME = """
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: ["09:00-17:00"]}}
  always: {timezone: UTC, hours: always}
agreements:
  standard:
    calendar: office
    clocks:
      p1: {calendar: always, first_response: 30m, next_response: 1h, update: 1h, resolution: 4h}
      p4: {first_response: 4h, resolution: 2wd}
ladders:
  urgent:
    for: {priority: p1}
    calendar: real
    steps:
      - {at: first_response 100%, if: unanswered, notify: lead}
      - {after: 2h, if: unresolved, level: L2, notify: lead}
      - {after: 4h, if: unresolved, level: L3, notify: lead}
lifecycle:
  waiting: {remind: [2wd], resolve_after: 4wd}
  resolved: {close_after: 1wd}
  closed: {reopen_within: 14d, calendar: real}
"""
URGENT = "when: {subject: {words: [vpn]}}, then: {category: network, priority: p1}"


def through_time(*steps: str, rule: str = OUTAGE, more: str = "", day: str = "2026-11-27", zone: str = "UTC") -> Tried:
    """Run a test of several mails and hours."""
    people = PEOPLE[: PEOPLE.index("calendars:")] + PEOPLE[PEOPLE.index("fields:") :] if more else PEOPLE
    text = f"{people}  r: {{{rule}, tests: [{{day: {day}, steps: [{', '.join(steps)}]}}]}}\n{more}"
    # The command line and a reload run tests beside rules without the desk's keys.
    house: House = replace(HOUSE, rules=rules_of(text), keyring=NO_KEYS)
    house = replace(house, desk=house.desk.model_copy(update={"timezone": zone}))
    (rule_,) = house.rules.rules
    (trial,) = rule_.tests
    arrivals = [arrival_of(mail, at, house) for mail, at in trial.mails]
    return try_out(rule_, trial, [(parse(each.raw), each) for each in arrivals], house)


def step(at: str, expect: str = "", sender: str = "bob@x.test", more: str = "") -> str:
    mail = f"mail: {{from: {sender}, subject: vpn{more and f', {more}'}}}"
    return f'{{at: "{at}", {mail}{f", expect: {{{expect}}}" if expect else ""}}}'


def look(at: str, expect: str) -> str:
    return f'{{at: "{at}", expect: {{{expect}}}}}'


def test_a_test_through_time_counts_what_came_within_it():
    """The third within half an hour opens the incident, the fourth joins it; days later nothing is counted."""
    result = through_time(
        step("16:00"),
        step("16:20", "incident: null", "ann@x.test"),
        step("16:30", "incident: VPN outage", "cem@x.test"),
        step("16:31", "incident: VPN outage", "dia@x.test"),
        step("mon 09:20", "incident: null, state: new"),
    )

    assert result.wrong == ()
    late = through_time(step("16:00"), step("16:01"), step("16:31", "incident: VPN outage"))
    assert late.wrong == (Wrong("incident", "VPN outage", ""),)


def test_time_alone_brings_a_ticket_to_the_next_level():
    """Its clocks, its ladder and the mails of both, each in its time; what is looked at is the last mail's ticket."""
    result = through_time(
        step("16:50", "due: {first_response: '17:20', resolution: '20:50', update: null}, level: null"),
        look("17:19", "level: null"),
        look("17:20", "mails: [breached], due: {first_response: '17:20'}"),
        look("18:50", "level: L2, mails: escalated"),
        look("20:49", "level: L2"),
        look("mon 09:20", "level: L3, state: new"),
        rule=URGENT,
        more=TIME,
    )
    assert result.wrong == ()


def test_an_answer_reaches_the_ticket_through_the_desks_own_mail():
    """An agent's to the notice is a relay and stops the clock; the customer's comes back to it, and silence ends it."""
    nina, answer = "nina@acme.example", "answers: agent-notice"
    result = through_time(
        step("09:00", "state: new"),
        step("09:10", "state: waiting, due: {first_response: null}", nina, f"text: '#wait Which?', {answer}"),
        look("wed 09:09", "state: waiting"),
        look("wed 09:10", "mails: waiting-reminder"),
        step("wed 09:30", "state: open, due: {next_response: '10:30'}", more="text: All of them., answers: reply"),
        step("wed 09:40", "state: resolved, mails: resolved", nina, f"text: '#resolve It is up.', {answer}"),
        look("fri 09:00", "state: closed, mails: closed"),
        step("2026-12-24 09:00", "state: new", more="text: Down again., answers: closed"),
        rule=URGENT,
        more=TIME,
        day="2026-11-23",
    )
    assert result.wrong == ()


def test_hours_are_those_of_the_desk_in_the_nights_in_which_clocks_are_set():
    """London put its clocks back at two: four hours of the wall's time are five."""
    steps = (step("00:30", "due: {resolution: '03:30'}"), look("02:30", "level: L2"), look("03:30", "level: L3"))
    night = through_time(*steps, rule=URGENT, more=TIME, day="2026-10-25", zone="Europe/London")
    assert night.wrong == ()
    usual = through_time(*steps, rule=URGENT, more=TIME, day="2026-10-24", zone="Europe/London")
    assert usual.wrong == (
        Wrong("due.resolution", "Sat 2026-10-24 03:30", "Sat 2026-10-24 04:30"),
        Wrong("level", "L3", "L2"),
    )


def test_what_was_written_is_looked_at_by_whichever_step_comes_next():
    """A mail and what is expected of it may stand in two steps."""
    result = through_time(step("16:50"), "{expect: {mails: acknowledged}}", rule=URGENT, more=TIME)
    assert result.wrong == ()
    again = through_time(
        step("16:50", "mails: acknowledged"), "{expect: {mails: acknowledged}}", rule=URGENT, more=TIME
    )
    assert again.wrong == (Wrong("mails", "acknowledged", ""),)


def test_a_failure_tells_at_which_step_and_what_happened_when():
    """Every mail and every timer until then, in the desk's time."""
    failed = through_time(step("16:50"), look("18:00", "level: L2, mails: reply"), rule=URGENT, more=TIME)

    assert failed.wrong == (Wrong("level", "L2", ""), Wrong("mails", "reply", "acknowledged, agent-notice, breached"))
    assert {each.place.line for each in failed.wrong if each.place is not None} == {15}
    assert failed.happened == (
        (
            "Fri 2026-11-27 16:50  'vpn' from bob@x.test: opens #1001 → acknowledged to bob@x.test,"
            " agent-notice to nina@acme.example"
        ),
        "Fri 2026-11-27 17:20  #1001 First response was due at 2026-11-27 17:20 UTC.",
        "Fri 2026-11-27 17:20  #1001 Ladder urgent, first_response 100%. → breached to alice@acme.example",
    )
    lost = through_time(step("16:50"), step("17:00", "state: new", more="answers: reply"), rule=URGENT, more=TIME)
    assert lost.wrong == (Wrong("answers", "reply", "no such mail to bob@x.test"),)


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("{steps: [{mail: {from: a@x.test}}]}", "the last one expects something"),
        ("{steps: [{expect: {state: new}}]}", "steps begin with a mail"),
        ("{steps: [{mail: {from: a@x.test}}, {at: '19:00'}]}", "nothing comes and nothing is expected"),
        ("{steps: [{at: '9 pm', mail: {from: a@x.test}, expect: {state: new}}]}", "is no time: write it in quotes"),
        ("{steps: [{at: 'fry 09:00', mail: {from: a@x.test}, expect: {state: new}}]}", "is no time: write it in quo"),
        ("{steps: [{at: '2026-02-30 09:00', mail: {from: a@x.test}, expect: {state: new}}]}", "there is no such day"),
        ("{mail: {from: a@x.test}, expect: {due: {ladder: '09:00'}}}", "ladder"),
        ("{mail: {from: a@x.test}, expect: {due: {}}}", "due"),
        ("{mail: {from: a@x.test, answers: replay}, expect: {state: new}}", "the desk writes no mail 'replay'. Did"),
        ("{day: 2026-11-27, mail: {from: a@x.test}, expect: {state: new}}", "`day` belongs to `steps`"),
        (
            "{steps: [{at: '10:00', mail: {from: a@x.test}}, {at: '9:00', mail: {from: a@x.test}}]}",
            "is no time: write it in quotes",
        ),
        (
            "{steps: [{at: '10:00', mail: {from: a@x.te}}, {at: '09:00', mail: {from: a@x.te}, expect: {tags: a}}]}",
            "the steps go back in time",
        ),
    ],
)
def test_steps_that_cannot_be_are_refused(test: str, complaint: str):
    """Each with its remedy."""
    assert complaint in "\n".join(
        problems_of(f"{PEOPLE}  r: {{when: always, then: {{stop: true}}, tests: [{test}]}}\n")
    )
