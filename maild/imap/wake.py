"""A bell that ends a wait: a pair of sockets that poll() understands."""

import contextlib
import socket


class Wake:
    """Rung from any thread or signal handler; the waiting thread polls `fileno()` and clears."""

    def __init__(self) -> None:
        # Sockets and not a bare pipe: ringing after close() cannot hit a descriptor that is someone else's by now.
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def ring(self) -> None:
        """End the current wait, or the next one; never blocks."""
        with contextlib.suppress(OSError):  # full: it rings already; closed: nobody waits
            self._bell.send(b"\0")

    def clear(self) -> None:
        """Forget all rings so far."""
        with contextlib.suppress(OSError):
            while self._ear.recv(4096):
                pass

    def fileno(self) -> int:
        """Give the descriptor that is readable while the bell rings."""
        return self._ear.fileno()

    def close(self) -> None:
        """Give the descriptors back."""
        self._ear.close()
        self._bell.close()
