"""The header block as bytes: where fields begin and end, what is read of them, where the body begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from maild.model.limits import ReadingLimits
from maild.parsing.limits import Flag
from maild.parsing.words import decode_value

# A name of printable characters (RFC 5322, 2.2), blanks before the colon (4.5), and every folded line after it.
# All quantifiers are possessive: one pass, whatever the bytes.
_FIELD = re.compile(rb"([!-9;-~]{1,256}+)[ \t]*+:((?:[^\n]*+\n(?=[ \t]))*+[^\n]*+)\n?")
_FOLD = re.compile(rb"[ \t\r]*+\n[ \t\r\n]++")
_BLANK = re.compile(rb"\r?\n|\r?\Z")
_BLANK_START = re.compile(rb"[ \t\r\n]*+")
_LINE = re.compile(rb"[^\n]*+\n?")
_MAILBOX_LINE = re.compile(rb">?From (?![ \t]*+:)[^\n]*+\n")
_SCANNED = 2 * 1024 * 1024
_LOOK_AHEAD = 3

# These decide who wrote, to whom, about what and in which form: read even where the block is over its limit.
_VITAL = frozenset(
    {
        b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
        b"content-type", b"content-transfer-encoding", b"content-disposition", b"auto-submitted", b"return-path",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name in lower case, its unfolded value as bytes without outer blanks."""

    name: bytes
    spelling: bytes
    value: bytes


@dataclass(slots=True)
class Head:
    """A header block: `fields` in order, the offset of the body, and what was wrong or cut.

    `is_searched` is False where even the fields that decide who wrote were not looked for to the end.
    """

    fields: list[Field]
    body_start: int
    flags: set[Flag] = field(default_factory=set)
    is_searched: bool = True
    _decoded: tuple[tuple[str, str], ...] | None = None

    def values(self, name: bytes) -> list[bytes]:
        """Give every value of a field, topmost first; the name in lower case."""
        return [found.value for found in self.fields if found.name == name]

    def first(self, name: bytes) -> bytes:
        """Give the topmost value of a field, b"" without one."""
        return next((found.value for found in self.fields if found.name == name), b"")

    def decoded(self, hints: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Give all fields in order as text, their names as spelled; decoded once, by the first hints given."""
        if self._decoded is None:
            self._decoded = tuple(
                (each.spelling.decode("ascii"), decode_value(each.value, hints)) for each in self.fields
            )
        return self._decoded


def read_head(raw: bytes, start: int, end: int, limits: ReadingLimits) -> Head:
    """Read the header block that begins at `start`; a line that is no field ends it unless fields go on after it."""
    head = Head([], start)
    # A part may begin with an empty line: it has no fields. A whole mail does so only by accident.
    position = start or _skip_mailbox_line(raw, start, end)
    room = limits.header_block
    while position < end:
        match = _FIELD.match(raw, position, end)
        if match is None:
            blank = _BLANK.match(raw, position, end)
            if blank is not None:
                position = blank.end()
                break
            if not head.fields:
                break
            head.flags.add(Flag.HEADERS_BROKEN)
            if not _goes_on(raw, position, end):
                break
            position = _next_line(raw, position, end)
            continue
        if position - start > _SCANNED:
            head.flags.add(Flag.HEADERS_CUT)
            head.is_searched = False
            position = _end_of_block(raw, position, end)
            break
        room -= _keep(head, match, room, limits)
        position = match.end()
    if not start and not any(_is_usual(each.name) for each in head.fields):
        # A bare text of which the first line happens to hold a colon: no mail is without one usual field.
        return Head([], start)
    head.body_start = min(position, end)
    return head


def _is_usual(name: bytes) -> bool:
    return name in _VITAL or name in _USUAL or name.startswith(_USUAL_PREFIXES)


def _keep(head: Head, match: "re.Match[bytes]", room: int, limits: ReadingLimits) -> int:
    """Add one field to the head, cut to its limit; return the bytes it took of the block's limit."""
    spelling = match[1]
    name = spelling.lower()
    begin, stop = match.span(2)
    if stop - begin > limits.field:
        head.flags.add(Flag.HEADERS_CUT)
        stop = begin + limits.field
    taken = stop - begin + len(name)
    if (taken > room or len(head.fields) >= limits.fields) and name not in _VITAL:
        head.flags.add(Flag.HEADERS_CUT)
        return 0
    value = match.string[begin:stop]
    if b"\n" in value:
        value = _FOLD.sub(b" ", value)
    head.fields.append(Field(name, spelling, value.strip(b" \t\r\n")))
    return taken


def _skip_mailbox_line(raw: bytes, start: int, end: int) -> int:
    """Pass over empty lines, blanks and the "From " line that mbox files and gateways put before the fields."""
    blank = _BLANK_START.match(raw, start, end)
    position = blank.end() if blank is not None else start
    line = _MAILBOX_LINE.match(raw, position, end)
    if line is not None:
        return line.end()
    return position if _FIELD.match(raw, position, end) else start


def _next_line(raw: bytes, position: int, end: int) -> int:
    line = _LINE.match(raw, position, end)
    return line.end() if line is not None and line.end() > position else end


def _goes_on(raw: bytes, position: int, end: int) -> bool:
    """Say whether a line that is no field is only an accident within the block: fields follow, then an empty line.

    A body that happens to have a colon early on must not be taken for headers, so a known field is asked for.
    """
    for _ in range(_LOOK_AHEAD):
        position = _next_line(raw, position, end)
        match = _FIELD.match(raw, position, end)
        if match is not None:
            return match[1].lower() in _VITAL or match[1].lower() in _USUAL
        if _BLANK.match(raw, position, end):
            return False
    return False


_USUAL = frozenset({b"received", b"mime-version", b"sender", b"x-mailer", b"delivered-to", b"dkim-signature"})
_USUAL_PREFIXES = (b"x-", b"content-", b"resent-", b"list-", b"arc-")


def _end_of_block(raw: bytes, position: int, end: int) -> int:
    found = [at + len(gap) for gap in (b"\n\n", b"\n\r\n") if (at := raw.find(gap, position, end)) >= 0]
    return min(found, default=end)


def read_spans(raw: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Go through the fields of the header block: name in lower case, and where the field begins and ends."""
    position = _skip_mailbox_line(raw, 0, len(raw))
    while (match := _FIELD.match(raw, position)) is not None:
        yield match[1].lower(), position, match.end()
        position = match.end()
