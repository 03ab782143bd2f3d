"""What reports are computed from: tickets' histories without their words, and the few words that reports show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.model.clocks import Clock
from maild.model.ticket import Confidence

# The fields by which figures are parted, and those that say how a matter goes.
FIELDS = ("state", "queue", "category", "team", "priority", "assignee", "level")
SCORE = "score"  # a customer's vote, as an event's change
# Flags of entries: why something is late, what an escalation taught, what a customer said at the end.
LATE, REVIEW, VOTE = "late", "review", "vote"
TAKEN_OVER = "taken-over"  # what was written to an old desk: of its first entry, so the ticket began there

Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """What an entry says to reports; `by` is a colleague's key or "", `is_answer` a person's words to the customer.

    `changes` are fields and their new values. `clocks` are those that changed, as they stood then.
    """

    n: int
    at: datetime
    by: str = ""
    is_answer: bool = False
    flags: tuple[str, ...] = ()
    changes: tuple[tuple[str, str | None], ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether reports show the entry's words: a reason, a lesson, what came with a vote."""
        return bool({LATE, REVIEW, VOTE}.intersection(self.flags))


@dataclass(frozen=True, slots=True)
class Logged:
    """A ticket as reports know it: how it began, and what befell it since.

    From `subject` on it is as it stands by now, for who is to see it.
    """

    number: int
    opened_at: datetime
    opening: Values
    moments: tuple[Moment, ...]
    subject: str = ""
    requester: str | None = None
    queue: str = ""
    team: str | None = None
    assignee: str | None = None
    confidential: Confidence | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the store has for a report: every ticket that the period concerns, and the words that it shows.

    `words` are by ticket and entry; `absences` say until when who is away.
    """

    logs: tuple[Logged, ...]
    words: Mapping[tuple[int, int], str] = field(default_factory=dict)
    absences: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """A report that the command line or a link asks for: everything as it was written, "" and None where nothing was.

    `first` and `last` go before `period`.
    """

    name: str
    zone: str
    period: str = "this-month"
    first: str | None = None
    last: str | None = None
    by: str = ""
    queue: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """A report that is asked for: its period as it was written, and the zone in which that is meant."""

    period: str
    zone: str
