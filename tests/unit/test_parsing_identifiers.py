"""Message-IDs, references, dates, and the fingerprint of a mail."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing import Flag, fingerprint
from maild.parsing.identifiers import cut_references, find_date, find_ids, find_message_id


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("<a@x>", ("<a@x>",)),
        ("<a@x> <b@y>", ("<a@x>", "<b@y>")),
        ("<a@x><b@y>,<a@x>", ("<a@x>", "<b@y>")),
        ("<a@ x.example>", ("<a@x.example>",)),
        ("a@x.example", ("<a@x.example>",)),
        ("Your message of Monday <a@x>", ("<a@x>",)),
        ("no id at all", ()),
        ("<>", ()),
        ("<never closed", ()),
        ("", ()),
    ],
)
def test_ids_are_found_in_order(text: str, ids: tuple[str, ...]) -> None:
    """With their brackets, each once, folded ones in one piece; a bare id is given brackets."""
    assert find_ids(text) == ids


def test_the_topmost_id_counts_and_a_second_is_flagged() -> None:
    """Two Message-ID fields are one id and a doubt; a field without an id is none."""
    assert find_message_id(["<a@x>", "<b@y>"]) == ("<a@x>", {Flag.MESSAGE_ID_SEVERAL})
    assert find_message_id(["garbage"]) == (None, {Flag.MESSAGE_ID_BROKEN})
    assert find_message_id([]) == (None, frozenset())


def test_references_keep_both_ends() -> None:
    """The root is first and the newest is last: what is cut stands between."""
    ids = tuple(f"<{n}@x>" for n in range(150))

    kept, flags = cut_references(ids, 100)

    assert kept[:10] == ids[:10]
    assert kept[10:] == ids[-90:]
    assert flags == {Flag.REFERENCES_CUT}


@pytest.mark.parametrize(
    ("text", "at", "flags"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100", datetime(2026, 11, 23, 9, tzinfo=UTC), set()),
        ("23 Nov 26 10:00 GMT (comment)", datetime(2026, 11, 23, 10, tzinfo=UTC), set()),
        ("Mon, 23 Nov 2026 10:00:00 EST", datetime(2026, 11, 23, 15, tzinfo=UTC), set()),
        ("Tue, 23 Nov 2026 10:00:00 +0000", datetime(2026, 11, 23, 10, tzinfo=UTC), set()),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC), set()),
        ("Fri, 31 Dec 2099 23:59:59 +0000", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), set()),
        ("Mon, 23 Nov 2026 10:00:00", datetime(2026, 11, 23, 10, tzinfo=UTC), {Flag.DATE_GUESSED}),
        ("2026-11-23T10:00:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC), {Flag.DATE_GUESSED}),
        ("2026-11-23 10:00:00", datetime(2026, 11, 23, 10, tzinfo=UTC), {Flag.DATE_GUESSED}),
        ("Mon Nov 23 10:00:00 2026", datetime(2026, 11, 23, 10, tzinfo=UTC), {Flag.DATE_GUESSED}),
        ("Mon, 31 Feb 2026 10:00:00 +0000", None, {Flag.DATE_UNREADABLE}),
        ("yesterday", None, {Flag.DATE_UNREADABLE}),
        ("", None, set()),
    ],
)
def test_dates_of_any_shape_are_instants_in_utc(text: str, at: datetime | None, flags: set[Flag]) -> None:
    """Obsolete zones, wrong weekdays, missing zones and ISO dates are read; what is no date is none, flagged."""
    assert find_date(text) == (at, flags)


@given(st.text(max_size=120))
def test_no_text_breaks_the_date_reader(text: str) -> None:
    """A date is an aware instant or nothing."""
    value, _ = find_date(text)

    assert value is None or value.utcoffset() is not None


MAIL = b"Received: from a by b\r\n\tfor c\r\nFrom: a@x.example\r\nSubject: s\r\n\r\nbody\r\nReceived: in the body\r\n"


@pytest.mark.parametrize(
    "field",
    [
        b"Received: from other by yet another; Mon, 1 Jan 2024 00:00:00 +0000",
        b"Return-Path: <a@x.example>",
        b"Delivered-To: support@acme.example",
        b"Authentication-Results: mx.acme.example; dkim=pass",
        b"ARC-Seal: i=1",
        b"X-Spam-Status: No",
        b"X-Acme-Spam-Score: 1",
    ],
)
def test_the_trace_of_a_delivery_is_not_the_mail(field: bytes) -> None:
    """The same mail delivered twice has one fingerprint, whatever its servers wrote on it."""
    assert fingerprint(field + b"\r\n" + MAIL) == fingerprint(MAIL)


@pytest.mark.parametrize("change", [b"Subject: t", b"From: b@x.example", b"bodY", b"received: in a body"])
def test_everything_else_is_the_mail(change: bytes) -> None:
    """Another subject, sender or body is another mail, also below the first empty line."""
    name = change.split(b":")[0] if b":" in change else b"body"
    other = MAIL.replace(MAIL[MAIL.index(name) if name in MAIL else MAIL.rindex(b"Received") :][: len(change)], change)

    assert fingerprint(other) != fingerprint(MAIL)
