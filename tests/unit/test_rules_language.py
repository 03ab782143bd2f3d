"""What rule files may say of matters and rules, and every way in which they are refused."""

from datetime import UTC, datetime

import pytest

from maild.documents import parse_document
from maild.rules import Contact, On, RateAnswers, Rules, Seen, TicketView, evaluate
from maild.rules.written import Expected, TrialMail
from tests.unit.rules_values import ALICE, MAIN, problems_of, rules_of

DESK = """\
teams: {first: {members: [alice]}}
calendars: {office: {timezone: UTC, hours: always}}
categories: {network: {team: first}, network/vpn: {}}
"""


def complaint_of(rule: str, **more: str) -> str:
    """The one problem of a rule, without file and line."""
    (problem,) = problems_of(ALICE, DESK, f"rules: {{r: {rule}}}", templates=more)
    return problem.split(": ", 1)[1]


def test_categories_have_from_their_parents_what_they_do_not_say():
    """Wherever the parent is written; levels add up; a group needs no entry of its own."""
    rules = rules_of(
        ALICE
        + "teams: {a: {members: [alice]}, b: {members: [alice]}, c: {members: [alice]}}\n"
        + "categories:\n"
        + "  network/vpn/client: {levels: {L3: c}}\n"
        + "  network/vpn: {title: VPN access, levels: {L2: b}, skills: [vpn]}\n"
        + "  network: {team: a}\n"
        + "  account/password-reset: {}\n"
    )
    client = rules.categories["network/vpn/client"]
    assert (client.title, client.team, client.levels, client.skills) == ("Client", "a", {"L2": "b", "L3": "c"}, {"vpn"})
    assert [rules.team_for("network/vpn/client", level) for level in (None, "L1", "L2", "L3")] == ["a", "a", "b", "c"]
    assert rules.categories["account/password-reset"].title == "Password reset"
    assert next(iter(rules.categories)) == "network/vpn/client"
    assert rules.team_for(None, "L2") is None


def test_priorities_are_those_of_the_file_or_the_built_in():
    """The matrix is by urgency, then impact."""
    assert rules_of(ALICE).priorities.priority("extensive", "high") == "p1"
    text = (
        "priorities:\n  impacts: [one, all]\n  urgencies: [later, now]\n"
        "  matrix: {later: [p5, p4], now: [p3, p1]}\n  default: {impact: one, urgency: later}\n  major: p2\n"
    )
    priorities = rules_of(ALICE, text).priorities
    assert (priorities.priority("all", "now"), priorities.major, priorities.place.line) == ("p1", "p2", 1)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("now: [p3, p1]", "now: [p3]", "priorities.matrix.now: 1 priorities for 2 impacts: one for each"),
        (", now: [p3, p1]", "", "priorities.matrix: has no row for now"),
        ("now: [p3", "soon: [p3, p3], now: [p3", "priorities.matrix.soon: 'soon' is none of `urgencies`"),
        ("[p5", "[p6", "priorities.matrix.later[0]: 'p6' is none of p1, p2, p3, p4, p5"),
        ("impact: one,", "impact: two,", "priorities.default.impact: 'two' is none of one, all"),
        ("[one, all]", "[one, one]", "priorities.impacts: 'one' stands in this list twice"),
    ],
)
def test_a_matrix_is_whole(old: str, new: str, complaint: str):
    """Each impact with each urgency has one priority."""
    text = (
        "priorities: {impacts: [one, all], urgencies: [later, now], matrix: {later: [p5, p4], now: [p3, p1]},"
        " default: {impact: one, urgency: later}}"
    )
    problems = problems_of(ALICE, text.replace(old, new))
    assert [problem.split(": ", 1)[1] for problem in problems] == [complaint]


def test_a_whole_section_stands_in_one_file():
    """Two matrices would be a riddle."""
    text = "contacts: {file: c.csv}\n"
    assert problems_of(ALICE, text, text, data={"c.csv": "address\n"}) == [
        "3.yaml:1:1: contacts: 'contacts' is written a second time; the first is at 2.yaml:1:1. Keep one of them"
    ]


