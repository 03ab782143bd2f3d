"""S/MIME messages in one opaque part (RFC 8551): what they are, and the mail inside a signed one.

Reads just enough of BER to find the content of a SignedData; verifies nothing and decrypts nothing.
"""

from dataclasses import dataclass

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_SEQUENCE, _OCTETS, _CONSTRUCTED_OCTETS, _OBJECT, _TAGGED, _INTEGER, _SET = 0x30, 0x04, 0x24, 0x06, 0xA0, 0x02, 0x31
_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_LENGTH_BYTES = 4
_DEPTH = 16
_PIECES = 20_000


class _BrokenError(Exception):
    """The bytes are not what a CMS message is made of."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """What an S/MIME part holds: `content` is the inner entity of a signed one, None without."""

    is_encrypted: bool
    is_signed: bool
    content: bytes | None


def open_opaque(der: bytes) -> Opaque:
    """Look into a CMS message; anything that does not read as one is neither signed nor encrypted."""
    try:
        outer = _members(der, _enter(der, 0, _SEQUENCE, len(der)))
        kind = der[outer[0][1] : outer[0][2]] if outer[0][0] == _OBJECT else b""
        if kind in _ENCRYPTED:
            return Opaque(is_encrypted=True, is_signed=False, content=None)
        if kind != _SIGNED:
            return Opaque(is_encrypted=False, is_signed=False, content=None)
        return Opaque(is_encrypted=False, is_signed=True, content=_content(der, outer))
    except (_BrokenError, IndexError):
        return Opaque(is_encrypted=False, is_signed=False, content=None)


_Element = tuple[int, int, int]


def _content(der: bytes, outer: list[_Element]) -> bytes | None:
    """Follow ContentInfo → SignedData → EncapsulatedContentInfo → the octets that were signed."""
    signed = _members(der, _enter(der, outer[1][1], _SEQUENCE, outer[1][2]))
    inner = next((each for each in signed if each[0] == _SEQUENCE), None)
    if inner is None:
        return None
    encapsulated = _members(der, inner)
    if len(encapsulated) < 2 or encapsulated[1][0] != _TAGGED:  # noqa: PLR2004 - its type, then its content
        return None
    return b"".join(_octets(der, encapsulated[1], _DEPTH))


def _octets(der: bytes, element: _Element, depth: int) -> list[bytes]:
    if depth <= 0:
        raise _BrokenError
    pieces: list[bytes] = []
    for tag, start, end in _members(der, element):
        if tag == _OCTETS:
            pieces.append(der[start:end])
        elif tag == _CONSTRUCTED_OCTETS:
            pieces += _octets(der, (tag, start, end), depth - 1)
    return pieces


def _enter(der: bytes, position: int, tag: int, end: int) -> _Element:
    element, _after = _element(der, position, end, _DEPTH)
    if element[0] != tag:
        raise _BrokenError
    return element


def _members(der: bytes, element: _Element) -> list[_Element]:
    found: list[_Element] = []
    position = element[1]
    while position < element[2]:
        member, position = _element(der, position, element[2], _DEPTH)
        found.append(member)
        if len(found) > _PIECES:
            raise _BrokenError
    return found


def _element(der: bytes, position: int, end: int, depth: int) -> tuple[_Element, int]:
    """Read one element: its tag, where its content begins and ends, and where the next one begins."""
    if depth <= 0 or position + 2 > end:
        raise _BrokenError
    tag, length = der[position], der[position + 1]
    start = position + 2
    if length == _INDEFINITE:
        return _indefinite(der, (tag, start, end), depth)
    if length > _INDEFINITE:
        count = length - _INDEFINITE
        if count > _LENGTH_BYTES:
            raise _BrokenError
        length = int.from_bytes(der[start : start + count])
        start += count
    # A truncated mail cuts the last element short: what is there is still worth reading.
    return (tag, start, min(start + length, end)), start + length


def _indefinite(der: bytes, element: _Element, depth: int) -> tuple[_Element, int]:
    tag, start, end = element
    if not tag & _CONSTRUCTED:
        raise _BrokenError
    position = start
    for _ in range(_PIECES):
        if position >= end:
            return (tag, start, end), end
        if der[position : position + 2] == b"\0\0":
            return (tag, start, position), position + 2
        _member, position = _element(der, position, end, depth - 1)
    raise _BrokenError
