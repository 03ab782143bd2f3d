"""How long deciding takes, counted for whoever watches the desk: a histogram for each kind of thing decided."""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from typing import Final

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds


@dataclass(slots=True)
class Durations:
    """How many took how long: `counts` lie between BOUNDS, the last beyond them; `seconds` are those of all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class Stopwatch:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._durations: dict[str, Durations] = {}

    @contextmanager
    def timed(self, kind: str, count: int) -> Iterator[None]:
        """Count what is done inside: `count` things of a kind that took the same share of it each."""
        begun = perf_counter()
        yield
        if count:
            self._note(kind, (perf_counter() - begun) / count, count)

    def durations(self) -> dict[str, Durations]:
        """Give what was counted so far, by kind."""
        with self._lock:
            return {kind: Durations(list(each.counts), each.seconds) for kind, each in self._durations.items()}

    def _note(self, kind: str, seconds: float, count: int) -> None:
        with self._lock:
            durations = self._durations.setdefault(kind, Durations())
            durations.counts[bisect_left(BOUNDS, seconds)] += count
            durations.seconds += seconds * count
