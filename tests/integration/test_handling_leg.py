"""Handling with a real store and real readers: one bad mail, one busy database, one stale fact stop nobody else."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from threading import Event

import pytest

from maild.carrying import Desk, InForce
from maild.composing import Composer
from maild.config import LimitsConfig
from maild.errors import StaleError, StoreBusyError
from maild.handling import ATTEMPTS, PORTION, Handling
from maild.model.decision import OutcomeKind
from maild.model.limits import ReadingLimits
from maild.model.outgoing import ACKNOWLEDGEMENTS, Template
from maild.model.search import Search
from maild.model.ticket import State
from maild.model.trouble import TroubleKind
from maild.reading import Allowance, Readers
from maild.store import ArrivalRow, Store, lock
from maild.troubles import Board
from tests.integration.hearing import Heard, hearing
from tests.integration.store.values import FIRST, NOW, a_message
from tests.unit.desk_values import HOUSE, RING
from tests.unit.rules_values import rules_of
from tests.unit.test_ruling import PEOPLE

# What our own code stumbles over for a mail about a bomb, and a notice that cannot be printed for an odd one.
STUMBLING = {
    "agent-notice.txt": "Subject: {{ tag }}\n\n"
    "{% macro deeper() %}{{ deeper() }}{% endmacro %}{{ deeper() if subject == 'bomb' }}"
    "{{ nothing.at.all if subject == 'odd' else number }}\n"
}


class Leg:
    """Handling between a store and readers, with a clock that may do more than tell the time."""

    def __init__(self, store: Store, readers: Readers, heard: Heard) -> None:
        self.store = store
        self.readers = readers
        self.heard = heard
        self.board = Board(lambda: 0.0, timedelta(minutes=2))
        self.now = NOW
        self.ticks: list[Callable[[], object]] = []
        self.parts = Desk(Composer(HOUSE.desk, HOUSE.rules, RING, STUMBLING), self.clock, os.urandom)
        self.handling = Handling(store, readers, InForce(HOUSE, self.parts), "this life", board=self.board)

    def clock(self) -> datetime:
        """Tell the time; the next thing planned happens at that moment."""
        if self.ticks:
            self.ticks.pop(0)()
        return self.now

    def lay_in(self, *raws: bytes, first: int = 1, old_as: State | None = None) -> None:
        new = [replace(a_message(first + index, raw), taken_over_as=old_as) for index, raw in enumerate(raws)]
        self.store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, NOW))

    def arrivals(self) -> list[ArrivalRow]:
        """All arrivals, the oldest first."""
        return list(reversed(self.store.read(lambda reader: reader.list_arrivals(1000))))

    def outcomes(self) -> list[OutcomeKind | None]:
        return [row.outcome for row in self.arrivals()]


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    few = Readers(ReadingLimits(), workers=1)
    few.start()
    yield few
    few.stop()


@pytest.fixture
def leg(tmp_path: Path, readers: Readers) -> Iterator[Leg]:
    store = Store.open(tmp_path / "state", None, first_number=FIRST)
    with hearing() as heard:
        yield Leg(store, readers, heard)
    store.close()


def a_mail(subject: str, sender: str = "bob@customer.example", words: str = "Help.") -> bytes:
    return (
        f"From: {sender}\r\nTo: support@acme.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject}.{sender}>\r\n\r\n{words}\r\n"
    ).encode()


@contextmanager
def held_by_another(directory: Path) -> Iterator[None]:
    """Hold the database as another process would."""
    file = os.open(directory / "maild.lock", os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(file)


def test_a_mail_that_maild_stumbles_over_is_held_and_the_others_go_on(leg: Leg):
    """Three tries, then held with a reason; its neighbours are tickets after the first, with no number left out."""
    leg.lay_in(a_mail("one", "a@x.example"), a_mail("bomb", "b@x.example"), a_mail("two", "c@x.example"))

    assert leg.handling.handle_batch() == 3
    assert leg.outcomes() == [OutcomeKind.ENTRY, None, OutcomeKind.ENTRY]
    for _ in range(ATTEMPTS - 1):
        assert leg.handling.handle_batch() == 1

    [one, bomb, two] = leg.arrivals()
    assert [one.ticket, two.ticket] == [FIRST, FIRST + 1]
    assert (bomb.outcome, bomb.attempts) == (OutcomeKind.HELD, ATTEMPTS)
    assert "an error of maild's" in bomb.reason
    assert leg.heard.events.count("decision_failed") == ATTEMPTS
    assert leg.handling.handle_batch() == 0


def test_a_mail_that_a_template_fails_on_is_held_at_once_and_says_where(leg: Leg):
    """The same template fails on the same mail each time: no attempt is burnt, and the reason names file and line."""
    leg.lay_in(a_mail("odd", "a@x.example"), a_mail("two", "c@x.example"))

    assert leg.handling.handle_batch() == 2

    [odd, two] = leg.arrivals()
    assert (odd.outcome, odd.attempts, two.outcome, two.ticket) == (OutcomeKind.HELD, 0, OutcomeKind.ENTRY, FIRST)
    assert "agent-notice.txt:3:" in odd.reason
    assert "decision_failed" not in leg.heard.events


def test_a_busy_database_strands_no_arrival(leg: Leg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Locked between claim and commit, and still locked when the leg gives up: the next batch has the same arrivals."""
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.05)
    leg.lay_in(a_mail("one", "a@x.example"), a_mail("bomb", "b@x.example"))
    other = held_by_another(tmp_path / "state")
    leg.ticks = [lambda: None, other.__enter__]

    with pytest.raises(StoreBusyError):
        leg.handling.handle_batch()
    assert leg.outcomes() == [None, None]
    other.__exit__(None, None, None)

    assert leg.handling.handle_batch() == 2
    assert leg.outcomes() == [OutcomeKind.ENTRY, None]


