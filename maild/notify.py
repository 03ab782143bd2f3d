"""sd_notify: tell systemd that the daemon is ready, alive, or stopping (sd_notify(3), Type=notify)."""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

UNWATCHED_SECONDS: Final = 30.0


class Notifier:
    """The service manager's ear, if there is one; without it every word goes nowhere.

    `interval` is how often to say `alive`, in seconds: half of what the manager's watchdog allows.

    BUGS
        A word that the manager's full queue does not take is lost: `alive` is said again, the others are not.
    """

    def __init__(self, address: str | None, interval: float = UNWATCHED_SECONDS) -> None:
        self._address = address
        self.interval = interval

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Notifier":
        """Read `NOTIFY_SOCKET` and `WATCHDOG_USEC`; with a foreign `WATCHDOG_PID` it is not us who is watched."""
        allowed = environ.get("WATCHDOG_USEC", "")
        is_watched = allowed.isdecimal() and int(allowed) > 0
        is_ours = environ.get("WATCHDOG_PID") in {None, "", str(os.getpid())}
        interval = int(allowed) / 2_000_000 if is_watched and is_ours else UNWATCHED_SECONDS
        return cls(environ.get("NOTIFY_SOCKET") or None, interval)

    def ready(self) -> None:
        """Say that the daemon works."""
        self._say("READY=1")

    def alive(self) -> None:
        """Keep the watchdog quiet for another while."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the daemon drains."""
        self._say("STOPPING=1")

    def status(self, text: str) -> None:
        """Show one line in `systemctl status`."""
        self._say("STATUS=" + " ".join(text.split()))

    def _say(self, words: str) -> None:
        if self._address is None:
            return
        # An address that begins with @ lives in the abstract namespace: its first byte is NUL (unix(7)).
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # The desk goes on when the manager does not listen.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.setblocking(False)
            ear.sendto(words.encode(), address)
