"""A copy of a desk's database to be worked on and thrown away, made without a trace on the original.

It is a SQLite file in a folder of its own, whichever database the desk has. Neither is a database made where there is
none, nor an older one upgraded, but in the copy.

BUGS
    The folder lies where the system keeps what is temporary (TMPDIR), and SIGKILL leaves it there.
    Of a desk at rest the write lock is held while its file is copied: a daemon that starts meanwhile waits.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from maild.errors import StoreUnusableError
from maild.store.database import Store
from maild.store.dialect import reason_of
from maild.store.lock import WriteLock
from maild.store.migrating import HEAD, find_version
from maild.store.postgresql import PostgresServer


@contextmanager
def throw_away_copy(directory: Path, url: str | None, now: datetime) -> Iterator[Path]:
    """Copy a desk's database, for the length of a block, into a state directory; an empty one if there is no database.

    Raises StoreUnusableError where it cannot be read.
    """
    with TemporaryDirectory(prefix="maild-observe-") as name:
        folder = Path(name)
        try:
            if url is not None:
                _copy_server(url, folder)
            elif (directory / "maild.db").exists():
                _copy_file(directory, folder / "maild.db")
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreUnusableError(f"the database cannot be copied: {reason_of(error)}") from error
        with closing(Store.open(folder)) as store:
            store.write(lambda tx: tx.move_home(None, now))
        yield folder


def _copy_file(directory: Path, target: Path) -> None:
    """Copy the pages of one snapshot; a daemon at work writes on meanwhile."""
    source = directory / "maild.db"
    with closing(WriteLock(directory)) as lock:
        # With no write-ahead log beside it nobody has it open. Then to open it as usual would lay files there that
        # belong to us, and its own daemon might not be able to use them.
        is_at_rest = not (directory / "maild.db-wal").exists()
        how = "mode=ro&immutable=1" if is_at_rest else "mode=ro"
        with lock.held() if is_at_rest else nullcontext():
            _copy_pages(f"{source.absolute().as_uri()}?{how}", target)


def _copy_pages(source: str, target: Path) -> None:
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, uri=True)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _copy_server(url: str, folder: Path) -> None:
    server = PostgresServer(url, None)
    try:
        with server.reading.connect() as connection, connection.begin():
            found = find_version(connection)
            if found is None:
                return
            if found != HEAD:
                raise StoreUnusableError(
                    f"state.database: it has schema {found}, this maild works on {HEAD}: start `maild run` once, or "
                    "observe with the maild that works on it"
                )
            with closing(Store.open(folder)) as copy:
                copy.write(lambda tx: tx.take_all(connection, _untold, _untold))
    finally:
        server.close(None)


def _untold(_: int) -> None:
    """Nobody watches."""
