"""What the legs log, heard by a test in its own process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from threading import Condition
from typing import Any

import structlog

from maild.troubles import Board

PATIENCE = 30.0


class Heard:
    """All events so far; `wait_for` blocks, so it is for another thread than the leg's."""

    def __init__(self) -> None:
        self._news = Condition()
        self.lines: list[dict[str, Any]] = []

    def hear(self, _logger: object, _method: str, line: dict[str, Any]) -> dict[str, Any]:
        with self._news:
            self.lines.append(dict(line))
            self._news.notify_all()
        raise structlog.DropEvent

    @property
    def events(self) -> list[str]:
        return [str(line["event"]) for line in self.lines]

    def find(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    def wait_for(self, event: str, count: int = 1) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self.find(event)) >= count, PATIENCE), self.lines


def a_board() -> Board:
    """Give a board on which a minute passes between any two looks, so that every line is written."""
    return Board(count(step=61).__next__, timedelta(minutes=2))


@contextmanager
def hearing() -> Iterator[Heard]:
    """Hear instead of writing; loggers that were made before are heard too."""
    heard = Heard()
    processors = structlog.get_config()["processors"]
    before = list(processors)
    processors[:] = [heard.hear]
    try:
        yield heard
    finally:
        processors[:] = before
