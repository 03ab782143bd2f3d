"""Intake with a real store: everything that a folder has becomes an arrival once, whatever the server does."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from maild import intake
from maild.config import TakeoverConfig
from maild.imap import Mailbox, Wake
from maild.intake import TELL_EVERY, Intake, Source
from maild.model.decision import OutcomeKind
from maild.model.mail import Arrival
from maild.model.ticket import State
from maild.store import Store
from tests.fakes.imap import FakeImap, Message, answer
from tests.fakes.wire import Talk
from tests.integration.hearing import Heard, a_board, hearing
from tests.integration.store.values import FIRST, NOW, a_decision, a_work, carry_out, claim
from tests.servers.accounts import mailbox_at
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Proxy

LIMIT = 25_000_000
MEGABYTE = 1 << 20


def raw(number: int) -> bytes:
    return b"Subject: matter %d\r\n\r\nHelp, %d.\r\n" % (number, number)


class Desk:
    """One folder's intake; `polls` are so rare that whatever a test sees was not found by one."""

    def __init__(
        self,
        store: Store,
        server: Dovecot | FakeImap,
        heard: Heard,
        user: str,
        takeover: TakeoverConfig = TakeoverConfig(),  # noqa: B008 - frozen
    ) -> None:
        password = server.password if isinstance(server, Dovecot) else "secret"
        self.store = store
        self.heard = heard
        self.mailbox = Mailbox(mailbox_at(server, user), "INBOX", lambda: password)
        self.left: list[int] = []
        self.time = NOW
        self.stamp = 0
        source = Source("support", "INBOX", timedelta(hours=1), LIMIT, takeover)
        self.intake = Intake(
            source, self.mailbox, store, self.now, self.left.append, board=a_board(), stamp=lambda: self.stamp
        )
        self.stop = threading.Event()
        self.commits = 0

    def count(self) -> None:
        self.commits += 1

    def take_in(self) -> int:
        return self.intake.take_in(self.stop, self.count)

    @contextmanager
    def at_work(self) -> Iterator[Wake]:
        """The leg in its thread, trying again without a pause; it has stopped when the block is left."""
        wake = Wake()
        leg = threading.Thread(target=self.intake.run, args=(self.stop, wake, self.count, lambda: -0.5))
        leg.start()
        try:
            yield wake
        finally:
            self.stop.set()
            wake.ring()
            leg.join(30)
            wake.close()
        assert not leg.is_alive()

    @property
    def recorded(self) -> list[tuple[int, int]]:
        """New and re-keyed messages of each commit."""
        return [(line["new"], line["rekeyed"]) for line in self.heard.find("arrivals_recorded")]

    def now(self) -> datetime:
        return self.time

    def handle(self, *kinds: OutcomeKind) -> tuple[Arrival, ...]:
        """Bring the waiting arrivals to these outcomes, in their order."""
        arrivals = claim(self.store)
        works = [a_work(one, a_decision(kind=kind)) for one, kind in zip(arrivals, kinds, strict=True)]
        assert carry_out(self.store, *works) == ()
        return arrivals


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "state", None, first_number=FIRST)
    yield opened
    opened.close()


@pytest.fixture
def heard() -> Iterator[Heard]:
    with hearing() as ear:
        yield ear


@contextmanager
def connected(
    store: Store,
    server: Dovecot | FakeImap,
    heard: Heard,
    user: str = "desk@acme.example",
    takeover: TakeoverConfig = TakeoverConfig(),  # noqa: B008 - frozen
) -> Iterator[Desk]:
    desk = Desk(store, server, heard, user, takeover)
    desk.mailbox.connect()
    try:
        desk.intake.begin_epoch()
        yield desk
    finally:
        desk.mailbox.close()


def fetches(server: FakeImap) -> list[str]:
    """The UIDs whose bytes were asked for, command by command."""
    found = (re.search(r"UID FETCH (\S+) \(UID BODY", line) for line in server.heard)
    return [match[1] for match in found if match]


def test_a_folder_is_taken_in_by_batches(store: Store, heard: Heard) -> None:
    """Fifty mails a commit, oldest first, bytes as they are; what the ledger has is not fetched again."""
    with FakeImap([raw(number) for number in range(120)]) as server, connected(store, server, heard) as desk:
        assert desk.take_in() == 120
        assert desk.recorded == [(50, 0), (50, 0), (20, 0)]
        assert desk.commits == 3
        server.heard.clear()
        assert desk.take_in() == 0
        assert fetches(server) == []
    arrivals = reversed(store.read(lambda reader: reader.list_arrivals(200)))
    kept = [(one.place.uid, store.read(lambda reader, key=one.id: reader.raw_of(key))) for one in arrivals]
    assert kept == [(n + 1, raw(n)) for n in range(120)]


