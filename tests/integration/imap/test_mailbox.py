"""The mailbox on a real server: what it has, its bytes, its news."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import Mailbox, Wake
from tests.integration.imap.conftest import connected
from tests.servers.accounts import mailbox_at
from tests.servers.dovecot import Dovecot
from tests.servers.loopback import free_ports

LIMIT = 25_000_000
LONG = timedelta(seconds=30)
MEGABYTE = 1 << 20


def a_mail(size: int) -> bytes:
    head = b"Subject: large\r\n\r\n"
    line = bytes(33 + n % 90 for n in range(76)) + b"\r\n"
    body = line * (size // len(line) + 1)
    return (head + body)[: size - 2] + b"\r\n"


@pytest.mark.parametrize(("tls", "port"), [("none", "port"), ("starttls", "port"), ("implicit", "tls_port")])
def test_each_way_of_tls_reads_the_same_mail(dovecot: Dovecot, tls: str, port: str) -> None:
    """Clear text on loopback, STARTTLS and TLS from the first byte all sign in and read."""
    user = dovecot.new_user()
    dovecot.append(user, b"Subject: one\r\n\r\nhello\r\n")

    with connected(dovecot, user, tls=tls, port=getattr(dovecot, port)) as mailbox:
        assert mailbox.uidvalidity > 0
        assert {"IDLE", "MOVE", "UIDPLUS"} <= mailbox.abilities
        [mail] = mailbox.fetch(mailbox.unseen(set()), LIMIT)
        assert mail.raw == b"Subject: one\r\n\r\nhello\r\n"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_unknown_authority_is_refused(dovecot: Dovecot, tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that nobody we trust has signed ends the talk before the password is said."""
    monkeypatch.delenv("SSL_CERT_FILE")
    port = dovecot.port if tls == "starttls" else dovecot.tls_port
    asked: list[None] = []
    mailbox = Mailbox(mailbox_at(dovecot, tls=tls, port=port), "INBOX", lambda: asked.append(None) or "secret")

    with pytest.raises(MailboxRefusedError, match="certificate"):
        mailbox.connect()
    assert not asked


def test_a_wrong_password_is_for_a_person(dovecot: Dovecot) -> None:
    """A refused sign-in is no lost connection."""
    mailbox = Mailbox(mailbox_at(dovecot), "INBOX", lambda: "wrong")

    with pytest.raises(MailboxRefusedError, match="AUTHENTICATIONFAILED"):
        mailbox.connect()


def test_a_folder_that_is_not_there_is_for_a_person(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxRefusedError, match="Nowhere"), connected(dovecot, dovecot.new_user(), "Nowhere"):
        pass


def test_a_closed_port_is_unavailable(dovecot: Dovecot) -> None:
    """A server that is not there may come back."""
    [port] = free_ports(1)
    mailbox = Mailbox(mailbox_at(dovecot, port=port), "INBOX", lambda: "secret")

    with pytest.raises(MailboxUnavailableError):
        mailbox.connect()


def test_unseen_is_what_the_server_has_and_we_have_not(dovecot: Dovecot) -> None:
    """A gap below the newest known mail is found, and what is known is not listed again."""
    user = dovecot.new_user()
    for number in range(5):
        dovecot.append(user, b"Subject: %d\r\n\r\n\r\n" % number)

    with connected(dovecot, user) as mailbox:
        assert mailbox.unseen(set()) == [1, 2, 3, 4, 5]
        assert mailbox.unseen({1, 3, 5, 99}) == [2, 4]
        assert mailbox.unseen({1, 2, 3, 4, 5}) == []
        dovecot.append(user, b"Subject: new\r\n\r\n\r\n")
        assert mailbox.unseen({1, 2, 3, 4, 5}) == [6]


def test_reading_marks_nothing(dovecot: Dovecot) -> None:
    """A mail that was fetched is as unread as before, for the people who share the mailbox."""
    user = dovecot.new_user()
    dovecot.append(user, b"Subject: one\r\n\r\n\r\n")
    dovecot.append(user, a_mail(2 * MEGABYTE))

    with connected(dovecot, user) as mailbox:
        mailbox.fetch([1, 2], LIMIT)

    assert all(r"\Seen" not in flags for flags in dovecot.flags(user))


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: \xff\xfe 8 bit\r\n\r\n\xe4\xf6\xfc \x01\x7f\r\n",
        b"\r\n",
        b"Subject: ) {17}\r\n\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\nA1 OK\r\n",
        a_mail(MEGABYTE - 1),
        a_mail(MEGABYTE),
        a_mail(MEGABYTE + 1),
        a_mail(3 * MEGABYTE),
        a_mail(3 * MEGABYTE + 17),
    ],
    ids=["8-bit", "no headers", "protocol in the body", "1M-1", "1M", "1M+1", "3M", "3M+17"],
)
def test_bytes_come_as_they_are(dovecot: Dovecot, raw: bytes) -> None:
    """Whatever the size and content, the arrival is the server's bytes, whole, with the time of arrival in UTC."""
    user = dovecot.new_user()
    dovecot.append(user, raw)
    stored = dovecot.messages(user)

    with connected(dovecot, user) as mailbox:
        [mail] = mailbox.fetch([1], LIMIT)

    assert [mail.raw] == stored
    assert mail.is_whole
    assert mail.size == len(mail.raw)
    assert mail.received_at is not None
    assert mail.received_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("limit", [100_000, 500_000, 2 * MEGABYTE])
