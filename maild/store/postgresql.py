"""How PostgreSQL is driven: the same order of things as in a SQLite file, kept by locks of its own.

Writers take turns: each write transaction begins with an advisory lock that ends with it, as `maild.lock` does for
SQLite, so that a verb may rely on what it read a moment before. Readers see one snapshot and wait for nobody.

The one daemon of a database is the holder of an advisory lock, on a connection that does nothing else. The server ends
that connection when it hears nothing of it for 15 s (idle_session_timeout): a daemon that was killed loses the lock at
once, one that was stopped, cut off or lost with its machine within these seconds. Beside that lock it holds another
under a number that only it knows, its fence; each of its write transactions asks, once it is its turn, whether the
fence still stands. So what a late daemon writes is committed before its successor lifts all claims, or never.

BUGS
    Two desks in two schemas of one database would share these locks: give each desk a database of its own.
    A pooler between maild and the server must pool sessions, not transactions: locks would lie on other connections.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from threading import Event, Lock, Thread
from types import MappingProxyType

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from maild.errors import StoreUnusableError
from maild.store.dialect import reason_of
from maild.store.lock import PATIENCE_SECONDS, own_name

LEASE_SECONDS = 15
_PING_SECONDS = 3.0
_TAKEOVER_SECONDS = 1.0
_OLDEST = 15
_NAME_BYTES = 63  # NAMEDATALEN - 1
_LOCK_NOT_AVAILABLE = "55P03"

# Advisory locks are pairs of numbers: the first is ours ("mail"), fences are numbers above the named ones.
_OURS = 0x6D61696C
DAEMON = 1
_TURN = 2
_FIRST_FENCE = 16
_LAST_FENCE = 2**31 - 1

# libpq's own; whatever the URL says goes before these. A server that is gone is noticed within 20 s.
_CONNECTING: Mapping[str, str | int] = MappingProxyType(
    {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "client_encoding": "utf8",
    }
)
_COMMON = f"SET lock_timeout = '{PATIENCE_SECONDS:.0f}s'"
# A process that is stopped in the middle of its turn must not hold up its successor for longer than the lease.
# Where the server would tell us of a commit before it is on its disk, it shall not.
_WRITING = (
    f"{_COMMON}; SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;"
    " SET idle_in_transaction_session_timeout = '10s';"
    " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_READING = f"{_COMMON}; SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on"
_HOLDING = f"{_COMMON}; SET idle_session_timeout = '{LEASE_SECONDS}s'"

_HOLDER = text(
    "SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.classid = :ours AND l.objid = :key AND l.objsubid = 2 AND l.granted"
    " AND a.datname = current_database()"
)


class PostgresServer:
    """A database on a server and our connections to it: one that writes, and some that read.

    `fence` is that of the daemon lock without which nothing may be written.
    """

    def __init__(self, url: str, fence: int | None = None) -> None:
        self._fence = fence
        self._writing = _engine(url, _WRITING, pool_size=1, max_overflow=0)
        self.reading = _engine(url, _READING, pool_size=4, max_overflow=8)
        event.listen(self._writing, "begin", self._take_turn)

    def open_writer(self) -> Connection:
        """Open the writing connection."""
        return self._writing.connect()

    def checkpoint(self, writer: Connection) -> None:
        """Do nothing: the server does this by itself."""

    def close(self, writer: Connection | None) -> None:
        """Close every connection."""
        self.reading.dispose()
        if writer is not None:
            with suppress(SQLAlchemyError):
                writer.close()
        self._writing.dispose()

    def drop(self, writer: Connection) -> None:
        """Close a writing connection that cannot be trusted any more."""
        writer.invalidate()
        writer.close()

    def busy_words(self, error: BaseException) -> str | None:
        """Say who held the database for too long, if that is what the error tells."""
        if _sqlstate(error) != _LOCK_NOT_AVAILABLE:
            return None
        return (
            f"the database is in use by {self._holder() or 'another session'} for more than "
            f"{PATIENCE_SECONDS:.0f} s: try again, or see what that process is doing"
        )

    def _holder(self) -> str | None:
        with suppress(SQLAlchemyError), self.reading.connect() as connection:
            name: str | None = connection.execute(_HOLDER, {"ours": _OURS, "key": _TURN}).scalars().first()
            return name
        return None

    def _take_turn(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OURS}, {_TURN})")
        if self._fence is None:
            return
        # Whoever can have the fence, if only shared, learns that nobody holds it any more.
        fallen = connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock_shared({_OURS}, {self._fence})")
        if fallen.scalar_one():
            raise StoreUnusableError("this daemon has lost its lock: another one may work on this database by now")


class NoFile:
    """In the place of `maild.lock`: on PostgreSQL a transaction takes its turn by itself."""

    def held(self) -> nullcontext[None]:
        """Hold nothing for a block."""
        return nullcontext()

    def close(self) -> None:
        """Give nothing back."""


class DaemonSession:
    """The daemon's lock on a connection of its own, kept awake by a thread; see the head of this module.

    Raises StoreUnusableError where the server cannot be reached or refuses us.
    """

    def __init__(self, url: str) -> None:
        self.fence = _FIRST_FENCE + secrets.randbelow(_LAST_FENCE - _FIRST_FENCE)
        self._engine = _engine(url, _HOLDING, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._connection: Connection | None = None
        self._keeper: Thread | None = None
        self._is_over = Event()
        self._is_lost = Event()
        self._door = Lock()
        self._tell: Callable[[], None] = _say_nothing

    @property
    def is_lost(self) -> bool:
        """Whether the lock was ours and is not any more."""
        return self._is_lost.is_set()

    def is_free(self) -> bool:
        """Say whether no daemon works on this database at this moment."""
        is_free = self._ask("pg_try_advisory_lock", DAEMON)
        if is_free:
            self._ask("pg_advisory_unlock", DAEMON)
        return is_free

    def try_take(self) -> bool:
        """Take the lock, if nobody has it."""
        is_ours = self._ask("pg_try_advisory_lock", DAEMON)
        if is_ours:
            self._ask("pg_try_advisory_lock", self.fence)
            self._keeper = Thread(target=self._keep, name="daemon-lock", daemon=True)
            self._keeper.start()
        return is_ours

    def take(self, stop: Event) -> bool:
        """Wait until the lock is ours; False if told to stop before."""
        while not stop.is_set():
            if self.try_take():
                return True
            stop.wait(_TAKEOVER_SECONDS)
        return False

    @contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell`, on another thread or at once, when the lock is lost while a block runs."""
        with self._door:
            self._tell = tell
            if self.is_lost:
                tell()
        try:
            yield
        finally:
            with self._door:
                self._tell = _say_nothing

    def close(self) -> None:
        """Give the lock back."""
        self._is_over.set()
        if self._keeper is not None:
            self._keeper.join(_PING_SECONDS)
            if self._keeper.is_alive():
                return  # it waits for a server that does not answer, and ends with this process
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._engine.dispose()

    def _keep(self) -> None:
        while not self._is_over.wait(_PING_SECONDS):
            try:
                self._connect().exec_driver_sql("SELECT 1")
            except SQLAlchemyError:
                with self._door:
                    self._is_lost.set()
                    self._tell()
                return

    def _ask(self, function: str, key: int) -> bool:
        try:
            answer = self._connect().exec_driver_sql(f"SELECT {function}({_OURS}, {key})")
        except SQLAlchemyError as error:
            raise StoreUnusableError(f"state.database: the daemon's lock cannot be had: {reason_of(error)}") from error
        return bool(answer.scalar_one())

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection


def _say_nothing() -> None:
    """Nobody asked to be told."""


def _engine(url: str, settings: str, **options: object) -> Engine:
    where = make_url(url).set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(
            where, connect_args=_arguments(where), hide_parameters=True, use_native_hstore=False, **options
        )
    except ModuleNotFoundError as error:
        raise StoreUnusableError(
            f"state.database: {error.name} is missing, by which PostgreSQL is reached: pip install 'maild[postgres]'"
        ) from error

    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        try:
            _check_server(connection)
            before = connection.autocommit
            connection.autocommit = True
            connection.execute(settings)
            connection.autocommit = before
        except BaseException:
            connection.close()
            raise

    event.listen(engine, "connect", set_up)
    event.listen(engine, "handle_error", _silence)
    return engine


def _silence(context: ExceptionContext) -> None:
    """Take out of an error what the server quotes of rows ("DETAIL: Failing row contains …"): mails, and keys."""
    primary = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if primary is not None:
        context.original_exception.args = (primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (primary,)


def _arguments(url: URL) -> dict[str, str | int]:
    name = own_name().encode("ascii", "replace")[:_NAME_BYTES].decode("ascii")
    wanted: dict[str, str | int] = {**_CONNECTING, "application_name": name}
    return {key: value for key, value in wanted.items() if key not in url.query}


def _check_server(connection: DBAPIConnection) -> None:
    version = connection.info.server_version // 10_000
    if version < _OLDEST:
        raise StoreUnusableError(f"state.database: the server is PostgreSQL {version}; maild needs {_OLDEST} or newer")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreUnusableError(
            f"state.database: the database is encoded in {encoding}, which cannot hold every mail: "
            "make it by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _sqlstate(error: BaseException) -> str | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None)
