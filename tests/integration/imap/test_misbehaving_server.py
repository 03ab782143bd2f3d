"""A server that cuts, hangs, lies or refuses costs a reconnection at most: never a mail, a secret or a busy loop."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import Mailbox, Wake, mailbox, wire
from maild.model.decision import OutcomeKind
from tests.fakes.imap import ABILITIES, Act, FakeImap, answer, answer_and_cut, bye
from tests.fakes.wire import Talk, cut, hang
from tests.servers.accounts import mailbox_at
from tests.servers.certificates import Certificate

LONG = timedelta(seconds=30)
LIMIT = 1_000_000
NO_PLAIN = ABILITIES.replace("AUTH=PLAIN ", "")
RAW = b"Subject: one\r\n\r\nhello\r\n"


@contextmanager
def connected(server: FakeImap, **changes: object) -> Iterator[Mailbox]:
    box = Mailbox(mailbox_at(server, **changes), "INBOX", lambda: "secret")
    try:
        box.connect()
        yield box
    finally:
        box.close()


def fetched(server: FakeImap, uids: list[int], *acts: Act) -> list[bytes]:
    """What comes of a fetch whose second command is answered thus; the first asks for sizes."""
    with connected(server) as box:
        server.plan("UID FETCH", sizes(*uids), *acts)
        return [mail.raw for mail in box.fetch(uids, LIMIT)]


def sizes(*uids: int, size: int = 23) -> Act:
    date = 'INTERNALDATE "01-Feb-2026 10:00:00 +0000"'
    return answer(*(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size} {date})" for uid in uids), "{tag} OK done")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is left after a moment instead of a minute."""
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.2)


@pytest.fixture
def server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


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


# What a server answers to FETCH


def body(data: bytes, item: bytes = b"BODY[]") -> bytes:
    return item + b" {%d}\r\n" % len(data) + data


@pytest.mark.parametrize(
    "line",
    [
        b"* 1 FETCH (UID 1 " + body(RAW) + b")",
        b"* 1 FETCH (" + body(RAW) + b" UID 1)",
        b"* 1 FETCH (FLAGS (\\Seen) UID 1 " + body(RAW) + b" X-THING {3}\r\nabc)",
        b"* 1 FETCH (UID 1 BODY[] ~{%d}\r\n%b)" % (len(RAW), RAW),
        b"* 1 FETCH (UID 1 body[] {%d}\r\n%b)" % (len(RAW), RAW),
    ],
    ids=["plain", "UID last", "more than asked", "literal8", "lower case"],
)
def test_each_honest_form_of_an_answer_is_read(line: bytes) -> None:
    """Servers differ in order, case and kind of literal; the bytes are the same."""
    with FakeImap([RAW]) as server:
        assert fetched(server, [1], answer(line, "{tag} OK done")) == [RAW]


def test_a_quoted_body_is_a_body() -> None:
    """A short message may come as a quoted string."""
    with FakeImap([RAW]) as server:
        act = answer(rb'* 1 FETCH (UID 1 BODY[] "Subject: \"a\\b\"")', "{tag} OK done")
        assert fetched(server, [1], act) == [rb'Subject: "a\b"']


def test_an_answer_in_pieces_is_one_answer() -> None:
    """A line or literal cut over TCP segments is read to its end."""
    with FakeImap([RAW]) as server:
        act = answer(b"* 1 FETCH (UID 1 " + body(RAW) + b")", "{tag} OK done", segments=7)
        assert fetched(server, [1], act) == [RAW]


@pytest.mark.parametrize(
    "line",
    [
        b"* 1 FETCH (UID 1 BODY[] NIL)",
        b"* 1 FETCH (UID 1 FLAGS (\\Seen))",
        b"* 1 FETCH (UID 1 BODY[] 12345)",
        b"* 1 FETCH (" + body(RAW) + b")",
        b"* 1 FETCH (UID 9 " + body(RAW) + b")",
        b"* 1 FETCH (UID one " + body(RAW) + b")",
        b"* 1 FETCH (UID 1 BODY[] (((((((",
        b"* 1 FETCH (UID 1 BODY[]" + b"(" * 20_000 + b")" * 20_000 + b")",
        b"* 1 FETCH (UID 1 BODY (((NIL NIL)) " + body(RAW) + b")",
        b"* 1 FETCH nothing",
        b"* 1 FETCH",
        b"* 1 EXPUNGE",
        b'* 99999999999999999999 FETCH (UID 1 INTERNALDATE "99-Foo-99999999999999 99:99:99 +9999")',
    ],
    ids=[
        "NIL",
        "item missing",
        "a number",
        "no UID",
        "another UID",
        "no number",
        "unclosed",
        "too deep",
        "a structure",
        "no list",
        "nothing",
        "gone",
        "bad date",
    ],
)
def test_an_answer_that_is_none_costs_its_own_mail_only(line: bytes) -> None:
    """A mail whose answer is nonsense, or about another, is left out; the others of the batch come, the line lives."""
    other = b"* 2 FETCH (UID 2 " + body(b"other") + b")"
    with FakeImap([RAW, b"other"]) as server, connected(server) as box:
        server.plan("UID FETCH", sizes(1, 2), answer(line, other, "{tag} OK done"))
        assert [(mail.uid, mail.raw) for mail in box.fetch([1, 2], LIMIT)] == [(2, b"other")]
        assert box.unseen(set()) == [1, 2]


