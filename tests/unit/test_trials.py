"""Tests beside rules: what is compared, and what a failure tells."""

from dataclasses import replace

import pytest

from maild.desk import House
from maild.desk.trials import Tried, Wrong, try_out
from maild.parsing import parse
from maild.trying import arrival_of
from tests.unit.desk_values import HOUSE
from tests.unit.rules_values import rules_of

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
    arrival = arrival_of(rule_.tests[0].mail, house)
    return try_out(rule_, rule_.tests[0], parse(arrival.raw), arrival, house)


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
