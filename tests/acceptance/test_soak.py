"""Load for a long time, and a fault every minute: all promises hold, and the process is as slim as it was.

pytest tests/acceptance/test_soak.py                 a share of it: each fault once (CI)
pytest tests/acceptance/test_soak.py --soak=3600     an hour, a fault a minute (make soak)

The faults come from a seeded list, one after the other, so that each is mended before the next.
"""

import fcntl
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.promises import check, undone
from tests.acceptance.working_desk import PATIENCE, WorkingDesk
from tests.servers.disk import fill
from tests.servers.proxy import Proxy

SEED = 20261128
EVERY_SECONDS = 60.0
MEGABYTE = 1_000_000
REPLIES = 0.25
WARM_UP = 20  # mails answered, after which everything that is made once has been made
LOCKED_SECONDS = 6  # a second more than anybody waits
# SQLite's page caches fill with the database, to 64 MB; idle connections are a dozen, in either direction.
GROWTH = {"memory": 64, "descriptors": 16, "threads": 6}


@dataclass(slots=True)
class Ground:
    """A desk on a small disk, behind wires that can be cut, and what was laid into its mailbox so far."""

    desk: WorkingDesk
    disk: Path
    imap: Proxy
    smtp: Proxy
    chance: random.Random
    raws: list[bytes] = field(default_factory=list)
    matters: list[int] = field(default_factory=list)

    def lay_one(self, chance: random.Random) -> None:
        """Lay a mail into the mailbox: a new matter of somebody new, or more words of somebody known."""
        desk, number = self.desk, len(self.raws)
        is_reply = bool(self.matters) and chance.random() < REPLIES
        matter = chance.choice(self.matters) if is_reply else number
        # Nobody else writes in this name: an acknowledgement that came twice would be seen.
        who = f"matter{matter}.{desk.address.partition('@')[0]}@bigco.example"
        raw = (
            f"Authentication-Results: {desk.host.authserv_id}; dmarc=pass header.from=bigco.example\r\n"
            f"From: {who}\r\nTo: {desk.address}\r\nSubject: Matter {matter}\r\n"
            f"Message-ID: <{number}.{who}>\r\n"
            + (f"In-Reply-To: <{matter}.{who}>\r\n" if is_reply else "")
            + f"Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße, Nummer {number}.\r\n"
        ).encode()
        desk.host.drop.deliver(who, desk.address, raw)
        self.raws.append(f"Return-Path: <{who}>\r\nDelivered-To: {desk.address}\r\n".encode() + raw)
        self.matters += [] if is_reply else [number]

    @property
    def pid(self) -> int:
        return self.desk.running.process.pid

    def begin_life(self) -> None:
        self.desk.start()
        self.desk.wait_for_event("mailbox_connected")

    def wait_until_idle(self, patience: float) -> None:
        running = self.desk.running
        with running.changed:
            running.changed.wait_for(
                lambda: undone(self.desk, len(self.raws)) == 0 or running.process.poll() is not None, patience
            )
        left = undone(self.desk, len(self.raws))
        assert left == 0 and running.process.poll() is None, (left, running.lines[-9:], running.other[-9:])


def kill_the_daemon(ground: Ground, _seconds: float) -> None:
    assert ground.desk.running.find("leg_failed") == []
    ground.desk.kill()
    ground.begin_life()


def restart_imap(ground: Ground, seconds: float) -> None:
    ground.desk.host.dovecot.stop()
    time.sleep(seconds)
    ground.desk.host.dovecot.start()


def restart_the_relay(ground: Ground, seconds: float) -> None:
    ground.desk.host.postfix.stop()
    time.sleep(seconds)
    ground.desk.host.postfix.start()
    ground.desk.host.postfix.flush()


