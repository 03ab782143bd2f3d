"""`#report` by mail: figures of what one may see, and nothing else."""

from dataclasses import replace

import pytest

from maild.desk import ask
from maild.model.decision import Decision
from maild.model.reports import ReportFacts, ReportQuestion
from maild.model.ticket import Confidence
from tests.unit.desk_values import (
    ALICE,
    BOB,
    HOUSE,
    NOW,
    PASS,
    a_message,
    a_ticket,
    an_entry,
    answer_to,
    decided,
    entries_of,
    facts,
    issued,
    known,
)
from tests.unit.report_values import Told

NOTICE = issued(seen=1)


def commanded(text: str, reports: dict[ReportQuestion, ReportFacts] | None = None) -> Decision:
    """Decide about an answer of Alice's to a notice of #1042."""
    there = facts(NOTICE, tickets={1042: known(a_ticket(), an_entry())}, reports=reports or {})
    return decided(answer_to(NOTICE, text), there, PASS, HOUSE)


def test_report_tells_the_figures_of_what_one_may_see():
    """A confidential ticket of another team is in no figure; nothing is entered, and only who asks is told."""
    seen, hidden = (Told(number, -2).then(-1, state="resolved").log for number in (1001, 1002))
    logs = ReportFacts((seen, replace(hidden, confidential=Confidence.TEAM, team="empty")))
    line = f"{NOW:%Y-%m-%d} volume by team"

    decision = commanded(f"#report {line}", {ReportQuestion(f"{NOW:%Y-%m-%d}", HOUSE.desk.timezone): logs})

    (told,) = decision.mails
    assert (entries_of(decision), told.to) == ([], ALICE.address)
    assert "  all: opened 1, resolved 1, reopen rate 0%" in told.text.splitlines()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#report 2026-13", "is not in the calendar"),
        ("#report by mood", "there is no such group"),
        ("#report volume soon", "is no period"),
        ("#report 2999", "has not begun yet"),
        ("#report 2025", "of a month at most"),  # the store gave nothing for it
    ],
)
def test_what_cannot_be_told_is_refused(line: str, why: str):
    """With what to write instead."""
    (told,) = commanded(line).mails

    assert why in " ".join(told.about)


def test_only_the_house_lets_the_store_read_for_a_report():
    """Whoever else writes the line costs nothing, and one mail costs one report."""
    text = "#report last-week sla\n#report 2026-11"

    assert ask(a_message(BOB, text), None, HOUSE).reports == ()
    assert ask(a_message(ALICE, text), None, HOUSE).reports == (ReportQuestion("last-week", HOUSE.desk.timezone),)
