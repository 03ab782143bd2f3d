"""The store thread: what is promised when a future resolves, and what when something fails on the way."""

import random
import resource
import sqlite3
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from maild.errors import StaleError, StoreBusyError, StoreUnusableError
from maild.marks import SigningKey
from maild.store import Reader, Store, Transaction
from tests.integration.store.values import NOW, a_message, record


class Gate:
    """A work that keeps the store thread busy until it is opened."""

    def __init__(self, store: Store) -> None:
        self._is_reached, self._open = Event(), Event()
        self._done = store.submit(self._wait)
        self._is_reached.wait(10)

    def open(self) -> None:
        self._open.set()
        self._done.result()

    def _wait(self, _tx: Transaction) -> None:
        self._is_reached.set()
        self._open.wait(10)


def submit_arrival(store: Store, uid: int, raw: bytes | None = None) -> "Future[object]":
    return store.submit(lambda tx: tx.record_arrivals("support", "INBOX", 1, [a_message(uid, raw)], NOW))


def uids_in(store: Store) -> frozenset[int]:
    return store.read(lambda reader: reader.find_uids("support", "INBOX", 1, range(1, 10_000)))


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse to write files beyond a size, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_works_that_wait_together_share_a_commit(store: Store):
    """When the first of them is told, the others are in the database too."""
    gate = Gate(store)
    futures = [submit_arrival(store, uid) for uid in range(1, 11)]
    gate.open()

    futures[0].result()

    assert uids_in(store) == frozenset(range(1, 11))


def test_nothing_is_seen_before_its_commit(store: Store):
    """A reader sees none of a work that is still under way, and all of it once its future resolves."""
    is_written, may_end = Event(), Event()

    def write(tx: Transaction) -> None:
        tx.record_arrivals("support", "INBOX", 1, [a_message(1)], NOW)
        is_written.set()
        may_end.wait(10)

    future = store.submit(write)
    is_written.wait(10)
    assert uids_in(store) == frozenset()
    may_end.set()
    future.result()
    assert uids_in(store) == {1}


def test_a_failing_work_takes_nothing_with_it(store: Store):
    """Its own writes are undone, its exception is its caller's as it was, its neighbours are kept."""

    def fail(tx: Transaction) -> NoReturn:
        tx.record_arrivals("support", "INBOX", 1, [a_message(2)], NOW)
        raise StaleError("changed meanwhile")

    gate = Gate(store)
    before, failing, after = submit_arrival(store, 1), store.submit(fail), submit_arrival(store, 3)
    gate.open()

    with pytest.raises(StaleError, match="changed meanwhile"):
        failing.result()
    before.result()
    after.result()
    assert uids_in(store) == {1, 3}


def test_even_an_exit_in_a_work_leaves_the_store_thread_alive(store: Store):
    """Whatever a work raises is its caller's affair."""

    def leave(_tx: Transaction) -> NoReturn:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        store.write(leave)

    assert record(store, 1).new == 1


def test_a_cancelled_work_is_not_done(store: Store):
    """A future that was cancelled in time writes nothing."""
    gate = Gate(store)
    unwanted, wanted = submit_arrival(store, 1), submit_arrival(store, 2)
    assert unwanted.cancel()
    gate.open()

    wanted.result()

    assert uids_in(store) == {2}


def test_a_failed_commit_is_nobodys_success(sqlite_store: Store, directory: Path):
    """A disk that takes no more fails every work of the commit; what was committed before stays, and it goes on."""
    store = sqlite_store
    record(store, 1)
    gate = Gate(store)
    small, large = submit_arrival(store, 2), submit_arrival(store, 3, bytes(range(256)) * 40_000)
    size = max(path.stat().st_size for path in directory.iterdir())

    with files_no_larger_than(size + 100_000):
        gate.open()
        for future in (small, large):
            with pytest.raises(StoreUnusableError, match="nothing of it was kept"):
                future.result()

    assert uids_in(store) == {1}
    assert record(store, 2, 3).new == 2
    assert uids_in(store) == {1, 2, 3}


