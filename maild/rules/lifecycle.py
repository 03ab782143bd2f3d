"""What becomes of a ticket when nobody says anything: reminded, resolved, closed; and how long it may be reopened."""

from dataclasses import dataclass
from datetime import timedelta

from maild.rules.agreements import WorkDuration
from maild.rules.ladders import REAL

_TWO_WEEKS = WorkDuration(0, timedelta(days=14))


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


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The section `lifecycle`."""

    waiting: Waiting = Waiting()
    resolved: Resolved = Resolved()
    closed: Closed = Closed()


DEFAULT_LIFECYCLE = Lifecycle()
