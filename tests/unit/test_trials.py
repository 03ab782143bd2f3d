"""Tests beside rules: what is compared, and what a failure tells."""

from dataclasses import replace

import pytest

from maild.desk import House
from maild.desk.trials import Tried, Wrong, try_out
from maild.parsing import parse
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
    arrivals = [arrival_of(timed, house) for timed in rule_.tests[0].mails]
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


def through_time(*steps: str) -> list[Tried]:
    """Run a test of several mails, one for each step that expects something."""
    text = f"{PEOPLE}  r: {{{OUTAGE}, tests: [{{day: 2026-11-27, steps: [{', '.join(steps)}]}}]}}\n"
    house: House = replace(HOUSE, rules=rules_of(text))
    (rule,) = house.rules.rules
    read = [[arrival_of(timed, house) for timed in trial.mails] for trial in rule.tests]
    return [
        try_out(rule, trial, [(parse(each.raw), each) for each in arrivals], house)
        for trial, arrivals in zip(rule.tests, read, strict=True)
    ]


def step(at: str, expect: str = "", sender: str = "bob") -> str:
    return f'{{at: "{at}", mail: {{from: {sender}@x.test, subject: vpn}}{f", expect: {{{expect}}}" if expect else ""}}}'


def test_a_test_through_time_counts_what_came_within_it():
    """The third within half an hour opens the incident, the fourth joins it; days later nothing is counted."""
    results = through_time(
        step("16:00"),
        step("16:20", "incident: null", "ann"),
        step("16:30", "incident: VPN outage", "cem"),
        step("16:31", "incident: VPN outage", "dia"),
        step("mon 09:20", "incident: null, state: new"),
    )

    assert [one.wrong for one in results] == [()] * 4
    late = through_time(step("16:00"), step("16:01"), step("16:31", "incident: VPN outage"))
    assert [one.wrong for one in late] == [(Wrong("incident", "VPN outage", ""),)]


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("{steps: [{mail: {from: a@x.test}}]}", "one of them expects something"),
        ("{steps: [{expect: {state: new}}]}", "steps begin with a mail"),
        ("{steps: [{mail: {from: a@x.test}}, {at: '19:00', expect: {level: L2}}]}", "not yet: what time alone brings"),
        ("{steps: [{at: '9 pm', mail: {from: a@x.test}, expect: {state: new}}]}", "is no time: write it in quotes"),
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
