"""Work in a thread that nobody has to wait for.

A pool's threads are waited for when the loop and when the interpreter ends: a name server, a provider or a mail server
that hangs would hold the end of the program.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def begin_apart(work: Callable[[], T], name: str) -> "Future[T]":
    """Begin it; whatever it raises belongs to whoever asks for the outcome."""
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # whoever does not wait any more cannot end it
    Thread(target=_run, args=(work, outcome), name=name, daemon=True).start()
    return outcome


def _run(work: Callable[[], T], outcome: "Future[T]") -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - as above
        outcome.set_exception(error)
