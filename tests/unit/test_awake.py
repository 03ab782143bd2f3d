"""When mails reach their readers: not while they want quiet, and what can wait in their own working time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.composing.composer import Composer
from maild.composing.mime import Encoder
from maild.model.decision import Decision, Outcome, OutcomeKind, Sender, Standing, StartTimer, TimerKind, Trust
from maild.model.facts import Facts
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import Contact
from maild.rules import Span, opening, without_quiet
from tests.unit.desk_values import ALICE, BOB, HOUSE, RING, a_ticket, known
from tests.unit.rules_values import problems_of, rules_of
from tests.unit.test_clocks import RULES, at
from tests.unit.test_ladders import LADDERS, Climbing
from tests.unit.test_lifecycle import waiting

NIGHT = Span(18 * 60, 32 * 60)
DESK = Decision(Outcome(OutcomeKind.DESK), (), (), (), None, ())
OFFICE = rules_of("people: {a: {name: A, mail: a@x.example, role: admin}}", RULES).calendars


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_at(
    now: str, *, priority: str = "p3", sender: str | None = None, hours: str | None = None, contact: str = "", **person
) -> str:
    """Say when a mail leaves: to Alice, or to Bob where she is nobody here."""
    alice = replace(HOUSE.rules.people["alice"], **person)
    rules = replace(HOUSE.rules, people={**HOUSE.rules.people, "alice": alice}, calendars=OFFICE)
    is_bobs = bool(contact)
    to = BOB if is_bobs else ALICE
    thread, meaning = (Thread.CUSTOMER, Meaning.CUSTOMER) if is_bobs else (Thread.INTERNAL, Meaning.NOTE)
    template = Template.WAITING_REMINDER if is_bobs else Template.ESCALATED
    wanted = Wanted(template, to.address, to.name, None if is_bobs else "alice", 1042, thread, meaning, hours=hours)
    by = Sender(ALICE.address, "", Standing.AGENT, Trust.PROVED, "", sender) if sender else None
    contacts = {BOB.address: Contact(BOB.address, BOB.name, timezone=contact)} if contact.strip() else {}
    facts = Facts(0, tickets={1042: known(a_ticket(priority=priority))}, contacts=contacts)
    composer = Composer(HOUSE.desk, rules, RING, {})
    decision = replace(DESK, sender=by)
    mail = composer.compose(wanted, decision, facts, "f" * 16, instant(now), encoder=Encoder())
    assert mail.expires_at - mail.due_at == wanted.expires_in
    return f"{mail.due_at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("now", "zone", "leaves"),
    [
        ("2026-11-23T17:59", None, "2026-11-23T17:59"),
        ("2026-11-23T18:00", None, "2026-11-24T08:00"),
        ("2026-11-24T07:59", None, "2026-11-24T08:00"),
        ("2026-11-23T17:30", "Europe/Madrid", "2026-11-24T07:00"),
        ("2026-03-28T23:00", "Europe/Madrid", "2026-03-29T06:00"),  # the clocks go forward: the night is shorter
        ("2026-10-24T23:00", "Europe/Madrid", "2026-10-25T07:00"),
    ],
)
def test_a_mail_waits_for_the_end_of_its_readers_quiet(now: str, zone: str | None, leaves: str):
    """By the clock of their own zone, whatever is done to it in that night."""
    assert due_at(now, quiet=NIGHT, timezone=zone) == leaves


def test_quiet_is_not_for_the_priorities_that_are_excepted_nor_for_answers_to_their_own_mail():
    """A p1 by default; who writes at night is awake."""
    assert due_at("2026-11-23T23:00", quiet=NIGHT, priority="p1") == "2026-11-23T23:00"
    assert due_at("2026-11-23T23:00", quiet=NIGHT, priority="p2") == "2026-11-24T08:00"
    assert due_at("2026-11-23T23:00", quiet=NIGHT, priority="p1", at_any_hour=frozenset()) == "2026-11-24T08:00"
    assert due_at("2026-11-23T23:00", quiet=NIGHT, sender="alice") == "2026-11-23T23:00"
    assert due_at("2026-11-23T23:00", quiet=NIGHT, sender="alex") == "2026-11-24T08:00"


@pytest.mark.parametrize(
    ("now", "zone", "leaves"),
    [
        ("2026-11-23T12:00", None, "2026-11-23T12:00"),
        ("2026-11-23T12:00", "America/New_York", "2026-11-23T14:00"),
        ("2026-11-27T18:00", None, "2026-11-30T09:00"),  # a weekend between
        ("2026-11-27T16:30", "Asia/Tokyo", "2026-11-30T00:00"),
    ],
)
def test_what_can_wait_reaches_a_colleague_in_their_own_working_time(now: str, zone: str | None, leaves: str):
    """The calendar's hours by their own clock."""
    assert due_at(now, hours="office", timezone=zone) == leaves


