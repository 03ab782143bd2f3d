"""The shipped desk: one plausible small company's, checked and tested as its administrator would."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from maild.config import SourceFile, shipped_files
from maild.model.decision import Sender, Standing, Trust
from maild.parsing import parse
from maild.rules import (
    On,
    RateAnswers,
    Rules,
    Seen,
    TicketView,
    Trial,
    TrialMail,
    Verdicts,
    effects,
    evaluate,
    parse_rules,
    see,
)
from tests.unit.rules_values import a_config

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
DESK = "support@acme.example"
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
        if name.startswith("rules/"):
            for old, new in EDITS.items():
                text = text.replace(old, new)  # noqa: PLW2901
            files.append(SourceFile(name, text))
    return parse_rules(files, a_config())


RULES = shipped()
TRIALS = [(rule.name, trial) for rule in RULES.rules for trial in rule.tests]


def raw_of(mail: TrialMail) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to) or DESK
    if mail.reply_to:
        message["Reply-To"] = ", ".join(mail.reply_to)
    message["Subject"] = mail.subject
    message["Message-ID"] = "<trial@customer.example>"
    for name, value in mail.headers:
        message[name] = value
    message.set_content(mail.text or "\n")
    return message.as_bytes()


def tried(mail: TrialMail) -> Verdicts:
    """What the rules alone say of a trial's mail, as a new one in the only queue."""
    message = parse(raw_of(mail))
    assert message.sender is not None
    sender = Sender(mail.sender, "", Standing.STRANGER, Trust(mail.trust), "", None)
    view = TicketView("new", "support", mail.sender, team="first-line")
    return evaluate(
        RULES, frozenset({On.NEW}), see(message, sender, "support", 1000, None), view, RateAnswers(), MONDAY
    )


def differences(trial: Trial, verdicts: Verdicts) -> Iterator[str]:
    expected, view = trial.expected, verdicts.after
    for name, value in expected.values.items():
        found = "spam" if name == "state" and effects.CallSpam() in [each.effect for each in verdicts.done] else None
        found = found or getattr(view, name)
        if found != value:
            yield f"{name}: {found}, not {value}"
    yield from (f"no tag {tag}" for tag in expected.tags if tag not in view.tags)
    yield from (f"field {name}: {view.fields.get(name)}" for name, value in expected.fields.items()
                if view.fields.get(name) != value)  # fmt: skip
    held = {verdict.origin.name for verdict in verdicts.verdicts}
    yield from (f"{rule} did not hold" for rule in expected.rules if f"rules.{rule}" not in held)


def test_the_shipped_files_are_sound_and_undoubted():
    """No problem and no warning: an administrator begins with a clean check."""
    assert RULES.warnings == ()


def test_the_tree_holds_every_issue_type_of_the_procedure():
    """And each has a team at its level."""
    assert set(CATEGORIES) <= set(RULES.categories)
    assert all(RULES.team_for(key, "L3") in {*RULES.teams, None} for key in RULES.categories)


@pytest.mark.parametrize(("name", "trial"), TRIALS, ids=[f"{name}-{trial.mail.subject}" for name, trial in TRIALS])
def test_a_shipped_test_passes(name: str, trial: Trial):
    """What stands beside a rule is what comes of it."""
    del name
    assert list(differences(trial, tried(trial.mail))) == []


def test_nearly_every_shipped_rule_is_tested():
    """Those without a test are about several mails."""
    untested = {rule.name for rule in RULES.rules if not rule.tests}
    assert untested == {"major-out-of-hours", "kept-waiting", "came-back"}


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
