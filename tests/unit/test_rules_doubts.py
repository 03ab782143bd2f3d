"""What check warns of: rules that nothing reaches or that undo one another, patterns that cost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.rules.conditions import ALWAYS, AllOf, AnyOf, Asked, NumberTest, OneOfTest, Operator, TextTest
from maild.rules.doubts import _Setters, _Stopping
from maild.rules.effects import SetValue, Stop
from maild.rules.implying import excludes, implies, wanted_words
from maild.rules.written import Rule
from tests.unit.rules_values import ALICE, rules_of, warnings_of

DESK = """\
categories: {a: {}, b: {}, c: {}}
teams: {t: {members: [alice]}, u: {members: [alice]}}
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: ["09:00-17:00"]}}
  always: {timezone: UTC, hours: always}
  abroad: {timezone: Asia/Tokyo, hours: {mon-fri: ["09:00-17:00"]}}
  night: {timezone: Europe/London, hours: {fri: ["22:00-06:00"]}}
  extra: {timezone: Europe/London, hours: {mon-fri: ["09:00-17:00"]}, holidays: {days: {"2026-12-20": ["10:00-12:00"]}}}
"""


def told(*rules: str) -> list[str]:
    """The warnings about rules called one, two, three …; each begins with the rule's name."""
    names = ("one", "two", "three", "four")
    text = "rules:\n" + "".join(f"  {name}: {rule}\n" for name, rule in zip(names, rules, strict=False))
    return [warning.split(": rules.", 1)[1] for warning in warnings_of(DESK, text)]


def test_two_rules_that_can_set_one_field_are_told():
    """The later one replaces what the first set; how to end it is told."""
    (warning,) = told(
        "{when: {text: {words: x}}, then: {category: a}}", "{when: {text: {words: y}}, then: {category: b}}"
    )
    assert warning == (
        "two: can replace the category that one (3.yaml:2:3) sets, where both hold: let one `stop`,"
        " or ask `category: {exists: false}` here"
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("{when: {text: {words: x}}, then: {category: a, stop: true}}", "{when: always, then: {category: b}}"),
        ("{when: {text: {words: x}}, then: {category: a}}", "{when: {category: {exists: false}}, then: {category: b}}"),
        ("{when: {text: {words: x}}, then: {category: a}}", "{when: {category: a}, then: {category: b}}"),
        ("{when: {text: {words: x}}, then: {category: a}}", "{when: always, then: {category: a}}"),
        ("{when: {text: {words: x}}, then: {category: a}}", "{when: always, then: {team: t}}"),
        ("{when: {queue: support}, then: {team: t}}", "{when: {queue: {is_not: support}}, then: {team: u}}"),
        ("{when: {trust: proved}, then: {team: t}}", "{when: {trust: [forged, claimed]}, then: {team: u}}"),
        ("{when: {sender: '*@a.example'}, then: {team: t}}", "{when: {sender: '*@b.example'}, then: {team: u}}"),
        ("{when: {text: {words: x}}, then: {team: t}}", "{when: {not: {text: {words: x}}}, then: {team: u}}"),
        ("{when: {size: {at_most: 1KB}}, then: {team: t}}", "{when: {size: {at_least: 2KB}}, then: {team: u}}"),
        ("{on: reply, when: always, then: {team: t}}", "{on: new, when: always, then: {team: u}}"),
        ("{when: always, then: {urgency: {at_least: high}}}", "{when: always, then: {urgency: {raise: 1}}}"),
    ],
)
def test_rules_that_cannot_undo_one_another_are_not_told(one: str, two: str):
    """One stops, one looks at what was set, both set the same, or both never hold together."""
    assert told(one, two) == []


def test_what_is_always_replaced_is_told_so():
    """The first rule's value is seen by nobody."""
    one, two = (
        "{when: {text: {words: [x]}, trust: proved}, then: {team: t}}",
        "{when: {trust: proved}, then: {team: u}}",
    )
    assert told(one, two) == ["two: always replaces the team that one (3.yaml:2:3) sets, which is never seen"]


def test_what_is_graded_is_better_raised_than_replaced():
    """Impact and urgency are never missing: the matrix gives them."""
    (warning,) = told(
        "{when: {text: {words: x}}, then: {urgency: low}}", "{when: {text: {words: y}}, then: {urgency: high}}"
    )
    assert warning.endswith("where both hold: let one `stop`, or raise it by {at_least: …} here")


