"""Files uuencoded in the middle of a text, as mailers sent them before MIME. yEnc is left alone."""

import re
from dataclasses import dataclass
from itertools import islice

from maild.parsing.transfer import decode_uu_lines

_BEGIN = re.compile(rb"(?:\A|(?<=\n))begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n(?=[\x20-\x60])")
_FILES = 50
_TRIED = 500


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """A file found in a text; `name` is from outside and not yet harmless."""

    name: bytes
    content: bytes


def take_out_uuencoded(data: bytes) -> tuple[bytes, tuple[EncodedFile, ...]]:
    """Cut complete uuencoded files out of a text; what does not decode to its end stays text."""
    files: list[EncodedFile] = []
    kept: list[bytes] = []
    position = 0
    for match in islice(_BEGIN.finditer(data), _TRIED):
        if match.start() < position or len(files) >= _FILES:
            continue
        content, end = decode_uu_lines(data, match.end())
        if not end:
            continue
        files.append(EncodedFile(match[1], content))
        kept.append(data[position : match.start()])
        position = end
    kept.append(data[position:])
    return b"".join(kept), tuple(files)
