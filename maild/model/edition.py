"""An edition: rule files, the lists beside them, templates and answers as they lay together at one moment.

It is taken whole or not at all, and named by a digest of all its texts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class FileKind(StrEnum):
    """What a file of an edition is."""

    RULES = "rules"
    LIST = "list"
    TEMPLATE = "template"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class EditionFile:
    """A text of an edition, under the name by which it is called: a path, or what other files call it."""

    kind: FileKind
    name: str
    text: str = field(repr=False)


class EditionState(StrEnum):
    """PROPOSED: checked by whoever reloads, and laid before the daemon, which has TAKEN it, or REFUSED."""

    PROPOSED = "proposed"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Edition:
    """One attempt at an edition, by `by` at `at`; `taken_at` is since when it is decided by.

    `words` are why it was refused, or what else is to be said of it, line by line. `is_attended`: whoever wanted it
    waits for the answer.
    """

    id: int
    digest: str
    state: EditionState
    by: str
    is_attended: bool
    at: datetime
    taken_at: datetime | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """What unfinished tickets have in a field: how many have this value, and the first of them."""

    field: str
    value: str
    tickets: int
    example: int


def digest_of(files: Iterable[EditionFile]) -> str:
    """Name texts by their content, wherever the folder lies in which they were found."""
    hashed = sha256()
    for file in sorted(files, key=lambda one: (one.kind, one.name)):
        name = file.name if file.kind is FileKind.TEMPLATE else file.name.rpartition("/")[2]
        hashed.update(f"{file.kind}\0{name}\0{len(file.text)}\0{file.text}\0".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()
