"""What the README says of commands is what the registry says."""

from pathlib import Path

from maild.desk.commands import table_lines

README = Path(__file__).parents[2] / "README.md"


def test_the_table_of_commands_is_the_registry():
    """Each row stands there, in order, and no other."""
    lines = README.read_text(encoding="utf-8").split("\n")
    rows = [line for line in lines if line.startswith("| `#")]

    assert rows == list(table_lines())
