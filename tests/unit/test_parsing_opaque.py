"""S/MIME messages in one part: the mail inside a signature is found, without trusting a length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.opaque import Opaque, open_opaque

SIGNED = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")


def element(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(3, "big")
    return bytes([tag, 0x83]) + length + content


def indefinite(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


def signed(octets: bytes, wrap=element) -> bytes:
    encapsulated = wrap(0x30, DATA + wrap(0xA0, octets))
    inside = wrap(0x30, element(0x02, b"\1") + element(0x31, b"") + encapsulated + element(0x31, b"signer"))
    return wrap(0x30, SIGNED + wrap(0xA0, inside))


MAIL = b"Content-Type: text/plain\r\n\r\nHello " + b"there " * 50


@pytest.mark.parametrize("wrap", [element, indefinite])
def test_the_mail_inside_a_signature_is_found(wrap) -> None:
    """With definite lengths and with indefinite ones, in one piece and in many."""
    whole = signed(element(0x04, MAIL), wrap)
    pieces = signed(wrap(0x24, element(0x04, MAIL[:20]) + element(0x04, MAIL[20:])), wrap)

    assert open_opaque(whole) == Opaque(is_encrypted=False, is_signed=True, content=MAIL)
    assert open_opaque(pieces).content == MAIL


def test_an_encrypted_mail_is_only_named() -> None:
    """Nothing is decrypted here."""
    assert open_opaque(element(0x30, ENVELOPED + element(0xA0, b"x"))) == Opaque(
        is_encrypted=True, is_signed=False, content=None
    )


def test_a_signature_without_content_is_only_a_signature() -> None:
    """Certificates alone hold no mail."""
    encapsulated = element(0x30, DATA)
    inside = element(0x30, element(0x02, b"\1") + element(0x31, b"") + encapsulated)

    assert open_opaque(element(0x30, SIGNED + element(0xA0, inside))).content is None


def test_a_thousand_levels_are_refused() -> None:
    """A bomb of nested elements is no CMS message, and costs nothing."""
    assert open_opaque(signed(b"\x24\x80" * 50_000)).content in {None, b""}


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    """Any bytes are an answer, also behind a sound beginning."""
    open_opaque(data)
    open_opaque(element(0x30, SIGNED + data))
    open_opaque(element(0x30, SIGNED + element(0xA0, element(0x30, data))))
