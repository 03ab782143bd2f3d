"""Occasions: due instants of the desk itself, that belong to no ticket; and what the desk then looks at."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from maild.model.clocks import Clock
from maild.model.reports import ReportFacts
from maild.model.ticket import Ticket

_UNNAMED = "-"


class OccasionKind(StrEnum):
    """What the desk does by schedule."""

    REPORT = "report"  # a report of the rule files
    HELD = "held"  # what is held is listed to administrators
    REVIEW = "review"  # reviewers are reminded of procedures that are due
    KNOWLEDGE = "knowledge"  # what was learned in a month goes to the reviewers of procedures


@dataclass(frozen=True, slots=True)
class Occasion:
    """One due instant: what is done, in which zone its schedule runs, and on which day there.

    There is one of each on a day, whatever the schedule said before: so it is written as what its timer is about.
    """

    kind: OccasionKind
    name: str
    zone: str
    day: date

    @property
    def series(self) -> tuple[OccasionKind, str, str]:
        """Name those that follow one another."""
        return self.kind, self.name, self.zone

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name or _UNNAMED} {self.zone} {self.day.isoformat()}"


def parse_occasion(text: str) -> Occasion:
    """Read what a timer is about. Raises ValueError for what is no occasion."""
    kind, name, zone, day = text.split(" ")
    return Occasion(OccasionKind(kind), "" if name == _UNNAMED else name, zone, date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class PlannedOccasion:
    """An occasion and its timer; `done_at` is None while it is to come."""

    occasion: Occasion
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """An unfinished ticket with its clocks; `why_late` is what an agent last said about that."""

    ticket: Ticket
    clocks: tuple[Clock, ...]
    why_late: str = ""


@dataclass(frozen=True, slots=True)
class KeptWords:
    """A draft that waits for its `#send`; `ticket` is None where it lies on none."""

    author: str
    ticket: int | None
    created_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class HeldMail:
    """An arrival that waits for a person's word.

    `is_forged`: it is surely not from whom it says. `is_blocked`: its sender's mail is held, whatever it is.
    """

    arrival: int
    sender: str
    subject: str
    reason: str
    recorded_at: datetime
    is_forged: bool
    is_blocked: bool = False


class DeskDeed(StrEnum):
    """What people do to matters of the desk that are no ticket's."""

    ACCEPTED = "accepted"  # a handover
    REVIEWED = "reviewed"  # a category's procedure


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """Who did it, to what, and when; `by` is a person's key."""

    what: DeskDeed
    about: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BlockedSender:
    """Somebody whose mail is held until a person unblocks them."""

    address: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Learned:
    """What somebody wants kept: of a resolution its question and its answer, or what they say of a procedure."""

    ticket: Ticket
    at: datetime
    by: str
    question: str
    answer: str
    is_feedback: bool


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the desk looks at on an occasion: all that is unfinished, kept back or held, the oldest first.

    `before` is the occasion before this one, as its timer calls it, and `since` when it was due; `figures` are what
    reports of the time since are computed from, `learned` what was learned in it.
    """

    matters: tuple[OpenMatter, ...] = ()
    drafts: tuple[KeptWords, ...] = ()
    held: tuple[HeldMail, ...] = ()
    events: tuple[DeskEvent, ...] = ()
    before: str = ""
    since: datetime | None = None
    figures: ReportFacts | None = None
    learned: tuple[Learned, ...] = ()
