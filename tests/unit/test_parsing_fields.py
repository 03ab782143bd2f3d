"""Where header fields begin and end, and where the body begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing import Flag, ReadingLimits, parse
from maild.parsing.fields import Head, read_head

LIMITS = ReadingLimits()


def head_of(raw: bytes, limits: ReadingLimits = LIMITS) -> Head:
    return read_head(raw, 0, len(raw), limits)


def body_of(raw: bytes) -> bytes:
    return raw[head_of(raw).body_start :]


def test_fields_are_unfolded_in_order() -> None:
    """A folded value is one line, its name is known in any case, its blanks are one."""
    head = head_of(b"Subject: one\r\n two\r\n\tthree\r\nX-A : b\r\n\r\nbody")

    assert [(each.name, each.spelling, each.value) for each in head.fields] == [
        (b"subject", b"Subject", b"one two three"),
        (b"x-a", b"X-A", b"b"),
    ]
    assert head.flags == set()


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"X-A: b\r\n\r\nbody", b"body"),
        (b"One:\nwords\n\nTwo:\nwords", b"One:\nwords\n\nTwo:\nwords"),
        (b"X-A: b\n\nbody", b"body"),
        (b"X-A: b\n\r\nbody", b"body"),
        (b"X-A: b\r\n\r\n\r\nbody", b"\r\nbody"),
        (b"X-A: b\n", b""),
        (b"X-A: b", b""),
        (b"", b""),
        (b"no header here\n\nnor here", b"no header here\n\nnor here"),
        (b"From bob@example.com Mon Jan  1 00:00:00 2024\nX-A: b\n\nbody", b"body"),
        (b">From bob Mon\nX-A: b\n\nbody", b"body"),
        (b"\r\n\r\nX-A: b\r\n\r\nbody", b"body"),
        (b" X-A: b\nX-B: c\n\nbody", b"body"),
        (b"\n\njust words", b"\n\njust words"),
    ],
)
def test_the_body_begins_after_the_empty_line(raw: bytes, body: bytes) -> None:
    """Whatever line ends, mbox lines or empty lines come first, the body is whole and the headers are not in it."""
    assert body_of(raw) == body


def test_a_field_named_from_with_a_blank_is_no_mailbox_line() -> None:
    """`From  : bob` is the obsolete form of a field (RFC 5322, 4.5), not the first line of an mbox file."""
    assert head_of(b"From  : bob@example.com\n\n").values(b"from") == [b"bob@example.com"]


def test_a_stray_line_among_the_fields_does_not_end_them() -> None:
    """A line that a gateway left between fields is passed over, and flagged."""
    head = head_of(b"From: a@x.example\r\nstray words\r\nSubject: s\r\n\r\nbody")

    assert head.first(b"subject") == b"s"
    assert head.flags == {Flag.HEADERS_BROKEN}


def test_a_body_without_an_empty_line_is_not_taken_for_fields() -> None:
    """Words that follow the fields at once are the body, colons in them or not."""
    raw = b"From: a@x.example\nHello there,\nplease note: it is broken\n\nBob"

    assert body_of(raw) == b"Hello there,\nplease note: it is broken\n\nBob"


def test_words_with_a_colon_are_no_header_block() -> None:
    """A bare reply that quotes a header block is all body."""
    raw = b"My answer.\nFrom: Ann\nTo: Bob\nSubject: hi\n\nquoted"

    assert head_of(raw).fields == []
    assert body_of(raw) == raw


def test_a_megabyte_of_subject_is_cut_and_the_sender_still_known() -> None:
    """One endless field costs its limit, not the fields after it."""
    head = head_of(b"Subject: " + b"x" * 1_000_000 + b"\r\nFrom: a@x.example\r\n\r\nbody")

    assert len(head.first(b"subject")) in range(LIMITS.field - 1, LIMITS.field + 1)
    assert head.first(b"from") == b"a@x.example"
    assert head.flags == {Flag.HEADERS_CUT}


def test_a_hundred_thousand_fields_are_cut_but_every_from_is_seen() -> None:
    """Filling the block does not hide a second From from the reader of senders."""
    filler = b"".join(b"X-%d: y\r\n" % n for n in range(100_000))

    head = head_of(b"From: a@x.example\r\n" + filler + b"From: b@y.example\r\n\r\nbody")

    assert len(head.fields) <= LIMITS.fields + 1
    assert len(head.values(b"from")) == 2
    assert Flag.HEADERS_CUT in head.flags


def test_beyond_two_megabytes_of_fields_nothing_is_looked_for() -> None:
    """Past that the block is only passed over: the body is still the body, but a second From may stand unseen."""
    raw = b"From: a@x.example\r\n" + b"X-A: y\r\n" * 400_000 + b"\r\nbody"

    head = head_of(raw)

    assert raw[head.body_start :] == b"body"
    assert Flag.HEADERS_CUT in head.flags
    assert parse(raw).sender is None


def test_the_block_limit_counts_what_is_kept() -> None:
    """A hundred kilobytes of fields are read, the rest only named as cut."""
    raw = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(200)) + b"\r\n"

    head = head_of(raw)

    assert sum(len(each.value) for each in head.fields) <= LIMITS.header_block
    assert head.flags == {Flag.HEADERS_CUT}


@given(st.binary(max_size=400))
def test_no_bytes_break_the_field_reader(raw: bytes) -> None:
    """The body begins somewhere in the mail, and no value holds a line end."""
    head = head_of(raw)

    assert 0 <= head.body_start <= len(raw)
    assert all(b"\n" not in each.value for each in head.fields)


NAMES = st.text("ABCabc-", min_size=1, max_size=10).map(lambda name: f"X-{name}")
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)


@given(
    st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=10), st.sampled_from(["\n", "\r\n"]), st.binary(max_size=50)
)
def test_what_was_written_is_read(fields: list[tuple[str, str]], line_end: str, body: bytes) -> None:
    """Names and values come back as they were written, and the body byte for byte."""
    raw = "".join(f"{name}: {value}{line_end}" for name, value in fields).encode() + line_end.encode() + body

    head = head_of(raw)

    assert [(each.spelling.decode(), each.value.decode()) for each in head.fields] == fields
    assert raw[head.body_start :] == body