def test_contacts_come_from_a_list():
    """The first line names the columns, in any order; addresses are found in any case."""
    listed = (
        "\ufeffname,Address,company,language,phone\nAnn Lee,Ann@BigCo.example,BigCo,de,+44 1\n,,,,\n,bob@x.example\n"
    )
    rules = rules_of(ALICE, "contacts: {file: c.csv}", data={"c.csv": listed})
    ann = Contact("Ann@bigco.example", "Ann Lee", "BigCo", language="de", phone="+44 1")
    assert rules.find_contact("ann@bigco.EXAMPLE") == ann
    assert rules.find_contact("bob@x.example") == Contact("bob@x.example")
    assert rules.find_contact("eve@x.example") is None


def test_every_mistake_in_a_list_is_told_with_its_own_line():
    """A list of thousands is mended in one go."""
    listed = "address,language,timezone\nann,de,\nbob@x.example,german,Nowhere\n\nBOB@x.example,,\n,de,\n"
    assert [
        problem.split(": ", 1)[0] for problem in problems_of(ALICE, "contacts: {file: c.csv}", data={"c.csv": listed})
    ] == ["c.csv:2:1", "c.csv:3:1", "c.csv:3:1", "c.csv:5:1", "c.csv:6:1"]
    problem = problems_of(ALICE, "contacts: {file: c.csv}", data={"c.csv": "adress,name\n"})[-1]
    assert problem == "c.csv:1:1: the first line: unknown column 'adress'. Did you mean 'address'?"


def test_a_list_may_be_separated_by_semicolons():
    """As spreadsheets write it where the comma is for decimals."""
    rules = rules_of(ALICE, "contacts: {file: c.csv}", data={"c.csv": "address;name\r\nann@x.example;Lee, Ann\r\n"})
    assert rules.find_contact("ann@x.example") == Contact("ann@x.example", "Lee, Ann")


def test_customers_are_matched_by_patterns_and_lists():
    """The first written wins; a heading in the list is none of it."""
    text = (
        "customers:\n  vip: {match: ann@bigco.example}\n  gold: {match: ['*@bigco.example'], match_file: gold.csv}\n"
        "  rest: {match: ['*@*.example']}\n"
    )
    rules = rules_of(ALICE, text, data={"gold.csv": "match\n*@gold.example,x\nbob@one.example\n"})
    addresses = [
        "ANN@bigco.example",
        "eve@bigco.example",
        "a@gold.example",
        "bob@one.example",
        "a@one.example",
        "a@b.c",
    ]
    found = [rules.find_customer(address) for address in addresses]
    assert [each.key if each else None for each in found] == ["vip", "gold", "gold", "gold", "rest", None]


