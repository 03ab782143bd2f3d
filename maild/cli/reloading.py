"""`maild reload`: rules, templates and answers that lie in the files become what the desk decides by."""

import os
import sys
import time
from collections.abc import Sequence

import click

from maild.cli.display import fit, number_of, say_no
from maild.cli.opening import config_directory, now, user
from maild.cli.progress import beginning, shown_progress
from maild.config import Config, read_config
from maild.examining import Examined, Times, examine, read_settled
from maild.model.edition import Edition, EditionState
from maild.premises import open_store
from maild.reading import Readers
from maild.store import DaemonLock, Store, propose

_POLL_SECONDS = 0.1
_LOCK_POLLS = 20  # the lock is looked at seldom: a daemon that starts at that moment would find it taken
_SHOWN = 12

_NOBODY = (
    "no daemon is at work on this database: the next `maild run` examines the files as they lie, and takes them if "
    "they hold"
)
_GONE = "the daemon ended before it answered; when it starts it takes what was examined now"


@click.command()
@click.option("--yes", is_flag=True, help="Take them though many decisions would change.")
@click.option("--unattended", metavar="WHY", hidden=True, help="Ask nobody: the daemon itself wants to know.")
def reload(yes: bool, unattended: str | None) -> None:
    """Take the edited rules, templates and answers, all of them or none."""
    config = read_config(config_directory(), os.environ)
    state = config.state
    store = open_store(config)
    try:
        with DaemonLock(state.directory, state.database) as lock:
            if lock.is_free():
                raise say_no(_NOBODY)
            _reload(config, store, lock, unattended, is_yes=yes)
    finally:
        store.close()


def _reload(config: Config, store: Store, lock: DaemonLock, unattended: str | None, *, is_yes: bool) -> None:
    texts = read_settled(config, Times(time.time, time.monotonic, time.sleep))
    readers = Readers(config.reading, workers=2)
    try:
        with shown_progress() as progress:
            examined = examine(config, texts, store, readers, now=now(), begin=beginning(progress))
    finally:
        readers.stop()
    proposal = propose(examined.digest, examined.files, unattended or user(), is_attended=unattended is None)
    wrong = examined.wrong
    if examined.doubts and not is_yes:
        wrong = _asked(examined.doubts, is_attended=unattended is None)
    if wrong:
        store.write(lambda tx: tx.record_refusal(proposal, wrong, now()))
        _say(wrong)
        click.echo("\nRefused: what was in force stays in force.", err=True)
        raise click.exceptions.Exit(2 if examined.is_invalid else 1)
    made = store.write(lambda tx: tx.propose_edition(proposal, now()))
    _tell(_answer(store, lock, made), examined)


def _asked(doubts: Sequence[str], *, is_attended: bool) -> tuple[str, ...]:
    """Ask whoever is at the terminal; give why it is refused where nobody is, nothing for a yes."""
    if not is_attended or not sys.stdin.isatty():
        return (*doubts, "a person must look at that: `maild rules replay --since 7d`, then `maild reload --yes`")
    _say(doubts)
    if not click.confirm("Take them all the same?", err=True):
        raise say_no("Nothing was taken: what was in force stays in force.")
    return ()


def _answer(store: Store, lock: DaemonLock, made: int) -> Edition:
    """Wait for the daemon's word on what was laid before it."""
    polls = 0
    while True:
        edition = store.read(lambda reader: reader.find_edition(made))
        if edition is not None and edition.state is not EditionState.PROPOSED:
            return edition
        polls += 1
        if polls % _LOCK_POLLS == 0 and lock.is_free():
            raise say_no(_GONE)
        time.sleep(_POLL_SECONDS)


def _tell(edition: Edition, examined: Examined) -> None:
    if edition.state is EditionState.REFUSED:
        _say(edition.words)
        raise say_no("\nRefused by the daemon: what was in force stays in force.")
    for words in edition.words:
        click.echo(f"note: {fit(words)}", err=True)
    what = "Nothing has changed" if examined.is_in_force else f"Taken: {number_of(examined.rules, 'rule')}"
    click.echo(f"{what}; the desk decides by edition {edition.digest[:12]}.")


def _say(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        click.echo(fit(line), err=True)
    if len(lines) > _SHOWN:
        click.echo(f"and {len(lines) - _SHOWN} more: `maild check` names them all", err=True)
