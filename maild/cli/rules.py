"""`maild rules …`: what an administrator does with rule files."""

import click

from maild.cli.display import print_json
from maild.cli.replaying import replay
from maild.cli.retracting import undo
from maild.cli.trying import test
from maild.rules import rule_file_schema


@click.group()
def rules() -> None:
    """Work with rule files."""


@rules.command()
def schema() -> None:
    """Print the JSON Schema of a rule file, for editors."""
    print_json(rule_file_schema())


rules.add_command(test)
rules.add_command(replay)
rules.add_command(undo)