@pytest.mark.parametrize(
    ("customer", "complaint"),
    [
        ("{}", "customers.c: matches nobody: write `match` or `match_file`"),
        ("{match: bigco.example}", "customers.c.match: 'bigco.example' is no pattern of addresses"),
        ("{match: ['*@*']}", "customers.c.match[0]: '*@*' fits everybody: name a domain"),
        (
            "{match_file: glod.csv}",
            "customers.c.match_file: there is no file 'glod.csv' beside the rule files. Did you",
        ),
        ("{match_file: gold.csv}", "the first column: 'x' is no pattern of addresses"),
        ("{match: a@b.example, language: German}", "customers.c.language: 'German' is no language"),
        (
            "{match: a@b.example, urgency: {at_least: hihg}}",
            "customers.c.urgency.at_least: there is no urgency 'hihg'.",
        ),
        ("{match: a@b.example, agreement: gold}", "customers.c.agreement: there is no agreement 'gold'"),
    ],
)
def test_customers_that_do_not_hold_are_refused(customer: str, complaint: str):
    """Each with the key or the line of the list."""
    (problem,) = problems_of(ALICE, f"customers: {{c: {customer}}}", data={"gold.csv": "x\n"})
    assert problem.split(": ", 1)[1].startswith(complaint)


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ("{type: mony}", "fields.f.type: 'mony' is none of text, number, money, date, one-of. Did you mean 'money'?"),
        ("{find: 'x(?P<g>a)'}", "fields.f.find: captures no 'f': write the part that counts as (?P<f>…)"),
        ("{find: '(?P<f>a(?=b))'}", "fields.f.find: '(?=' is refused"),
        ("{type: one-of}", "fields.f.type: `type: one-of` and the list `one_of` go together"),
        ("{unit: EUR}", "fields.f.unit: a unit belongs to a number or to money"),
    ],
)
def test_fields_that_do_not_hold_are_refused(field: str, complaint: str):
    """What finds a field captures it by its name."""
    (problem,) = problems_of(ALICE, f"fields: {{f: {field}}}")
    assert problem.split(": ", 1)[1].startswith(complaint)


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("{then: {stop: true}}", "rules.r: 'when' is missing: write it"),
        ("{when: always}", "rules.r: 'then' is missing: write it"),
        ("{when: {}, then: {stop: true}}", "rules.r.when: asks nothing: a rule without conditions says `when: always`"),
        ("{when: allways, then: {stop: true}}", "rules.r.when: keys with values are expected"),
        ("{when: {subject: }, then: {stop: true}}", "rules.r.when.subject: has no value: write one, or leave the key"),
        ("{when: {weekday: }, then: {stop: true}}", "rules.r.when.weekday: has no value: write one, or leave the key"),
        ("{when: {any: }, then: {stop: true}}", "rules.r.when.any: has no value: write one, or leave the key out"),
        ("{when: {unanswered: {is: }}, then: {stop: true}}", "rules.r.when.unanswered.is: has no value: write one"),
        ("{when: {subject: {}}, then: {stop: true}}", "rules.r.when.subject: asks nothing: write an operator"),
        ("{when: {subject: 5}, then: {stop: true}}", "rules.r.when.subject: '5' is no text: write one in quotes"),
        ("{when: {subject: []}, then: {stop: true}}", "rules.r.when.subject: must not be empty"),
        ("{when: {subject: ''}, then: {stop: true}}", "rules.r.when.subject: says nothing"),
        (
            "{when: {subject: {wrods: x}}, then: {stop: true}}",
            "rules.r.when.subject: unknown key 'wrods'. Did you mean",
        ),
        ("{when: {subjct: x}, then: {stop: true}}", "rules.r.when: unknown key 'subjct'. Did you mean 'subject'?"),
        ("{when: {any: []}, then: {stop: true}}", "rules.r.when.any: must not be empty"),
        ("{when: {any: [{not: {tga: x}}]}, then: {stop: true}}", "rules.r.when.any[0].not: unknown key 'tga'. Did you"),
        ("{when: {subject: {matches: '('}}, then: {stop: true}}", "rules.r.when.subject.matches: is no pattern"),
        ("{when: {subject: {matches: '(?P<H>x)'}}, then: {stop: true}}", "rules.r.when.subject.matches: 'H' is no"),
        ("{when: {category: {any_of: [netwrok]}}, then: {stop: true}}", "rules.r.when.category.any_of[0]: there is no"),
        (
            "{when: {not: {category: netwrk}}, then: {stop: true}}",
            "rules.r.when.not.category: there is no category 'netwrk'.",
        ),
        ("{when: {state: opne}, then: {stop: true}}", "rules.r.when.state: there is no state 'opne'. Did you mean"),
        (
            "{when: {hours: {ofice: in}}, then: {stop: true}}",
            "rules.r.when.hours.ofice: there is no calendar 'ofice'. Did",
        ),
        ("{when: {hours: {office: on}}, then: {stop: true}}", "rules.r.when.hours.office: 'on' is none of in, out"),
        ("{when: {weekday: mo}, then: {stop: true}}", "rules.r.when.weekday: 'mo' is no day of the week"),
        ("{when: {size: 5}, then: {stop: true}}", "rules.r.when.size: keys with values are expected"),
        ("{when: {age: {at_least: 2wd}}, then: {stop: true}}", "rules.r.when.age.at_least: '2wd' is no duration"),
        ("{when: {rate: {count: 1, within: 1h}}, then: {stop: true}}", "rules.r.when.rate.count: must be at least 2"),
        ("{when: {rate: {count: 2, within: 1h, of: sender}}, then: {stop: true}}", "rules.r.when.rate.of: 'sender' is"),
        (
            "{on: nwe, when: always, then: {stop: true}}",
            "rules.r.on: 'nwe' is none of new, reply, reopened, survey, any. Did",
        ),
        ("{when: always, then: {}}", "rules.r.then: wants nothing: write an effect"),
        ("{when: always, then: {categry: network}}", "rules.r.then: unknown key 'categry'. Did you mean 'category'?"),
        (
            "{when: always, then: {category: netwok}}",
            "rules.r.then.category: there is no category 'netwok'. Did you mean",
        ),
        ("{when: always, then: {queue: suport}}", "rules.r.then.queue: there is no queue 'suport'. Did you mean"),
        ("{when: always, then: {child: {queue: x, subject: y}}}", "rules.r.then.child.queue: there is no queue 'x'"),
        ("{when: always, then: {team: frist}}", "rules.r.then.team: there is no team 'frist'. Did you mean 'first'?"),
        ("{when: always, then: {assignee: alcie}}", "rules.r.then.assignee: there is no person 'alcie'. Did you mean"),
        (
            "{when: always, then: {urgency: {at_least: hihg}}}",
            "rules.r.then.urgency.at_least: there is no urgency 'hihg'.",
        ),
        ("{when: always, then: {urgency: {raise: 0}}}", "rules.r.then.urgency.raise: must be at least 1"),
        ("{when: always, then: {impact: {is: minor, raise: 1}}}", "rules.r.then.impact: write one value"),
        ("{when: always, then: {priority: p6}}", "rules.r.then.priority: 'p6' is none of p1, p2, p3, p4, p5"),
        ("{when: always, then: {level: 2}}", "rules.r.then.level: text is expected"),
        ("{when: always, then: {level: L0}}", "rules.r.then.level: 'L0' is no level: write it like L2"),
        ("{when: always, then: {tags: [a b]}}", "rules.r.then.tags[0]: 'a b' is no tag: one word without spaces"),
        ("{when: always, then: {notify: bob}}", "rules.r.then.notify: there is no person 'bob'; known here: alice"),
        ("{when: always, then: {notify: [team:frist]}}", "rules.r.then.notify[0]: there is no team 'frist'. Did you"),
        ("{when: always, then: {notify: [al:first]}}", "rules.r.then.notify[0]: 'al:first': before ':' stands team or"),
        ("{when: always, then: {cc: bob}}", "rules.r.then.cc: 'bob' is no mail address"),
        ("{when: always, then: {same_ticket: x}}", "rules.r.then: `same_ticket` and `within` go together"),
        (
            "{when: always, then: {same_ticket: '{hots}', within: 1d}}",
            "rules.r.then.same_ticket: {hots}: no pattern of",
        ),
        (
            "{when: always, then: {note: 'on {hots}'}}",
            "rules.r.then.note: {hots}: no pattern of any rule captures that",
        ),
        ("{when: always, then: {requester: sender}}", "rules.r.then.requester: 'sender': write reply_to, or the field"),
        ("{when: always, then: {as: machine}}", "rules.r.then.as: 'machine' is none of person"),
        ("{when: always, then: {spam: true, hold: x}}", "rules.r.then: hold and spam end a mail in different ways"),
        ("{when: always, then: {acknowledge: true}}", "rules.r.then.acknowledge: true is none of false"),
        (
            "{when: always, then: {template: {acknowleged: refused}}}",
            "rules.r.then.template.acknowleged: there is no temp",
        ),
        ("{when: always, then: {refuse: none-such}}", "rules.r.then.refuse: there is no template 'none-such'"),
        ("{when: always, then: {agreement: gold}}", "rules.r.then.agreement: there is no agreement 'gold'"),
        ("{when: always, then: {checklist: [a, a]}}", "rules.r.then.checklist: 'a' stands in this list twice"),
        ("{when: always, then: {checklist: [{required: true}]}}", "rules.r.then.checklist[0]: 'step' is missing"),
        ("{when: always, then: {stop: true}, tests: [{mail: {from: a@b.c}}]}", "rules.r.tests[0]: 'expect' is missing"),
        ("{when: {header: {}}, then: {stop: true}}", "rules.r.when.header: must not be empty"),
        ("{when: {hours: {}}, then: {stop: true}}", "rules.r.when.hours: must not be empty"),
        ("{when: {not: {field: {}}}, then: {stop: true}}", "rules.r.when.not.field: must not be empty"),
        ("{when: always, then: {field: {}}}", "rules.r.then.field: must not be empty"),
        ("{when: always, then: {template: {}}}", "rules.r.then.template: must not be empty"),
        ("{when: always, then: {tags: []}}", "rules.r.then.tags: must not be empty"),
        ("{when: always, then: {cc: []}}", "rules.r.then.cc: must not be empty"),
        ("{when: always, then: {notify: requester}}", "rules.r.then.notify: requester would read what colleagues read"),
        ("{when: always, then: {notify: [x@out.example]}}", "rules.r.then.notify[0]: x@out.example would read what"),
        ("{when: always, then: {notify: []}}", "rules.r.then.notify: must not be empty"),
        ("{when: {text: {contains: '\u200b'}}, then: {stop: true}}", "rules.r.when.text.contains: holds nothing that"),
        ("{when: {language: german}, then: {stop: true}}", "rules.r.when.language: 'german' is no language: write it"),
        (
            "{when: {any: [{field: {cdoe: x}}]}, then: {stop: true}}",
            "rules.r.when.any[0].field.cdoe: no field is called",
        ),
        (
            "{when: {text: {matches: '(?P<sender>x)'}}, then: {stop: true}}",
            "rules.r.when.text.matches: 'sender' is what",
        ),
        (
            "{when: always, then: {cc: Support@acme.example}}",
            "rules.r.then.cc: Support@acme.example is the address of desk",
        ),
        (
            "{when: always, then: {notify: alice@acme.example}}",
            "rules.r.then.notify: alice@acme.example is the address",
        ),
        (
            "{when: always, then: {stop: true}, tests: [{mail: {from: a@b.c}, expect: {}}]}",
            "rules.r.tests[0].expect: expects nothing: write what must come of the mail",
        ),
        (
            "{when: always, then: {stop: true}, tests: [{mail: {from: a@b.c}, expect: {due: {}}}]}",
            "rules.r.tests[0].expect.due: must not be empty",
        ),
        (
            "{when: always, then: {stop: true}, tests: [{mail: {from: a@b.c}, expect: {category: netwok}}]}",
            "rules.r.tests[0].expect.category: there is no category 'netwok'. Did you mean 'network'?",
        ),
        (
            "{when: always, then: {stop: true}, tests: [{mail: {from: a@b.c}, expect: {rules: [q]}}]}",
            "rules.r.tests[0].expect.rules[0]: there is no rule 'q'",
        ),
    ],
)
def test_rules_that_do_not_hold_are_refused(rule: str, complaint: str):
    """Where it stands, what is wrong, what to do."""
    assert complaint_of(rule).startswith(complaint)


