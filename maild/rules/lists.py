"""The lists that rule files name: addresses of a group of customers, and contacts, in CSV.

Lists come from elsewhere: their problems name the list's own lines.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from maild.config import SourceFile, kinds
from maild.documents import Place, did_you_mean
from maild.errors import Problem
from maild.rules.language.forms import language
from maild.rules.language.matters import customer_pattern
from maild.rules.matters import Contact

_PHONE = re.compile(r"\+?[\d ()/.-]{5,30}", re.ASCII)


def _verify(text: str) -> str:
    """Take where somebody is asked whether it is they who write: another address of theirs, or a phone."""
    if "@" in text:
        return kinds.address(text)
    if not _PHONE.fullmatch(text):
        raise ValueError(f"'{text}' is neither an address nor a phone: write b@home.example or +44 20 7946 0000")
    return text


_COLUMNS: Mapping[str, Callable[[str], str]] = {
    "address": kinds.address,
    "name": kinds.one_line,
    "company": kinds.one_line,
    "phone": kinds.one_line,
    "language": language,
    "timezone": kinds.timezone,
    "verify": _verify,
}
_HEADINGS = frozenset({"address", "match", "pattern"})
_MOST_PROBLEMS = 50
T = TypeVar("T")


@dataclass(slots=True)
class _List:
    """A list being read, and what is wrong with it."""

    file: SourceFile
    problems: list[Problem] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row with anything in it, and the number of its line."""
        lines = self.file.text.removeprefix("\ufeff").splitlines()
        # Where the comma is for decimals, a table saved as CSV has semicolons.
        is_by_semicolon = bool(lines) and ";" in lines[0] and "," not in lines[0]
        reader = csv.reader(lines, strict=True, delimiter=";" if is_by_semicolon else ",")
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, [cell.strip() for cell in row]
        except csv.Error as error:
            self.complain(reader.line_num, "the row", f"is no CSV: {error}")

    def complain(self, line: int, where: str, what: str) -> None:
        self.problems.append(Problem(self.file.name, line, 1, where, what))

    def read(self, line: int, where: str, cell: str, form: Callable[[str], str]) -> str | None:
        try:
            return form(cell)
        except ValueError as error:
            self.complain(line, where, str(error))
            return None


def read_patterns(file: SourceFile) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Read patterns of addresses, one a line, in the first column; a heading may stand above them."""
    reading = _List(file)
    patterns: list[str] = []
    for number, (line, row) in enumerate(reading.rows()):
        if number or row[0].lower() not in _HEADINGS:
            pattern = reading.read(line, "the first column", row[0], customer_pattern)
            patterns += [pattern] if pattern is not None else []
    return tuple(dict.fromkeys(patterns)), tuple(reading.problems[:_MOST_PROBLEMS])


def read_contacts(file: SourceFile) -> tuple[Mapping[str, Contact], tuple[Problem, ...]]:
    """Read contacts by their address in lower case; the first line names the columns."""
    reading = _List(file)
    rows = reading.rows()
    line, heading = next(rows, (1, []))
    columns = [name.lower() for name in heading]
    for name in columns:
        if name not in _COLUMNS:
            reading.complain(line, "the first line", f"unknown column '{name}'{did_you_mean(name, _COLUMNS)}")
    if "address" not in columns:
        reading.complain(line, "the first line", f"must name the columns, address among them: {', '.join(_COLUMNS)}")
    contacts: dict[str, Contact] = {}
    lines: dict[str, int] = {}
    for line, row in rows if not reading.problems else ():
        contact = _contact(reading, line, dict(zip(columns, row, strict=False)))
        if contact is None:
            continue
        key = contact.address.lower()
        if key in contacts:
            reading.complain(line, "address", f"{contact.address} stands in line {lines[key]} already: keep one")
        contacts.setdefault(key, contact)
        lines.setdefault(key, line)
    return contacts, tuple(reading.problems[:_MOST_PROBLEMS])


def read_contact_value(name: str, written: str) -> str:
    """Read what stands under the name of a column, as the file of contacts has it; raises ValueError, and says why."""
    return _COLUMNS[name](written)


def _contact(reading: _List, line: int, row: Mapping[str, str]) -> Contact | None:
    read = {name: reading.read(line, name, cell, _COLUMNS[name]) for name, cell in row.items() if cell}
    address = read.get("address")
    if address is None:
        if "address" not in read:
            reading.complain(line, "address", "has none: write it, or take the row out")
        return None
    if (read.get("verify") or "").lower() == address.lower():
        reading.complain(line, "verify", "is the address itself, which proves nothing: write another")
    return Contact(
        address=address,
        name=read.get("name") or "",
        company=read.get("company") or "",
        phone=read.get("phone") or "",
        language=read.get("language"),
        timezone=read.get("timezone"),
        verify=read.get("verify") or "",
        place=Place(reading.file.name, line, 1),
    )
