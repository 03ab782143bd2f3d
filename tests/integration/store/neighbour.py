"""Another process on the same database, as tests start it: `python neighbour.py VERB DIRECTORY [NUMBER…]`.

Prints a word a line as it gets on; ends when its standard input does.
"""

import sys
from pathlib import Path
from threading import Event

from maild.store import DaemonLock, Store
from maild.store.lock import WriteLock
from tests.integration.store.values import record


def say(word: str) -> None:
    """Tell the test how far this process is."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def hold(directory: Path) -> None:
    """Hold the write lock, as a stuck process would."""
    with WriteLock(directory).held():
        say("held")
        sys.stdin.read()


def be_daemon(directory: Path) -> None:
    """Hold the daemon's lock for life."""
    with DaemonLock(directory) as lock:
        lock.take(Event())
        say("taken")
        sys.stdin.read()


def write(directory: Path, first: int, count: int) -> None:
    """Record arrivals one by one, a commit each, saying each uid once it is committed."""
    store = Store.open(directory)
    for uid in range(first, first + count):
        record(store, uid)
        say(str(uid))
    store.close()


def main(verb: str, directory: str, *numbers: str) -> None:
    """Do one of the above."""
    verbs = {"hold": hold, "be-daemon": be_daemon, "write": write}
    verbs[verb](Path(directory), *(int(number) for number in numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
