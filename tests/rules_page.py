"""docs/rules.md as steps: the files that it writes, the mails that come in, the commands and what they print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
_NAMED = re.compile(r"`([\w./-]+)`[^`]*:$")
_COMES_IN = re.compile(r"<!-- comes in: ([\w.-]+)(?: × (\d+))? -->")
_ANYTHING = "…"
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_ANY_INSTANT = "2026-11-28 10:00"


@dataclass(frozen=True, slots=True)
class Written:
    """A file with all that stands in it, and the line of the page on which it begins."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ComesIn:
    """A mail that customers send, so many of them."""

    name: str
    times: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, and the lines that it prints; `…` stands for whatever is there."""

    words: tuple[str, ...]
    shown: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Begins:
    """From here on a daemon is at work, which decides by the files as they are now."""


Step: TypeAlias = Written | ComesIn | Typed | Begins


def steps() -> tuple[Step, ...]:
    """Give all steps of the page, in their order."""
    return tuple(_steps(PAGE.read_text(encoding="utf-8").splitlines()))


def _steps(lines: list[str]) -> Iterator[Step]:
    number, before = 0, ""
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("```") and len(line) > len("```"):
            end = lines.index("```", number)
            yield from _block(line.removeprefix("```"), before, lines[number:end], number)
            number = end + 1
        elif comes := _COMES_IN.fullmatch(line):
            yield ComesIn(comes[1], int(comes[2] or 1))
        elif line == "<!-- the daemon begins -->":
            yield Begins()
        before = line if line.strip() else before


def _block(kind: str, before: str, lines: list[str], first: int) -> Iterator[Step]:
    if kind != "console":
        named = _NAMED.search(before)
        assert named, f"{PAGE}:{first}: a block of {kind}, and the line before it does not end in `a file`:"
        yield Written(named[1], "\n".join(lines) + "\n", first)
        return
    starts = [number for number, line in enumerate(lines) if line.startswith("$ maild ")]
    assert starts[:1] == [0], f"{PAGE}:{first}: a block of console begins with a command"
    for start, end in zip(starts, (*starts[1:], len(lines)), strict=True):
        words = tuple(lines[start].split()[2:])
        yield Typed(words, tuple(lines[start + 1 : end]), first + start)


def is_shown(shown: tuple[str, ...], printed: str) -> bool:
    """Whether this is what was printed, at whatever instant.

    A line of `…` is any lines, and within one it is any letters.
    """
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == _ANYTHING else _one(line) for line in shown if line.strip())
    lines = (_INSTANT.sub(_ANY_INSTANT, line.rstrip()) for line in printed.splitlines() if line.strip())
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


def _one(line: str) -> str:
    parts = _INSTANT.sub(_ANY_INSTANT, line.rstrip()).split(_ANYTHING)
    return ".*".join(map(re.escape, parts)) + r"\n"