def stop_the_world(ground: Ground, seconds: float) -> None:
    os.kill(ground.pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(ground.pid, signal.SIGCONT)


def lock_the_database(ground: Ground, seconds: float) -> None:
    lock = os.open(ground.desk.state / "maild.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    time.sleep(max(seconds, LOCKED_SECONDS))
    os.close(lock)


def kill_a_reader(ground: Ground, _seconds: float) -> None:
    readers = readers_of(ground.pid)
    os.kill(ground.chance.choice(readers), signal.SIGKILL)


def fill_the_disk(ground: Ground, seconds: float) -> None:
    fill(ground.disk, leave=0)
    time.sleep(seconds)
    (ground.disk / "ballast").unlink()


def reset_connections(ground: Ground, _seconds: float) -> None:
    ground.imap.cut()
    ground.smtp.cut()


FAULTS: tuple[Callable[[Ground, float], None], ...] = (
    kill_the_daemon,
    restart_imap,
    restart_the_relay,
    stop_the_world,
    lock_the_database,
    kill_a_reader,
    fill_the_disk,
    reset_connections,
)


def plan(count: int, chance: random.Random) -> list[Callable[[Ground, float], None]]:
    """Shuffle the faults, all of them before any again. The last life is a long one: kills are in the first half."""
    planned: list[Callable[[Ground, float], None]] = [kill_the_daemon]
    while len(planned) < count:
        some = [fault for fault in FAULTS if fault is not kill_the_daemon or 1 < len(planned) < count / 2]
        planned += chance.sample(some, len(some))
    return planned[:count]


@dataclass(frozen=True, slots=True)
class Size:
    """What a process holds: memory in MB, descriptors, threads, and its readers."""

    memory: int
    descriptors: int
    threads: int
    readers: int


def size_of(pid: int) -> Size:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Size(
        memory=int(status["VmRSS"].split()[0]) // 1000,
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(status["Threads"]),
        readers=len(readers_of(pid)),
    )


def readers_of(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return [child for child in children if b"maild.reading.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except FileNotFoundError:  # the thread has ended
        return []


@contextmanager
def load(ground: Ground, per_second: float) -> Iterator[None]:
    """Somebody writes all the time."""
    stop, chance = threading.Event(), random.Random(SEED + 1)

    def write() -> None:
        while not stop.wait(chance.expovariate(per_second)):
            ground.lay_one(chance)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        yield
    finally:
        stop.set()
        writing.join(PATIENCE)


@pytest.fixture
def ground(new_desk: Callable[..., WorkingDesk], small_disk: Path) -> Iterator[Ground]:
    """A desk on a small disk, not begun yet; the servers stand again at the end."""
    desk = new_desk(extra="limits: {message: 1MB}\n")
    imap, smtp = Proxy(desk.host.dovecot.tls_port), Proxy(desk.host.postfix.submission_port)
    config = desk.config / "maild.yaml"
    text = config.read_text().replace(f"{desk.folder}/state", str(small_disk / "state"))
    text = text.replace(f"port: {desk.host.dovecot.tls_port}", f"port: {imap.port}")
    config.write_text(text.replace(f"port: {desk.host.postfix.submission_port}", f"port: {smtp.port}"))
    desk.state = small_disk / "state"
    yield Ground(desk, small_disk, imap, smtp, random.Random(SEED))
    imap.close()
    smtp.close()
    for server in (desk.host.dovecot, desk.host.postfix):
        if not server.is_running:
            server.start()


def test_a_fault_a_minute_under_load(ground: Ground, soak_seconds: float, capsys: pytest.CaptureFixture[str]):
    """Every mail has one outcome, every answer goes at most once, `verify` finds nothing, nothing has grown.

    In CI every fault comes once, close upon the other; `--soak` gives each its minute.
    """
    every = min(EVERY_SECONDS, soak_seconds / (len(FAULTS) + 1))
    ground.begin_life()
    before = None
    with load(ground, per_second=1.0 if every == EVERY_SECONDS else 3.0):
        for fault in plan(int(soak_seconds / every), ground.chance):
            end = time.monotonic() + every
            before = None if fault is kill_the_daemon else before or size_when_warm(ground)
            fault(ground, every / 4)
            assert ground.desk.running.process.poll() is None, (fault, ground.desk.running.other[-9:])
            time.sleep(max(0.0, end - time.monotonic()))
    ground.wait_until_idle(5 * PATIENCE)
    after = size_of(ground.pid)
    with capsys.disabled():
        sys.stdout.write(f"\nsoak: {len(ground.raws)} mails in {soak_seconds:.0f} s; {before} became {after}\n")
    assert ground.desk.running.find("leg_failed") == []
    assert ground.desk.stop() == 0
    ground.desk.host.postfix.flush()
    check(ground.desk, ground.raws)
    assert before is not None
    assert after.readers == before.readers
    assert all(asdict(after)[name] <= asdict(before)[name] + most for name, most in GROWTH.items())


def size_when_warm(ground: Ground) -> Size:
    """See what a life holds that has answered a few mails."""
    ground.desk.wait_for_event("mail_accepted", WARM_UP)
    return size_of(ground.pid)
