"""How the phrases of a language are written down, and looked up."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Final


class Role(StrEnum):
    """What a phrase does in a mail; the values name the tables of a Lexicon."""

    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    AFTER = "after"
    GREETING = "greetings"
    CLOSING = "closings"
    NAME = "name"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language, parted by semicolons; `(a|b|)` stands for any of its words or none.

    `yes` and `no` are whole answers to "is it solved?", in a word or a sentence; `after` are words that may follow a
    thanks ("for your quick help") and say nothing. Accents, apostrophes and letter case do not matter. No table holds
    a word that takes something back ("but", "still", "not"), except in a whole phrase that says no.
    """

    yes: str
    no: str
    thanks: str
    after: str
    greetings: str
    closings: str


# Scripts that put no blanks between words.
UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_IS_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_TOKEN: Final = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+|\S")
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "đ": "d", "ı": "i", "ð": "d", "œ": "oe"})
_UNSEEN: Final = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad\ufe0e\ufe0f*_'’‘`´ʼ🏻🏼🏽🏾🏿")
) | dict.fromkeys(map(ord, "-‐‑–—~"), " ")  # fmt: skip
LONGEST_PHRASE: Final = 8


def tidy(text: str) -> str:
    """Take out what is not seen or only dresses: marks without width, apostrophes, stars, the colour of a thumb."""
    return unicodedata.normalize("NFC", text).translate(_UNSEEN)


def tokens_of(text: str) -> list[str]:
    """Cut a tidy text into words, runs of a script without blanks, and single signs."""
    return _TOKEN.findall(text)


def is_unspaced(token: str) -> bool:
    """Tell a run of a script that puts no blanks between words."""
    return _IS_UNSPACED.match(token) is not None


@lru_cache(maxsize=1024)  # each language is asked about the same words
def fold(token: str) -> str:
    """Give a word without case and accents: people leave both out on telephones."""
    if is_unspaced(token):
        return token
    letters = unicodedata.normalize("NFKD", token.casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


class Book:
    """Phrases of a language, each with the roles that it may play, and those of another that people mix in."""

    def __init__(self, lexicon: Lexicon, mixed_in: "Book | None" = None) -> None:
        self.phrases: dict[str, frozenset[Role]] = dict(mixed_in.phrases) if mixed_in is not None else {}
        for each in fields(lexicon):
            role = frozenset({Role(each.name)})
            for phrase in _expanded(getattr(lexicon, each.name)):
                self.phrases[phrase] = self.phrases.get(phrase, frozenset()) | role
        self._longest_run = max((len(phrase) for phrase in self.phrases if is_unspaced(phrase)), default=0)

    def roles_of(self, folded: Sequence[str]) -> frozenset[Role]:
        """Give the roles of the phrase that these words are; none where they are no phrase."""
        return self.phrases.get(" ".join(folded), frozenset())

    def pieces(self, token: str, names: frozenset[str]) -> Iterator[str]:
        """Cut a run of a script without blanks into the longest phrases and names that are known."""
        longest = max(self._longest_run, max(map(len, names), default=0))
        at = 0
        while at < len(token):
            lengths = range(min(longest, len(token) - at), 1, -1)
            known = (each for each in lengths if (run := token[at : at + each]) in self.phrases or run in names)
            length = next(known, 1)
            yield token[at : at + length]
            at += length


def _expanded(table: str) -> Iterator[str]:
    for phrase in table.split(";"):
        for chosen in product(*(piece.split("|") for piece in _GROUP.split(phrase))):
            words = tokens_of(tidy(" ".join(chosen)))
            if words:
                yield " ".join(map(fold, words))