@pytest.mark.parametrize(
    ("now", "hours", "zone", "leaves"),
    [
        ("2026-11-23T03:00", "office", " ", "2026-11-23T09:00"),
        ("2026-11-23T12:00", "office", "America/New_York", "2026-11-23T14:00"),
        ("2026-11-23T23:30", "real", "Europe/Berlin", "2026-11-24T07:00"),
        ("2026-11-22T12:00", "always", "Europe/Berlin", "2026-11-22T12:00"),
    ],
)
def test_a_customer_is_reminded_by_day(now: str, hours: str, zone: str, leaves: str):
    """In their zone, else the calendar's; of wall time between eight and eight."""
    assert due_at(now, hours=hours, contact=zone) == leaves


def test_quiet_and_working_time_hold_together():
    """Quiet until ten, work from nine."""
    assert due_at("2026-11-23T20:00", hours="office", quiet=Span(18 * 60, 34 * 60)) == "2026-11-24T10:00"


@given(
    st.integers(0, 1439),
    st.integers(1, 1438),
    st.integers(0, 366 * 24 * 60),
    st.sampled_from(["Europe/London", "America/Caracas", "Australia/Lord_Howe"]),
)
def test_no_mail_leaves_in_quiet_and_none_waits_longer_than_it(start: int, length: int, minute: int, zone: str):
    """Whatever the span, the zone and the night."""
    quiet = Span(start, start + length)
    now = instant("2026-01-01T00:00") + timedelta(minutes=minute)
    leaves = opening(without_quiet(quiet, zone), now)
    assert without_quiet(quiet, zone).is_open(leaves)
    assert timedelta() <= leaves - now <= timedelta(minutes=length, hours=1)


def test_a_step_of_wall_time_is_told_at_once_and_one_of_working_time_can_wait():
    """So can the breach of a clock of working time; one of a clock that never rests cannot."""
    urgent = Climbing().customer("10:00", "There is fire.")
    calm = Climbing(
        LADDERS.replace("{after: {p3: 1wd}", "{at: first_response 50%, notify: [lead]}\n      - {after: {p3: 1wd}")
    )
    calm.customer("10:00")
    hours = []
    for matter, upto in ((urgent, "10:20"), (calm, "11:00"), (calm, "2026-11-24T10:00")):
        matter.until(upto)
        hours.append({mail.hours for mail in matter.said.mails})
    assert hours == [{None}, {"office"}, {"office"}]


def test_reminders_of_silence_keep_to_the_hours_in_which_it_is_counted():
    """Of the customer's own zone."""
    matter = waiting()
    matter.lapses("2026-11-25T11:00")
    assert [mail.hours for mail in matter.last.mails] == ["office"]


@pytest.mark.parametrize(
    ("mail_me", "complaint"),
    [
        ("{quiet: 18-8}", "is no span of a day"),
        ('{quiet: "00:00-24:00"}', "`quiet` is the whole day"),
        ("{quiet_except: [p1]}", "`quiet_except` says nothing without `quiet`"),
        ('{quiet: "18:00-08:00", quiet_except: [p9]}', "quiet_except[0]: 'p9' is none of p1, p2"),
        ("{notices: none}", "notices: 'none' is none of all, mine"),
        ("{bundle: 5h}", "`bundle` is more than four hours"),
    ],
)
def test_what_nobody_could_live_with_is_refused(mail_me: str, complaint: str):
    """By its key."""
    (problem,) = problems_of(f"people: {{a: {{name: A, mail: a@x.example, role: admin, mail_me: {mail_me}}}}}")
    assert complaint in problem


def test_who_wants_only_their_own_hears_of_others_where_nobody_else_does():
    """A new ticket of the team goes to the colleague; with both of that mind, to both."""
    for minds, told in ((("alex",), ["alice"]), (("alex", "alice"), ["alex", "alice"])):
        matter = Climbing()
        people = {
            key: replace(one, is_told_of_own_alone=key in minds) for key, one in matter.house.rules.people.items()
        }
        matter.house = replace(matter.house, rules=replace(matter.house.rules, people=people))
        matter.customer("10:00")
        assert sorted(mail.split(" to ")[1].split("@")[0] for mail in matter.mails if mail.startswith("agent")) == told


def test_what_comes_of_one_ticket_is_gathered_for_as_long_as_its_holder_wants():
    """Ten minutes after the last notice; the team is told by whoever of it wants to hear soonest."""
    for bundled, due in (({"alice"}, "10:15"), ({"alice", "alex"}, "10:15"), ({"alex"}, None)):
        matter = Climbing().customer("10:00").agent("10:01", "#take")
        people = {
            key: replace(one, bundle=timedelta(minutes=10) if key in bundled else timedelta())
            for key, one in matter.house.rules.people.items()
        }
        matter.house = replace(matter.house, rules=replace(matter.house.rules, people=people))
        matter.known = replace(matter.known, noticed_at=at("10:05"))
        matter.customer("10:08", "And now?")
        timers = [
            step.due_at for step in matter.said.steps if isinstance(step, StartTimer) and step.kind is TimerKind.NOTICE
        ]
        assert timers == ([at(due)] if due else [])


def test_quiet_is_read_as_it_is_written():
    """With p1 excepted unless something else is."""
    text = 'people: {a: {name: A, mail: a@x.example, role: admin, mail_me: {quiet: "18:00-08:00", notices: mine}}}'
    person = rules_of(text).people["a"]
    assert (person.quiet, person.at_any_hour, person.is_told_of_own_alone) == (NIGHT, {"p1"}, True)
