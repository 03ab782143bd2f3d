"""Two daemons for one desk: the second waits, takes over within 30 s, and the first one, back late, records nothing."""

import signal
from collections.abc import Callable
from threading import Event, Timer

import pytest

from maild.store import DaemonLock
from maild.store.lock import TAKEOVER_SECONDS
from tests.acceptance.promises import check, rows_of, undone
from tests.acceptance.test_kill_anywhere import lay_in
from tests.acceptance.working_desk import PATIENCE, Running, WorkingDesk
from tests.servers.postgresql import Postgresql

TAKEN_OVER_SECONDS = 30


@pytest.fixture
def two(new_database: Callable[[], str | None], new_desk: Callable[..., WorkingDesk]) -> tuple[WorkingDesk, Running]:
    """A desk whose second daemon waits for its first."""
    return begin_two(new_desk(database=new_database()))


def begin_two(desk: WorkingDesk) -> tuple[WorkingDesk, Running]:
    first = desk.start()
    desk.wait_for_event("daemon_started")
    desk.start()
    desk.wait_for_event("daemon_waiting")
    return desk, first


def wait_for_successor(desk: WorkingDesk) -> None:
    running = desk.running
    assert running
    with running.changed:
        assert running.changed.wait_for(lambda: running.find("daemon_started"), TAKEN_OVER_SECONDS), running.lines


def wait_until_done(desk: WorkingDesk, count: int, by: Running | None = None) -> None:
    running = by or desk.running
    assert running
    with running.changed:
        assert running.changed.wait_for(lambda: undone(desk, count) == 0, PATIENCE), running.lines[-9:]


def test_the_second_takes_over_after_a_kill(two: tuple[WorkingDesk, Running]):
    """Killed in the middle of a morning, the first is replaced within 30 s; nothing is lost and nothing is doubled."""
    desk, first = two
    raws = lay_in(desk)
    with first.changed:
        assert first.changed.wait_for(lambda: first.find("arrivals_recorded"), PATIENCE)
    first.process.kill()
    first.process.wait(PATIENCE)

    wait_for_successor(desk)

    wait_until_done(desk, len(raws))
    assert desk.stop() == 0
    check(desk, raws)


def test_a_daemon_that_stood_still_records_nothing_late(postgresql: Postgresql, new_desk: Callable[..., WorkingDesk]):
    """Stopped in the middle of a morning, it is replaced within 30 s; continued, it finds its lock gone and ends."""
    with postgresql.database() as database:
        desk, first = begin_two(new_desk(database=database))
        raws = lay_in(desk)
        with first.changed:
            assert first.changed.wait_for(lambda: first.find("arrivals_recorded"), PATIENCE)
        first.process.send_signal(signal.SIGSTOP)
        try:
            wait_for_successor(desk)
            wait_until_done(desk, len(raws))
            before = everything(desk)
        finally:
            first.process.send_signal(signal.SIGCONT)

        assert first.process.wait(PATIENCE) == 1

        assert first.find("daemon_lock_lost")
        assert everything(desk) == before
        assert desk.stop() == 0
        check(desk, raws)


def test_a_daemon_that_stood_still_keeps_its_file(new_desk: Callable[..., WorkingDesk]):
    """On SQLite the kernel keeps the lock of a daemon that is stopped: nobody takes its place, so that nothing it
    records when it goes on can be late; killed, it is replaced.
    """
    desk, first = begin_two(new_desk())
    raws = lay_in(desk)
    with first.changed:
        assert first.changed.wait_for(lambda: first.find("arrivals_recorded"), PATIENCE)
    first.process.send_signal(signal.SIGSTOP)
    try:
        with DaemonLock(desk.state) as lock:
            assert not lock.take(after(3 * TAKEOVER_SECONDS))
        assert desk.running and not desk.running.find("daemon_started")
    finally:
        first.process.send_signal(signal.SIGCONT)
    wait_until_done(desk, len(raws), by=first)
    first.process.kill()
    first.process.wait(PATIENCE)

    wait_for_successor(desk)

    assert desk.stop() == 0
    check(desk, raws)


def after(seconds: float) -> Event:
    """An event that is set in a while."""
    event = Event()
    timer = Timer(seconds, event.set)
    timer.daemon = True
    timer.start()
    return event


def everything(desk: WorkingDesk) -> list[object]:
    """What a daemon can have changed."""
    return [
        sorted(rows_of(desk, f"SELECT id, claim, {rest} FROM {table}"))
        for table, rest in {
            "arrival": "attempts, done_at, outcome, shown_at",
            "outgoing_mail": "attempts, doubts, state, ended_at, last_reply",
            "timer": "done_at, due_at",
        }.items()
    ]
