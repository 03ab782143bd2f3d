"""The end of a browser's sign-in: a port on this machine to which the browser is sent (RFC 8252, 7.3)."""

import socket
from types import TracebackType
from typing import Final, Self

_PATIENCE: Final = 5.0
_LONGEST: Final = 16_384
_MOST_FIELDS: Final = 200
_PAGE: Final = (
    "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{words}\n"
)


class Visit:
    """A browser at our port: the address that it came by, and a page for it."""

    def __init__(self, bare: socket.socket, address: str) -> None:
        self._socket = bare
        self.address = address

    def answer(self, words: str, *, is_ours: bool) -> None:
        """Show a line of text and hang up; a browser that has left is not waited for."""
        page = _PAGE.format(status="200 OK" if is_ours else "404 Not Found", words=words)
        with self._socket:
            try:
                self._socket.sendall(page.encode())
            except OSError:
                return


class Loopback:
    """A port of 127.0.0.1 that nobody else has; `redirect` is its address. It can be waited for by select()."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)  # who came may have left before we look
        self.redirect = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def fileno(self) -> int:
        """Give the descriptor that is readable when somebody comes."""
        return self._socket.fileno()

    def welcome(self) -> Visit | None:
        """Take one visit; None for one that says nothing that a browser says."""
        try:
            bare, _ = self._socket.accept()
        except OSError:
            return None
        bare.settimeout(_PATIENCE)
        try:
            with bare.makefile("rb") as lines:
                words = lines.readline(_LONGEST).decode("ascii", "replace").split()
                # Read to its end, so that hanging up does not look like a cut.
                for _ in range(_MOST_FIELDS):
                    if not lines.readline(_LONGEST).strip():
                        break
        except OSError:
            words = []
        if words[:1] != ["GET"] or len(words) < len(("GET", "/", "HTTP/1.1")):
            bare.close()
            return None
        return Visit(bare, self.redirect.rstrip("/") + words[1])

    def __enter__(self) -> Self:
        """Listen."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._socket.close()
