"""Timers: due instants, claimed, and done when what they caused is carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from maild.errors import StaleError
from maild.model.decision import Timer, TimerKind
from maild.model.pausing import PauseKind
from maild.store.forgetting import NO_STORY
from maild.store.pauses import is_working
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import explanation, timer


@dataclass(frozen=True, slots=True)
class FiredTimer:
    """A timer, when it was carried out, and the story of what it decided, as it was written then."""

    timer: Timer
    at: datetime
    story: str


class TimerReading(Snapshot):
    """Asking for timers."""

    def next_timer_at(self) -> datetime | None:
        """Say when the next timer that nobody has in hand falls due."""
        waiting = select(func.min(timer.c.due_at)).where(timer.c.done_at.is_(None), timer.c.claim.is_(None))
        due_at: datetime | None = self._connection.execute(waiting).scalar_one_or_none()
        return due_at

    def timers_in_hand(self, ids: Sequence[int], claim: str) -> frozenset[int]:
        """Say which of these timers a claim holds still."""
        ours = select(timer.c.id).where(timer.c.id.in_(ids), timer.c.claim == claim, timer.c.done_at.is_(None))
        return frozenset(self._connection.execute(ours).scalars())

    def timers_of(self, number: int) -> tuple[Timer, ...]:
        """Give what is to come for a ticket, by when it falls due."""
        waiting = select(timer).where(timer.c.ticket == number, timer.c.done_at.is_(None))
        rows = self._connection.execute(waiting.order_by(timer.c.due_at, timer.c.id))
        return tuple(as_timer(row) for row in rows)

    def fired_timers(self, number: int) -> tuple[FiredTimer, ...]:
        """Give what timers decided about a ticket, in that order; nothing of what is forgotten."""
        told = select(timer, explanation.c.at, explanation.c.text)
        mine = told.join(explanation, explanation.c.timer == timer.c.id).where(timer.c.ticket == number)
        mine = mine.where(explanation.c.text != NO_STORY)
        rows = self._connection.execute(mine.order_by(explanation.c.id))
        return tuple(FiredTimer(as_timer(row), row.at, row.text) for row in rows)


class TimerWriting(Snapshot):
    """Taking timers in hand."""

    def claim_timers(self, claim: str, limit: int, now: datetime) -> tuple[Timer, ...]:
        """Take the timers that are due, the oldest first.

        A timer of the same claim that was left undone is given again.
        """
        is_free = timer.c.claim.is_(None) | (timer.c.claim == claim)
        due = select(timer).where(
            timer.c.done_at.is_(None), timer.c.due_at <= now, is_free, is_working(PauseKind.TIMERS)
        )
        due = due.order_by(timer.c.due_at, timer.c.id).limit(limit).with_for_update(skip_locked=True)
        rows = self._connection.execute(due).all()
        timers = tuple(as_timer(row) for row in rows)
        self._set_claim([one.id for one in timers], claim)
        return timers

    def postpone_timer(self, timer_id: int, claim: str, due_at: datetime) -> None:
        """Put back a timer that could not be carried out, to fall due again at another time."""
        ours = (timer.c.id == timer_id, timer.c.claim == claim, timer.c.done_at.is_(None))
        if not self._connection.execute(update(timer).where(*ours).values(claim=None, due_at=due_at)).rowcount:
            raise StaleError(f"timer {timer_id} is not in our hands")

    def _set_claim(self, ids: Sequence[int], claim: str) -> None:
        if ids:
            self._connection.execute(update(timer).where(timer.c.id.in_(ids)).values(claim=claim))


def as_timer(row: Found) -> Timer:
    """Make a row a value."""
    return Timer(row.id, TimerKind(row.kind), row.ticket, row.subject_id, row.due_at, row.about)
