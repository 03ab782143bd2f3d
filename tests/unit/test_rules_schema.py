"""The JSON Schema for editors, by a validator of the kind that they have built in."""

import pytest
from jsonschema import Draft202012Validator

from maild.config import shipped_files
from maild.documents import Value, parse_document
from maild.rules import rule_file_schema
from tests.unit.rules_values import ALICE, problems_of

VALIDATOR = Draft202012Validator(rule_file_schema())
MATTERS = """\
absences: {x: {who: alice, from: 2026-12-21, until: 2027-01-04}}
calendars:
  office: {timezone: UTC, hours: {mon-fri: ["09:00-12:30"], sat: []}, day: 8h, holidays: {days: {"12-24": []}}}
  always: {timezone: UTC, hours: always}
customers: {gold: {match: "*@bigco.example", language: de, urgency: {at_least: high}}}
fields: {code: {type: text, find: 'code (?P<code>\\d+)'}}
categories: {network: {title: Network}, network/vpn: {}}
agreements:
  gold: {for: {customer: gold, category: [network]}, valid_from: 2026-12-15, calendar: always, pause: waiting,
         clocks: {p1: {first_response: 15m, update: 1wd2h}}}
  standard: {clocks: {p3: {calendar: office, resolution: 2wd}}}
"""
RULES = """\
rules:
  one:
    on: [new, reply]
    when:
      subject: {words: [vpn, tunnel]}
      text: wake up
      header: {X-Priority: {starts_with: "1"}}
      any: [{sender: ["*@a.example"]}, {category: network, unanswered: 3}, {automatic: true, reopened: true}]
      not: {tag: vip, hours: {office: out}, weekday: sat, rate: {count: 2, within: 1h}}
    then: {category: network/vpn, urgency: {raise: 1}, impact: major, tags: vip, notify: [managers, alice], stop: true}
    tests: [{mail: {from: a@b.example, to: c@d.example}, expect: {assignee: null, tags: [x]}}]
  two: {when: always, then: {acknowledge: false}}
""".replace("impact: major", "impact: minor")


def plain(value: Value) -> object:
    """The value as a JSON reader would have it."""
    match value:
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case tuple():
            return [plain(each) for each in value]
    return value


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(plain(parse_document("f.yaml", text).value))]


def test_the_schema_is_one():
    """By the rules for schemas themselves."""
    Draft202012Validator.check_schema(rule_file_schema())


@pytest.mark.parametrize("text", [ALICE, MATTERS, RULES])
def test_what_holds_is_taken(text: str):
    """Every short form too: a word for a list, a value for its operator, `always`."""
    assert (
        problems_of(*([ALICE, MATTERS, RULES] if text is RULES else [ALICE, *([text] if text != ALICE else [])])) == []
    )
    assert complaints(text) == []


def test_the_shipped_files_are_taken():
    """An editor underlines nothing in what `maild init` writes."""
    shipped = {
        name: text for name, text in shipped_files().items() if name.startswith("rules/") and name.endswith(".yaml")
    }
    assert shipped
    assert {name: complaints(text) for name, text in shipped.items()} == {name: [] for name in shipped}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rules:", "ruls:"),
        ("words:", "wrods:"),
        ("subject:", "subjct:"),
        ("[new, reply]", "[nwe]"),
        ("acknowledge: false", "acknowledge: true"),
        ("{raise: 1}", "{raise: 0}"),
        ("urgency: {raise: 1}", "urgency: [high]"),
        ("stop: true", "stop: yes"),
        ("when: always", "when: allways"),
        ("text: wake up", "text: 5"),
        ("text: wake up", "text:"),
        ("count: 2", "count: 1"),
        ("within: 1h", "within: 60"),
        ("hours: {office: out}", "hours: {office: closed}"),
        ("stop: true", "checklist: x"),
        ("from: a@b.example, ", ""),
        ("tags: [x]", "due: {}"),
        ("tags: [x]", "tags: []"),
        ("{assignee: null, tags: [x]}", "{}"),
        ("when: always", "when: {}"),
        ("text: wake up", "text: {}"),
        ("then: {acknowledge: false}", "then: {}"),
        ("notify: [managers, alice]", "notify: []"),
        ("{office: out}", "{}"),
    ],
)
def test_what_does_not_hold_is_not(old: str, new: str):
    """The editor and `maild check` find it alike."""
    assert old in RULES
    broken = RULES.replace(old, new)
    assert complaints(broken)
    assert problems_of(ALICE, MATTERS, broken)


@pytest.mark.parametrize("text", ["privat: {}", "rules: {r: {then: {stop: true}}}", "people: {a: {mail: a@b.c}}"])
def test_sections_and_keys_are_those_of_the_models(text: str):
    """What comes later is not offered, and what must be there is missed."""
    assert complaints(text)
