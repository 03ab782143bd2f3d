"""Delivery with a real store and a relay that misbehaves: every mail ends once, and nothing is told that is not so."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maild import delivery, ledger
from maild.delivery import Channel, Tools, Ward
from maild.ledger import Ledger
from maild.model.decision import TimerKind
from maild.model.outgoing import MailState
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.smtp import Relay
from maild.store import MailRow, Store, lock
from tests.fakes.smtp import FakeSmtp, reply
from tests.fakes.wire import Talk, cut
from tests.integration.hearing import Heard, a_board, hearing
from tests.integration.store.values import CLAIM, FIRST, NOW, a_mail, claim_due, open_ticket, send
from tests.servers.accounts import relay_at
from tests.servers.loopback import free_ports

MINUTE = timedelta(minutes=1)


class Desk:
    """One channel between a store and a relay, with a clock that a test turns."""

    def __init__(self, store: Store, relay: Relay, heard: Heard) -> None:
        self.store = store
        self.heard = heard
        self.now = NOW
        self.faults = 0
        self.stop = asyncio.Event()
        self.given_up = 0
        self.board, self.stamp = a_board(), 0
        ledger = Ledger(store, self.board)
        self.tools = Tools(store, ledger, CLAIM, self.clock, lambda: 0.5, self.count, self.board)
        self.ward = Ward("main", self.board, lambda: self.stamp)
        self.channel = Channel(self.ward, relay, self.tools)

    def clock(self) -> datetime:
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError
        return self.now

    def count(self) -> None:
        self.given_up += 1

    async def deliver(self, later: timedelta = timedelta(0)) -> int:
        """Turn the clock and deliver what is due then."""
        self.now += later
        return await self.channel.deliver_due(self.stop)

    @property
    def rows(self) -> list[MailRow]:
        """All mails, the oldest first."""
        return list(reversed(self.store.read(lambda reader: reader.list_mails(None, 50))))

    @property
    def states(self) -> list[tuple[MailState, int, int]]:
        """State, attempts and doubts of each mail."""
        return [(row.state, row.attempts, row.doubts) for row in self.rows]

    @property
    def next_at(self) -> timedelta | None:
        """How long until the next mail is due."""
        due_at = self.store.read(lambda reader: reader.next_due_at())
        return None if due_at is None else due_at - self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "state", None, first_number=FIRST)
    yield opened
    opened.close()


@pytest.fixture
def heard() -> Iterator[Heard]:
    with hearing() as ear:
        yield ear


@pytest.fixture
def server() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake


@pytest.fixture
async def desk(store: Store, server: FakeSmtp, heard: Heard) -> AsyncIterator[Desk]:
    relay = Relay(relay_at(server), lambda: "secret")
    yield Desk(store, relay, heard)
    await relay.close()


async def test_an_accepted_mail_has_ended(desk: Desk, server: FakeSmtp) -> None:
    """250 to the final dot ends a mail, with the relay's words; it is not sent again."""
    send(desk.store, a_mail())

    assert await desk.deliver() == 1
    assert await desk.deliver(timedelta(days=1)) == 0

    [row] = desk.rows
    assert (row.state, row.attempts, row.last_reply) == (MailState.ACCEPTED, 1, "2.0.0 taken as number 1")
    [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("support@acme.example", "bob@customer.example")
    assert desk.given_up == 0


async def test_a_deferred_mail_is_tried_again_when_it_is_due(desk: Desk, server: FakeSmtp) -> None:
    """450 is later: after a minute, then after five, and each attempt is counted."""
    send(desk.store, a_mail())
    server.plan("RCPT", reply("450 4.2.1 busy"), reply("451 4.3.0 busy"))

    await desk.deliver()
    assert desk.next_at == MINUTE
    assert await desk.deliver(MINUTE / 2) == 0
    await desk.deliver(MINUTE / 2)
    assert desk.next_at == 5 * MINUTE
    assert desk.states == [(MailState.WAITING, 2, 0)]
    await desk.deliver(5 * MINUTE)

    assert desk.states == [(MailState.ACCEPTED, 3, 0)]
    assert len(server.taken) == 1
    assert [line["reason"] for line in desk.heard.find("mail_deferred")] == ["450 4.2.1 busy", "451 4.3.0 busy"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
async def test_a_refused_mail_is_told_to_someone(step: str, desk: Desk, server: FakeSmtp) -> None:
    """5xx ends a mail as refused; the timer that tells someone starts with it, and the attempt is counted."""
    open_ticket(desk.store, FIRST, a_mail(FIRST))
    server.plan(step, reply("550 5.1.1 no such user"))

    await desk.deliver()

    [row] = desk.rows
    assert (row.state, row.attempts, row.last_reply) == (MailState.REFUSED, 1, "550 5.1.1 no such user")
    [timer] = desk.store.write(lambda tx: tx.claim_timers(CLAIM, 10, desk.now))
    assert (timer.kind, timer.ticket, timer.subject_id) == (TimerKind.UNDELIVERED, FIRST, row.id)
    assert desk.given_up == 1
    assert desk.heard.events == ["mail_refused"]


async def test_a_mail_in_doubt_goes_once_more_as_it_was(desk: Desk, server: FakeSmtp) -> None:
    """Cut after the dot: the same bytes under the same Message-ID, once."""
    mail = a_mail(headers=b"Message-ID: <m.1@acme.example>\r\nSubject: x\r\n\r\n", pieces=(b"." * 50_000 + b"\r\n",))
    send(desk.store, mail)
    server.plan("dot", cut)

    await desk.deliver()
    assert desk.states == [(MailState.WAITING, 1, 1)]
    await desk.deliver(MINUTE)

    assert desk.states == [(MailState.ACCEPTED, 2, 1)]
    first, second = server.taken
    assert first == second
    assert first.raw == mail.wire
    assert desk.heard.events == ["mail_in_doubt", "mail_accepted"]


async def test_a_mail_twice_in_doubt_ends(desk: Desk, server: FakeSmtp) -> None:
    """It may have come twice already: it does not go a third time, and someone is told."""
    send(desk.store, a_mail())
    server.plan("dot", cut, cut)

    await desk.deliver()
    await desk.deliver(MINUTE)

    assert desk.states == [(MailState.EXPIRED, 2, 1)]
    assert desk.given_up == 1
    assert await desk.deliver(timedelta(days=1)) == 0
    assert len(server.taken) == 2


async def test_a_doubt_is_not_forgotten_over_a_deferral(desk: Desk, server: FakeSmtp) -> None:
    """In doubt, then 450, then in doubt again: that is twice."""
    send(desk.store, a_mail())
    server.plan("dot", cut, cut)
    server.plan("MAIL", lambda talk, _: talk.say("250 ok"), reply("450 later"))

    for pause in (timedelta(0), MINUTE, 5 * MINUTE):
        await desk.deliver(pause)

    assert desk.states == [(MailState.EXPIRED, 3, 1)]


async def test_a_relay_that_is_down_costs_no_attempt(store: Store, heard: Heard) -> None:
    """Nobody at the port: all mails wait, nothing is counted, the pause grows to half a minute; then they go."""
    [port] = free_ports(1)
    with FakeSmtp() as server:
        relay = Relay(relay_at(server, port=port), lambda: "secret")
        desk = Desk(store, relay, heard)
        send(store, a_mail(), a_mail())
        pauses = []
        for _ in range(7):
            await desk.deliver()
            pauses.append(desk.next_at)
            assert pauses[-1] is not None
            desk.now += pauses[-1]
        assert desk.states == [(MailState.WAITING, 0, 0)] * 2
        assert [pause.total_seconds() for pause in pauses if pause] == [1, 2, 4, 8, 16, 30, 30]

        back = Desk(store, Relay(relay_at(server), lambda: "secret"), heard)
        back.now = desk.now
        await back.deliver()
        await back.channel._relay.close()

    assert back.states == [(MailState.ACCEPTED, 1, 0)] * 2
    assert heard.events.count("relay_lost") == 7


async def test_a_relay_that_is_back_is_used_by_the_same_channel(desk: Desk, server: FakeSmtp) -> None:
    """A greeting that fails twice, then a relay as ever: the mail goes, and the next trouble begins with a second."""
    send(desk.store, a_mail())
    server.plan("connect", cut, reply("421 busy"))

    await desk.deliver()
    await desk.deliver(timedelta(seconds=1))
    assert desk.next_at == timedelta(seconds=2)
    await desk.deliver(timedelta(seconds=2))
    assert desk.states == [(MailState.ACCEPTED, 1, 0)]

    server.plan("RSET", cut)
    server.plan("connect", cut)
    send(desk.store, a_mail(), now=desk.now)
    await desk.deliver()
    assert desk.next_at == timedelta(seconds=1)


async def test_a_refused_sign_in_rests_ten_minutes(desk: Desk, server: FakeSmtp) -> None:
    """535 is about us: one try, no attempt of any mail, ten minutes of peace, and a word to the operator."""
    send(desk.store, a_mail(), a_mail())
    server.plan("AUTH", reply("535 5.7.8 no"))

    await desk.deliver()

    assert desk.states == [(MailState.WAITING, 0, 0)] * 2
    assert desk.next_at == MINUTE / 2
    [line] = desk.heard.find("relay_refused")
    assert line["again_in"] == 600
    assert "535" in line["reason"]
    assert sum(said.startswith("AUTH") for said in server.heard) == 1
    assert not desk.ward.well.is_set()
    await desk.deliver(10 * MINUTE)
    assert desk.states == [(MailState.ACCEPTED, 1, 0)] * 2
    assert desk.ward.well.is_set()


async def test_one_channel_tries_a_sick_relay_for_all(
    desk: Desk, server: FakeSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused sign-in is tried once for all connections; a new password is tried at once, and all of them go on."""
    monkeypatch.setattr(delivery, "NAP", timedelta(milliseconds=20))
    second = Channel(desk.ward, Relay(relay_at(server), lambda: "secret"), desk.tools)
    send(desk.store, a_mail())
    server.plan("AUTH", reply("535 5.7.8 no"))
    bells = [asyncio.Event(), asyncio.Event()]
    first_runs = asyncio.create_task(desk.channel.run(desk.stop, bells[0]))
    await asyncio.to_thread(desk.heard.wait_for, "relay_refused")
    second_runs = asyncio.create_task(second.run(desk.stop, bells[1]))
    send(desk.store, a_mail())
    bells[1].set()
    desk.now += MINUTE
    await asyncio.sleep(0.1)  # nothing can be waited for that must not happen
    assert [said.split()[0] for said in server.heard].count("AUTH") == 1

    desk.stamp = 1
    await asyncio.to_thread(desk.heard.wait_for, "mail_accepted", 2)
    desk.stop.set()
    await asyncio.gather(first_runs, second_runs)

    assert desk.states == [(MailState.ACCEPTED, 1, 0)] * 2


async def test_a_doubted_clock_gives_up_no_mail(desk: Desk, server: FakeSmtp) -> None:
    """Put forward by a week: what seems too old is offered all the same, and what is deferred stays."""
    spot = TroubleSpot(TroubleKind.CLOCK)
    send(desk.store, a_mail(), a_mail(expires_at=NOW + MINUTE))
    server.plan("RCPT", reply("450 4.2.1 busy"), reply("450 4.2.1 busy"))
    desk.board.note(spot, "put forward")

    await desk.deliver(timedelta(days=7))
    assert desk.states == [(MailState.WAITING, 1, 0)] * 2
    await desk.deliver(2 * MINUTE)

    assert desk.states == [(MailState.ACCEPTED, 2, 0)] * 2
    assert desk.given_up == 0


async def test_a_clock_put_back_keeps_no_mail_waiting(desk: Desk, server: FakeSmtp) -> None:
    """Deferred by a clock that was a week ahead: once it is right again, the mail is due when it would have been."""
    send(desk.store, a_mail())
    server.plan("RCPT", reply("450 4.2.1 busy"))
    desk.board.note(TroubleSpot(TroubleKind.CLOCK), "put forward")
    week = timedelta(days=7)
    await desk.deliver(week)
    desk.now -= week
    assert desk.next_at == week + MINUTE

    desk.store.write(lambda tx: tx.bring_forward(week, desk.now))

    assert desk.next_at == MINUTE


async def test_a_day_without_a_relay_is_a_pause_of_half_a_minute(store: Store, heard: Heard) -> None:
    """However long nobody answers: no attempt is counted, the next try is never further off."""
    [port] = free_ports(1)
    with FakeSmtp() as server:
        desk = Desk(store, Relay(relay_at(server, port=port), lambda: "secret"), heard)
        desk.board = desk.tools.board
        send(store, a_mail())
        day = NOW + timedelta(days=1)
        while desk.now < day:
            await desk.deliver()
            assert desk.next_at is not None and desk.next_at <= MINUTE / 2
            desk.now += timedelta(minutes=10)
        relay = Relay(relay_at(server), lambda: "secret")
        await Channel(desk.ward, relay, desk.tools).deliver_due(desk.stop)
        await relay.close()

    assert desk.states == [(MailState.ACCEPTED, 1, 0)]
    assert len(server.taken) == 1


async def test_a_channel_that_rests_looks_at_no_mail(desk: Desk, server: FakeSmtp) -> None:
    """During the ten minutes a new mail rings in vain, and the end of the day is heard at once."""
    send(desk.store, a_mail())
    server.plan("AUTH", reply("535 5.7.8 no"))
    bell = asyncio.Event()
    running = asyncio.create_task(desk.channel.run(desk.stop, bell))
    await asyncio.to_thread(desk.heard.wait_for, "relay_refused")
    send(desk.store, a_mail())
    bell.set()
    desk.stop.set()
    await running

    assert desk.states == [(MailState.WAITING, 0, 0)] * 2
    assert server.connections == 1


async def test_a_mail_past_its_time_is_not_offered(desk: Desk, server: FakeSmtp) -> None:
    """An acknowledgement that comes a day late helps nobody: it ends before the relay hears of it."""
    send(desk.store, a_mail(expires_at=NOW + MINUTE))

    await desk.deliver(MINUTE)

    assert [row.state for row in desk.rows] == [MailState.EXPIRED]
    assert desk.given_up == 1
    assert server.heard == []


async def test_a_mail_that_would_be_tried_too_late_ends_now(desk: Desk, server: FakeSmtp) -> None:
    """Deferred beyond its time is given up with the relay's reason, not kept in silence."""
    send(desk.store, a_mail(expires_at=NOW + MINUTE / 2))
    server.plan("RCPT", reply("450 4.2.1 busy"))

    await desk.deliver()

    [row] = desk.rows
    assert (row.state, row.last_reply) == (MailState.EXPIRED, "450 4.2.1 busy")
    assert desk.given_up == 1


@pytest.mark.parametrize(
    ("step", "line", "left"),
    [
        ("MAIL", "450 4.0.0 later", (MailState.WAITING, 0, 0)),
        ("MAIL", "550 5.0.0 no", (MailState.WAITING, 0, 0)),
        ("RCPT", "250 2.1.5 ok", (MailState.WAITING, 0, 0)),
        ("dot", "250 2.0.0 ok", (MailState.WAITING, 1, 1)),
        ("dot", "450 4.0.0 later", (MailState.WAITING, 1, 1)),
        ("dot", "550 5.0.0 no", (MailState.WAITING, 1, 1)),
    ],
)
async def test_a_claim_that_was_lost_records_nothing(
    step: str, line: str, left: tuple[MailState, int, int], desk: Desk, server: FakeSmtp
) -> None:
    """Another daemon has the mail by now: what we know of it counts for nothing, and our other mail goes on."""
    send(desk.store, a_mail(), a_mail())
    first, second = (row.id for row in desk.rows)

    def lose_the_first(talk: Talk, _line: str) -> None:
        desk.store.write(lambda tx: tx.void_claims(NOW))
        desk.store.write(lambda tx: tx.claim_due("another", 2, ("main",), NOW))
        desk.store.write(lambda tx: tx.put_back_mails([second], "another", NOW))
        claim_due(desk.store)
        talk.say(line)

    server.plan(step, lose_the_first)
    await desk.deliver()

    assert desk.states == [left, (MailState.ACCEPTED, 1, 0)]
    assert len(server.taken) == (2 if step == "dot" else 1)
    assert [told["mail"] for told in desk.heard.find("claim_lost")] == [first]
    assert desk.given_up == 0
    assert claim_due(desk.store) == []


async def test_the_end_of_the_day_returns_what_was_not_tried(desk: Desk, server: FakeSmtp) -> None:
    """Stopping lets the mail in hand end, and gives the others back as they were, due at once."""
    send(desk.store, *(a_mail() for _ in range(4)))

    def stop_then_take(talk: Talk, _line: str) -> None:
        desk.stop.set()  # nobody waits for it yet, so that another thread may set it
        talk.say("250 2.0.0 taken")

    server.plan("dot", stop_then_take)
    await desk.deliver()

    assert desk.states == [(MailState.ACCEPTED, 1, 0), *[(MailState.WAITING, 0, 0)] * 3]
    assert desk.next_at == timedelta(0)


async def test_an_end_waits_for_a_locked_database(
    desk: Desk, server: FakeSmtp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """250 while another process holds the database: the end is recorded when it is free, and no second mail goes."""
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(ledger, "PAUSE", timedelta(milliseconds=5))
    send(desk.store, a_mail())
    held = os.open(tmp_path / "state" / "maild.lock", os.O_RDWR)

    def lock_then_take(talk: Talk, _line: str) -> None:
        fcntl.flock(held, fcntl.LOCK_EX)
        talk.say("250 2.0.0 taken")

    server.plan("dot", lock_then_take)
    delivering = asyncio.create_task(desk.deliver())
    try:
        await asyncio.to_thread(desk.heard.wait_for, "store_busy", 2)
    finally:
        os.close(held)
    await delivering

    assert desk.states == [(MailState.ACCEPTED, 1, 0)]
    assert len(server.taken) == 1


async def test_what_nobody_foresaw_keeps_no_other_mail_in_hand(desk: Desk, server: FakeSmtp) -> None:
    """The leg fails in the middle of a claim: the mails behind are free for whoever comes next."""
    send(desk.store, *(a_mail() for _ in range(3)))

    def break_the_clock(talk: Talk, _line: str) -> None:
        desk.faults = 1
        talk.say("250 2.0.0 taken")

    server.plan("dot", break_the_clock)
    with pytest.raises(ZeroDivisionError):
        await desk.deliver()
    await desk.deliver()

    assert desk.states == [(MailState.HANDING_OVER, 0, 0), *[(MailState.ACCEPTED, 1, 0)] * 2]
