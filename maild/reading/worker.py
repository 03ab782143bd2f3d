"""A reader: a process that does nothing but read mails, within limits. `python -m maild.reading.worker`.

Lives as long as its parent holds the pipe. A mail over its CPU allowance ends the process by SIGPROF, one over the
memory by exit status OUT_OF_MEMORY; both are the parent's to notice.

BUGS
    The memory limit is RLIMIT_DATA: private writable memory, which is what a mail makes a process take. RLIMIT_AS
    would also count libraries and locale archives, which differ by a hundred megabytes between machines. Memory
    shared with others and files mapped read-only are not counted; parsing makes none.
"""

import gc
import logging
import os
import pickle
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from maild.model.limits import ReadingLimits
from maild.parsing import parse
from maild.reading.wire import HARMLESS, OUT_OF_MEMORY, REPLY, Allowance, Kind, Terms, pack_message, read_request

_BUFFER = 64 * 1024


def main() -> None:
    """Read mails until the parent closes the pipe."""
    replies = _take_pipe()
    requests = open(0, "rb", buffering=_BUFFER, closefd=False)  # noqa: SIM115 - a descriptor, for life
    first = read_request(requests)
    if first is None:
        return
    terms: Terms = pickle.loads(first[1])  # noqa: S301 - written by our parent, before any mail
    _confine(terms.allowance)
    try:
        _prove(terms.limits)
        _answer(replies, Kind.READY, b"")
        replies.flush()
        _serve(requests, replies, terms)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        return


def _prove(limits: ReadingLimits) -> None:
    """Fail now rather than over somebody's mail: there is room for the largest one, and a harmless one can be read."""
    bytes(limits.size)
    parse(HARMLESS, limits)
    gc.collect()
    gc.freeze()


def _serve(requests: BinaryIO, replies: BinaryIO, terms: Terms) -> None:
    while (request := read_request(requests)) is not None:
        is_last, raw = request
        del request  # two large mails at once are not in the allowance
        kind, payload = _read(raw, terms.limits, terms.allowance.cpu)
        del raw
        _answer(replies, kind, payload)
        del payload
        if is_last:
            replies.flush()


def _read(raw: bytes, limits: ReadingLimits, cpu: float) -> tuple[Kind, bytes]:
    # The timer's default action ends the process even inside a library that never returns to Python.
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        return Kind.MESSAGE, pack_message(parse(raw, limits))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - parse() raises nothing; should it, the mail is named, not the machine
        return Kind.FAILURE, f"{type(error).__name__}: {error}"[:500].encode("utf-8", "replace")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _answer(replies: BinaryIO, kind: Kind, payload: bytes) -> None:
    replies.write(REPLY.pack(kind, len(payload)))
    replies.write(payload)


def _take_pipe() -> BinaryIO:
    """Keep standard output for answers alone: a library that prints must not be taken for one."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=_BUFFER)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.close(silence)
    return pipe


def _confine(allowance: Allowance) -> None:
    # systemd and a terminal signal every process of the daemon: who drains decides when a reader ends, not the signal.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    logging.getLogger("mailparser").setLevel(logging.CRITICAL)
    with suppress(OSError):
        # Short of memory, the kernel shall end a reader and not the daemon.
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # After this, no word of a library about a mail reaches the journal.
    os.dup2(1, 2)
    resource.setrlimit(resource.RLIMIT_DATA, (allowance.memory, allowance.memory))


if __name__ == "__main__":
    main()