def test_large_mails_are_committed_apart(store: Store, heard: Heard) -> None:
    """No more than 8 MB of mail, or one mail, is in memory at a time."""
    mails = [raw(number) + b"x" * (4 * MEGABYTE - 100) for number in range(3)]
    with FakeImap(mails) as server, connected(store, server, heard) as desk:
        desk.take_in()
    assert desk.recorded == [(2, 0), (1, 0)]


def test_mail_that_comes_during_a_listing_does_not_wait_for_the_poll(store: Store, heard: Heard) -> None:
    """EXISTS told between SEARCH and its OK: the mail is taken at once, though IDLE will not tell of it."""
    with FakeImap() as server:
        desk = Desk(store, server, heard, "desk@acme.example")

        def come_meanwhile(talk: Talk, line: str) -> None:
            server.messages[1] = Message(raw(1))
            talk.say("* SEARCH", "* 1 EXISTS", f"{line.split(maxsplit=1)[0]} OK done")

        server.plan("UID SEARCH", come_meanwhile)
        with desk.at_work():
            heard.wait_for("arrivals_recorded")
    assert desk.recorded == [(1, 0)]


def test_mail_that_comes_while_outcomes_are_shown_does_not_wait_for_the_poll(store: Store, heard: Heard) -> None:
    """EXISTS told in the middle of a MOVE is heard too."""
    with FakeImap([raw(1)]) as server:
        with connected(store, server, heard) as desk:
            desk.take_in()
            desk.handle(OutcomeKind.DESK)

        def come_meanwhile(talk: Talk, line: str) -> None:
            server.messages[2] = Message(raw(2))
            del server.messages[1]
            talk.say("* 2 EXISTS", "* 1 EXPUNGE", f"{line.split(maxsplit=1)[0]} OK moved")

        server.plan("UID MOVE", come_meanwhile)
        with desk.at_work():
            heard.wait_for("arrivals_recorded", 2)
    assert desk.recorded == [(1, 0), (1, 0)]


class BreakingImap(FakeImap):
    """Hangs up when it is asked for the bytes of a bomb."""

    bombs: frozenset[int] = frozenset()

    def _fetch(self, talk: Talk, tag: str, rest: str) -> None:
        if "BODY" in rest and self.bombs & self._wanted(rest.split()[2]):
            talk.cut()
        super()._fetch(talk, tag, rest)


def test_a_mail_that_breaks_the_connection_is_a_stub_after_three_tries(store: Store, heard: Heard) -> None:
    """After the first break mails are fetched one by one: each bomb has three tries, the others come whole."""
    with BreakingImap([raw(number) for number in range(1, 6)]) as server:
        server.bombs = frozenset({2, 3})
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work():
            heard.wait_for("arrivals_recorded", 5)
            server.wait_until(lambda: server.heard[-1].endswith("IDLE"))
    assert fetches(server) == ["1,2,3,4,5", "1", *"222333", "4", "5"]
    assert [(line["uid"], line["tries"]) for line in heard.find("mail_not_fetched")] == [(2, 3), (3, 3)]
    arrivals = sorted(claim(store), key=lambda one: one.place.uid)
    assert [(one.raw, one.is_whole) for one in arrivals] == [
        (raw(1), True),
        (b"", False),
        (b"", False),
        (raw(4), True),
        (raw(5), True),
    ]
    assert len({one.fingerprint for one in arrivals}) == 5


def test_after_a_bomb_mails_come_in_batches_again(store: Store, heard: Heard) -> None:
    """Caution ends with the folder that needed it."""
    with BreakingImap([raw(1), raw(2)]) as server:
        server.bombs = frozenset({1})
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work() as wake:
            heard.wait_for("arrivals_recorded", 2)
            server.messages |= {uid: Message(raw(uid)) for uid in (3, 4, 5)}
            wake.ring()
            heard.wait_for("arrivals_recorded", 3)
    assert fetches(server)[-1] == "3,4,5"


def test_a_mail_that_is_listed_and_never_given_is_a_stub(store: Store, heard: Heard) -> None:
    """A UID of which nothing comes blocks nobody; the third time it is recorded as such."""
    with FakeImap([raw(1), raw(2)]) as server, connected(store, server, heard) as desk:
        usual = server._wanted
        server._wanted = lambda uids: usual(uids) - ({1} if ":" not in uids else set())
        assert [desk.take_in() for _ in range(4)] == [1, 0, 1, 0]
    assert [(one.place.uid, one.raw) for one in claim(store)] == [(2, raw(2)), (1, b"")]


