"""The shipped desk: one plausible small company's, checked and tested as its administrator would."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild.config import SourceFile, shipped_files
from maild.desk.trials import try_out
from maild.model.rates import RateOf
from maild.parsing import parse
from maild.rules import (
    On,
    RateAnswers,
    RateQuestion,
    Rule,
    Rules,
    Seen,
    TicketView,
    Trial,
    effects,
    evaluate,
    parse_rules,
)
from maild.trying import arrival_of
from tests.unit.desk_values import HOUSE
from tests.unit.rules_values import a_config

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
# What only its administrator knows.
EDITS = {"name: CHANGE ME ": "name: Alex Reyes ", "alex@yours.invalid": "alex@acme.example"}
# Issue types that the procedure names.
CATEGORIES = (
    "account/access", "account/password-reset", "hardware/installation", "software/installation", "network",
    "network/vpn", "mail", "printing", "billing", "remote-session", "how-to", "outage", "complaint",
)  # fmt: skip


def shipped() -> Rules:
    files = []
    for name, text in shipped_files().items():
        if name.startswith("rules/") and name.endswith(".yaml"):
            for old, new in EDITS.items():
                text = text.replace(old, new)  # noqa: PLW2901
            files.append(SourceFile(name, text))
    return parse_rules(files, a_config(data={"contacts.csv": shipped_files()["rules/contacts.csv"]}))


RULES = shipped()
SHIPPED = replace(HOUSE, rules=RULES)
TRIALS = [(rule, trial) for rule in RULES.rules for trial in rule.tests]


def test_the_shipped_files_are_sound_and_undoubted():
    """No problem and no warning: an administrator begins with a clean check."""
    assert RULES.warnings == ()


def test_the_tree_holds_every_issue_type_of_the_procedure():
    """And each has a team at its level."""
    assert set(CATEGORIES) <= set(RULES.categories)
    assert all(RULES.team_for(key, "L3") in {*RULES.teams, None} for key in RULES.categories)


@pytest.mark.parametrize(
    ("rule", "trial"), TRIALS, ids=[f"{rule.name}-{each.mails[0][0].subject}" for rule, each in TRIALS]
)
def test_a_shipped_test_passes(rule: Rule, trial: Trial):
    """What stands beside a rule is what comes of it."""
    arrivals = [arrival_of(mail, at, SHIPPED) for mail, at in trial.mails]
    assert try_out(rule, trial, [(parse(each.raw), each) for each in arrivals], SHIPPED).wrong == ()


def test_nearly_every_shipped_rule_is_tested():
    """Those without a test are about several mails."""
    untested = {rule.name for rule in RULES.rules if not rule.tests}
    assert untested == {"major-out-of-hours", "kept-waiting", "came-back", "mail-outage"}


def wanted(on: On, answers: RateAnswers, now: datetime, **ticket: object) -> tuple[TicketView, list[effects.Effect]]:
    """What comes of a mail about VPN."""
    view = replace(TicketView("new", "support", "bob@customer.example", team="first-line"), **ticket)  # type: ignore[arg-type]
    seen = Seen(subject="VPN", reply="VPN is down", body="", sender="bob@customer.example", standing="stranger")
    verdicts = evaluate(RULES, frozenset({on}), seen, view, answers, now)
    return verdicts.after, [done.effect for done in verdicts.done]


def test_a_major_matter_at_night_is_told_to_the_lead():
    """By day the team is there."""
    to_lead = effects.Notify(effects.Whom(effects.WhomKind.LEAD))
    assert to_lead not in wanted(On.NEW, RateAnswers(), MONDAY, is_major=True, priority="p1")[1]
    assert to_lead in wanted(On.NEW, RateAnswers(), MONDAY.replace(hour=22), is_major=True, priority="p1")[1]


def test_whoever_is_kept_waiting_or_comes_back_is_looked_after():
    """The third mail without an answer, and the second time that it was not solved."""
    known = {"impact": "moderate", "urgency": "medium", "priority": "p4", "category": "network", "state": "open"}
    assert wanted(On.REPLY, RateAnswers(), MONDAY, **known, unanswered=2)[0].priority == "p4"
    assert wanted(On.REPLY, RateAnswers(), MONDAY, **known, unanswered=3)[0].priority == "p3"
    assert wanted(On.REOPENED, RateAnswers(), MONDAY, **known, reopened=1)[0].level is None
    assert wanted(On.REOPENED, RateAnswers(), MONDAY, **known, reopened=2)[0].level == "L2"


def test_the_same_failure_for_many_goes_to_the_managers():
    """The fifth within half an hour, of that very category."""
    to_managers = effects.Notify(effects.Whom(effects.WhomKind.MANAGERS))
    question = RateQuestion(RateOf.CATEGORY, "network/vpn", timedelta(minutes=30))
    of_another = replace(question, key="network")
    assert to_managers not in wanted(On.NEW, RateAnswers({question: 3, of_another: 9}), MONDAY)[1]
    view, done = wanted(On.NEW, RateAnswers({question: 4}), MONDAY)
    assert {to_managers, effects.JoinIncident("Network outage")} <= set(done)
    assert (view.impact, view.urgency, view.priority) == ("significant", "critical", "p1")


def test_the_procedure_names_what_there_is():
    """Its table has all seventeen parts, names every shipped file, and none that is not there."""
    page = (Path(__file__).parents[2] / "docs" / "procedure.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if re.match(r"\| \d+ ", line)]
    assert [int(row[0].split()[0]) for row in rows] == list(range(1, 18))

    named = set(re.findall(r"`([\w-]+\.(?:yaml|csv))`", page))
    assert named == {name.removeprefix("rules/") for name in shipped_files() if name.startswith("rules/")}
    templates = Path(__file__).parents[2] / "maild" / "templates" / "en"
    assert all((templates / name).exists() for name in re.findall(r"`([\w-]+\.txt)`", page))
    rules = {rule.name: rule.place.file.removeprefix("rules/") for rule in RULES.rules}
    of_rules = [(name, file) for name, file in re.findall(r"`([\w-]+)` in `([\w-]+\.yaml)`", page) if name in rules]
    assert len(of_rules) > 4
    assert all(rules[name] == file for name, file in of_rules)
