"""From YAML text to a document, refusing what would mean something else than it says.

YAML 1.2's core schema (`yes` and `10:30` are text) without what configuration does not need and an attacker or an
accident could use: tags, anchors and aliases, several documents, keys that are no text, keys written twice, control
characters.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeAlias

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from maild.documents.document import Document, Path, Place, Value, dotted
from maild.documents.scanning import (
    Alias,
    CollectionStart,
    DocumentStart,
    Event,
    MappingStart,
    Scalar,
    ScalarEvent,
    SequenceEnd,
    SequenceStart,
    UnsureError,
    scan,
    scan_quickly,
)
from maild.errors import ConfigurationError, Problem

# A document, and what is wrong with it all the same.
Read: TypeAlias = tuple[Document | None, tuple[Problem, ...]]
LONGEST = 2_000_000
_DEEPEST = 30
_MOST_PROBLEMS = 50
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_IN_FILES = re.compile(f"[{_CONTROLS}]")
_IN_VALUES = re.compile(rf"[\r{_CONTROLS}]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}\.[0-9]{0,18})(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_WORDS: dict[str, Value] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NAMES = {"\b": r"\b", "\x0c": r"\f", "\x0b": r"\v", "\x1b": r"\e", "\x07": r"\a", "\0": r"\0"}
# What ruamel says about the slips that people make most, in words that name the remedy.
_REMEDIES = {
    "cannot start any token": "a character that nothing begins with: indent by spaces, not tabs, and put text that"
    " begins with @, ` or % in quotes",
    "mapping values are not allowed here": "a ':' where none can stand: check how this line is indented, or put the"
    " text in quotes",
    "could not find expected ':'": "a ':' is missing after the key",
    "while scanning a quoted scalar": "a quote that is opened here is never closed",
    "while parsing a flow": "a ',' or a closing bracket is missing, or text with ':' or '#' in it is not in quotes",
    "expected <block end>": "indented unlike the lines above it",
}


def parse_document(file: str, text: str) -> Document:
    """Read a YAML document; `file` is its name for people. Raises ConfigurationError with all that is wrong."""
    document, problems = read_document(file, text)
    if document is None or problems:
        raise ConfigurationError(problems)
    return document


def read_document(file: str, text: str) -> Read:
    """Read a YAML document and what is wrong with it; None where so little could be read that more would be guesses."""
    forbidden = _forbidden(file, text)
    if forbidden is not None:
        return None, (forbidden,)
    if len(text) > LONGEST:
        return None, (Problem(file, 1, 1, "the file", f"longer than {LONGEST:,} characters: split it"),)
    text = text.removeprefix("\ufeff")
    quick = _read_quickly(file, text)
    return (quick, ()) if quick is not None else _read_closely(file, text)


def parse_override(name: str, text: str) -> Value:
    """Read the value of an environment variable: a list or mapping in YAML's flow style, or one plain value.

    Raises ConfigurationError.
    """
    if text.lstrip().startswith(("[", "{")):
        return parse_document(name, text).value
    forbidden = _forbidden(name, text)
    if forbidden is not None:
        raise ConfigurationError((forbidden,))
    return _resolved(text.strip())


def _read_quickly(file: str, text: str) -> Document | None:
    """Read a text in which nothing is wrong; None for any that must be looked at closely."""
    builder = _Builder(file)
    try:
        builder.build(scan_quickly(text))
    except (UnsureError, ConfigurationError):
        return None
    is_sure = isinstance(builder.value, dict) and not builder.problems
    return builder.document() if is_sure else None


def _read_closely(file: str, text: str) -> Read:
    builder = _Builder(file)
    try:
        builder.build(scan(text))
    except YAMLError as error:
        builder.problems.append(_translated(file, error))
        builder.is_whole = False
    except ConfigurationError:
        builder.is_whole = False
    problems = tuple(sorted(set(builder.problems))[:_MOST_PROBLEMS])
    return (builder.document() if builder.is_whole else None), problems


class _Builder:
    """Turns a stream of events into a value; `problems` are what was met on the way.

    Not `is_whole`: something is written that the value does not have.
    """

    def __init__(self, file: str) -> None:
        self.value: Value = None
        self.keys: dict[Path, tuple[str, int, int]] = {}
        self.values: dict[Path, tuple[str, int, int]] = {}
        self.problems: list[Problem] = []
        self.is_whole = True
        self._file = file

    def document(self) -> Document:
        """Give what was built."""
        return Document(self._file, self.value, self.keys, self.values)

    def build(self, events: Iterator[Event]) -> None:
        """Take in the one document of a stream."""
        documents = 0
        for event in events:
            if isinstance(event, DocumentStart):
                documents += 1
                if documents > 1:
                    self._complain(event, (), "a second document begins here ('---'): one file is one document")
                    return
                self.value = self._node(next(events), events, ())

    def _node(self, event: Event, events: Iterator[Event], path: Path) -> Value:
        self.values[path] = self._place(event)
        self._refuse_cleverness(event, path)
        if isinstance(event, Scalar):
            return self._scalar(event, path)
        if isinstance(event, CollectionStart) and len(path) >= _DEEPEST:
            self._give_up(event, path, f"nested more than {_DEEPEST} levels deep")
        if isinstance(event, SequenceStart):
            return tuple(self._items(events, path))
        return self._mapping(events, path) if isinstance(event, MappingStart) else None

    def _items(self, events: Iterator[Event], path: Path) -> Iterator[Value]:
        index = 0
        while not isinstance(event := next(events), SequenceEnd):
            yield self._node(event, events, (*path, index))
            index += 1

    def _mapping(self, events: Iterator[Event], path: Path) -> Value:
        mapping: dict[str, Value] = {}
        while isinstance(event := next(events), (*Scalar, *CollectionStart, *Alias)):
            if not isinstance(event, Scalar):
                self._give_up(event, path, "a key must be a plain word")
            self._refuse_cleverness(event, path)
            key = str(event.value)
            inner = (*path, key)
            self._check_text(event, key, path)
            if key in mapping:
                self._refuse_second(event, events, inner)
                continue
            self.keys[inner] = self._place(event)
            mapping[key] = self._node(next(events), events, inner)
        return mapping

    def _refuse_second(self, event: Event, events: Iterator[Event], path: Path) -> None:
        first = Place(*self.keys[path])
        self._complain(event, path, f"written a second time; the first is at {first}. Keep one of them")
        kept = dict(self.values), dict(self.keys)
        self._node(next(events), events, path)
        self.values, self.keys = kept

    def _scalar(self, event: ScalarEvent, path: Path) -> Value:
        text = str(event.value)
        self._check_text(event, text, path)
        is_plain = bool(event.implicit[0]) and event.style in (None, "")
        return _resolved(text) if is_plain else text

    def _refuse_cleverness(self, event: Event, path: Path) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, Alias):
            self._complain(event, path, f"'*{anchor}' stands for something written elsewhere: write it out")
            self.is_whole = False
            return
        if anchor:
            self._complain(event, path, f"'&{anchor}' names a value for use elsewhere: leave it out")
        if getattr(event, "tag", None):
            self._complain(event, path, "a tag ('!…') has no meaning here: leave it out; quotes make any value text")

    def _check_text(self, event: Event, text: str, path: Path) -> None:
        match = _IN_VALUES.search(text)
        if match:
            name = _NAMES.get(match[0], f"U+{ord(match[0]):04X}")
            self._complain(event, path, f"holds a control character ({name}): use single quotes, where \\ is a \\")

    def _give_up(self, event: Event, path: Path, what: str) -> NoReturn:
        self._complain(event, path, what)
        raise ConfigurationError(tuple(sorted(set(self.problems))[:_MOST_PROBLEMS]))

    def _complain(self, event: Event, path: Path, what: str) -> None:
        self.problems.append(Problem(*self._place(event), dotted(path), what))

    def _place(self, event: Event) -> tuple[str, int, int]:
        mark: Any = event.start_mark
        return self._file, mark.line + 1, mark.column + 1


def _resolved(text: str) -> Value:
    """Give a plain scalar its type by YAML 1.2's core schema; numbers of more than 18 digits stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _forbidden(file: str, text: str) -> Problem | None:
    match = _IN_FILES.search(text)
    if match is None:
        return None
    before = text[: match.start()].replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    what = f"holds a control character (U+{ord(match[0]):04X}): remove it"
    return Problem(file, line, column, "the file", what)


def _translated(file: str, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(file, 1, 1, "the file", f"is not YAML: {' '.join(str(error).split())}")
    mark = error.problem_mark or error.context_mark
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    is_unclosed = "quoted scalar" in said and error.context_mark is not None
    mark = error.context_mark if is_unclosed else mark
    what = next((remedy for sign, remedy in _REMEDIES.items() if sign in said), f"is not YAML: {said}")
    if "while parsing a flow" in said and error.context_mark is not None:
        what += f" (the bracket is opened in line {error.context_mark.line + 1})"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(file, line, column, "the file", what)
