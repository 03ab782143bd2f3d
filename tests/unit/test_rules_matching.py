"""Conditions and operators: what a message is, by a rule's words."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.rates import Counted, RateOf
from maild.rules import On, RateAnswers, RateQuestion, Rules, Seen, SeenFile, TicketView, ask_rules, evaluate
from maild.rules.conditions import Asked, Operator, TextTest
from maild.rules.indexing import Index, Single
from maild.rules.patterns import Pattern, PatternError, PatternSet, doubts_about
from tests.unit.rules_values import ALICE, problems_of, rules_of

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)  # a Tuesday
DESK = """\
teams: {first-line: {members: [alice]}}
calendars: {office: {timezone: Europe/London, hours: {mon-fri: ["09:00-17:30"]}}}
categories: {network: {}, network/vpn: {}, printing: {}}
customers: {gold: {match: ["*@bigco.example"]}}
fields: {host: {}, cost: {type: money}, owner: {}}
"""
MAIL = Seen(
    subject="VPN down in Zürich",
    reply="It timed out twice. We cannot\nconnect since 9:00, error code: 4711.",
    body="It timed out twice. We cannot\nconnect since 9:00, error code: 4711.\n\n> Thank you for calling\n-- \nBob",
    sender="Bob.Miller@BigCo.example",
    to=("support@acme.example",),
    cc=("boss@bigco.example", "hr@bigco.example"),
    addressees=("support@acme.example", "boss@bigco.example", "hr@bigco.example", "desk@acme.example"),
    reply_to=("bob@home.example",),
    headers=(("X-Priority", "1 (Highest)"), ("Received", "from a"), ("Received", "from b")),
    files=(SeenFile("Screenshot.PNG", "image/png", 200_000), SeenFile("log.txt", "text/plain", 10)),
    language="de",
    size=300_000,
    automatic=None,
    standing="stranger",
    trust="proved",
    mailbox="support",
)
TICKET = TicketView(
    state="open",
    queue="support",
    requester="bob.miller@bigco.example",
    team="first-line",
    category="network/vpn",
    impact="moderate",
    urgency="high",
    priority="p3",
    level="L2",
    tags=("outage", "Zürich"),
    fields={"host": "srv1", "cost": "520"},
    opened_at=NOW - timedelta(days=3),
    unanswered=3,
    reopened=1,
)


def rule_that(when: str) -> Rules:
    return rules_of(ALICE, DESK, f"rules: {{r: {{on: any, when: {when}, then: {{tags: [held]}}}}}}")


def does_hold(when: str, seen: Seen = MAIL, ticket: TicketView = TICKET, now: datetime = NOW) -> bool:
    verdicts = evaluate(rule_that(when), frozenset({On.REPLY}), seen, ticket, RateAnswers(), now).verdicts
    return bool(verdicts)


HOLDING = """
always
{subject: VPN down in Zürich}
{subject: [printer, vpn DOWN in ZÜRICH]}
{subject: {words: [tunnel, vpn]}}
{subject: {words: "down  in"}}
{subject: {words: zu\u0308rich}}
{subject: {starts_with: vpn}}
{subject: {ends_with: [in Zürich]}}
{subject: {is_not: printer, contains: down}}
{subject: {none_of: [printer, fax]}}
{subject: {contains_all: [vpn, zürich]}}
{subject: {matches: 'vpn\\s+down'}}
{subject: {matches: '(?-i)^VPN'}}
{subject: {glob: "vpn * zürich"}}
{text: {contains: cannot connect}}
{text: {words: [timed out]}}
{text: {words: vpn}}
{reply: {contains: "error code"}}
{body: {contains: thank you for calling}}
{not: {reply: {contains: thank you}}}
{sender: "*@bigco.example"}
{sender: bob.miller@bigco.example}
{sender: ["*@x.example", "bob.*@bigco.example"]}
{sender: {is_not: bob@bigco.example}}
{sender_domain: bigco.example}
{sender_domain: "*.example"}
{to: support@acme.example}
{cc: "hr@*"}
{addressee: desk@acme.example}
{reply_to: "*@home.example"}
{header: {X-Priority: {starts_with: "1"}}}
{header: {received: from b}}
{header: {Received: {exists: true}, X-Spam: {exists: false}}}
{language: de}
{language: [en, de]}
{size: {at_least: 100KB, at_most: 1MB}}
{automatic: false}
{standing: stranger, trust: {none_of: [forged, claimed]}}
{mailbox: support}
{attachment: {count: 2}}
{attachment: {count: {at_least: 1, at_most: 2}}}
{attachment: {name: "*.png"}}
{attachment: {type: ["application/*", "image/*"]}}
{attachment: {size: {at_least: 100KB}}}
{state: [open, waiting]}
{queue: support}
{category: network}
{category: {any_of: [printing, network/vpn]}}
{category: {is_not: printing}}
{priority: {at_least: p3}}
{priority: {at_least: p4, at_most: p2}}
{impact: {at_most: moderate}}
{urgency: {at_least: medium}}
{level: {at_least: L2}}
{team: first-line}
{assignee: false}
{assignee: {exists: false}}
{tag: OUTAGE}
{tag: {starts_with: zür}}
{tag: {none_of: [vip]}}
{field: {host: srv1}}
{field: {host: {matches: 'srv\\d'}, cost: {at_least: 500}}}
{field: {owner: {exists: false}}}
{customer: gold}
{age: {at_least: 2d, at_most: 4d}}
{unanswered: {at_least: 3}}
{unanswered: 3}
{reopened: true}
{hours: {office: in}}
{weekday: [mon-wed, sun]}
{any: [{subject: printer}, {all: [{subject: {words: vpn}}, {not: {sender: "*@x.example"}}]}]}
{all: [{tag: outage}, {tag: zürich}]}
"""
FAILING = """
{subject: VPN}
{subject: {words: [vp, zuerich]}}
{subject: {words: in down}}
{subject: {matches: '(?-i)vpn'}}
{subject: {is_not: vpn down in zürich}}
{subject: {contains_all: [vpn, printer]}}
{subject: {ends_with: vpn}}
{subject: {glob: "vpn*berlin"}}
{reply: {contains: vpn}}
{reply: {contains: thank you}}
{sender: "*@co.example"}
{sender: bigco.example}
{to: "*@bigco.example"}
{header: {X-Priority: "1"}}
{header: {X-Spam: {contains: x}}}
{language: en}
{language: {exists: false}}
{size: {at_most: 100KB}}
{automatic: true}
{automatic: [list, bounce]}
{trust: forged}
{attachment: {count: 0}}
{attachment: {name: "*.exe"}}
{state: new}
{category: printing}
{category: {is_not: network}}
{priority: {at_least: p2}}
{urgency: {at_least: critical}}
{level: L3}
{assignee: true}
{tag: [vip, out]}
{field: {host: srv}}
{field: {cost: {at_least: 521}}}
{field: {host: {at_least: 1}}}
{customer: {is_not: gold}}
{age: {at_least: 4d}}
{unanswered: {at_most: 2}}
{reopened: 0}
{hours: {office: out}}
{weekday: fri-mon}
{not: {any: [{subject: printer}, {tag: outage}]}}
{any: [{subject: printer}, {subject: fax}]}
{rate: {count: 2, within: 1h}}
"""


@pytest.mark.parametrize("when", HOLDING.strip().splitlines())
def test_a_condition_holds(when: str):
    """Each of these is true of the mail and its ticket."""
    assert does_hold(when)


@pytest.mark.parametrize("when", FAILING.strip().splitlines())
def test_a_condition_does_not_hold(when: str):
    """Each of these is not."""
    assert not does_hold(when)


@pytest.mark.parametrize(
    ("word", "text", "is_there"),
    [
        ("on", "äon", False),
        ("äon", "ÄON!", True),
        ("straße", "STRASSE 5", True),
        ("vpn", "ＶＰＮ is down", True),
        ("vpn", "VPNに接続できません", True),
        ("接続", "VPNに接続できません", True),
        ("서버", "서버가 다운되었습니다", True),
        ("пароль", "Забыл ПАРОЛЬ.", True),
        ("парол", "Забыл ПАРОЛЬ.", False),
        ("e-mail", "my E-Mail is gone", True),
        ("time out", "a time-out", True),
        ("c++", "a c++ program", True),
        ("c++", "c is fine", False),
        ("#help", "now #help me", True),
        (".net", "asp.net", False),
        ("pass\u00adword", "password", True),
        ("v.p.n", "the v.p.n", True),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ", True),
    ],
)
def test_words_are_whole_in_every_script(word: str, text: str, is_there: bool):
    """A word ends where its script's letters do; scripts without spaces have words wherever they stand."""
    test = TextTest(Asked("text"), Operator.WORDS, word)
    assert (Index([test]).find([text]) == {0}) is is_there
    assert (Single(test).find([text]) is not None) is is_there


