"""A server on loopback that does on the wire exactly what a test tells it: the part that every protocol shares."""

import contextlib
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Self

PATIENCE = 30.0
BETWEEN_SEGMENTS = 0.05


class HungUpError(Exception):
    """The conversation is over: one side hung up, or the test did."""


class Talk:
    """One connection, in the server's hands."""

    def __init__(self, bare: socket.socket, stopped: threading.Event) -> None:
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bare.settimeout(PATIENCE)
        self._socket = bare
        self._lines = bare.makefile("rb")
        self._stopped = stopped

    def say(self, *lines: str | bytes) -> None:
        """Send lines, CRLF added, in one segment."""
        self.send(
            b"".join(
                (line if isinstance(line, bytes) else line.encode("utf-8", "surrogateescape")) + b"\r\n"
                for line in lines
            )
        )

    def send(self, *segments: bytes) -> None:
        """Send bytes as they are, each argument in a TCP segment of its own."""
        for number, segment in enumerate(segments):
            if number:
                time.sleep(BETWEEN_SEGMENTS)  # nothing tells a sender that its bytes were read
            try:
                self._socket.sendall(segment)
            except OSError as error:
                raise HungUpError from error

    def hear(self) -> str:
        """Read a line; raise HungUpError when the client is gone."""
        return self.hear_bytes().decode("utf-8", "surrogateescape")

    def hear_bytes(self) -> bytes:
        try:
            line = self._lines.readline()
        except (OSError, ValueError) as error:
            raise HungUpError from error
        if not line:
            raise HungUpError
        return line.rstrip(b"\r\n")

    def cut(self) -> None:
        """Hang up without a word."""
        raise HungUpError

    def hang(self) -> None:
        """Say nothing more, and keep the connection, until the test is over."""
        self._stopped.wait(PATIENCE)
        raise HungUpError

    def begin_tls(self, context: ssl.SSLContext) -> None:
        self._lines.close()
        try:
            self._socket = context.wrap_socket(self._socket, server_side=True)
        except OSError as error:
            raise HungUpError from error
        self._lines = self._socket.makefile("rb")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()


class WireServer:
    """Listens on a port of its own; every connection has its thread. Use as a context.

    `plan(step, act, …)` says what happens instead of the usual at a step: the acts in order, once each, then the usual
    again. An act is called with the connection and what the client said. `heard` are the client's lines, in order.
    """

    def __init__(
        self, context: ssl.SSLContext | None = None, *, is_implicit: bool = False, host: str = "127.0.0.1"
    ) -> None:
        self.context = context
        self._is_implicit = is_implicit
        self._listener = socket.create_server((host, 0))
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        self._talks: list[Talk] = []
        self._plans: defaultdict[str, deque[Callable[[Talk, str], None]]] = defaultdict(deque)
        self._news = threading.Condition()
        self.heard: list[str] = []
        self.connections = 0

    def plan(self, step: str, *acts: Callable[[Talk, str], None]) -> None:
        self._plans[step].extend(acts)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that the client's lines bring about; raise TimeoutError after half a minute."""
        with self._news:
            if not self._news.wait_for(is_so, PATIENCE):
                raise TimeoutError(f"heard only {self.heard}")

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for talk in self._talks:
            talk.close()

    def converse(self, talk: Talk) -> None:
        """Hold one conversation; a protocol's own."""
        raise NotImplementedError

    def note(self, line: str) -> None:
        with self._news:
            self.heard.append(line)
            self._news.notify_all()

    def act(self, step: str, talk: Talk, line: str) -> bool:
        """Do what is planned at a step; False if nothing is."""
        plans = self._plans[step]
        if not plans:
            return False
        plans.popleft()(talk, line)
        return True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                bare, _ = self._listener.accept()
                talk = Talk(bare, self._stopped)
                self._talks.append(talk)
                self.connections += 1
                threading.Thread(target=self._run, args=(talk,), daemon=True).start()

    def _run(self, talk: Talk) -> None:
        try:
            if self.context and self._is_implicit:
                talk.begin_tls(self.context)
            self.converse(talk)
        except HungUpError:
            pass
        finally:
            talk.close()


def cut(talk: Talk, _line: str) -> None:
    """Hang up."""
    talk.cut()


def hang(talk: Talk, _line: str) -> None:
    """Say nothing, for ever."""
    talk.hang()
