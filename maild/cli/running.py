"""`maild run` and `maild demo`: a desk at work."""

import os

import click
from rich.console import Console

from maild.cli.observing import observe
from maild.cli.opening import config_directory
from maild.daemon import Daemon
from maild.errors import MaildError
from maild.journal import start_default_journal


@click.command()
@click.option("--observe", "is_observing", is_flag=True, help="Decide and show; mark, send and keep nothing.")
def run(is_observing: bool) -> None:
    """Run the desk until told to stop."""
    if is_observing:
        observe(config_directory())
        return
    start_default_journal()
    Daemon(config_directory(), os.environ).run()


@click.command()
@click.option("--keep", is_flag=True, help="Stay, and print accounts for a mail client of your own.")
def demo(keep: bool) -> None:
    """Show a whole desk at work on this machine."""
    try:
        from maild.demo.evening import run_demo  # noqa: PLC0415 - its servers are installed only with maild[demo]
    except ModuleNotFoundError as error:
        raise MaildError(f"the demo lacks {error.name}: pip install 'maild[demo]'") from error
    if not run_demo(Console(), keep=keep):
        raise click.exceptions.Exit(1)
