"""Another process on the same database, as tests start it: `python neighbour.py VERB DIRECTORY URL [NUMBER…]`; an empty
URL is SQLite in the directory.

Prints a word a line as it gets on; ends when its standard input does.
"""

import sys
from pathlib import Path
from threading import Event

from maild.store import DaemonLock, Store
from maild.store.lock import WriteLock
from maild.store.postgresql import PostgresServer
from tests.integration.store.values import record


def say(word: str) -> None:
    """Tell the test how far this process is."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def hold(directory: Path, url: str | None) -> None:
    """Hold the write lock, as a stuck process would."""
    with WriteLock(directory).held() if url is None else PostgresServer(url).open_writer().begin():
        say("held")
        sys.stdin.read()


def be_daemon(directory: Path, url: str | None) -> None:
    """Hold the daemon's lock for life."""
    with DaemonLock(directory, url) as lock:
        lock.take(Event())
        say("taken")
        sys.stdin.read()


def write(directory: Path, url: str | None, first: int, count: int) -> None:
    """Record arrivals one by one, a commit each, saying each uid once it is committed."""
    store = Store.open(directory, url)
    for uid in range(first, first + count):
        record(store, uid)
        say(str(uid))
    store.close()


def main(verb: str, directory: str, url: str, *numbers: str) -> None:
    """Do one of the above."""
    verbs = {"hold": hold, "be-daemon": be_daemon, "write": write}
    verbs[verb](Path(directory), url or None, *(int(number) for number in numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
