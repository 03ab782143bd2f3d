"""A ticket's clocks: how soon its customer is answered, told how it goes, and helped.

Time runs in a calendar of the rule files, by an agreement's target. What a clock has run stays, whatever changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ClockName(StrEnum):
    """What is waited for."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"  # from the oldest customer mail that is not answered
    UPDATE = "update"  # from the last word that the customer got
    RESOLUTION = "resolution"
    LADDER = "ladder"  # since the ticket was opened: what the steps of its ladder are due after


# What people wait for; the other one only counts.
PROMISED = tuple(name for name in ClockName if name is not ClockName.LADDER)


class ClockState(StrEnum):
    """Whether time runs: not in a state that pauses, nor once what was waited for is there."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a ticket, as it stood at `at`; lengths of time are working time of its calendar.

    `elapsed` had passed at `at`. `due_at` is when the target is reached if the clock runs on; None while it stands, and
    where that never comes. Of a clock that is late, or that was stopped, it stays. `stamp` tells one version of the
    calendar from another. A target of nothing is none: then nothing is due.
    """

    name: ClockName
    state: ClockState
    target: timedelta
    calendar: str
    stamp: str
    elapsed: timedelta
    at: datetime
    due_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it reached its target before it stood, or ran longer; one without a target only counts.

        Outside of working hours a clock is due that has run no longer than its target when it is stopped.
        """
        was_due = self.state is not ClockState.RUNNING and self.due_at is not None and self.due_at <= self.at
        return bool(self.target) and (self.elapsed > self.target or was_due)

    def is_late(self, now: datetime) -> bool:
        """Whether its target is missed: it was reached, or ran longer, and what is waited for had not come."""
        is_due = self.state is ClockState.RUNNING and self.due_at is not None and self.due_at <= now
        return self.is_over or is_due