@pytest.mark.parametrize(
    ("agreement", "complaint"),
    [
        ("for: {}, clocks: {p1: {update: 1h}}", "for: names nobody: leave it out, and it is for all"),
        ("for: {queue: []}, clocks: {p1: {update: 1h}}", "for.queue: must not be empty"),
        ("clocks: {}", "clocks: promises nothing: write the clocks of a priority"),
        ("clocks: {p6: {update: 1h}}", "clocks.p6: 'p6' is none of p1, p2, p3, p4, p5"),
    ],
)
def test_an_agreement_promises_something_to_somebody(agreement: str, complaint: str):
    """What is left empty would be for all, or for nothing."""
    (problem,) = problems_of(ALICE, DESK, f"agreements: {{a: {{calendar: office, {agreement}}}}}")
    assert problem.split(": ", 1)[1].startswith(f"agreements.a.{complaint}")


def test_only_what_answers_a_mail_can_be_said_in_other_words():
    """A customer would read what colleagues wrote; and what nothing writes is written by nothing in other words."""
    mine = {"ours.txt": "", "de/closed-down.txt": ""}
    rule = "rules: {{r: {{when: always, then: {{{}}}}}}}"
    good = rule.format("refuse: closed-down, template: {acknowledged: ours}")
    assert problems_of(ALICE, good, templates=mine) == []
    for then, complaint in (
        ("refuse: agent-notice", "then.refuse: 'agent-notice' is not for what is refused: name a template of yours"),
        ("refuse: acknowledged", "then.refuse: 'acknowledged' is not for what is refused: name a template of yours"),
        ("template: {acknowledged: draft}", "then.template.acknowledged: 'draft' answers nobody's mail"),
        ("template: {ours: acknowledged}", "then.template.ours: 'ours' is no mail that the desk writes by itself: "),
    ):
        (problem,) = problems_of(ALICE, rule.format(then), templates=mine)
        assert f": rules.r.{complaint}" in problem


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("{type: money, unit: EUR}", "12.50", "much"),
        ("{type: number}", "-3", "1e9"),
        ("{type: date}", "2026-11-30", "30.11.2026"),
        ("{type: one-of, one_of: [red, green]}", "red", "blue"),
        ("{type: text}", "anything", None),
    ],
)
def test_a_field_has_values_of_its_type(field: str, good: str, bad: str | None):
    """A rule that writes another is refused; a capture that is another is left out, for nobody can help it."""
    fields = f"fields: {{f: {field}}}"
    rule = "rules: {{r: {{when: always, then: {{field: {{f: '{}'}}}}}}}}"
    assert problems_of(ALICE, fields, rule.format(good)) == []
    assert problems_of(ALICE, fields, rule.format("{subject}")) == []
    if bad is not None:
        (problem,) = problems_of(ALICE, fields, rule.format(bad))
        assert problem.startswith(f"3.yaml:1:45: rules.r.then.field.f: '{bad}' is no")

    def written(subject: str) -> str | None:
        rules = rules_of(ALICE, fields, rule.format("{subject}"))
        seen, view = Seen(subject, "", "", "a@x.example"), TicketView("new", "support", "a@x.example")
        now = datetime(2026, 11, 24, tzinfo=UTC)
        return evaluate(rules, frozenset({On.NEW}), seen, view, RateAnswers(), now).after.fields.get("f")

    assert written(good) == good
    assert bad is None or written(bad) is None


