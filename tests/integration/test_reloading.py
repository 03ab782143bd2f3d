"""Reloading with a real store, real files and the real command; the daemon is its leg and its lock."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from maild.config import read_config
from maild.daemon import now
from maild.model.edition import EditionState
from maild.premises import Premises, begin_premises, keyring_of, open_store
from maild.reloading import Reloading, Seat
from maild.store import DaemonLock
from maild.troubles import Board
from tests.integration.a_desk import ADesk
from tests.integration.hearing import Heard, hearing

LONG_AGO = time.time() - 1000
VPN = "rules:\n  vpn: {when: {text: {words: [vpn]}}, then: {tags: [vpn]}}\n"


class Reloaded(ADesk):
    """A desk whose daemon is a leg that takes editions, and the lock by which the command knows of it."""

    def __init__(self, folder: Path, heard: Heard) -> None:
        super().__init__(folder)
        self.heard = heard
        self.board = Board(time.monotonic, timedelta(minutes=2))
        self.is_over = Event()
        self.write("people.yaml", (self.config / "rules" / "people.yaml").read_text())

    def write(self, name: str, text: str | bytes) -> None:
        """Write a rule file as if that was long ago."""
        file = self.config / "rules" / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.settle()

    def settle(self) -> None:
        for path in (self.config / "rules", *(self.config / "rules").iterdir()):
            os.utime(path, (LONG_AGO, LONG_AGO))

    def begin(self, stack: ExitStack) -> None:
        """Begin the daemon's part."""
        config = read_config(self.config, {})
        lock = stack.enter_context(DaemonLock(config.state.directory, None))
        assert lock.try_take()
        self.store = open_store(config, lock)
        stack.callback(self.store.close)
        mine, rules = begin_premises(self.store, config, now())
        keyring = keyring_of(self.store, now())
        self.in_force = Premises(mine, rules, keyring).in_force(now)
        self.leg = Reloading(Seat(config, os.environ, keyring, self.in_force, now), self.store, self.board)

    def work(self, stack: ExitStack) -> None:
        """Let the leg work, as a thread."""
        thread = Thread(target=self.leg.run, args=(self.is_over,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(self.is_over.set)

    @property
    def rules(self) -> list[str]:
        return [rule.name for rule in self.in_force.get()[0].rules.rules]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def heard() -> Iterator[Heard]:
    with hearing() as listening:
        yield listening


@pytest.fixture
def desk(tmp_path: Path, heard: Heard, stack: ExitStack) -> Reloaded:
    """A desk at work."""
    desk = Reloaded(tmp_path, heard)
    desk.begin(stack)
    desk.work(stack)
    return desk


def test_an_edited_rule_is_taken(desk: Reloaded):
    """The command waits for the daemon's word; a second time nothing has changed."""
    desk.write("vpn.yaml", VPN)
    done = desk.maild("reload")

    assert desk.rules == ["vpn"]
    desk.heard.wait_for("rules_taken")
    taken = desk.store.read(lambda reader: reader.edition_in_force())
    assert taken is not None
    assert (taken.state, taken.by) == (EditionState.TAKEN, desk.heard.find("rules_taken")[0]["by"])
    assert done.stdout == f"Taken: 1 rule; the desk decides by {taken.digest[:12]}.\n"
    assert desk.maild("reload").stdout == f"Nothing has changed; the desk decides by {taken.digest[:12]}.\n"
