"""The life of a ticket that nobody moves: reminded, taken for solved, closed, past reopening; and what ends it."""

from dataclasses import replace

import pytest

from maild.desk import live_on
from maild.model.decision import StartTimer, StopTimers, Timer, TimerKind
from maild.model.facts import AcknowledgementCounts, Facts, ThreadFacts
from maild.model.mail import Automatic
from maild.model.outgoing import Author, Template, Thread
from maild.model.ticket import Contact, EntryKind, State
from maild.rules import Lifecycle, durations_of
from tests.unit.desk_values import BOB, EVE, NONE, a_message, answer_to, to_bob
from tests.unit.rules_values import ALICE, problems_of, rules_of
from tests.unit.test_clocks import RULES, Matter, a_house, at

LIFE = (
    RULES
    + """\
lifecycle:
  waiting: {remind: [2wd, 5wd], resolve_after: 7wd}
  resolved: {close_after: 3wd}
  closed: {reopen_within: 14d, calendar: real}
"""
)
LATER = "2026-12-%02dT%s"


class Silent(Matter):
    """A ticket whose life goes on whenever a step of it falls due; mails to customers begin their threads."""

    def __init__(self, text: str = LIFE) -> None:
        super().__init__(text)
        self.step: StartTimer | None = None
        self.told: list[str] = []
        self.last = None
        self.contacts = {}
        self.counts = {}

    def facts(self, *mails) -> Facts:
        return replace(super().facts(*mails), contacts=self.contacts, requesters=self.counts)

    def _carry_out(self, decision, facts, now):
        for step in decision.steps:
            if isinstance(step, StopTimers) and step.kind is TimerKind.LIFECYCLE:
                self.step = None
            if isinstance(step, StartTimer) and step.kind is TimerKind.LIFECYCLE:
                self.step = step
        super()._carry_out(decision, facts, now)
        self.last = decision
        outside = {(mail.to, mail.thread): ThreadFacts("t", (), None) for mail in decision.mails if mail.person is None}
        if self.known is not None:
            self.known = replace(self.known, threads={**self.known.threads, **outside})
        return self

    def lapses(self, when: str) -> list[str]:
        """Let the step that is due happen at an instant; say who hears."""
        step, self.step = self.step, None
        timer = Timer(1, TimerKind.LIFECYCLE, self.number, 0, step.due_at, step.about)
        self.kept(live_on(timer, self.facts(), self.house, at(when)), when)
        return self.mails

    def until(self, when: str) -> list[str]:
        told = []
        while self.step is not None and self.step.due_at <= at(when):
            now = self.step.due_at
            told += [f"{now:%m-%d %H:%M} {mail}" for mail in self.lapses(f"{now:%Y-%m-%dT%H:%M:%S}")] or [
                f"{now:%m-%d %H:%M} nobody"
            ]
        return told

    @property
    def state(self) -> State:
        return self.known.ticket.state

    @property
    def due_at(self) -> str:
        return f"{self.step.due_at:%m-%d %H:%M} {self.step.about}" if self.step is not None else "never"


def waiting(text: str = LIFE) -> Silent:
    return Silent(text).customer("10:00").agent("11:00", "#wait\nWhich version is it?")


def resolved(text: str = LIFE) -> Silent:
    return Silent(text).customer("10:00").agent("11:00", "#resolve Restarted it.")


def test_a_customer_who_is_silent_is_reminded_then_taken_for_content_and_the_matter_closed():
    """Each in working days from #wait on, once; then three more until it is closed."""
    matter = waiting()
    assert matter.until("2026-12-31T00:00") == [
        "11-25 11:00 waiting-reminder to bob@customer.example",
        "11-30 11:00 waiting-reminder to bob@customer.example",
        "12-02 11:00 resolved to bob@customer.example",
        "12-07 11:00 closed to bob@customer.example",
    ]
    assert (matter.state, matter.due_at) == (State.CLOSED, "never")
    told = [(entry.kind, entry.cause.reference, entry.text) for entry in matter.known.entries[-4:]]
    assert [each[:2] for each in told] == [(EntryKind.EVENT, "lifecycle")] * 4
    assert told[0][2] == "bob@customer.example was reminded that we wait for an answer."
    assert told[2][2].endswith("\n\nWhich version is it?")
    assert {mail.author for mail in matter.last.mails} == {Author.AUTO_GENERATED}