def test_a_template_of_the_administrator_is_known():
    """By its name, without language and ending."""
    problems_of(ALICE, "rules: {r: {when: always, then: {refuse: not-here}}}", templates={"de/not-here.txt": ""})
    text = "rules: {r: {when: always, then: {refuse: not-here, stop: true}}}"
    assert problems_of(ALICE, text, templates={"de/not-here.txt": ""}) == []


def test_all_mistakes_are_told_at_once():
    """In all files, in the order of their places, none hiding another."""
    text = (
        "rules:\n"
        "  a: {when: {subject: {wrods: x}, category: nope}, then: {categry: x, team: nope}}\n"
        "  b: {when: always, then: {queue: nope}, tests: [{mail: {form: x}, expect: {team: nope}}]}\n"
        "privat: {}\n"
    )
    places = [problem.split(": ")[0] for problem in problems_of(ALICE, text)]
    assert places == [
        "2.yaml:2:24", "2.yaml:2:45", "2.yaml:2:59", "2.yaml:2:77", "2.yaml:3:35", "2.yaml:3:51", "2.yaml:3:58",
        "2.yaml:3:83", "2.yaml:4:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        (
            "\n    when:\n      text:\n        words:\n          - one\n          - ''\n    then: {stop: true}",
            "2.yaml:7:13",
        ),
        ("\n    when: always\n    then:\n      note: |\n        two lines\n        {nothing}", "2.yaml:5:13"),
        ('\n    when: {subject: {matches: "abc\n        (def"}}\n    then: {stop: true}', "2.yaml:3:31"),
        ("{when: always,\n    then: {notify:\n      [lead,\n       bbo]}}", "2.yaml:5:8"),
        ("\n    ? when\n    : always\n    'then': {\"tgas\": x}", "2.yaml:5:14"),
        ("# here\n    when: {text: é, sbject: x}\n    then: {stop: true}", "2.yaml:3:21"),
    ],
)
def test_a_mistake_is_placed_in_whatever_style_it_is_written(rule: str, place: str):
    """Block or flow, over several lines, in quotes, behind comments and letters outside ASCII."""
    (problem,) = problems_of(ALICE, f"rules:\n  r: {rule}\n")
    assert problem.startswith(f"{place}: rules.r.")


