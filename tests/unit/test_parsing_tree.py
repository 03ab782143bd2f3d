"""The MIME tree as ranges of bytes, compared with the standard library's parser where that one is sane."""

import email
from email.message import Message as Tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing import Flag, ReadingLimits
from maild.parsing.tree import Part, grow_tree

LIMITS = ReadingLimits()


def leaves(part: Part) -> list[tuple[str, bytes]]:
    if not part.children:
        return [(part.type, bytes(part.body()))]
    return [leaf for child in part.children for leaf in leaves(child)]


def shape(raw: bytes) -> list[tuple[str, bytes]]:
    return leaves(grow_tree(raw, LIMITS)[0])


def flags_of(raw: bytes) -> frozenset[Flag]:
    return grow_tree(raw, LIMITS)[1]


def multipart(*parts: bytes, boundary: bytes = b"b", subtype: bytes = b"mixed", closed: bool = True) -> bytes:
    head = b"Content-Type: multipart/" + subtype + b'; boundary="' + boundary + b'"\r\n\r\n'
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + (b"--" + boundary + b"--\r\n" if closed else b"")


PLAIN = b"Content-Type: text/plain\r\n\r\n"


def test_parts_stand_between_delimiters() -> None:
    """Preamble and epilogue are no parts; the line end before a delimiter is not part of what it ends."""
    raw = multipart(PLAIN + b"one", PLAIN + b"two\r\n").replace(b"--b\r\n", b"preamble\r\n--b\r\n", 1) + b"epilogue"

    assert shape(raw) == [("text/plain", b"one"), ("text/plain", b"two\r\n")]


def test_an_outer_delimiter_ends_every_part_within() -> None:
    """An inner multipart that is never closed ends with its parent."""
    inner = multipart(PLAIN + b"one", boundary=b"inner", closed=False)

    assert shape(multipart(inner, PLAIN + b"two", boundary=b"outer"))[-1] == ("text/plain", b"two")


def test_boundaries_that_begin_alike_are_kept_apart() -> None:
    """A delimiter is a whole line: `--b1` is none of `b`'s."""
    inner = multipart(PLAIN + b"one", PLAIN + b"two", boundary=b"b1")

    assert [content for _, content in shape(multipart(inner, PLAIN + b"three"))] == [b"one", b"two", b"three"]


def test_an_inner_multipart_may_repeat_its_parents_boundary() -> None:
    """Some mailers write one boundary twice: the inner multipart reaches to its closing delimiter."""
    inner = b'Content-Type: multipart/alternative; boundary="b"\r\n'
    raw = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        + inner
        + b"\r\n--b\r\n"
        + PLAIN
        + b"one\r\n--b\r\n"
        b"Content-Type: text/html\r\n\r\n<p>one\r\n--b--\r\n--b\r\nContent-Type: image/png\r\n\r\nPNG\r\n--b--\r\n"
    )

    root, _ = grow_tree(raw, LIMITS)

    assert [child.type for child in root.children] == ["multipart/alternative", "image/png"]
    assert [child.type for child in root.children[0].children] == ["text/plain", "text/html"]


@pytest.mark.parametrize("cut", [b"", b"--", b"--b", b"--b-", b"--boundary-1234", b"--boundary-12345-"])
def test_a_mail_that_is_cut_is_read_to_the_cut(cut: bytes) -> None:
    """No closing delimiter: the last part reaches to the end, without a delimiter of which the end is missing."""
    raw = multipart(PLAIN + b"one", PLAIN + b"two", boundary=b"boundary-12345", closed=False) + cut

    assert shape(raw)[0] == ("text/plain", b"one")
    assert shape(raw)[1][1].startswith(b"two")
    assert b"boundary-1" not in shape(raw)[1][1]
    assert Flag.BOUNDARY_UNCLOSED in flags_of(raw)


def test_a_wrong_boundary_is_guessed() -> None:
    """When the declared boundary never stands in the body, the one that does is taken, and flagged."""
    raw = multipart(PLAIN + b"one", PLAIN + b"two").replace(b'boundary="b"', b'boundary="other"')

    assert [content for _, content in shape(raw)] == [b"one", b"two"]
    assert Flag.BOUNDARY_GUESSED in flags_of(raw)


def test_a_missing_boundary_is_guessed() -> None:
    """A multipart that names no boundary at all is still taken apart."""
    raw = multipart(PLAIN + b"one", PLAIN + b"two").replace(b'; boundary="b"', b"")

    assert [content for _, content in shape(raw)] == [b"one", b"two"]


