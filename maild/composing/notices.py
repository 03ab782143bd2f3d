"""What a mail to colleagues shows of a ticket: who wrote, what was said last, which files are there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from maild.composing.headers import clean, shorten
from maild.composing.mime import clean_text, safe_name
from maild.model.decision import Sender, Standing, Trust
from maild.model.facts import TicketFacts
from maild.model.mail import Address, Attachment
from maild.model.ticket import Entry, EntryKind, KeptAttachment
from maild.rules import BOXES, Item

SHOWN_ENTRIES = 3
_LONGEST_NAME = 80
_LONGEST_STEP = 200
_NEWEST_CHARACTERS, _NEWEST_LINES = 100_000, 2_000
_OLDER_CHARACTERS, _OLDER_LINES = 600, 8
_KILO = 1000


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as a template may name them: `name` is empty where none is known, `label` never is."""

    name: str
    address: str

    @property
    def label(self) -> str:
        """The name, or the address of somebody without one."""
        return self.name or self.address

    @property
    def full(self) -> str:
        """Name and address."""
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote the mail that a notice is about, and whether a plain answer to it goes to them."""

    full: str
    standing: str
    is_proved: bool
    is_answered: bool
    proof: str


@dataclass(frozen=True, slots=True)
class File:
    """A file as a template may name it; `size` is for people."""

    name: str
    size: str
    is_attached: bool


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A line of a report as a template may name it; what it has not is "" or None."""

    words: str
    ticket: int | None
    clock: str
    at: str
    is_late: bool
    note: str


@dataclass(frozen=True, slots=True)
class ShownListing:
    """A part of a report as a template may name it."""

    name: str
    items: tuple[ShownItem, ...]
    left_out: int
    is_numbered: bool


@dataclass(frozen=True, slots=True)
class Due:
    """By when a customer is answered, told how it goes and helped, in their reader's words."""

    first_response: str | None = None
    next_response: str | None = None
    update: str | None = None
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Unverified:
    """How far it is with who asks: the state of it, how many codes may be tried, and the phone on file to call back."""

    state: str
    left: int
    phone: str


@dataclass(frozen=True, slots=True)
class Task:
    """A step of the checklist as a notice shows it; `box` says whether it is open, done or skipped, and `why` it is."""

    n: int
    box: str
    text: str
    is_wanted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a notice shows it; `left_out` counts its lines that are not shown."""

    n: int
    who: str
    when: str
    kind: str
    words: str
    left_out: int
    files: tuple[File, ...]
    flags: str


def who(address: Address | None) -> Who | None:
    """Name somebody of outside, in clean and bounded words."""
    return None if address is None else Who(bounded_name(address.name), clean(address.address))


def tasks(items: Iterable[Item]) -> tuple[Task, ...]:
    """Show a checklist; a step is wanted while it is required and open."""
    return tuple(
        Task(
            item.n,
            BOXES[item.mark.state],
            shorten(clean(item.text), _LONGEST_STEP),
            item.is_required and item.is_open,
            shorten(clean(item.mark.why), _LONGEST_NAME),
        )
        for item in items
    )


def bounded_name(name: str) -> str:
    """Cut a name to what fits a line."""
    return shorten(clean(name), _LONGEST_NAME)


def writer(sender: Sender, answered: Sequence[Address], *, is_relay: bool) -> Writer:
    """Say what must be known of the writer before answering them; colleagues are not warned of one another."""
    them = Who(bounded_name(sender.name), clean(sender.address))
    is_answered = any(sender.address.lower() == each.address.lower() for each in answered)
    is_colleague = sender.standing is Standing.AGENT and sender.trust is Trust.PROVED
    return Writer(
        full=them.full,
        standing=sender.standing.value,
        is_proved=sender.trust is Trust.PROVED,
        is_answered=is_answered or is_colleague or not is_relay,
        proof=clean(sender.proof),
    )


def shown_entries(
    known: TicketFacts,
    attached: Sequence[Attachment],
    name_of: Callable[[str], str],
    when: Callable[[datetime], str],
) -> tuple[Shown, ...]:
    """Give the last entries that hold words or files, newest first and the newest in full."""
    worth = [entry for entry in known.entries if entry.kind is not EntryKind.EVENT]
    sent = frozenset(each.sha256 for each in attached)
    last = worth[: -SHOWN_ENTRIES - 1 : -1]
    return tuple(_shown(entry, index == 0, sent, name_of(entry.by), when(entry.at)) for index, entry in enumerate(last))


def shown_files(files: Sequence[Attachment | KeptAttachment], sent: frozenset[str] | None = None) -> tuple[File, ...]:
    """Name files with their sizes; `sent` are the contents that go along, None for all."""
    return tuple(
        File(safe_name(each.name), readable_size(each.size), is_attached=sent is None or each.sha256 in sent)
        for each in files
    )


def readable_size(octets: int) -> str:
    """Write a size as people read it."""
    size = float(octets)
    for unit in ("B", "KB", "MB"):
        if size < _KILO:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"  # noqa: PLR2004 - two digits
        size /= _KILO
    return f"{size:.1f} GB"


def excerpt(text: str, lines: int, characters: int) -> tuple[str, int]:
    """Cut clean text to so many lines and characters; return it and how many of its lines are missing."""
    every = clean_text(text).strip("\n").split("\n")
    kept: list[str] = []
    room = characters
    for line in every[:lines]:
        room -= len(line) + 1
        if kept and room < 0:
            break
        kept.append(shorten(line.rstrip(), characters))
    return "\n".join(kept), len(every) - len(kept)


def _shown(entry: Entry, is_newest: bool, sent: frozenset[str], name: str, when: str) -> Shown:
    limits = (_NEWEST_LINES, _NEWEST_CHARACTERS) if is_newest else (_OLDER_LINES, _OLDER_CHARACTERS)
    words, left_out = excerpt(entry.text, *limits)
    return Shown(
        n=entry.n,
        who=name,
        when=when,
        kind=entry.kind.value,
        words=words,
        left_out=left_out,
        files=shown_files(entry.attachments, sent),
        flags=", ".join(clean(flag) for flag in entry.flags),
    )
