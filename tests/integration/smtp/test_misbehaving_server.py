"""A server cuts, hangs or lies: a mail's end is definite until the message is begun, after that only by an answer."""

import asyncio
import socket
from collections.abc import Callable

import pytest

from maild.errors import RelayRefusedError, RelayUnavailableError
from maild.model.outgoing import Accepted, Deferred, InDoubt, Refused
from maild.smtp import Relay, relay, session
from tests.fakes.smtp import Act, FakeSmtp, reply, reply_and_cut
from tests.fakes.wire import Talk, cut, hang
from tests.integration.smtp.conftest import a_mail, send
from tests.servers.accounts import relay_at

Relays = Callable[..., Relay]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is left after a moment instead of ten minutes."""
    monkeypatch.setattr(session, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(session, "COMMAND_SECONDS", 0.5)
    monkeypatch.setattr(relay, "DOT_SECONDS", 0.5)


# Before the message is begun


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("act", [cut, hang, reply("421 busy"), reply_and_cut("454 later"), reply("nonsense")])
@pytest.mark.parametrize("step", ["connect", "EHLO", "AUTH"])
async def test_without_a_session_the_relay_is_unavailable(step: str, act: Act, relay_to: Relays) -> None:
    """No mail is to blame when no session can be had, and the next try is a new connection."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan(step, act)
        with pytest.raises(RelayUnavailableError):
            await channel.offer(a_mail())
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 2


@pytest.mark.parametrize(
    ("step", "line"),
    [("connect", "554 no service"), ("EHLO", "550 go away"), ("AUTH", "535 5.7.8 no"), ("AUTH", "534 5.7.9 no")],
)
async def test_a_relay_that_refuses_us_is_for_a_person(step: str, line: str, relay_to: Relays) -> None:
    """5xx before any mail is about us."""
    with FakeSmtp() as server:
        server.plan(step, reply(line), reply(line))
        with pytest.raises(RelayRefusedError, match=line[:3]):
            await relay_to(relay_at(server)).offer(a_mail())


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("code", [530, 535, 538])
async def test_a_sign_in_that_is_missed_later_is_for_a_person_too(step: str, code: int, relay_to: Relays) -> None:
    """ "Authentication required" to MAIL or RCPT stops the queue and refuses no mail."""
    with FakeSmtp() as server:
        server.plan(step, reply(f"{code} 5.7.0 authenticate first"))
        with pytest.raises(RelayRefusedError):
            await relay_to(relay_at(server)).offer(a_mail())


@pytest.mark.parametrize("step", ["DATA", "dot"])
async def test_a_sign_in_that_is_missed_at_the_message_refuses_no_mail(step: str, relay_to: Relays) -> None:
    """530 to DATA or to the dot is about us too: the mail was surely not taken, and the next try is a new session."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan(step, reply("530 5.7.0 authenticate first"))
        with pytest.raises(RelayRefusedError, match="530"):
            await send(channel)
        assert isinstance(await send(channel), Accepted)


OUT_OF_STEP = [cut, hang, reply_and_cut("421 bye"), reply("nonsense"), reply("334 what"), reply("503 bad sequence")]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("act", OUT_OF_STEP, ids=["cut", "hang", "421", "nonsense", "3xx", "503"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_trouble_before_the_message_is_a_definite_later(step: str, act: Act, relay_to: Relays) -> None:
    """Until the message is begun it was surely not sent: deferred, and the next mail has a new connection."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan(step, act)
        assert isinstance(await send(channel), Deferred)
        assert isinstance(await send(channel), Accepted)
        assert (server.connections, len(server.taken)) == (2, 1)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("line", "kind"), [("451 4.3.0 later", Deferred), ("550 5.1.1 no", Refused)])
async def test_a_refusal_keeps_the_connection(step: str, line: str, kind: type, relay_to: Relays) -> None:
    """4xx is later and 5xx is never, in the server's words; the next mail goes on the same connection after RSET."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan(step, reply(line))
        assert await send(channel) == kind(line)
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 1
        assert "RSET" in server.heard


@pytest.mark.parametrize("lines", [("250 ok", "550 no"), ("250 ok", "250 ok")])
@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_a_second_answer_is_not_taken_for_the_next(step: str, lines: tuple[str, ...], relay_to: Relays) -> None:
    """Two answers to one command would shift all that follow: the connection is given up before the message."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan(step, reply(*lines))
        assert isinstance(await send(channel), Deferred)
        assert server.taken == []
        assert isinstance(await send(channel), Accepted)