def test_news_about_another_message_does_not_mix_into_an_answer() -> None:
    """Sequence numbers shift when somebody expunges: an answer without UID says nothing about the UID of its number."""
    with FakeImap([RAW, b"other"]) as server:
        lines = (
            b"* 1 FETCH (UID 1 " + body(RAW) + b")",
            b"* 1 EXPUNGE",
            b"* 1 FETCH (UID 2 FLAGS (\\Seen))",
            b"* 1 FETCH (FLAGS ())",
        )
        assert fetched(server, [1, 2], answer(*lines, "{tag} OK done")) == [RAW]


def test_a_partial_refusal_gives_what_came() -> None:
    """NO to a FETCH after some answers: those answers hold (RFC 9051, 6.4.5)."""
    with FakeImap([RAW, b"other"]) as server:
        act = answer(b"* 1 FETCH (UID 1 " + body(RAW) + b")", "{tag} NO [EXPUNGEISSUED] some are gone")
        assert fetched(server, [1, 2], act) == [RAW]


@pytest.mark.parametrize("size", [1_000, 99_999_999_999_999], ids=["honest", "absurd"])
def test_a_literal_that_ends_early_is_no_mail(size: int) -> None:
    """Half a mail and the end of the connection: nothing is taken, and no memory for what was only announced."""
    with FakeImap([RAW]) as server, pytest.raises(MailboxUnavailableError):
        fetched(server, [1], answer_and_cut(last=b"* 1 FETCH (UID 1 BODY[] {%d}\r\nSubject: ha" % size))


@pytest.mark.usefixtures("quick")
def test_a_literal_that_stops_is_waited_for_no_longer_than_a_read() -> None:
    """Half a mail and silence: the time-out ends it."""

    def half(talk: Talk, _line: str) -> None:
        talk.send(b"* 1 FETCH (UID 1 BODY[] {500}\r\nSubject: ha")
        talk.hang()

    with FakeImap([RAW]) as server, pytest.raises(MailboxUnavailableError):
        fetched(server, [1], half)


def test_a_size_that_was_an_estimate_does_not_cut_a_mail() -> None:
    """RFC822.SIZE may be wrong both ways: the bytes decide what is whole."""
    small, large = b"x" * 100, b"y" * (2 << 20)
    with FakeImap([small, large]) as server, connected(server) as box:
        server.plan(
            "UID FETCH",
            answer("* 1 FETCH (UID 1 RFC822.SIZE 3000000)", "* 2 FETCH (UID 2 RFC822.SIZE 5)", "{tag} OK done"),
        )
        mails = box.fetch([1, 2], 5_000_000)
    assert [(mail.raw, mail.is_whole) for mail in mails] == [(small, True), (large, True)]


def test_a_mail_above_the_limit_is_found_out_though_its_size_was_denied() -> None:
    """A mail that turns out larger than the limit is cut to its beginning like any large mail."""
    large = b"y" * (2 << 20)
    with FakeImap([large]) as server, connected(server) as box:
        server.plan("UID FETCH", sizes(1, size=1 << 20 | 1))
        [mail] = box.fetch([1], (1 << 20) + 5)
    assert (mail.raw, mail.is_whole) == (large[: 256 << 10], False)


def test_slices_that_do_not_fit_are_no_mail() -> None:
    """A server that cuts elsewhere than it was asked would make a mail of wrong pieces: not fetched."""
    large = b"z" * (3 << 20)
    with FakeImap([large]) as server, connected(server) as box:
        wrong = answer(b"* 1 FETCH (UID 1 " + body(b"z" * 99, b"BODY[]<0>") + b")", "{tag} OK done")
        usual = answer(b"* 1 FETCH (UID 1 " + body(b"z" * (1 << 20), b"BODY[]<0>") + b")", "{tag} OK done")
        server.plan("UID FETCH", sizes(1, size=3 << 20), usual, wrong)
        assert box.fetch([1], 5 << 20) == []


