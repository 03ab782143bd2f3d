"""The whole of a mail's new words read as yes, no or courtesy (behaviour.md, 3).

Yes and no count only if nothing else is left after greeting, name, signature and courtesy, and courtesy only if nothing
but courtesy stands there. So this does not look for what it knows; it looks for anything that it does not know. Each
language is tried for itself, with English beside it, for people mix it in.

BUGS
    A signature without a closing above it, or how to reach its owner in it, is words.
    Whoever writes nothing but a capitalised word under "Thanks," is taken to be called so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from maild.desk.courtesy.germanic import GERMANIC
from maild.desk.courtesy.lexicon import LONGEST_PHRASE, Book, Lexicon, Role, fold, is_unspaced, tidy, tokens_of
from maild.desk.courtesy.other import OTHER
from maild.desk.courtesy.romance import ROMANCE
from maild.desk.courtesy.signatures import is_signature
from maild.desk.courtesy.slavic import SLAVIC


class Answer(StrEnum):
    """What the whole of a mail's new words comes to."""

    YES = "yes"
    NO = "no"
    COURTESY = "courtesy"
    WORDS = "words"


LEXICONS: Final[Mapping[str, Lexicon]] = {**GERMANIC, **ROMANCE, **SLAVIC, **OTHER}
_LONGEST: Final = 3000
_MOST_LINES: Final = 60
_KIND: Final = frozenset(
    "👍👌🙏🙂😊😀😃😄😁😉😎🤗😍🤩🥳🙌👏💪🤝🫶❤♥💙💚💛💜🧡🤍💕💖🎉🎊✅✔☑🌟⭐✨☀🌞🍀🌹🌸💐💯🆗☺😇🥰🤙🫡"
)
_SMILE: Final = re.compile(r"(?<!\w)(?:[:;=8] ?[)D\]]|\^ ?\^|<3|[xX]D)(?!\w)")
_DOUBT: Final = re.compile(r"[:;=] ?[(\[/|](?!/)|[?？؟]")
_PAUSES: Final = frozenset('.,!;:()[]{}"|/&+…。！、，．；：・「」“”„«»¡•·')
# "And" parts phrases and says nothing.
_AND: Final = frozenset(("and", "und", "et", "y", "e", "en", "i", "og", "och", "a", "si", "ve", "και", "и", "та", "і"))
_HONOURED: Final = re.compile(r".{1,20}(?:様|さま|さん|殿|先生|님)[、,]?\Z")
_TITLES: Final = frozenset(
    re.findall(r"\w+", "mr mrs ms miss dr prof herr frau hr fr mme m mlle sr sra don senor senora pan pani sig dott")
)
# Where a phrase may be two things, it is taken for what moves the ticket less.
_RANKED: Final = (Role.NO, Role.THANKS, Role.YES, Role.CLOSING, Role.GREETING, Role.AFTER)
_THANKING: Final = frozenset({Role.THANKS, Role.AFTER, Role.NAME})
_OPENING: Final = frozenset({Role.GREETING, Role.NAME, Role.PAUSE})


def find_answer(words: str, names: Sequence[str], language: str | None = None) -> Answer:
    """Say what the new words of a mail come to.

    `names` are the names that may stand in it without saying anything: the sender's and those of our people. `language`
    is the one of the ticket: it decides where a word means two things (Polish "tak" is yes, Danish "tak" is thanks);
    without it such a word is no more than thanks.
    """
    text = tidy(words[: _LONGEST + 1])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(text) > _LONGEST or len(lines) > _MOST_LINES:
        return Answer.WORDS
    known = frozenset(part for name in names for part in _parts_of(name))
    if language is not None and language in LEXICONS:
        answer = _Reading(_book(language), known).read(lines)
        if answer is not None:
            return answer
    books = map(_book, LEXICONS)
    found = {answer for book in books if (answer := _Reading(book, known).read(lines)) is not None}
    if len(found) == 1:
        return found.pop()
    return Answer.COURTESY if found == {Answer.YES, Answer.COURTESY} else Answer.WORDS


