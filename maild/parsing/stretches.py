"""A text cut into stretches: own words, and quotes with what introduces them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from maild.parsing.attributions import find_attribution, is_arrowed, may_end
from maild.parsing.folding import LONGEST, STRIPPED, is_divider
from maild.parsing.headings import Divider, find_block, find_divider, find_ruled_block, is_boxed, may_begin
from maild.parsing.quotemarks import Mark
from maild.parsing.signatures import is_marker, may_mark
from maild.parsing.typesetting import Line

# Lines that are looked at closely; hostile mails have more, people's have not.
_PATIENCE: Final = 2000
_WRAPPED: Final = range(66, 92)
_LONGEST_ORPHAN: Final = 72
_LONGEST_BELOW: Final = 4
_CLOSING: Final = {"<": ">", "(": ")"}
_DIVIDING: Final = frozenset("-_=*~#+|—–―─━:：")


class Kind(Enum):
    """Whose words a stretch holds; a forward is everybody's."""

    OWN = auto()
    QUOTE = auto()
    FORWARD = auto()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines `start` to before `end`; those of a quote before `body` introduce it.

    `is_introduced` says that a client wrote something above the quote, `is_guess` that only those words say where it
    begins and that it goes on to the end.
    """

    kind: Kind
    start: int
    end: int
    body: int = 0
    is_introduced: bool = False
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class _Introduction:
    start: int
    end: int
    is_forward: bool = False
    is_tail: bool = True
    is_attribution: bool = False


def cut(lines: Sequence[Line], *, is_forward: bool) -> list[Stretch]:
    """Cut a text into stretches in order; `is_forward` says that a header block heads a mail that is passed on."""
    return _Cutter(lines, is_forward=is_forward).cut()


class _Cutter:
    def __init__(self, lines: Sequence[Line], *, is_forward: bool) -> None:
        self.lines = lines
        self.texts = [line.text for line in lines]
        self.is_forward = is_forward
        self.patience = _PATIENCE
        bare = [text.lstrip() if len(text) < LONGEST else text for text in self.texts]
        self.is_quoted = [
            text[:1] in {">", "＞"} and not (at and _opens_link(self.texts[at - 1], "<"))
            for at, text in enumerate(bare)
        ]
        self.is_blank = [not text or not text[:LONGEST].strip(STRIPPED) for text in bare]
        self.following = self._find_following()
        self.has_marker = may_mark("\n".join(self.texts))

    def _find_following(self) -> list[int]:
        """For each line, the next that is not blank; the number of lines where there is none."""
        count = len(self.texts)
        following = [count] * (count + 1)
        for at in range(count - 1, -1, -1):
            following[at] = following[at + 1] if self.is_blank[at] else at
        return following

    def cut(self) -> list[Stretch]:
        stretches: list[Stretch] = []
        own = at = 0
        count = len(self.lines)
        while at < count:
            quote = self._find_quote(at, own, has_own=bool(stretches))
            if quote is None:
                at += 1
                continue
            if quote.start > own:
                stretches.append(Stretch(Kind.OWN, own, quote.start))
            stretches.append(quote)
            own = at = quote.end
        if own < count:
            stretches.append(Stretch(Kind.OWN, own, count))
        return stretches

    def _find_quote(self, at: int, own: int, *, has_own: bool) -> Stretch | None:
        if self.is_quoted[at]:
            if find_divider(self.texts[at].lstrip("> ")) is Divider.FORWARD:
                return Stretch(Kind.FORWARD, at, len(self.lines), at, is_introduced=True)
            if is_arrowed(self.texts[at]) and self.following[at + 1] < len(self.lines):
                return self._introduced(_Introduction(at, at + 1, is_attribution=True), own, has_own=has_own)
            return Stretch(Kind.QUOTE, at, self._end_of_quote(at), at)
        found = None if self.is_blank[at] else self._find_introduction(at, own)
        return None if found is None else self._introduced(found, own, has_own=has_own)

    def _introduced(self, found: _Introduction, own: int, *, has_own: bool) -> Stretch:
        count = len(self.lines)
        if found.is_forward:
            return Stretch(Kind.FORWARD, found.start, count, found.end, is_introduced=True)
        below = self.following[found.end]
        has_words_above = has_own or self.following[own] < found.start
        if below < count and self.is_quoted[below] and (found.is_attribution or not has_words_above):
            end = self._end_of_quote(below)
            return Stretch(Kind.QUOTE, found.start, end, below, is_introduced=True)
        if not found.is_tail:
            return Stretch(Kind.QUOTE, found.start, found.end, found.end, is_introduced=True)
        return Stretch(Kind.QUOTE, found.start, count, found.end, is_introduced=True, is_guess=found.is_attribution)

    def _end_of_quote(self, start: int) -> int:
        end = start
        for at in range(start, len(self.texts)):
            if self.is_quoted[at]:
                end = at + 1
            elif not self.is_blank[at] and not self._is_orphan(at):
                break
        return end

    def _is_orphan(self, at: int) -> bool:
        """Tell the end of a quoted line that a mailer wrapped, or a link that it set out, without marking it."""
        if at == 0 or at + 1 >= len(self.texts) or not (self.is_quoted[at - 1] and self.is_quoted[at + 1]):
            return False
        text = self.texts[at].strip()
        if text.startswith(("(http", "<http")) or _opens_link(self.texts[at - 1]):
            return True
        return len(self.texts[at - 1]) in _WRAPPED and len(text) < _LONGEST_ORPHAN and not text[:1].isupper()

    def _find_introduction(self, at: int, own: int) -> _Introduction | None:
        found = self._find_marked(at)
        text = self.texts[at]
        if found is not None or len(text) > LONGEST or self.patience < 0:
            return found
        below = self.following[at + 1]
        is_quote_next = below < len(self.texts) and self.is_quoted[below]
        first, last = text.lstrip(STRIPPED)[:1], text.rstrip(STRIPPED)[-1:]
        if first in _DIVIDING or last in _DIVIDING:
            self.patience -= 1
            found = self._find_divided(at)
        if found is None and may_begin(text):
            self.patience -= 1
            end = find_block(self.texts, at)
            found = _Introduction(at, end, is_forward=self.is_forward) if end is not None else None
        if found is None and may_end(text, is_quote_next=is_quote_next):
            self.patience -= 1
            start = find_attribution(self.texts, at, own, is_quote_next=is_quote_next)
            found = _Introduction(start, at + 1, is_attribution=True) if start is not None else None
        if found is None and self.has_marker and self.following[own] < at and is_marker(text):
            found = _Introduction(at, at + 1)
        return found

    def _find_divided(self, at: int) -> _Introduction | None:
        match find_divider(self.texts[at]):
            case Divider.FORWARD:
                return _Introduction(at, at + 1, is_forward=True)
            case Divider.ORIGINAL:
                return self._find_announced(at)
            case Divider.UNKNOWN:
                below = self.following[at + 1]
                end = find_block(self.texts, below) if below < len(self.texts) else None
                return _Introduction(at, end, is_forward=self.is_forward) if end is not None else None
            case None if is_boxed(self.texts, at):
                return _Introduction(at, at + 1, is_forward=self.is_forward)
            case None:
                end = find_ruled_block(self.texts, at)
                return _Introduction(at, end, is_forward=self.is_forward) if end is not None else None

    def _find_announced(self, at: int) -> _Introduction:
        """Read on below "Original Message": headers, or an attribution, or at once the quote."""
        below = self.following[at + 1]
        if below == len(self.texts):
            return _Introduction(at, at + 1)
        end = find_block(self.texts, below, is_announced=True)
        if end is not None:
            return _Introduction(at, end, is_forward=self.is_forward)
        for last in range(below, min(below + _LONGEST_BELOW, len(self.texts))):
            if find_attribution(self.texts, last, below, is_quote_next=False) is not None:
                return _Introduction(at, last + 1, is_attribution=True)
        return _Introduction(at, at + 1, is_forward=self.is_forward)

    def _find_marked(self, at: int) -> _Introduction | None:
        """Read what the markup says of a line."""
        match self.lines[at].mark:
            case Mark.QUOTE | Mark.ATTRIBUTION | Mark.INTRODUCTION as mark:
                end = self._end_of_mark(at)
                is_forward = self._passes_on(at, end)
                if mark is Mark.INTRODUCTION and not (is_forward or self._introduces(at, end)):
                    return None
                is_attribution = mark is not Mark.QUOTE
                return _Introduction(at, end, is_forward=is_forward, is_tail=False, is_attribution=is_attribution)
            case Mark.HEADS:
                below = find_block(self.texts, at, is_announced=True)
                return _Introduction(at, below, is_forward=self.is_forward) if below is not None else None
            case _:
                return None

    def _introduces(self, at: int, end: int) -> bool:
        """Tell the last short paragraph above a quote: people write into what their client made for the quote."""
        below = self.following[end]
        is_quote_next = below < len(self.texts) and self.is_quoted[below]
        return is_quote_next and end - at <= _LONGEST_BELOW and not any(self.is_blank[at:end])

    def _passes_on(self, start: int, end: int) -> bool:
        if find_divider(self.texts[start]) is Divider.FORWARD:
            return True
        first = start + 1 if is_divider(self.texts[start]) else start
        return self.is_forward and first < end and find_block(self.texts, first, is_announced=True) is not None

    def _end_of_mark(self, start: int) -> int:
        mark = self.lines[start].mark
        end = start
        for at in range(start, len(self.lines)):
            if self.is_blank[at]:
                continue
            if self.lines[at].mark is not mark or (self.is_quoted[at] and mark is not Mark.QUOTE):
                break
            end = at + 1
        return end


def _opens_link(text: str, marks: str = "<(") -> bool:
    """Tell whether a line ends within a link in brackets."""
    return any(
        (at := text.rfind(mark)) >= 0 and "://" in text[at : at + 40] and text.find(_CLOSING[mark], at) < 0
        for mark in marks
    )
