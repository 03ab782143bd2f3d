"""What somebody may have meant who wrote a word that is not known."""

from collections.abc import Iterable

from maild.documents import did_you_mean, find_near
from maild.model.saying import say


def hint(word: str, known: Iterable[str]) -> str:
    """Ask after the nearest known word, or list the known ones where none is near; follows a sentence."""
    words = tuple(known)
    near = find_near(word, words)
    return did_you_mean(word, words) if near is None else say(". Did you mean '{word}'?", word=near)
