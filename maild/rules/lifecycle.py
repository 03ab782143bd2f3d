"""What becomes of a ticket when nobody says anything: reminded, resolved, closed; and how long it may be reopened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from maild.rules.agreements import FITS_ALL, Agreement, Fits, WorkDuration
from maild.rules.effects import Whom
from maild.rules.ladders import REAL

_TWO_WEEKS = WorkDuration(0, timedelta(days=14), is_in_days=True)


@dataclass(frozen=True, slots=True)
class Waiting:
    """While a ticket waits for its customer: when they are reminded, and when it is called resolved; None is never.

    `calendar` None is that of the ticket's agreement, `real` wall time; so below.
    """

    remind: tuple[WorkDuration, ...] = ()
    resolve_after: WorkDuration | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """When a resolved ticket is closed that nobody contradicts."""

    close_after: WorkDuration | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """For how long a closed ticket is opened again by its customer's words; later ones open another."""

    reopen_within: WorkDuration = _TWO_WEEKS
    calendar: str | None = REAL


class Sending(StrEnum):
    """What becomes of an overdue update of the customer: an agent's draft, a mail of the desk's own, nothing."""

    DRAFT = "draft"
    AUTO = "auto"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Survey:
    """What is asked of a customer whose ticket was closed: at most so often of one address, answered until it expires.

    The answer is a number from 1 to `scale`; `low` and below are told to the managers, 0 tells nothing.
    """

    most: int = 1
    within: timedelta = timedelta(days=30)
    expires: WorkDuration = _TWO_WEEKS
    calendar: str | None = REAL
    scale: int = 5
    low: int = 2


@dataclass(frozen=True, slots=True)
class FollowUp:
    """When whoever brought a closed ticket that fits is asked whether it still holds."""

    after: WorkDuration
    calendar: str | None = None
    fits: Fits = FITS_ALL


@dataclass(frozen=True, slots=True)
class EscalationReview:
    """Who is asked, besides those who took part, what a closed ticket that fits taught."""

    ask: tuple[Whom, ...]
    fits: Fits = FITS_ALL


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The section `lifecycle`; without a survey, a follow-up or a review nobody is asked."""

    waiting: Waiting = Waiting()
    resolved: Resolved = Resolved()
    closed: Closed = Closed()
    update: Sending = Sending.OFF
    survey: Survey | None = None
    follow_up: FollowUp | None = None
    review: EscalationReview | None = None

    def lengths(self) -> Iterator[tuple[str | None, WorkDuration]]:
        """Give every length of time and its calendar, part by part."""
        waiting, resolved, closed = self.waiting, self.resolved, self.closed
        for work in (*waiting.remind, waiting.resolve_after):
            yield from ((waiting.calendar, work),) if work is not None else ()
        if resolved.close_after is not None:
            yield resolved.calendar, resolved.close_after
        yield closed.calendar, closed.reopen_within
        if self.survey is not None:
            yield self.survey.calendar, self.survey.expires
        if self.follow_up is not None:
            yield self.follow_up.calendar, self.follow_up.after


DEFAULT_LIFECYCLE = Lifecycle()


def durations_of(lifecycle: Lifecycle, agreements: Mapping[str, Agreement]) -> Iterator[tuple[str, WorkDuration]]:
    """Give every length of time, in each calendar in which tickets may count it; none where nothing is written."""
    if lifecycle is DEFAULT_LIFECYCLE:
        return
    agreed = {targets.calendar: None for each in agreements.values() for targets in each.targets.values()}
    for calendar, work in lifecycle.lengths():
        yield from ((each, work) for each in ((calendar,) if calendar is not None else (agreed or (REAL,))))
