"""What the pages are given: the desk's store and clock, and how to ask them without holding up other visitors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from maild.carrying import InForce
from maild.config import Config
from maild.stopwatch import Stopwatch
from maild.store import Reader, Store
from maild.supervising import Supervisor
from maild.troubles import Board
from maild.web.limiting import Limiter
from maild.web.turns import Turns

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """All that a page may ask. `done` is called once something was carried out: mails may wait, timers run.

    `limiter` counts wrong links by visitor, `answers` what was said on pages by the mail that led there.
    """

    config: Config
    store: Store
    in_force: InForce
    now: Callable[[], datetime]
    board: Board
    supervisor: Supervisor
    watch: Stopwatch
    limiter: Limiter
    answers: Limiter
    done: Callable[[], None]
    _turns: Turns = field(default_factory=Turns, repr=False)

    async def apart(self, work: Callable[[], T]) -> T:
        """Do what blocks in a thread; a few at a time, and nobody waits for it at the end."""
        return await self._turns.apart(work)

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Read one snapshot of the store."""
        return await self.apart(lambda: self.store.read(work))