def test_a_mail_above_the_limit_comes_as_its_beginning(dovecot: Dovecot, limit: int) -> None:
    """Above the limit the first 256 KiB are taken, at most the limit; the mail stays on the server."""
    user, raw = dovecot.new_user(), a_mail(3 * MEGABYTE)
    dovecot.append(user, raw)

    with connected(dovecot, user) as mailbox:
        [mail] = mailbox.fetch([1], limit)

    assert mail.raw == raw[: min(limit, 256 * 1024)]
    assert (mail.is_whole, mail.size) == (False, len(raw))
    assert dovecot.messages(user) == [raw]


def test_many_mails_come_in_order_and_the_gone_are_left_out(dovecot: Dovecot) -> None:
    """A batch is answered in the order asked, large and small mixed, without what is not there."""
    user = dovecot.new_user()
    mails = [a_mail(MEGABYTE + 5) if number == 30 else b"Subject: %d\r\n\r\n\r\n" % number for number in range(70)]
    for raw in mails:
        dovecot.append(user, raw)

    with connected(dovecot, user) as mailbox:
        fetched = mailbox.fetch([*range(1, 71), 500], LIMIT)

    assert [mail.uid for mail in fetched] == list(range(1, 71))
    assert [mail.raw for mail in fetched] == mails


def test_idle_tells_of_new_mail(dovecot: Dovecot, wake: Wake) -> None:
    """A mail that comes while we wait ends the wait, long before its time."""
    user = dovecot.new_user()
    dovecot.append(user, b"Subject: one\r\n\r\n\r\n")

    with connected(dovecot, user, tls="implicit", port=dovecot.tls_port) as mailbox:
        known = set(mailbox.unseen(set()))
        sender = threading.Thread(target=dovecot.append, args=(user, b"Subject: two\r\n\r\n\r\n"))
        sender.start()
        while not (new := mailbox.unseen(known)):
            mailbox.wait(wake, LONG)
        sender.join()

    assert new == [2]


def test_the_bell_ends_a_wait_and_the_connection_lives_on(dovecot: Dovecot, wake: Wake) -> None:
    """Another thread's ring is heard in IDLE, and the next command has its own answer."""
    with connected(dovecot, dovecot.new_user()) as mailbox:
        threading.Timer(0.1, wake.ring).start()
        mailbox.wait(wake, LONG)
        wake.clear()
        assert mailbox.unseen(set()) == []
        mailbox.wait(wake, timedelta(milliseconds=50))
        assert mailbox.unseen(set()) == []


def test_without_idle_the_bell_and_the_clock_remain(dovecot_with: Callable[[str], Dovecot], wake: Wake) -> None:
    """On a server that cannot push, a wait ends by the bell or after the poll interval, and new mail is found then."""
    server = dovecot_with("imap_capability = IMAP4rev1 UIDPLUS MOVE\n")
    with connected(server, "a@acme.example") as mailbox:
        assert "IDLE" not in mailbox.abilities
        mailbox.wait(wake, timedelta(milliseconds=50))
        wake.ring()
        mailbox.wait(wake, LONG)
        server.append("a@acme.example", b"Subject: new\r\n\r\n\r\n")
        assert mailbox.unseen(set()) == [1]


def test_a_server_that_goes_down_is_noticed_and_found_again(dovecot_with: Callable[[str], Dovecot], wake: Wake) -> None:
    """The end of the server ends the wait as unavailable; when it is back, connect reads on under the same epoch."""
    server = dovecot_with("")
    server.append("a@acme.example", b"Subject: one\r\n\r\n\r\n")
    with connected(server, "a@acme.example") as mailbox:
        epoch = mailbox.uidvalidity
        stopper = threading.Timer(0.1, server.stop)
        stopper.start()
        with pytest.raises(MailboxUnavailableError):
            mailbox.wait(wake, LONG)
        stopper.join()
        with pytest.raises(MailboxUnavailableError):
            mailbox.connect()
        server.start()
        mailbox.connect()
        assert (mailbox.uidvalidity, mailbox.unseen(set())) == (epoch, [1])


def test_names_beyond_ascii_sign_in(dovecot: Dovecot) -> None:
    """A user of another alphabet is a user, and a folder of another alphabet a folder."""
    user, folder = "jürgen@acme.example", "Büro & Söhne"
    with connected(dovecot, user, done={"move": folder}) as mailbox:
        assert mailbox.unseen(set()) == []
