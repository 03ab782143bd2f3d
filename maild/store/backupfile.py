"""A backup: one SQLite file that holds a desk's rows, its configuration, and sums by which both are checked.

The file has the schema of the desk that it was made of, and three tables of its own: `backup` (when, by which maild),
`backup_sum` (rows and SHA-256 of each table) and `backup_file` (the configuration). It is written beside its name and
takes it when it lies whole on the disk: a file of that name is a whole backup, of before or of now.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from maild.errors import BackupUnusableError
from maild.store.columns import EPOCH, MICROSECOND
from maild.store.copying import Advance, Sum, count_rows, sum_rows, tables_of
from maild.store.dialect import reason_of
from maild.store.migrating import HEAD, migrate

_MARK: Final = 0x6D61696C  # "mail", where SQLite keeps whose file it is
_FILES: Final = "the configuration"
_TABLES: Final = (
    "CREATE TABLE backup (made_at INTEGER NOT NULL, maild TEXT NOT NULL, schema TEXT NOT NULL, seal TEXT NOT NULL)",
    "CREATE TABLE backup_sum (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, sha256 TEXT NOT NULL)",
    "CREATE TABLE backup_file (path TEXT PRIMARY KEY, content BLOB NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """When a backup was made, by which version of maild."""

    made_at: datetime
    version: str


class Backup:
    """A backup that is open for reading; `connection` is in a transaction."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self.connection = connection
        made_at, version, self._schema, self._seal = connection.exec_driver_sql("SELECT * FROM backup").one()
        self.origin = Origin(EPOCH + made_at * MICROSECOND, version)
        self._sums = {name: (rows, sha256) for name, rows, sha256 in connection.exec_driver_sql(_ALL_SUMS)}

    @property
    def rows(self) -> int:
        """Say how many rows it holds."""
        return count_rows(self.connection, tables_of(self.connection))

    @property
    def is_older(self) -> bool:
        """Whether it was made with an older schema than ours."""
        return bool(self._schema < HEAD)

    def files(self) -> Mapping[str, bytes]:
        """Give the configuration: each file's content by its path in the folder."""
        return _files(self.connection)

    def check(self, advance: Advance) -> None:
        """Compare every table and file with its sum; raises BackupUnusableError that names those that differ."""
        if self._schema > HEAD:
            raise BackupUnusableError(
                f"{self._path} was made by a newer maild ({self.origin.version}, schema {self._schema}); this one knows"
                f" schemas up to {HEAD}: restore it with that maild"
            )
        try:
            found = _plain(sum_rows(self.connection, advance)) | {_FILES: _sum_of(self.files())}
        except (TypeError, ValueError) as error:
            raise BackupUnusableError(f"{self._path} is damaged ({error}): use another backup") from error
        differing = sorted(name for name in found.keys() | self._sums.keys() if found.get(name) != self._sums.get(name))
        made_at = (self.origin.made_at - EPOCH) // MICROSECOND
        if differing or self._seal != _seal(made_at, self.origin.version, self._schema, self._sums):
            what = ", ".join(differing) or "what it says of itself"
            raise BackupUnusableError(f"{self._path} is damaged ({what}): use another backup")


_ALL_SUMS: Final = "SELECT name, rows, sha256 FROM backup_sum ORDER BY name"


@contextmanager
def new_backup(path: Path) -> Iterator[Connection]:
    """Make a backup in a block: an empty database of our schema, to be filled and sealed; whole or not at all.

    Raises BackupUnusableError where the file cannot be written, or is there and is none of ours.
    """
    if path.exists() and not _is_backup(path):
        raise BackupUnusableError(f"{path} is there and is no backup: name another file")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        os.close(descriptor)  # 0600: the file will hold mails and keys
    except OSError as error:
        raise BackupUnusableError(f"{path} cannot be written: {error.strerror}") from error
    partial = Path(name)
    try:
        with _connected(partial) as connection:
            migrate(connection)
            with connection.begin():
                yield connection
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise BackupUnusableError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def seal_backup(connection: Connection, origin: Origin, sums: Mapping[str, Sum], files: Mapping[str, bytes]) -> None:
    """Write the configuration and all that a reader checks by."""
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    plain = _plain(sums) | {_FILES: _sum_of(files)}
    connection.exec_driver_sql(f"PRAGMA application_id = {_MARK}")
    for name, (rows, sha256) in plain.items():
        connection.exec_driver_sql("INSERT INTO backup_sum VALUES (?, ?, ?)", (name, rows, sha256))
    for path, content in files.items():
        connection.exec_driver_sql("INSERT INTO backup_file VALUES (?, ?)", (path, content))
    made_at = (origin.made_at - EPOCH) // MICROSECOND
    seal = _seal(made_at, origin.version, HEAD, plain)
    connection.exec_driver_sql("INSERT INTO backup VALUES (?, ?, ?, ?)", (made_at, origin.version, HEAD, seal))


@contextmanager
def opened_backup(path: Path) -> Iterator[Backup]:
    """Open a backup for a block; raises BackupUnusableError for what is none or cannot be read, in the block too."""
    if not _is_backup(path):
        raise BackupUnusableError(f"{path} is no backup of maild's")
    with _connected(path, read_only=True) as connection, connection.begin():
        yield Backup(path, connection)


@contextmanager
def brought_up_to_date(backup: Path) -> Iterator[Backup]:
    """Open a copy of an older backup for a block, upgraded to our schema."""
    with tempfile.TemporaryDirectory(prefix="maild-backup-") as folder:
        copy = Path(folder) / "backup"
        shutil.copyfile(backup, copy)
        with _connected(copy) as connection:
            migrate(connection)
        with opened_backup(copy) as opened:
            yield opened


def _is_backup(path: Path) -> bool:
    with suppress(OSError, sqlite3.Error), closing(sqlite3.connect(_uri(path), uri=True)) as database:
        return path.is_file() and database.execute("PRAGMA application_id").fetchone() == (_MARK,)
    return False


@contextmanager
def _connected(path: Path, *, read_only: bool = False) -> Iterator[Connection]:
    engine = _engine(path, read_only=read_only)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise BackupUnusableError(f"{path}: the backup cannot be read or written: {reason_of(error)}") from error
    finally:
        engine.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        # Rows are read by the store thread, on behalf of the one that opened the file.
        where = _uri(path) if read_only else path
        connection = sqlite3.connect(where, uri=read_only, isolation_level=None, check_same_thread=False)
        if not read_only:
            # Nobody sees the file before it is whole, and then it lies on the disk.
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _uri(path: Path) -> str:
    # Immutable: no lock is taken and no journal looked for, so that a backup on a read-only disk can be read.
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _files(connection: Connection) -> dict[str, bytes]:
    return {str(row.path): row.content for row in connection.exec_driver_sql("SELECT path, content FROM backup_file")}


def _plain(sums: Mapping[str, Sum]) -> dict[str, tuple[int, str]]:
    return {name: (one.rows, one.sha256) for name, one in sums.items()}


def _sum_of(files: Mapping[str, bytes]) -> tuple[int, str]:
    one = Sum()
    for file in sorted(files.items()):
        one.add(file)
    return one.rows, one.sha256


def _seal(made_at: int, version: str, schema: str, sums: Mapping[str, tuple[int, str]]) -> str:
    lines = [f"{name} {rows} {sha256}" for name, (rows, sha256) in sorted(sums.items())]
    return hashlib.sha256("\n".join([str(made_at), version, schema, *lines]).encode()).hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
