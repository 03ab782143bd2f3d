"""Overdue updates of the customer: a draft that an agent lets go, the desk's own mail, or only who is told."""

from dataclasses import replace

import pytest

from maild.composing.composer import Composer
from maild.composing.mime import Encoder
from maild.desk import remind_of_draft
from maild.desk.recomputing import Changed, clock_faults
from maild.model.clocks import ClockName
from maild.model.decision import CloseDraft, KeepDraft, Timer, TimerKind
from maild.model.facts import AcknowledgementCounts, Draft, DraftState, Facts
from maild.model.outgoing import Author, Meaning, Template, Thread
from maild.model.ticket import EntryKind
from tests.unit.desk_values import ALICE, BOB, RING, answer_to, issued
from tests.unit.rules_values import ALICE as ONE_PERSON
from tests.unit.rules_values import problems_of
from tests.unit.test_clocks import RULES, at
from tests.unit.test_lifecycle import Silent

DRAFT = RULES + "lifecycle: {update: {send: draft}}\n"
AUTO = RULES + "lifecycle: {update: {send: auto}}\n"
OFF = RULES + "lifecycle: {update: {send: off}}\n"


class Updating(Silent):
    """A p1 ticket that was answered at 10:10, so that its next update is due at 11:10; drafts are kept."""

    def __init__(self, text: str) -> None:
        self.drafts: dict[str, Draft] = {}
        self.absences = {}
        super().__init__(text)
        self.customer("10:00", "There is fire.").agent("10:10")

    def facts(self, *mails) -> Facts:
        return replace(super().facts(*mails), drafts=self.drafts, absences=self.absences)

    def _carry_out(self, decision, facts, now):
        for step in decision.steps:
            if isinstance(step, KeepDraft):
                self.drafts[step.token] = Draft(
                    *(step.token, step.number, step.author, step.meaning, step.text, step.reasons, None),
                    *((), DraftState.OPEN, now, step.commands),
                )
            if isinstance(step, CloseDraft):
                self.drafts[step.token] = replace(self.drafts[step.token], state=step.state)
        return super()._carry_out(decision, facts, now)

    @property
    def draft(self) -> Draft:
        (draft,) = self.drafts.values()
        return draft

    def answers(self, when: str, text: str) -> "Updating":
        mail = issued(
            "d", template=Template.DRAFT, meaning=Meaning.DRAFT, ticket=self.number, seen=self.last_n,
            draft=self.draft.token, ours="Answer → nobody", quoted="",
        )  # fmt: skip
        return self.take(answer_to(mail, text, ALICE, message_id=f"<{when}@acme.example>"), when, mail)


def test_an_overdue_update_is_a_draft_to_who_has_the_ticket():
    """The breach is entered, the lead told; whoever has it gets the draft and nothing besides."""
    matter = Updating(DRAFT).falls_due("update", "11:10")
    assert matter.mails == ["draft to alice@acme.example", "breached to dana@acme.example"]
    assert (matter.draft.author, matter.draft.meaning, matter.draft.text) == ("alice", Meaning.UPDATE, "")
    assert "breached" in matter.known.entries[-1].flags


@pytest.mark.parametrize(
    ("answer", "words"), [("#send", ""), ("The fire brigade is here.\n#send", "The fire brigade is here.")]
)
def test_send_lets_the_update_go_and_words_above_go_instead(answer: str, words: str):
    """It is a status update to the customer by a person, and the next one is due an hour later."""
    matter = Updating(DRAFT).falls_due("update", "11:10").answers("11:15", answer)
    assert matter.mails[0] == f"status-update to {BOB.address}"
    (mail,) = [mail for mail in matter.last.mails if mail.person is None]
    assert (mail.text, mail.by, mail.author) == (words, "alice", Author.PERSON)
    assert matter.draft.state == DraftState.SENT
    assert matter.timers["update"] == at("12:15")


def test_words_without_send_stay_a_draft_of_an_update():
    """And go out as one once they are sent."""
    matter = Updating(DRAFT).falls_due("update", "11:10").answers("11:15", "The fire brigade is here.")
    assert matter.mails == ["draft to alice@acme.example"]
    new = next(draft for draft in matter.drafts.values() if draft.state == DraftState.OPEN)
    assert (new.meaning, new.text) == (Meaning.UPDATE, "The fire brigade is here.")


def test_a_draft_shows_the_update_as_its_customer_reads_it():
    """In the customer's language, though the agent reads English; without when the next word is due."""
    matter = Updating(DRAFT)
    matter.known = replace(matter.known, ticket=replace(matter.known.ticket, language="de"))
    matter.falls_due("update", "11:10")
    (wanted,) = [mail for mail in matter.last.mails if mail.template is Template.DRAFT]
    composer = Composer(matter.house.desk, matter.house.rules, RING, {})
    mail = composer.compose(wanted, matter.last, matter.facts(), "f" * 16, at("11:10"), encoder=Encoder())
    assert "Guten Tag Bob Miller," in mail.quoted
    assert "11:10" not in mail.quoted
    assert "This status update has not gone out." in mail.ours


