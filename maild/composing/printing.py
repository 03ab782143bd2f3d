"""What a printed sheet consists of: lines of the desk, words of others, facts and buttons, and the blocks of its HTML.

While a sheet is printed, a control character before a line says what the line is; clean text has none. Buttons are in
the HTML alone; yet they are lines of ours, for a client may quote them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import compile as pattern
from typing import NamedTuple

_WORDS, _FACTS, _BUTTON, _PART, _NOTHING = "\x01", "\x02", "\x03", "\x04", "\x05"
_BETWEEN = " · "

_GAP = pattern(r"\n{3,}")
_BUTTONS = pattern(rf"{_BUTTON}[^\n]*\n")

_KINDS = {"": "blank", _FACTS: "facts", _BUTTON: "buttons"}
_SPECIAL = {"--": "signature", "* ": "list"}
_BEFORE = {"quoted": "above", "end": "foot"}


class Block(NamedTuple):
    """Lines that belong together.

    `kind` is `first`, `careful` (what follows it at once), `ours`, `above` (ours over somebody's words), `foot` (the
    last of ours), `list`, `signature`, `quoted`, `words`, or `facts` and `buttons`: of these, each of the lines is the
    parts that it consists of, facts as `label: value`, a button as label and link.
    """

    kind: str
    lines: tuple[str, ...] | tuple[tuple[str, ...], ...]


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
    ours = [_as_text(line) for kind, line in lines if kind in {"ours", "facts"}]
    buttons = [line.split(_PART) for kind, line in lines if kind == "buttons"]
    if buttons:
        ours += _as_quoted(buttons)
    return Page(
        text=_text(whole, has_buttons=bool(buttons)),
        ours="\n".join(ours),
        quoted="\n".join(line for kind, line in lines if kind in {"quoted", "words"}),
        blocks=tuple(_blocks(lines, is_internal=is_internal)),
    )


def quote(text: str) -> str:
    """Show somebody's words as quoted lines."""
    return f"{_WORDS}> {text}\n".replace("\n", f"\n{_WORDS}> ").replace("> \n", ">\n")[: -len(f"\n{_WORDS}> ")]


def words(text: str) -> str:
    """Show somebody's words as they are."""
    return _WORDS + text.replace("\n", f"\n{_WORDS}")


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Show what is known of some things on one line; where nothing is, there is no line."""
    # Who chose a value must not make it look like two of them.
    known = [f"{label}: {str(value).replace('·', '-')}" for label, value in pairs if value]
    return _FACTS + _PART.join(known) if known else _NOTHING


def button(label: str, link: str) -> str:
    """Offer something to do, in the HTML alone."""
    return f"{_BUTTON}{label}{_PART}{link}"


def _read(line: str) -> tuple[str, str]:
    """Say what a line is, and give it without its mark."""
    mark = line[:1]
    if mark == _WORDS:
        if line[1:2] == ">":
            return "quoted", line[2:].removeprefix(" ")
        return "words", line[1:]
    kind = _KINDS.get(mark, "ours")
    return kind, line if kind == "ours" else line[1:]


def _as_quoted(buttons: list[list[str]]) -> Iterator[str]:
    """Give the lines that clients make of buttons: all side by side, one by one, and what a link says."""
    yield " ".join(label for label, _ in buttons)
    for label, link in buttons:
        yield label
        # Not the address: it stands in what clients write above a quote, and that is no line of ours.
        yield link.partition("?")[2]


def _as_text(line: str) -> str:
    return line.replace(_PART, _BETWEEN)


def _text(whole: str, *, has_buttons: bool) -> str:
    shown = _GAP.sub("\n\n", _BUTTONS.sub("", f"{whole}\n")) if has_buttons else f"{whole}\n"
    return _as_text(shown.replace(_WORDS, "").replace(_FACTS, ""))


def _blocks(lines: list[tuple[str, str]], *, is_internal: bool) -> Iterator[Block]:
    rest = lines
    if is_internal:
        end = lines.index(("blank", "")) if ("blank", "") in lines else len(lines)
        yield Block("first", (lines[0][1],))
        if end > 1:
            yield Block("careful", tuple(line for _, line in lines[1:end]))
        rest = lines[end:]
    groups = list(_groups(rest))
    following = [*(kind for kind, _ in groups[1:]), "end"]
    for (kind, group), after in zip(groups, following, strict=False):
        if kind == "ours":
            yield Block(_SPECIAL.get(group[0][:2]) or _BEFORE.get(after, kind), tuple(group))
        elif kind in {"facts", "buttons"}:
            yield Block(kind, tuple(tuple(line.split(_PART)) for line in group))
        else:
            yield Block(kind, tuple(group))


def _groups(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Give the stretches of lines of one kind, without the blank ones between them."""
    last, group = "blank", list[str]()
    for kind, line in lines:
        if last not in {kind, "blank"}:
            yield last, group
        if kind != last:
            last, group = kind, []
        group.append(line)
    if last != "blank":
        yield last, group
