"""Mail that another desk left behind: an mbox file or a Maildir, message by message.

mbox is a family of formats (RFC 4155 describes one). A message begins at a line `From ` after an empty line, or at the
file's beginning, that ends in a year; `>From ` in a body loses its sign. The library's own reader takes every line that
begins with `From ` for a new message, and so parts mails whose words begin with it.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from maild.errors import MaildError

LEADING_BYTES = 256 << 10  # of a mail above the limit, as from a server
_LINE_BYTES = 1 << 16
_HEAD_BYTES = 1 << 16
_SEPARATOR = re.compile(
    rb"From \S.*?(\w{3} +\w{3} +\d{1,2} +\d{2}:\d{2}(?::\d{2})?)(?: +[+\w-]+)? +(\d{4})(?: +[+\w-]+)?\s*\Z"
)
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
_EMPTY_END = re.compile(rb"(\n)\r?\n\Z")  # which parts a message from the next one
_DATE = re.compile(rb"(?im)^date:[ \t]*(.{1,100}?)\r?$")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_UNKNOWN = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where one message lies: so many bytes of a file; `received_at` is None where nothing says it."""

    file: Path
    begin: int
    size: int
    received_at: datetime | None
    is_mbox: bool


def find_kept(path: Path) -> tuple[Kept, ...]:
    """List the messages of an mbox file or a Maildir as they were received, those without a date last.

    Raises MaildError where the path is neither, or cannot be read.
    """
    try:
        found = tuple(_in_maildir(path) if path.is_dir() else _in_mbox(path))
    except OSError as error:
        raise MaildError(f"{error.filename or path}: cannot be read: {error.strerror}") from error
    return tuple(sorted(found, key=lambda each: each.received_at or _UNKNOWN))


def read_kept(kept: Kept, limit: int) -> bytes:
    """Read a message's bytes; of one above `limit` bytes the first 256 KiB. Raises MaildError."""
    try:
        with kept.file.open("rb") as file:
            file.seek(kept.begin)
            raw = file.read(kept.size if kept.size <= limit else LEADING_BYTES)
    except OSError as error:
        raise MaildError(f"{kept.file}: cannot be read: {error.strerror}") from error
    return _QUOTED_FROM.sub(rb"\1", _EMPTY_END.sub(rb"\1", raw)) if kept.is_mbox else raw


def _in_maildir(folder: Path) -> Iterator[Kept]:
    """List what lies in `new` and `cur` of a Maildir and of its folders; deleted mails and drafts are none."""
    homes = [each for each in (folder, *sorted(folder.glob(".[!.]*"))) if (each / "cur").is_dir()]
    if not homes:
        raise MaildError(f"{folder}: neither an mbox file nor a Maildir: it has no folder `cur`")
    for home in homes:
        for place in ("new", "cur"):
            for file in sorted((home / place).glob("[!.]*")):
                flags = file.name.rpartition(":2,")[2] if ":2," in file.name else ""
                if file.is_file() and not {"T", "D"} & set(flags):
                    yield Kept(file, 0, file.stat().st_size, _delivered_at(file) or _dated(file, 0), is_mbox=False)


def _delivered_at(file: Path) -> datetime | None:
    """Read when a mail was delivered from its name in a Maildir: seconds, then a dot."""
    seconds = file.name.partition(".")[0]
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(int(seconds), UTC) if len(seconds) > 8 else None  # noqa: PLR2004 - before 1973
    return None


def _in_mbox(path: Path) -> Iterator[Kept]:
    with path.open("rb") as file:
        begun: tuple[int, datetime | None] | None = None
        at, is_after_empty = 0, True
        while line := file.readline(_LINE_BYTES):
            found = _SEPARATOR.match(line) if is_after_empty and line.startswith(b"From ") else None
            if found is None and begun is None and line.strip():
                raise MaildError(f"{path}: neither an mbox file nor a Maildir: it does not begin with a line `From `")
            if found is not None:
                yield from _ended(path, begun, at)
                begun = (at + len(line), _said(found))
            at, is_after_empty = at + len(line), line in {b"\n", b"\r\n"}
        yield from _ended(path, begun, at)


def _ended(path: Path, begun: tuple[int, datetime | None] | None, end: int) -> Iterator[Kept]:
    if begun is not None and end > begun[0]:
        yield Kept(path, begun[0], end - begun[0], begun[1] or _dated(path, begun[0]), is_mbox=True)


def _said(separator: "re.Match[bytes]") -> datetime | None:
    """Read the date of a separating line; it names no zone: UTC, as RFC 4155 has it."""
    text = b" ".join(separator.group(1, 2)).decode("ascii", "replace")
    for form in ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M %Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None


def _dated(path: Path, begin: int) -> datetime | None:
    """Read a message's own Date."""
    with path.open("rb") as file:
        return _date_of(file, begin)


def _date_of(file: BinaryIO, begin: int) -> datetime | None:
    file.seek(begin)
    head = _HEAD_END.split(file.read(_HEAD_BYTES), maxsplit=1)[0]
    found = _DATE.search(head)
    with suppress(ValueError, TypeError, OverflowError):
        said = parsedate_to_datetime(found[1].decode("ascii", "replace")) if found else None
        return None if said is None else (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    return None