def test_the_end_of_a_sliced_mail_may_be_nil() -> None:
    """A mail of exactly two slices ends with an empty third, which some servers call NIL."""
    large = b"z" * (2 << 20)
    with FakeImap([large]) as server, connected(server) as box:
        part = body(b"z" * (1 << 20), b"BODY[]<%d>" % 0), body(b"z" * (1 << 20), b"BODY[]<%d>" % (1 << 20))
        server.plan(
            "UID FETCH",
            sizes(1, size=2 << 20),
            *(answer(b"* 1 FETCH (UID 1 " + piece + b")", "{tag} OK done") for piece in part),
            answer(b"* 1 FETCH (UID 1 BODY[]<%d> NIL)" % (2 << 20), "{tag} OK done"),
        )
        [mail] = box.fetch([1], 5 << 20)
    assert (mail.raw, mail.is_whole) == (large, True)


# What a server answers to SEARCH


def test_a_full_folder_is_listed_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer names more than 50,000 UIDs: a million bytes in one line kill the library."""
    monkeypatch.setattr(mailbox, "WINDOW", 10)
    with FakeImap([RAW] * 35) as server, connected(server) as box:
        assert box.unseen({3}) == [uid for uid in range(1, 36) if uid != 3]
        ranges = [line.rsplit(maxsplit=1)[-1] for line in server.heard if "SEARCH" in line]
    assert ranges == ["1:10", "11:20", "21:30", "31:4294967295"]
    assert mailbox.WINDOW * len("4294967295 ") < 1_000_000 or mailbox.WINDOW == 10


def test_a_window_beyond_the_last_mail_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range above the last UID is answered with the last mail, which is not new for that."""
    monkeypatch.setattr(mailbox, "WINDOW", 1)
    with FakeImap([RAW, RAW]) as server, connected(server) as box:
        server.exists = 3
        server.plan("UID SEARCH", answer("* SEARCH 1", "{tag} OK done"), answer("* SEARCH 1 2", "{tag} OK done"))
        assert box.unseen({1}) == [2]


