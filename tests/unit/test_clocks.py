"""A ticket's clocks: what starts, stops, pauses and changes them, and what does not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.desk import decide, decide_undelivered, fall_due, keep_time, wake
from maild.desk.byhand import merge_tickets, set_fields
from maild.desk.clocks import Promise, begun, elapsed_at, paused, resumed
from maild.desk.recomputing import Changed, clock_faults
from maild.model.aftermath import ticket_after
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import AddEntry, Authenticity, Decision, StartTimer, StopTimers, Timer, TimerKind
from maild.model.facts import Facts, IssuedMail, SentMail, TicketFacts, Undelivered
from maild.model.mail import Address, Automatic, Message
from maild.model.outgoing import MailState, Template
from maild.model.ticket import State
from maild.rules import Rules
from maild.rules.calendars import WALL_TIME
from tests.unit.desk_values import (
    ALICE,
    BOB,
    EVE,
    HOUSE,
    NONE,
    PASS,
    TOKEN,
    a_machines_message,
    a_message,
    an_arrival,
    answer_to,
    issued,
    to_bob,
)
from tests.unit.rules_values import ALICE as ONE_PERSON
from tests.unit.rules_values import rules_of

RULES = """\
calendars:
  office: {timezone: UTC, hours: {mon-fri: ["09:00-17:00"]}}
  always: {timezone: UTC, hours: always}
agreements:
  gold: {for: {category: vip}, calendar: always, clocks: {p3: {first_response: 10m, resolution: 3h}}}
  standard:
    calendar: office
    clocks:
      p1: {calendar: always, first_response: 30m, next_response: 1h, update: 1h, resolution: 4h}
      p3: {first_response: 2h, next_response: 4h, update: 1wd, resolution: 2wd}
categories: {vip: {}}
rules:
  hurry: {when: {text: {words: fire}}, then: {priority: p1}}
  calm: {when: {not: {text: {words: fire}}}, then: {priority: p3}}