@given(st.text(max_size=60), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_form_distinguishes_nothing(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]):
    """A text equals itself however it is composed."""
    test = TextTest(Asked("text"), Operator.IS, text)
    if text.strip():
        assert Index([test]).find([unicodedata.normalize(form, text)]) == {0}


OPERANDS = ("vpn", "ärger", "a b", "接続", "c++", "e\u0301", "*@x.example", "b@x.example")
TESTS = [
    *(TextTest(Asked("text"), operator, operand) for operator in Operator for operand in OPERANDS
      if operator is not Operator.MATCHES),
    *(TextTest(Asked("text"), Operator.MATCHES, pattern) for pattern in (r"vpn\s+down", "ÄRGER", r"^x", "(?-i)ß")),
]  # fmt: skip
TOGETHER, ALONE = Index(TESTS), [Single(test) for test in TESTS]
PARTS = ("vpn", "down", "Ärger", "x", "a b", "ß", "接続", "c++", "٣", "-", "é", "b@X.example", "@", "b@x.example.org")


@given(st.lists(st.sampled_from(PARTS), max_size=6), st.sampled_from([" ", "", "\n"]))
def test_tests_together_find_what_they_find_alone(parts: list[str], between: str):
    """The index of many tests and each test by itself agree."""
    text = between.join(parts)
    alone = {number for number, test in enumerate(ALONE) if test.find([text])}
    assert TOGETHER.find([text]) == alone


