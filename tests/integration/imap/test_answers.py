"""What a server answers to FETCH and SEARCH is believed as far as it names what was asked, and not further."""

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import mailbox
from tests.fakes.imap import Act, FakeImap, answer, answer_and_cut
from tests.fakes.wire import Talk
from tests.integration.imap.conftest import RAW, connected

LIMIT = 1_000_000


def fetched(server: FakeImap, uids: list[int], *acts: Act) -> list[bytes]:
    """What comes of a fetch whose second command is answered thus; the first asks for sizes."""
    with connected(server) as box:
        server.plan("UID FETCH", sizes(*uids), *acts)
        return [mail.raw for mail in box.fetch(uids, LIMIT)]


def sizes(*uids: int, size: int = 23) -> Act:
    date = 'INTERNALDATE "01-Feb-2026 10:00:00 +0000"'
    return answer(*(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size} {date})" for uid in uids), "{tag} OK done")


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


def test_a_full_folder_is_listed_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer names more than 50,000 messages: a million bytes in one line kill the library."""
    assert mailbox.WINDOW * len("4294967295 ") < 1_000_000
    monkeypatch.setattr(mailbox, "WINDOW", 10)
    with FakeImap([RAW] * 35) as server, connected(server) as box:
        server.messages = {uid * 100_000_000: message for uid, message in server.messages.items()}
        assert box.unseen({300_000_000}) == [uid for uid in sorted(server.messages) if uid != 300_000_000]
        ranges = [line.rsplit(maxsplit=1)[-1] for line in server.heard if "SEARCH" in line]
    assert ranges == ["1:1099999999", "1100000000:2099999999", "2100000000:3099999999", "3100000000:4294967295"]


def test_a_folder_that_shrinks_while_it_is_listed_is_listed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A border message that somebody took away makes a wider window, and no mail is passed over."""
    monkeypatch.setattr(mailbox, "WINDOW", 2)
    with FakeImap([RAW] * 6) as server, connected(server) as box:
        server.plan("FETCH", answer("{tag} OK nothing there"))
        assert box.unseen(set()) == [1, 2, 3, 4, 5, 6]


def test_a_window_beyond_the_last_mail_holds_nothing() -> None:
    """A range above the last UID is answered with the last mail, which is not new for that."""
    with FakeImap([RAW, RAW]) as server, connected(server) as box:
        server.plan("UID SEARCH", answer("* SEARCH 0 1 2 4294967296", "{tag} OK done"))
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