def test_a_mail_that_is_gone_before_it_is_fetched_is_nothing(store: Store, heard: Heard) -> None:
    """Somebody deletes a mail between listing and fetch: the others come, and no stub stands for it."""
    with FakeImap([raw(1), raw(2), raw(3)]) as server, connected(store, server, heard) as desk:

        def delete_it(talk: Talk, line: str) -> None:
            del server.messages[2]
            tag, _, rest = line.partition(" ")
            server._fetch(talk, tag, rest)

        server.plan("UID FETCH", delete_it)
        assert [desk.take_in() for _ in range(4)] == [2, 0, 0, 0]
    assert heard.find("mail_not_fetched") == []
    assert [one.place.uid for one in claim(store)] == [1, 3]


def test_failures_of_one_epoch_are_not_those_of_the_next(store: Store, heard: Heard) -> None:
    """UID 1 under another UIDVALIDITY is another mail, with three tries of its own."""
    with FakeImap([raw(1)]) as server, connected(store, server, heard) as desk:
        usual = server._wanted
        server._wanted = lambda uids: usual(uids) if ":" in uids else set()
        assert [desk.take_in() for _ in range(2)] == [0, 0]
        server.uidvalidity += 1
        desk.mailbox.connect()
        assert [desk.take_in() for _ in range(3)] == [0, 0, 1]


def test_a_folder_renumbered_gives_new_keys_and_only_new_mail_is_new(
    dovecot: Dovecot, store: Store, heard: Heard
) -> None:
    """UIDVALIDITY changed, 500 mails known and 3 new: exactly 3 new arrivals, and the operator reads of it."""
    user = dovecot.new_user()
    dovecot.append(user, raw(0))
    lay(dovecot, user, range(1, 500))
    with connected(store, dovecot, heard, user) as desk:
        assert desk.take_in() == 500
        before = desk.mailbox.uidvalidity
    lay(dovecot, user, range(500, 503))
    renumber(dovecot, user, before + 1)
    heard.lines.clear()

    with desk.at_work():
        heard.wait_for("arrivals_recorded", 11)

    assert desk.mailbox.uidvalidity == before + 1
    assert [sum(counts) for counts in zip(*desk.recorded, strict=True)] == [3, 500]
    assert heard.find("epoch_changed")[0]["before"] == before
    rows = store.read(lambda reader: reader.list_arrivals(1_000))
    assert len(rows) == 503


def lay(dovecot: Dovecot, user: str, numbers: range) -> None:
    """Lay mails into a Maildir as a delivery would; five hundred APPENDs take seconds."""
    for number in numbers:
        path = dovecot.maildir(user) / "new" / f"{1_700_000_000 + number}.M1P1.host"
        path.write_bytes(raw(number))
        os.chown(path, dovecot.uid, dovecot.gid)


def renumber(dovecot: Dovecot, user: str, uidvalidity: int) -> None:
    """Lose what Dovecot knows of its own numbers, as after a restore of the bare mails, but for the new epoch's."""
    for path in dovecot.maildir(user).glob("dovecot*"):
        path.unlink()
    numbers = dovecot.maildir(user) / "dovecot-uidlist"
    numbers.write_text(f"3 V{uidvalidity} N1\n", encoding="ascii")
    os.chown(numbers, dovecot.uid, dovecot.gid)


def test_outcomes_are_shown_once(store: Store, heard: Heard) -> None:
    """What was handled moves to Handled, what is held to Held, what waits stays; a second look shows nothing again."""
    with FakeImap([raw(1), raw(2), raw(3)]) as server, connected(store, server, heard) as desk:
        desk.take_in()
        desk.handle(OutcomeKind.DESK, OutcomeKind.HELD, OutcomeKind.DUPLICATE)
        server.messages[4] = Message(raw(4))
        desk.take_in()

        assert (desk.intake.show_outcomes(), desk.intake.show_outcomes()) == (3, 0)

        assert server.folders == {"Handled": [1, 3], "Held": [2]}
        assert list(server.messages) == [4]
    assert [line["count"] for line in heard.find("outcomes_shown")] == [3]


