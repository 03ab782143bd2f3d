"""After a closing: the customer is asked whether it still holds, those involved in an escalation what it taught."""

from dataclasses import replace

import pytest

from maild.composing.composer import Composer
from maild.composing.mime import Encoder
from maild.desk import decide_timer
from maild.model.decision import StartTimer, StopTimers, Timer, TimerKind
from maild.model.facts import AcknowledgementCounts
from maild.model.outgoing import Meaning, Template
from maild.model.ticket import EntryKind, State
from tests.unit.desk_values import ALEX, ALICE, BOB, RING, answer_to, issued, to_bob
from tests.unit.rules_values import ALICE as ONE_PERSON
from tests.unit.rules_values import problems_of
from tests.unit.test_clocks import RULES, at
from tests.unit.test_lifecycle import LIFE, Silent

AFTER = RULES + (
    "lifecycle:\n"
    "  follow_up: {after: 7d, calendar: real, for: {priority: p1}}\n"
    "  review: {for: {level: L2}}\n"
)  # fmt: skip
KINDS = (TimerKind.FOLLOW_UP, TimerKind.REVIEW)


class Closing(Silent):
    """A ticket with the timers that follow its closing."""

    def __init__(self, text: str = AFTER) -> None:
        self.after: dict[TimerKind, StartTimer] = {}
        super().__init__(text)

    def _carry_out(self, decision, facts, now):
        for step in decision.steps:
            if isinstance(step, StopTimers):
                self.after.pop(step.kind, None)
            if isinstance(step, StartTimer) and step.kind in KINDS:
                self.after[step.kind] = step
        return super()._carry_out(decision, facts, now)

    def falls(self, kind: TimerKind, when: str) -> list[str]:
        step = self.after.pop(kind)
        timer = Timer(1, kind, self.number, 0, step.due_at, step.about)
        return self._carry_out(decide_timer(timer, self.facts(), self.house, at(when)), self.facts(), at(when)).mails

    def note(self, when: str, text: str, template: Template = Template.POST_ESCALATION_REVIEW) -> "Closing":
        mail = issued("n", template=template, meaning=Meaning.NOTE, ticket=self.number, seen=self.last_n)
        return self.take(answer_to(mail, text, ALICE, message_id=f"<{when}@acme.example>"), when, mail)


def closed(words: str = "There is fire.", level: str = "") -> Closing:
    matter = Closing().customer("10:00", words).agent("10:10", "Is the door shut?")
    if level:
        matter.by_hand("10:20", level=level)
    return matter.agent("11:00", "#close It is out.")


def test_who_brought_a_critical_matter_is_asked_again_after_a_week():
    """Once, by a mail whose answer is theirs; others are not asked."""
    matter = closed()
    assert matter.after[TimerKind.FOLLOW_UP].due_at == at("2026-11-30T11:00")
    assert matter.falls(TimerKind.FOLLOW_UP, "2026-11-30T11:00") == [f"follow-up to {BOB.address}"]
    (mail,) = matter.last.mails
    assert (mail.meaning, mail.is_capped, mail.hours) == (Meaning.CUSTOMER, True, "real")
    assert matter.known.entries[-1].text == "bob@customer.example was asked whether it still holds."
    assert matter.after == {}
    assert closed("It is dead.").after == {}


def test_a_matter_that_goes_on_is_not_asked_about():
    """Its customer wrote, or it was merged: the timer stops, and starts anew with the next closing."""
    matter = closed().customer("12:00", "It burns again.")
    assert (matter.state, matter.after) == (State.OPEN, {})
    matter.agent("13:00", "#close It is out again.")
    assert matter.after[TimerKind.FOLLOW_UP].due_at == at("2026-11-30T13:00")
    merged = closed()
    merged.by_hand("12:00", state="open")
    assert merged.after == {}


@pytest.mark.parametrize(
    ("words", "state"),
    [("no", State.OPEN), ("The door is jammed.", State.OPEN), ("Thanks!", State.CLOSED), ("yes", State.CLOSED)],
)
def test_the_answer_to_it_is_the_customers(words: str, state: State):
    """What is wrong opens the ticket again; yes and thanks leave it closed."""
    matter = closed()
    matter.falls(TimerKind.FOLLOW_UP, "2026-11-30T11:00")
    mail = replace(to_bob(ticket=matter.number), template=Template.FOLLOW_UP)
    matter.take(answer_to(mail, words, BOB, message_id="<late@c.example>"), "2026-11-30T12:00", mail)
    assert matter.state is state


