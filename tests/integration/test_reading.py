"""Mails are read in processes that may die of it; real bombs, real deaths."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest

from maild.errors import MaildError, ReaderLostError
from maild.model.mail import Arrival, Place
from maild.parsing import ReadingLimits, parse
from maild.reading import Allowance, Read, Readers, Unreadable, read_one

MEGABYTE = 1024 * 1024
LIMITS = ReadingLimits()
ROOT = Path(__file__).parents[2]
ENDLESS_LIMITS = ReadingLimits(parts=1_000_000)


def an_arrival(number: int, raw: bytes) -> Arrival:
    place = Place("support", "INBOX", 1, number)
    return Arrival(number, place, raw, "", len(raw), is_whole=True, recorded_at=datetime.now(UTC), attempts=0)


def arrivals(*raws: bytes) -> list[Arrival]:
    return [an_arrival(number, raw) for number, raw in enumerate(raws, start=1)]


def a_mail(number: int) -> bytes:
    head = f"From: bob@b.example\r\nMessage-ID: <{number}@b.example>\r\nSubject: {number}\r\n"
    return f"{head}\r\nHello {number}\r\n".encode()


def a_long_job(number: int, parts: int = 400_000) -> bytes:
    """A mail of so many parts that reading it takes seconds, when the limits allow them."""
    head = f"Subject: {number}\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n".encode()
    return head + b"--q\r\n\r\nx\r\n" * parts


def a_glutton(number: int) -> bytes:
    """A mail that no reader of 64 MB has room for."""
    return f"Subject: {number}\r\n\r\n".encode() + bytes(80 * MEGABYTE)


MEAGRE = Allowance(cpu=2.0, memory=64 * MEGABYTE)
HURRIED = Allowance(cpu=0.5, memory=2000 * MEGABYTE)
PATIENT = Allowance(cpu=60.0, memory=2000 * MEGABYTE)


@pytest.fixture
def start() -> Iterator[Callable[..., Readers]]:
    """Start readers that are stopped after the test."""
    started: list[Readers] = []

    def begin(allowance: Allowance | None = None, limits: ReadingLimits = LIMITS, workers: int = 2) -> Readers:
        readers = Readers(limits, workers, allowance)
        started.append(readers)
        readers.start()
        return readers

    yield begin
    for readers in started:
        readers.stop()


def memory_of(pid: int) -> int:
    """Resident bytes of a process, 0 once it has gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def until(condition: Callable[[], bool], patience: float = 60) -> None:
    """Wait for something that only another process can tell of."""
    pause = threading.Event()
    for _ in range(int(patience * 1000)):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("it did not happen")


def until_gone(pids: Sequence[int], patience: float = 60) -> None:
    """Wait for processes to end; one that has gone already is no error."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([descriptor], [], [], patience)
        os.close(descriptor)
        assert ended


class Assassin:
    """Ends any reader that grows beyond `size` bytes, that is, has a large mail in hand; a machine's misfortune."""

    def __init__(self, readers: Readers, number: signal.Signals, size: int) -> None:
        self._readers = readers
        self._number = number
        self._size = size
        self._stop = threading.Event()
        self.killed: list[int] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.001):
            for pid in self._readers.pids:
                if pid not in self.killed and memory_of(pid) > self._size:
                    self.killed.append(pid)
                    os.kill(pid, self._number)


def reading_aside(readers: Readers, batch: list[Arrival]) -> tuple[list[object], threading.Thread]:
    """Read in a thread of its own; its results, or the one error that it met, come into the list."""
    outcome: list[object] = []

    def read() -> None:
        try:
            outcome.extend(readers.read(batch))
        except ReaderLostError as lost:
            outcome.append(lost)

    thread = threading.Thread(target=read)
    thread.start()
    return outcome, thread


def test_mails_are_read_in_the_order_of_their_arrivals(start):
    """Two readers share a batch, and nobody's message becomes somebody else's."""
    batch = arrivals(*(a_mail(number) for number in range(100)))

    results = start().read(batch)

    assert results == [Read(arrival, parse(arrival.raw, LIMITS)) for arrival in batch]