@pytest.mark.parametrize("lines", [("* SEARCH 1", "* SEARCH 2 (MODSEQ 7)"), ("* SEARCH", "* SEARCH 2 1")])
def test_a_list_in_several_lines_is_one_list(lines: tuple[str, ...]) -> None:
    """Servers may break a list or say more beside it."""
    with FakeImap([RAW, RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", answer(*lines, "{tag} OK done"))
        assert box.unseen(set()) == [1, 2]


def test_a_line_without_end_is_given_up() -> None:
    """More than a million bytes in one line are nobody's list of mail."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", answer("* SEARCH " + "1 " * 600_000, "{tag} OK done"))
        with pytest.raises(MailboxUnavailableError):
            box.unseen(set())


def test_a_folder_renumbered_under_our_feet_is_a_new_epoch() -> None:
    """UIDs of another UIDVALIDITY are not compared with the ledger of this one: connect again."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("NOOP", answer("* OK [UIDVALIDITY 8] new", "{tag} OK done"))
        with pytest.raises(MailboxUnavailableError, match="renumbered"):
            box.unseen(set())


@pytest.mark.parametrize("line", ["* OK hello", "* OK [UIDVALIDITY 0] none"])
def test_a_folder_without_lasting_uids_is_refused(line: str) -> None:
    """Without UIDVALIDITY no mail could be known again."""
    with FakeImap([RAW]) as server:
        server.plan("SELECT", answer("* 1 EXISTS", line, "{tag} OK [READ-WRITE] selected"))
        with pytest.raises(MailboxRefusedError, match="lasting"), connected(server):
            pass


# IDLE


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "act",
    [
        lambda talk, _: talk.say("* 2 EXISTS"),
        lambda talk, _: talk.send(b"* 2 EX", b"ISTS\r\n"),
        lambda talk, _: talk.send(b"*", b" 2 EXISTS\r\n* 2 RECENT\r", b"\n"),
        lambda talk, _: talk.say("* OK still here"),
    ],
    ids=["a line", "a line in two segments", "cut in a line end", "a word of comfort"],
)
def test_any_line_ends_idle_and_the_next_command_is_in_step(act: Act, wake: Wake) -> None:
    """News in one piece or in several end the wait; nothing of them is taken for a later answer."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("idle", act)
        box.wait(wake, LONG)
        assert box.unseen(set()) == [1]


@pytest.mark.parametrize(
    "segments",
    [(b"+ idling\r\n* 2 EXISTS\r\n",), (b"* 2 EXISTS\r\n+ idling\r\n",), (b"* 2 EXI", b"STS\r\n+ id", b"ling\r\n")],
    ids=["with the +", "before the +", "in pieces"],
)
@pytest.mark.parametrize("is_implicit", [False, True], ids=["clear", "TLS"])
def test_news_around_the_plus_is_not_slept_over(
    segments: tuple[bytes, ...], is_implicit: bool, wake: Wake, server_context: ssl.SSLContext
) -> None:
    """News that came in the packet of the "+" lies in our buffer or in TLS, where poll() cannot see it."""

    def act(talk: Talk, line: str) -> None:
        talk.send(*segments)
        server.note(talk.hear())
        talk.say(f"{line.split(maxsplit=1)[0]} OK idled")

    context = server_context if is_implicit else None
    with (
        FakeImap([RAW], context=context, is_implicit=is_implicit) as server,
        connected(server, tls="implicit" if is_implicit else "none") as box,
    ):
        server.plan("IDLE", act)
        box.wait(wake, LONG)
        assert box.unseen(set()) == [1]


def test_the_end_of_the_connection_in_idle_is_seen_at_once(wake: Wake) -> None:
    """A peer that hangs up during IDLE is a lost mailbox, not a busy loop of empty news."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("idle", cut)
        with pytest.raises(MailboxUnavailableError):
            box.wait(wake, LONG)


def test_idle_is_begun_again_before_the_server_forgets(monkeypatch: pytest.MonkeyPatch, wake: Wake) -> None:
    """A long wait is several IDLEs, each ended in order."""
    monkeypatch.setattr(mailbox, "IDLE_SECONDS", 0.02)
    with FakeImap([RAW]) as server, connected(server) as box:
        waiting = in_thread(lambda: box.wait(wake, LONG))
        server.wait_until(lambda: sum(line.endswith("IDLE") for line in server.heard) >= 3)
        wake.ring()
        waiting.join()
        steps = [line for line in server.heard if line == "DONE" or line.endswith("IDLE")]
        assert [line == "DONE" for line in steps] == [False, True] * (len(steps) // 2)
        assert box.unseen(set()) == [1]


@pytest.mark.parametrize("words", ["NO not now", "BAD never"])
def test_idle_offered_and_refused_becomes_polling(words: str, wake: Wake) -> None:
    """A server that refuses what it offers is asked no more; the bell and the poll interval remain."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("IDLE", answer("{tag} " + words))
        box.wait(wake, timedelta(milliseconds=20))
        box.wait(wake, timedelta(milliseconds=20))
        assert sum(line.endswith("IDLE") for line in server.heard) == 1
        assert box.unseen(set()) == [1]


# Showing outcomes


def test_a_folder_that_cannot_be_had_leaves_a_keyword() -> None:
    """MOVE refused for good: the mail is marked where it lies, and nothing is lost or raised."""
    with FakeImap([RAW, RAW]) as server, connected(server) as box:
        server.plan("UID MOVE", *[answer("{tag} NO [NOPERM] no")] * 6)
        server.plan("CREATE", *[answer("{tag} NO no")] * 6)
        box.show({OutcomeKind.ENTRY: [1], OutcomeKind.HELD: [2]})
        assert [message.flags for message in server.messages.values()] == [{"$MaildDone"}, {"$MaildHeld"}]


@pytest.mark.parametrize("flags", [r"\Seen \Deleted", ""])
def test_where_nothing_can_be_shown_the_ledger_is_enough(flags: str) -> None:
    """No folder and no keywords: nothing is said, nothing fails."""
    with FakeImap([RAW], permanent_flags=flags) as server, connected(server) as box:
        server.plan("UID MOVE", *[answer("{tag} NO no")] * 3)
        box.show({OutcomeKind.ENTRY: [1]})
        assert server.messages[1].flags == set()
        assert not any("STORE" in line for line in server.heard)


def test_a_copy_whose_original_cannot_be_marked_is_made_once() -> None:
    """After the copy stands, a refused STORE is not answered with another copy."""
    with FakeImap([RAW], abilities=ABILITIES.replace("MOVE ", "")) as server, connected(server) as box:
        server.plan("UID STORE", answer("{tag} NO no"))
        box.show({OutcomeKind.ENTRY: [1]})
        assert server.folders == {"Handled": [1]}


def test_no_command_expunges_more_than_was_asked() -> None:
    """EXPUNGE without UIDs, and CLOSE, remove what others deleted: neither is ever sent."""
    with FakeImap([RAW] * 3, abilities=ABILITIES.replace("MOVE ", "")) as server, connected(server) as box:
        server.messages[3].flags.add(r"\Deleted")
        box.show({OutcomeKind.ENTRY: [1, 2]})
        box.close()
        commands = [line.split(" ", 1)[1].upper() for line in server.heard]
        assert set(server.messages) == {3}
        assert not [line for line in commands if line.startswith(("EXPUNGE", "CLOSE"))]


def test_close_does_not_wait_for_a_server_that_hangs() -> None:
    """Hanging up takes no answer."""
    with FakeImap() as server, connected(server) as box:
        server.plan("LOGOUT", hang)
        box.close()
        box.close()
