"""What the service manager hears."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maild.notify import Notifier


@contextmanager
def an_ear(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(10)
        yield ear


def test_every_word_is_a_datagram(tmp_path: Path) -> None:
    """READY, WATCHDOG, STATUS on one line, STOPPING, in the words of sd_notify(3)."""
    address = str(tmp_path / "notify")
    with an_ear(address) as ear:
        notifier = Notifier.from_environ({"NOTIFY_SOCKET": address})
        notifier.ready()
        notifier.alive()
        notifier.status("3 mails\nwait")
        notifier.stopping()
        heard = [ear.recv(100) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STATUS=3 mails wait", b"STOPPING=1"]


def test_an_abstract_address_begins_with_an_at_sign() -> None:
    """systemd may give an address that is no file (unix(7))."""
    name = f"maild-test-{os.getpid()}"
    with an_ear("\0" + name) as ear:
        Notifier.from_environ({"NOTIFY_SOCKET": "@" + name}).ready()
        assert ear.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_a_manager_nothing_happens(environ: dict[str, str]) -> None:
    """A daemon started by hand says its words to nobody."""
    Notifier.from_environ(environ).ready()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "20000000"}, 10.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, 30.0),
        ({"WATCHDOG_USEC": "0"}, 30.0),
        ({"WATCHDOG_USEC": "soon"}, 30.0),
        ({}, 30.0),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(environ: dict[str, str], seconds: float) -> None:
    """Half of what systemd allows this process; a pace of our own where nobody watches."""
    assert Notifier.from_environ(environ).interval == seconds
