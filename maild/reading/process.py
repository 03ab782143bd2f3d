"""One reader process as its parent sees it: mails go in, answers come out, and its end has a reason."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from fcntl import F_SETPIPE_SZ, fcntl
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO

import maild
from maild.errors import ReaderLostError
from maild.model.mail import Message
from maild.reading.wire import OUT_OF_MEMORY, REPLY, Kind, Terms, pack_requests, unpack_message

_PIPE_SIZE = 1024 * 1024
_READ_SIZE = 256 * 1024
_START_PATIENCE = 60.0  # seconds: a machine that boots has other things to do
_PIECES = 64  # of one writev: well under every kernel's IOV_MAX
_ROOT = Path(maild.__file__).resolve().parent.parent


class Process:
    """A spawned reader. Nothing here blocks but `end()`, and that only until the kernel has buried the process.

    `in_hand` are the numbers of the mails that it was given and has not answered, oldest first; `is_alone` says that
    the one in hand is being read alone. Raises ReaderLostError when no process can be made.
    """

    def __init__(self, terms: Terms) -> None:
        self._allowance = terms.allowance
        self._popen, self._stdin, self._stdout, self._stderr = _spawn()
        self._outgoing: deque[memoryview] = deque()
        self._incoming = bytearray()
        self._is_overdue = False
        self.in_hand: deque[int] = deque()
        self.is_alone = False
        self.is_ready = False
        self._heard_at = time.monotonic()
        self._queue([pickle.dumps(terms, protocol=5)])
        self.send()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def inbox(self) -> int:
        """The descriptor to write to, of interest while `has_more_to_send`."""
        return self._stdin.fileno()

    @property
    def outbox(self) -> int:
        """The descriptor that answers, and the news of its death, come from."""
        return self._stdout.fileno()

    @property
    def has_more_to_send(self) -> bool:
        return bool(self._outgoing)

    @property
    def is_busy(self) -> bool:
        return bool(self.in_hand) or not self.is_ready

    @property
    def has_ended(self) -> bool:
        return self._popen.poll() is not None

    @property
    def patience_left(self) -> float:
        """Seconds until a busy process has been silent for too long."""
        return max(0.0, self._heard_at + self._patience - time.monotonic())

    @property
    def _patience(self) -> float:
        return self._allowance.patience if self.is_ready else _START_PATIENCE

    def hand_over(self, mails: Mapping[int, bytes]) -> None:
        """Put mails, by their numbers, into its queue; `send()` sets them going."""
        if not self.in_hand:
            self._heard_at = time.monotonic()
        self.in_hand.extend(mails)
        self._queue(list(mails.values()))

    def send(self) -> None:
        """Write as much as the pipe takes; that a process has died is noticed at its outbox."""
        try:
            while self._outgoing:
                self._sent(os.writev(self.inbox, list(islice(self._outgoing, _PIECES))))
                self._heard_at = time.monotonic()
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._outgoing.clear()

    def listen(self) -> bool:
        """Take some of what has come; False once the process has closed its end."""
        try:
            new = os.read(self.outbox, _READ_SIZE)
        except BlockingIOError:
            return True
        self._incoming += new
        self._heard_at = time.monotonic()
        return bool(new)

    def answers(self) -> list[tuple[int, Message | str]]:
        """Give every whole answer that has come: a mail's number, and its message or why there is none."""
        found = []
        start = 0
        with memoryview(self._incoming) as come:
            while len(come) >= start + REPLY.size:
                kind, length = REPLY.unpack_from(come, start)
                end = start + REPLY.size + length
                if len(come) < end:
                    break
                if kind == Kind.READY:
                    self.is_ready = True
                else:
                    found.append((self.in_hand.popleft(), _unpack(kind, bytes(come[start + REPLY.size : end]))))
                start = end
        del self._incoming[:start]
        return found

    def give_up(self) -> None:
        """Kill a process that has been silent for too long; its outbox will say that it is dead."""
        self._is_overdue = True
        self._popen.kill()

    def end(self) -> str:
        """End the process if it still lives, and say why it died, in words that continue "the reader …"."""
        self._popen.kill()
        status = self._popen.wait()
        words = (self._stderr.read() or b"").decode("utf-8", "replace").strip()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()
        return self._reason(status) + (f": {words.splitlines()[-1]}" if words else "")

    def _reason(self, status: int) -> str:
        if self._is_overdue:
            return f"gave no answer for {self._patience:g} s"
        if status == -signal.SIGPROF:
            return f"used more than {self._allowance.cpu:g} s of CPU"
        if status == OUT_OF_MEMORY:
            return f"needed more than {self._allowance.memory // (1024 * 1024)} MB of memory"
        return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    def _queue(self, payloads: Sequence[bytes]) -> None:
        self._outgoing.extend(memoryview(piece) for piece in pack_requests(payloads) if piece)

    def _sent(self, count: int) -> None:
        while count:
            piece = self._outgoing.popleft()
            if count < len(piece):
                self._outgoing.appendleft(piece[count:])
                return
            count -= len(piece)


def _unpack(kind: int, payload: bytes) -> Message | str:
    if kind != Kind.MESSAGE:
        return f"could not take it apart: {payload.decode('utf-8', 'replace')}"
    try:
        return unpack_message(BytesIO(payload))
    except Exception as error:  # noqa: BLE001 - a strange pickle may raise nearly anything, and it is one mail's
        return f"gave no message: {type(error).__name__}"


def _spawn() -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes], IO[bytes]]:
    """Start a fresh interpreter.

    Not multiprocessing: its children import the parent's main module, and with it the database and the mail clients.
    A new session keeps the terminal's signals away; no descriptor but the pipes and no word of our environment, where
    secrets may stand, goes along.
    """
    command = [sys.executable, "-P", "-s", "-B", "-m", "maild.reading.worker"]
    environ = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
    if "LD_LIBRARY_PATH" in os.environ:
        environ["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    try:
        popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no word from outside
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env=environ,
            start_new_session=True,
        )
    except OSError as error:
        raise ReaderLostError(f"no reader can be started: {error}") from error
    pipes = popen.stdin, popen.stdout, popen.stderr
    stdin, stdout, stderr = (pipe for pipe in pipes if pipe is not None)
    for pipe in (stdin, stdout):
        os.set_blocking(pipe.fileno(), False)
        try:
            fcntl(pipe.fileno(), F_SETPIPE_SZ, _PIPE_SIZE)
        except OSError:
            # The user has too many wide pipes: this one stays narrow, and is only slower.
            continue
    return popen, stdin, stdout, stderr
