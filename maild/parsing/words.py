"""Header values: raw bytes in any charset and encoded words (RFC 2047), whole and broken → clean text.

One pass over the value, whatever it holds: the cost grows with its length only.
"""

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp

from maild.parsing.charsets import clean_line, decode_text, find_codec, guess_text

# The text of a word ends at the first "?=": Q words with a bare "?" or blanks in them are common, and meant.
_WORD = re.compile(r"=\?([^?\s]{1,60}+)\?([bBqQ])\?((?:[^?]++|\?(?!=))*+)\?=")
_GAP = re.compile(r"[ \t]*+\Z")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")


def decode_value(value: bytes, hints: tuple[str, ...] = ()) -> str:
    """Decode a header value for reading: one clean line; `hints` are the charsets that the mail names elsewhere."""
    text = decode_bytes(value, hints)
    if "=?" not in text and text.isprintable():
        return text.strip()
    if "=?" in text:
        text = decode_words(text)
    return clean_line(text)


def decode_bytes(value: bytes, hints: tuple[str, ...] = ()) -> str:
    """Decode the bytes of a value as they stand: ASCII, UTF-8, else a hint or a guess."""
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    return guess_text(value, hints)


def decode_words(text: str) -> str:
    """Replace every encoded word by what it says; blanks between two of them vanish, all else stays."""
    last = text.rfind("?=")
    pieces: list[str] = []
    pending: list[tuple[str, bytes]] = []
    position = 0
    for match in _WORD.finditer(text, 0, last + 2 if last >= 0 else 0):
        payload = _payload(match[2], match[3])
        if match[3] and not payload:
            continue
        between = text[position : match.start()]
        if not (pending and _GAP.match(between)):
            pieces.append(_joined(pending))
            pending = []
            pieces.append(between)
        pending.append((match[1].partition("*")[0], payload))
        position = match.end()
    pieces.append(_joined(pending))
    pieces.append(text[position:])
    return "".join(pieces)


def _joined(words: list[tuple[str, bytes]]) -> str:
    """Decode neighbours of one charset together: mailers cut characters of several bytes between two words."""
    if not words:
        return ""
    pieces: list[str] = []
    charset, collected = words[0][0], [words[0][1]]
    for label, payload in words[1:]:
        if label.lower() == charset.lower() and not _is_stateful(charset):
            collected.append(payload)
            continue
        pieces.append(decode_text(b"".join(collected), charset)[0])
        charset, collected = label, [payload]
    pieces.append(decode_text(b"".join(collected), charset)[0])
    return "".join(pieces)


def _is_stateful(label: str) -> bool:
    codec = find_codec(label)
    return codec is not None and codec.startswith(("iso2022", "hz", "utf-16"))


def _payload(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return a2b_qp(data.replace(b" ", b"_"), header=True)
    return decode_base64_word(text)


def decode_base64_word(text: str) -> bytes:
    """Decode the base64 of one word, with padding missing or misplaced."""
    letters = _NOT_BASE64.sub("", text)
    spare = len(letters) % 4
    if spare == 1:
        letters = letters[:-1]
    try:
        return a2b_base64(letters + "=" * (-len(letters) % 4))
    except BinasciiError:
        return b""
