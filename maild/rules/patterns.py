"""Patterns of administrators: RE2, so that none can stop the desk. The only importer of google-re2.

RE2 takes time linear in the text and knows neither lookaround nor backreferences; its classes of digits, words and
word boundaries are ASCII.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import re2

LONGEST_PATTERN = 2000
_LONGEST_CAPTURE = 500
_LEAST_LITERAL = 3
_NAMED = re.compile(r"(?<!\\)\(\?P?<([A-Za-z_]\w*)>", re.ASCII)
_ASCII_CLASSES = re.compile(r"(?<!\\)(?:\\\\)*\\([bBwW])")

# What RE2 refuses: how its complaint or the pattern looks, why, and the way round.
_REFUSALS = (
    (r"\(\?<?[=!]", "looking ahead or behind: capture the part that counts, or write two conditions and `not`"),
    (r"\(\?P=|\\[1-9]|\\k<", "a reference back to a group: write the alternatives out"),
    (r"[*+?}]\+|\(\?>", "possessive and atomic groups: it never tries twice, so leave the '+' or '?>' out"),
    (r"\(\?[a-zA-Z]*x[a-zA-Z]*[):]", "layout within patterns: write it on one line, without spaces"),
    (r"\(\?#", "comments within patterns: write them beside the line, after #"),
    (r"\\Z", r"\Z: the end of the text is \z"),
    (r"\\[uN]", r"\u and \N: write the character itself, or \x{00E9}"),
    (r"\\h", r"\h: write [ \t]"),
    (r"\\[GKRX]|\(\?R\)|\(\?\(", "this: what it knows stands at github.com/google/re2/wiki/Syntax"),
    (r"\(\?[a-zA-Z]*u[a-zA-Z]*[):]", "(?u): leave it out, patterns read Unicode anyway"),
)


class PatternError(ValueError):
    """A pattern that RE2 cannot read; the text gives the reason and the way round."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a pattern found in a text, letter by letter, with its named captures."""

    words: str
    captures: Mapping[str, str | None]


class Pattern:
    """One pattern, ignoring case unless it says `(?-i)`. Raises PatternError."""

    __slots__ = ("_compiled", "groups", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = _compiled(text)
        self.groups: tuple[str, ...] = tuple(sorted(self._compiled.groupindex))

    def find(self, text: str) -> tuple[str, dict[str, str]] | None:
        """Give the words that fit first, and its named captures; None where nothing fits."""
        match = self._compiled.search(text)
        if match is None:
            return None
        captures = {name: _one_line(value) for name, value in match.groupdict().items() if value}
        return _one_line(match.group(0)), captures

    def replaced(self, text: str, by: Callable[[Found], str]) -> str:
        """Give a text in which something else stands wherever the pattern fits."""
        replaced: str = self._compiled.sub(lambda match: by(Found(match.group(0), match.groupdict())), text)
        return replaced


class PatternSet:
    """Many patterns over the same texts at once: the cost hardly grows with their number."""

    __slots__ = ("_filter", "_size")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._filter = re2.Filter()
        self._size = len(patterns)
        for pattern in patterns:
            self._filter.Add(pattern, _options())
        if patterns:
            self._filter.Compile()

    def find(self, text: str) -> Sequence[int]:
        """Give the indexes of all patterns that fit somewhere in a text."""
        return (self._filter.Match(text, False) or ()) if self._size else ()


def literally(text: str) -> str:
    """Write a text as a pattern that fits it alone."""
    return str(re2.escape(text))


def doubts_about(pattern: str) -> Iterator[str]:
    """Say what a sound pattern may do otherwise than meant."""
    if not has_literal(pattern):
        yield "has no literal of three characters: it is tried on every mail and costs what it costs alone"
    if not pattern.isascii():
        for letter in dict.fromkeys(match[1] for match in _ASCII_CLASSES.finditer(pattern)):
            yield f"\\{letter} knows ASCII letters alone, and others stand beside it: use `words`, or \\pL for a letter"


def has_literal(pattern: str) -> bool:
    """Whether RE2's filter finds three characters in a pattern without which it cannot fit."""
    alone = re2.Filter()
    alone.Add(pattern, _options())
    alone.Compile()
    # Of a text that holds nothing, only patterns that no literal stands for are candidates.
    return not alone.Match("", True)


def _options() -> "re2.Options":
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _compiled(text: str) -> "re2._Regexp":
    if len(text) > LONGEST_PATTERN:
        raise PatternError(f"a pattern of more than {LONGEST_PATTERN} characters: split it")
    names = _NAMED.findall(text)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise PatternError(f"two groups are called '{twice}': give one of them another name")
    try:
        return re2.compile(text, _options())
    except re2.error as error:
        _refuse(text, error)


def _refuse(text: str, error: Exception) -> NoReturn:
    for sign, why in _REFUSALS:
        found = re.search(sign, text)
        if found:
            raise PatternError(f"'{found[0]}' is refused: RE2 does not know {why}") from error
    said = error.args[0]
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    if "repetition size" in words:
        words += ": RE2 repeats at most 1000 times"
    raise PatternError(f"is no pattern that RE2 knows: {words}") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_CAPTURE]
