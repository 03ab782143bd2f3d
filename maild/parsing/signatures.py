"""What stands at the end of a person's own words without being words: signatures, and lines that a client adds."""

import re
from collections.abc import Sequence
from typing import Final

from maild.parsing import phrases
from maild.parsing.folding import LONGEST, STRIPPED, fold, is_divider

_TARGET = re.compile(r"<[^<>]{1,250}>")
_CLAUSE = re.compile(r"[,;?(\[<]|[.!] | [-–—] ")
# "iOS" is no part of "negocios"; scripts without blanks put other letters right before a name.
_DEVICE = re.compile(f"(?<![a-zà-ÿ])(?:{'|'.join(map(re.escape, phrases.DEVICES))})")
_LONGEST_MOBILE: Final = 300
_MOST_WORDS: Final = 12
_MOST_BARE_WORDS: Final = 8
_LONGEST_SIGNATURE: Final = 30
_LONGEST_DASHES: Final = 15
_LONGEST_MARKER: Final = 200
_FOOTER: Final = 6
_LONGEST_FOOTER: Final = 15


def may_name_device(text: str) -> bool:
    """Tell cheaply whether a text may hold a line that a telephone adds."""
    folded = text.casefold()
    return "sent from" in folded or any(device in folded for device in phrases.DEVICES)


def may_mark(text: str) -> bool:
    """Tell cheaply whether a text may hold a desk's marker."""
    folded = text.casefold()
    return any(phrase in folded for phrase in (*phrases.ANSWER_LINE, *phrases.WRITE_ABOVE))


def is_mobile(line: str, *, is_at_end: bool) -> bool:
    """Tell "Sent from my iPhone" and its kin; at the end of the words a joke in its form as well."""
    if len(line) > _LONGEST_MOBILE or not line.strip(STRIPPED):
        return False
    text = " ".join(_TARGET.sub("", fold(line)).split()).strip(" _-~()<>")
    head, *tail = _CLAUSE.split(text, maxsplit=1)
    rest = tail[0] if tail else ""
    if len(head.split()) > _MOST_WORDS or len(rest.split()) > _MOST_WORDS:
        return False
    if _DEVICE.search(head) is not None:
        return head.startswith(phrases.SENT_BY) or _closes_with_sending(head.rstrip(" .。"))
    is_joke = head.startswith("sent from ") and not rest and "." not in head
    return is_at_end and is_joke and len(head.split()) <= _MOST_BARE_WORDS


def _closes_with_sending(head: str) -> bool:
    return head.endswith(phrases.SENT_AT_END) or any(
        head.startswith(start) and head.endswith(end) for start, end in phrases.SENT_AROUND
    )


def is_marker(line: str) -> bool:
    """Tell the line of a desk's notice above which the answer belongs, ours and that of others."""
    if len(line) > _LONGEST_MARKER:
        return False
    text = fold(line)
    return text.startswith(phrases.ANSWER_LINE) or any(phrase in text for phrase in phrases.WRITE_ABOVE)


def find_signature(lines: Sequence[str]) -> int | None:
    """Find the delimiter of a signature (RFC 3676, 4.3) in a stretch of own words.

    Dashes without the blank, which many clients strip, count over a short rest only.
    """
    for at, line in enumerate(lines):
        if len(line) > LONGEST:
            continue
        bare = line.rstrip("\r")
        if bare == "-- " and len(lines) - at <= _LONGEST_SIGNATURE:
            return at
        if bare.strip(STRIPPED) in {"--", "—", "- -"} and len(lines) - at <= _LONGEST_DASHES:
            return at
    return None


def find_footer(lines: Sequence[str]) -> int | None:
    """Find what a mailing list adds below a mail: a dividing line, and soon after it the list's name."""
    for at in range(max(0, len(lines) - _LONGEST_FOOTER), len(lines)):
        if is_divider(lines[at]) and any(
            phrase in fold(below) for below in lines[at + 1 : at + 1 + _FOOTER] for phrase in phrases.LIST_FOOTER
        ):
            return at
    return None


def is_disclaimer(paragraph: str) -> bool:
    """Tell the paragraph by which a company's server says that a mail is confidential."""
    text = fold(paragraph)
    return any(word in text for word in phrases.DISCLAIMER)
