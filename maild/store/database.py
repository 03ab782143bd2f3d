"""The store's front door: open, write on the store thread, read on any thread, close."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from maild.errors import StoreBusyError, StoreUnusableError
from maild.store.daemonlock import DaemonLock, no_daemon
from maild.store.dialect import reason_of
from maild.store.footing import Database, Turns
from maild.store.lock import WriteLock
from maild.store.migrating import migrate
from maild.store.postgresql import NoFile, PostgresServer
from maild.store.room import find_shortage
from maild.store.sqlite import SqliteFile, is_busy
from maild.store.verbs import Reader, Transaction
from maild.store.writer import Writer

FIRST_NUMBER = 1
_OLDER_DAEMON = "it is of an older maild, which does not know the schema of this one"

T = TypeVar("T")
Permit = Callable[[], AbstractContextManager[object]]


class Store:
    """A desk's database. Thread-safe; `first_number` is that of the first ticket.

    `upgraded_from` is the older schema that it had when it was opened, None where there was nothing to upgrade.
    """

    def __init__(
        self,
        file: Database,
        lock: Turns,
        writer: Writer,
        first_number: int,
        upgraded_from: str | None,
        *,
        directory: Path | None = None,
    ) -> None:
        self.upgraded_from = upgraded_from
        self._file = file
        self._directory = directory
        self._lock = lock
        self._writer = writer
        self._first_number = first_number
        self._is_open = True

    @staticmethod
    def may_be_at(directory: Path, url: str | None) -> bool:
        """Say whether there may be a database; of a server that is not asked."""
        return url is not None or (directory / "maild.db").exists()

    @classmethod
    def open(
        cls,
        directory: Path,
        url: str | None = None,
        *,
        first_number: int = FIRST_NUMBER,
        daemon_lock: DaemonLock | None = None,
    ) -> Self:
        """Open the database of a state directory, or that of a URL, making or upgrading it where needed.

        What is written by a store that has a `daemon_lock` is kept only as long as that lock is ours; without one, no
        database is upgraded on which a daemon works: it is of an older maild.
        Raises StoreBusyError when another process holds it for 5 s, StoreUnusableError when it is no database, is
        damaged, was written by a newer maild, or may not be upgraded now.
        """
        permit = nullcontext if daemon_lock is not None else partial(no_daemon, directory, url, _OLDER_DAEMON)
        if url is not None:
            return cls._open_server(url, first_number, None if daemon_lock is None else daemon_lock.fence, permit)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with ExitStack() as on_failure:
                lock = WriteLock(directory)
                on_failure.callback(lock.close)
                with lock.held():
                    file, connection, before = _open_file(directory, permit)
                on_failure.pop_all()
        except (SQLAlchemyError, OSError) as error:
            if is_busy(error):
                raise StoreBusyError(f"{directory}: another program than maild has locked the database") from error
            raise StoreUnusableError(f"{directory}: the database cannot be opened: {reason_of(error)}") from error
        return cls(file, lock, Writer(file, lock, connection, first_number), first_number, before, directory=directory)

    @classmethod
    def _open_server(cls, url: str, first_number: int, fence: int | None, permit: Permit) -> Self:
        server = PostgresServer(url, fence)
        with ExitStack() as on_failure:
            on_failure.callback(server.close, None)
            try:
                connection, before = _open_migrated(server, permit)
            except SQLAlchemyError as error:
                busy = server.busy_words(error)
                if busy is not None:
                    raise StoreBusyError(busy) from error
                reason = reason_of(error)
                raise StoreUnusableError(f"state.database: the database cannot be opened: {reason}") from error
            on_failure.pop_all()
        lock = NoFile()
        return cls(server, lock, Writer(server, lock, connection, first_number), first_number, before)

    def submit(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a work for the store thread; the future resolves after the commit."""
        return self._writer.submit(work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do a work on the store thread and wait for its commit."""
        return self.submit(work).result()

    def read(self, work: Callable[[Reader], T]) -> T:
        """Read one snapshot on the calling thread."""
        try:
            with self._file.reading.connect() as connection, connection.begin():
                return work(Reader(connection, self._first_number))
        except SQLAlchemyError as error:
            raise StoreUnusableError(f"the database could not be read: {reason_of(error)}") from error

    def find_shortage(self, largest: int) -> str | None:
        """Say what the disk lacks to take mails of up to `largest` bytes; a database server watches its own disk."""
        return None if self._directory is None else find_shortage(self._directory, largest)

    def close(self) -> None:
        """Finish what is queued and close every connection; a second time does nothing.

        Where another process holds the database, the connections are left to the end of this process.
        """
        if not self._is_open:
            return
        self._is_open = False
        connection = self._writer.close()
        with suppress(StoreBusyError), self._lock.held():
            self._file.close(connection)
        self._lock.close()


def _open_file(directory: Path, permit: Permit) -> tuple[SqliteFile, Connection, str | None]:
    """Open the database file and bring it to our schema; only under the write lock."""
    file = SqliteFile(directory / "maild.db")
    return file, *_open_migrated(file, permit)


def _open_migrated(database: Database, permit: Permit) -> tuple[Connection, str | None]:
    """Open the writing connection, to a database of our schema; give the older one that it had, too."""
    connection = database.open_writer()
    try:
        return connection, migrate(connection, permit)
    except BaseException:
        database.drop(connection)
        raise
