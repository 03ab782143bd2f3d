"""The daemon with a clock that a test sets: `clocked.py FILE … CONFIG run`; FILE has the seconds that it is off."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.daemon import Daemon, Times
from maild.journal import start_default_journal

OFFSET, CONFIG = Path(sys.argv[1]), Path(sys.argv[-2])


def wall() -> datetime:
    """Tell the time as far as it was set."""
    return datetime.now(UTC) + timedelta(seconds=float(OFFSET.read_text()))


if __name__ == "__main__":
    start_default_journal()
    Daemon(CONFIG, os.environ, times=Times(wall)).run()
