"""What the desk does by schedule, each at most once; and whom it keeps out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from maild.model.decision import TimerKind
from maild.model.occasion import BlockedSender, Occasion, PlannedOccasion, parse_occasion
from maild.store.snapshot import Snapshot
from maild.store.tables import blocked, timer

# Longer than from one month's first day to the next one's.
_LATELY = timedelta(days=60)
_IS_OCCASION = and_(timer.c.ticket.is_(None), timer.c.kind == TimerKind.OCCASION.value)
_IS_WAITING = and_(_IS_OCCASION, timer.c.done_at.is_(None))


class OccasionReading(Snapshot):
    """Asking what the desk is to do by itself, and did."""

    def occasions(self, now: datetime) -> tuple[PlannedOccasion, ...]:
        """Give those that are to come, and those of late that are done."""
        is_wanted = or_(timer.c.done_at.is_(None), timer.c.due_at > now - _LATELY)
        rows = self._connection.execute(select(timer).where(_IS_OCCASION, is_wanted).order_by(timer.c.id))
        return tuple(PlannedOccasion(parse_occasion(row.about), row.due_at, row.done_at) for row in rows)

    def list_blocked(self) -> tuple[BlockedSender, ...]:
        """Give everybody whose mail is held, whatever it is."""
        rows = self._connection.execute(select(blocked).order_by(blocked.c.address))
        return tuple(BlockedSender(row.address, row.by, row.at) for row in rows)


class OccasionWriting(Snapshot):
    """Planning what the desk is to do by itself."""

    def plan_occasions(self, due: Mapping[Occasion, datetime]) -> None:
        """Let these be to come, at their times, and no others; what is planned so already stays as it is."""
        wanted = {str(occasion): due_at for occasion, due_at in due.items()}
        rows = self._connection.execute(select(timer.c.id, timer.c.about, timer.c.due_at).where(_IS_WAITING)).all()
        kept: set[str] = set()
        for row in rows:
            due_at = wanted.get(row.about) if row.about not in kept else None
            kept.add(row.about)
            if due_at is None:
                self._connection.execute(delete(timer).where(_is(row.id)))
            elif due_at != row.due_at:
                self._connection.execute(update(timer).where(_is(row.id)).values(due_at=due_at))
        for about, due_at in wanted.items():
            if about not in kept:
                new = {"kind": TimerKind.OCCASION.value, "ticket": None, "subject_id": 0, "about": about}
                self._connection.execute(timer.insert().values({**new, "due_at": due_at}))

    def unblock(self, address: str) -> bool:
        """Let mail from an address be handled as any other; False if it was not blocked."""
        return bool(self._connection.execute(delete(blocked).where(blocked.c.address == address.lower())).rowcount)


def _is(timer_id: int) -> ColumnElement[bool]:
    return timer.c.id == timer_id
