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


def kept(line: str) -> object:
    """Give a line as it is kept: text, or what a sentence is made of."""
    if not isinstance(line, Said):
        return line
    return {"wording": line.wording, "values": {name: kept(value) for name, value in line.values.items()}}


def read_kept(written: object) -> str:
    """Read a line that was kept. Raises ValueError for what is none."""
    match written:
        case str():
            return written
        case {"wording": str() as wording, "values": dict() as values}:
            return say(wording, **{name: read_kept(value) for name, value in values.items()})
    raise ValueError(written)
