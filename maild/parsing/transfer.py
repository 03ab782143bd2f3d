"""Content-Transfer-Encoding: bytes as sent → bytes as meant, also where the label lies."""

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp, a2b_uu

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BASE64_BLANKS = b" \t\r\n\x0b\x0c"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_IN_ALPHABET = bytes(set(range(256)) - set(_ALPHABET))
_UU_BEGIN = re.compile(rb"(?:\A|(?<=\n))begin(?:-base64)? [0-7]{3,4} [^\r\n]*\r?\n")
_LED_BY_BASE64 = re.compile(
    rb"\s*+(?:(?:[A-Za-z0-9+/]{60,76}\r?\n)++[A-Za-z0-9+/]{0,76}={0,2}|[A-Za-z0-9+/]{2,76}+={1,2})[ \t]*+\r?\n"
)
_FOOTER = re.compile(rb"\n[^\n]*[^A-Za-z0-9+/=\s]")
_LONGEST_FOOTER = 4096
_SAMPLE = 300  # what stands behind it may be a footer
_RUNS = 10_000
_TOLERATED = 10  # one strange byte in so many is damage, more is another encoding


def name_encoding(field: str) -> str:
    """Name the encoding that a field's value means: base64, quoted-printable, uuencode or "" for bytes as they are."""
    plain = re.sub(r"[^a-z0-9]", "", field.lower().partition(";")[0])
    if plain.startswith("base64"):
        return "base64"
    if plain.startswith(("quotedprintable", "qp")):
        return "quoted-printable"
    return "uuencode" if plain in {"xuuencode", "uuencode", "xuue", "uue", "uu"} else ""


def decode_transfer(data: bytes | memoryview, encoding: str) -> tuple[bytes, bool]:
    """Undo a transfer encoding; the second value is False where the bytes did not keep to it."""
    match encoding:
        case "base64":
            return _decode_base64(data)
        case "quoted-printable":
            return a2b_qp(data), True
        case "uuencode":
            return _decode_uu(bytes(data))
        case _:
            return bytes(data), True


def _decode_base64(data: bytes | memoryview) -> tuple[bytes, bool]:
    """Decode base64; what is plainly no base64 comes back as it is, for a label may be wrong.

    A footer in plain words, as lists and scanners hang it below, is left out.
    """
    if _is_no_base64(bytes(data[:_SAMPLE])):
        led = _LED_BY_BASE64.match(data)
        return (bytes(data), False) if led is None else (_by_segments(led[0])[0], False)
    footer = _FOOTER.search(data, max(0, len(data) - _LONGEST_FOOTER))
    if footer is not None:
        return _by_segments(bytes(data[: footer.start()]))[0], False
    try:
        decoded = a2b_base64(data)
    except BinasciiError:
        return _by_segments(bytes(data))
    # A pad ends what the standard decoder reads: some mailers join several padded runs.
    if len(decoded) * 4 < (len(data) - len(data) // 32 - 8) * 3:
        return _by_segments(bytes(data))
    return decoded, True


def _is_no_base64(sample: bytes) -> bool:
    """A text of words has blanks inside its lines, and letters outside the alphabet."""
    letters = sample.translate(None, _BASE64_BLANKS)
    if not letters:
        return False
    strange = len(letters.translate(None, _ALPHABET))
    return strange * _TOLERATED > len(letters) or (strange > 0 and b" " in sample.strip())


def _by_segments(data: bytes) -> tuple[bytes, bool]:
    """Decode every padded run on its own; stop at the first that holds strange bytes (a footer, a cut)."""
    pieces: list[bytes] = []
    is_sound = True
    for run in re.split(rb"(?<==)\s*+(?=[^=\s])", data, maxsplit=_RUNS):
        if pieces and _NOT_BASE64.search(run):
            is_sound = False
            break
        letters = run.translate(None, _NOT_IN_ALPHABET).rstrip(b"=")
        if len(letters) % 4 == 1:
            letters, is_sound = letters[:-1], False
        pieces.append(a2b_base64(letters + b"=" * (-len(letters) % 4)))
    return b"".join(pieces), is_sound


def _decode_uu(data: bytes) -> tuple[bytes, bool]:
    begin = _UU_BEGIN.search(data)
    decoded, end = decode_uu_lines(data, begin.end() if begin is not None else 0)
    return (decoded, True) if end > 0 or not data.strip() else (data, False)


def decode_uu_lines(data: bytes, start: int) -> tuple[bytes, int]:
    """Decode uuencoded lines from `start` to their `end`; give the bytes and where they end, 0 for no such end."""
    pieces: list[bytes] = []
    position = start
    while position < len(data):
        stop = data.find(b"\n", position)
        stop = len(data) if stop < 0 else stop + 1
        line = data[position:stop].rstrip(b"\r\n")
        position = stop
        if line.strip() == b"end":
            return b"".join(pieces), position
        if not line or line in {b"`", b" "}:
            continue
        try:
            pieces.append(a2b_uu(line))
        except BinasciiError:
            expected = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                pieces.append(a2b_uu(line[:expected]))
            except BinasciiError:
                return b"", 0
    return b"", 0
