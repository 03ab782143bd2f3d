"""Time that the demo sets: it stands in a file, where the demo and its daemon read how far they are off.

python -m maild.demo.fasttime FILE CONFIG     a daemon in that time
"""

import mmap
import os
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from maild.daemon import Daemon, Times, now, steady
from maild.journal import start_default_journal

_SECONDS: Final = struct.Struct("d")
_NAP_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 60.0


class FastTime:
    """A clock that goes as this machine's does, and is put forward by hand."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(_SECONDS.pack(0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SECONDS.size)

    def now(self) -> datetime:
        """Say what time it is in the demo."""
        return now() + timedelta(seconds=self._offset())

    def steady(self) -> float:
        """Give seconds that pass as the demo's do: for the daemon, nobody sets the clock."""
        return steady() + self._offset()

    def put_forward(self, at: datetime) -> None:
        """Let it be `at`; never earlier than it is."""
        offset = max((at - now()).total_seconds(), self._offset())
        self._shared[:] = _SECONDS.pack(offset)

    def _offset(self) -> float:
        seconds: float = _SECONDS.unpack(self._shared[:])[0]
        return seconds


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Wait, by this machine's clock, until something is so; False if it is not in a minute."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(_NAP_SECONDS)
    return True


def main(file: str, config: str) -> None:
    """Run a daemon in the demo's time."""
    fast = FastTime(Path(file))
    start_default_journal()
    Daemon(Path(config), os.environ, times=Times(fast.now, fast.steady, _NAP_SECONDS)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