# From the message to the answer to its dot


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("act", [cut, hang, reply("nonsense"), reply("354 what"), reply("250-half")])
async def test_no_answer_to_the_dot_is_doubt(act: Act, relay_to: Relays) -> None:
    """The server has the whole message and says nothing of use: it may have been sent."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan("dot", act)
        assert isinstance(await send(channel), InDoubt)
        assert len(server.taken) == 1
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 2


async def test_a_cut_in_the_message_is_doubt(relay_to: Relays) -> None:
    """A connection that breaks while the message is on the way tells nothing."""

    def begin(talk: Talk, _line: str) -> None:
        talk.say("354 go on")
        talk.hear()
        talk.cut()

    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan("DATA", begin)
        assert isinstance(await send(channel), InDoubt)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("250 2.0.0 queued as 4711", Accepted("2.0.0 queued as 4711")),
        ("251 will forward", Accepted("will forward")),
        ("452 4.3.1 disk full", Deferred("452 4.3.1 disk full")),
        ("421 4.7.0 too much", Deferred("421 4.7.0 too much")),
        ("554 5.7.1 spam", Refused("554 5.7.1 spam")),
    ],
)
async def test_an_answer_to_the_dot_is_definite(line: str, expected: object, relay_to: Relays) -> None:
    """2xx is taken, 4xx surely not yet, 5xx surely not at all."""
    with FakeSmtp() as server:
        server.plan("dot", reply(line))
        assert await send(relay_to(relay_at(server))) == expected


async def test_an_early_answer_ends_a_message_definitely(relay_to: Relays) -> None:
    """A server that has heard enough of a message says so and hangs up; what it said holds."""

    def enough(talk: Talk, _line: str) -> None:
        talk.say("354 go on")
        talk.hear()
        talk.say("552 5.3.4 too large")
        while talk.hear() != ".":
            pass
        talk.cut()

    with FakeSmtp() as server:
        server.plan("DATA", enough)
        assert await send(relay_to(relay_at(server))) == Refused("552 5.3.4 too large")


async def test_words_before_the_message_stop_it(relay_to: Relays) -> None:
    """An answer that came together with "go on" belongs to a message that was not sent yet: it is not."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan("DATA", reply("354 go on", "250 taken"))
        assert isinstance(await send(channel), Deferred)
        assert server.taken == []


async def test_a_cancelled_step_leaves_no_connection_behind(relay_to: Relays) -> None:
    """After a cancellation the old connection is out of step: it is closed, and the next mail has its own answers."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        for step in ("RCPT", "dot"):
            server.plan(step, hang)
            sending = asyncio.create_task(send(channel))
            await asyncio.to_thread(
                server.wait_until, lambda s=step: bool(server.heard) and server.heard[-1].startswith(s)
            )
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 3


async def test_only_the_mail_that_was_offered_is_handed_over(relay_to: Relays) -> None:
    """Another mail, or the same one twice, is not said on a connection that waits for a first."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        assert isinstance(await channel.hand_over(a_mail()), Deferred)
        await channel.offer(a_mail(id_=1))
        assert isinstance(await channel.hand_over(a_mail(id_=2)), Deferred)
        await send(channel, 3)
        assert isinstance(await channel.hand_over(a_mail(id_=3)), Deferred)
        assert len(server.taken) == 1


# Using a connection again


@pytest.mark.parametrize("words", [b"421 4.4.2 idle too long\r\n", b"250 what\r\n", b"*"])
async def test_a_line_nobody_asked_for_ends_an_idle_connection(words: bytes, relay_to: Relays) -> None:
    """What an idle server says is no answer to the next mail: a fresh connection is made."""
    talks: list[Talk] = []

    def take(talk: Talk, _line: str) -> None:
        talks.append(talk)
        talk.say("250 taken")

    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan("dot", take)
        assert isinstance(await send(channel), Accepted)
        await asyncio.to_thread(talks[0].send, words)
        assert isinstance(await send(channel), Accepted)
        assert len(server.taken) == 2


async def test_a_connection_that_ended_meanwhile_is_replaced(relay_to: Relays) -> None:
    """A server that closed an idle connection is called again, and no mail is to blame."""

    def thank_and_close(talk: Talk, _line: str) -> None:
        talk.say("250 taken")
        talk.cut()

    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        server.plan("dot", thank_and_close)
        assert isinstance(await send(channel), Accepted)
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 2


@pytest.mark.parametrize("line", ["421 enough mails", "451 what", "500 RSET?"])
async def test_a_reset_that_fails_makes_a_new_connection(line: str, relay_to: Relays) -> None:
    """Servers end a connection after so many mails: that costs no mail an attempt."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        await send(channel)
        server.plan("RSET", reply(line))
        assert isinstance(await send(channel), Accepted)
        assert server.connections == 2


async def test_the_kernel_watches_the_peer(relay_to: Relays) -> None:
    """A peer that vanishes during the ten minutes at the dot is found within two."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        await channel.offer(a_mail())
        assert channel._session
        plug = channel._session.socket
        assert plug.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        assert relay.DOT_SECONDS == 600


@pytest.mark.usefixtures("quick")
async def test_close_does_not_wait_for_a_server_that_hangs(relay_to: Relays) -> None:
    """QUIT is politeness; without an answer the connection is closed all the same."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        await send(channel)
        server.plan("QUIT", hang)
        await channel.close()
        await channel.close()
        assert server.heard[-1] == "QUIT"
