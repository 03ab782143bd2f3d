"""Editions of rules, templates and answers: what was laid before the daemon, what it took, what it decides by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, func, not_, or_, select, update

from maild.errors import StaleError
from maild.model.clocks import ClockState
from maild.model.edition import Edition, EditionFile, EditionState, FileKind, Holding
from maild.model.ticket import FINISHED, State
from maild.store.blobs import Packed, keep_blobs, pack, read_blobs
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import clock, edition, edition_file, ticket

# An edition whose calendars are older than those of so many others is asked no more.
MOST_RECOUNTED = 20
_NEWEST = select(edition).order_by(edition.c.id.desc()).limit(1)
_IN_FORCE = select(edition).where(edition.c.taken_at.is_not(None)).order_by(edition.c.id.desc()).limit(1)
_FILES = select(edition_file).order_by(edition_file.c.n)
_UNFINISHED = tuple(state.value for state in State if state not in FINISHED)
_HELD = (ticket.c.queue, ticket.c.team, ticket.c.category, ticket.c.assignee, ticket.c.agreement, ticket.c.terms)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edition on its way to the store, its texts packed outside of any transaction."""

    digest: str
    by: str
    is_attended: bool
    files: tuple[tuple[FileKind, str, Packed], ...]


def propose(digest: str, files: Sequence[EditionFile], by: str, *, is_attended: bool) -> Proposal:
    """Pack an edition."""
    packed = tuple((file.kind, file.name, pack(file.text.encode("utf-8", "surrogatepass"))) for file in files)
    return Proposal(digest, by, is_attended, packed)


class EditionReading(Snapshot):
    """Asking for editions, and for what they must not lose."""

    def newest_edition(self) -> Edition | None:
        """Give the last attempt at an edition, whatever became of it."""
        row = self._connection.execute(_NEWEST).one_or_none()
        return None if row is None else _edition(row)

    def proposed_editions(self) -> tuple[Edition, ...]:
        """Give the editions that still wait for an answer, in the order in which they are to be taken."""
        in_force = self.edition_in_force()
        waits = edition.c.state == EditionState.PROPOSED.value, edition.c.id > (in_force.id if in_force else 0)
        rows = self._connection.execute(select(edition).where(*waits).order_by(edition.c.id))
        return tuple(map(_edition, rows))

    def edition_in_force(self) -> Edition | None:
        """Give the edition by which the daemon decides, or did when it last worked."""
        row = self._connection.execute(_IN_FORCE).one_or_none()
        return None if row is None else _edition(row)

    def edition_at(self, at: datetime) -> Edition | None:
        """Give the edition by which the daemon decided at an instant, if it is kept."""
        row = self._connection.execute(_IN_FORCE.where(edition.c.taken_at <= at)).one_or_none()
        return None if row is None else _edition(row)

    def editions_to_recount(self) -> tuple[Edition, ...]:
        """Give the edition in force and those by whose calendars clocks may run still, the oldest first.

        None, once every running clock was recounted by what is in force.
        """
        taken = select(edition).where(edition.c.taken_at.is_not(None)).order_by(edition.c.id.desc())
        found: list[Found] = []
        for row in self._connection.execute(taken.limit(MOST_RECOUNTED)):
            found.append(row)
            if row.recounted_at is not None:
                break
        return tuple(map(_edition, reversed(found))) if len(found) > 1 else ()

    def counted_otherwise(self, stamps: Mapping[str, str], after: int, now: datetime, limit: int) -> tuple[int, ...]:
        """Name tickets beyond a number of which a clock runs by another version of its calendar than these.

        Or is dated by a time that is still to come.
        """
        by_these = or_(*((clock.c.calendar == name) & (clock.c.stamp == stamp) for name, stamp in stamps.items()))
        is_other = or_(not_(by_these), clock.c.at > now)
        others = (clock.c.ticket > after, clock.c.state == ClockState.RUNNING.value, is_other)
        rows = select(clock.c.ticket).where(*others).order_by(clock.c.ticket).distinct().limit(limit)
        return tuple(self._connection.execute(rows).scalars())

    def find_edition(self, edition_id: int) -> Edition | None:
        """Give an edition by its id."""
        row = self._connection.execute(select(edition).where(edition.c.id == edition_id)).one_or_none()
        return None if row is None else _edition(row)

    def files_of_edition(self, edition_id: int) -> tuple[EditionFile, ...]:
        """Give the texts of an edition; none are kept of one that whoever reloads refused."""
        rows = self._connection.execute(_FILES.where(edition_file.c.edition == edition_id)).all()
        texts = read_blobs(self._connection, (row.blob for row in rows))
        return tuple(
            EditionFile(FileKind(row.kind), row.name, texts[row.blob].decode("utf-8", "surrogatepass")) for row in rows
        )

    def holdings(self) -> tuple[Holding, ...]:
        """Say which queues, teams, categories and people unfinished tickets have."""
        return tuple(
            Holding(column.name, row.held, row.tickets, row.first)
            for column in _HELD
            for row in self._connection.execute(_holding(column))
        )

    def open_tickets_with(self, field: str, value: str, limit: int) -> tuple[int, ...]:
        """Name unfinished tickets that have a value in a field, the first ones first."""
        has = (ticket.c.state.in_(_UNFINISHED), ticket.c[field] == value)
        rows = self._connection.execute(select(ticket.c.number).where(*has).order_by(ticket.c.number).limit(limit))
        return tuple(row.number for row in rows)


