"""`maild import`: the mails that an old desk left behind become tickets here, and nobody is written to."""

import os
import time
from pathlib import Path

import click

from maild.cli.display import number_of
from maild.cli.opening import config_directory, now, opened_store
from maild.cli.progress import beginning, shown_progress
from maild.config import Config, StateConfig, read_config
from maild.errors import MaildError
from maild.importing import count_left, import_mail
from maild.model.ticket import State
from maild.store import Store, no_daemon

_LOOK_SECONDS = 0.5
_STATES = [State.CLOSED.value, State.OPEN.value, State.NEW.value]


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--mailbox", help="In whose place the mails are filed; needed where there are several.")
@click.option(
    "--state", type=click.Choice(_STATES), default=State.CLOSED.value, help="Of the tickets that they open (closed)."
)
def import_(path: Path, mailbox: str | None, state: str) -> None:
    """Take over the mails of an mbox file or a Maildir; nobody is written to. What the desk has already is left out.

    The daemon files them as it files old mail of a mailbox, after all that is new. Numbers of the old desk, as
    desk.old_tags has them, are kept in the field old_ticket, and answers that name them find their ticket.
    """
    config = read_config(config_directory(), os.environ)
    name = _mailbox_of(config, mailbox)
    with opened_store() as store, shown_progress() as progress:
        begin = beginning(progress)
        done = import_mail(path, name, State(state), config.limits.message, store, now(), begin)
        click.echo(
            f"{number_of(done.new, 'mail')} imported into {name}"
            + (f", {done.known} known already." if done.known else ".")
        )
        left = count_left(store, name)
        if left and _is_at_work(config.state):
            left = _watch(store, config.state, name, left)
    if left:
        click.echo(f"{number_of(left, 'mail')} {'waits' if left == 1 else 'wait'} to be filed: `maild run` does it.")


def _mailbox_of(config: Config, named: str | None) -> str:
    names = list(config.mailboxes)
    if named is None and len(names) == 1:
        return names[0]
    if named in names:
        return named
    raise click.UsageError(f"say --mailbox, one of: {', '.join(names)}")


def _is_at_work(state: StateConfig) -> bool:
    """Whether a daemon works on the desk."""
    try:
        with no_daemon(state.directory, state.database, "it is only asked for"):
            return False
    except MaildError:
        return True


def _watch(store: Store, state: StateConfig, mailbox: str, left: int) -> int:
    """Show how the daemon files what was imported, until it is done or ends; return what is left."""
    with shown_progress() as progress:
        advance = beginning(progress)("filing", left)
        while left and _is_at_work(state):
            time.sleep(_LOOK_SECONDS)
            now_left = count_left(store, mailbox)
            advance(left - now_left)
            left = now_left
    if not left:
        click.echo("All of them are filed.")
    return left
