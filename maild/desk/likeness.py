"""Which words of one text are words of another, run by run, however lines are broken and dressed.

Words are compared without case, marks and punctuation; what clients add to links and pictures is left out. The cost
grows with the length of both texts, whatever stands in them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

RUN = 3  # the shortest run of words that is no accident beside another one
_MOST_PLACES = 32  # of one run in the other text: a text that repeats itself must not make us slow

_SHORTEST_NAME = 4

_INVISIBLE = dict.fromkeys([0xAD, 0x034F, 0x061C, 0x115F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F)])
_INVISIBLE |= dict.fromkeys([*range(0x2060, 0x2070), 0xFEFF])
_DRESS = re.compile(
    r"<(?:mailto|https?|tel|sip|callto):[^<>\s]{0,2000}>"
    r"|<[^<>\s@?]{1,99}@[^<>\s@?]{1,255}\?[^<>\s]{1,2000}>"  # a mailto link without its scheme
    r"|[(\[]mailto:[^()\[\]\s]{0,2000}[)\]]"
    r"|\[(?:cid|image|inline image)[:\s][^\[\]]{0,200}\]",
    re.IGNORECASE,
)
# Alphabets that write no blanks between words are compared letter by letter.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def words_of(text: str) -> list[str]:
    """Give the words of a text as they are compared."""
    plain = _DRESS.sub(" ", visible(text))
    return _WORD.findall(unicodedata.normalize("NFKC", plain).casefold())


def visible(text: str) -> str:
    """Take out what cannot be seen: zero-width and direction marks, soft hyphens."""
    return text.translate(_INVISIBLE)


class Source:
    """A text that others are compared with."""

    def __init__(self, text: str) -> None:
        self._lines = frozenset(tuple(words_of(line)) for line in text.split("\n")) - {()}
        self._words = words_of(text)
        self._places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self._words) - RUN + 1):
            places = self._places.setdefault(tuple(self._words[at : at + RUN]), [])
            if len(places) < _MOST_PLACES:
                places.append(at)

    def has_line(self, words: Sequence[str]) -> bool:
        """Whether these words are a whole line of the text."""
        return tuple(words) in self._lines

    def covers(self, words: Sequence[str]) -> list[bool]:
        """Say of each word whether it stands in a run of the text."""
        covered = [False] * len(words)
        at, expected = 0, -1
        while at <= len(words) - RUN:
            places = self._places.get(tuple(words[at : at + RUN]), ())
            length, end = max(
                ((self._run(words, at, place), place == expected, place) for place in places), default=(0, False, 0)
            )[::2]
            if length:
                covered[at : at + length] = [True] * length
                expected = end + length
            at += length or 1
        return covered

    def runs(self, length: int) -> frozenset[tuple[str, ...]]:
        """Give every run of so many words."""
        return frozenset(runs(self._words, length))

    def _run(self, words: Sequence[str], at: int, place: int) -> int:
        length = 0
        most = min(len(words) - at, len(self._words) - place)
        while length < most and words[at + length] == self._words[place + length]:
            length += 1
        return length


def runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """Give the runs of so many words, in order."""
    for at in range(len(words) - length + 1):
        yield tuple(words[at : at + length])


def squeezed(text: str) -> str:
    """Give the letters and digits of a text and nothing between them."""
    return "".join(words_of(text))


def any_of(names: Iterable[str], text: str) -> bool:
    """Whether one of some names and addresses stands in a text, wherever its lines were broken."""
    flat = "".join(visible(text).split()).casefold()
    words = words_of(text)
    return any(_is_in(name.strip().casefold(), flat, words) for name in names)


def holds(words: Sequence[str], some: Sequence[str]) -> bool:
    """Whether some words stand side by side among others."""
    return any(list(words[at : at + len(some)]) == list(some) for at in range(len(words) - len(some) + 1))


def _is_in(name: str, flat: str, words: Sequence[str]) -> bool:
    if "@" in name:
        return name in flat
    some = words_of(name)
    # A desk that is called "IT" would be found in every other sentence.
    return len("".join(some)) >= _SHORTEST_NAME and holds(words, some)
