"""Arrivals: recorded once for ever, taken in hand, shown on the server when done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, bindparam, func, select, update

from maild.errors import StaleError
from maild.model.decision import OutcomeKind
from maild.model.mail import Arrival, Fetched, Place
from maild.model.pausing import PauseKind
from maild.model.ticket import State
from maild.store.blobs import Packed, keep_blobs, read_blobs
from maild.store.dialect import any_of, in_chunks, insert_new
from maild.store.pauses import is_working
from maild.store.snapshot import Found, Snapshot, light
from maild.store.tables import arrival, arrival_event, entry, epoch, ticket

_Folder = Mapping[str, object]
_HERE = (
    arrival.c.mailbox == bindparam("mailbox"),
    arrival.c.folder == bindparam("folder"),
    arrival.c.uidvalidity == bindparam("uidvalidity"),
)
_UIDS = select(arrival.c.uid).where(*_HERE, any_of(arrival.c.uid, "uids"))
_UNSHOWN = (
    select(arrival.c.id, arrival.c.uid, arrival.c.outcome)
    .where(*_HERE, arrival.c.shown_at.is_(None), arrival.c.done_at.is_not(None))
    .order_by(arrival.c.id)
    .limit(bindparam("limit"))
)
# By content alone: asked for the folder too, SQLite would go through all that ever came from it.
_ALIKE = (
    select(arrival.c.fingerprint, arrival.c.id, arrival.c.mailbox, arrival.c.folder, arrival.c.uidvalidity)
    .where(any_of(arrival.c.fingerprint, "prints"))
    .order_by(arrival.c.id.desc())
)
_WAITING = (
    select(arrival)
    .where(arrival.c.done_at.is_(None), arrival.c.claim.is_(None) | (arrival.c.claim == bindparam("by")))
    .where(is_working(PauseKind.MAIL))
    .order_by(arrival.c.taken_over_as, arrival.c.id)
    .with_for_update(skip_locked=True)
)
_NEW = _WAITING.where(arrival.c.taken_over_as.is_(None))
_OLD = _WAITING.where(arrival.c.taken_over_as.is_not(None))
_OLD_LEFT = (
    select(func.count())
    .where(arrival.c.done_at.is_(None), arrival.c.taken_over_as.is_not(None))
    .where(arrival.c.mailbox == bindparam("mailbox"), arrival.c.folder == bindparam("folder"))
)
_RELEASES = (
    select(arrival_event.c.arrival, arrival_event.c.by)
    .where(any_of(arrival_event.c.arrival, "ids"), arrival_event.c.what == "released")
    .order_by(arrival_event.c.id)
)
_INSERT = arrival.insert()
IS_HELD = (arrival.c.outcome == OutcomeKind.HELD.value) & arrival.c.discarded_at.is_(None)
_IS_DESKS = (arrival.c.outcome == OutcomeKind.DESK.value) & arrival.c.forgotten_at.is_(None)
AGAIN: _Folder = MappingProxyType(
    {"outcome": None, "reason": "", "done_at": None, "claim": None, "attempts": 0, "shown_at": None}
)
_OPENED_SPAM = (
    (
        select(ticket.c.number)
        .join(entry, (entry.c.ticket == ticket.c.number) & (entry.c.n == 1))
        .where(ticket.c.number == arrival.c.ticket, ticket.c.state == State.SPAM.value, entry.c.arrival == arrival.c.id)
        .exists()
    )
    & arrival.c.done_at.is_not(None)
    & arrival.c.forgotten_at.is_(None)
)
_MOST_OLD = 50  # of old mail in one claim: what comes meanwhile waits for no more


@dataclass(frozen=True, slots=True)
class NewArrival:
    """A message as fetched, with what was computed of it before the transaction.

    `taken_over_as` marks mail that is older than the desk's work: the state of the ticket that it opens. `is_told`:
    the desk's people hear of it. `is_shown`: it lies where its outcome once put it.
    """

    fetched: Fetched
    fingerprint: str
    packed: Packed
    taken_over_as: State | None = None
    is_told: bool = False
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class FirstSight:
    """When the desk first saw a folder: the UIDs below `old_below` lay there already."""

    uidvalidity: int
    old_below: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ArrivalCounts:
    """How many messages were new, how many only had a new UID, how many were there already."""

    new: int
    rekeyed: int
    known: int


@dataclass(frozen=True, slots=True)
class Unshown:
    """An arrival whose outcome its server does not show yet."""

    arrival: int
    uid: int
    kind: OutcomeKind


class ArrivalReading(Snapshot):
    """Asking for arrivals."""

    def find_uids(self, mailbox: str, folder: str, uidvalidity: int, among: Iterable[int]) -> frozenset[int]:
        """Give those of the UIDs that the ledger knows in a folder's epoch."""
        here = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
        known: set[int] = set()
        for some in in_chunks(among):
            known.update(self._connection.execute(_UIDS, {**here, "uids": some}).scalars())
        return frozenset(known)

    def find_first_sight(self, mailbox: str, folder: str) -> FirstSight | None:
        """Say when the desk first saw a folder, and what lay there; None if it never did, or before it kept that."""
        seen = select(epoch.c.uidvalidity, epoch.c.old_below, epoch.c.begun_at)
        here = (epoch.c.mailbox == mailbox, epoch.c.folder == folder, epoch.c.old_below.is_not(None))
        row = self._connection.execute(seen.where(*here)).one_or_none()
        return None if row is None else FirstSight(row.uidvalidity, row.old_below, row.begun_at)

    def count_old_left(self, mailbox: str, folder: str) -> int:
        """Count a folder's old arrivals that are recorded and not handled yet."""
        return self._connection.execute(_OLD_LEFT, {"mailbox": mailbox, "folder": folder}).scalar_one()

    def find_uidvalidity(self, mailbox: str, folder: str) -> int | None:
        """Give the epoch of a folder that was begun last."""
        epochs = select(epoch.c.uidvalidity).where(epoch.c.mailbox == mailbox, epoch.c.folder == folder)
        newest = self._connection.execute(epochs.order_by(epoch.c.id.desc()).limit(1))
        uidvalidity: int | None = newest.scalar_one_or_none()
        return uidvalidity

    def find_unshown(self, mailbox: str, folder: str, uidvalidity: int, limit: int) -> tuple[Unshown, ...]:
        """Give arrivals of a folder's epoch that are done and not shown, the oldest first."""
        here = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
        rows = self._connection.execute(_UNSHOWN, {**here, "limit": limit})
        return tuple(Unshown(row.id, row.uid, OutcomeKind(row.outcome)) for row in rows)


