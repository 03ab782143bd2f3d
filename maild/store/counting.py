"""How much there is of everything, for whoever watches the desk: numbers alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, func, select

from maild.store.snapshot import Snapshot
from maild.store.tables import arrival, outgoing_mail, ticket, timer

_mail = outgoing_mail.c


@dataclass(frozen=True, slots=True)
class Amounts:
    """`arrivals` are all that ever came, `unhandled` those not decided yet.

    `mails` and `tickets` are counts by state; `oldest_due_at` is that of the mails that wait, None for none; `overdue`
    are the timers that should have fired by now.
    """

    arrivals: int
    unhandled: int
    mails: Mapping[str, int]
    tickets: Mapping[str, int]
    oldest_due_at: datetime | None
    overdue: int


class Counting(Snapshot):
    """Counting what there is."""

    def count_amounts(self, now: datetime) -> Amounts:
        """Count everything; costs what the indices by state cost to read."""
        ask = self._connection.execute
        waiting = select(func.min(_mail.due_at)).where(_mail.claim.is_(None), _mail.ended_at.is_(None))
        overdue = select(func.count()).where(timer.c.done_at.is_(None), timer.c.due_at < now)
        return Amounts(
            arrivals=ask(select(func.coalesce(func.max(arrival.c.id), 0))).scalar_one(),
            unhandled=ask(select(func.count()).where(arrival.c.done_at.is_(None))).scalar_one(),
            mails=self._by_state(_mail.state),
            tickets=self._by_state(ticket.c.state),
            oldest_due_at=ask(waiting).scalar_one(),
            overdue=ask(overdue).scalar_one(),
        )

    def _by_state(self, state: Column[str]) -> dict[str, int]:
        return {
            row.state: row.n for row in self._connection.execute(select(state, func.count().label("n")).group_by(state))
        }
