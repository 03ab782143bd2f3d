"""Turns: how many threads ask the store for visitors at once.

Whoever goes away leaves their turn taken until their work is done: a database that hangs is asked by so many threads,
and not by one for each visitor who lost patience.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from maild.apart import begin_apart

MOST_AT_ONCE: Final = 8

T = TypeVar("T")


class Turns:
    """Used in the web's loop alone."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._free = asyncio.Semaphore(most)

    async def apart(self, work: Callable[[], T]) -> T:
        """Do what blocks in a thread, when it is its turn; nobody waits for it at the end."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        outcome = begin_apart(work, "web")
        outcome.add_done_callback(lambda _: self._release(loop))
        return await asyncio.wrap_future(outcome)

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the day is over, and its loop with it
            loop.call_soon_threadsafe(self._free.release)
