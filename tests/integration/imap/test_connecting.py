"""A server that cuts, hangs, lies or refuses costs a reconnection at most: never a mail, a secret or a busy loop."""

import contextlib
import socket
import ssl
from datetime import timedelta

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import Mailbox, Wake
from maild.model.decision import OutcomeKind
from tests.fakes.imap import ABILITIES, Act, FakeImap, answer, bye
from tests.fakes.wire import HungUpError, Talk, cut, hang
from tests.integration.imap.conftest import RAW, connected
from tests.servers.accounts import mailbox_at

LIMIT = 1_000_000
NO_PLAIN = ABILITIES.replace("AUTH=PLAIN ", "")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("act", [cut, hang, bye, answer("nonsense")], ids=["cut", "hang", "bye", "nonsense"])
@pytest.mark.parametrize("step", ["greeting", "CAPABILITY", "AUTHENTICATE", "SELECT"])
def test_trouble_while_connecting_is_unavailable(step: str, act: Act) -> None:
    """A server that cuts, hangs, says BYE or nonsense may be well again in a minute."""
    with FakeImap() as server:
        server.plan(step, act)
        with pytest.raises(MailboxUnavailableError), connected(server):
            pass


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("act", [cut, hang, bye, answer("nonsense")], ids=["cut", "hang", "bye", "nonsense"])
@pytest.mark.parametrize("step", ["NOOP", "UID SEARCH", "UID FETCH", "IDLE", "idle", "DONE", "UID MOVE"])
def test_trouble_at_work_is_unavailable_and_the_next_connection_works(step: str, act: Act, wake: Wake) -> None:
    """Whatever breaks at whichever command: the connection is given up at once, and a new one does the work."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan(step, act)
        with pytest.raises(MailboxUnavailableError):
            work_through(box, wake)
        box.connect()
        work_through(box, wake)
        assert server.folders == {"Handled": [1]}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["greeting", "NOOP", "UID FETCH"])
def test_a_server_that_drips_is_left(step: str) -> None:
    """A byte every now and then is no answer: no single read waits long, and all together are given up all the same."""
    with FakeImap([RAW]) as server:
        server.plan(step, drip)
        with pytest.raises(MailboxUnavailableError, match="drips"), connected(server) as box:
            box.fetch(box.unseen(set()), LIMIT)


def drip(talk: Talk, _line: str) -> None:
    """Say a word as long as it takes to be left."""
    with contextlib.suppress(HungUpError):
        talk.send(*(b"*" for _ in range(1000)))


def work_through(box: Mailbox, wake: Wake) -> None:
    assert box.unseen(set()) == [1]
    assert [mail.raw for mail in box.fetch([1], LIMIT)] == [RAW]
    box.wait(wake, timedelta(milliseconds=50))
    box.show({OutcomeKind.ENTRY: [1]})


def test_after_a_failure_nothing_is_said_on_the_old_connection() -> None:
    """Without a connection every door says so, and none opens one by itself."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("NOOP", cut)
        for _ in range(3):
            with pytest.raises(MailboxUnavailableError):
                box.unseen(set())
        assert server.connections == 1


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"])
def test_a_sign_in_that_cannot_be_checked_now_passes(code: str) -> None:
    """NO with a code of trouble on the server's side is not a wrong password."""
    with FakeImap() as server:
        server.plan("AUTHENTICATE", answer(f"{{tag}} NO [{code}] later"))
        with pytest.raises(MailboxUnavailableError, match=code), connected(server):
            pass


@pytest.mark.parametrize("words", ["NO [AUTHENTICATIONFAILED] no", "NO no", "NO [EXPIRED] old", "BAD what"])
@pytest.mark.parametrize("abilities", [ABILITIES, NO_PLAIN])
def test_any_other_refusal_of_the_sign_in_is_for_a_person(words: str, abilities: str) -> None:
    """A password that was refused is not tried again by itself."""
    with FakeImap(abilities=abilities) as server:
        server.plan("AUTHENTICATE" if abilities is ABILITIES else "LOGIN", answer("{tag} " + words))
        with pytest.raises(MailboxRefusedError), connected(server):
            pass


def test_login_quotes_what_needs_it() -> None:
    """Without AUTH=PLAIN, name and password go as quoted strings: blanks and quotes in them are theirs."""
    with FakeImap(abilities=NO_PLAIN) as server:
        box = Mailbox(mailbox_at(server, 'a "desk" x'), "INBOX", lambda: 'pass\\word "x"')
        box.connect()
        box.close()
        assert any(line.endswith(r'LOGIN "a \"desk\" x" "pass\\word \"x\""') for line in server.heard)


