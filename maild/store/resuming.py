"""Verbs for a desk that was restored: what it may have done since, and what it does not know.

BUGS
    What the ledger knows of a mailbox is read into memory: some 100 MB for a million arrivals.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from maild.model.decision import Timer
from maild.model.ticket import State
from maild.store.dialect import in_chunks
from maild.store.looking import MailRow, mail_rows
from maild.store.snapshot import Snapshot
from maild.store.tables import arrival, outgoing_mail, timer
from maild.store.timers import as_timer

_mail = outgoing_mail.c


class ResumeReading(Snapshot):
    """Asking what is due, and what is known."""

    def list_due_mails(self, now: datetime) -> tuple[MailRow, ...]:
        """Give the mails that would go at once, oldest first."""
        due = (_mail.ended_at.is_(None), _mail.claim.is_(None), _mail.due_at <= now)
        return mail_rows(self._connection, *due)

    def list_due_timers(self, now: datetime) -> tuple[Timer, ...]:
        """Give the timers that would fire at once, oldest first."""
        due = select(timer).where(timer.c.done_at.is_(None), timer.c.due_at <= now).order_by(timer.c.id)
        return tuple(as_timer(row) for row in self._connection.execute(due))

    def find_last_arrival_at(self) -> datetime | None:
        """Say when the last arrival was recorded."""
        newest = select(arrival.c.recorded_at).order_by(arrival.c.id.desc()).limit(1)
        at: datetime | None = self._connection.execute(newest).scalar_one_or_none()
        return at

    def sketches_of(self, mailbox: str) -> frozenset[tuple[datetime | None, int]]:
        """Say when the server received each known mail of a mailbox, and its size."""
        known = select(arrival.c.received_at, arrival.c.size).where(arrival.c.mailbox == mailbox)
        return frozenset((row.received_at, row.size) for row in self._connection.execute(known))

    def find_fingerprints(self, mailbox: str, prints: Iterable[str]) -> frozenset[str]:
        """Give those of the fingerprints that a mailbox's arrivals have."""
        known: set[str] = set()
        for some in in_chunks(prints):
            here = select(arrival.c.fingerprint).where(arrival.c.fingerprint.in_(some), arrival.c.mailbox == mailbox)
            known.update(self._connection.execute(here).scalars())
        return frozenset(known)


class ResumeWriting(Snapshot):
    """Settling what is due."""

    def take_over_waiting(self, state: State) -> int:
        """Let arrivals that wait be filed without a word to the outside; return how many."""
        waiting = update(arrival).where(arrival.c.done_at.is_(None), arrival.c.taken_over_as.is_(None))
        return self._connection.execute(waiting.values(taken_over_as=state.value, is_told=True)).rowcount

    def end_timers(self, timer_ids: Sequence[int], now: datetime) -> None:
        """End timers without their effect."""
        for some in in_chunks(timer_ids):
            self._connection.execute(update(timer).where(timer.c.id.in_(some)).values(done_at=now, claim=None))
