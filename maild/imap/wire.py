"""imaplib's protocol over a socket of ours.

What the libraries leave open is closed here: TLS is verified, the kernel finds a dead peer, an announced literal takes
no memory before its bytes come, and one may look whether bytes wait without reading them.
"""

import imaplib
import io
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final

from imapclient import IMAPClient

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 60.0
SLOWEST: Final = 1_000  # bytes a second of the slowest answer that is waited for longer than that
PIECE: Final = 1 << 20
KEEPALIVE: Final = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),  # an answer that waits for our next packet costs 40 ms
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)


class _Patience(io.RawIOBase):
    """What a socket gives, as long as it does not drip: a byte a minute would hold our thread for ever.

    Only time spent waiting counts, since `begin`: in IDLE we read what is there already.
    """

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self.begin()

    def begin(self) -> None:
        """Count afresh: a new command was sent."""
        self._waited = 0.0
        self._came = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int | None:
        """Read what comes first; None where nothing is there and the socket does not block."""
        begun = time.monotonic()
        try:
            count = self._source.recv_into(room)
        except BlockingIOError:
            return None
        self._waited += time.monotonic() - begun
        self._came += count
        if self._waited > READ_SECONDS:
            if self._came < self._waited * SLOWEST:
                raise TimeoutError(f"the server drips: {self._came} bytes in {self._waited:.0f} s")
            self.begin()
        return count


class Wire(imaplib.IMAP4):
    """One connection: lines and literals out of a socket that we opened ourselves.

    Raises imaplib.IMAP4.error, OSError (TimeoutError and ssl.SSLError are such) and ValueError, as imaplib does.

    `count` is how many messages the selected folder has; `has_grown` says that some came since it was set to False.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._context = context
        self.count = 0
        self.has_grown = False
        super().__init__(host, port, CONNECT_SECONDS)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Connect, and begin TLS where it is the port's way."""
        self.host, self.port = host, port
        bare = socket.create_connection((host, port), timeout)
        try:
            for level, option, value in KEEPALIVE:
                bare.setsockopt(level, option, value)
            self.sock = self._context.wrap_socket(bare, server_hostname=host) if self._context else bare
        except BaseException:
            bare.close()
            raise
        self.sock.settimeout(READ_SECONDS)
        self._listen()

    def _listen(self) -> None:
        self._patience = _Patience(self.sock)
        self._lines = io.BufferedReader(self._patience)

    def send(self, data: "ReadableBuffer") -> None:
        """Send bytes; what is read from now on is an answer to them."""
        self._patience.begin()
        super().send(data)

    def read(self, size: int) -> bytes:
        """Read a literal, in pieces: its length is only the server's word."""
        pieces: list[bytes] = []
        while size > 0:
            piece = self._lines.read(min(size, PIECE))
            if not piece:
                raise self.abort("socket error: EOF in a literal")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def readline(self) -> bytes:
        """Read a line of at most a million bytes (imaplib's own bound)."""
        line = self._lines.readline(imaplib._MAXLINE + 1)  # type: ignore[attr-defined]  # noqa: SLF001 - its bound, not ours
        if len(line) > imaplib._MAXLINE:  # type: ignore[attr-defined]  # noqa: SLF001
            raise self.abort("a line without end")
        return bytes(line)

    def _append_untagged(self, typ: str, dat: object) -> None:
        """Note on the way whether mail came: imaplib keeps the numbers, but not what came before what.

        An EXPUNGE counts too: after it, mail that came is told by a number that we have heard before.
        """
        if typ == "EXISTS" and isinstance(dat, bytes) and dat.isdigit():
            self.has_grown = self.has_grown or int(dat) > self.count
            self.count = int(dat)
        elif typ == "EXPUNGE":
            self.count = max(self.count - 1, 0)
        super()._append_untagged(typ, dat)  # type: ignore[misc]  # imaplib's own, and not in its stubs

    def shutdown(self) -> None:
        """Close the connection without a word."""
        self._lines.close()
        self.sock.close()

    def has_news(self) -> bool:
        """Say whether bytes wait in our buffer, in TLS (where no poll() sees them) or in the socket; never block."""
        self.sock.setblocking(False)
        try:
            return bool(self._lines.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self.sock.settimeout(READ_SECONDS)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, list[Any]]:
        """Begin TLS on a connection in clear text; whatever was said before counts for nothing (RFC 9051, 6.2.1)."""
        if ssl_context is None:
            raise self.error("TLS needs a context that verifies")
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error("STARTTLS was refused")
        if self.has_news():
            raise self.abort("words in clear text after STARTTLS: somebody else is talking")
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self._listen()
        self.untagged_responses.clear()
        self._get_capabilities()
        return kind, data


class Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """imapclient's verbs over a Wire."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._wire_context = context
        super().__init__(host, port, ssl=context is not None, ssl_context=context)
        self.normalise_times = False
        # Otherwise it formats every line of the protocol for a logger: half the speed of a fetch.
        self._imap.debug = 0

    @property
    def wire(self) -> Wire:
        """The protocol beneath."""
        wire: Wire = self._imap
        return wire

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the library's hook
        return Wire(self.host, self.port, self._wire_context)

    def _set_read_timeout(self) -> None:
        self.wire.sock.settimeout(READ_SECONDS)
