"""The agents' commands: one registry, their arguments, and the forgiving reading of `#` lines and subject tags."""

from maild.desk.commands.arguments import Shape, parse_instant, parse_places
from maild.desk.commands.reading import Given, Reading, commands_named, nearest, read_commands
from maild.desk.commands.registry import BY_WORD, COMMANDS, Audience, Command, help_lines, table_lines

__all__ = [
    "BY_WORD",
    "COMMANDS",
    "Audience",
    "Command",
    "Given",
    "Reading",
    "Shape",
    "commands_named",
    "help_lines",
    "nearest",
    "parse_instant",
    "parse_places",
    "read_commands",
    "table_lines",
]
