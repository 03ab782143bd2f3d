"""The texts beside `maild.yaml` that are taken together: rule files, their lists and calendars, templates, answers.

What editors lay beside a file while it is written (`.x.swp`, `.#x`, `#x#`, `x~`, `4913`) is none of them, nor is
anything in a hidden folder.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from maild.documents import Document
from maild.errors import ConfigurationError, Problem
from maild.model.edition import EditionFile, FileKind

LARGEST_FILE: Final = 2_000_000
_LARGEST_LIST: Final = 20_000_000  # a hundred thousand contacts


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of the files from another without reading them: each name, and what the system says of it.

    `changed_at` is when one of them, or a folder, was written last, in seconds since 1970: an editor that takes a file
    away for a moment leaves no other trace.
    """

    files: frozenset[tuple[str, int, int, int]]
    changed_at: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The text of a file that an administrator wrote, under the name by which problems call it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts as they lay there, and why some could not be read.

    `rule_data` are lists and calendars by the name that rule files call them, `templates` by their path within the
    folder, `answers` by name.
    """

    rule_files: tuple[SourceFile, ...]
    rule_data: Mapping[str, SourceFile]
    templates: Mapping[str, str]
    answers: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    def files(self) -> tuple[EditionFile, ...]:
        """Give them as the files of an edition."""
        return (
            *(EditionFile(FileKind.RULES, file.name, file.text) for file in self.rule_files),
            *(EditionFile(FileKind.LIST, file.name, file.text) for file in self.rule_data.values()),
            *(EditionFile(FileKind.TEMPLATE, name, text) for name, text in self.templates.items()),
            *(EditionFile(FileKind.ANSWER, name, text) for name, text in self.answers.items()),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that a key of `maild.yaml` names, and which of its files count; a deep one with all below it."""

    kind: FileKind
    key: str
    suffixes: tuple[str, ...]
    is_deep: bool = False
    largest: int = LARGEST_FILE


_PLACES: Final = (
    _Place(FileKind.RULES, "rules", (".yaml", ".yml")),
    _Place(FileKind.LIST, "rules", (".csv", ".ics"), largest=_LARGEST_LIST),
    _Place(FileKind.TEMPLATE, "templates", (".txt", ".html"), is_deep=True),
    _Place(FileKind.ANSWER, "answers", (".txt", ".md")),
)


def read_texts(document: Document, directory: Path) -> Texts:
    """Read the folders that `maild.yaml` names, though the rest of it may be wrong."""
    files: list[EditionFile] = []
    problems: list[Problem] = []
    for place in _PLACES:
        folder = _folder(document, place.key, directory)
        for file in _found(folder, place):
            try:
                text = read_text(file, place.largest)
            except ConfigurationError as error:
                problems += error.problems
            else:
                name = file.relative_to(folder).as_posix() if place.is_deep else str(file)
                files.append(EditionFile(place.kind, name if place.kind is not FileKind.ANSWER else file.stem, text))
    return texts_of(files, problems)


def texts_of(files: Iterable[EditionFile], problems: Iterable[Problem] = ()) -> Texts:
    """Take the files of an edition as the texts that they were."""
    by_kind: dict[FileKind, list[SourceFile]] = {kind: [] for kind in FileKind}
    for file in files:
        by_kind[file.kind].append(SourceFile(file.name, file.text))
    return Texts(
        rule_files=tuple(by_kind[FileKind.RULES]),
        rule_data={Path(file.name).name: file for file in by_kind[FileKind.LIST]},
        templates={file.name: file.text for file in by_kind[FileKind.TEMPLATE]},
        answers={file.name: file.text for file in by_kind[FileKind.ANSWER]},
        problems=tuple(problems),
    )


def look_at(document: Document, directory: Path) -> Stamp:
    """Say how the files stand, without reading them."""
    files, changed_at = set(), 0
    for place in _PLACES:
        folder = _folder(document, place.key, directory)
        found = list(_found(folder, place))
        for path in {folder, *found, *(file.parent for file in found)}:
            try:
                known = path.stat()
            except OSError:
                continue  # it is gone again; its folder knows when
            changed_at = max(changed_at, known.st_mtime_ns)
            if path in found:
                # What a copy dates back keeps its mtime, never its ctime.
                files.add((str(path), known.st_ino, known.st_size, known.st_ctime_ns))
    return Stamp(frozenset(files), changed_at / 1e9)


def read_text(file: Path, largest: int = LARGEST_FILE) -> str:
    """Read a text file of an administrator. Raises ConfigurationError."""
    try:
        if file.exists() and not file.is_file():
            raise _unreadable(file, "is no ordinary file")
        with file.open("rb") as stream:
            octets = stream.read(largest + 1)
    except FileNotFoundError as error:
        remedy = f"`maild init {file.parent}` makes a configuration to start from"
        raise _unreadable(file, f"there is no such file: {remedy}") from error
    except OSError as error:
        raise _unreadable(file, f"cannot be read: {error.strerror}") from error
    if len(octets) > largest:
        raise _unreadable(file, f"is larger than {largest:,} bytes")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = octets[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        what = "is not UTF-8 here: save the file as UTF-8"
        raise ConfigurationError((Problem(str(file), line, column, "the file", what),)) from error


def _folder(document: Document, key: str, directory: Path) -> Path:
    written = document.find((key,))
    return directory / (written if isinstance(written, str) and written else key)


def _found(folder: Path, place: _Place) -> Iterator[Path]:
    """Find the files of a folder that count, in name order."""
    found = folder.rglob("*") if place.is_deep else folder.glob("*")
    for file in sorted(found):
        is_hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in place.suffixes and not is_hidden:
            yield file


def _unreadable(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(str(file), 1, 1, "the file", what),))