def test_a_bell_shows_outcomes_at_once(store: Store, heard: Heard) -> None:
    """Handling rings when it is done: the server is told without waiting for the poll."""
    with FakeImap([raw(1)]) as server:
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work() as wake:
            heard.wait_for("arrivals_recorded")
            desk.handle(OutcomeKind.DESK)
            desk.time += TELL_EVERY
            wake.ring()
            heard.wait_for("outcomes_shown")
        assert server.folders == {"Handled": [1]}


def test_a_mail_moved_back_by_a_person_is_known_by_its_content(dovecot: Dovecot, store: Store, heard: Heard) -> None:
    """A handled mail that lies in INBOX again is an arrival of its own, with the fingerprint of the first."""
    user = dovecot.new_user()
    dovecot.append(user, raw(1))
    with connected(store, dovecot, heard, user) as desk:
        desk.take_in()
        [first] = desk.handle(OutcomeKind.DESK)
        desk.intake.show_outcomes()
        with dovecot.client(user) as client:
            client.select("Handled")
            assert client.uid("MOVE", "1:*", "INBOX")[0] == "OK"

        assert desk.take_in() == 1

    [again] = claim(store)
    assert again.fingerprint == first.fingerprint
    assert again.place.uid != first.place.uid
    assert desk.recorded == [(1, 0), (1, 0)]


def test_a_refused_sign_in_rests_ten_minutes_and_hears_the_end_of_the_day(store: Store, heard: Heard) -> None:
    """A wrong password is tried at most six times an hour; stopping does not wait for the next try."""
    with FakeImap() as server:
        server.plan("AUTHENTICATE", answer("{tag} NO [AUTHENTICATIONFAILED] no"))
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work():
            heard.wait_for("mailbox_refused")
        assert server.connections == 1
    assert heard.find("mailbox_refused")[0]["again_in"] == 600


def test_a_day_without_a_server_is_a_pause_of_three_quarters_of_a_minute(store: Store, heard: Heard) -> None:
    """As many tries in vain as a day holds: the next is never further off, and the first that works takes all in."""
    tries = 24 * 3600 // 30
    with FakeImap([raw(1), raw(2)]) as server:
        wire = Proxy(server.port)
        wire.close()
        desk = Desk(store, server, heard, "desk@acme.example")
        desk.mailbox._settings = mailbox_at(server, port=wire.port)
        with desk.at_work():
            heard.wait_for("mailbox_lost", tries)
            assert desk.intake._delay * 1.5 <= timedelta(seconds=45)
            assert desk.intake._board.is_ill(desk.intake._spot)
            wire.open()
            heard.wait_for("arrivals_recorded")
        wire.close()

    assert [line["new"] for line in heard.find("arrivals_recorded")] == [2]
    assert not desk.intake._board.is_ill(desk.intake._spot)