@given(st.text(max_size=200))
def test_no_text_breaks_a_pattern(text: str):
    """Whatever a mail holds, lone surrogates too, is looked through."""
    tests = [TextTest(Asked("text"), Operator.MATCHES, r"\d+|\w+"), TextTest(Asked("text"), Operator.GLOB, "*a*")]
    Index(tests).find([text, f"{text}\ud800"])


def test_a_text_is_looked_through_as_far_as_64_kb():
    """What stands behind is not found, and costs nothing."""
    test = TextTest(Asked("body"), Operator.CONTAINS, "needle")
    assert Index([test]).find(["x" * 65_000 + " needle"]) == {0}
    assert Index([test]).find(["x" * 65_536 + " needle"]) == set()
    assert Index([test]).find(["ä" * 32_768 + " needle"]) == set()


def test_a_catastrophic_pattern_is_harmless():
    """What backtracking would never be done with is done at once."""
    evil = PatternSet([r"^(a+)+$", r"(x+x+)+y", r"(?-i)^(([a-z])+.)+[A-Z]([a-z])+$"])
    assert list(evil.find("a" * 60_000 + "!" + "x" * 5_000)) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(?<=a)b", "looking ahead or behind"),
        (r"foo(?!bar)", "looking ahead or behind"),
        (r"(a)\1", "a reference back to a group"),
        (r"(?P<x>a)(?P=x)", "a reference back to a group"),
        (r"a++", "possessive and atomic groups"),
        (r"(?>a)", "possessive and atomic groups"),
        (r"(?x) a b", "layout within patterns"),
        (r"a(?#why)", "comments within patterns"),
        (r"end\Z", r"the end of the text is \z"),
        (r"\u00e9", "write the character itself"),
        (r"a{1,1001}", "at most 1000 times"),
        (r"(", "missing )"),
        (r"(?P<a>x)(?P<a>y)", "two groups are called 'a'"),
        ("x" * 2001, "more than 2000 characters"),
    ],
)
def test_a_pattern_that_re2_cannot_do_is_refused_with_the_way_round(pattern: str, reason: str):
    """The complaint says what is not known, and what to write instead."""
    with pytest.raises(PatternError) as caught:
        Pattern(pattern)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [(r"vpn", 0), (r"error \d+", 0), (r"\d+", 1), (r"a.*b", 1), (r"\bäon\b", 1), (r"\w+ö\b...", 3), (r"\pL+straße", 0)],
)
def test_patterns_that_cost_or_miss_are_doubted(pattern: str, count: int):
    r"""Without three letters in a row a pattern is tried on every mail; `\b` and `\w` do not know umlauts."""
    assert len(list(doubts_about(pattern))) == count