def test_one_bomb_of_cpu_spoils_no_neighbour(start):
    """The mail that takes too long is named with its reason; the 99 around it are read as if it were not there."""
    raws = [a_mail(number) for number in range(100)]
    raws[50] = a_long_job(50)
    batch = arrivals(*raws)

    results = start(HURRIED, ENDLESS_LIMITS).read(batch)

    assert results[50] == Unreadable(batch[50], "the reader used more than 0.5 s of CPU")
    assert [result.message.subject for result in results if isinstance(result, Read)] == [
        str(number) for number in range(100) if number != 50
    ]


def test_a_mail_may_take_as_long_as_it_is_allowed(start):
    """The CPU allowance is one mail's: a reader that has read much has not used up the next mail's."""
    readers = start(Allowance(cpu=0.5, memory=MEAGRE.memory), workers=1)
    pids = readers.pids
    batch = arrivals(*(a_mail(number) for number in range(50)))

    def cpu_used() -> float:
        fields = Path(f"/proc/{pids[0]}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    while cpu_used() < 1.0:
        assert all(isinstance(result, Read) for result in readers.read(batch))

    assert readers.pids == pids


def test_a_mail_over_the_memory_limit_is_unreadable(start):
    """The reader meets its limit; the parent, which holds the same bytes, does not grow."""
    batch = arrivals(a_mail(1), a_glutton(2), a_mail(3))

    results = start(MEAGRE).read(batch)

    assert results[1] == Unreadable(batch[1], "the reader needed more than 64 MB of memory")
    assert [type(result) for result in results] == [Read, Unreadable, Read]


def test_three_bombs_in_a_row_are_bombs(start):
    """A harmless mail can still be read: so the mails are at fault, each once, and reading goes on."""
    readers = start(MEAGRE)
    batch = arrivals(a_glutton(1), a_glutton(2), a_glutton(3), a_glutton(4))

    assert [type(result) for result in readers.read(batch)] == [Unreadable] * 4
    assert [type(result) for result in readers.read(arrivals(a_mail(5)))] == [Read]


def test_a_crash_is_blamed_on_the_mail_that_was_alone_in_hand(start):
    """A segmentation fault, time and again while one mail is read: that mail is named, its neighbours are read."""
    readers = start(PATIENT, ENDLESS_LIMITS)
    batch = arrivals(a_mail(1), a_long_job(2), a_mail(3))

    with Assassin(readers, signal.SIGSEGV, memory_of(readers.pids[0]) + 20 * MEGABYTE) as assassin:
        results = readers.read(batch)

    assert len(assassin.killed) == 2  # once among others, once alone
    assert results[1] == Unreadable(batch[1], "the reader was ended by SIGSEGV")
    assert [type(result) for result in results] == [Read, Unreadable, Read]


def test_readers_that_die_together_lose_no_mail(start):
    """What either of them held is read again."""
    readers = start(PATIENT, ENDLESS_LIMITS)
    pids = readers.pids
    at_rest = memory_of(pids[0])
    outcome, thread = reading_aside(readers, arrivals(a_long_job(1, 150_000), a_long_job(2, 150_000), a_mail(3)))
    until(lambda: all(memory_of(pid) > at_rest + 5 * MEGABYTE for pid in pids))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    thread.join()

    assert [type(result) for result in outcome] == [Read, Read, Read]


def test_a_machine_that_kills_every_reader_is_not_the_mails_fault(start):
    """Every mail ended its reader, alone in hand, and so did our harmless one: nothing is blamed, nothing is held."""
    readers = start(PATIENT, ENDLESS_LIMITS, workers=1)
    batch = arrivals(a_long_job(1), a_long_job(2), a_long_job(3))
    at_rest = memory_of(readers.pids[0])

    with Assassin(readers, signal.SIGKILL, at_rest + 20 * MEGABYTE) as first:
        outcome, thread = reading_aside(readers, batch)
        until(lambda: len(first.killed) >= 4)
        with Assassin(readers, signal.SIGKILL, 0):
            thread.join()

    assert [type(lost) for lost in outcome] == [ReaderLostError]
    assert [type(result) for result in readers.read(arrivals(a_mail(4)))] == [Read]


def test_too_little_memory_for_a_reader_is_found_before_its_first_mail():
    """A limit under which no mail could be read is no mail's fault, and is found when the readers start."""
    readers = Readers(LIMITS, 2, Allowance(cpu=2.0, memory=1 * MEGABYTE))

    with pytest.raises(ReaderLostError, match="needed more than 1 MB of memory, before its first mail"):
        readers.start()

    assert readers.pids == ()
    readers.stop()


def test_a_reader_that_hangs_is_ended(start):
    """A stopped process uses no CPU; after the patience for it another one reads its mails, and none is blamed."""
    readers = start(Allowance(cpu=2.0, memory=MEAGRE.memory, patience=3.0), workers=1)
    hanging = readers.pids[0]
    os.kill(hanging, signal.SIGSTOP)

    results = readers.read(arrivals(a_mail(1), a_mail(2)))

    assert [type(result) for result in results] == [Read, Read]
    assert hanging not in readers.pids


def test_a_reader_that_died_while_idle_is_replaced(start):
    """What happens between two batches is blamed on nobody."""
    readers = start()
    before = readers.pids
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until_gone(before)

    assert [type(result) for result in readers.read(arrivals(a_mail(1)))] == [Read]
    assert not set(before) & set(readers.pids)


def test_signals_to_the_whole_service_do_not_end_a_reader(start):
    """systemd and a terminal signal every process; the daemon decides when reading ends."""
    readers = start()
    before = readers.pids
    for pid in before:
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)

    assert [type(result) for result in readers.read(arrivals(a_mail(1), a_mail(2)))] == [Read, Read]
    assert readers.pids == before


