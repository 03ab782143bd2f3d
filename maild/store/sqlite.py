"""How SQLite is driven so that a power cut costs nothing: WAL, synchronous=FULL, no mmap, BEGIN IMMEDIATE.

`synchronous=FULL` makes every commit durable; BEGIN IMMEDIATE takes the write lock before the first read, where a
plain BEGIN fails at once with "database is locked" when it comes to write. SQLite's own checkpoints are off: whoever
holds `maild.lock` checkpoints.

BUGS
    SQLite 3.7.0 to 3.51.2 can damage a WAL database that two connections write or checkpoint at once. Ours do not;
    another program that writes to the file while maild runs may.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from maild.errors import StoreUnusableError

CHECKPOINT_COMMITS = 16
CHECKPOINT_BYTES = 4_000_000
_SAFE_VERSION = (3, 51, 3)
_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "fuse.sshfs", "fuse.glusterfs"})
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=0",
    "journal_size_limit=67108864",  # the WAL is written over, seldom cut: a commit that grows a file costs thrice
    "mmap_size=0",
    "busy_timeout=5000",
    "cache_size=-32768",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "secure_delete=ON",  # what is erased shall not be found in free pages
)


def sqlite_note() -> str | None:
    """Say what an operator should know about this SQLite, if anything."""
    if sqlite3.sqlite_version_info >= _SAFE_VERSION:
        return None
    return (
        f"SQLite {sqlite3.sqlite_version} can damage a database to which two programs write at once (fixed in 3.51.3): "
        "let nothing but maild write to it"
    )


def is_busy(error: BaseException) -> bool:
    """Say whether SQLite only waited in vain for another program's lock."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


class SqliteFile:
    """The database file and its connections: one that writes, and as many readers as there are threads reading."""

    def __init__(self, path: Path) -> None:
        self._wal = path.with_name(path.name + "-wal")
        _refuse_network(path)
        self._wal_bytes = 0
        self._commits = 0
        _create(path)
        self._writing = _engine(path, "BEGIN IMMEDIATE", pool_size=1)
        self.reading = _engine(path, "BEGIN", pool_size=8)
        event.listen(self.reading, "connect", _make_reader)

    def open_writer(self) -> Connection:
        """Open the writing connection; only under the write lock."""
        return self._writing.connect()

    def checkpoint(self, writer: Connection) -> None:
        """Move the WAL into the database, after every few commits; only under the write lock, and in no transaction.

        Readers are not waited for: what they still need stays in the WAL until a later checkpoint.
        """
        size = self._wal.stat().st_size
        self._commits += 1
        if self._commits >= CHECKPOINT_COMMITS or size - self._wal_bytes >= CHECKPOINT_BYTES:
            _checkpoint(writer, "PASSIVE")
            self._commits, self._wal_bytes = 0, size

    def close(self, writer: Connection | None) -> None:
        """Close every connection, the WAL moved into the database if it can be; only under the write lock."""
        self.reading.dispose()
        if writer is not None:
            # What stays in the WAL is as durable there, and moved by whoever opens the database next.
            with suppress(StoreUnusableError):
                _checkpoint(writer, "TRUNCATE")
            writer.close()
        self._writing.dispose()

    def drop(self, writer: Connection) -> None:
        """Close a writing connection that cannot be trusted any more."""
        writer.invalidate()
        writer.close()

    def busy_words(self, error: BaseException) -> str | None:
        """Say that another program holds the database, if that is what the error tells."""
        if not is_busy(error):
            return None
        return "another program than maild has locked the database: nothing but maild may write to it"


def _refuse_network(path: Path) -> None:
    kind = network_file_system(_MOUNTS.read_text(encoding="utf-8", errors="replace"), path.resolve())
    if kind is not None:
        raise StoreUnusableError(
            f"{path.parent} lies on a network file system ({kind}), where SQLite's locks cannot be relied on: "
            "set state.directory to a local disk"
        )


def network_file_system(mounts: str, path: Path) -> str | None:
    """Name the network file system that holds a path, if one does.

    `mounts` is /proc/self/mountinfo (proc(5)): the mount point is its fifth field, the type follows a lone hyphen.
    """
    found, depth = None, -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        # A later line hides an earlier one of the same point.
        if path.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = after.split(" ")[0], len(point.parts)
    return found if found in _NETWORK else None


def _create(path: Path) -> None:
    """Make the file for our eyes only; SQLite gives its other files the mode of this one.

    A file that is there is left alone: to close it would end the locks that this process holds on it (POSIX).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _engine(path: Path, begin: str, pool_size: int) -> Engine:
    # Overflow is endless: a reader must not wait for another reader's connection.
    # No error shall hold the values of a statement: they are words of mails, and keys.
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, pool_size=pool_size, max_overflow=-1, hide_parameters=True)

    def begin_so(dbapi_connection: DBAPIConnection) -> None:
        dbapi_connection.execute(begin)

    event.listen(engine, "connect", _discipline)
    # Not by an event: an engine with a listener asks at every statement whom else to tell, a tenth of what it costs.
    engine.dialect.do_begin = begin_so  # type: ignore[method-assign]
    return engine


def _discipline(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # None: the driver begins no transactions of its own.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _make_reader(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only=ON")
    # Each reader would keep the pages of the large mails that it met, and the kernel has them too.
    connection.execute("PRAGMA cache_size=-4096")


def _checkpoint(connection: Connection, how: str) -> None:
    """Run what must stand outside of a transaction, where SQLAlchemy never is."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(driver)
    try:
        driver.execute(f"PRAGMA wal_checkpoint({how})").close()
    except sqlite3.Error as error:
        raise StoreUnusableError(f"the write-ahead log cannot be moved into the database: {error}") from error
