"""The line that a mail client puts above a quote: "On … wrote:" in the world's languages, broken over lines or not.

Not a pattern per language: a line that ends like an attribution is read together with up to four lines above it, and
must hold what an attribution holds: a verb of writing, a date, an address. How much of it is asked for depends on
whether a quote follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from maild.parsing.folding import LONGEST, STRIPPED, fold
from maild.parsing.phrases import (
    AFTER_VERB,
    FIRST_PERSON,
    LEADS,
    POSSESSIVE,
    SENDING,
    WRITING,
    WRITING_BEFORE_NAME,
    WRITING_UNSPACED,
)

_DATE: Final = (
    r"\d{1,2}\s?[:.h]\s?\d{2}(?!\d)|(?<!\d)(?:19|20|25)\d\d(?!\d)|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|\d{1,2}\s?[月月日時년월일]"
)
_HAS_DATE = re.compile(_DATE)
_ADDRESS = re.compile(r"[^\s@<>()\[\]]{1,64}@[^\s@<>()\[\]]{2,}")
_WORD = re.compile(r"[^\W\d_]+")
_DATE_FIRST = re.compile(r"\W{0,3}\d|(?:[^\s\d<>@:]{1,14} ){1,3}\W?\d")
_NAME_FIRST = re.compile(r"[^@<(]{1,60}[<(][^\s@<>()]{1,64}@")
_MID_LINE: Final = ("On", "Am", "Le", "El", "Op", "Il", "Em", "Den")
_SHARED = re.compile(rf"(?<=[^\s>-])(?: +| *-{{2,}} ?)(?=(?:{'|'.join(_MID_LINE)}) [^\n]{{0,20}}\d)")
_GOES_ON = re.compile(r"@[^\n:]{1,120}:(?=[ \xa0]{2,}\S|>)")
_ARROWED = re.compile(r">>> [^>].{0,300}\d.{0,20} >>>")
_ENDS_WITH_ADDRESS = re.compile(r"@[^\s@]{2,80}$")
_ENDS_WITH_DATE = re.compile(r"\d[^\w]{0,3}(?:uhr|am|pm|h|г)?\W{0,2}$")
_LONGEST_BARE: Final = 8
_LONGEST_DATED: Final = 14
_MOST_LINES: Final = 5
_SHORT_LEAD: Final = 30
_LONGEST_SHORTENED: Final = 6


def may_end(line: str, *, is_quote_next: bool) -> bool:
    """Tell cheaply whether an attribution can end with this line."""
    bare = line[-LONGEST:].rstrip(STRIPPED + "*_")
    if not bare:
        return False
    if bare[-1] in ":：" or is_quote_next:
        return True
    return (bare[-1] == "-" and bare.lstrip(STRIPPED)[:2] == "--") or ("@" in bare and bare[-1].isalpha())


def find_attribution(lines: Sequence[str], end: int, floor: int, *, is_quote_next: bool) -> int | None:
    """Find the line where the attribution begins that ends with line `end`; None if it is none.

    No line above `floor` is looked at, nor one beyond an empty line.
    """
    text = fold(lines[end])
    found = end if _reads_well(text, is_quote_next=is_quote_next) else None
    if found is not None and _is_led(text):
        return found
    for first in range(end - 1, max(floor, end - _MOST_LINES + 1) - 1, -1):
        above = fold(lines[first])
        text = f"{above} {text}"
        if not above or above[0] == ">" or len(text) > LONGEST:
            break
        if _opens(above, text) and _reads_well(text, is_quote_next=is_quote_next):
            return first
    return found


def _is_led(text: str) -> bool:
    return _begins_with_lead(text) and _HAS_DATE.search(text) is not None


def _begins_with_lead(text: str) -> bool:
    word = _WORD.match(text.lstrip("-_ ([\"'"))
    return word is not None and word[0] in LEADS


def _opens(first: str, text: str) -> bool:
    """Tell whether the first of several lines begins an attribution, and does not just stand above one."""
    if first[-1] in "!?:" or (first[-1] == "." and len(first.rpartition(" ")[2]) > _LONGEST_SHORTENED):
        return False
    has_date = _HAS_DATE.search(text) is not None
    if _begins_with_lead(first):
        return any(letter.isdigit() for letter in first) or (has_date and len(first) <= _SHORT_LEAD)
    is_dated = _DATE_FIRST.match(first) is not None and _HAS_DATE.search(first) is not None
    return has_date and (is_dated or _NAME_FIRST.match(first) is not None)


def may_share(text: str) -> bool:
    """Tell cheaply whether an attribution may share a line with other words."""
    return any(f"{before}{lead} " in text for before in " -" for lead in _MID_LINE) or _may_go_on(text)


def _may_go_on(text: str) -> bool:
    return any(f":{mark}" in text for mark in ("  ", " \xa0", "\xa0", ">"))


def split_shared(lines: Sequence[str]) -> list[str]:
    """Break the lines that an attribution shares with the words before it or with the quote behind it."""
    broken: list[str] = []
    for at, line in enumerate(lines):
        place = _find_shared(lines, at) if len(line) <= LONGEST and may_share(line) else None
        own, rest = ([], line) if place is None else ([line[:place].rstrip(" \t-")], line[place:])
        end = _find_end(rest)
        broken += [*own, rest] if end is None else [*own, rest[:end], rest[end:].lstrip()]
    return broken


def _find_end(line: str) -> int | None:
    """Find where an attribution ends and the quote begins behind it: Yahoo's telephones write both in one line."""
    if not _may_go_on(line) or line[:1] == ">":
        return None
    for found in _GOES_ON.finditer(line[:LONGEST]):
        text = fold(line[: found.end()])
        evidence = _Evidence.of(text)
        if evidence.is_last and evidence.has_date and evidence.has_address and _begins_with_lead(text):
            return found.end()
    return None


