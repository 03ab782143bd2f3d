"""Who may touch the database: a lock held for moments by every process, and one held for life by the daemon.

SQLite up to 3.51.2 can damage a WAL database on which two connections write or checkpoint at once; `maild.lock` lets
only one do so. Readers need no lock.

BUGS
    flock is of one machine: a state directory on a network file system is not protected by it.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Lock

from maild.errors import StoreBusyError, StoreUnusableError

PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.002
TAKEOVER_SECONDS = 0.5
_NAME_BYTES = 256


class WriteLock:
    """The exclusive lock around opening, each write transaction, checkpoint and closing.

    Who waits stands at the turnstile (a second file), so that a process that locks again and again cannot starve them.
    Threads of one process take turns by an ordinary lock, because flock does not tell them apart.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "maild.lock"
        self._file = _open(self._path)
        self._turnstile = _open(directory / "maild.turn")
        self._own = Lock()
        self._name = _own_bytes()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a block.

        Raises StoreBusyError after 5 s, saying which process has it.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        if not self._own.acquire(timeout=PATIENCE_SECONDS):
            raise self._busy()
        try:
            self._take(self._turnstile, deadline)
            try:
                self._take(self._file, deadline)
            finally:
                fcntl.flock(self._turnstile, fcntl.LOCK_UN)
            try:
                os.pwrite(self._file, self._name, 0)
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._own.release()

    def close(self) -> None:
        """Give the files back; the lock cannot be taken any more."""
        os.close(self._file)
        os.close(self._turnstile)

    def _take(self, file: int, deadline: float) -> None:
        while not _try(file):
            if time.monotonic() > deadline:
                raise self._busy()
            time.sleep(_POLL_SECONDS)

    def _busy(self) -> StoreBusyError:
        holder = os.pread(self._file, _NAME_BYTES, 0).rstrip(b"\0 ").decode("utf-8", "replace")
        return StoreBusyError(
            f"{self._path}: the database is in use by {holder or 'another process'} for more than "
            f"{PATIENCE_SECONDS:.0f} s: try again, or see what that process is doing"
        )


class DaemonFile:
    """`daemon.lock`, held for life by the one daemon of a database.

    Raises StoreUnusableError where the directory can neither be made nor used.
    """

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = _open(directory / "daemon.lock")
        except OSError as error:
            raise StoreUnusableError(f"{directory}: the state directory cannot be used: {error}") from error

    @property
    def is_lost(self) -> bool:
        """Never: the kernel keeps it as long as this process lives."""
        return False

    @property
    def fence(self) -> None:
        """There is none: see above."""
        return

    def watched(self, tell: Callable[[], None]) -> nullcontext[None]:  # noqa: ARG002 - there is nothing to tell
        """Run a block; the lock is not lost meanwhile."""
        return nullcontext()

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._file)

    def is_free(self) -> bool:
        """Say whether no daemon works on this database at this moment."""
        is_free = _try(self._file)
        if is_free:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return is_free

    def try_take(self) -> bool:
        """Take the lock, if nobody has it."""
        is_ours = _try(self._file)
        if is_ours:
            os.pwrite(self._file, _own_bytes(), 0)
        return is_ours

    def take(self, stop: Event) -> bool:
        """Wait until the lock is ours; False if told to stop before."""
        while not stop.is_set():
            if self.try_take():
                return True
            stop.wait(TAKEOVER_SECONDS)
        return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def own_name() -> str:
    """Say which process this is, for whoever waits for it."""
    command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:2]])
    return f"process {os.getpid()} ({command})"


def _own_bytes() -> bytes:
    return own_name().encode("utf-8", "replace")[:_NAME_BYTES].ljust(_NAME_BYTES)