def test_what_the_database_never_takes_is_held_and_the_others_go_on(leg: Leg, tmp_path: Path):
    """Stale however often it is decided: an attempt a batch, then held; those that wait for it are not blamed."""
    with closing(connect(tmp_path / "state" / "maild.db")) as database:
        database.execute(
            "CREATE TRIGGER no_bombs BEFORE INSERT ON ticket WHEN NEW.subject = 'refused'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    leg.lay_in(a_mail("one", "a@x.example"), a_mail("refused", "b@x.example"), a_mail("two", "b@x.example"))

    assert [leg.handling.handle_batch() for _ in range(ATTEMPTS + 1)] == [3, 1, 1, 0]

    assert leg.outcomes() == [OutcomeKind.ENTRY, OutcomeKind.HELD, OutcomeKind.ENTRY]
    assert [row.attempts for row in leg.arrivals()] == [0, ATTEMPTS, 0]
    why = "the database refused it: refused"
    assert leg.arrivals()[1].reason.endswith(why)
    assert {line["reason"] for line in leg.heard.find("decision_stale")} == {why}


def test_many_hands_on_one_ticket_lose_no_mail(leg: Leg):
    """Answers of eight people to one ticket in one batch are eight entries, whatever round they went in."""
    people = [f"p{number}@x.example" for number in range(8)]
    first = a_mail("all", "a@x.example").replace(b"Subject:", f"Cc: {', '.join(people)}\r\nSubject:".encode())
    leg.lay_in(first)
    leg.handling.handle_batch()

    answers = [a_mail(f"Re{n}", one, f"I am {n}.") for n, one in enumerate(people)]
    own = b"In-Reply-To: <all.a@x.example>\r\nSubject:"
    leg.lay_in(*(raw.replace(b"Subject:", own) for raw in answers), first=2)
    assert leg.handling.handle_batch() == len(people)

    assert {row.ticket for row in leg.arrivals()} == {FIRST}
    assert [row.entry for row in leg.arrivals()] == list(range(1, 10))
    assert [row.attempts for row in leg.arrivals()] == [0] * 9


def test_a_flood_in_one_batch_is_capped_as_one_in_many(leg: Leg):
    """Fifty unproved strangers of one domain at once get the thirty acknowledgements an hour that a domain may have."""
    leg.lay_in(*(a_mail(f"n{number}", f"n{number}@flood.example") for number in range(50)))

    assert leg.handling.handle_batch() == 50

    assert leg.outcomes() == [OutcomeKind.ENTRY] * 50
    mails = leg.store.read(lambda reader: reader.list_mails(None, 1000))
    assert sum(mail.template in ACKNOWLEDGEMENTS for mail in mails) == 30
    [line] = leg.heard.find("cap_reached")
    assert "flood.example got as many in an hour as an unproved domain may" in line["reason"]
    assert [alarm.spot.kind for alarm in leg.board.due()] == [TroubleKind.ACKNOWLEDGEMENTS]


def test_forms_are_no_way_to_flood_somebody(leg: Leg):
    """Forms of many programs that name one victim draw the three answers an hour that an unproved address may have, and
    those that name all of a domain the thirty of a domain, in one batch too.
    """
    rules = "form: {when: {reply_to: {exists: true}}, then: {requester: reply_to, as: person}}"
    house = replace(HOUSE, rules=rules_of(f"{PEOPLE}rules:\n  {rules}\n"))
    handling = Handling(leg.store, leg.readers, InForce(house, leg.parts), "this life", board=leg.board)

    def form(number: int, victim: str) -> bytes:
        return f"Reply-To: {victim}\r\n".encode() + a_mail(f"n{number}", f"form{number}@shop{number}.example")

    leg.lay_in(*(form(n, "Victim@x.example") for n in range(8)))
    leg.lay_in(*(form(n, f"v{n}@flood.example") for n in range(100, 140)), first=100)
    while handling.handle_batch():
        pass

    mails = leg.store.read(lambda reader: reader.list_mails(None, 1000))
    thanked = [mail.recipient for mail in mails if mail.template in ACKNOWLEDGEMENTS]
    assert thanked.count("Victim@x.example") == 3
    assert sum(address.endswith("@flood.example") for address in thanked) == 30
    assert len(thanked) == 33


def test_capitals_do_not_make_two_senders(leg: Leg):
    """One unproved address, written in five ways in one batch, gets the three acknowledgements that it may have."""
    names = ["Victim", "VICTIM", "victim", "vICTIM", "viCTIM"]
    leg.lay_in(*(a_mail(f"n{number}", f"{name}@x.example") for number, name in enumerate(names)))

    assert leg.handling.handle_batch() == 5

    mails = leg.store.read(lambda reader: reader.list_mails(None, 1000))
    assert sum(mail.template in ACKNOWLEDGEMENTS for mail in mails) == 3


def test_who_says_the_same_again_and_again_is_left_in_peace_for_a_day(leg: Leg):
    """Six equal mails in one batch draw four answers, and nothing draws one until 24 hours after the last; with ten
    minutes between them all are answered. Copies of one mail do not count.
    """
    caps = {"unproved_address_hour": 20, "unproved_address_day": 20}
    house = replace(HOUSE, limits=LimitsConfig.model_validate({"acknowledgements": caps}))
    handling = Handling(leg.store, leg.readers, InForce(house, leg.parts), "this life", board=leg.board)
    parrot, person = "p@parrot.example", "q@person.example"

    def thanked(address: str, *mails: bytes, at: timedelta = timedelta(0)) -> int:
        leg.now = NOW + at
        leg.lay_in(*mails, first=len(leg.arrivals()) + 1)
        while handling.handle_batch():
            pass
        sent = leg.store.read(lambda reader: reader.list_mails(None, 1000))
        return sum(mail.template in ACKNOWLEDGEMENTS and mail.recipient == address for mail in sent)

    assert thanked(parrot, *(a_mail("Re: " * n + "Hello", parrot) for n in range(6))) == 4
    assert [alarm.spot.kind for alarm in leg.board.due()] == [TroubleKind.ACKNOWLEDGEMENTS]
    assert thanked(parrot, a_mail("Another", parrot), at=timedelta(hours=23, minutes=59)) == 4
    assert thanked(parrot, a_mail("A third", parrot), at=timedelta(hours=24)) == 5

    assert thanked(person, *[a_mail("Hello", person)] * 6) == 1
    late = [thanked(person, a_mail("Re: " * n + "Hello", person), at=timedelta(minutes=11 * n - 11)) for n in (1, 2, 3)]
    assert late == [2, 3, 4]


def test_questions_to_an_agent_are_bounded_over_all_tickets(leg: Leg):
    """Unproved mails in one agent's name, from two addresses of theirs, about eight tickets: three are asked about."""
    leg.lay_in(*(a_mail(f"matter {n}", f"p{n}@x{n}.example") for n in range(8)))
    leg.handling.handle_batch()
    names = ("alice@acme.example", "alice.reyes@acme.example")
    claims = [a_mail(f"[#{FIRST + n}] {n}", names[n % 2], "#reply\nPay to eve.") for n in range(8)]
    leg.lay_in(*claims, first=9)

    while leg.handling.handle_batch():
        pass

    mails = leg.store.read(lambda reader: reader.list_mails(None, 1000))
    assert [mail.recipient for mail in mails if mail.template is Template.DID_YOU_SEND_THIS] == [names[0]] * 3
    assert leg.outcomes() == [OutcomeKind.ENTRY] * 16


def test_an_unreadable_mail_is_held_after_three_tries(leg: Leg):
    """A mail that is more than its reader's memory: its neighbours are tickets at once, it is held with the reason."""
    meagre = Readers(ReadingLimits(), 1, Allowance(cpu=2.0, memory=64 * 1024 * 1024))
    glutton = b"From: g@x.example\r\nSubject: glutton\r\n\r\n" + b"x" * (30 * 1024 * 1024)
    leg.lay_in(a_mail("one", "a@x.example"), glutton, a_mail("two", "c@x.example"))
    handling = Handling(leg.store, meagre, InForce(HOUSE, leg.parts), "this life", board=leg.board)
    meagre.start()
    try:
        while handling.handle_batch():
            pass
    finally:
        meagre.stop()

    assert leg.outcomes() == [OutcomeKind.ENTRY, OutcomeKind.HELD, OutcomeKind.ENTRY]
    held = leg.arrivals()[1]
    assert (held.attempts, held.reason.startswith("could not be read: ")) == (ATTEMPTS, True)
    assert leg.heard.events.count("mail_unreadable") == ATTEMPTS


def test_more_than_a_portion_is_handled_in_order(leg: Leg):
    """Two portions and a bit: `done` is told of each, and the tickets are numbered as the mails came."""
    count = 2 * PORTION + 5
    leg.lay_in(*(a_mail(f"n{number}", f"n{number}@x.example") for number in range(count)))
    stop, bell = Event(), Event()
    done: list[int] = []

    def tell() -> None:
        done.append(sum(outcome is not None for outcome in leg.outcomes()))
        if done[-1] == count:
            stop.set()

    leg.handling.run(stop, bell, tell)

    assert done == [PORTION, 2 * PORTION, count]
    assert [row.ticket for row in leg.arrivals()] == list(range(FIRST, FIRST + count))


def test_who_writes_today_is_answered_before_old_mail_is_filed(leg: Leg):
    """Of one batch, what is new is done in a portion of its own."""
    leg.lay_in(a_mail("old", "a@x.example"), a_mail("older", "b@x.example"), old_as=State.CLOSED)
    leg.lay_in(a_mail("new", "c@x.example"), first=3)
    done: list[list[OutcomeKind | None]] = []

    assert leg.handling.handle_batch(lambda: done.append(leg.outcomes())) == 3

    assert done == [[None, None, OutcomeKind.ENTRY], [OutcomeKind.ENTRY] * 3]


def test_a_daemon_that_slept_through_a_takeover_records_nothing(leg: Leg, readers: Readers):
    """Its claims were lifted and its mails handled by another life: what it decided before is written nowhere."""
    leg.lay_in(a_mail("one", "a@x.example"), a_mail("bomb", "b@x.example"))
    other = Handling(leg.store, readers, InForce(HOUSE, leg.parts), "another life", board=leg.board)

    def take_over() -> None:
        leg.store.write(lambda tx: tx.void_claims(NOW))
        assert other.handle_batch() == 2

    leg.ticks = [lambda: None, take_over]
    with pytest.raises(StaleError):
        leg.handling.handle_batch()

    assert leg.outcomes() == [OutcomeKind.ENTRY, None]
    assert [row.attempts for row in leg.arrivals()] == [0, 1]
    assert len(leg.store.read(lambda reader: reader.search(Search(()), 10, NOW))) == 1
    assert len(leg.store.read(lambda reader: reader.list_mails(None, 10))) == 3


def test_what_is_in_hand_together_is_decided_by_one_set_of_rules(leg: Leg):
    """Another set comes while the first of two mails is decided: both go to the first set's queue, the next not."""
    sales = replace(HOUSE.rules.queues["support"], key="sales")
    other = replace(HOUSE, rules=replace(HOUSE.rules, queues={"sales": sales}))
    in_force = InForce(HOUSE, leg.parts)
    tokens = iter([lambda: in_force.exchange(other, changing, lambda: None)])

    def entropy(count: int) -> bytes:
        next(tokens, lambda: None)()
        return os.urandom(count)

    changing = replace(leg.parts, entropy=entropy)
    in_force.exchange(HOUSE, changing, lambda: None)
    leg.handling = Handling(leg.store, leg.readers, in_force, "this life", board=leg.board)
    leg.lay_in(a_mail("one", "a@x.example"), a_mail("two", "b@x.example"))
    leg.handling.handle_batch()
    leg.lay_in(a_mail("three", "c@x.example"), first=3)
    leg.handling.handle_batch()

    tickets = leg.store.read(lambda reader: reader.search(Search(()), 9, NOW))
    assert {one.subject: one.queue for one in tickets} == {"one": "support", "two": "support", "three": "sales"}
