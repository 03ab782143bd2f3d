"""The command line: a module per command group, found here and loaded when it is called.

Exit codes: 0 done, 1 the answer is no, 2 wrong usage or configuration, 70 an internal error.
"""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from maild import __version__
from maild.cli.failing import exit_code_of
from maild.documents import did_you_mean

# A command's name and where it is defined, in the order in which `maild --help` lists them.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "maild.cli.setup:init",
        "check": "maild.cli.setup:check",
        "auth": "maild.cli.auth:auth",
        "demo": "maild.cli.running:demo",
        "run": "maild.cli.running:run",
        "parse": "maild.cli.parse:parse",
        "explain": "maild.cli.explain:explain",
        "reload": "maild.cli.reloading:reload",
        "rules": "maild.cli.rules:rules",
        "ticket": "maild.cli.tickets:ticket",
        "held": "maild.cli.held:held",
        "mail": "maild.cli.mails:mail",
        "report": "maild.cli.reports:report",
        "verify": "maild.cli.verifying:verify",
        "import": "maild.cli.importing:import_",
        "backup": "maild.cli.moving:backup",
        "restore": "maild.cli.moving:restore",
        "export": "maild.cli.privacy:export",
        "erase": "maild.cli.privacy:erase",
        "pause": "maild.cli.resting:pause",
        "resume": "maild.cli.resting:resume",
        "db": "maild.cli.moving:db",
    }
)


class Desk(click.Group):
    """Loads a command when it is called, and ends every failure with a line and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run as a program. A question mark stands for a letter that the output lacks; a closed output is silence."""
        with Path(os.devnull).open("w", encoding="utf-8") as silence:
            sys.stdout, sys.stderr = sys.stdout or silence, sys.stderr or silence
            for stream in (sys.stdout, sys.stderr):
                if isinstance(stream, TextIOWrapper):
                    stream.reconfigure(errors="replace")
            return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in our order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None if ctx.resilient_parsing else ctx.fail(f"no command '{cmd_name}'{_nearest(cmd_name)}")
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> object:
        """Run what was called."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            raise click.exceptions.Exit(exit_code_of(error)) from error


def _nearest(word: str) -> str:
    question = did_you_mean(word, COMMANDS)
    return question if question.startswith(".") else "; `maild --help` names them all"


def _found_directory(_: click.Context, __: click.Parameter, given: Path | None) -> Path:
    if given is not None:
        return given
    here, there = Path("config"), Path("/etc/maild")
    return there if there.is_dir() and not here.is_dir() else here


@click.group(cls=Desk, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="MAILD_CONFIG",
    callback=_found_directory,
    metavar="DIR",
    help="The folder of configuration: $MAILD_CONFIG, else ./config, else /etc/maild.",
)
@click.version_option(__version__, message="maild %(version)s")
def main(config: Path) -> None:
    """A support desk that lives in the mail."""
    del config
