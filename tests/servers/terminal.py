"""A person's terminal: a program on a pty, what it shows, and what is typed into it."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Sequence
from typing import Self

PATIENCE = 60


class Terminal:
    """One program on a terminal of its own; `shown` is all that it has written so far."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self.shown = ""

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        try:
            self._process = subprocess.Popen(
                self._command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"COLUMNS": "500"}
            )
        finally:
            os.close(theirs)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def wait_for(self, pattern: str) -> str:
        """Wait until the program has written this; give the first group."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.shown)):
            assert self._read(deadline), (pattern, self.shown)
        return found[1] if found.groups() else found[0]

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for_end(self) -> int:
        """Wait until the program ends; give its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(deadline - time.monotonic(), 0))
        try:
            piece = os.read(self._ours, 65_536) if ready else b""
        except OSError:  # the program has closed its end (EIO)
            return False
        self.shown += piece.decode(errors="replace")
        return bool(piece)
