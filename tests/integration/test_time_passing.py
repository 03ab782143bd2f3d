"""Time at a desk with a real store: a ticket through a night, and daemons that die on the way."""

import os
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from maild.carrying import Desk, InForce
from maild.composing import Composer
from maild.desk import keep_time
from maild.desk.case import Sheet, entry_of
from maild.desk.recomputing import Changed, clock_faults
from maild.model.decision import TimerKind
from maild.model.facts import Facts, Want
from maild.model.outgoing import MailState, Meaning, Template
from maild.model.ticket import Cause, CauseKind, EntryKind, State
from maild.store import Store
from maild.store.promises import check_ticket
from maild.timing import Timing
from tests.integration.hearing import hearing
from tests.integration.store.values import (
    BOB,
    FIRST,
    a_decision,
    a_mail,
    a_work,
    an_entry,
    answer,
    asking,
    carry_out,
    opening,
    take_one,
)
from tests.unit.desk_values import ALICE, RING
from tests.unit.test_clocks import RULES, a_house, at
from tests.unit.test_ladders import LADDERS
from tests.unit.test_lifecycle import LIFE

MORNING = "2026-11-24T03:00"
ONE_NIGHT = [
    ("10:20", Template.ESCALATED),
    ("10:24", Template.BREACH_WARNING),
    ("10:30", Template.BREACHED),
    *(("12:00", Template.ESCALATED) for _ in range(3)),
    *(("14:00", Template.BREACHED) for _ in range(3)),  # no step of the ladder is for the solution: all in charge hear
    *(("14:00", Template.ESCALATED) for _ in range(3)),
    ("18:00", Template.ESCALATED),
    ("22:00", Template.ESCALATED),
    ("02:00", Template.ESCALATED),
]


class Night:
    """A ticket in a store, and a clock that goes from one due instant to the next."""

    def __init__(self, folder: Path, rules: str = LADDERS) -> None:
        self.now = at("10:00")
        self.house = a_house(rules)
        self.store = Store.open(folder / "state", None, first_number=FIRST)
        parts = Desk(Composer(self.house.desk, self.house.rules, RING, {}), self.clock, os.urandom)
        self.in_force = InForce(self.house, parts)

    def clock(self) -> datetime:
        return self.now

    def open_ticket(self) -> None:
        arrival = take_one(self.store, FIRST, self.now)
        opened = a_decision(opening(FIRST), an_entry(FIRST, 1, "<1@c.example>"))
        urgent = keep_time(_as_p1(opened), Facts(FIRST), self.house, self.now)
        assert carry_out(self.store, a_work(arrival, urgent), now=self.now) == ()

    def pass_until(self, when: str) -> None:
        """Let each due instant come; a daemon takes its timer in hand and dies, the next one does it."""
        lives = 0
        while (due_at := self.store.read(lambda reader: reader.next_timer_at())) is not None and due_at <= at(when):
            self.now, lives = max(due_at, self.now), lives + 1
            dead = self.store.write(lambda tx, life=lives: tx.claim_timers(f"dead {life}", 1, self.now))
            assert len(dead) == 1
            self.store.write(lambda tx: tx.void_claims(self.now))
            Timing(self.store, self.in_force, f"alive {lives}").fire_due()

    def told(self) -> list[tuple[str, Template]]:
        mails = self.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))
        return [(f"{mail.created_at:%H:%M}", mail.template) for mail in reversed(mails)]

    def ask_bob(self, now: datetime) -> None:
        """Let an agent's question go out, and the ticket wait for its answer."""
        arrival = take_one(self.store, FIRST + 1, now)
        facts = answer(self.store, asking(numbers=(FIRST,)), now)
        known = facts.tickets[FIRST]
        sheet = Sheet(Cause(CauseKind.MESSAGE, "<2@acme.example>"), "alice", known.ticket, known.last_n)
        sheet.set_state(State.WAITING)
        sheet.enter(FIRST, EntryKind.AGENT, "Which tray is it?")
        decision = keep_time(sheet.decision(entry_of(FIRST), None), facts, self.house, now)
        assert carry_out(self.store, a_work(arrival, decision, a_mail(FIRST)), now=now) == ()