def test_a_slip_of_writing_hides_no_other_mistake():
    """Neither a control character nor a rule written twice; only a file that cannot be read to its end says no more."""
    slips = 'rules:\n  r: {when: {subject: "\\bvpn"}, then: {categry: x}}\n  r: {when: always, then: {stop: true}}\n'
    places = [problem.split(": ")[0] for problem in problems_of(ALICE, slips)]
    assert places == ["2.yaml:2:23", "2.yaml:2:40", "2.yaml:3:3"]
    assert len(problems_of(ALICE, "rules:\n  q: {then: {x: y}}\n  r: *q\n")) == 1


def test_the_tests_of_a_rule_are_values():
    """What was written, and `null` as what must not be there."""
    text = """\
rules:
  r:
    when: always
    then: {category: network}
    tests:
      - mail: {from: bob@x.example, subject: S, text: T, header: {X-A: "1"}, attachments: a.png, trust: claimed}
        expect:
          {category: network, assignee: null, tags: x, mails: acknowledged, rules: r, outcome: entry, field: {h: "1"}}
"""
    (rule,) = rules_of(ALICE, DESK, text).rules
    (trial,) = rule.tests
    (step,) = trial.steps
    assert step.mail == TrialMail(
        "bob@x.example", "S", "T", headers=(("X-A", "1"),), attachments=("a.png",), trust="claimed"
    )
    assert step.expected == Expected(
        {"category": "network", "assignee": None}, ("x",), {"h": "1"}, ("r",), ("acknowledged",), "entry"
    )
    assert (trial.place.line, rule.place.line) == (6, 2)


def digest(rules: Rules) -> str:
    return rules.digest


def test_the_digest_names_the_very_texts():
    """A letter makes another set, in a list too; the folder's place does not."""
    text = "contacts: {file: c.csv}\n"
    digests = {
        digest(rules_of(ALICE, text, data={"c.csv": "address\n"})),
        digest(rules_of(ALICE, text, data={"c.csv": "address\na@b.example\n"})),
        digest(rules_of(ALICE, f"{text} ", data={"c.csv": "address\n"})),
    }
    assert len(digests) == 3
    assert digest(rules_of(ALICE, text, data={"c.csv": "address\n"})) in digests


def test_a_desk_without_rules_has_none():
    """The sections are all optional but people."""
    rules = rules_of(ALICE, main=MAIN)
    assert (rules.rules, rules.categories, rules.warnings) == ((), {}, ())
    assert parse_document("f", "").value is None