class EditionWriting(Snapshot):
    """Laying editions before the daemon, and settling what becomes of them."""

    def propose_edition(self, one: Proposal, now: datetime) -> int:
        """Lay an edition before the daemon; return its id."""
        made = self._record(one, EditionState.PROPOSED, (), now)
        blobs = keep_blobs(self._connection, (packed for _, _, packed in one.files))
        rows = [
            {"edition": made, "n": n, "kind": kind.value, "blob": blobs[packed.sha256], "name": name}
            for n, (kind, name, packed) in enumerate(one.files)
        ]
        if rows:
            self._connection.execute(edition_file.insert(), rows)
        return made

    def record_refusal(self, one: Proposal, words: Sequence[str], now: datetime) -> int | None:
        """Record that an edition was found wanting before it came to the daemon; its texts are not kept.

        None, and nothing is recorded, where somebody else had it taken meanwhile.
        """
        in_force = self._connection.execute(_IN_FORCE).one_or_none()
        if in_force is not None and in_force.digest == one.digest:
            return None
        return self._record(one, EditionState.REFUSED, words, now)

    def take_edition(self, edition_id: int, words: Sequence[str], now: datetime) -> None:
        """Let everything be decided by a proposed edition from now on; raises StaleError where it is not proposed."""
        self._settle(edition_id, EditionState.TAKEN, words, now)

    def refuse_edition(self, edition_id: int, words: Sequence[str]) -> None:
        """Refuse a proposed edition; raises StaleError where it is not proposed."""
        self._settle(edition_id, EditionState.REFUSED, words, None)

    def restamp_clocks(self, numbers: Sequence[int], stamps: Mapping[str, str]) -> None:
        """Let clocks of tickets that run by another version of their calendar run by this one: it says the same."""
        for name, stamp in stamps.items():
            runs = (clock.c.state == ClockState.RUNNING.value, clock.c.calendar == name, clock.c.stamp != stamp)
            mine = update(clock).where(clock.c.ticket.in_(numbers), *runs)
            self._connection.execute(mine.values(stamp=stamp))

    def record_recounted(self, now: datetime) -> None:
        """Record that every running clock is counted by the edition in force."""
        taken = (edition.c.taken_at.is_not(None), edition.c.recounted_at.is_(None))
        self._connection.execute(update(edition).where(*taken).values(recounted_at=now))

    def _record(self, one: Proposal, state: EditionState, words: Sequence[str], now: datetime) -> int:
        row = {"digest": one.digest, "state": state.value, "by": one.by, "is_attended": one.is_attended, "at": now}
        written = edition.insert().values(**row, words="\n".join(words)).returning(edition.c.id)
        made: int = self._connection.execute(written).scalar_one()
        return made

    def _settle(self, edition_id: int, state: EditionState, words: Sequence[str], taken_at: datetime | None) -> None:
        is_open = (edition.c.id == edition_id, edition.c.state == EditionState.PROPOSED.value)
        values = {"state": state.value, "words": "\n".join(words), "taken_at": taken_at}
        if not self._connection.execute(update(edition).where(*is_open).values(**values)).rowcount:
            raise StaleError(f"edition {edition_id} waits for no answer")


def _edition(row: Found) -> Edition:
    return Edition(
        id=row.id,
        digest=row.digest,
        state=EditionState(row.state),
        by=row.by,
        is_attended=row.is_attended,
        at=row.at,
        taken_at=row.taken_at,
        words=tuple(row.words.splitlines()),
    )


def _holding(column: Column[str]) -> Select[Any, Any, Any]:
    count, first = func.count().label("tickets"), func.min(ticket.c.number).label("first")
    is_held = (ticket.c.state.in_(_UNFINISHED), column.is_not(None))
    return select(column.label("held"), count, first).where(*is_held).group_by(column).order_by(first)
