"""What the desk says to colleagues: a sentence, which knows its wording and what it names.

Deciding words it in English, in which histories are kept; whoever writes a mail words it in the reader's language.
"""

from collections.abc import Mapping


class Said(str):
    """A sentence in English. `wording` names it, with places in braces for `values`, which may be sentences too."""

    __slots__ = ("values", "wording")

    wording: str
    values: Mapping[str, str]


def say(wording: str, **values: object) -> Said:
    """Say a sentence; values stand in it as they are, whatever braces they hold."""
    words = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
    said = Said(wording.format_map(words))
    said.wording, said.values = wording, words
    return said
