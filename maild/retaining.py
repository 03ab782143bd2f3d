"""Retaining: what was kept long enough is forgotten, a few rows at a time, and figures stay.

    find some that are older than `privacy: retention` says → forget them (commit) → … → look again in an hour

Cut anywhere: what is forgotten is, what is not is found again.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event as Bell
from typing import Final

from maild.carrying import InForce
from maild.documents import format_duration
from maild.journal import Event, journal
from maild.model.decision import OutcomeKind
from maild.model.ticket import State
from maild.rules import Retention
from maild.store import MAILD, Removal, Store

LOOK_SECONDS: Final = 3600.0
_TICKETS: Final = (("closed", (State.CLOSED, State.MERGED)), ("spam", (State.SPAM,)))
_MAILS: Final = (
    ("held", (OutcomeKind.HELD,)),
    ("desk", (OutcomeKind.DESK, OutcomeKind.DUPLICATE)),
    ("raw", (OutcomeKind.ENTRY,)),
)

log = journal("retaining")


class Retaining:
    """The leg that forgets. One thread."""

    def __init__(self, store: Store, in_force: InForce, now: Callable[[], datetime]) -> None:
        self._store = store
        self._in_force = in_force
        self._now = now

    def run(self, stop: Bell) -> None:
        """Forget what is due until told to stop."""
        while not stop.is_set():
            self.forget_due(stop)
            stop.wait(LOOK_SECONDS)

    def forget_due(self, stop: Bell) -> int:
        """Forget all that was kept long enough by now; return how many tickets and mails that were."""
        retention, now = self._in_force.get()[0].rules.retention, self._now()
        counts = {name: 0 for name, _ in (*_TICKETS, *_MAILS)}
        for name, forget in self._portions(retention, now):
            while not stop.is_set() and (done := forget()):
                counts[name] += done
        if any(counts.values()):
            log.info(Event.KEPT_LONG_ENOUGH, **counts)
        return sum(counts.values())

    def _portions(self, retention: Retention, now: datetime) -> Iterator[tuple[str, Callable[[], int]]]:
        """Give what forgets a portion of each kind that is not kept for ever."""
        for name, states in _TICKETS:
            kept = getattr(retention, name)
            if kept is not None:
                yield name, lambda states=states, kept=kept, name=name: self._tickets(states, kept, name, now)  # type: ignore[misc]
        for name, outcomes in _MAILS:
            kept = getattr(retention, name)
            if kept is not None:
                yield name, lambda kinds=outcomes, kept=kept, name=name: self._mails(kinds, kept, name, now)  # type: ignore[misc]

    def _tickets(self, states: tuple[State, ...], kept: timedelta, name: str, now: datetime) -> int:
        record = _record(name, kept, now)
        return self._store.write(lambda tx: tx.forget_old_tickets(states, now - kept, record))

    def _mails(self, outcomes: tuple[OutcomeKind, ...], kept: timedelta, name: str, now: datetime) -> int:
        record = _record(name, kept, now)
        return self._store.write(lambda tx: tx.forget_old_arrivals(outcomes, now - kept, record))


def _record(name: str, kept: timedelta, now: datetime) -> Removal:
    return Removal(f"privacy.retention.{name} is {format_duration(kept)}", MAILD, now)