class ArrivalWriting(Snapshot):
    """Recording arrivals and taking them in hand."""

    def begin_epoch(self, mailbox: str, folder: str, uidvalidity: int, old_below: int | None, now: datetime) -> None:
        """Note that a folder numbers its messages anew; `old_below` only at the very first sight of the folder."""
        place = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
        row = {**place, "old_below": old_below, "begun_at": now}
        self._connection.execute(insert_new(self._connection, epoch), row)

    def record_arrivals(
        self, mailbox: str, folder: str, uidvalidity: int, new: Sequence[NewArrival], now: datetime
    ) -> ArrivalCounts:
        """Keep messages of one folder; those that the ledger has already change nothing.

        A message whose content is known in this folder under an older UIDVALIDITY is that message: only its key is
        renewed, and its outcome is shown again, because it lies in the folder again.
        """
        place = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
        known = self._known_uids(place, [one.fetched.uid for one in new])
        unknown = [one for one in new if one.fetched.uid not in known]
        moved = self._rekey(place, unknown)
        fresh = [one for one in unknown if one.fetched.uid not in moved]
        self._insert(place, fresh, now)
        return ArrivalCounts(new=len(fresh), rekeyed=len(moved), known=len(new) - len(unknown))

    def record_shown(self, arrival_ids: Sequence[int], now: datetime) -> None:
        """Note that the server shows these outcomes."""
        for some in in_chunks(arrival_ids):
            self._connection.execute(update(arrival).where(arrival.c.id.in_(some)).values(shown_at=now))

    def claim_arrivals(self, claim: str, limit: int, now: datetime) -> tuple[Arrival, ...]:  # noqa: ARG002 - leases need it
        """Take waiting arrivals in hand, the oldest first; fewer where they are large, but one at least.

        Old mail that is taken over comes after all other, a few at a time. An arrival of the same claim that was left
        undone is given again.
        """
        found = list(self._connection.execute(_NEW.limit(limit), {"by": claim}))
        if len(found) < limit:
            found += self._connection.execute(_OLD.limit(min(_MOST_OLD, limit - len(found))), {"by": claim})
        rows = light(found)
        if not rows:
            return ()
        ids = [row.id for row in rows]
        self._connection.execute(update(arrival).where(arrival.c.id.in_(ids)).values(claim=claim))
        raws = read_blobs(self._connection, (row.raw for row in rows))
        released_by = {row.arrival: row.by for row in self._connection.execute(_RELEASES, {"ids": ids})}
        return tuple(_arrival(row, raws[row.raw], released_by.get(row.id, "")) for row in rows)

    def count_attempt(self, arrival_id: int, claim: str) -> int:
        """Count a failed attempt against an arrival in hand; return how many there were."""
        ours = (arrival.c.id == arrival_id, arrival.c.claim == claim, arrival.c.done_at.is_(None))
        counted = update(arrival).where(*ours).values(attempts=arrival.c.attempts + 1).returning(arrival.c.attempts)
        attempts: int | None = self._connection.execute(counted).scalar_one_or_none()
        if attempts is None:
            raise StaleError(f"arrival {arrival_id} is not in our hands")
        return attempts

    def release_held(self, arrival_id: int, by: str, now: datetime) -> bool:
        """Let a held arrival be handled anew; False if it is not held."""
        return self._end(arrival_id, IS_HELD, AGAIN, what="released", by=by, now=now)

    def release_refused(self, arrival_id: int, by: str, now: datetime) -> bool:
        """Let a mail that became no ticket be handled anew; False if it became one, or waits."""
        return self._end(arrival_id, _IS_DESKS, AGAIN, what="released", by=by, now=now)

    def release_spam(self, arrival_id: int, by: str, now: datetime) -> bool:
        """Let a mail that opened a ticket as spam be handled anew; False if its ticket is not spam.

        It stays the mail of that ticket.
        """
        return self._end(arrival_id, _OPENED_SPAM, AGAIN, what="released", by=by, now=now)

    def discard_held(self, arrival_id: int, by: str, now: datetime) -> bool:
        """Take a held arrival off the list for good, its bytes kept; False if it is not held."""
        return self._end(arrival_id, IS_HELD, {"discarded_at": now}, what="discarded", by=by, now=now)

    def _end(
        self,
        arrival_id: int,
        is_so: ColumnElement[bool],
        values: Mapping[str, object],
        *,
        what: str,
        by: str,
        now: datetime,
    ) -> bool:
        change = update(arrival).where(arrival.c.id == arrival_id, is_so).values(values)
        ended = self._connection.execute(change).rowcount
        if ended:
            self._connection.execute(arrival_event.insert().values(arrival=arrival_id, at=now, what=what, by=by))
        return bool(ended)

    def _known_uids(self, place: _Folder, uids: Sequence[int]) -> set[int]:
        known: set[int] = set()
        for some in in_chunks(uids):
            known.update(self._connection.execute(_UIDS, {**place, "uids": some}).scalars())
        return known

    def _rekey(self, place: _Folder, new: Sequence[NewArrival]) -> set[int]:
        """Give known messages their new UIDs, each old one to one new one; return the UIDs given."""
        olds: defaultdict[str, list[int]] = defaultdict(list)
        # A message of which nothing came is like any other of which nothing came: their likeness says nothing.
        prints = {one.fingerprint for one in new if one.fetched.raw}
        for some in in_chunks(prints):
            for row in self._connection.execute(_ALIKE, {"prints": some}):
                is_here = (row.mailbox, row.folder) == (place["mailbox"], place["folder"])
                if is_here and row.uidvalidity != place["uidvalidity"]:
                    olds[row.fingerprint].append(row.id)
        given = {}
        for one in new:
            if one.fetched.raw and olds[one.fingerprint]:
                given[one.fetched.uid] = olds[one.fingerprint].pop()
        for uid, arrival_id in given.items():
            values = {"uidvalidity": place["uidvalidity"], "uid": uid, "shown_at": None}
            self._connection.execute(update(arrival).where(arrival.c.id == arrival_id).values(values))
        return set(given)

    def _insert(self, place: _Folder, fresh: Sequence[NewArrival], now: datetime) -> None:
        if not fresh:
            return
        blobs = keep_blobs(self._connection, (one.packed for one in fresh))
        rows = [_row(place, one, blobs[one.packed.sha256], now) for one in fresh]
        self._connection.execute(_INSERT, rows)