def test_a_control_character_in_a_pattern_is_refused_with_its_remedy():
    r"""In double quotes `\b` is a backspace."""
    (problem,) = problems_of(ALICE, 'rules: {r: {when: {subject: {matches: "\\bvpn\\b"}}, then: {stop: true}}}')
    assert problem.startswith("2.yaml:1:39: rules.r.when.subject.matches: holds a control character (\\b): use single")


def test_a_rate_counts_this_mail_too():
    """The fifth within the time is the one that holds; what is counted together is the key."""
    rules = rule_that("{rate: {count: 5, within: 30m, of: sender_domain}}")
    (question,) = ask_rules(rules, MAIL).rates
    assert question == RateQuestion(RateOf.SENDER_DOMAIN, "bigco.example", timedelta(minutes=30))

    def is_held(earlier: int) -> bool:
        answers = RateAnswers({question: earlier})
        return bool(evaluate(rules, frozenset({On.REPLY}), MAIL, TICKET, answers, NOW).verdicts)

    assert (is_held(3), is_held(4)) == (False, True)


@pytest.mark.parametrize(
    ("of", "keys"),
    [
        ("address", {"bob.miller@bigco.example"}),
        ("rule", {"r"}),
        ("category", {"network", "network/vpn", "printing"}),
        ("customer", {"gold"}),
    ],
)
def test_what_a_rate_may_be_counted_under_is_asked(of: str, keys: set[str]):
    """Category and customer are only known later: all that are possible are asked."""
    rules = rule_that(f"{{rate: {{count: 2, within: 1h, of: {of}}}}}")
    assert {question.key for question in ask_rules(rules, MAIL).rates} == keys


def test_a_rule_that_cannot_hold_asks_nothing():
    """Of a thousand rules with rates only those that the mail touches cost a question."""
    rules = rule_that("{subject: printer, rate: {count: 2, within: 1h}}")
    assert ask_rules(rules, MAIL).rates == ()


@pytest.mark.parametrize("extra", ["not: {rate: {count: 3, within: 1h}}", "rate: {count: 3, within: 1h}"])
def test_a_mail_counts_for_a_rule_that_holds_but_for_its_rate(extra: str):
    """Or the count would never begin."""
    rules = rule_that(f"{{subject: {{words: vpn}}, {extra}}}")
    verdicts = evaluate(rules, frozenset({On.REPLY}), MAIL, TICKET, RateAnswers(), NOW)
    assert verdicts.counted == (Counted(RateOf.RULE, "r"),)
    other = rule_that(f"{{subject: {{words: printer}}, {extra}}}")
    assert evaluate(other, frozenset({On.REPLY}), MAIL, TICKET, RateAnswers(), NOW).counted == ()


@pytest.mark.parametrize("subject", ["VPN down in Zürich", "printer", "Fax", ""])
def test_only_rules_that_cannot_hold_are_left_out(subject: str):
    """Asking those that the mail touches comes to the same as asking all."""
    conditions = [*HOLDING.strip().splitlines(), *FAILING.strip().splitlines()]
    rules = rules_of(
        ALICE,
        DESK,
        "rules:\n"
        + "".join(f"  r{n}: {{on: any, when: {when}, then: {{tags: [t{n}]}}}}\n" for n, when in enumerate(conditions)),
    )
    for seen in (replace(MAIL, subject=subject), Seen(subject, "", "", "a@x.example")):
        few = evaluate(rules, frozenset({On.REPLY}), seen, TICKET, RateAnswers(), NOW)
        every = evaluate(rules, frozenset({On.REPLY}), seen, TICKET, RateAnswers(), NOW, in_full=True)
        assert few.verdicts == tuple(verdict for verdict in every.verdicts if verdict.is_matched)
        assert (few.done, few.after, few.counted) == (every.done, every.after, every.counted)
        assert len(every.verdicts) == len(conditions)
