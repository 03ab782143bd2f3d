"""What keeps the desk from working (a pause of a person's, a restored backup), and where it is at home.

The verbs that take work in hand ask for themselves whether it rests: no leg can forget to.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, select

from maild.model.pausing import Home, Pause, PauseKind
from maild.store.dialect import insert_new
from maild.store.snapshot import Snapshot
from maild.store.tables import home, pause

_PAUSES = select(pause).order_by(pause.c.kind)
_HOME = select(home.c.machine, home.c.path)


def is_working(kind: PauseKind) -> ColumnElement[bool]:
    """Say that nobody paused this."""
    return ~exists().where(pause.c.kind == kind.value)


def is_paused(connection: Connection, kind: PauseKind) -> bool:
    """Whether somebody paused this."""
    return connection.execute(select(pause.c.kind).where(pause.c.kind == kind.value)).first() is not None


class PauseReading(Snapshot):
    """Asking what rests, and where we are."""

    def pauses(self) -> tuple[Pause, ...]:
        """Give all that rests."""
        rows = self._connection.execute(_PAUSES)
        return tuple(Pause(PauseKind(row.kind), row.at, row.by, row.reason, row.since) for row in rows)

    def find_pause(self, kind: PauseKind) -> Pause | None:
        """Give one pause, if there is one."""
        return next((one for one in self.pauses() if one.kind is kind), None)

    def find_home(self) -> Home | None:
        """Say where the daemon last worked on this database; None where it never did, or need not know."""
        row = self._connection.execute(_HOME).one_or_none()
        return None if row is None else Home(row.machine, row.path)


class PauseWriting(Snapshot):
    """Stopping work, and letting it go on."""

    def pause(self, one: Pause) -> None:
        """Let something rest from now on; a pause that is there stays as it is."""
        row = {"kind": one.kind.value, "at": one.at, "by": one.by, "reason": one.reason, "since": one.since}
        self._connection.execute(insert_new(self._connection, pause), row)

    def lift_pause(self, kind: PauseKind) -> bool:
        """Let something go on; False if it did not rest."""
        return bool(self._connection.execute(delete(pause).where(pause.c.kind == kind.value)).rowcount)

    def move_home(self, where: Home | None, now: datetime) -> None:
        """Remember where the database lies from now on; None forgets it."""
        self._connection.execute(delete(home))
        if where is not None:
            self._connection.execute(home.insert().values(id=1, machine=where.machine, path=where.path, at=now))
