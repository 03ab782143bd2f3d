"""IDLE: no news is slept over, no line is lost, and a peer that is gone is found."""

import ssl
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from maild.errors import MailboxUnavailableError
from maild.imap import Wake, mailbox
from tests.fakes.imap import Act, FakeImap, answer
from tests.fakes.wire import Talk, cut
from tests.integration.imap.conftest import RAW, connected

LONG = timedelta(seconds=30)


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


def during_search(*lines: str) -> Act:
    """The listing is answered as of its beginning; what comes meanwhile is told before it ends, and never again."""

    def act(talk: Talk, line: str) -> None:
        talk.say("* SEARCH 1", *lines, f"{line.split(maxsplit=1)[0]} OK done")

    return act


@pytest.mark.parametrize(
    "lines",
    [
        ["* 2 EXISTS"],
        ["* 1 EXPUNGE", "* 1 EXISTS"],
        ["* 2 EXISTS", "* 1 EXPUNGE"],
    ],
    ids=["came", "one went, one came", "one came, one went"],
)
def test_news_in_the_middle_of_a_listing_is_not_slept_over(lines: list[str], wake: Wake) -> None:
    """EXISTS between SEARCH and its OK is not told to IDLE again: the wait ends before it begins."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", during_search(*lines))
        assert box.unseen({1}) == []
        box.wait(wake, LONG)
        assert not [line for line in server.heard if line.endswith("IDLE")]


@pytest.mark.parametrize("lines", [["* 1 EXISTS"], ["* 1 EXPUNGE"], ["* 1 EXPUNGE", "* 0 EXISTS"], ["* 0 RECENT"]])
def test_a_listing_in_which_no_mail_came_is_waited_after(lines: list[str], wake: Wake) -> None:
    """A count told again, and mail that went, are no reason to list the folder once more."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", during_search(*lines))
        server.plan("idle", answer("* 2 EXISTS"))
        assert box.unseen({1}) == []
        box.wait(wake, LONG)
        assert [line for line in server.heard if line.endswith("IDLE")]


def test_news_that_no_listing_finds_make_no_busy_loop(wake: Wake) -> None:
    """A server that tells of mail in every listing and never shows it is waited for after three vain listings."""
    with FakeImap([RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", *(during_search(f"* {number} EXISTS") for number in range(2, 20)))
        server.plan("idle", answer("* 99 EXISTS"))
        while not any(line.endswith("IDLE") for line in server.heard):
            assert box.unseen({1}) == []
            box.wait(wake, LONG)
        assert sum("SEARCH" in line for line in server.heard) == 4


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