@cache
def _book(language: str) -> Book:
    """Give a language's phrases, with the English ones that people mix in; made when a mail first asks for them."""
    return Book(LEXICONS[language], _book("en") if language != "en" else None)


@lru_cache(maxsize=_MOST_LINES)  # each language is asked about the same lines
def _words_of(line: str) -> tuple[str, ...] | None:
    """Cut a line into words and signs; None where it says that something is in doubt."""
    bare = _SMILE.sub(" 🙂 ", line)
    return None if _DOUBT.search(bare) else tuple(tokens_of(bare))


def _parts_of(name: str) -> Iterator[str]:
    """Give the words of a name; of one without blanks also each part of it that may be the family's."""
    for token in tokens_of(tidy(name[:100])):
        yield fold(token)
        if is_unspaced(token):
            ends = ((start, end) for start in range(len(token)) for end in range(start + 2, min(len(token), 8) + 1))
            yield from (token[start:end] for start, end in ends)


class _Reading:
    """One reading of a mail, by one book of phrases."""

    def __init__(self, book: Book, names: frozenset[str]) -> None:
        self._book = book
        self._names = names

    def read(self, lines: Sequence[str]) -> Answer | None:
        """Say what the lines come to; None where something is left that is none of the book's phrases."""
        said: set[Role] = set()
        for at, line in enumerate(lines):
            roles = self._roles_of(line, is_early=said <= _OPENING)
            if roles is None:
                is_closed = Role.CLOSING in said or (Role.THANKS in said and lines[at - 1].endswith(","))
                if not said or not is_signature(
                    lines[at:], self._book, self._names, is_closed=is_closed, is_named=Role.NAME in said
                ):
                    return None
                break
            said |= roles
        if Role.YES in said:
            return None if Role.NO in said else Answer.YES
        if Role.NO in said:
            return Answer.NO
        return Answer.COURTESY if Role.THANKS in said else Answer.WORDS

    def _roles_of(self, line: str, *, is_early: bool) -> set[Role] | None:
        """Read one line phrase by phrase; None where one is not known. In a first line a greeting may name anybody."""
        if is_early and _HONOURED.fullmatch(line):
            return {Role.GREETING}
        words = _words_of(line)
        if words is None:
            return None
        tokens = [piece for word in words for piece in self._pieces(word)]
        folded = [fold(token) for token in tokens]
        roles: set[Role] = set()
        at, before = 0, Role.PAUSE
        while at < len(tokens):
            length, role = self._phrase_at(folded, at, before)
            if role is None and is_early and before in {Role.GREETING, Role.NAME} and tokens[at][:1].isupper():
                role = Role.NAME
            if role is None and folded[at] in _AND and roles - {Role.PAUSE}:
                role = before
            if role is None:
                return None
            roles.add(role)
            at, before = at + length, role
        return roles

    def _pieces(self, token: str) -> Iterator[str]:
        return self._book.pieces(token, self._names) if is_unspaced(token) else iter((token,))

    def _phrase_at(self, folded: Sequence[str], at: int, before: Role) -> tuple[int, Role | None]:
        """Find the longest phrase that begins here; words that may follow a thanks count only after one."""
        token = folded[at]
        if token in _PAUSES:
            return 1, Role.PAUSE
        if token in _KIND:
            return 1, Role.THANKS
        for length in range(min(LONGEST_PHRASE, len(folded) - at), 0, -1):
            roles = self._book.roles_of(folded[at : at + length])
            role = next((each for each in _RANKED if each in roles), None)
            if role is not None and (role is not Role.AFTER or before in _THANKING):
                return length, role
        if token in self._names or (token in _TITLES and before in {Role.GREETING, *_THANKING}):
            return 1, Role.NAME
        return 1, None
