"""How the daemon's legs wake one another."""

import asyncio
import threading
from dataclasses import dataclass, field

from maild.imap import Wake


@dataclass(slots=True)
class Bells:
    """How one leg wakes another; a bell not heard is made up for by polling."""

    stop: threading.Event
    arrivals: threading.Event
    timers: threading.Event
    wakes: list[Wake]
    loop: asyncio.AbstractEventLoop
    stop_delivery: asyncio.Event
    outbox: list[asyncio.Event] = field(default_factory=list)

    def ring_done(self) -> None:
        """Arrivals were handled or timers fired: mails may wait, outcomes may be shown."""
        for wake in self.wakes:
            wake.ring()
        for bell in self.outbox:
            self.loop.call_soon_threadsafe(bell.set)

    def ring_decided(self) -> None:
        """Something was decided besides: mails may wait, and timers run."""
        self.timers.set()
        self.ring_done()

    def ring_rested(self) -> None:
        """Let everybody look for work, now that it rests no more."""
        self.arrivals.set()
        self.timers.set()
        self.ring_done()

    def ring_all(self) -> None:
        """Wake everyone, so that they see that the day is over."""
        self.stop.set()
        self.ring_rested()
        self.loop.call_soon_threadsafe(self.stop_delivery.set)
