"""What a printed sheet consists of: lines of the desk, words of others, facts and buttons, and the blocks of its HTML.

While a sheet is printed, a control character before a line says what the line is, and somebody's words are one line,
whatever their length; clean text has no control characters. Buttons are in the HTML alone; yet they are lines of ours,
for a client may quote them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from re import compile as pattern
from typing import NamedTuple

_WORDS, _QUOTED, _FACTS, _BUTTON = "\x01", "\x02", "\x03", "\x04"
_BREAK, _PART, _NOTHING = "\x05", "\x06", "\x07"
_BETWEEN = " · "

_GAP = pattern(r"\n{3,}")

_KINDS = {"": "blank", _WORDS: "words", _QUOTED: "quoted", _FACTS: "facts", _BUTTON: "buttons"}
_SPECIAL = {"--": "signature", "* ": "list"}
_BEFORE = {"quoted": "above", "end": "foot"}

_Line = tuple[str, str]  # its kind, and what it says


class Block(NamedTuple):
    """Lines that belong together.

    `kind` is `first`, `careful` (what follows it at once), `ours`, `above` (ours over somebody's words), `foot` (the
    last of ours), `list`, `signature`, `quoted`, `words`, or `facts` and `buttons`: of these, `rows` are lines of the
    parts that they consist of, facts as `label: value`, a button as label and link. Of all others it is the lines.
    """

    kind: str
    rows: str | tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A text sheet with its values: `ours` are the lines that the desk wrote, `quoted` the words of others."""

    text: str
    ours: str
    quoted: str
    blocks: tuple[Block, ...]


def read_page(printed: str, *, is_internal: bool) -> Page:
    """Part what a sheet printed; a mail to colleagues begins with what a plain answer to it means."""
    whole = _GAP.sub("\n\n", printed.replace(f"{_NOTHING}\n", "")).strip("\n")
    lines = [_read(line) for line in whole.split("\n")]
    shown: list[str] = []
    ours: list[str] = []
    quoted: list[str] = []
    buttons: list[list[str]] = []
    for kind, line in lines:
        if kind == "buttons":
            buttons.append(line.split(_PART))
            continue
        if kind in {"quoted", "words"}:
            quoted.append(line)
            shown.append(_as_quotation(line) if kind == "quoted" else line)
            continue
        plain = line.replace(_PART, _BETWEEN)
        shown.append(plain)
        if plain:
            ours.append(plain)
    text = "\n".join(shown) + "\n"
    return Page(
        text=_GAP.sub("\n\n", text) if buttons else text,
        ours="\n".join((*ours, *_as_quoted(buttons))),
        quoted="\n".join(quoted),
        blocks=tuple(_blocks(lines, is_internal=is_internal)),
    )


def quote(text: str) -> str:
    """Show somebody's words as quoted lines."""
    return _QUOTED + text.replace("\n", _BREAK)


def words(text: str) -> str:
    """Show somebody's words as they are."""
    return _WORDS + text.replace("\n", _BREAK)


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Show what is known of some things on one line; where nothing is, there is no line."""
    # Who chose a value must not make it look like two of them.
    known = [f"{label}: {str(value).replace('·', '-')}" for label, value in pairs if value]
    return _FACTS + _PART.join(known) if known else _NOTHING


def button(label: str, link: str) -> str:
    """Offer something to do, in the HTML alone."""
    return f"{_BUTTON}{label}{_PART}{link}"


def _read(line: str) -> _Line:
    """Say what a line is, and give it without its mark."""
    kind = _KINDS.get(line[:1], "ours")
    if kind == "ours":
        return kind, line
    return kind, line[1:].replace(_BREAK, "\n")


def _as_quotation(text: str) -> str:
    return f"> {text}\n".replace("\n", "\n> ").replace("> \n", ">\n").removesuffix("\n> ")


def _as_quoted(buttons: list[list[str]]) -> Iterator[str]:
    """Give the lines that clients make of buttons: all side by side, one by one, and what a link says."""
    if buttons:
        yield " ".join(label for label, _ in buttons)
    for label, link in buttons:
        yield label
        # Not the address: it stands in what clients write above a quote, and that is no line of ours.
        yield link.partition("?")[2]


def _blocks(lines: list[_Line], *, is_internal: bool) -> Iterator[Block]:
    rest = lines
    if is_internal:
        end = lines.index(("blank", "")) if ("blank", "") in lines else len(lines)
        yield Block("first", lines[0][1])
        if end > 1:
            yield Block("careful", tuple((line,) for _, line in lines[1:end]))
        rest = lines[end:]
    groups = [(kind, [line for _, line in group]) for kind, group in groupby(rest, itemgetter(0)) if kind != "blank"]
    following = [*(kind for kind, _ in groups[1:]), "end"]
    for (kind, group), after in zip(groups, following, strict=False):
        if kind in {"facts", "buttons"}:
            yield Block(kind, tuple(tuple(line.split(_PART)) for line in group))
        elif kind == "ours":
            yield Block(_SPECIAL.get(group[0][:2]) or _BEFORE.get(after, kind), "\n".join(group))
        else:
            yield Block(kind, "\n".join(group))
