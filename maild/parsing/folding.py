"""Lines made comparable: what a mailer may do to a line without changing its words is undone."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 600
# Zero-width and bidirectional marks, soft hyphen, the bold of text made from HTML; odd spaces become plain ones.
_INVISIBLE: Final = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\xad"
)
_PLAIN: Final = {
    **dict.fromkeys(map(ord, _INVISIBLE + "*")),
    **dict.fromkeys(map(ord, "\xa0\u2007\u202f\u3000\u2009"), " "),
    ord("："): ": ",
    ord("’"): "'",
    ord("＞"): ">",
    ord("＜"): "<",
}
STRIPPED: Final = " \t\r\n\x0b\x0c\xa0" + _INVISIBLE
_DIVIDER = re.compile(r"[-_=*~#—–―─━•·. ]{3,}")


def fold(line: str) -> str:
    """Give a line for comparison: no more than LONGEST characters of its two ends, in one case, one kind of space."""
    if len(line) > LONGEST:
        line = line[: LONGEST // 2] + " " + line[-LONGEST // 2 :]
    if line.isascii():
        return " ".join(line.replace("*", "").casefold().split())
    line = unicodedata.normalize("NFC", line).translate(_PLAIN).casefold()
    # The Turkish capital dotted I leaves its dot behind.
    return " ".join(line.replace("i\u0307", "i").split())


def is_divider(line: str) -> bool:
    """Tell a line that only divides: dashes, underscores, dots."""
    bare = line[:LONGEST].strip(STRIPPED)
    return _DIVIDER.fullmatch(bare) is not None