def test_stop_is_prompt_in_the_middle_of_a_bomb(start):
    """A daemon that is told to end does not wait for a mail that takes a minute."""
    readers = Readers(ENDLESS_LIMITS, 2, PATIENT)
    readers.start()
    pids = readers.pids
    at_rest = memory_of(pids[0])
    outcome, thread = reading_aside(readers, arrivals(a_long_job(1)))
    until(lambda: any(memory_of(pid) > at_rest + 10 * MEGABYTE for pid in pids))
    readers.stop()
    thread.join()

    assert [str(lost) for lost in outcome] == ["the readers were stopped"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_stopped_readers_stay_stopped(start):
    """To stop again is no error; to read is one that blames nothing."""
    readers = start()
    readers.stop()
    readers.stop()

    with pytest.raises(ReaderLostError, match="stopped"):
        readers.read(arrivals(a_mail(1)))


def test_readers_end_with_their_parent():
    """A daemon that is killed leaves nothing behind, not even in the middle of a mail."""
    script = (
        "import os, sys\n"
        "from maild.parsing import ReadingLimits\n"
        "from maild.reading import Readers\n"
        "readers = Readers(ReadingLimits(), 2)\n"
        "readers.start()\n"
        "print(*readers.pids, flush=True)\n"
        "sys.stdin.read()\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
        assert len(pids) == 2

    until_gone(pids)


def test_a_reader_inherits_no_descriptor_and_no_word_of_our_environment(start, monkeypatch):
    """Sockets, the database and secrets stay with the daemon, even those that it lets other programs inherit."""
    monkeypatch.setenv("MAILD_MAILBOXES__SUPPORT__PASSWORD", "secret")
    with socket.socket() as ours:
        ours.set_inheritable(True)
        readers = start(workers=1)
        folder = Path(f"/proc/{readers.pids[0]}")
        held = {str(link.readlink()).partition(":")[0] for link in (folder / "fd").iterdir()}
        environ = (folder / "environ").read_bytes()

    assert held == {"pipe", "/dev/null"}
    assert b"MAILD" not in environ


def test_a_reader_loads_neither_database_nor_mail_clients():
    """What a mail could misuse is not there."""
    script = (
        "import sys, maild.reading.worker\n"
        "unwanted = {'sqlalchemy', 'imapclient', 'aiosmtplib', 'asyncio', 'structlog', 'pydantic', 'jinja2', 'click'}\n"
        "print(*sorted(unwanted & sys.modules.keys()))"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, env=environ)

    assert done.stdout.split() == []


def test_the_command_line_reads_one_mail_as_the_daemon_does():
    """`read_one` goes through a limited reader too."""
    assert read_one(a_mail(1)) == parse(a_mail(1))


def test_the_command_line_is_told_why_a_mail_cannot_be_read():
    """An error with its reason, and no traceback."""
    with pytest.raises(MaildError, match="this mail cannot be read: the reader needed more than 106 MB of memory"):
        read_one(bytes(120 * MEGABYTE), ReadingLimits(size=1 * MEGABYTE))