def test_a_new_password_is_tried_at_once(store: Store, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever mends a password that was refused does not wait for the ten minutes to pass."""
    monkeypatch.setattr(intake, "LOOK_AT_PASSWORD", timedelta(milliseconds=10))
    with FakeImap([raw(1)]) as server:
        server.plan("AUTHENTICATE", answer("{tag} NO [AUTHENTICATIONFAILED] no"))
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work():
            heard.wait_for("mailbox_refused")
            desk.stamp = 1
            heard.wait_for("arrivals_recorded")
        assert server.connections == 2


def test_pauses_grow_until_the_folder_can_be_read(store: Store, heard: Heard) -> None:
    """A server that lets us in and fails at the listing is not asked every second for ever."""
    with FakeImap([raw(1)]) as server:
        server.plan("UID SEARCH", *[answer("{tag} NO [SERVERBUG] no")] * 4)
        desk = Desk(store, server, heard, "desk@acme.example")
        delays = []

        def note_delay() -> float:
            delays.append(desk.intake._delay.total_seconds())
            return -0.5

        leg = threading.Thread(target=desk.intake.run, args=(desk.stop, wake := Wake(), desk.count, note_delay))
        leg.start()
        heard.wait_for("arrivals_recorded")
        desk.stop.set()
        wake.ring()
        leg.join(30)
        wake.close()
    assert delays == [1, 2, 4, 8]


def test_a_server_that_asks_for_quiet_gets_it(store: Store, heard: Heard) -> None:
    """Microsoft's suggested back-off is kept to, whatever our own pause; it is no refusal."""
    with FakeImap() as server:
        server.plan("SELECT", answer("{tag} BAD Request is throttled. Suggested Backoff Time: 1200 milliseconds"))
        desk = Desk(store, server, heard, "desk")
        begun = time.monotonic()
        with desk.at_work():
            heard.wait_for("mailbox_connected")
        assert time.monotonic() - begun >= 1.2
    assert [line["again_in"] for line in heard.find("mailbox_lost")] == [1.2]
    assert heard.find("mailbox_refused") == []


def test_what_lay_there_at_first_sight_is_old_and_waits_for_what_is_new(
    dovecot: Dovecot, store: Store, heard: Heard
) -> None:
    """Old mail is marked so and taken by slices; what comes meanwhile goes first, after a restart too."""
    user = dovecot.new_user()
    dovecot.append(user, raw(0))
    lay(dovecot, user, range(1, 520))
    with connected(store, dovecot, heard, user) as desk:
        assert desk.take_in() == 500
        dovecot.append(user, raw(520))
        heard.lines.clear()
    with connected(store, dovecot, heard, user) as desk:
        assert desk.take_in() == 21
        dovecot.append(user, raw(521))
        assert desk.take_in() == 1

    first, second, *old = claim(store, 200)
    assert [(one.raw, one.taken_over_as) for one in (first, second)] == [(raw(520), None), (raw(521), None)]
    assert {one.taken_over_as for one in old} == {State.CLOSED}
    assert store.read(lambda reader: reader.count_old_left("support", "INBOX")) == 520
    assert heard.find("folder_first_seen") == []


def test_after_the_cut_off_mail_is_new_though_it_lay_there(dovecot: Dovecot, store: Store, heard: Heard) -> None:
    """An instant parts what was received before it from what is still to be answered, which goes first."""
    user = dovecot.new_user()
    for number, received in enumerate(
        ("01-Mar-2024 10:00:00 +0000", "26-Nov-2026 09:59:59 +0100", "26-Nov-2026 09:00:01 +0000")
    ):
        with dovecot.client(user) as client:
            assert client.append("INBOX", None, f'"{received}"', raw(number))[0] == "OK"
    takeover = TakeoverConfig.model_validate({"before": "2026-11-26T10:00:00+01:00", "state": "open"})

    with connected(store, dovecot, heard, user, takeover) as desk:
        desk.take_in()
        assert desk.mailbox.received_since(date(2026, 11, 25)) == {2, 3}

    first, *old = claim(store)
    assert (first.raw, first.taken_over_as) == (raw(2), None)
    assert [(one.raw, one.taken_over_as) for one in old] == [(raw(0), State.OPEN), (raw(1), State.OPEN)]


def test_a_folder_renumbered_while_it_was_taken_over(dovecot: Dovecot, store: Store, heard: Heard) -> None:
    """When UIDs say nothing any more, what the server received before the first sight is old."""
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        for received in ("01-Mar-2024 10:00:00 +0000", "24-Nov-2026 10:00:00 +0000"):
            assert client.append("INBOX", None, f'"{received}"', raw(len(received) + int(received[:2])))[0] == "OK"
    store.write(lambda tx: tx.begin_epoch("support", "INBOX", 1, 3, NOW))

    with connected(store, dovecot, heard, user) as desk:
        desk.take_in()

    assert {one.place.uid: one.taken_over_as for one in claim(store)} == {1: State.CLOSED, 2: None}
    assert heard.find("epoch_changed")


def test_progress_is_told_until_nothing_is_left(store: Store, heard: Heard) -> None:
    """Whoever watches reads how much is still to be handled, and at last that nothing is."""
    with FakeImap([raw(1), raw(2)]) as server:
        desk = Desk(store, server, heard, "desk@acme.example")
        with desk.at_work() as wake:
            heard.wait_for("old_mail_taken_over")
            desk.handle(OutcomeKind.DESK, OutcomeKind.DESK)
            desk.time += timedelta(seconds=10)
            wake.ring()
            heard.wait_for("old_mail_taken_over", 2)
    assert desk.left == [2, 0]
    assert heard.find("folder_first_seen")[0]["old"] == 2


def test_while_old_mail_is_taken_over_outcomes_are_shown_now_and_then(store: Store, heard: Heard) -> None:
    """A move out of a large folder costs the same for one as for hundreds, and today's customer waits for it."""
    with FakeImap([raw(1), raw(2), raw(3)]) as server, connected(store, server, heard) as desk:
        desk.take_in()
        desk.intake._tell_progress()
        assert desk.intake._show_in_turn() == 0
        desk.handle(OutcomeKind.DESK, OutcomeKind.DESK, OutcomeKind.DESK)
        assert desk.intake._show_in_turn() == 0

        desk.time += TELL_EVERY

        assert desk.intake._show_in_turn() == 3