def test_many_replacements_are_one_warning():
    """A large desk is told once of each rule whose value others replace."""
    rules = [f"{{when: {{text: {{words: {word}}}}}, then: {{category: {category}}}}}" for word, category in
             (("x", "a"), ("y", "b"), ("z", "c"))]  # fmt: skip
    assert [warning.split(":")[0] for warning in told(*rules)] == ["two"]
    assert "; 1 more can" in told(*rules)[0]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("always", "{text: {words: x}}"),
        ("{text: {words: [x, y]}}", "{text: {words: x}}"),
        ("{text: {words: [x, y, z]}}", "{text: {words: [z, y]}}"),
        ("{text: {words: x}}", "{text: {words: x}, sender: '*@a.example'}"),
        (
            "{sender: '*@a.example', text: {words: x}}",
            "{sender: '*@a.example', text: {words: x}, mailbox: support}",
        ),
        ("{priority: {at_least: p3}}", "{priority: p2}"),
        ("{category: {exists: true}}", "{category: a}"),
    ],
)
def test_a_rule_that_is_never_asked_is_told(one: str, two: str):
    """An earlier one holds whenever it could, and stops."""
    (warning,) = told(f"{{when: {one}, then: {{stop: true}}}}", f"{{when: {two}, then: {{tags: x}}}}")
    assert warning == "two: is never asked: whenever it could hold, one (3.yaml:2:3) holds before it and stops"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("{text: {words: x}}", "{text: {words: [x, y]}}"),
        ("{text: {words: x}, trust: proved}", "{text: {words: x}}"),
        ("{subject: {words: x}}", "{text: {words: x}}"),
    ],
)
def test_a_rule_that_may_be_asked_is_not_told(one: str, two: str):
    """What cannot be seen is taken for possible."""
    assert told(f"{{when: {one}, then: {{stop: true}}}}", f"{{when: {two}, then: {{tags: x}}}}") == []


def test_a_rule_is_reached_on_another_occasion():
    """One that stops new tickets stops no replies."""
    assert told("{when: always, then: {stop: true}}", "{on: any, when: always, then: {tags: x}}") == []


@pytest.mark.parametrize(
    "rule",
    [
        "{when: {text: {words: x}, not: {text: {words: [x, y]}}}, then: {tags: x}}",
        "{when: {trust: proved, not: {trust: proved}}, then: {tags: x}}",
        "{when: {all: [{queue: support}, {queue: {is_not: support}}]}, then: {tags: x}}",
        "{when: {size: {at_least: 2KB, at_most: 1KB}}, then: {tags: x}}",
        "{when: {priority: {any_of: [p1], at_most: p3}}, then: {tags: x}}",
        "{when: {state: closed}, then: {tags: x}}",
        "{when: {reopened: true}, then: {tags: x}}",
        "{when: {age: {at_least: 1d}}, then: {tags: x}}",
        "{when: {weekday: mon, all: [{weekday: [tue, sat-sun]}]}, then: {tags: x}}",
        "{when: {hours: {office: in}, weekday: sat-sun}, then: {tags: x}}",
        "{when: {hours: {always: out}}, then: {tags: x}}",
    ],
)
def test_a_rule_that_can_never_hold_is_told(rule: str):
    """Its conditions exclude each other, or want an old ticket where it is asked of new ones."""
    (warning,) = told(rule)
    assert warning.startswith("one: can never hold: ")


@pytest.mark.parametrize("calendar", ["abroad", "night", "extra"])
def test_hours_that_may_lie_on_a_weekend_are_not_told(calendar: str):
    """In another zone, after midnight, by a day of its own."""
    assert told(f"{{when: {{hours: {{{calendar}: in}}, weekday: sat-sun}}, then: {{tags: x}}}}") == []


def test_customers_that_others_are_written_before_are_told():
    """The first written wins; who has but some of the addresses takes nobody's."""
    text = (
        "customers:\n  ann: {match: ann@big.example}\n  big: {match: ['*@big.example', '*@*.big.example']}\n"
        "  bob: {match: [bob@big.example, '*@it.big.example', bob@small.example]}\n  rest: {match: '*@*.example'}\n"
    )
    (warning,) = warnings_of(text)
    assert warning == (
        "2.yaml:4:3: customers.bob: never has the addresses of bob@big.example, and of 1 more: big (2.yaml:3:3) is"
        " written before it"
    )