def test_a_follow_up_keeps_to_the_caps_and_says_whom_it_could_not_ask():
    """An hour later; or nobody, and the history says why."""
    matter = closed()
    matter.counts = {BOB.address: AcknowledgementCounts(address_hour=99)}
    assert matter.falls(TimerKind.FOLLOW_UP, "2026-11-30T11:00") == []
    assert matter.after[TimerKind.FOLLOW_UP].due_at == at("2026-11-30T12:00")
    matter.counts = {}
    matter.known = replace(matter.known, threads={})
    assert matter.falls(TimerKind.FOLLOW_UP, "2026-11-30T12:00") == []
    assert "never got a mail" in matter.known.entries[-1].text


def test_those_involved_are_asked_what_an_escalation_taught():
    """Who has it, who leads, and who wrote on it; once, though it is closed again."""
    matter = Closing().customer("10:00", "There is fire.").agent("10:10", "#note\nIt is the boiler.", ALEX)
    matter.by_hand("10:20", level="L2").agent("11:00", "#close It is out.")
    told = sorted(matter.falls(TimerKind.REVIEW, "11:00"))
    assert told == [f"post-escalation-review to {who}@acme.example" for who in ("alex", "alice", "dana")]
    matter.customer("12:00", "It burns again.").agent("13:00", "#close It is out again.")
    assert matter.falls(TimerKind.REVIEW, "13:00") == []
    assert TimerKind.REVIEW not in closed(level="L3").after


def test_an_answer_to_a_review_is_a_note_for_the_lessons_and_opens_nothing():
    """A note on another mail is none."""
    matter = closed(level="L2")
    matter.falls(TimerKind.REVIEW, "11:00")
    matter.note("12:00", "What went well: the door was shut.")
    entry = matter.known.entries[-1]
    assert (entry.kind, entry.flags, matter.state) == (EntryKind.NOTE, ("review",), State.CLOSED)
    matter.note("12:10", "The boiler is new.", Template.ESCALATED)
    assert matter.known.entries[-1].flags == ()


def test_a_review_shows_how_it_went():
    """A line for each entry, with what changed."""
    matter = closed(level="L2")
    matter.falls(TimerKind.REVIEW, "11:00")
    composer = Composer(matter.house.desk, matter.house.rules, RING, {})
    mail = composer.compose(matter.last.mails[0], matter.last, matter.facts(), "f" * 16, at("11:00"), encoder=Encoder())
    lines = mail.quoted.split("\n")
    assert "23 Nov 2026, 10:00 GMT  bob@customer.example: There is fire." in lines
    assert "23 Nov 2026, 10:20 GMT  Rita Root: (level L2)" in lines
    assert not any("  rules: " in line for line in lines)
    assert any("state closed" in line for line in lines)
    assert "This ticket was escalated to L2 and is closed now. What did it teach?" in mail.ours


def test_silence_has_words_of_its_own():
    """What is taken for solved, or closed, because nobody answered says so, in both languages."""
    matter = Silent(LIFE).customer("10:00").agent("11:00", "#wait\nWhich version is it?")
    composer = Composer(matter.house.desk, matter.house.rules, RING, {})
    said = []
    while matter.step is not None:
        due_at = matter.step.due_at
        matter.lapses(f"{due_at:%Y-%m-%dT%H:%M:%S}")
        for mail in matter.last.mails:
            for language in ("en", "de"):
                known = replace(matter.known, ticket=replace(matter.known.ticket, language=language))
                facts = replace(matter.facts(), tickets={matter.number: known})
                bare = replace(matter.last, steps=())
                said.append(composer.compose(mail, bare, facts, "f" * 16, due_at, encoder=Encoder()).ours)
    assert "and heard nothing, so we take it for solved" in said[4]
    assert "nachgefragt und nichts gehört" in said[5]
    assert "we have heard nothing more" in said[6]
    assert "haben wir nichts mehr gehört" in said[7]


@pytest.mark.parametrize(
    ("life", "complaint"),
    [
        ("{follow_up: {after: 7d}}", "'7d': days have no length in a calendar: write wd, or"),
        ("{follow_up: {after: 9999wd}}", "lifecycle.follow_up.after: 9999wd in real: from 2026-01-05"),
        ("{follow_up: {after: 1wd, calendar: nope}}", "follow_up.calendar: there is no calendar 'nope'"),
        ("{follow_up: {after: 1wd, for: {category: nope}}}", "follow_up.for.category: there is no category 'nope'"),
        ("{review: {ask: [lead]}}", "lifecycle.review: 'for' is missing"),
        ("{review: {for: {level: L2}, ask: [requester]}}", "review.ask[0]: nobody outside is told by this"),
        ("{review: {for: {level: L2}, ask: [bob]}}", "review.ask[0]: there is no person 'bob'"),
    ],
)
def test_what_never_comes_or_asks_nobody_is_refused(life: str, complaint: str):
    """By its key."""
    (problem,) = problems_of(ONE_PERSON, f"lifecycle: {life}")
    assert complaint in problem