def _find_shared(lines: Sequence[str], at: int) -> int | None:
    places = [found.end() for found in _SHARED.finditer(lines[at])]
    if not places or lines[at][:1] == ">":
        return None
    text = ""
    for line in (lines[at][places[-1] :], *lines[at + 1 : at + _MOST_LINES - 1]):
        if not line.strip() or line[:1] == ">":
            break
        text = f"{text} {fold(line)}".strip()
        evidence = _Evidence.of(text)
        if evidence.is_last and evidence.has_colon and evidence.has_date and len(text) <= LONGEST:
            return places[-1]
    return None


def is_arrowed(line: str) -> bool:
    """Know GroupWise's `>>> Name date >>>`."""
    return line.startswith(">>>") and len(line) < LONGEST and _ARROWED.fullmatch(line.rstrip()) is not None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What a text holds of an attribution; `verb` is "" without one, `is_last` says that it ends with its verb."""

    text: str
    words: Sequence[str]
    verb: str
    is_last: bool
    has_colon: bool
    has_date: bool
    has_address: bool

    @classmethod
    def of(cls, text: str) -> "_Evidence":
        is_dashed = text.startswith("--") and text.endswith("--")
        bare = text.strip(" -:_>") if is_dashed else text.rstrip(" :")
        words = _WORD.findall(bare)
        verb = _find_verb(words, bare)
        return cls(
            text=bare,
            words=words,
            verb=verb,
            is_last=bool(verb) and _is_last(verb, words, bare),
            has_colon=is_dashed or text.endswith(":"),
            has_date=_HAS_DATE.search(bare) is not None,
            has_address=_ADDRESS.search(bare) is not None,
        )

    def ends_with_address(self) -> bool:
        return self.text.endswith((">", ")", "]")) or _ENDS_WITH_ADDRESS.search(self.text) is not None


def _reads_well(text: str, *, is_quote_next: bool) -> bool:
    if len(text) > LONGEST:
        return False
    found = _Evidence.of(text)
    return _reads_before_quote(found) if is_quote_next else _reads_alone(found)


def _reads_alone(found: _Evidence) -> bool:
    """Without a quote below, nothing but the whole form will do: what follows is going to be cut."""
    is_led = _is_led(found.text) or _DATE_FIRST.match(found.text) is not None
    is_sure = found.has_address and found.has_date and is_led
    if not found.has_colon or not found.verb:
        return is_sure and (found.is_last or (found.has_colon and found.ends_with_address()))
    if _is_told(found):
        return False
    if found.has_address and (found.is_last or found.words[0] == found.verb):
        return True
    return found.has_date and (_has_form(found) if is_led else _has_date_last(found))


def _is_told(found: _Evidence) -> bool:
    """Tell a person's sentence about something written."""
    if any(f" {phrase} " in f" {found.text} " for phrase in FIRST_PERSON):
        return True
    return not found.has_address and not POSSESSIVE.isdisjoint(found.words)


def _has_form(found: _Evidence) -> bool:
    return found.is_last or found.verb in WRITING_BEFORE_NAME or found.has_address or _has_date_last(found)


def _has_date_last(found: _Evidence) -> bool:
    return len(found.words) <= _LONGEST_DATED and _ENDS_WITH_DATE.search(found.text) is not None


def _reads_before_quote(found: _Evidence) -> bool:
    """With a quote below, little is needed; but "the program says:" above a pasted text is nobody's attribution."""
    if found.verb:
        is_known = found.has_date or found.has_address
        return (is_known and (found.has_colon or found.is_last)) or (
            found.has_colon and len(found.words) <= _LONGEST_BARE
        )
    if found.has_address and found.has_date:
        return found.has_colon or found.ends_with_address()
    is_weak = not SENDING.isdisjoint(found.words)
    if found.has_address:
        return found.has_colon and (is_weak or found.ends_with_address())
    return found.has_colon and found.has_date and (is_weak or _is_led(found.text))


def _find_verb(words: Sequence[str], text: str) -> str:
    verb = next((word for word in reversed(words) if word in WRITING), "")
    if verb or text.isascii():
        return verb
    return next((each for each in WRITING_UNSPACED if each in text), "")


def _is_last(verb: str, words: Sequence[str], text: str) -> bool:
    if verb in WRITING_UNSPACED:
        return text.endswith(verb)
    return next((word for word in reversed(words) if word not in AFTER_VERB), "") in WRITING
