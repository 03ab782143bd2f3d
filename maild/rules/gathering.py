"""All rule files side by side: each entry by its section and name, wherever it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from maild.config import SourceFile
from maild.documents import Document, Path, Place, Section, check_document, read_document
from maild.errors import Problem
from maild.rules.sections import SECTIONS, WHOLE_SECTIONS, check_name, why_refused

SectionT = TypeVar("SectionT", bound=Section)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a section, or a whole one, whose name is ""; `value` is None where it has problems of its own."""

    name: str
    document: Document
    path: Path
    value: Section | None

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.document.place_of_key(self.path)

    def words(self, *keys: str | int) -> Iterator[tuple[Path, str]]:
        """Give what is written at a key, one word or each of a list, and where; whatever is no text is left out."""
        value = self.document.find((*self.path, *keys))
        if isinstance(value, str):
            yield keys, value
        elif isinstance(value, tuple):
            yield from (((*keys, index), word) for index, word in enumerate(value) if isinstance(word, str))

    def problem(self, what: str, *keys: str | int, at_key: bool = False) -> Problem:
        """Say what is wrong with it, or with something in it."""
        return self.document.problem((*self.path, *keys), what, at_key=at_key or not keys)


@dataclass(slots=True)
class Gathering:
    """Everything written in all files, and what is wrong with each part by itself."""

    entries: dict[str, dict[str, Written]] = field(
        default_factory=lambda: {section: {} for section in (*SECTIONS, *WHOLE_SECTIONS)}
    )
    problems: list[Problem] = field(default_factory=list)

    def names(self, section: str) -> tuple[str, ...]:
        """Give the names of a section in the order written, sound or not."""
        return tuple(self.entries[section])

    def sound(self, section: str, kind: type[SectionT]) -> Iterator[tuple[Written, SectionT]]:
        """Give the entries of a section that have no problem of their own."""
        for entry in self.entries[section].values():
            if isinstance(entry.value, kind):
                yield entry, entry.value


def gather(files: Sequence[SourceFile]) -> Gathering:
    """Read all files, in the order given."""
    gathering = Gathering()
    for file in files:
        document, problems = read_document(file.name, file.text)
        gathering.problems += problems
        if document is not None:
            _take_in(document, gathering)
    return gathering


def _take_in(document: Document, gathering: Gathering) -> None:
    if document.value is not None and not isinstance(document.value, dict):
        gathering.problems.append(document.problem((), "must hold sections, like people: and teams:"))
    for section in document.names(()):
        refusal = why_refused(section)
        if refusal is not None:
            gathering.problems.append(document.problem((section,), refusal, at_key=True))
        elif section in WHOLE_SECTIONS:
            _take_in_entry(document, (section,), WHOLE_SECTIONS[section], gathering)
        else:
            _take_in_section(document, section, gathering)


def _take_in_section(document: Document, section: str, gathering: Gathering) -> None:
    value = document.find((section,))
    if value is not None and not isinstance(value, dict):
        gathering.problems.append(document.problem((section,), "must hold entries by their names, like name: {…}"))
    for name in document.names((section,)):
        _take_in_entry(document, (section, name), SECTIONS[section], gathering)


def _take_in_entry(document: Document, path: tuple[str, ...], model: type[Section], gathering: Gathering) -> None:
    section, name = path[0], path[1] if len(path) > 1 else ""
    known = gathering.entries[section]
    if name in known:
        what = f"'{path[-1]}' is written a second time; the first is at {known[name].place}. Keep one of them"
        gathering.problems.append(document.problem(path, what, at_key=True))
        return
    complaint = check_name(section, name) if name else None
    if complaint is not None:
        gathering.problems.append(document.problem(path, complaint, at_key=True))
    checked, problems = check_document(document, model, path)
    gathering.problems += problems
    known[name] = Written(name, document, path, checked)
