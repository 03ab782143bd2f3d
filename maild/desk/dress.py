"""What mail clients write above a quote: attributions, header blocks, separators, in any language.

No client's words are known here. A line is an attribution because it stands right above something that we sent and
names us; where it names nobody of ours it is only a guess, and the caller is told so.
"""

import re
from collections.abc import Sequence

from maild.desk.likeness import any_of, holds, words_of

_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.h]\d{2}|\d{1,2}[./-]\d{1,2}[./-]|\d{1,2}\s?[月日時]")
_HEADER = re.compile(r"\W{0,4}[^\W\d_][^\W\d_ .'’-]{0,20}(?:[ .'’-][^\W\d_]{1,20}){0,3}\W{0,3}[:：]")
# No pattern here may try its repetitions twice over: whoever writes in an agent's name chooses the lines.
_ENDS = re.compile(r"(?:[:：]|>>|»|[-—–_=]{3})[\s*_]*+\Z")
_LAST = 200  # characters of an attribution that say how it ends
_UNWORDED = re.compile(r"[\W_]*+")
_DRAWN = re.compile(r"(?:[-_=—–*~]\s?+){3}")
_LONGEST_RULE = 400
_LONGEST_RULE_WORDS = 80
_FEWEST_HEADERS = 3  # From, Date, To
_MOST_LINES = 12
_MOST_ATTRIBUTION = 4
_WRAPPED_AT = 55  # no client breaks its lines before this column
_MOST_RULE_WORDS = 6


def dress_above(lines: Sequence[str], start: int, floor: int, ours: Sequence[str], subject: str) -> tuple[int, bool]:
    """Say where the dress of the quote that begins at `start` begins, and whether that is certain.

    Looks no higher than `floor`. `ours` are names and addresses of the desk. Without any dress the answer is
    (`start`, True).
    """
    edge = _skip_blanks(lines, start, floor)
    top, is_certain = _header_block(lines, edge, floor, ours, subject)
    if top == edge:
        top, is_certain = _attribution(lines, edge, floor, ours)
    if top == edge:
        top = start
    rule = _skip_blanks(lines, top, floor)
    if rule > floor and is_rule(lines[rule - 1]):
        top = rule - 1
    return top, is_certain


def is_rule(line: str) -> bool:
    """Whether a line is drawn, with or without a few words in it (`-----Original Message-----`)."""
    drawn = _UNWORDED.match(line[:_LONGEST_RULE])
    if len(line) > _LONGEST_RULE or drawn is None or not _DRAWN.search(drawn[0]):
        return False
    said = line[drawn.end() :].rstrip("-_=—–*~ \n")
    return len(said) <= _LONGEST_RULE_WORDS and "\n" not in said and len(words_of(said)) <= _MOST_RULE_WORDS


def names_us(text: str, ours: Sequence[str]) -> bool:
    """Whether words surely are an attribution to us: they name us, give a date, and end as attributions do."""
    return _ends_so(text) and _DATE.search(text) is not None and any_of(ours, text)


def may_name_us(text: str, ours: Sequence[str]) -> bool:
    """Whether words may be an attribution, to us or to somebody: two of the three signs are there."""
    is_named, has_date = any_of(ours, text), _DATE.search(text) is not None
    if _ends_so(text):
        return is_named or has_date
    return is_named and has_date and "@" in text


def looks_quoted(lines: Sequence[str]) -> bool:
    """Whether lines hold what may be a quoted mail: a block of header lines, at least one with an address."""
    filled = [line for line in lines if line.strip()]
    for at, line in enumerate(filled):
        block = filled[at : at + 4]
        headers = sum(_HEADER.match(each) is not None for each in block)
        if _HEADER.match(line) and headers >= _FEWEST_HEADERS and any("@" in each for each in block):
            return True
    return False


def _ends_so(text: str) -> bool:
    return _ENDS.search(text[-_LAST:]) is not None


def _skip_blanks(lines: Sequence[str], start: int, floor: int) -> int:
    edge = start
    while edge > floor and not lines[edge - 1].strip():
        edge -= 1
    return edge


def _header_block(lines: Sequence[str], edge: int, floor: int, ours: Sequence[str], subject: str) -> tuple[int, bool]:
    """Find a block as Outlook writes it: from the line that names us or our subject down, and what joins it above.

    A line below the block, parted from it and without anything that headers hold, may be the agent's: a guess.
    """
    about = words_of(subject)
    top, headers, at = edge, 0, edge
    is_explained, is_loose = False, False
    for _ in range(_MOST_LINES):
        before = at
        at = _skip_blanks(lines, at, floor) - 1
        if at < floor:
            break
        line, is_parted = lines[at], at + 1 != before
        if _HEADER.match(line):
            is_loose = is_loose or (headers > 0 and is_parted and not is_explained)
            headers += 1
            is_ours = any_of(ours, line) or bool(about and holds(words_of(line), about))
            top = at if is_ours else top
            is_explained = is_explained or is_ours or "@" in line or _DATE.search(line) is not None
        elif is_parted or not _is_continued(line, about):
            break
    if headers < 2 or top == edge:  # noqa: PLR2004 - one line is no block
        return edge, True
    for above in range(top - 1, max(floor, top - _MOST_ATTRIBUTION) - 1, -1):
        if not (_HEADER.match(lines[above]) and (_DATE.search(lines[above]) or "@" in lines[above])):
            break
        top = above
    return top, not is_loose


def _is_continued(line: str, about: Sequence[str]) -> bool:
    """Whether a line is the rest of a long To or Subject."""
    words = words_of(line)
    return "@" in line or ";" in line or (bool(words) and set(words) <= set(about))


def _attribution(lines: Sequence[str], edge: int, floor: int, ours: Sequence[str]) -> tuple[int, bool]:
    """Find the lines right above a quote that say who wrote it when: one sentence, broken anywhere."""
    for is_attribution, is_certain in ((names_us, True), (may_name_us, False)):
        for top in range(edge - 1, max(floor, edge - _MOST_ATTRIBUTION) - 1, -1):
            if not lines[top].strip():
                break
            if is_attribution("\n".join(lines[top:edge]), ours):
                return _unwrapped(lines, top, edge, floor), is_certain
    return edge, True


def _unwrapped(lines: Sequence[str], top: int, edge: int, floor: int) -> int:
    """Go up where the sentence began on a line that was full and is still without its date."""
    while top > floor and edge - top < _MOST_ATTRIBUTION:
        above = lines[top - 1]
        first = lines[top].split(maxsplit=1)[0] if lines[top].strip() else ""
        is_full = len(above.rstrip()) + 1 + len(first) > _WRAPPED_AT
        if not (above.strip() and is_full and _DATE.search(above)):
            break
        top -= 1
    return top