def test_a_reminder_says_what_was_asked_and_counts_as_automatic():
    """It quotes the last words of a person; caps know of it."""
    matter = waiting()
    matter.lapses("2026-11-25T11:00")
    (mail,) = matter.last.mails
    assert (mail.text, mail.is_capped) == ("Which version is it?", True)


def test_silence_stops_the_clocks_as_an_agents_resolution_does():
    """Waiting had them paused: what has elapsed stays an hour; words afterwards let it go on."""
    matter = waiting()
    matter.until("2026-12-02T11:00")
    assert matter.states == "first_response:stopped update:stopped resolution:stopped"
    assert f"{matter.elapsed('resolution')}" == "1:00:00"
    matter.customer("2026-12-03T10:00", "It is version 3, and dead.")
    assert (matter.state, matter.due_at) == (State.OPEN, "never")
    assert "resolution:running" in matter.states


@pytest.mark.parametrize(
    ("words", "state", "due"),
    [
        ("It is version 3.", State.OPEN, "never"),
        ("Thanks!", State.OPEN, "never"),  # who waits for an answer gets it read
    ],
)
def test_any_mail_of_the_customer_ends_the_wait(words: str, state: State, due: str):
    """Nobody is reminded who wrote."""
    matter = waiting().customer("15:00", words)
    assert (matter.state, matter.due_at) == (state, due)


@pytest.mark.parametrize(
    ("words", "state", "due"),
    [
        ("It is dead again.", State.OPEN, "never"),
        ("no", State.OPEN, "never"),
        ("yes", State.CLOSED, "never"),
        ("Thanks!", State.RESOLVED, "11-26 11:00 resolved 1"),
    ],
)
def test_words_stop_a_resolved_ticket_from_closing_and_thanks_do_not(words: str, state: State, due: str):
    """Thanks alone are silence."""
    matter = resolved().customer("15:00", words)
    assert (matter.state, matter.due_at) == (state, due)


def test_what_a_stranger_writes_stops_it_without_moving_it():
    """It may be the customer from elsewhere: nothing goes out by itself while somebody looks."""
    matter = resolved().take(
        answer_to(to_bob(ticket=2001), "Still dead", EVE), "15:00", to_bob(ticket=2001), proof=NONE
    )
    assert matter.due_at == "never"
    assert matter.state is State.RESOLVED


def test_a_machines_mail_stops_nothing():
    """An out-of-office is no answer."""
    mail = to_bob(ticket=2001)
    away = answer_to(mail, "I am away.", BOB, automatic=Automatic.OUT_OF_OFFICE, automatic_proof="Auto-Submitted")
    assert waiting().take(away, "15:00", mail).due_at == "11-25 11:00 waiting 1"


def test_the_agents_next_question_begins_the_wait_anew():
    """Two working days from the last one."""
    matter = waiting()
    matter.until("2026-11-25T11:00")
    matter.agent("2026-11-26T12:00", "#wait\nAnd which system?")
    assert matter.due_at == "11-30 12:00 waiting 1"


@pytest.mark.parametrize("state", ["open", "spam", "closed"])
def test_any_other_state_ends_it(state: str):
    """By whomever."""
    assert waiting().by_hand("15:00", state=state).due_at == "never"


def test_a_quiet_end_stays_quiet():
    """Who was not told that it is solved is not told that it is closed."""
    matter = Silent().customer("10:00").by_hand("11:00", state="resolved")
    assert matter.until("2026-12-01T00:00") == ["11-26 11:00 nobody"]
    assert matter.state is State.CLOSED
    assert "Nobody is told: nobody was told that it was solved." in matter.known.entries[-1].text


