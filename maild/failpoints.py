"""The named places where a test may kill the process: every line between two durable steps.

A failpoint is armed by `MAILD_FAILPOINT=name` or `name:3` (the third time it is reached). An armed process ends with
`os._exit`, as a power cut would: no handlers, no flushing. Reached names are appended to the file of
`MAILD_FAILPOINT_LOG` so that a sweep can fail when one is never reached.
"""

import os
from enum import StrEnum
from pathlib import Path
from threading import Lock

EXIT_CODE = 99


class Failpoint(StrEnum):
    """Where a kill is tried; the order is that of a mail's path."""

    INTAKE_FETCHED = "intake.fetched"
    INTAKE_RECORDED = "intake.recorded"
    HANDLING_CLAIMED = "handling.claimed"
    HANDLING_READ = "handling.read"
    HANDLING_ANSWERED = "handling.answered"
    HANDLING_COMPOSED = "handling.composed"
    HANDLING_CARRIED_OUT = "handling.carried-out"  # inside the transaction
    HANDLING_COMMITTED = "handling.committed"
    SHOWING_CLAIMED = "showing.claimed"
    SHOWING_SHOWN = "showing.shown"
    SHOWING_RECORDED = "showing.recorded"
    TIMING_CLAIMED = "timing.claimed"
    TIMING_CARRIED_OUT = "timing.carried-out"
    TIMING_COMMITTED = "timing.committed"
    DELIVERY_CLAIMED = "delivery.claimed"
    DELIVERY_OFFERED = "delivery.offered"
    DELIVERY_HANDING_OVER = "delivery.handing-over"
    DELIVERY_HANDED_OVER = "delivery.handed-over"
    DELIVERY_RECORDED = "delivery.recorded"
    WEB_COMMITTED = "web.committed"


_lock = Lock()
_armed, _, _count = os.environ.get("MAILD_FAILPOINT", "").partition(":")
_log = os.environ.get("MAILD_FAILPOINT_LOG", "")
_left = int(_count or "1")


def reach(point: Failpoint) -> None:
    """Die here if this point is armed; else, next to nothing."""
    if _armed or _log:
        _reach(point)


def _reach(point: Failpoint) -> None:
    global _left  # noqa: PLW0603 - one counter for one process that is about to die
    with _lock:
        if _log:
            with Path(_log).open("a", encoding="ascii") as log:
                log.write(f"{point.value}\n")
        if point.value == _armed:
            _left -= 1
            if _left == 0:
                os._exit(EXIT_CODE)