def test_a_multipart_without_parts_is_text() -> None:
    """What a person would see there is the words."""
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nonly words\r\n'

    assert shape(raw) == [("text/plain", b"only words\r\n")]
    assert flags_of(raw) == {Flag.BOUNDARY_MISSING}


def test_parts_after_the_end_are_read_and_flagged() -> None:
    """A closing delimiter in the middle hides nothing from us that another program might show."""
    raw = multipart(PLAIN + b"one") + b"--b\r\n" + PLAIN + b"two\r\n--b--\r\n"

    assert [content for _, content in shape(raw)] == [b"one", b"two"]
    assert Flag.PARTS_AFTER_END in flags_of(raw)


def test_the_parts_of_a_digest_are_mails() -> None:
    """Within multipart/digest a part without a type is a mail (RFC 2046, 5.1.5)."""
    assert shape(multipart(b"\r\nSubject: s\r\n\r\nx", subtype=b"digest"))[0][0] == "message/rfc822"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"text", "text/plain"),
        (b"html", "text/html"),
        (b"text/", "text/plain"),
        (b"Image/PNG; name=x", "image/png"),
        (b"foo bar", "text/plain"),
        (b"", "text/plain"),
    ],
)
def test_broken_types_are_text(value: bytes, expected: str) -> None:
    """What is no type is text (RFC 2045, 5.2)."""
    assert shape(b"Content-Type: " + value + b"\r\n\r\nx")[0][0] == expected


def nested(levels: int) -> bytes:
    raw = PLAIN + b"deep"
    for level in range(levels):
        raw = multipart(raw, boundary=b"b%d" % level)
    return raw


def test_levels_over_the_limit_are_not_entered() -> None:
    """Ten thousand levels, on which the standard library's parser dies, are fifty and the rest as it was sent."""
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))

    root, flags = grow_tree(opening, LIMITS)

    assert Flag.LEVELS_CUT in flags
    assert [kind for kind, _ in leaves(root)] == ["application/octet-stream"]
    assert Flag.LEVELS_CUT not in flags_of(nested(49))
    assert shape(nested(49)) == [("text/plain", b"deep")]


def test_parts_over_the_limit_are_not_made() -> None:
    """Ten thousand parts are five hundred, and a flag."""
    root, flags = grow_tree(multipart(*[PLAIN + b"x"] * 10_000), LIMITS)

    assert len(root.children) == 500
    assert Flag.PARTS_CUT in flags


def test_a_boundary_of_one_letter_in_a_large_body_is_no_list_of_millions() -> None:
    """Delimiters are looked for until the parts are used up, no further."""
    root, flags = grow_tree(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 500_000, LIMITS)

    assert len(root.children) == 500
    assert Flag.PARTS_CUT in flags


def stdlib_leaves(tree: Tree) -> list[bytes]:
    return [part.get_payload(decode=True) for part in tree.walk() if not part.is_multipart()]


BOUNDARIES = st.sampled_from([b"b", b"bb", b"b-1", b"=_x"])
TEXTS = st.binary(max_size=40).filter(lambda data: not set(b"\r\n-") & set(data))


@st.composite
def mails(draw: st.DrawFn, depth: int = 3) -> bytes:
    if depth == 0 or draw(st.booleans()):
        return PLAIN + draw(TEXTS)
    boundary = draw(BOUNDARIES) + b"%d" % depth
    return multipart(*draw(st.lists(mails(depth - 1), min_size=1, max_size=3)), boundary=boundary)


@given(mails())
def test_sound_mails_have_the_shape_that_the_standard_library_sees(raw: bytes) -> None:
    """Two parsers that know nothing of one another find the same leaves, byte for byte."""
    assert [content for _, content in shape(raw)] == stdlib_leaves(email.message_from_bytes(raw))


@given(
    st.lists(
        st.sampled_from(
            [b"--b", b"--b--", b"\r\n", b"\n", b"x", b"--", PLAIN, b'Content-Type: multipart/x; boundary="b"\r\n\r\n']
        ),
        max_size=30,
    )
)
def test_no_mixture_of_delimiters_breaks_the_tree(pieces: list[bytes]) -> None:
    """Every leaf is a range of the mail, whatever the order of its delimiters."""
    raw = b"".join(pieces)

    waiting = [grow_tree(raw, LIMITS)[0]]
    while waiting:
        part = waiting.pop()
        assert 0 <= part.start <= part.body_start <= part.end <= len(raw)
        waiting.extend(part.children)