def test_a_draft_that_is_not_needed_any_more_is_dropped_instead_of_brought_to_mind():
    """The customer heard meanwhile; as long as they did not, its author is reminded."""
    for answers, state in ((False, DraftState.OPEN), (True, DraftState.DISCARDED)):
        matter = Updating(DRAFT).falls_due("update", "11:10")
        if answers:
            matter.agent("11:20", "The fire brigade is here.")
        timer = Timer(1, TimerKind.DRAFT, matter.number, 0, at("11:40"), matter.draft.token)
        matter.kept(remind_of_draft(timer, matter.facts(), matter.house, at("11:40")), "11:40")
        assert (matter.draft.state, matter.mails) == (state, [] if answers else ["draft to alice@acme.example"])


def test_the_lead_gets_the_draft_where_nobody_has_the_ticket():
    """And where whoever has it is away by their own word: they have nothing to send."""
    matter = Updating(DRAFT)
    matter.by_hand("10:20", assignee="")
    matter.falls_due("update", "11:10")
    assert matter.draft.author == "dana"
    matter = Updating(DRAFT)
    matter.absences = {"alice": at("18:00")}
    assert matter.falls_due("update", "11:10").mails == ["draft to dana@acme.example"]


def test_who_is_away_hears_of_no_breach_while_others_are_here():
    """Those who lead hear instead; where they are away too, who administers."""
    for away, told in (("alice", ["dana"]), ("dana", ["alice"]), ("alice dana", ["rita"])):
        matter = Updating(OFF)
        matter.absences = dict.fromkeys(away.split(), at("18:00"))
        matter.falls_due("update", "11:10")
        assert matter.mails == [f"breached to {who}@acme.example" for who in told]


def test_the_desk_updates_its_customer_by_itself_where_it_may():
    """No breach, nobody told; the next update is due anew, and verify finds the clocks sound."""
    matter = Updating(AUTO).falls_due("update", "11:10")
    assert matter.mails == [f"status-update to {BOB.address}"]
    assert (matter.last.mails[0].author, matter.last.mails[0].is_capped) == (Author.AUTO_GENERATED, True)
    entry = matter.known.entries[-1]
    assert (entry.kind, entry.flags) == (EntryKind.EVENT, ("status-update",))
    assert matter.timers["update"] == at("12:10")
    changes = [Changed(each.n, each.at, clock) for each in matter.known.entries for clock in each.clocks]
    assert list(clock_faults(matter.known.clocks, changes, matter.house.rules.calendars)) == []


def test_an_update_of_the_desks_own_keeps_to_the_caps():
    """As often as it may within the hour: an hour later."""
    matter = Updating(AUTO)
    matter.counts = {BOB.address: AcknowledgementCounts(address_hour=99)}
    matter.falls_due("update", "11:10")
    assert (matter.mails, matter.timers["update"]) == ([], at("12:10"))


def test_an_update_that_nobody_may_get_is_late_as_ever():
    """Who never had a mail of the desk gets none by itself: those in charge hear."""
    matter = Updating(AUTO)
    matter.known = replace(matter.known, threads={})
    assert matter.falls_due("update", "11:10").mails == [
        "breached to alice@acme.example",
        "breached to dana@acme.example",
    ]


def test_without_updates_a_late_one_is_told_alone():
    """As it is where nothing is written."""
    assert Updating(OFF).falls_due("update", "11:10").mails == Updating(RULES).falls_due("update", "11:10").mails


def test_mails_to_the_customer_say_when_they_hear_again():
    """While an update clock runs: of an answer, of an update, of a reopening."""
    matter = Updating(AUTO).falls_due("update", "11:10")
    composer = Composer(matter.house.desk, matter.house.rules, RING, {})
    for template in (Template.STATUS_UPDATE, Template.REPLY, Template.REOPENED):
        wanted = replace(matter.last.mails[0], template=template)
        mail = composer.compose(wanted, matter.last, matter.facts(), "f" * 16, at("11:10"), encoder=Encoder())
        assert "You hear from us again by 23 Nov 2026, 12:10" in mail.ours
    assert (wanted.thread, ClockName.UPDATE.value) == (Thread.CUSTOMER, "update")


def test_what_to_send_is_one_of_three_words():
    """Or it is refused by its key."""
    (problem,) = problems_of(ONE_PERSON, "lifecycle: {update: {send: often}}")
    assert "lifecycle.update.send: 'often' is none of draft, auto, off" in problem
