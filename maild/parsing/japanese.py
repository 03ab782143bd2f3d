"""ISO-2022-JP as Windows writes it: with circled numbers, company signs and more that the standard leaves out."""

import re

_ESCAPE = re.compile(rb"\x1b(\$[B@]|\([BJI])")
_WIDE = frozenset({b"$B", b"$@"})
_KANA = b"(I"


def decode_windows_japanese(data: bytes) -> str | None:
    """Decode ISO-2022-JP by the characters of code page 932; None where it is broken even so."""
    pieces = _ESCAPE.split(data)
    try:
        decoded = [pieces[0].decode("ascii")]
        for state, run in zip(pieces[1::2], pieces[2::2], strict=True):
            decoded.append(_decode_run(state, run))
    except (UnicodeError, ValueError):
        return None
    return "".join(decoded)


def _decode_run(state: bytes, run: bytes) -> str:
    if state == _KANA:
        return bytes(byte | 0x80 for byte in run).decode("cp932")
    if state not in _WIDE:
        return run.decode("ascii")
    lines = [_shifted(line).decode("cp932") for line in run.split(b"\n")]
    return "\n".join(lines)


def _shifted(run: bytes) -> bytes:
    """Turn pairs of JIS X 0208 into those of Shift_JIS (JIS X 0208:1997, appendix 1)."""
    pairs = run.rstrip(b"\r")
    shifted = bytearray()
    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        row = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)  # noqa: PLR2004 - the second half begins there
        shift = (0x1F if second < 0x60 else 0x20) if first % 2 else 0x7E  # noqa: PLR2004 - 0x7F is left out
        shifted += bytes((row, second + shift))
    return bytes(shifted)
