"""How a command comes to the desk: its configuration, its database, and who is asking.

What only lists and shows neither reads the rules nor loads what decides: it works where those are broken, and at once.
"""

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from maild.config import StateConfig, read_config
from maild.errors import MaildError
from maild.store import Store, Transaction, no_daemon

STANDARD_INPUT = Path("-")
NUMBER = click.IntRange(min=1, max=2**63 - 1)  # what a database can be asked for

# What a person may do to one thing by its number: who, and when; False where it cannot be done.
Deed = Callable[[Transaction, int, str, datetime], bool]


def now() -> datetime:
    """Say what time it is."""
    return datetime.now(UTC)


def user() -> str:
    """Name who gives the command, for the record."""
    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):
        return f"command line: uid {os.getuid()}"


def bytes_of(file: Path) -> bytes:
    """Read a file that was named, or standard input."""
    try:
        return sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    except OSError as error:
        raise MaildError(f"{file} cannot be read: {error.strerror}") from error


def config_directory() -> Path:
    """Give the folder that `--config` names."""
    directory: Path = click.get_current_context().find_root().params["config"]
    return directory


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open the desk's database for a while. Raises MaildError."""
    config = read_config(config_directory(), os.environ)
    store = Store.open(config.state.directory, config.state.database, first_number=config.desk.first_number)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def alone_with(state: StateConfig, first_number: int = 1) -> Iterator[Store]:
    """Open a database for a while on which no daemon works, or comes to work meanwhile. Raises MaildError."""
    with no_daemon(state.directory, state.database, "it would go on writing meanwhile") as lock:
        store = Store.open(state.directory, state.database, first_number=first_number, daemon_lock=lock)
        try:
            yield store
        finally:
            store.close()


def do_to_each(numbers: Sequence[int], deed: Deed) -> frozenset[int]:
    """Do a thing to each of the numbered, on the record; return those to which it could not be done."""
    by, at = user(), now()

    def is_done(store: Store, number: int) -> bool:
        return store.write(lambda tx: deed(tx, number, by, at))

    with opened_store() as store:
        return frozenset(number for number in numbers if not is_done(store, number))
