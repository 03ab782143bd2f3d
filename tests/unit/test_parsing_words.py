"""Encoded words (RFC 2047), whole and broken, and raw bytes in headers."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.charsets import clean_line
from maild.parsing.words import decode_value, decode_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Hello", "Hello"),
        ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?Q?Gr=FC=DFe_aus?= =?iso-8859-1?Q?_K=F6ln?=", "Grüße aus Köln"),
        ("=?utf-8*en?Q?Hello?=", "Hello"),
        ("Re: =?utf-8?Q?a?= b =?utf-8?Q?c?=", "Re: a b c"),
        ("=?utf-8?Q?a?=\t =?utf-8?Q?b?=", "ab"),
        # A character of two bytes cut between two words.
        ("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3LD?= =?utf-8?b?vMOfZQ==?=", "Grüße"),
        # Blanks and question marks within a word, padding missing, no blank before the word.
        ("=?utf-8?Q?Hello world?=", "Hello world"),
        ("=?utf-8?Q?Why?_Because?=", "Why? Because"),
        ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        ("Re:=?utf-8?Q?_a?=b", "Re: ab"),
        ("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("=?ISO-2022-JP?B?GyRCJDMbKEI=?= =?ISO-2022-JP?B?GyRCJHMbKEI=?=", "こん"),
        ("=?GB2312?B?xOO6w6Os?=", "你好，"),
        ("=?x-unknown?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?Q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        ("=?utf-8?Q?a=00b=E2=80=A8c?=", "a b c"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("=?utf-8?b?????=", "=?utf-8?b?????="),
        ("=?utf-7?Q?+ADw-script+AD4-?=", "+ADw-script+AD4-"),
    ],
)
def test_words_say_what_was_meant(value: str, text: str) -> None:
    """Encoded words are read as their mailers meant them, the broken ones too."""
    assert decode_value(value.encode()) == text


@pytest.mark.parametrize("codec", ["utf-8", "latin-1", "koi8_r", "cp932", "cp949"])
def test_raw_bytes_are_read_by_the_mails_own_charset(codec: str) -> None:
    """Mailers that write raw bytes in headers write them in the charset of their body."""
    text = {"koi8_r": "Привет", "cp932": "こんにちは", "cp949": "안녕하세요"}.get(codec, "Formação")

    assert decode_value(text.encode(codec), (codec,)) == text


@pytest.mark.parametrize("piece", ["=?utf-8?Q?a?= ", "=?utf-8?b?QQ==?=", "=?utf-8?Q?", "=?", "=?a?b?", "?="])
def test_a_megabyte_of_words_is_read_in_one_pass(piece: str) -> None:
    """The standard library's cost grows with the square: with it, this test would not end within any patience."""
    assert decode_words(piece * (1_000_000 // len(piece)))


@given(st.text(max_size=80), st.sampled_from(["utf-8", "utf-16", "iso-2022-jp"]))
def test_any_text_survives_base64_words(text: str, charset: str) -> None:
    """What a mailer can encode, we read back, but for what no header may hold."""
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        return
    word = f"=?{charset}?b?{base64.b64encode(data).decode()}?="

    assert decode_value(word.encode()).replace("�", "") == clean_line(text).replace("�", "") or "\x1b" in text


@given(st.text("=?utf8QqBb_ABC+/ \t", max_size=200))
def test_no_text_breaks_the_word_reader(text: str) -> None:
    """Any mixture of the marks is an answer, never an error."""
    decode_value(text.encode())
