"""`maild backup`, `restore` and `db`: a whole desk into one file, out of it, and from one database to another."""

import os
from pathlib import Path

import click

from maild import __version__
from maild.cli.display import moment
from maild.cli.opening import alone_with, config_directory, now, opened_store, user
from maild.cli.progress import beginning, shown_progress
from maild.config import (
    has_configuration,
    pack_configuration,
    postgres_url,
    read_config,
    read_draft,
    unpack_configuration,
)
from maild.errors import BackupUnusableError, MaildError
from maild.model.pausing import Pause, PauseKind
from maild.store import SCHEMA, Origin, checked_backup, copy_desk, restore_backup, write_backup

_NEXT = """\
Now:
  maild verify               every promise of it, recomputed
  maild resume --restored    what came since the backup is taken over, and you say what is still to be sent
  maild run"""
_COPIED = """\
Now:
  state: {{database: {url}}}    in maild.yaml
  maild verify
  maild run

The old database stays as it was, and rests: keep it until you trust the new one."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write database, keys and configuration into one file; the daemon works on meanwhile.

    An older backup of that name is replaced when the new one is whole. Passwords and tokens are not in it.
    """
    directory = config_directory()
    try:
        files = pack_configuration(directory, read_draft(directory, os.environ))
    except OSError as error:
        raise BackupUnusableError(f"{error.filename}: cannot be read into the backup: {error.strerror}") from error
    with opened_store() as store, shown_progress() as progress:
        rows = write_backup(store, file, files, Origin(now(), __version__), beginning(progress))
    click.echo(f"{file}: {rows:,} rows and {len(files)} files of configuration, {file.stat().st_size:,} bytes.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Even if the desk holds mail: all that it holds is given up for it.")
def restore(file: Path, replace: bool) -> None:
    """Put a backup in the place of the desk's database, whichever that is.

    Where there is no configuration yet, that of the backup is written first.
    """
    directory = config_directory()
    with shown_progress() as progress, checked_backup(file, beginning(progress)) as checked:
        if not has_configuration(directory):
            unpack_configuration(directory, checked.files())
            click.echo(f"{directory}: the configuration is written; passwords were not in the backup.")
        config = read_config(directory, os.environ)
        with alone_with(config.state) as store:
            if store.read(lambda reader: reader.holds_mail()) and not replace:
                raise MaildError("this desk holds mail already: `--replace` gives all of that up for the backup")
            made_at = checked.origin.made_at
            reason = f"restored from a backup of {moment(made_at)}"
            mark = Pause(PauseKind.RESTORED, now(), user(), reason, made_at)
            rows = restore_backup(store, checked, mark, beginning(progress))
    click.echo(f"{rows:,} rows of {moment(made_at)} are restored.\n\n{_NEXT}")


@click.group()
def db() -> None:
    """Upgrade the desk's database, or move the desk to another one."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this maild; no daemon may work on it."""
    with opened_store() as store:
        before = store.upgraded_from
    click.echo(f"The database has schema {SCHEMA}" + (f"; it had {before}." if before else " already."))


@db.command()
@click.argument("url")
def copy(url: str) -> None:
    """Copy the desk into an empty database on a PostgreSQL server, given as postgresql://user@host/database.

    What is left behind rests for good; the desk goes on where state.database says.
    """
    try:
        postgres_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    config = read_config(config_directory(), os.environ)
    if url == config.state.database:
        raise MaildError("the desk is in that database already")
    there = config.state.model_copy(update={"database": url})
    with shown_progress() as progress, alone_with(config.state) as source, alone_with(there) as target:
        if target.read(lambda reader: reader.holds_mail()):
            raise MaildError("that database holds mail already: name an empty one")
        at = now()
        mark = Pause(PauseKind.RESTORED, at, user(), "it was copied to another database, where the desk goes on", at)
        rows = copy_desk(source, target, mark, beginning(progress))
    click.echo(f"{rows:,} rows are copied and compared.\n\n{_COPIED.format(url=url)}")