def test_who_never_had_a_mail_of_ours_gets_none_by_itself():
    """A machine's ticket, or one in somebody's name: it closes, and the history says that nobody heard."""
    matter = resolved()
    matter.known = replace(matter.known, threads={})
    assert matter.lapses("2026-11-26T11:00") == []
    assert "bob@customer.example never got a mail about it" in matter.known.entries[-1].text
    assert matter.state is State.CLOSED


def _unreachable() -> dict[str, Contact]:
    return {BOB.address: Contact(BOB.address, "Bob", undeliverable_at=at("12:00"))}


def _silent() -> dict[str, Contact]:
    return {BOB.address: Contact(BOB.address, "Bob", silent_until=at("2026-12-31T00:00"))}


@pytest.mark.parametrize("contacts", [_unreachable(), _silent()])
def test_who_cannot_be_told_is_not_taken_for_content(contacts: dict[str, Contact]):
    """No reminder goes out, and instead of a resolution those in charge get the ticket back."""
    matter = waiting()
    matter.contacts = contacts
    told = matter.until("2026-12-31T00:00")
    assert told[:2] == ["11-25 11:00 nobody", "11-30 11:00 nobody"]
    assert {line.partition(" to ")[0] for line in told[2:]} == {"12-02 11:00 agent-notice"}
    assert (matter.state, matter.due_at) == (State.OPEN, "never")
    assert "cannot be told" in matter.known.entries[-1].text


def test_a_matter_is_not_taken_for_solved_over_its_owners_head():
    """Somebody who takes part could be told, and the one whose matter it is could not."""
    matter = waiting()
    eve = {(EVE.address, Thread.CUSTOMER): ThreadFacts("t", (), None)}
    ticket = replace(matter.known.ticket, participants=(EVE,))
    matter.known = replace(matter.known, ticket=ticket, threads={**matter.known.threads, **eve})
    matter.contacts = _unreachable()
    matter.until("2026-12-31T00:00")
    assert matter.state is State.OPEN


@pytest.mark.parametrize(
    ("template", "when"), [(Template.RESOLVED, "2026-12-02T11:00"), (Template.CLOSED, "2026-12-07T11:00")]
)
def test_what_time_wrote_and_came_back_opens_the_ticket_and_unsays_nothing(template: Template, when: str):
    """What an agent wrote before had come to the customer: its answers count, and the days of silence do not."""
    matter = waiting()
    matter.until(when)
    matter.bounces(f"{when[:10]}T12:00", replace(to_bob(ticket=2001), template=template, seen=matter.last_n))
    assert (matter.state, matter.due_at) == (State.OPEN, "never")
    assert matter.states == "first_response:stopped update:running resolution:running"
    assert f"{matter.elapsed('resolution')}" == "1:00:00"


@pytest.mark.parametrize("template", [Template.RESOLVED, Template.CLOSED])
def test_what_did_not_reach_a_guest_opens_nothing(template: Template):
    """The customer got the same mail; those in charge hear of it."""
    matter = waiting()
    matter.known = replace(matter.known, ticket=replace(matter.known.ticket, participants=(EVE,)))
    matter.until("2026-12-07T11:00" if template is Template.CLOSED else "2026-12-02T11:00")
    stood = (matter.state, matter.due_at)
    mail = replace(to_bob(ticket=2001), recipient=EVE.address, template=template, seen=matter.last_n)
    matter.bounces("2026-12-07T12:00", mail)
    assert (matter.state, matter.due_at) == stood
    assert matter.mails == ["transcript to alice@acme.example"]


def test_nothing_is_solved_by_no_words():
    """The ticket waits, and nobody wrote to the customer: those in charge hear."""
    matter = Silent().customer("10:00").by_hand("11:00", state="waiting")
    matter.until("2026-12-31T00:00")
    assert matter.state is State.OPEN
    assert "nothing was written to them" in matter.known.entries[-1].text


