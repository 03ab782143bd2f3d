"""A few reader processes, kept alive and fed.

Mails go to whichever reader has room, a group at a time. When a reader dies, what it had in hand is read
again one by one, each alone in a reader: only a mail that ends its reader then is unreadable. Before it is blamed, a
harmless mail of our own is read; if that too ends its reader, it is the machine's fault.
"""

import os
import resource
import selectors
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from maild.errors import MaildError, ReaderLostError
from maild.model.limits import ReadingLimits
from maild.model.mail import Arrival, Message
from maild.reading.batch import Batch
from maild.reading.process import Process
from maild.reading.wire import Allowance, Terms

_STOPPED = "the readers were stopped"


@dataclass(frozen=True, slots=True)
class Read:
    """An arrival, and the message in it."""

    arrival: Arrival
    message: Message


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An arrival that, alone in hand, ended or overran its reader, once; `reason` goes on from "could not be read:"."""

    arrival: Arrival
    reason: str


class Readers:
    """The only way to read a mail. `read()` belongs to one thread; `stop()` may be called from any.

    `start()` belongs before any thread of ours, so that a machine on which nothing can be read says so at once.

    BUGS
        A large mail that a shortage of memory killed while it was alone in hand is blamed as long as our small
        harmless one can still be read.
    """

    def __init__(self, limits: ReadingLimits, workers: int, allowance: Allowance | None = None) -> None:
        self._terms = Terms(limits, (allowance or Allowance.ordinary(limits)).within(_memory_of_a_child()))
        self._count = workers
        self._processes: list[Process] = []
        self._lock = threading.Lock()
        self._stopped = threading.Lock()  # taken once, and never given back
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = os.pipe()
        self._selector.register(self._bell, selectors.EVENT_READ)

    @property
    def pids(self) -> tuple[int, ...]:
        """The reader processes of this moment."""
        return tuple(process.pid for process in self._processes)

    def start(self) -> None:
        """Start the readers and wait until each is ready.

        Raises ReaderLostError when one cannot be started or dies before its first mail.
        """
        nothing = Batch(())
        with self._at_work():
            self._fill()
            while not all(process.is_ready for process in self._processes):
                self._turn(nothing)

    def read(self, arrivals: Sequence[Arrival]) -> list[Read | Unreadable]:
        """Read mails, in any reader; the results stand in the order of the arrivals.

        Raises ReaderLostError when readers die of harmless mail too, or `stop()` was called: then nothing is blamed.
        """
        results = self.read_raw([arrival.raw for arrival in arrivals])
        return [
            Unreadable(arrival, result) if isinstance(result, str) else Read(arrival, result)
            for arrival, result in zip(arrivals, results, strict=True)
        ]

    def read_raw(self, raws: Sequence[bytes]) -> list[Message | str]:
        """Read mails that no mailbox gave: a message each, or why there is none. Raises as `read()` does."""
        batch = Batch(raws)
        with self._at_work():
            self._bury_idle()
            self._fill()
            while not batch.is_done:
                self._feed(batch)
                self._turn(batch)
        return batch.results()

    def stop(self) -> None:
        """End the readers at once and for good, whatever they read; to stop again is no error."""
        if not self._stopped.acquire(blocking=False):
            return
        os.write(self._rope, b"!")
        with self._lock:
            self._dismiss_all()
            self._selector.close()
            os.close(self._bell)
            os.close(self._rope)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Hold the readers; after a failure none lives on with mails that nobody waits for."""
        with self._lock:
            if self._stopped.locked():
                raise ReaderLostError(_STOPPED)
            try:
                yield
            except BaseException:
                self._dismiss_all()
                raise

    def _bury_idle(self) -> None:
        """Take away readers that died between two calls, when they held nothing."""
        for process in [process for process in self._processes if process.has_ended]:
            self._dismiss(process)

    def _fill(self) -> None:
        while len(self._processes) < self._count:
            process = Process(self._terms)
            self._processes.append(process)
            self._selector.register(process.outbox, selectors.EVENT_READ, process)
            self._watch(process)

    def _feed(self, batch: Batch) -> None:
        for process in self._processes:
            mails = batch.next_alone() if not process.in_hand else {}
            if mails or not process.in_hand:
                process.is_alone = bool(mails)
            if not process.is_alone:
                mails = batch.next_for(process.in_hand)
            if mails:
                process.hand_over(mails)
                self._watch(process)

    def _watch(self, process: Process) -> None:
        """Write what can be written now, and hear of room for the rest."""
        process.send()
        is_watched = process.inbox in self._selector.get_map()
        if process.has_more_to_send and not is_watched:
            self._selector.register(process.inbox, selectors.EVENT_WRITE, process)
        elif is_watched and not process.has_more_to_send:
            self._selector.unregister(process.inbox)

    def _turn(self, batch: Batch) -> None:
        """Wait until something happens, and deal with it."""
        patience = min((process.patience_left for process in self._processes if process.is_busy), default=None)
        for key, _ in self._selector.select(patience):
            process: Process | None = key.data
            if process is None:
                raise ReaderLostError(_STOPPED)
            if process not in self._processes:
                continue  # it died a moment ago, and this is the news from its other pipe
            if key.fd == process.inbox:
                self._watch(process)
            else:
                self._listen(process, batch)
        for process in self._processes:
            if process.is_busy and process.patience_left <= 0:
                process.give_up()

    def _listen(self, process: Process, batch: Batch) -> None:
        lives = process.listen()
        for number, answer in process.answers():
            batch.answered(number, answer)
        if lives:
            return
        in_hand, was_alone, was_ready = tuple(process.in_hand), process.is_alone, process.is_ready
        reason = self._dismiss(process)
        if not was_ready:
            raise ReaderLostError(f"a reader {reason}, before its first mail")
        batch.reader_died(in_hand, was_alone=was_alone, reason=reason)
        self._fill()

    def _dismiss(self, process: Process) -> str:
        """End a reader, whatever it holds; say why it died if it was dead already."""
        self._processes.remove(process)
        for descriptor in (process.inbox, process.outbox):
            if descriptor in self._selector.get_map():
                self._selector.unregister(descriptor)
        return process.end()

    def _dismiss_all(self) -> None:
        while self._processes:
            self._dismiss(self._processes[-1])


def _memory_of_a_child() -> int:
    """Say how much memory, in bytes, whoever started us lets a process of ours take."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    return sys.maxsize if most == resource.RLIM_INFINITY else most


def read_one(raw: bytes, limits: ReadingLimits | None = None) -> Message:
    """Read one mail as the daemon would, in a reader of its own; its result may differ from the daemon's in nothing.

    Raises MaildError when the mail cannot be read, ReaderLostError when nothing can be read here.
    """
    readers = Readers(limits or ReadingLimits(), workers=1)
    try:
        (answer,) = readers.read_raw([raw])
    finally:
        readers.stop()
    if isinstance(answer, str):
        raise MaildError(f"this mail cannot be read: {answer}")
    return answer