@pytest.mark.parametrize(
    ("user", "password", "folder"),
    [
        ("desk\rA1 DELETE INBOX", "x", "INBOX"),
        ("desk", "x\r\ny", "INBOX"),
        ("desk", "x", "IN\r\nBOX"),
        ("d", "\0", "INBOX"),
    ],
)
@pytest.mark.parametrize("abilities", [ABILITIES, NO_PLAIN])
def test_control_characters_are_never_sent(user: str, password: str, folder: str, abilities: str) -> None:
    """A line end in a name, a password or a folder would be a command of its own (CVE-2025-15366)."""
    with FakeImap(abilities=abilities) as server:
        box = Mailbox(mailbox_at(server, user), folder, lambda: password)
        with pytest.raises(MailboxRefusedError, match="control characters"):
            box.connect()
        assert not any("DELETE" in line or line == "y" for line in server.heard)


@pytest.mark.parametrize("password", ["pässwort", "密码"])
def test_a_password_beyond_ascii_goes_by_plain_alone(password: str) -> None:
    """LOGIN's strings are ASCII; what cannot be said is told to a person."""
    with FakeImap(abilities=NO_PLAIN) as server:
        box = Mailbox(mailbox_at(server), "INBOX", lambda: password)
        with pytest.raises(MailboxRefusedError, match="ASCII"):
            box.connect()


def test_a_server_that_takes_no_password_is_given_none() -> None:
    """LOGINDISABLED: the password is not even said."""
    with FakeImap(abilities="IMAP4rev1 LOGINDISABLED") as server:
        with pytest.raises(MailboxRefusedError), connected(server):
            pass
        assert not any("LOGIN" in line for line in server.heard)


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_preauth_is_refused(tls: str) -> None:
    """A greeting that skips the sign-in would also skip STARTTLS."""
    with FakeImap() as server:
        server.plan("greeting", answer("* PREAUTH welcome"))
        with pytest.raises(MailboxRefusedError, match="PREAUTH"), connected(server, tls=tls):
            pass


@pytest.mark.parametrize(
    ("abilities", "act"),
    [
        ("IMAP4rev1 AUTH=PLAIN", None),
        (ABILITIES, answer("{tag} NO not today")),
        (ABILITIES, answer("{tag} BAD what")),
        (ABILITIES, answer("{tag} OK begin", "* CAPABILITY IMAP4rev1 INJECTED")),
        (ABILITIES, cut),
        (ABILITIES, answer("{tag} OK begin", "this is no TLS")),
    ],
    ids=["not offered", "NO", "BAD", "injected words", "cut", "no TLS"],
)
def test_starttls_that_fails_never_goes_on_in_clear_text(abilities: str, act: Act | None) -> None:
    """Without TLS the password is not said, whatever the server says instead."""
    with FakeImap(abilities=abilities) as server:
        if act:
            server.plan("STARTTLS", act)
        with pytest.raises((MailboxRefusedError, MailboxUnavailableError)), connected(server, tls="starttls"):
            pass
        assert not any("AUTHENTICATE" in line or "LOGIN" in line.upper().split() for line in server.heard)


def test_a_certificate_for_another_name_is_refused(server_context: ssl.SSLContext) -> None:
    """A trusted authority is not enough: the certificate must be for the host that was meant."""
    with (
        FakeImap(context=server_context, is_implicit=True, host="127.0.0.2") as server,
        pytest.raises(MailboxRefusedError, match="certificate"),
        connected(server, tls="implicit"),
    ):
        pass


def test_a_port_without_tls_is_for_a_person() -> None:
    """TLS to a port that speaks clear text is a mistake in the settings, not a server that is down."""
    with FakeImap() as server, pytest.raises(MailboxRefusedError, match="TLS"), connected(server, tls="implicit"):
        pass


def test_abilities_said_before_tls_or_sign_in_do_not_count(server_context: ssl.SSLContext) -> None:
    """What a server can is what it says last: many say little before the sign-in, and anyone may before TLS."""
    with FakeImap(context=server_context) as server:
        server.plan("greeting", answer("* OK [CAPABILITY IMAP4rev1 STARTTLS XGREETING] ready"))
        server.plan("CAPABILITY", answer("* CAPABILITY IMAP4rev1 STARTTLS XCLEAR", "{tag} OK done"))
        with connected(server, tls="starttls") as box:
            assert not {"XGREETING", "XCLEAR"} & box.abilities
            assert "MOVE" in box.abilities


def test_the_kernel_watches_the_peer() -> None:
    """A peer that vanishes without a word is found within two minutes, and small commands go out at once."""
    with FakeImap() as server, connected(server) as box:
        plug = box._wire().sock
        assert plug.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 15
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 4
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        assert plug.gettimeout() == 60
        assert box._wire().debug == 0


def test_close_does_not_wait_for_a_server_that_hangs() -> None:
    """Hanging up takes no answer."""
    with FakeImap() as server, connected(server) as box:
        server.plan("LOGOUT", hang)
        box.close()
        box.close()
