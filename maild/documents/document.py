"""A document: plain values, and where each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from maild.errors import Problem

Value: TypeAlias = "bool | int | float | str | tuple[Value, ...] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]


class Place(NamedTuple):
    """A place in a file that a person wrote; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: `value` is made of None, bool, int, float, str, tuples and dicts with text keys.

    `keys` and `values` say where each path's key and value stand; an item of a list has only a value.
    """

    file: str
    value: Value
    # Of places only what they are made of: a large file has a hundred thousand, and errors have few.
    keys: Mapping[Path, tuple[str, int, int]]
    values: Mapping[Path, tuple[str, int, int]]

    def place(self, path: Path) -> Place:
        """Say where a value stands; for a path that is not written, where the nearest thing above it is named."""
        if path in self.values:
            return Place(*self.values[path])
        while path and path not in self.values:
            path = path[:-1]
        return self.place_of_key(path)

    def place_of_key(self, path: Path) -> Place:
        """Say where the key of a value stands; for an item of a list, where the item does."""
        return Place(*(self.keys.get(path) or self.values.get(path) or (self.file, 1, 1)))

    def find(self, path: Path) -> Value:
        """Give the value at a path; None where nothing is written."""
        value = self.value
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, tuple) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def names(self, path: Path) -> tuple[str, ...]:
        """Give the keys of the mapping at a path, in the order written; none where no mapping is."""
        value = self.find(path)
        return tuple(value) if isinstance(value, dict) else ()

    def replaced(self, path: tuple[str, ...], value: Value, place: Place) -> "Document":
        """Give this document with one value written elsewhere: what stood at the path is gone, and what stood on it."""
        parents: dict[Path, tuple[str, int, int]] = {path[:length]: place for length in range(1, len(path))}
        values: dict[Path, tuple[str, int, int]] = {
            known: at for known, at in self.values.items() if known[: len(path)] != path
        }
        return Document(
            self.file,
            _put(self.value, path, value),
            {**parents, **self.keys, path: place},
            {**parents, **values, path: place},
        )

    def problem(self, path: Path, what: str, *, at_key: bool = False) -> Problem:
        """Say what is wrong with a value, or with its key."""
        place = self.place_of_key(path) if at_key else self.place(path)
        return Problem(place.file, place.line, place.column, dotted(path), what)


def dotted(path: Path) -> str:
    """Write a path for a person: `mailboxes.support.also[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the file"


def _put(value: Value, path: tuple[str, ...], new: Value) -> Value:
    if not path:
        return new
    known = value if isinstance(value, dict) else {}
    return {**known, path[0]: _put(known.get(path[0]), path[1:], new)}
