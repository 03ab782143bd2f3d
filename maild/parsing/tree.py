"""The MIME tree of a mail as ranges of its bytes: nothing is copied, nothing recurses deeper than the limit.

Written apart from the standard library's parser because that one keeps no offsets (an inner mail must stay
byte-exact), holds a large mail twelve times over and recurses once a level; a test compares the two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from maild.model.limits import ReadingLimits
from maild.parsing.fields import Head, read_head
from maild.parsing.limits import Flag
from maild.parsing.parameters import Parameters, read_parameters

_TYPE = re.compile(r"[!#$&^_.+a-z0-9-]+/[!#$&^_.+a-z0-9-]+\Z")
_REST_OF_LINE = re.compile(rb"(--)?[ \t]*+\r?(?:\n|\Z)")
_CUT_DELIMITER = 6
_DASHED = re.compile(rb"(?:\A|(?<=\n))--([^\r\n]{1,200}?)[ \t]*\r?\n")
_GUESSED_WITHIN = 64 * 1024
# Every level is searched again: fifty of them around a large file would cost seconds.
_SEARCHED = 256 * 1024 * 1024
_FALSE_DELIMITERS = 50_000


@dataclass(slots=True)
class Part:
    """One entity: its header, the range of its body in the bytes that it stands in, and the entities inside."""

    raw: bytes = field(repr=False)
    head: Head
    content_type: Parameters
    type: str
    start: int
    body_start: int
    end: int
    level: int
    children: list["Part"] = field(default_factory=list)

    def body(self) -> memoryview:
        """Give the body as it was sent, without a copy."""
        return memoryview(self.raw)[self.body_start : self.end]


class _Budget:
    """How many parts may still be made of one mail, how many bytes searched, and what was met on the way."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self.left = limits.parts
        self.search = _SEARCHED
        self.flags: set[Flag] = set()


def grow_tree(raw: bytes, limits: ReadingLimits) -> tuple[Part, frozenset[Flag]]:
    """Take a mail apart, level by level; give its root and what was cut or guessed."""
    budget = _Budget(limits)
    root = _read_part(raw, (0, len(raw)), 0, "text/plain", budget)
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.type.startswith("multipart/") and not part.children:
            _split(raw, part, budget)
            waiting.extend(part.children)
    return root, frozenset(budget.flags)


def _read_part(raw: bytes, place: tuple[int, int], level: int, default: str, budget: _Budget) -> Part:
    start, end = place
    head = read_head(raw, start, end, budget.limits)
    content_type = read_parameters(head.first(b"content-type"))
    budget.flags |= head.flags
    return Part(
        raw=raw,
        head=head,
        content_type=content_type,
        type=_type_of(content_type.value, default),
        start=start,
        body_start=head.body_start,
        end=end,
        level=level,
    )


def _type_of(value: str, default: str) -> str:
    if not value:
        return default
    if _TYPE.match(value):
        return value
    return "text/html" if value in {"html", "text-html"} else "text/plain"


def _split(raw: bytes, part: Part, budget: _Budget) -> None:
    """Find the entities between the delimiters of a multipart; without any it becomes a leaf."""
    budget.search -= part.end - part.body_start
    if part.level >= budget.limits.levels or budget.search < 0:
        budget.flags.add(Flag.LEVELS_CUT)
        part.type = "application/octet-stream"
        return
    ranges = _between(raw, part, _boundary_of(raw, part, budget), budget)
    if not ranges:
        budget.flags.add(Flag.BOUNDARY_MISSING)
        part.type = "text/plain"
    inner: Part | None = None
    for found in ranges:
        if budget.left <= 0:
            budget.flags.add(Flag.PARTS_CUT)
            break
        budget.left -= 1
        default = "message/rfc822" if (inner or part).type == "multipart/digest" else "text/plain"
        child = _read_part(raw, (found.start, found.end), part.level + 1, default, budget)
        (inner or part).children.append(child)
        if inner is None and _shares_boundary(child, part):
            inner = child
        elif found.is_last:
            inner = None


def _shares_boundary(child: Part, part: Part) -> bool:
    """A multipart that names its parent's boundary again: what follows up to the closing delimiter is inside of it."""
    mine = child.content_type.parameters.get("boundary")
    return child.type.startswith("multipart/") and bool(mine) and mine == part.content_type.parameters.get("boundary")


def _boundary_of(raw: bytes, part: Part, budget: _Budget) -> bytes:
    """Give the boundary that is declared and used; else the one that the body shows."""
    declared = part.content_type.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
    if declared and raw.find(b"--" + declared, part.body_start, part.end) >= 0:
        return declared
    for match in _DASHED.finditer(raw, part.body_start, min(part.end, part.body_start + _GUESSED_WITHIN)):
        candidate = match[1]
        if candidate != b"-" and raw[match.end() : match.end() + 8].lower() == b"content-":
            budget.flags.add(Flag.BOUNDARY_GUESSED)
            return candidate
    return b""


@dataclass(frozen=True, slots=True)
class _Range:
    """Where an entity stands between two delimiters; `is_last` when the second is a closing one."""

    start: int
    end: int
    is_last: bool


def _between(raw: bytes, part: Part, boundary: bytes, budget: _Budget) -> list[_Range]:
    """Give the ranges between delimiter lines; text after the closing one counts only if a delimiter follows it."""
    if not boundary:
        return []
    ranges: list[_Range] = []
    opened = -1
    is_closed = False
    for start, end, is_last in _delimiters(raw, part.body_start, part.end, boundary):
        if opened >= 0:
            ranges.append(_Range(opened, _before_line_end(raw, opened, start), is_last))
        elif is_closed and not is_last:
            budget.flags.add(Flag.PARTS_AFTER_END)
        is_closed = is_closed or is_last
        opened = -1 if is_last else end
        if len(ranges) > budget.left:
            return ranges
    if opened >= 0:
        budget.flags.add(Flag.BOUNDARY_UNCLOSED)
        end = _before_cut_delimiter(raw, opened, part.end, b"--" + boundary)
        if opened < end or not ranges:
            ranges.append(_Range(opened, end, is_last=True))
    return ranges


def _delimiters(raw: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Find the delimiter lines (RFC 2046, 5.1.1) as (start, end, is the closing one)."""
    mark = b"--" + boundary
    position = raw.find(mark, start, end)
    left = _FALSE_DELIMITERS
    while position >= 0 and left > 0:
        left -= 1
        after = position + len(mark)
        if position == start or raw[position - 1 : position] == b"\n":
            rest = _REST_OF_LINE.match(raw, after, end)
            if rest is not None:
                left += 1
                yield position, rest.end(), rest[1] is not None
        position = raw.find(mark, after, end)


def _before_line_end(raw: bytes, start: int, line_start: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    stop = line_start
    for line_end in (b"\n", b"\r"):
        if stop > start and raw[stop - 1 : stop] == line_end:
            stop -= 1
    return stop


def _before_cut_delimiter(raw: bytes, start: int, end: int, mark: bytes) -> int:
    """Leave out a closing delimiter that was cut short, with the mail or by its mailer."""
    stop = end
    while stop > start and raw[stop - 1 : stop] in {b"\r", b"\n"}:
        stop -= 1
    line_start = max(raw.rfind(b"\n", start, stop) + 1, start)
    line = raw[line_start:stop]
    is_cut = len(line) > _CUT_DELIMITER and (mark + b"--").startswith(line)
    return _before_line_end(raw, start, line_start) if is_cut else end