def _row(place: _Folder, one: NewArrival, raw: int, now: datetime) -> dict[str, object]:
    fetched = one.fetched
    # Messages of which nothing came are all alike, and yet none is another's duplicate.
    nothing = f"nothing of {'/'.join(map(str, place.values()))}/{fetched.uid}"
    return {
        **place,
        "uid": fetched.uid,
        "raw": raw,
        "fingerprint": one.fingerprint if fetched.raw else nothing,
        "size": fetched.size,
        "is_whole": fetched.is_whole,
        "received_at": fetched.received_at,
        "recorded_at": now,
        "shown_at": now if one.is_shown else None,
        "attempts": 0,
        "reason": "",
        "taken_over_as": one.taken_over_as,
        "is_told": one.is_told or None,
    }


def _arrival(row: Found, raw: bytes, released_by: str) -> Arrival:
    return Arrival(
        id=row.id,
        place=Place(row.mailbox, row.folder, row.uidvalidity, row.uid),
        raw=raw,
        fingerprint=row.fingerprint,
        size=row.size,
        is_whole=row.is_whole,
        recorded_at=row.recorded_at,
        attempts=row.attempts,
        released_by=released_by,
        taken_over_as=State(row.taken_over_as) if row.taken_over_as else None,
        is_told=bool(row.is_told),
        opened=row.ticket,
    )
