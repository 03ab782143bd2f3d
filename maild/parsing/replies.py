"""The new words of a mail: what its writer wrote now, without quotes, signature and what the client put in.

The text is cut into stretches of own words and of quotes. Quotes are what the markup, ">", a header block or an
attribution says; what stands between two quotes that no client introduced is an answer to the words above it, and
these stay.

BUGS
    Words below a quote that has no marks at its lines are taken for a part of it.
    An attribution in a language that phrases.py does not know is found only by its date, its address or the markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from maild.parsing.attributions import may_share, split_shared
from maild.parsing.clearsigned import BEGIN, undress
from maild.parsing.folding import STRIPPED, is_divider
from maild.parsing.html import set_lines
from maild.parsing.quotemarks import Mark, may_mark
from maild.parsing.signatures import find_footer, find_signature, is_disclaimer, is_mobile, may_name_device
from maild.parsing.stretches import Kind, Stretch, cut
from maild.parsing.typesetting import Line
from maild.subjects import Prefix, find_prefixes

# What comes after so many lines is taken as one line more: people's mails are shorter, and bombs must not cost more.
_MOST_LINES: Final = 10_000
_LONGEST_MARKED: Final = 15
_LONGEST_CONTEXT: Final = 15
_TOP_AND_BOTTOM: Final = 2


class ReplyFlag(StrEnum):
    """What a reader of `Message.flags` may meet from the reading of the new words."""

    WHOLE = "reply-is-whole-text"
    FORWARD = "reply-is-forward"
    INTERLEAVED = "reply-interleaved"
    GUESSED = "reply-cut-by-guess"


@dataclass(frozen=True, slots=True)
class NewWords:
    """The new words alone; `flags` name what was guessed, or why nothing was cut."""

    reply: str
    flags: tuple[str, ...] = ()


def new_words(text: str, *, html: str | None = None, subject: str = "") -> NewWords:
    """Find what the writer of a mail wrote now; the whole text where nothing else would be left.

    `html` is the mail's HTML body, if it has one: its markup is asked when the text does not say where the quote is.
    `subject` tells a forward, which is kept whole, from an answer where the body does not.
    """
    is_forward = passes_on(subject, text)
    lines = lines_of(text)
    stretches = cut(lines, is_forward=is_forward)
    found = _put_together(lines, stretches, text)
    is_certain = ReplyFlag.WHOLE not in found.flags and any(each.is_introduced for each in stretches)
    if is_certain or html is None or not may_mark(html):
        return found
    asked = _put_together(*_asked_markup(lines, stretches, html, is_forward=is_forward), text)
    return found if ReplyFlag.WHOLE in asked.flags else asked


def lines_of(text: str) -> list[Line]:
    """Give the lines of a text as they are cut."""
    texts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", _MOST_LINES)
    if BEGIN in text:
        texts = undress(texts)
    return [Line(each) for each in (split_shared(texts) if may_share(text) else texts)]


def lines_of_html(html: str) -> list[Line]:
    """Give the lines of a page as they are cut, each with what its markup says."""
    return _bounded(set_lines(html))


def passes_on(subject: str, text: str) -> bool:
    """Read the first prefix; where it is Danish for a forward or Finnish for an answer, the header block tells."""
    prefix = next(iter(find_prefixes(subject)), None)
    return prefix is Prefix.FORWARD or (prefix is Prefix.EITHER and "lähettäjä" not in text.casefold())


def _asked_markup(
    lines: list[Line], stretches: list[Stretch], html: str, *, is_forward: bool
) -> tuple[list[Line], list[Stretch]]:
    """Cut by the markup; where the plain text is other words than the HTML, find the place of the cut in it."""
    marked = lines_of_html(html)
    found = cut(marked, is_forward=is_forward)
    first = next((each for each in found if each.is_introduced), None)
    if first is None:
        return lines, stretches
    if _letters(lines) == _letters(marked):
        return marked, found
    own = _letters(marked[: first.start])
    count = 0
    for at, line in enumerate(lines):
        count += sum(letter.isalnum() for letter in line.text)
        if count >= len(own):
            if not own or _letters(lines[: at + 1]) != own:
                break
            end = at + 1
            rest = Stretch(Kind.QUOTE, end, len(lines), is_introduced=True)
            return lines, [*cut(lines[:end], is_forward=False), rest]
    return lines, stretches


def _bounded(lines: list[Line]) -> list[Line]:
    rest = lines[_MOST_LINES:]
    return [*lines[:_MOST_LINES], Line("\n".join(line.text for line in rest), rest[0].mark)] if rest else lines


def _letters(lines: Sequence[Line]) -> str:
    return "".join(letter for line in lines for letter in line.text if letter.isalnum())


def _put_together(lines: Sequence[Line], stretches: Sequence[Stretch], text: str) -> NewWords:
    if any(each.kind is Kind.FORWARD for each in stretches):
        return NewWords(text.strip(), (ReplyFlag.FORWARD,))
    kept: list[Sequence[int]] = [_own_lines(lines, each) if each.kind is Kind.OWN else () for each in stretches]
    if not any(_has_words(lines[number].text) for numbers in kept for number in numbers):
        return NewWords(text.strip(), (ReplyFlag.WHOLE,) if text.strip() else ())
    flags = [ReplyFlag.GUESSED] if any(each.is_guess for each in stretches) else []
    context = _answered(lines, stretches, kept)
    if context:
        flags.append(ReplyFlag.INTERLEAVED)
    for at in context:
        kept[at] = _context(lines, stretches[at])
    return NewWords(_joined(lines, [number for numbers in kept for number in numbers]), tuple(flags))


def _has_words(line: str) -> bool:
    return bool(line.strip(STRIPPED)) and not is_divider(line)


def _own_lines(lines: Sequence[Line], stretch: Stretch) -> list[int]:
    """Number the lines of own words in a stretch, without signatures and what was added below them."""
    numbers = list(range(stretch.start, stretch.end))
    signed = [number for number in numbers if lines[number].mark is Mark.SIGNATURE]
    if len(signed) <= _LONGEST_MARKED:
        numbers = [number for number in numbers if lines[number].mark is not Mark.SIGNATURE]
    texts = [lines[number].text for number in numbers]
    cuts = [at for at in (find_signature(texts), find_footer(texts)) if at is not None]
    if cuts:
        at = min(cuts)
        numbers = numbers[:at] + _disclaimers(lines, numbers[at:])
    numbers = _without_mobile(lines, numbers)
    is_cut = stretch.end < len(lines) or len(numbers) < stretch.end - stretch.start
    while numbers and is_cut and not _has_words(lines[numbers[-1]].text):
        numbers.pop()
    return numbers


def _disclaimers(lines: Sequence[Line], numbers: Sequence[int]) -> list[int]:
    """Keep of a signature the paragraphs that speak of confidence: whoever reads the mail may have to obey them."""
    kept: list[int] = []
    for is_blank, group in groupby(numbers, lambda number: not lines[number].text.strip(STRIPPED)):
        paragraph = list(group)
        if not is_blank and is_disclaimer(" ".join(lines[number].text for number in paragraph)):
            kept += paragraph
    return kept


def _without_mobile(lines: Sequence[Line], numbers: Sequence[int]) -> list[int]:
    """Leave out the lines that a telephone adds: alone in their paragraph, or last."""
    if not may_name_device("\n".join(lines[number].text for number in numbers)):
        return list(numbers)
    kept: list[int] = []
    has_words_below = False
    for place in range(len(numbers) - 1, -1, -1):
        text = lines[numbers[place]].text
        is_alone = place == 0 or not _has_words(lines[numbers[place - 1]].text)
        if (is_alone or not has_words_below) and is_mobile(text, is_at_end=is_alone and not has_words_below):
            continue
        has_words_below = has_words_below or _has_words(text)
        kept.append(numbers[place])
    return kept[::-1]


def _answered(lines: Sequence[Line], stretches: Sequence[Stretch], kept: Sequence[Sequence[int]]) -> list[int]:
    """Find the quotes that are answered word for word: those between own words, or above them and again below."""
    if all(each.kind is Kind.OWN for each in stretches):
        return []
    spoken = [at for at, numbers in enumerate(kept) if _speaks(lines, numbers)]
    if not spoken:
        return []
    quotes = [at for at, each in enumerate(stretches) if each.kind is Kind.QUOTE and _quotes_words(lines, each)]
    above = [at for at in quotes if at < spoken[-1]]
    is_between = any(at > spoken[0] and not stretches[at].is_introduced for at in above)
    goes_on = bool(above) and any(at > spoken[-1] and not stretches[at].is_introduced for at in quotes)
    return above if is_between or goes_on or len(spoken) > _TOP_AND_BOTTOM else []


def _speaks(lines: Sequence[Line], numbers: Sequence[int]) -> bool:
    texts = [lines[number].text for number in numbers if _has_words(lines[number].text)]
    return bool(texts) and not is_disclaimer(texts[0])


def _quotes_words(lines: Sequence[Line], stretch: Stretch) -> bool:
    return any(_has_words(lines[at].text.lstrip("> ")) for at in range(stretch.body, stretch.end))


def _context(lines: Sequence[Line], stretch: Stretch) -> list[int]:
    """Number the lines of a quote that is answered; of a long one the last paragraph."""
    numbers = list(range(stretch.body, stretch.end))
    while numbers and not lines[numbers[-1]].text.strip("> "):
        numbers.pop()
    while numbers and not lines[numbers[0]].text.strip("> "):
        numbers.pop(0)
    if len(numbers) <= _LONGEST_CONTEXT:
        return numbers
    blank = next((at for at in range(len(numbers) - 1, -1, -1) if not lines[numbers[at]].text.strip("> ")), -1)
    return numbers[blank + 1 :]


def _joined(lines: Sequence[Line], numbers: Sequence[int]) -> str:
    """Join lines; where something was left out between two of them, an empty line says so."""
    said: list[str] = []
    before = -1
    for number in numbers:
        text = lines[number].text
        is_gap = bool(said) and number != before + 1
        if is_gap and said[-1].strip() and text.strip():
            said.append("")
        if not (is_gap and not said[-1].strip() and not text.strip()):
            said.append(text)
        before = number
    return "\n".join(said).strip()
