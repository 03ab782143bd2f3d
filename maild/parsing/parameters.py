"""Content-Type and Content-Disposition: a value and its parameters, RFC 2231 and every mailer's own way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from maild.parsing.charsets import clean_line, decode_text
from maild.parsing.words import decode_value

# name = "quoted" | bare words up to the next semicolon: unquoted names with blanks are common, and meant.
_PARAMETER = re.compile(r";[;\s]*+([^\s;=\"]{1,80}+)\s*+=\s*+(?:\"((?:[^\"\\]++|\\.)*+)(?:\"|\Z)|([^;]*+))", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_VALUE = re.compile(r"[^;\s(\"]*+")
_PARAMETERS = 100


@dataclass(frozen=True, slots=True)
class Parameters:
    """The value of a field in lower case, and its parameters decoded, names in lower case."""

    value: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Piece:
    number: int
    is_encoded: bool
    text: str


def read_parameters(raw: bytes, hints: tuple[str, ...] = ()) -> Parameters:
    """Read a field with parameters; the first of two with one name counts, as in most readers."""
    text = raw.decode("latin-1").strip()
    head = _VALUE.match(text)
    value = head[0].lower() if head is not None else ""
    if ";" not in text:
        return Parameters(value, {})
    pieces: dict[str, list[_Piece]] = {}
    for count, match in enumerate(_PARAMETER.finditer(text)):
        if count >= _PARAMETERS:
            break
        quoted, bare = match[2], match[3]
        found = _ESCAPED.sub(_unescaped, quoted) if quoted is not None else _without_comment(bare)
        named = _PIECE.match(match[1].lower())
        if named is None:
            continue
        number = int(named[2]) if named[2] is not None else -1
        pieces.setdefault(named[1], []).append(_Piece(number, named[3] is not None, found))
    return Parameters(value, {name: _assemble(found, hints) for name, found in pieces.items()})


def _unescaped(match: "re.Match[str]") -> str:
    # Outlook writes Windows paths without doubling the backslash: only quotes and backslashes are unescaped.
    return match[1] if match[1] in '"\\' else match[0]


def _without_comment(bare: str) -> str:
    value = bare.strip()
    return value.partition(" (")[0].strip() if value.endswith(")") else value


def _assemble(pieces: list[_Piece], hints: tuple[str, ...]) -> str:
    """Put one parameter together: an RFC 2231 form goes before the plain one that old readers are given."""
    whole = [piece for piece in pieces if piece.number < 0]
    encoded = next((piece for piece in whole if piece.is_encoded), None)
    if encoded is not None:
        return _decode_extended([encoded])
    numbered = sorted((piece for piece in pieces if piece.number >= 0), key=lambda piece: piece.number)
    if numbered and any(piece.is_encoded for piece in numbered):
        return _decode_extended(numbered)
    if numbered:
        return decode_value("".join(piece.text for piece in numbered).encode("latin-1"), hints)
    return decode_value(whole[0].text.encode("latin-1"), hints)


def _decode_extended(pieces: list[_Piece]) -> str:
    """Decode charset'language'percent-encoded text (RFC 2231, 4), in one piece or several."""
    charset, _, rest = pieces[0].text.partition("'")
    language, separator, first = rest.partition("'")
    if not separator:
        # One quote mark or none: the charset is missing, the text is still percent-encoded.
        charset, first = ("", pieces[0].text) if not rest else (charset, language)
    data = [_octets(pieces[0].is_encoded, first)]
    data += [_octets(piece.is_encoded, piece.text) for piece in pieces[1:]]
    return clean_line(decode_text(b"".join(data), charset)[0])


def _octets(is_encoded: bool, text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return unquote_to_bytes(raw) if is_encoded else raw
