"""Several processes on one database: who writes, who waits, who is told, and what a kill leaves."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from maild.errors import StoreBusyError, StoreUnusableError
from maild.store import DaemonLock, Store
from tests.integration.store.plain import check_whole, rows_of
from tests.integration.store.values import record

NEIGHBOUR = Path(__file__).with_name("neighbour.py")
ROOT = Path(__file__).parents[3]


@contextmanager
def neighbour(verb: str, directory: Path, url: str | None, *numbers: int) -> "Iterator[subprocess.Popen[str]]":
    """Another process, ended with the block."""
    command = [sys.executable, NEIGHBOUR, verb, directory, url or "", *map(str, numbers)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def uids_in(store: Store) -> frozenset[int]:
    return store.read(lambda reader: reader.find_uids("support", "INBOX", 1, range(1, 10_000)))


def test_two_processes_write_side_by_side(store: Store, directory: Path, url: str | None):
    """A daemon and a command that write as fast as they can lose nothing, and neither is shut out."""
    with neighbour("write", directory, url, 1, 150) as process:
        for uid in range(1001, 1151):
            record(store, uid)
        assert process.wait(60) == 0

    assert uids_in(store) == {*range(1, 151), *range(1001, 1151)}
    check_whole(directory, url)


def test_who_waits_gets_its_turn(store: Store, directory: Path, url: str | None):
    """A store thread that never rests does not starve a command: the command's writes come in between."""
    stop = Event()

    def write_without_rest() -> None:
        uid = 10_000
        while not stop.is_set():
            record(store, *range(uid, uid + 20))
            uid += 20

    busy = Thread(target=write_without_rest)
    busy.start()
    try:
        with neighbour("write", directory, url, 1, 30) as process:
            assert process.wait(60) == 0
    finally:
        stop.set()
        busy.join()
    assert set(range(1, 31)) <= uids_in(store)


def test_a_busy_database_says_who_has_it(store: Store, directory: Path, url: str | None):
    """After five seconds a writer gives up, naming the process and its command; then it can write again."""
    with neighbour("hold", directory, url) as process:
        assert line_of(process) == "held"
        with pytest.raises(StoreBusyError, match=rf"in use by process {process.pid} \(neighbour.py hold\)"):
            record(store, 1)
        assert uids_in(store) == frozenset()

    assert record(store, 1).new == 1


def test_closing_beside_a_stuck_process_ends(directory: Path, url: str | None):
    """A daemon that is stopped while another process holds the database stops, and what it wrote is there."""
    store = Store.open(directory, url)
    record(store, 1)
    with neighbour("hold", directory, url) as process:
        assert line_of(process) == "held"
        store.close()

    again = Store.open(directory, url)
    assert uids_in(again) == {1}
    again.close()


def test_readers_need_no_lock(store: Store, directory: Path, url: str | None):
    """While another process holds the lock, reading goes on."""
    record(store, 1)

    with neighbour("hold", directory, url) as process:
        assert line_of(process) == "held"
        assert uids_in(store) == {1}


def test_opening_waits_its_turn_as_well(directory: Path, url: str | None):
    """A command that cannot open the database says who has it."""
    Store.open(directory, url).close()

    with neighbour("hold", directory, url) as process:
        assert line_of(process) == "held"
        with pytest.raises(StoreBusyError, match=f"process {process.pid}"):
            Store.open(directory, url)


def test_a_second_daemon_waits_for_the_first_to_end(directory: Path, url: str | None):
    """The lock is free as soon as its holder is dead, however it died."""
    with DaemonLock(directory, url) as lock:
        assert lock.is_free()
        with neighbour("be-daemon", directory, url) as process:
            assert line_of(process) == "taken"
            assert not lock.is_free()
            waiting = Thread(target=lock.take, args=[Event()])
            waiting.start()
            process.kill()
            waiting.join(20)
            assert not waiting.is_alive()


def test_who_waits_to_be_the_daemon_can_be_told_to_stop(directory: Path, url: str | None):
    """A standby that is stopped does not take over."""
    stop = Event()
    stop.set()
    with neighbour("be-daemon", directory, url) as process, DaemonLock(directory, url) as lock:
        assert line_of(process) == "taken"
        assert not lock.take(stop)


def test_a_lock_that_cannot_be_made_is_explained(tmp_path: Path):
    """A state directory below a file is refused with its path, not with a traceback."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnusableError, match="file/state"):
        DaemonLock(tmp_path / "file" / "state")


def test_commands_work_beside_a_daemon(directory: Path, url: str | None):
    """The daemon's lock is another than the write lock."""
    with neighbour("be-daemon", directory, url) as process:
        assert line_of(process) == "taken"
        store = Store.open(directory, url)
        assert record(store, 1).new == 1
        store.close()


def test_a_kill_loses_nothing_that_was_committed(directory: Path, url: str | None):
    """Killed eight times at random, the database is whole, and holds every arrival that was said to be kept."""
    chance = random.Random(20261123)
    said = 0
    for _ in range(8):
        with neighbour("write", directory, url, said + 1, 100_000) as process:
            last = said + chance.randint(1, 40)
            while said < last:
                said = int(line_of(process))
            process.kill()
            process.wait()
        assert process.stdout is not None
        check_whole(directory, url)
        kept = {uid for (uid,) in rows_of(directory, url, "SELECT uid FROM arrival")}
        assert set(range(1, said + 1)) <= kept
        said = max(kept)
