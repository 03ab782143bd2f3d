"""What every test of the mailbox needs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from maild.imap import Mailbox, Wake, wire
from tests.fakes.imap import FakeImap
from tests.servers.accounts import mailbox_at
from tests.servers.dovecot import Dovecot

RAW = b"Subject: one\r\n\r\nhello\r\n"


@contextmanager
def connected(
    server: Dovecot | FakeImap, user: str = "desk@acme.example", folder: str = "INBOX", **changes: object
) -> Iterator[Mailbox]:
    """A mailbox that is connected, and closed in the end."""
    password = server.password if isinstance(server, Dovecot) else "secret"
    mailbox = Mailbox(mailbox_at(server, user, **changes), folder, lambda: password)
    try:
        mailbox.connect()
        yield mailbox
    finally:
        mailbox.close()


@pytest.fixture
def wake() -> Iterator[Wake]:
    """A bell of one's own."""
    bell = Wake()
    yield bell
    bell.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is left after a moment instead of a minute."""
    monkeypatch.setattr(wire, "READ_SECONDS", 0.5)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.5)
