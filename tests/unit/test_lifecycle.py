"""Silence: the customer is reminded, the ticket resolved or closed, and opened again for a while."""

import pytest

from maild.desk import live_on
from maild.model.decision import StartTimer, StopTimers, Timer, TimerKind
from maild.model.ticket import State
from tests.unit.desk_values import BOB
from tests.unit.rules_values import ALICE, problems_of
from tests.unit.test_clocks import RULES, Matter, at

LIFE = (
    RULES
    + """\
lifecycle:
  waiting:  {remind: [2wd, 5wd], resolve_after: 7wd}
  resolved: {close_after: 3wd}
  closed:   {reopen_within: 14d, calendar: real}
"""
)


class Silent(Matter):
    """A ticket of which nobody says anything for a while."""

    def __init__(self, text: str = LIFE) -> None:
        super().__init__(text)
        self.silences: dict[str, object] = {}

    def _carry_out(self, decision, facts, now):
        for step in decision.steps:
            if isinstance(step, StopTimers) and step.kind is TimerKind.LIFECYCLE:
                self.silences.clear()
            if isinstance(step, StartTimer) and step.kind is TimerKind.LIFECYCLE:
                self.silences[step.about] = step.due_at
        return super()._carry_out(decision, facts, now)

    def until(self, when: str) -> list[str]:
        """Let silence come to what it comes to; say when, and what is written."""
        told = []
        while self.silences and min(self.silences.values()) <= at(when):
            about = min(self.silences, key=lambda each: self.silences[each])
            now = self.silences.pop(about)
            timer = Timer(1, TimerKind.LIFECYCLE, self.number, 0, now, about)
            self.kept(live_on(timer, self.facts(), self.house, now), f"{now:%Y-%m-%dT%H:%M:%S}")
            told += [f"{now:%m-%d %H:%M} {mail}" for mail in self.mails]
        return told


def test_a_customer_who_does_not_answer_is_reminded_and_the_ticket_ends():
    """After two and five working days; resolved after seven, and closed three days later."""
    matter = Silent().customer("09:00").agent("10:00", "#wait\nWhich tray?")
    assert matter.until("2026-12-31T10:00") == [
        f"11-25 10:00 waiting-reminder to {BOB.address}",
        f"11-30 10:00 waiting-reminder to {BOB.address}",
        f"12-02 10:00 resolved to {BOB.address}",
        f"12-07 10:00 closed to {BOB.address}",
    ]
    assert matter.known.ticket.state is State.CLOSED


def test_an_answer_ends_the_silence():
    """And an agent's next words begin it anew."""
    matter = Silent().customer("09:00").agent("10:00", "#wait\nWhich tray?")
    matter.agent("2026-11-24T10:00", "#wait\nThe upper one?")
    assert matter.silences["remind 1"] == at("2026-11-26T10:00")
    matter.customer("2026-11-25T10:00", "The second.")
    assert matter.silences == {}
    matter.agent("2026-11-25T11:00", "#resolve Restarted it.")
    assert matter.silences == {"close": at("2026-11-30T11:00")}
    matter.customer("2026-11-26T11:00", "It is broken again.")
    assert matter.silences == {}


def test_words_open_a_closed_ticket_for_a_while():
    """Later ones open another; how long is the lifecycle's word."""
    closed = Silent().customer("09:00").agent("10:00", "#close\nDone.")
    assert closed.customer("2026-12-07T09:59", "It is broken again.").known.ticket.state is State.OPEN
    late = Silent().customer("09:00").agent("10:00", "#close\nDone.")
    late.customer("2026-12-07T10:01", "It is broken again.")
    assert late.known.ticket.state is not State.OPEN
    short = (
        Silent(LIFE.replace("reopen_within: 14d", "reopen_within: 1d"))
        .customer("09:00")
        .agent("10:00", "#close\nDone.")
    )
    short.customer("2026-11-25T10:00", "It is broken again.")
    assert short.known.ticket.state is not State.OPEN


def test_without_a_lifecycle_nobody_is_reminded():
    """And a closed ticket is opened again for two weeks."""
    matter = Silent(RULES).customer("09:00").agent("10:00", "#wait\nWhich tray?")
    assert matter.silences == {}
    matter.agent("11:00", "#close\nDone.").customer("2026-12-06T11:00", "It is broken again.")
    assert matter.known.ticket.state is State.OPEN


@pytest.mark.parametrize(
    ("life", "complaint"),
    [
        ("{waiting: {remind: [2d]}}", "lifecycle.waiting: '2d': days have no length in a calendar: write wd, or"),
        ("{resolved: {close_after: 9999wd}}", "lifecycle.resolved.close_after: 9999wd in real: from 2026-01-05"),
        ("{closed: {reopen_within: 0d, calendar: real}}", "closed.reopen_within: '0d' is no time at all"),
        ("{closed: {reopen_within: 1wd, calendar: nope}}", "closed.calendar: there is no calendar 'nope'"),
        ("{waiting: {remind: [1h, 2h, 3h, 4h, 5h, 6h]}}", "lifecycle.waiting: more than 5 reminders"),
        (
            "{waiting: {remind: [5wd, 2wd]}}",
            "lifecycle.waiting: a reminder is due before the one that stands before it",
        ),
        ("{waiting: {remind: [2wd], resolve_after: 2wd}}", "lifecycle.waiting: a reminder is due before the one that"),
        ("{update: {send: draft}}", "lifecycle: 'update': not yet"),
    ],
)
def test_a_lifecycle_that_does_not_hold_is_refused(life: str, complaint: str):
    """Each with its key."""
    (problem,) = problems_of(ALICE, f"lifecycle: {life}")
    assert complaint in problem