"""
NO_UPDATE = "      p5: {resolution: 5wd}\n"
MONDAY = "2026-11-23T"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text if "T" in text else f"{MONDAY}{text}").replace(tzinfo=UTC)


def a_house(text: str = RULES):
    written: Rules = rules_of(ONE_PERSON, text)
    known = HOUSE.rules
    rules = replace(written, people=known.people, teams=known.teams, queues=known.queues)
    return replace(HOUSE, rules=rules)


class Matter:
    """One ticket through time: what is decided about it is carried out on its facts, as the store would."""

    def __init__(self, text: str = RULES) -> None:
        self.house = a_house(text)
        self.number = 2001
        self.known: TicketFacts | None = None
        self.timers: dict[str, datetime] = {}
        self.mails: list[str] = []
        self.shown: list[str] = []
        self.told_n = 0

    def facts(self, *mails: IssuedMail) -> Facts:
        tickets = {self.number: self.known} if self.known is not None else {}
        return Facts(self.number, issued={mail.token: mail for mail in mails}, tickets=tickets)

    def take(self, message: Message, when: str, *mails: IssuedMail, proof: Authenticity = PASS) -> "Matter":
        facts = self.facts(*mails)
        return self._carry_out(
            decide(message, an_arrival(), facts, proof, self.house, at(when), TOKEN), facts, at(when)
        )

    def customer(self, when: str, text: str = "It is dead.", sender: Address = BOB, **more: object) -> "Matter":
        if self.known is None:
            return self.take(a_message(sender, text, message_id=f"<{when}@c.example>", **more), when)
        mail = to_bob(ticket=self.number)
        return self.take(answer_to(mail, text, sender, message_id=f"<{when}@c.example>", **more), when, mail)

    def agent(self, when: str, text: str = "Please restart it.", sender: Address = ALICE) -> "Matter":
        key = "alice" if sender is ALICE else "alex"
        mail = issued(recipient=sender.address, person=key, ticket=self.number, seen=self.last_n)
        return self.take(answer_to(mail, text, sender, message_id=f"<{when}@acme.example>"), when, mail)

    def by_hand(self, when: str, **values: str) -> "Matter":
        assert self.known is not None
        return self.kept(set_fields(self.known, values, facts=self.facts(), house=self.house, by="root"), when)

    def bounces(self, when: str, mail: IssuedMail) -> "Matter":
        lost = Undelivered(mail, 1, MailState.REFUSED, "550 no such user")
        return self.kept(decide_undelivered(lost, self.facts(mail), self.house, at(when)), when)

    def wakes(self, when: str) -> "Matter":
        return self.kept(
            wake(Timer(1, TimerKind.WAKE, self.number, 0, at(when)), self.facts(), self.house, at(when)), when
        )

    def falls_due(self, name: str, when: str, due: str = "") -> "Matter":
        timer = Timer(1, TimerKind.DUE, self.number, 0, at(due or when), name)
        return self.kept(fall_due(timer, self.facts(), self.house, at(when)), when)

    def kept(self, decision: Decision, when: str) -> "Matter":
        return self._carry_out(keep_time(decision, self.facts(), self.house, at(when)), self.facts(), at(when))

    def _carry_out(self, decision: Decision, facts: Facts, now: datetime) -> "Matter":
        if any(isinstance(step, AddEntry) for step in decision.steps):
            self.known = ticket_after(decision, facts, self.number, now)
        for step in decision.steps:
            if isinstance(step, StopTimers) and step.kind is TimerKind.DUE:
                self.timers.pop(step.about or "", None)
            if isinstance(step, StartTimer) and step.kind is TimerKind.DUE:
                self.timers[step.about] = step.due_at
        self.shown = [line for mail in decision.mails for line in mail.text.split("\n")]
        self.mails = [f"{mail.template.value} to {mail.to}" for mail in decision.mails]
        return self

    def live(self, what: str, now: datetime) -> None:
        """Let something happen to the ticket that may well happen to it as it stands."""
        when, state = f"{now:%Y-%m-%dT%H:%M}", self.known.ticket.state
        match what:
            case "asks" if state not in {State.SPAM, State.CLOSED}:
                self.customer(when)
            case "answers" if state is not State.SPAM:
                self.agent(when)
            case "waits" if state is not State.SPAM:
                self.agent(when, "#wait\nWell?")
            case "resolves" if state not in {State.SPAM, State.RESOLVED}:
                self.agent(when, "#resolve Restarted it.")
            case "p1" | "p3" if self.known.ticket.priority != what:
                self.by_hand(when, priority=what)
            case "spam":
                self.by_hand(when, state="open" if state is State.SPAM else "spam")

    def changes(self) -> Iterator[Changed]:
        """What the last entries changed; asked once after each."""
        new = [entry for entry in self.known.entries if entry.n > self.told_n]
        self.told_n = self.last_n
        yield from (Changed(entry.n, entry.at, clock) for entry in new for clock in entry.clocks)

    @property
    def last_n(self) -> int:
        return self.known.last_n if self.known is not None else 0

    @property
    def clocks(self) -> Mapping[str, Clock]:
        return {clock.name.value: clock for clock in self.known.clocks} if self.known is not None else {}

    @property
    def states(self) -> str:
        return " ".join(f"{name}:{clock.state.value}" for name, clock in self.clocks.items())

    def due(self, name: str) -> str:
        due_at = self.clocks[name].due_at
        return f"{due_at:%d %H:%M}" if due_at is not None else "none"

    def elapsed(self, name: str) -> timedelta:
        return self.clocks[name].elapsed


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_a_new_ticket_waits_for_its_first_answer_and_its_solution():
    """By its priority and the calendar of that: from the mail on, in working time."""
    matter = Matter().customer("16:00")
    assert matter.states == "first_response:running resolution:running"
    assert (matter.due("first_response"), matter.due("resolution")) == ("24 10:00", "25 16:00")
    assert matter.timers == {"first_response": at("2026-11-24T10:00"), "resolution": at("2026-11-25T16:00")}
    urgent = Matter().customer("16:50", "There is fire.")
    assert (urgent.due("first_response"), urgent.due("resolution")) == ("23 17:20", "23 20:50")


def test_an_answer_stops_the_response_at_the_agents_mail_and_begins_the_next_update():
    """What has elapsed is kept for the figures."""
    matter = Matter().customer("10:00").agent("11:00")
    assert matter.states == "first_response:stopped update:running resolution:running"
    assert matter.elapsed("first_response") == hours(1)
    assert matter.due("update") == "24 11:00"
    assert set(matter.timers) == {"update", "resolution"}


def test_the_next_response_runs_from_the_oldest_mail_that_is_not_answered():
    """A second mail of the customer changes nothing; while the first answer is due, no next one is."""
    matter = Matter().customer("10:00").customer("10:30")
    assert "next_response" not in matter.states
    matter.agent("11:00").customer("12:00").customer("13:00")
    assert matter.due("next_response") == "23 16:00"
    matter.agent("14:00").customer("15:00")
    assert matter.clocks["next_response"].elapsed == timedelta()
    assert matter.due("next_response") == "24 11:00"


def test_an_update_begins_anew_with_each_word_that_the_customer_gets():
    """So it is due by the last one."""
    matter = Matter().customer("10:00").agent("11:00").agent("15:00")
    assert matter.due("update") == "24 15:00"


@pytest.mark.parametrize("word", ["#wait", "#pending until 2026-11-26 9:00"])
def test_clocks_stand_still_while_the_ticket_does(word: str):
    """What is due is shifted by as much working time as they stood; nothing is due meanwhile."""
    matter = Matter().customer("10:00").agent("11:00", f"{word}\nWe wait.")
    assert matter.states == "first_response:stopped update:paused resolution:paused"
    assert matter.timers == {}
    matter.wakes("2026-11-25T11:00") if "pending" in word else matter.customer("2026-11-25T11:00")
    assert matter.elapsed("resolution") == hours(1)
    assert matter.due("resolution") == "27 10:00"  # it was the 25th, 10:00, and stood for two working days


def test_an_agreement_may_let_the_clocks_run_while_the_customer_is_waited_for():
    """`pause` names the states in which they stand."""
    matter = Matter(RULES.replace("  standard:\n", "  standard:\n    pause: [pending]\n"))
    matter.customer("10:00").agent("11:00", "#wait\nWe wait.")
    assert matter.clocks["resolution"].state is ClockState.RUNNING


def test_a_resolution_stops_all_and_a_no_lets_it_go_on():
    """Not anew: what was worked before counts, the time in between does not."""
    matter = Matter().customer("10:00").agent("11:30", "#resolve Restarted it.")
    assert matter.states == "first_response:stopped update:stopped resolution:stopped"
    assert matter.timers == {}
    matter.customer("2026-11-25T10:00", "It is broken again, sorry.")
    assert matter.states == "first_response:stopped next_response:running update:running resolution:running"
    assert matter.elapsed("resolution") == hours(1.5)
    assert matter.due("resolution") == "26 16:30"


def test_thanks_on_a_resolved_ticket_let_nothing_go_on():
    """Nobody waits for an answer to thanks."""
    matter = Matter().customer("10:00").agent("12:00", "#resolve Restarted it.").customer("13:00", "Thanks!")
    assert matter.states == "first_response:stopped update:stopped resolution:stopped"


@pytest.mark.parametrize(
    "message",
    [
        a_machines_message(Automatic.OUT_OF_OFFICE, message_id="<o@c.example>"),
        a_message(EVE, "I know something.", message_id="<e@elsewhere.example>"),
    ],
)
def test_machines_and_strangers_move_no_clock(message: Message):
    """They are filed, and that is all."""
    matter = Matter().customer("10:00").agent("11:00")
    before, mail = matter.clocks, to_bob(ticket=matter.number)
    matter.take(replace(message, in_reply_to=answer_to(mail).in_reply_to), "12:00", mail, proof=NONE)
    assert matter.last_n > 2
    assert matter.clocks == before


def test_a_note_moves_no_clock():
    """Nor does a question to the desk."""
    matter = Matter().customer("10:00")
    before = matter.clocks
    matter.agent("11:00", "#note\nI look at it.")
    assert matter.known.entries[-1].kind == "note"
    assert matter.clocks == before


def test_another_priority_changes_the_target_and_keeps_what_has_elapsed():
    """In the calendar of the new one, from now on."""
    matter = Matter().customer("16:30").by_hand("16:50", priority="p1")
    clock = matter.clocks["first_response"]
    assert (clock.calendar, clock.target, clock.elapsed) == ("always", hours(0.5), timedelta(minutes=20))
    assert matter.due("first_response") == "23 17:00"
    assert matter.due("resolution") == "23 20:30"
    matter.by_hand("16:55", priority="p3")
    assert matter.due("first_response") == "24 10:30"


def test_a_target_that_is_over_already_is_due_at_once():
    """And what is given more time is late no longer."""
    matter = Matter().customer("10:00").by_hand("11:00", priority="p1")
    assert matter.timers["first_response"] == at("11:00")
    matter.falls_due("first_response", "11:00").by_hand("11:10", priority="p3")
    assert matter.due("first_response") == "23 12:00"
    assert not matter.clocks["first_response"].is_late(at("11:10"))


def test_another_category_may_bring_another_agreement():
    """Chosen anew where nobody chose; one that was chosen stays."""
    matter = Matter().customer("10:00")
    assert matter.known.ticket.agreement == "standard"
    matter.by_hand("10:05", category="vip")
    assert matter.known.ticket.agreement == "gold"
    assert matter.due("first_response") == "23 10:10"
    chosen = Matter(RULES.replace("then: {priority: p3}", "then: {priority: p3, agreement: gold}")).customer("10:00")
    assert chosen.known.ticket.agreement == "gold"
    chosen.by_hand("10:05", queue="billing")
    assert chosen.known.ticket.agreement == "gold"


def test_a_clock_that_goes_on_is_not_late_because_it_does():
    """What another priority leaves nothing of while it stands has a second."""
    matter = Matter().customer("10:00", "There is fire.").agent("10:00", "#wait")
    assert matter.states.startswith("first_response:paused")
    clock = paused(begun(ClockName.RESOLUTION, Promise(hours(1), WALL_TIME), at("10:00")), WALL_TIME, at("10:59"))
    left = resumed(replace(clock, target=timedelta(minutes=59)), WALL_TIME, at("12:00"))
    assert left.due_at == at("12:00") + timedelta(seconds=1)


def test_a_clock_that_was_late_when_it_stopped_is_not_late_anew():
    """Due as the desk closes and paused in the evening, it ran no longer than its target: it was late all the same."""
    matter = Matter().customer("2026-11-22T12:00").falls_due("resolution", "2026-11-24T17:00")
    assert matter.known.entries[-1].flags == ("breached", "resolution")
    matter.timers.clear()
    matter.agent("2026-11-24T20:00", "#wait").customer("2026-11-25T10:00")
    assert "resolution" not in matter.timers
    assert matter.clocks["resolution"].is_late(at("2026-11-25T10:00"))


def test_what_is_not_promised_any_more_does_not_go_on():
    """It goes on where it stood once it is promised again, by the target of then."""
    matter = (
        Matter(RULES.replace("categories:", NO_UPDATE + "categories:"))
        .customer("10:00")
        .agent("11:00")
        .by_hand("12:00", priority="p5")
    )
    assert (matter.clocks["update"].state, set(matter.timers)) == (ClockState.STOPPED, {"resolution"})
    matter.by_hand("13:00", priority="p1")
    assert (matter.clocks["update"].target, matter.elapsed("update")) == (hours(1), hours(1))


def test_words_that_never_arrived_were_no_answer():
    """The stop is taken back, as if they had not been sent: the time since then counts."""
    matter = Matter().customer("10:00").agent("11:00")
    mail = to_bob(ticket=matter.number, seen=matter.last_n)
    matter.bounces("11:30", mail)
    assert matter.clocks["first_response"].state is ClockState.RUNNING
    assert matter.due("first_response") == "23 12:00"
    assert matter.timers["first_response"] == at("12:00")


def test_words_that_never_arrived_leave_the_older_mail_unanswered():
    """Though the customer wrote again meanwhile."""
    matter = Matter().customer("10:00").agent("10:30").customer("11:00").agent("12:00")
    mail = to_bob(ticket=matter.number, seen=matter.last_n)
    matter.customer("13:00").bounces("13:30", mail)
    assert matter.due("next_response") == "23 15:00"


@pytest.mark.parametrize(("state", "is_back"), [(MailState.WAITING, True), (MailState.ACCEPTED, False)])
def test_words_that_were_stopped_in_time_were_no_answer(state: MailState, is_back: bool):
    """`#undo` before the mail left; what was delivered was an answer."""
    matter = Matter().customer("10:00").agent("11:00")
    mail = SentMail("t" * 16, BOB.address, Template.REPLY, matter.last_n, state, is_in_hand=False)
    matter.known = replace(matter.known, sent=(mail,))
    matter.agent("11:01", "#undo")
    assert (matter.clocks["first_response"].state is ClockState.RUNNING) is is_back
    assert ("first_response" in matter.timers) is is_back


def test_a_copy_that_did_not_arrive_takes_nothing_back():
    """The requester got theirs."""
    matter = Matter().customer("10:00").agent("11:00")
    copy = replace(to_bob(ticket=matter.number, seen=matter.last_n), recipient="carol@customer.example")
    assert matter.bounces("11:30", copy).clocks["first_response"].state is ClockState.STOPPED


def test_a_clock_that_reaches_its_target_is_entered_and_told():
    """Once; it stays late whatever follows, and is not told again."""
    matter = Matter().customer("10:00").falls_due("first_response", "12:00")
    assert matter.known.entries[-1].flags == ("breached", "first_response")
    assert matter.mails == [
        "breached to alice@acme.example",
        "breached to alex@acme.example",
        "breached to dana@acme.example",
    ]
    matter.timers.clear()
    matter.agent("12:30", "#wait").customer("14:00").agent("15:00")
    assert "first_response" not in matter.timers
    assert matter.elapsed("first_response") > hours(2)
    assert matter.clocks["first_response"].is_late(at("15:00"))


def test_a_breach_that_is_told_late_says_so():
    """The desk stood still."""
    matter = Matter().customer("10:00").falls_due("first_response", "13:00", due="12:00")
    assert "The desk stood still: this comes 1h00m late, at 2026-11-23 13:00 UTC." in matter.known.entries[-1].text


def test_an_answer_that_came_late_is_entered_as_late():
    """Before the clock could be told: nobody needs to hear of it."""
    matter = Matter().customer("10:00").agent("12:10")
    assert matter.timers["first_response"] == at("12:00")
    matter.falls_due("first_response", "12:11", due="12:00")
    assert (
        matter.known.entries[-1].text
        == "First response was due at 2026-11-23 12:00 UTC, and came at 2026-11-23 12:10 UTC."
    )
    assert matter.mails == []


def test_a_calendar_that_was_changed_shifts_what_is_due():
    """A day off that was entered while the clock ran."""
    matter = Matter().customer("16:00")
    free = 'office: {timezone: UTC, holidays: {days: {"2026-11-24": []}}, '
    matter.house = a_house(RULES.replace("office: {timezone: UTC, ", free))
    matter.falls_due("first_response", "2026-11-24T10:00")
    assert matter.due("first_response") == "25 10:00"
    assert matter.timers["first_response"] == at("2026-11-25T10:00")
    assert matter.mails == []


def test_machines_tickets_and_those_among_colleagues_have_no_clocks():
    """Nobody outside waits."""
    assert Matter().take(a_machines_message(Automatic.GENERATED), "10:00").clocks == {}
    forwarded = Matter().take(a_message(ALICE, "My screen is dead.", message_id="<a@acme.example>"), "10:00")
    assert forwarded.states == "first_response:running resolution:running"


def test_a_question_that_goes_on_in_another_ticket_still_waits_for_its_answer():
    """Whose ticket it is merged into owes it."""
    matter = Matter().customer("10:00").agent("10:30")
    other = Matter()
    other.number = 2002
    other.customer("11:00")
    facts = Facts(2003, tickets={2001: matter.known, 2002: other.known})
    decision = keep_time(
        merge_tickets(other.known, matter.known, is_join=False, by="root"), facts, matter.house, at("12:00")
    )
    matter._carry_out(decision, facts, at("12:00"))
    assert matter.due("next_response") == "23 16:00"
    other.known = ticket_after(decision, facts, 2002, at("12:00"))
    assert other.states == "first_response:paused resolution:paused"


def test_what_is_spam_or_merged_stands_still():
    """And goes on if that was a mistake."""
    matter = Matter().customer("10:00").by_hand("10:30", state="spam")
    assert matter.states == "first_response:paused resolution:paused"
    assert matter.timers == {}
    matter.by_hand("11:30", state="open")
    assert matter.due("first_response") == "23 13:00"


def test_agents_ask_what_is_due_and_say_why_it_is_late():
    """`#sla` in their own time zone; `#late` only where something is late."""
    matter = Matter().customer("10:00").agent("11:00", "#sla")
    assert matter.shown == [
        "#2001 is under standard",
        "  First response: 1h00m of 2h00m in office, due Mon 2026-11-23 12:00 GMT",
        "  Resolution: 1h00m of 16h00m in office, due Wed 2026-11-25 10:00 GMT",
    ]
    matter.agent("11:30", "#late waited for a part")
    assert matter.mails == ["transcript to alice@acme.example"]
    matter.agent("13:00", "#late waited for a part")
    note = matter.known.entries[-1]
    assert (note.text, note.flags) == ("Why first response is late: waited for a part", ("late", "first_response"))


HAPPENINGS = st.lists(
    st.tuples(st.integers(1, 900), st.sampled_from(["asks", "answers", "waits", "resolves", "p1", "p3", "spam"])),
    min_size=3,
    max_size=12,
)


@settings(max_examples=40)
@given(HAPPENINGS)
def test_a_life_adds_up(happenings: list[tuple[int, str]]):
    """Whatever happens in whichever order: what has elapsed is the working time in which the ticket was at work."""
    matter, now = Matter().customer("10:00"), at("10:00")
    expected, history = timedelta(), list(matter.changes())
    for minutes, what in happenings:
        calendar = matter.house.rules.calendars[matter.clocks["resolution"].calendar]
        later = now + timedelta(minutes=minutes)
        if matter.clocks["resolution"].state is ClockState.RUNNING:
            expected += calendar.between(now, later)
        now = later
        matter.live(what, now)
        history += matter.changes()
        clock, calendars = matter.clocks["resolution"], matter.house.rules.calendars
        assert elapsed_at(clock, calendars[clock.calendar], now) == expected
        assert [*clock_faults(tuple(matter.clocks.values()), history, matter.house.rules.calendars)] == []
        armed = {name: clock.due_at for name, clock in matter.clocks.items() if clock.state is ClockState.RUNNING}
        assert {name: due for name, due in matter.timers.items() if due > now} == {
            name: due for name, due in armed.items() if due is not None and due > now
        }


def test_a_clock_that_was_tampered_with_is_found():
    """In the row as it stands, or as it stood with an entry."""
    matter = Matter().customer("10:00")
    history = [*matter.changes()]
    matter.agent("11:00")
    history += matter.changes()
    calendars, clocks = matter.house.rules.calendars, tuple(matter.clocks.values())
    wrong = replace(clocks[0], elapsed=hours(0.5))
    assert [*clock_faults((wrong, *clocks[1:]), history, calendars)] == [
        "first_response stands as stopped, 1800 of 7200 s, its entries say stopped, 3600 of 7200 s"
    ]
    shifted = [replace(each, clock=wrong) if each.clock == clocks[0] else each for each in history]
    assert [*clock_faults((wrong, *clocks[1:]), shifted, calendars)] == [
        "first_response, entry 3: 0:30:00 elapsed, by its calendar 1:00:00"
    ]


def test_without_agreements_nothing_is_due():
    """A desk may do without."""
    matter = Matter("categories: {vip: {}}").customer("10:00").agent("11:00").customer("12:00")
    assert matter.clocks == {}
    assert matter.timers == {}