@pytest.mark.parametrize("begin", [waiting, resolved])
def test_what_the_cap_keeps_back_comes_an_hour_later(begin):
    """Nothing is lost, nothing is skipped, and nothing is entered."""
    matter = begin()
    due, about, last_n = matter.step.due_at, matter.step.about, matter.last_n
    most = matter.house.limits.acknowledgements.address_hour
    matter.counts = {BOB.address: AcknowledgementCounts(address_hour=most)}
    assert matter.lapses(f"{due:%Y-%m-%dT%H:%M}") == []
    assert ((matter.step.due_at - due).total_seconds(), matter.step.about, matter.last_n) == (3600, about, last_n)


def test_a_late_reminder_says_so_and_leaves_the_customer_their_time():
    """The desk stood still for two weeks: no second reminder, and no resolution, follows on its heels."""
    matter = waiting()
    assert matter.lapses(LATER % (9, "11:00")) == ["waiting-reminder to bob@customer.example"]
    assert matter.known.entries[-1].text.endswith(" late, at 2026-12-09 11:00 UTC.")
    assert matter.due_at == "12-14 11:00 waiting 2"


def test_what_the_rule_files_do_not_say_any_more_does_not_happen():
    """They were edited while it waited; a timer of a state that is over does nothing either."""
    matter = waiting()
    matter.house = replace(matter.house, rules=replace(matter.house.rules, lifecycle=Lifecycle()))
    assert matter.lapses("2026-11-25T11:00") == []
    assert (matter.state, matter.due_at) == (State.WAITING, "never")
    matter = waiting()
    step = matter.step
    matter.agent("12:00")
    matter.step = step
    assert matter.lapses("2026-11-25T11:00") == []
    matter.agent("13:00", "#resolve Restarted it.")
    matter.step = step
    assert matter.lapses("2026-11-25T11:00") == []


def test_a_reminder_that_is_taken_out_is_no_resolution_instead():
    """What was to be the second reminder is passed over; the resolution leaves the customer their whole time."""
    matter = waiting()
    matter.lapses("2026-11-25T11:00")
    fewer = a_house(LIFE.replace("remind: [2wd, 5wd]", "remind: [2wd]")).rules.lifecycle
    matter.house = replace(matter.house, rules=replace(matter.house.rules, lifecycle=fewer))
    assert matter.lapses("2026-11-30T11:00") == []
    assert (matter.state, matter.due_at) == (State.WAITING, "12-07 11:00 waiting resolve")
    assert matter.lapses("2026-12-07T11:00") == ["resolved to bob@customer.example"]


@pytest.mark.parametrize(("days", "is_reopened"), [("12-07T10:59", True), ("12-07T11:01", False)])
def test_a_closed_ticket_goes_on_within_the_window_that_is_written(days: str, is_reopened: bool):
    """14 days by the clock on the wall, as where nothing is written; later words are another matter."""
    for text in (LIFE, RULES):
        matter = Silent(text).customer("10:00").agent("11:00", "#close Done.")
        mail = to_bob(ticket=2001)
        words = answer_to(mail, "Dead again.", BOB, message_id="<again@c.example>")
        matter.take(words, f"2026-{days}", mail)
        assert (matter.state is State.OPEN) is is_reopened


def test_the_window_may_be_counted_in_working_time():
    """One working day of the agreement's calendar."""
    for when, is_reopened in (("2026-11-24T10:59", True), ("2026-11-24T11:01", False)):
        matter = Silent(LIFE.replace("reopen_within: 14d, calendar: real", "reopen_within: 1wd"))
        matter.customer("10:00").agent("11:00", "#close Done.").customer(when, "Dead again.")
        assert (matter.state is State.OPEN) is is_reopened


