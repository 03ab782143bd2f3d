"""The nearest known word: what a person meant who mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

_MOST_LISTED = 24


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask after the nearest known word, or list the known ones where none is near; begins with a full stop."""
    return _question(word, tuple(known))


def find_near(word: str, words: tuple[str, ...]) -> str | None:
    """Find the known word that is nearest, if one is near."""
    plain = {each.casefold().replace("-", "_"): each for each in words}
    near = get_close_matches(word.casefold().replace("-", "_"), tuple(plain), n=1, cutoff=0.6)
    return plain[near[0]] if near else None


@lru_cache(maxsize=1024)
def _question(word: str, words: tuple[str, ...]) -> str:
    """Look a word up once: what was renamed stands in hundreds of rules."""
    near = find_near(word, words)
    if near is not None:
        return f". Did you mean '{near}'?"
    return f"; known here: {join_words(words)}" if 0 < len(words) <= _MOST_LISTED else ""


def join_words(words: Iterable[str]) -> str:
    """Write words as a list for a person."""
    return ", ".join(words)
