"""How a command comes to the desk: its configuration, its database, and who is asking."""

import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from maild.daemon import Premises, keyring_of, open_store, read_premises
from maild.store import Store, Transaction

# What a person may do to one thing by its number: who, and when; False where it cannot be done.
Deed = Callable[[Transaction, int, str, datetime], bool]


@dataclass(frozen=True, slots=True)
class Opened:
    """The desk in a command's hands."""

    premises: Premises
    store: Store


def now() -> datetime:
    """Say what time it is."""
    return datetime.now(UTC)


def user() -> str:
    """Name who gives the command, for the record."""
    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):
        return f"command line: uid {os.getuid()}"


def config_directory() -> Path:
    """Give the folder that `--config` names."""
    directory: Path = click.get_current_context().find_root().params["config"]
    return directory


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open the desk's database for a while. Raises MaildError."""
    config, _ = read_premises(config_directory(), os.environ)
    store = open_store(config)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def opened_desk() -> Iterator[Opened]:
    """Open everything that deciding needs for a while. Raises MaildError."""
    config, rules = read_premises(config_directory(), os.environ)
    store = open_store(config)
    try:
        yield Opened(Premises(config, rules, keyring_of(store)), store)
    finally:
        store.close()


def do_to_each(numbers: Sequence[int], deed: Deed) -> frozenset[int]:
    """Do a thing to each of the numbered, on the record; return those to which it could not be done."""
    by, at = user(), now()

    def is_done(store: Store, number: int) -> bool:
        return store.write(lambda tx: deed(tx, number, by, at))

    with opened_store() as store:
        return frozenset(number for number in numbers if not is_done(store, number))
