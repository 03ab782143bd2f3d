"""Bytes → text, where charsets are declared, mislabelled, refused or missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing import Flag
from maild.parsing.charsets import clean_line, clean_text, decode_text, find_codec, guess_text


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Grüße aus Köln", "cp1252", "iso-8859-1"),
        ("“quoted” – it’s", "cp1252", "ISO-8859-1"),
        ("“quoted” – it’s", "cp1252", "windows-1252"),
        ("Zażółć gęślą jaźń", "iso8859_2", "iso-8859-2"),
        ("Привет, мир", "koi8_r", "KOI8-R"),
        ("Привет, мир", "cp1251", "windows-1251"),
        ("Привет, мир", "cp866", "ibm866"),
        ("שלום", "iso8859_8", "iso-8859-8-i"),
        ("Ελληνικά", "iso8859_7", "iso-8859-7"),
        ("şğıİ", "cp1254", "iso-8859-9"),
        ("สวัสดี", "cp874", "TIS-620"),
        ("こんにちは①", "cp932", "Shift_JIS"),
        ("こんにちは", "iso2022_jp", "iso-2022-jp"),
        ("こんにちは", "euc_jp", "EUC-JP"),
        ("안녕하세요", "cp949", "ks_c_5601-1987"),
        ("안녕하세요", "cp949", "euc-kr"),
        ("안녕하세요", "iso2022_kr", "iso-2022-kr"),
        ("你好，世界", "gb18030", "gb2312"),
        ("你好，世界", "gbk", "x-gbk"),
        ("繁體中文", "cp950", "big5"),
        ("繁體中文", "big5hkscs", "big5-hkscs"),
        ("你好", "hz", "hz-gb-2312"),
        ("Ünïcode 🎉", "utf-8", "utf8"),
        ("Ünïcode 🎉", "utf-8", '"UTF-8"'),
        ("Ünïcode 🎉", "utf-16", "utf-16"),
        ("Ünïcode 🎉", "utf-16-le", "utf-16le"),
        ("naïve", "mac_roman", "macintosh"),
        ("plain", "ascii", "ANSI_X3.4-1968"),
    ],
)
def test_declared_charsets_are_believed_as_mailers_mean_them(text: str, codec: str, label: str) -> None:
    """Labels are read as mailers use them: Latin-1 is Windows-1252, gb2312 is its superset, and so on."""
    assert decode_text(text.encode(codec), label) == (text, frozenset())


@pytest.mark.parametrize(
    "label", ["utf-7", "UTF_7", "unicode-1-1-utf-7", "unicode_escape", "punycode", "idna", "rot13"]
)
def test_charsets_that_hide_markup_are_not_decoded(label: str) -> None:
    """`+ADw-script+AD4-` stays the harmless letters that it is."""
    text, flags = decode_text(b"+ADw-script+AD4- \\x3cb\\x3e", label)

    assert text == "+ADw-script+AD4- \\x3cb\\x3e"
    assert Flag.CHARSET_REFUSED in flags
    assert find_codec(label) is None


@pytest.mark.parametrize(
    "label", ["", "x-unknown", "unknown-8bit", "klingon", "us-ascii", "iso-8859-1", "big5", "gb2312"]
)
def test_text_that_is_utf8_is_read_as_utf8(label: str) -> None:
    """A charset that is missing, unknown or wrong does not make mojibake of valid UTF-8."""
    text, flags = decode_text("Größe: 10 €, naïve".encode(), label)

    assert text == "Größe: 10 €, naïve"
    assert flags <= {Flag.CHARSET_GUESSED}


def test_a_wrong_utf8_label_is_noticed() -> None:
    """Latin-1 under a UTF-8 label is read as what it is, and flagged."""
    text, flags = decode_text("Café crème à la carte".encode("latin-1"), "utf-8")

    assert text == "Café crème à la carte"
    assert flags == {Flag.CHARSET_GUESSED}


def test_one_damaged_byte_spoils_one_character_only() -> None:
    """A long text with one broken byte is still read by its charset."""
    data = ("Grüße " * 40).encode() + b"\xff" + "Köln".encode()

    text, flags = decode_text(data, "utf-8")

    assert text == "Grüße " * 40 + "�Köln"
    assert flags == {Flag.CHARSET_DAMAGED}


def test_ascii_under_a_wide_label_stays_ascii() -> None:
    """A template that says utf-16 and writes ASCII is not read as Chinese."""
    assert decode_text(b"Hello there!", "utf-16")[0] == "Hello there!"


def test_a_byte_order_mark_beats_the_label() -> None:
    """The mark is in the text itself, the label was put on by somebody else; the mark is not text."""
    assert decode_text("\ufeffhé".encode("utf-16-le"), "us-ascii")[0] == "hé"
    assert decode_text("\ufeffhé".encode(), "iso-8859-1")[0] == "hé"


def test_japanese_of_windows_is_read() -> None:
    """Outlook's ISO-2022-JP holds characters of code page 932 and half-width letters that the standard leaves out."""
    data = b"\x1b$B-!-5\x1b(B (\x1b(I1\x1b(B)\r\n\x1b$B$3\r\n\x1b(Bx"

    assert decode_text(data, "iso-2022-jp") == ("①Ⅰ (ｱ)\r\nこ\r\nx".replace("こ\r\n", "こ\n"), frozenset())


def test_other_charsets_of_the_mail_are_hints() -> None:
    """Raw bytes elsewhere in a mail are most likely of the charset that the mail declares."""
    assert guess_text("Привет".encode("koi8_r"), ("koi8-r",)) == "Привет"


def test_long_text_of_unknown_charset_is_guessed() -> None:
    """Enough Cyrillic without a label is recognised by its letters."""
    text = "Здравствуйте! Пришлите, пожалуйста, счёт за прошлый месяц. С уважением, Иван." * 3

    assert guess_text(text.encode("cp1251")) == text


def test_text_is_clean_of_what_cannot_be_kept_or_shown() -> None:
    """NUL, other control characters and lone surrogates go; every kind of line end becomes LF; tabs stay."""
    assert clean_text("a\0b\x1bc\r\nd\re\x0bf\x0cg\x85h\u2028i\u2029j\tk\ud800l\ufeff") == (
        "abc\nd\ne\nf\ng\nh\ni\nj\tk�l"
    )


def test_a_line_is_one_line() -> None:
    """What would end a header, or make its writer raise, becomes a blank."""
    assert clean_line(" a\r\nBcc: b\0c\x85d\u2028e\x1cf ") == "a Bcc: b c d e f"


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_under_any_label_are_text(data: bytes, label: str) -> None:
    """Decoding never raises, and what comes out can be stored and sent."""
    text, _ = decode_text(data, label)

    clean_text(text).encode()
    clean_line(text).encode()
