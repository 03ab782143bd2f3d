"""Who may be the daemon of a database: one process at a time, whichever the database is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Protocol, Self

from maild.errors import StoreUnusableError
from maild.store.lock import DaemonFile
from maild.store.postgresql import DaemonSession


class _Seat(Protocol):
    """What only one process can sit on."""

    @property
    def fence(self) -> int | None: ...
    @property
    def is_lost(self) -> bool: ...
    def is_free(self) -> bool: ...
    def try_take(self) -> bool: ...
    def take(self, stop: Event) -> bool: ...
    def watched(self, tell: Callable[[], None]) -> AbstractContextManager[None]: ...
    def close(self) -> None: ...


class DaemonLock:
    """Held for life by the one daemon of a database; a context manager that gives it back.

    Raises StoreUnusableError where the directory can neither be made nor used, or the server not be reached.
    """

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self._seat: _Seat = DaemonFile(directory) if url is None else DaemonSession(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._seat.close()

    @property
    def fence(self) -> int | None:
        """The number under which the database knows whether the lock is still ours; None where it cannot be lost."""
        return self._seat.fence

    @property
    def is_lost(self) -> bool:
        """Whether the lock was ours and is not any more: another daemon may work by now."""
        return self._seat.is_lost

    def is_free(self) -> bool:
        """Say whether no daemon works on this database at this moment."""
        return self._seat.is_free()

    def try_take(self) -> bool:
        """Take the lock, if nobody has it."""
        return self._seat.try_take()

    def take(self, stop: Event) -> bool:
        """Wait until the lock is ours; False if told to stop before."""
        return self._seat.take(stop)

    def watched(self, tell: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `tell`, from any thread, when the lock is lost while a block runs, or was before."""
        return self._seat.watched(tell)


@contextmanager
def no_daemon(directory: Path, url: str | None, why: str) -> Iterator[DaemonLock]:
    """Be in the daemon's place for a block; raises StoreUnusableError, with `why` that is needed, where one works."""
    with DaemonLock(directory, url) as lock:
        if not lock.try_take():
            raise StoreUnusableError(f"a daemon works on this database, and {why}: stop the daemon first")
        yield lock
