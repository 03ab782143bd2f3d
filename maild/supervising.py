"""Legs kept at work: one that fails begins again and says why, and all of them end in time."""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from maild.errors import ReaderLostError, StoreBusyError, StoreUnusableError
from maild.journal import Event, journal
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.troubles import Board

RESTART_SECONDS = 5
DATABASE = TroubleSpot(TroubleKind.DATABASE)
READERS = TroubleSpot(TroubleKind.READERS)

log = journal("daemon")


class Supervisor:
    """Begins legs again, and notes on the board what they fail of."""

    def __init__(self, board: Board, steady: Callable[[], float]) -> None:
        self._board = board
        self._steady = steady
        self._begun = steady()
        self._legs: dict[str, None] = {}

    def legs(self) -> tuple[str, ...]:
        """Name the legs that were begun."""
        return tuple(self._legs)

    def age(self) -> float:
        """Say for how many seconds there have been legs."""
        return self._steady() - self._begun

    def supervise(self, name: str, work: Callable[[], None], stop: threading.Event) -> None:
        """Run a leg until it is told to stop; one that fails begins again."""
        self._legs[name] = None
        while not stop.is_set():
            self._board.clear(TroubleSpot(TroubleKind.LEG, name))
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the one place where a leg may fail as it likes
                self._tell_failure(name, error, is_stopping=stop.is_set())
                stop.wait(RESTART_SECONDS)

    async def supervise_task(self, name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Run a leg of the loop until it is told to stop; one that fails begins again."""
        self._legs[name] = None
        while not stop.is_set():
            self._board.clear(TroubleSpot(TroubleKind.LEG, name))
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - as above
                self._tell_failure(name, error, is_stopping=stop.is_set())
                await wait_for_stop(stop, RESTART_SECONDS)

    def _tell_failure(self, name: str, error: Exception, *, is_stopping: bool) -> None:
        """Log why a leg failed: a word for what is known to happen, the whole trace for what nobody foresaw."""
        about = {"failed": name, "reason": str(error), "again_in": RESTART_SECONDS}
        match error:
            case ReaderLostError() if is_stopping:
                pass  # we stopped them ourselves
            case StoreBusyError():
                if times := self._board.note(DATABASE, str(error)):
                    log.warning(Event.STORE_BUSY, **about, times=times)
            case StoreUnusableError():
                if times := self._board.note(DATABASE, str(error)):
                    log.error(Event.STORE_UNUSABLE, **about, times=times)
            case ReaderLostError():
                if times := self._board.note(READERS, str(error)):
                    log.error(Event.READERS_LOST, **about, times=times)
            case _:
                reason = f"{type(error).__name__}: {error}"
                if times := self._board.note(TroubleSpot(TroubleKind.LEG, name), reason):
                    log.error(Event.LEG_FAILED, failed=name, again_in=RESTART_SECONDS, times=times, exc_info=error)


async def wait_for_stop(stop: asyncio.Event, seconds: float) -> None:
    """Return when told to stop, or after so many seconds."""
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([waiting], timeout=seconds)
    waiting.cancel()


async def drain(tasks: Sequence["asyncio.Task[None]"], threads: Sequence[threading.Thread], deadline: float) -> None:
    """Wait until all legs have ended, but no longer than the loop's time `deadline` for all of them together.

    A server that hangs holds its leg for minutes; what such a leg has in hand is taken up at the next start.
    """
    loop = asyncio.get_running_loop()
    if tasks:
        await asyncio.wait(tasks, timeout=deadline - loop.time())
    late = [task for task in tasks if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for thread in threads:
        # Nothing else is to be done in this loop by now.
        thread.join(max(deadline - loop.time(), 0))
    names = [task.get_name() for task in late] + [thread.name for thread in threads if thread.is_alive()]
    if names:
        log.warning(Event.LEGS_LEFT, legs=names)


@contextmanager
def stopping_by_signal(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop` while nothing else listens to them."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
