"""The daemon's clock, which notices when somebody sets it.

What time it is comes from the machine; that it was set is seen by a second clock that nobody can set. The new time is
doubted until it comes back to where it was, or has stood for an hour: until then no mail is given up for its age.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

JUMP: Final = timedelta(minutes=5)
BELIEVED_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """The clock was put forward `by` so much (back, where negative), and is doubted since, or is believed again."""

    by: timedelta
    is_doubted: bool


class Clock:
    """Thread-safe. `wall` tells the time, `steady` gives seconds of a clock that is never set.

    `stepped` is called in the thread that asked for the time when the clock was set, and when it is believed again.

    BUGS
        Being set by less than five minutes is not noticed, and does no harm.
    """

    def __init__(
        self, wall: Callable[[], datetime], steady: Callable[[], float], stepped: Callable[[Step, datetime], None]
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._stepped = stepped
        self._lock = Lock()
        self._last = self._believed = self._offset(wall())
        self._doubted_since: float | None = None

    def now(self) -> datetime:
        """Say what time it is."""
        with self._lock:
            now = self._wall()
            step = self._judge(self._offset(now))
        if step is not None:
            self._stepped(step, now)
        return now

    def _offset(self, now: datetime) -> timedelta:
        return timedelta(seconds=now.timestamp() - self._steady())

    def _judge(self, offset: timedelta) -> Step | None:
        by, self._last = offset - self._last, offset
        was_doubted = self._doubted_since is not None
        if abs(offset - self._believed) <= JUMP or self._has_stood(by):
            self._believed, self._doubted_since = offset, None
        elif not was_doubted or abs(by) > JUMP:
            self._doubted_since = self._steady()
        is_doubted = self._doubted_since is not None
        if abs(by) > JUMP or is_doubted is not was_doubted:
            return Step(by, is_doubted)
        return None

    def _has_stood(self, by: timedelta) -> bool:
        since = self._doubted_since
        return since is not None and abs(by) <= JUMP and self._steady() - since >= BELIEVED_AFTER.total_seconds()
