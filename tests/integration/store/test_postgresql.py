"""What is PostgreSQL's own: who is let in, a server that goes away, and a daemon that is too late."""

import signal
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import psycopg
import pytest

from maild.errors import StoreUnusableError
from maild.marks import SigningKey
from maild.model.decision import RememberIds
from maild.store import DaemonLock, Store
from maild.store.postgresql import DAEMON, LEASE_SECONDS
from tests.integration.store.test_processes import line_of, neighbour
from tests.integration.store.values import NOW, a_decision, a_work, an_entry, carry_out, claim, opening, record
from tests.servers.loopback import free_ports
from tests.servers.postgresql import PASSWORD, Postgresql, rows_of

PATIENCE = 30.0

# Every session of a database but the one that asks.
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
)

END_DAEMON = (
    f"{END_SESSIONS} AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {DAEMON} AND granted)"
)


@pytest.fixture
def late_store(directory: Path, database: str) -> Iterator[tuple[Store, DaemonLock]]:
    """The store of a daemon that has the lock."""
    with DaemonLock(directory, database) as lock:
        assert lock.take(Event())
        with closing(Store.open(directory, database, daemon_lock=lock)) as store:
            yield store, lock


def test_a_daemon_without_its_lock_writes_nothing(late_store: tuple[Store, DaemonLock], database: str):
    """Its connection broken, another may be the daemon: what it writes from then on is not kept, and it is told."""
    store, lock = late_store
    is_told = Event()
    record(store, 1)

    with lock.watched(is_told.set):
        rows_of(database, END_DAEMON)
        assert is_told.wait(PATIENCE)

    assert lock.is_lost
    with pytest.raises(StoreUnusableError, match="lost its lock"):
        record(store, 2)
    assert rows_of(database, "SELECT uid FROM arrival") == [(1,)]


def test_who_asks_too_late_is_told_at_once(late_store: tuple[Store, DaemonLock], database: str):
    """A lock that was lost before anybody watched is not a secret."""
    _, lock = late_store
    is_told = Event()
    with lock.watched(is_told.set):
        rows_of(database, END_SESSIONS)
        assert is_told.wait(PATIENCE)
    again = Event()

    with lock.watched(again.set):
        assert again.is_set()


def test_a_daemon_that_stands_still_loses_its_place(directory: Path, database: str):
    """A process that is stopped keeps its connection; the server ends it, and the next in line has the lock."""
    with neighbour("be-daemon", directory, database) as process, DaemonLock(directory, database) as lock:
        assert line_of(process) == "taken"
        process.send_signal(signal.SIGSTOP)

        assert lock.take(Event())

        process.send_signal(signal.SIGCONT)
        assert LEASE_SECONDS < PATIENCE


def test_a_broken_connection_fails_one_commit_only(directory: Path, database: str):
    """The server restarted: what was under way is nobody's success, and the next work goes over a new connection."""
    with closing(Store.open(directory, database)) as store:
        record(store, 1)
        rows_of(database, END_SESSIONS)

        with pytest.raises(StoreUnusableError, match="nothing of it was kept"):
            record(store, 2)

        assert record(store, 2).new == 1
        assert rows_of(database, "SELECT uid FROM arrival ORDER BY uid") == [(1,), (2,)]


def test_what_is_too_large_for_an_index_takes_nothing_with_it(directory: Path, database: str):
    """One work that the database can never take is refused alone; its neighbours of that commit are kept."""
    with closing(Store.open(directory, database, first_number=1001)) as store:
        record(store, 1, 2)
        first, second = claim(store)
        endless = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(4000))
        ids = RememberIds(1002, f"<{endless}@x>", (), frozenset())

        stale = carry_out(
            store,
            a_work(first, a_decision(opening(1001), an_entry(1001))),
            a_work(second, a_decision(opening(1002), an_entry(1002), ids)),
        )

        assert stale == (1,)
        assert rows_of(database, "SELECT number FROM ticket") == [(1001,)]


def test_the_password_is_in_libpqs_own_file(
    directory: Path, database: str, postgresql: Postgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The URL has none: it is looked up where PostgreSQL's own programs find it."""
    name = database.rpartition("/")[2]
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"127.0.0.1:{postgresql.port}:*:careful:{PASSWORD}\n", encoding="ascii")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))

    with closing(Store.open(directory, postgresql.url(name, "careful"))) as store:
        assert record(store, 1).new == 1
    passfile.write_text(f"127.0.0.1:{postgresql.port}:*:careful:wrong horse\n", encoding="ascii")
    with pytest.raises(StoreUnusableError, match="password authentication failed") as refused:
        Store.open(directory, postgresql.url(name, "careful"))
    assert "horse" not in str(refused.value)


def test_a_server_that_is_not_there_is_named(directory: Path):
    """Opening says in words where nobody answers; so does the daemon's lock."""
    (port,) = free_ports(1)
    with pytest.raises(StoreUnusableError, match=f"state.database: .*{port}"):
        Store.open(directory, f"postgresql://maild@127.0.0.1:{port}/maild")
    lock = DaemonLock(directory, f"postgresql://maild@127.0.0.1:{port}/maild")
    with lock, pytest.raises(StoreUnusableError, match=f"state.database: .*{port}"):
        lock.is_free()


def test_a_database_that_cannot_hold_every_mail_is_refused(directory: Path, postgresql: Postgresql):
    """Another encoding than UTF-8 is told with its remedy before anything is made in it."""
    postgresql.run("CREATE DATABASE {new} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", new="old-world")
    with pytest.raises(StoreUnusableError, match=r"LATIN1.*ENCODING 'UTF8'"):
        Store.open(directory, postgresql.url("old-world"))
    assert rows_of(postgresql.url("old-world"), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_somebody_elses_tables_are_left_alone(directory: Path, postgresql: Postgresql):
    """A database that another program uses is refused."""
    with postgresql.database("template1") as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE customer (name text)")
        with pytest.raises(StoreUnusableError, match=r"none of maild's.*customer"):
            Store.open(directory, url)


def test_an_error_holds_no_value_of_a_row(directory: Path, database: str):
    """The server quotes the row that it refuses; the log does not."""
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE signing_key ADD CONSTRAINT no CHECK (made_at < 0)")
    key = SigningKey("k1", bytes(range(97, 123)))

    with (
        closing(Store.open(directory, database)) as store,
        pytest.raises(StoreUnusableError, match=r"refused a write: .*violates check constraint") as caught,
    ):
        store.write(lambda tx: tx.add_signing_key(key, NOW))

    story = "".join(traceback.format_exception(caught.value))
    assert "Failing row" not in story
    assert key.secret.hex() not in story


def test_a_commit_is_durable_whatever_the_server_says(directory: Path, database: str):
    """Where the server would tell of a commit before it is on its disk, maild's own transactions wait for it."""
    name = database.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with closing(Store.open(directory, database)) as store:
        setting = store.write(lambda tx: tx._connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())
    assert setting == "on"


def test_a_power_cut_of_the_server_loses_nothing(tmp_path: Path):
    """What was committed is there after the server was ended without a word and started again."""
    server = Postgresql(is_durable=True)
    server.start()
    try:
        server.make_template()
        with server.database() as url, closing(Store.open(tmp_path, url)) as store:
            for uid in range(1, 31):
                record(store, uid, now=NOW)
            server.stop("immediate")
            with pytest.raises(StoreUnusableError):
                record(store, 31)
            server.start()
            assert record(store, *range(1, 32)).known == 30
    finally:
        server.remove()
