"""The board on which the legs note what is wrong, and from which it is told: one alarm and one all-clear each.

A trouble is told once it has lasted for the board's patience, or at once if no waiting can mend it; its end once all
has been quiet for as long. What comes and goes in between is one trouble. Times are those of a clock that nobody sets.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

from maild.model.trouble import Alarm, TroubleKind, TroubleSpot

LINE_SECONDS: Final = 60.0  # between two log lines about one trouble
# Not a state but something that happens: it is over when it did not happen for so long.
PASSING_SECONDS: Final = {TroubleKind.ACKNOWLEDGEMENTS: 3600.0}


@dataclass(slots=True)
class _Trouble:
    """`quiet` is since when nothing is wrong, None while it is; `is_told` that an alarm went out."""

    reason: str
    begun: float
    noted: float
    quiet: float | None = None
    is_urgent: bool = False
    is_told: bool = False
    is_owed: bool = False


@dataclass(slots=True)
class _Lines:
    written: float
    unwritten: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """How it stands somewhere: whether all is well, for how many seconds it has been so, and what is or was wrong."""

    reason: str
    is_well: bool
    seconds: float


class Board:
    """Thread-safe. `steady` gives seconds of a clock that is never set, `patience` is how long a trouble may last."""

    def __init__(self, steady: Callable[[], float], patience: timedelta) -> None:
        self._steady = steady
        self._patience = patience.total_seconds()
        self._lock = Lock()
        self._troubles: dict[TroubleSpot, _Trouble] = {}
        self._lines: dict[TroubleSpot, _Lines] = {}

    def note(self, spot: TroubleSpot, reason: str, *, is_urgent: bool = False) -> int:
        """Note that something is wrong; `is_urgent` where waiting mends nothing.

        Returns how often that was noted since its last line in the log, and 0 where the next line would come too soon.
        """
        now = self._steady()
        with self._lock:
            trouble = self._troubles.setdefault(spot, _Trouble(reason, begun=now, noted=now))
            trouble.reason, trouble.noted = reason, now
            trouble.quiet = now if spot.kind in PASSING_SECONDS else None
            trouble.is_urgent = trouble.is_urgent or is_urgent
            return self._count_line(spot, now)

    def clear(self, spot: TroubleSpot) -> None:
        """Note that all is well there."""
        with self._lock:
            trouble = self._troubles.get(spot)
            if trouble is not None and trouble.quiet is None:
                trouble.quiet = self._steady()

    def is_ill(self, spot: TroubleSpot) -> bool:
        """Whether something was wrong there when it was last looked at."""
        with self._lock:
            trouble = self._troubles.get(spot)
            return trouble is not None and trouble.quiet is None

    def conditions(self) -> dict[TroubleSpot, Condition]:
        """Say how it stands wherever there is something to remember."""
        now = self._steady()
        with self._lock:
            return {
                spot: Condition(trouble.reason, True, now - trouble.quiet)
                if trouble.quiet is not None
                else Condition(trouble.reason, False, now - trouble.begun)
                for spot, trouble in self._troubles.items()
            }

    def restore(self, told: Iterable[Alarm]) -> None:
        """Take up the alarms that an earlier life of the daemon gave: they are not repeated, and their end is told."""
        now = self._steady()
        with self._lock:
            for alarm in told:
                begun = now - alarm.age.total_seconds()
                found = self._troubles.get(alarm.spot)
                trouble = found or _Trouble(alarm.reason, begun, noted=begun, quiet=_quiet_at_first(alarm.spot, now))
                trouble.begun, trouble.is_told = begun, True
                self._troubles[alarm.spot] = trouble

    def spots(self) -> tuple[TroubleSpot, ...]:
        """Name everything about which there is something to remember."""
        with self._lock:
            return tuple(sorted(self._troubles))

    def due(self) -> tuple[Alarm, ...]:
        """Say what must be told now; it stays due until it is settled."""
        now = self._steady()
        with self._lock:
            alarms = []
            for spot, trouble in sorted(self._troubles.items()):
                is_over = self._is_over(spot, trouble, now)
                if is_over and not (trouble.is_told or trouble.is_owed):
                    del self._troubles[spot]
                elif is_over or self._is_alarming(trouble, now):
                    trouble.is_owed = True
                    age = timedelta(seconds=now - trouble.begun)
                    alarms.append(Alarm(spot, trouble.reason, age, is_over=is_over))
            return tuple(alarms)

    def settle(self, alarm: Alarm) -> None:
        """Note that it was told."""
        with self._lock:
            if alarm.is_over:
                self._troubles.pop(alarm.spot, None)
            elif alarm.spot in self._troubles:
                self._troubles[alarm.spot].is_told = True

    def _is_alarming(self, trouble: _Trouble, now: float) -> bool:
        if trouble.is_told:
            return False
        lasted = (now if trouble.quiet is None else trouble.noted) - trouble.begun
        return trouble.is_urgent or lasted >= self._patience

    def _is_over(self, spot: TroubleSpot, trouble: _Trouble, now: float) -> bool:
        patience = PASSING_SECONDS.get(spot.kind, self._patience)
        return trouble.quiet is not None and now - trouble.quiet >= patience

    def _count_line(self, spot: TroubleSpot, now: float) -> int:
        lines = self._lines.get(spot)
        if lines is not None and now - lines.written < LINE_SECONDS:
            lines.unwritten += 1
            return 0
        times = 1 + (lines.unwritten if lines else 0)
        self._lines[spot] = _Lines(now)
        return times


def _quiet_at_first(spot: TroubleSpot, now: float) -> float | None:
    """Say since when a trouble of an earlier life is quiet: what is a state stays until somebody finds it well."""
    return now if spot.kind in PASSING_SECONDS else None
