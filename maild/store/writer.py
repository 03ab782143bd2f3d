"""The store thread: all writes of this process, in turn, with one commit for those that wait together.

Each work has its own savepoint: one that fails takes nothing of the others with it. Its future resolves only after the
commit; if the commit fails, the connection is dropped (what it believes of the file cannot be trusted), opened again,
and every future of that commit gets StoreUnusableError.

BUGS
    A work that waits for another work's future waits for ever.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from maild.errors import MaildError, StoreBusyError, StoreUnusableError
from maild.store.dialect import is_fatal, reason_of, savepoint
from maild.store.footing import Database, Turns
from maild.store.verbs import Transaction

_WORKS_PER_COMMIT = 64

T = TypeVar("T")


class _Queued(Protocol):
    """A job, whatever its future will hold."""

    def begin(self) -> bool: ...
    def run(self, connection: Connection, tx: Transaction) -> None: ...
    def settle(self) -> None: ...
    def fail(self, error: Exception) -> None: ...


class _Job(Generic[T]):
    """A work and its future, with what became of it until the commit says that it holds."""

    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._settle: Callable[[], None] = lambda: None

    def begin(self) -> bool:
        """Say whether the work is still wanted; from here on it cannot be cancelled."""
        return self.future.set_running_or_notify_cancel()

    def run(self, connection: Connection, tx: Transaction) -> None:
        """Do the work in a savepoint of its own; raises only what makes the whole commit impossible."""
        try:
            with savepoint(connection):
                value = self._work(tx)
        except BaseException as error:
            if is_fatal(error):
                raise
            failure = _translated(error)
            self._settle = lambda: self.future.set_exception(failure)
        else:
            self._settle = lambda: self.future.set_result(value)

    def settle(self) -> None:
        """Tell whoever waits; after the commit."""
        self._settle()

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that nothing was written."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Stop:
    """The last thing in the queue."""


class Writer:
    """One thread and one writing connection, from `start` to `close`."""

    def __init__(self, file: Database, lock: Turns, connection: Connection, first_number: int) -> None:
        self._file = file
        self._lock = lock
        self._first_number = first_number
        self._connection: Connection | None = connection
        self._queue: SimpleQueue[_Queued | _Stop] = SimpleQueue()
        self._door = Lock()
        self._is_open = True
        self._thread = Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a work; raises StoreUnusableError once the store is closed."""
        job = _Job(work)
        with self._door:
            if not self._is_open:
                raise StoreUnusableError("the store is closed")
            self._queue.put(job)
        return job.future

    def close(self) -> Connection | None:
        """Finish what is queued and end the thread; the connection goes back to the caller."""
        with self._door:
            if self._is_open:
                self._is_open = False
                self._queue.put(_Stop())
        self._thread.join()
        return self._connection

    def _run(self) -> None:
        is_over = False
        while not is_over:
            jobs, is_over = self._next_jobs()
            if jobs:
                self._commit(jobs)

    def _next_jobs(self) -> tuple[list[_Queued], bool]:
        """Wait for a work, and take along those that wait behind it."""
        jobs: list[_Queued] = []
        job = self._queue.get()
        with suppress(Empty):
            while not isinstance(job, _Stop):
                if job.begin():
                    jobs.append(job)
                if len(jobs) == _WORKS_PER_COMMIT:
                    return jobs, False
                job = self._queue.get_nowait()
            return jobs, True
        return jobs, False

    def _commit(self, jobs: list[_Queued]) -> None:
        try:
            with self._lock.held():
                connection = self._connect()
                self._transact(connection, jobs)
                for job in jobs:
                    job.settle()
                self._file.checkpoint(connection)
        except StoreBusyError as error:
            _fail(jobs, error)
        except Exception as error:  # noqa: BLE001 - the thread lives on, and somebody waits for every future
            self._drop()
            _fail(jobs, _failure_of(error, self._file.busy_words(error)))

    def _transact(self, connection: Connection, jobs: list[_Queued]) -> None:
        tx = Transaction(connection, self._first_number)
        with connection.begin():
            for job in jobs:
                job.run(connection, tx)

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._file.open_writer()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._file.drop(self._connection)
            self._connection = None


def _failure_of(error: Exception, busy: str | None) -> MaildError:
    """Say in our words why a commit failed; `busy`, if somebody held the database."""
    failure: MaildError
    if busy is not None:
        failure = StoreBusyError(busy)
    else:
        failure = StoreUnusableError(
            f"the database could not be written, and nothing of it was kept: {reason_of(error)}"
        )
    failure.__cause__ = error
    return failure


def _translated(error: BaseException) -> BaseException:
    """Give a work's own exception back as it is, the database's as ours."""
    if not isinstance(error, SQLAlchemyError):
        return error
    failure = StoreUnusableError(f"the database refused a write: {reason_of(error)}")
    failure.__cause__ = error
    return failure


def _fail(jobs: list[_Queued], error: Exception) -> None:
    for job in jobs:
        job.fail(error)