@pytest.mark.parametrize(
    ("one", "two", "is_told"),
    [
        ("", "for: {priority: p1}, ", True),
        ("for: {priority: p1, queue: support}, ", "for: {priority: p1}, ", False),
        ("for: {priority: [p1, p2]}, ", "for: {priority: p1}, ", True),
        ("for: {priority: p1}, ", "", False),
        ("for: {queue: support}, ", "for: {queue: support, priority: p1}, ", True),
    ],
)
def test_a_ladder_that_no_ticket_climbs_is_told(one: str, two: str, is_told: bool):
    """The first that fits is climbed; what fits in part only takes nobody all."""
    steps = "steps: [{after: 2h, notify: [lead]}]"
    text = f"ladders:\n  one: {{calendar: real, {one}{steps}}}\n  two: {{calendar: real, {two}{steps}}}\n"
    told_of = [warning.split(": ")[1] for warning in warnings_of(text) if "no ticket climbs it" in warning]
    assert told_of == (["ladders.two"] if is_told else [])


def test_patterns_that_cost_are_told_where_they_stand():
    """Without three letters in a row the filter cannot leave a pattern out."""
    (warning,) = warnings_of("rules: {r: {when: {not: {subject: {matches: ['abc', '\\d+']}}}, then: {stop: true}}}")
    assert warning.startswith("2.yaml:1:53: rules.r.when.not.subject.matches[1]: has no literal of three characters")


def test_following_and_excluding_are_claimed_only_where_they_are_sure():
    """A multi-valued fact can be two things at once; a text may hold two words."""
    text, tag = Asked("text"), Asked("tag")
    x, y = TextTest(text, Operator.WORDS, "x"), TextTest(text, Operator.WORDS, "y")
    assert not excludes(x, y)
    assert not excludes(TextTest(tag, Operator.IS, "x"), TextTest(tag, Operator.IS, "y"))
    assert excludes(TextTest(Asked("subject"), Operator.IS, "x"), TextTest(Asked("subject"), Operator.IS, "y"))
    assert implies(AllOf((x, y)), AnyOf((y, x)))
    assert not implies(AnyOf((x, y)), x)
    assert implies(x, ALWAYS)
    assert not implies(ALWAYS, x)
    assert implies(NumberTest(Asked("size"), 5, 6), NumberTest(Asked("size"), 5))
    assert implies(OneOfTest(Asked("state"), frozenset({"new"})), OneOfTest(Asked("state"), frozenset({"new", "open"})))
    assert implies(TextTest(text, Operator.CONTAINS, "VPN down"), TextTest(text, Operator.CONTAINS, "vpn"))


WHENS = ("always", "{sender: '*@a.b'}", "{sender: ['*@a.b', '*@c.d']}", "{sender: '*@c.d', trust: proved}",
         "{trust: [proved, claimed]}", "{trust: forged, text: {words: x}}", "{text: {words: [x, y]}}",
         "{category: a}", "{category: [a, b]}", "{category: {exists: true}}",
         "{any: [{trust: proved}, {size: {at_least: 1KB}}]}",
         "{text: {words: x}, not: {trust: proved}}", "{sender_domain: [a.b, e.f]}")  # fmt: skip
THENS = ("{team: t}", "{team: u}", "{team: t, stop: true}")
WRITTEN = st.lists(st.tuples(st.sampled_from(WHENS), st.sampled_from(THENS)), min_size=2, max_size=7)


@settings(max_examples=60)
@given(WRITTEN)
def test_nothing_is_missed_by_looking_in_the_right_place(written: list[tuple[str, str]]):
    """What is found of thousands by index is what comparing each with each finds."""
    text = "rules:\n" + "".join(f"  r{n}: {{when: {when}, then: {then}}}\n" for n, (when, then) in enumerate(written))
    rules = rules_of(ALICE, DESK.partition("calendars:")[0], text).rules
    setters, stopping = _Setters(), _Stopping()
    for number, rule in enumerate(rules):
        (value,) = (each.value for each in rule.then if isinstance(each, SetValue))
        wanted = dict(wanted_words(rule.when))
        before = [each for each in rules[:number] if Stop() not in each.then]
        others = [each for each in before if value != team_of(each) and not excludes(each.when, rule.when)]
        assert setters.find(rule, value, wanted) == (others[0] if others else None)
        stops = [each for each in rules[:number] if Stop() in each.then and implies(rule.when, each.when)]
        found = stopping.find(rule)
        assert (found in stops) if stops else found is None
        if Stop() in rule.then:
            stopping.add(rule)
        else:
            setters.add(rule, value, wanted)


def team_of(rule: Rule) -> str:
    return next(each.value for each in rule.then if isinstance(each, SetValue))