def _as_p1(decision):
    steps = (replace(decision.steps[0], priority="p1", team="first-line"), *decision.steps[1:])
    return replace(decision, steps=steps)


def test_every_step_and_breach_happens_once_though_daemons_die(tmp_path: Path):
    """None early, none lost, none twice; and what is stored adds up."""
    night = Night(tmp_path)
    night.open_ticket()
    with hearing() as heard:
        night.pass_until(MORNING)
    assert night.told() == ONE_NIGHT
    # What falls due with a breach in the same second was started anew by it: it is done once, and not in vain first.
    assert heard.find("decision_stale") == []
    entries = night.store.read(lambda reader: reader.entries_of(FIRST))
    breached = [entry.flags for entry in entries if "breached" in entry.flags]
    assert breached == [("breached", "first_response"), ("breached", "resolution")]
    (seen,) = night.store.read(lambda reader: reader.tickets_after(0))
    (clocks,) = night.store.read(lambda reader: reader.clocks_after(0))
    assert list(check_ticket(seen)) == []
    changes = [Changed(*each) for each in clocks.changes]
    assert list(clock_faults(clocks.clocks, changes, night.house.rules.calendars)) == []
    night.store.close()


def test_a_desk_that_stood_still_tells_at_once_and_says_so(tmp_path: Path):
    """Paused from noon to midnight: what fell due meanwhile is told together, once."""
    night = Night(tmp_path)
    night.open_ticket()
    with hearing():
        night.pass_until("10:30")
        night.now = at("23:00")
        Timing(night.store, night.in_force, "late").fire_due()
    late = [told for told in night.told() if told[0] == "23:00"]
    assert sorted(late) == [("23:00", each) for each in (Template.BREACHED, Template.ESCALATED) for _ in range(3)]
    texts = [entry.text for entry in night.store.read(lambda reader: reader.entries_of(FIRST))]
    assert sum("desk stood still" in text for text in texts) == 2
    night.store.close()


def test_silence_comes_to_its_end_though_daemons_die(tmp_path: Path):
    """Reminded twice, taken for solved, closed: each once, with a mail to the customer, and what is stored adds up."""
    night = Night(tmp_path, LIFE)
    night.open_ticket()
    night.ask_bob(night.now)
    with hearing():
        night.pass_until("2026-12-31T00:00")
    mails = night.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))
    outside = [(mail.template, f"{mail.created_at:%m-%d}") for mail in reversed(mails) if mail.recipient == BOB.address]
    assert outside[1:] == [  # p1 is counted day and night: 2, 5 and 7 days, then 3
        (Template.WAITING_REMINDER, "11-25"),
        (Template.WAITING_REMINDER, "11-28"),
        (Template.RESOLVED, "11-30"),
        (Template.CLOSED, "12-03"),
    ]
    (seen,) = night.store.read(lambda reader: reader.tickets_after(0))
    assert list(check_ticket(seen)) == []
    closed_at = mails[0].created_at
    facts = answer(night.store, asking(numbers=(FIRST,), wants=frozenset({Want.OUTSIDERS})), closed_at)
    assert facts.tickets[FIRST].ticket.state is State.CLOSED
    assert facts.requesters[BOB.address].address_hour == 1  # the caps know of the closing mail
    night.store.close()


REPORTS = """\
reports:
  morning: {to: alice, at: "08:45", parts: [mine-by-due]}
  evening: {to: managers, at: "17:00", days: mon-fri, calendar: office, parts: [open-by-due, breached, volume]}
"""


