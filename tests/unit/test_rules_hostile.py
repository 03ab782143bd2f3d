"""Whatever stands in rule files, they are read or refused: nothing else comes of them."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.errors import ConfigurationError
from maild.rules import On, RateAnswers, Seen, TicketView, ask_rules, evaluate, rule_file_schema
from tests.unit.rules_values import ALICE, problems_of, rules_of
from tests.unit.test_rules_matching import DESK, MAIL, NOW, TICKET

KEYS = sorted(
    {
        name
        for kind in (rule_file_schema(), *rule_file_schema()["$defs"].values())
        for name in kind.get("properties", {})
    }
    | {"alice", "first-line", "network", "zz", "", "12-24", "mon-fri"}
)
WORDS = st.sampled_from(
    ("always", "alice", "first-line", "network/vpn", "p1", "L2", "high", "30m", "2wd", "09:00-17:00", "2026-02-30",
     "(?P<a>x)", "(((", "{a}", "*@x.example", "team:first-line", "reply_to", "in", "new", "any", "UTC", "x" * 5000)
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
RULE = st.fixed_dictionaries({"when": VALUES, "then": VALUES}, optional={"on": VALUES, "tests": VALUES})
FILES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3) | st.fixed_dictionaries(
    {"rules": st.dictionaries(st.sampled_from(("r", "q")), RULE, max_size=2)}
)


@settings(max_examples=150)
@given(FILES)
def test_any_file_is_read_or_refused(content: dict[str, object]):
    """Every problem has a line, and what is read can be asked."""
    text = json.dumps(content)  # JSON is YAML
    try:
        rules = rules_of(ALICE, DESK, text)
    except ConfigurationError:
        assert all(problem.startswith(("3.yaml:", "maild.yaml:")) for problem in problems_of(ALICE, DESK, text))
        return
    ask_rules(rules, MAIL)
    for on in On:
        evaluate(rules, frozenset({on}), MAIL, TICKET, RateAnswers(), NOW, in_full=True)


@given(st.text(max_size=40), st.text(max_size=80), st.text(max_size=30))
def test_any_mail_can_be_asked_about(subject: str, reply: str, sender: str):
    """Control characters, lone surrogates, senders that are none."""
    text = (
        "rules: {r: {when: {text: {matches: '(?s)(?P<all>.+)'}}, then: {note: '{all}', tags: '{all}',"
        " requester: reply_to, same_ticket: '{sender}/{all}', within: 1d, field: {x: '{subject}'}}}}"
    )
    assert problems_of(ALICE, text) == []
    seen = Seen(subject=subject, reply=f"{reply}\udfff", body=reply, sender=sender, reply_to=(sender,))
    view = TicketView("new", "support", sender)
    verdicts = evaluate(rules_of(ALICE, text), frozenset({On.NEW}), seen, view, RateAnswers(), NOW)
    assert verdicts.after.priority == "p4"
