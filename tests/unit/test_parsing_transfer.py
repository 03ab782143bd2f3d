"""Transfer encodings, also where the label lies; format=flowed; uuencode; enriched text."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.enriched import read_enriched
from maild.parsing.flowed import unflow
from maild.parsing.transfer import decode_transfer, name_encoding
from maild.parsing.uuencode import take_out_uuencoded


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("base64", "base64"),
        ("BASE64", "base64"),
        (" base 64 ;", "base64"),
        ("Quoted-Printable", "quoted-printable"),
        ("quoted printable", "quoted-printable"),
        ("x-uuencode", "uuencode"),
        ("7bit", ""),
        ("8-bit", ""),
        ("binary", ""),
        ("utf-8", ""),
        ("text/html", ""),
        ("", ""),
    ],
)
def test_encodings_are_known_however_they_are_written(field: str, name: str) -> None:
    """Case, blanks and dashes do not matter; what is no encoding leaves the bytes alone."""
    assert name_encoding(field) == name


@given(st.binary(max_size=300), st.sampled_from([b"\n", b"\r\n", b"\r\n "]))
def test_base64_comes_back_whole(data: bytes, line_end: bytes) -> None:
    """Whatever the line ends, every byte is there."""
    sent = base64.encodebytes(data).replace(b"\n", line_end)

    assert decode_transfer(sent, "base64") == (data, True)


@given(st.binary(max_size=200))
def test_quoted_printable_comes_back_whole(data: bytes) -> None:
    """Every byte is there."""
    assert decode_transfer(binascii.b2a_qp(data, istext=False), "quoted-printable") == (data, True)


def test_padding_may_be_missing() -> None:
    """Mailers forget it, and cut mails lose it."""
    assert decode_transfer(b"aGVsbG8gdGhlcmU", "base64")[0] == b"hello there"


@pytest.mark.parametrize("words", [b"Hello there", b"Hello there, all of you " * 9, b"x" * 57, b"y" * 114])
@pytest.mark.parametrize("footer", [b"_____\nthe list\nhttps://l.example/", b"-- \nThis mail was scanned.\n"])
def test_footer_below_base64_is_no_base64(words: bytes, footer: bytes) -> None:
    """Lists and scanners hang their words below whatever they get; the mail's own words are what is read."""
    sent = base64.encodebytes(words + b"!" * (len(words) % 3 == 0 and len(words) < 50)) + b"\n" + footer

    decoded, is_sound = decode_transfer(sent, "base64")

    assert decoded.rstrip(b"!") == words
    assert not is_sound


def test_padded_runs_may_follow_one_another() -> None:
    """Some mailers encode a file piece by piece."""
    sent = b"".join(base64.b64encode(b"x" * 100 + bytes([n])) + b"\r\n" for n in range(20))

    assert decode_transfer(sent, "base64")[0] == b"".join(b"x" * 100 + bytes([n]) for n in range(20))


def test_a_footer_after_the_padding_is_no_data() -> None:
    """List servers write their footer behind the base64."""
    footer = b"\r\n_______________________________________\r\nlist mailing list\r\n" * 30
    sent = base64.encodebytes(b"y" * 500) + footer

    assert decode_transfer(sent, "base64")[0] == b"y" * 500


def test_words_under_a_base64_label_are_words() -> None:
    """A label that lies does not make letters of letters."""
    words = b"Dear all,\r\n\r\nplease find enclosed the offer.\r\n"

    assert decode_transfer(words, "base64") == (words, False)


def test_a_stray_byte_spoils_no_base64() -> None:
    """One byte of noise in a thousand lines is passed over."""
    sent = base64.encodebytes(b"z" * 5000)

    assert decode_transfer(sent[:1000] + b"\xff" + sent[1000:], "base64")[0] == b"z" * 5000


def test_quoted_printable_bends_where_it_is_broken() -> None:
    """A lone equals sign stays one."""
    assert decode_transfer(b"a = b =C3=BC =ZZ 100=%", "quoted-printable")[0] == b"a = b \xc3\xbc =ZZ 100=%"


UU = b"begin 644 a.txt\n" + b"".join(binascii.b2a_uu(b"hello uu world" * 3) for _ in range(2)) + b"`\nend\n"


def test_uuencode_under_its_own_label() -> None:
    """x-uuencode is decoded with its begin and end lines."""
    assert decode_transfer(UU, "uuencode") == (b"hello uu world" * 6, True)


def test_files_in_the_middle_of_a_text_are_taken_out() -> None:
    """The words around stay, the file is whole."""
    text, files = take_out_uuencoded(b"before\n" + UU + b"after\nbegin 644 cut.txt\nnot uu at all\n")

    assert text == b"before\nafter\nbegin 644 cut.txt\nnot uu at all\n"
    assert [(file.name, file.content) for file in files] == [(b"a.txt", b"hello uu world" * 6)]


def test_yenc_is_left_alone() -> None:
    """It stays the text that it is."""
    yenc = b"=ybegin line=128 size=5 name=a.bin\r\n\x92\x8f\x96\x96\x99\r\n=yend size=5\r\n"

    assert take_out_uuencoded(yenc) == (yenc, ())


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("one \ntwo \nthree\nfour", "one two three\nfour"),
        ("> quoted \n> on\nmine", "> quoted on\nmine"),
        ("> one \n>> two\n> three", "> one \n>> two\n> three"),
        (" >not a quote\n From stuffed", ">not a quote\nFrom stuffed"),
        ("words \n-- \nBob\nMiller", "words \n-- \nBob\nMiller"),
        ("", ""),
    ],
)
def test_flowed_lines_are_paragraphs_again(sent: str, read: str) -> None:
    """Lines of one depth join; quotes, stuffing and the signature's dashes are kept apart (RFC 3676)."""
    assert unflow(sent, is_blank_deleted=False) == read


def test_delsp_takes_the_blank_away() -> None:
    """Languages without blanks between words are joined without one."""
    assert unflow("こんに \nちは", is_blank_deleted=True) == "こんにちは"


def test_enriched_text_is_read_without_its_marks() -> None:
    """One line end is a blank, two are one, `<<` is a letter."""
    assert read_enriched("<bold>Hi</bold>\nthere\n\n<color><param>red</param>a << b</color>") == "Hi there\na < b"


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "uuencode", ""]))
def test_no_bytes_break_a_decoder(data: bytes, encoding: str) -> None:
    """Bytes in, bytes out."""
    content, _ = decode_transfer(data, encoding)
    take_out_uuencoded(data)

    assert isinstance(content, bytes)
