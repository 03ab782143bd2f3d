"""The block of headers that Outlook, Exchange and many others put above the mail that is answered, and its divider."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from maild.parsing import phrases
from maild.parsing.folding import STRIPPED, fold, is_divider


class Heading(Enum):
    """Which header a line of the block is."""

    FROM = auto()
    DATE = auto()
    TO = auto()
    SUBJECT = auto()
    OTHER = auto()


_NAMES: Final[Mapping[str, Heading]] = {
    **dict.fromkeys(phrases.HEADING_OTHER, Heading.OTHER),
    **dict.fromkeys(phrases.HEADING_TO, Heading.TO),
    **dict.fromkeys(phrases.HEADING_SUBJECT, Heading.SUBJECT),
    **dict.fromkeys(phrases.HEADING_DATE, Heading.DATE),
    **dict.fromkeys(phrases.HEADING_FROM, Heading.FROM),
}
_HEADER = re.compile(r"([^\d\s:<>@|\"][^:<>@|\"]{0,28}?) ?: ?(.*)")
_DASHED = re.compile(r"[-_=*~#>+—–―─━ ]{2,}+(.{3,60}?)[-_=*~#<>+—–―─━: ]{2,}+")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{2,}")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}|(?:19|20)\d\d")
# A date as mailers write it (RFC 5322, 3.3), which people do not.
_SENT_AT = re.compile(r"\d{4} \d{1,2}:\d{2}:\d{2} [+-]\d{4}")
_BOX = re.compile(r"\|-{4,}>")
_COLON = re.compile("[:：]")
_UNFINISHED: Final = frozenset(",;<")
_MOST_LINES: Final = 40
_SHORTEST_RULE: Final = 10
_MOST_WRAPPED: Final = 6
_FEWEST_UNKNOWN: Final = 3


class Divider(Enum):
    """What a dividing line announces; with unknown words, only what stands below can tell."""

    ORIGINAL = auto()
    FORWARD = auto()
    UNKNOWN = auto()


def find_divider(line: str) -> Divider | None:
    """Read "-----Original Message-----", "Begin forwarded message:" and their kin in other languages."""
    if len(line) > 200:  # noqa: PLR2004
        return None
    text = fold(line)
    found = _DASHED.fullmatch(text)
    words = found[1].strip(" :") if found is not None else text
    if found is None and not text.endswith(":"):
        return None
    words = words.rstrip(" :").removeprefix("[").removesuffix("]")
    if words in phrases.FORWARDED or words.startswith("forwarded by "):
        return Divider.FORWARD
    if found is None:
        return None
    return Divider.ORIGINAL if words in phrases.ORIGINAL else Divider.UNKNOWN


def may_begin(line: str) -> bool:
    """Tell cheaply whether a header block can begin with this line."""
    at = line.find(":", 0, 60)
    return at > 0 or "：" in line[:60]


@dataclass(frozen=True, slots=True)
class _Read:
    heading: Heading | None
    value: str


def _read_header(text: str) -> _Read | None:
    found = _HEADER.match(text)
    if found is None:
        return None
    return _Read(_NAMES.get(found[1].strip(" _#|")), found[2])


def find_block(lines: Sequence[str], start: int, *, is_announced: bool = False) -> int | None:
    """Find the line after a header block that begins at `start`; None if there is none.

    `is_announced` says that a divider or the markup promises one: then its language need not be known.
    """
    first = _read_header(fold(lines[start]))
    if first is None or (first.heading in {None, Heading.OTHER} and not is_announced):
        return None
    block = _Block(start, is_announced=is_announced)
    for at in range(start, min(len(lines), start + _MOST_LINES)):
        if not block.takes(at, lines[at]):
            break
    return block.end if block.is_convincing() else None


def read_block(lines: Sequence[str], start: int) -> tuple[Mapping[Heading, str], int] | None:
    """Read the headers that an announced block holds, as they were written, and find the line after it."""
    end = find_block(lines, start, is_announced=True)
    if end is None:
        return None
    values: dict[Heading, str] = {}
    last = Heading.OTHER
    for line in lines[start:end]:
        read = _read_header(fold(line))
        if read is not None and read.heading is not None:
            last = read.heading
            values.setdefault(last, _COLON.split(line, maxsplit=1)[1].strip(STRIPPED + "*_"))
        elif line.strip(STRIPPED):
            values[last] = f"{values.get(last, '')} {line.strip(STRIPPED)}"
    # A list of recipients that closes the block may go on.
    before = lines[end - 1]
    while end < len(lines) and before.rstrip(STRIPPED)[-1:] in _UNFINISHED and lines[end].strip(STRIPPED):
        before, end = lines[end], end + 1
    return values, end


class _Block:
    """A header block as far as it was read."""

    def __init__(self, start: int, *, is_announced: bool) -> None:
        self.end = start
        self.is_announced = is_announced
        self.seen: list[Heading | None] = []
        self.values: list[str] = []
        self.wrapped = 0
        self.blanks = 0
        # Directly below the headers goes on what looks like one and is none: "Message: …" of a web form.
        self.is_form = False

    def takes(self, at: int, line: str) -> bool:
        """Read one line more; say whether the block may go on after it."""
        text = fold(line)
        if not text:
            self.blanks += 1
            return self.blanks == 1
        read = _read_header(text)
        if read is None or (read.heading is None and not self.is_announced):
            self.is_form = self.is_form or (read is not None and not self.blanks and not line[:1].isspace())
            self.wrapped += 1
            self.values.append(text)
            return not self.blanks and self.wrapped <= _MOST_WRAPPED
        if read.heading not in {None, Heading.OTHER} and read.heading in self.seen:
            return False
        self.seen.append(read.heading)
        self.values.append(read.value)
        self.end, self.wrapped, self.blanks, self.is_form = at + 1, 0, 0, False
        return True

    def is_convincing(self) -> bool:
        """A form says From, To and Date as well: an address or a subject and a clock make the difference."""
        has_address = any(_ADDRESS.search(value) for value in self.values)
        has_clock = any(_CLOCK.search(value) for value in self.values)
        if self.is_announced and (len(self.seen) >= _FEWEST_UNKNOWN or Heading.FROM in self.seen):
            return has_address or has_clock
        if Heading.FROM not in self.seen:
            is_sent = any(_SENT_AT.search(value) for value in self.values)
            return {Heading.DATE, Heading.TO} <= set(self.seen) and has_address and is_sent
        has_date, has_subject = Heading.DATE in self.seen, Heading.SUBJECT in self.seen
        if self.is_form:
            return has_date and has_subject and Heading.TO in self.seen
        if has_date:
            return (has_clock and has_subject) or (has_address and (has_clock or has_subject))
        return Heading.TO in self.seen and has_subject and has_address


def is_boxed(lines: Sequence[str], start: int) -> bool:
    """Know the box that Notes draws around each header: `|---->`, `| From: |`, then the value in a box of its own."""
    if not _BOX.fullmatch(lines[start].strip()) or start + 1 == len(lines):
        return False
    name = fold(lines[start + 1]).strip("| ").rstrip(" :")
    return _NAMES.get(name) is Heading.FROM


def find_ruled_block(lines: Sequence[str], start: int) -> int | None:
    """Find the line after a header block under a dividing line at `start`."""
    line = lines[start].strip(STRIPPED)
    if not is_divider(line):
        return None
    below = next((at for at in range(start + 1, min(start + 4, len(lines))) if lines[at].strip(STRIPPED)), None)
    if below is None:
        return None
    # Outlook's own rule announces headers in any language; any other line may divide a form from its head.
    is_announced = len(line) >= _SHORTEST_RULE and not line.strip("_")
    return find_block(lines, below, is_announced=is_announced)