def test_a_checkpoint_that_fails_takes_nothing_back(sqlite_store: Store, directory: Path):
    """What was committed stays so when the disk has no room to move it into the database; later it is moved."""
    store, chance = sqlite_store, random.Random(2)
    for uid in range(1, 51):
        submit_arrival(store, uid, chance.randbytes(400_000)).result()
    size = (directory / "maild.db").stat().st_size

    with files_no_larger_than(size + 100_000):
        for uid in range(51, 71):
            submit_arrival(store, uid, chance.randbytes(200_000)).result()
    for uid in range(71, 91):
        submit_arrival(store, uid, chance.randbytes(200_000)).result()

    assert uids_in(store) == frozenset(range(1, 91))
    assert (directory / "maild.db").stat().st_size > size + 4_000_000


def test_another_program_in_the_database_is_told_apart(sqlite_store: Store, directory: Path):
    """Somebody's own SQLite shell that writes makes ours busy, not unusable, and it goes on afterwards."""
    with closing(sqlite3.connect(directory / "maild.db", isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="another program"):
            record(sqlite_store, 1)

    assert record(sqlite_store, 1).new == 1


def test_an_error_holds_no_value_of_a_statement(sqlite_store: Store, directory: Path):
    """What the database refuses goes to the log with the whole trace: no key and no word of a mail is in it."""
    with closing(sqlite3.connect(directory / "maild.db")) as database:
        database.execute("CREATE TRIGGER no BEFORE INSERT ON signing_key BEGIN SELECT RAISE(ABORT, 'refused'); END")
    key = SigningKey("k1", bytes(range(97, 123)))

    with pytest.raises(StoreUnusableError) as caught:
        sqlite_store.write(lambda tx: tx.add_signing_key(key, NOW))

    assert str(caught.value) == "the database refused a write: refused"
    assert "abcdef" not in "".join(traceback.format_exception(caught.value))


def test_what_is_queued_is_done_before_closing(directory: Path, url: str | None):
    """Closing loses nothing that was handed over, and takes nothing more."""
    store = Store.open(directory, url)
    futures = [submit_arrival(store, uid) for uid in range(1, 200)]

    store.close()

    assert all(future.done() for future in futures)
    with pytest.raises(StoreUnusableError, match="closed"):
        store.write(lambda tx: tx.next_timer_at())
    again = Store.open(directory, url)
    assert len(uids_in(again)) == 199
    again.close()


def test_a_closed_store_is_one_file(sqlite_store: Store, directory: Path):
    """The WAL is moved into the database at the end, so that a copy of the file is the whole desk."""
    store = sqlite_store
    record(store, *range(1, 50))
    assert (directory / "maild.db-wal").stat().st_size > 0

    store.close()

    left = {path.name for path in directory.iterdir()}
    assert left == {"maild.db", "maild.lock", "maild.turn"}
    store.close()  # a second time does nothing


def test_the_wal_is_moved_while_the_store_works(sqlite_store: Store, directory: Path):
    """A daemon that runs for months does not leave its whole life in the WAL."""
    chance = random.Random(1)
    for uid in range(1, 41):
        submit_arrival(sqlite_store, uid, chance.randbytes(400_000)).result()

    assert (directory / "maild.db").stat().st_size > 8_000_000
    assert (directory / "maild.db-wal").stat().st_size < 8_000_000


def test_a_long_reader_disturbs_no_writer(store: Store):
    """While somebody reads one snapshot, commits and checkpoints go on, and the snapshot stays what it was."""
    record(store, 1)

    def read_long(reader: Reader) -> tuple[frozenset[int], frozenset[int]]:
        before = reader.find_uids("support", "INBOX", 1, range(1, 10_000))
        for uid in range(2, 60):
            record(store, uid)
        return before, reader.find_uids("support", "INBOX", 1, range(1, 10_000))

    assert store.read(read_long) == ({1}, {1})
    assert len(uids_in(store)) == 59