def test_each_report_comes_once_though_daemons_die(tmp_path: Path):
    """Each occasion is claimed by a daemon that died first; on Saturday the office is closed."""
    night = Night(tmp_path, RULES + REPORTS)
    night.now = at("2026-11-27T10:00")
    night.open_ticket()
    with hearing():
        Timing(night.store, night.in_force, "first life").fire_due()
        night.pass_until("2026-11-29T12:00")
    mails = night.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))
    by_schedule = [mail for mail in reversed(mails) if mail.template is Template.DAILY_REPORT]
    assert [(mail.recipient, f"{mail.created_at:%d %H:%M}") for mail in by_schedule] == [
        ("dana@acme.example", "27 17:00"),
        (ALICE.address, "28 08:45"),
        (ALICE.address, "29 08:45"),
    ]
    sent = night.store.read(lambda reader: reader.wire_of(by_schedule[0].id))
    report = message_from_bytes(sent, policy=default)
    words = report.get_body(("plain",)).get_content()
    assert "* all: opened 1, left 1" in words
    assert [each.get_content()[:4] for each in report.iter_attachments()] == [b"\x89PNG"]
    assert "* #1001 p1 No dial tone, with nobody · first answer was due 27 Nov 2026, 10:30 GMT" in words
    assert "* #1001 p1 No dial tone · solution was due 27 Nov 2026, 14:00 GMT · nobody said why" in words
    night.store.close()


AFTERWARDS = """\
lifecycle:
  update: {send: draft}
  follow_up: {after: 7d, calendar: real}
  review: {for: {level: [L2, L3]}}
"""


def test_what_time_writes_about_updates_and_after_a_closing_is_stored_once(tmp_path: Path):
    """An overdue update is a draft that waits for its #send; a closing is reviewed at once, followed up in a week."""
    night = Night(tmp_path, LADDERS + AFTERWARDS)
    night.open_ticket()
    night.ask_bob(night.now)  # so that Bob had a mail in this matter
    _moves(night, at("10:30"), State.OPEN, "We look into it.")
    with hearing():
        night.pass_until("11:31")
        timers = night.store.read(lambda reader: reader.timers_of(FIRST))
        (token,) = [timer.about for timer in timers if timer.kind is TimerKind.DRAFT]
        asked = asking(numbers=(FIRST,), drafts=(token,))
        (draft,) = answer(night.store, asked, night.now).drafts.values()
        assert (draft.meaning, draft.text, draft.author, draft.state) == (Meaning.UPDATE, "", "dana", "open")
        night.pass_until("13:00")
        _moves(night, at("13:30"), State.CLOSED, "It is out.")
        night.pass_until("2026-12-31T00:00")
    after = [
        (mail.template, f"{mail.created_at:%m-%d %H:%M}") for mail in _mails(night) if mail.created_at >= at("13:31")
    ]
    assert after == [(Template.FOLLOW_UP, "11-30 13:30")]
    reviewed = [mail.recipient for mail in _mails(night) if mail.template is Template.POST_ESCALATION_REVIEW]
    assert sorted(reviewed) == [ALICE.address, "dana@acme.example"]
    (seen,) = night.store.read(lambda reader: reader.tickets_after(0))
    assert list(check_ticket(seen)) == []
    night.store.close()


def _mails(night: Night):
    return list(reversed(night.store.read(lambda reader: reader.list_mails([MailState.WAITING], 100))))


def _moves(night: Night, now: datetime, state: State, words: str) -> None:
    """Let an agent write to the customer and bring the ticket to a state."""
    night.now = now
    facts = answer(night.store, asking(numbers=(FIRST,)), now)
    known = facts.tickets[FIRST]
    arrival = take_one(night.store, 100 + known.last_n, now)
    sheet = Sheet(Cause(CauseKind.MESSAGE, f"<{known.last_n}@acme.example>"), "alice", known.ticket, known.last_n)
    sheet.set_state(state)
    sheet.enter(FIRST, EntryKind.AGENT, words)
    decision = keep_time(sheet.decision(entry_of(FIRST), None), facts, night.house, now)
    assert carry_out(night.store, a_work(arrival, decision), now=now) == ()