def test_what_a_rule_resolves_closes_as_well():
    """New, and resolved at once: the customer was told, and is told of the end."""
    text = LIFE.replace("rules:\n", "rules:\n  faq: {when: {text: {words: faq}}, then: {resolve: See the page.}}\n")
    matter = Silent(text).take(a_message(BOB, "A faq."), "10:00")
    assert (matter.state, matter.due_at) == (State.RESOLVED, "11-26 10:00 resolved 1")
    assert matter.lapses("2026-11-26T10:00") == ["closed to bob@customer.example"]


def test_check_shows_each_length_in_every_calendar_that_may_count_it():
    """Those of the agreements where none is named."""
    shown = [
        f"{work} in {key}"
        for key, work in durations_of(rules_of(ALICE, LIFE).lifecycle, rules_of(ALICE, LIFE).agreements)
    ]
    assert shown == [
        f"{work} in {calendar}" for work in ("2wd", "5wd", "7wd", "3wd") for calendar in ("always", "office")
    ] + ["14d in real"]
    only = rules_of(ALICE, "lifecycle: {resolved: {close_after: 3wd}}")
    assert [f"{work} in {key}" for key, work in durations_of(only.lifecycle, {})] == ["3wd in real", "14d in real"]
    assert list(durations_of(rules_of(ALICE).lifecycle, {})) == []


def test_without_a_lifecycle_nothing_happens_by_itself():
    """Neither while it waits nor when it is resolved."""
    assert waiting(RULES).due_at == "never"
    assert resolved(RULES).due_at == "never"


@pytest.mark.parametrize(
    ("life", "complaint"),
    [
        ("{waiting: {}}", "lifecycle.waiting: says nothing: write `remind` or `resolve_after`"),
        ("{waiting: {remind: [2d]}}", "days have no length in a calendar: write wd, or"),
        ("{waiting: {remind: [5wd, 2wd]}}", "lifecycle.waiting.remind: 2wd is not later than 5wd in real"),
        ("{waiting: {remind: [2wd], resolve_after: 2wd}}", "lifecycle.waiting.resolve_after: 2wd is not later than"),
        ("{waiting: {remind: [1h, 2h, 3h, 4h, 5h, 6h]}}", "lifecycle.waiting: more than 5 reminders"),
        ("{resolved: {}}", "lifecycle.resolved: 'close_after' is missing"),
        ("{resolved: {close_after: 9999wd}}", "lifecycle.resolved.close_after: 9999wd in real: from 2026-01-05"),
        ("{closed: {reopen_within: 0d, calendar: real}}", "closed.reopen_within: '0d' is no time at all"),
        ("{closed: {reopen_within: 1wd, calendar: nope}}", "closed.calendar: there is no calendar 'nope'"),
        ("{survey: {send: always}}", "lifecycle.survey.send"),
        ("{survey: {send: on-close, scale: 3, low: 3}}", "lifecycle.survey: low: 3 is no low score of 3"),
        ("{survey: {send: on-close, expires: 2wd, calendar: nope}}", "survey.calendar: there is no calendar 'nope'"),
        ("{survey: {send: on-close, at_most: {count: 1, within: 30d, of: rule}}}", "lifecycle.survey.at_most.of"),
    ],
)
def test_a_lifecycle_that_does_not_hold_is_refused(life: str, complaint: str):
    """Each with its key."""
    (problem,) = problems_of(ALICE, f"lifecycle: {life}")
    assert complaint in problem


def test_what_is_later_in_one_calendar_may_not_be_in_another():
    """Ten hours are more than a working day of eight, and less than one of the wall."""
    wait = "lifecycle: {waiting: {remind: [10h, 1wd]}}"
    (problem,) = problems_of(ALICE, RULES, wait)
    assert "1wd is not later than 10h in office" in problem
    assert problems_of(ALICE, RULES, wait.replace("]}", "], calendar: real}")) == []


def test_days_are_taken_by_the_clock_on_the_wall_alone():
    """There each is 24 hours."""
    assert problems_of(ALICE, "lifecycle: {waiting: {remind: [2d, 5d], calendar: real}}") == []
