"""README says what the code does."""

from pathlib import Path

from maild.desk.commands import COMMANDS
from maild.journal import Event

ROOT = Path(__file__).parents[2]


def test_readme_lists_the_commands():
    """The table of README is that of the registry."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    missing = [c.word for c in COMMANDS if c.help and f"| `#{c.word}` | {c.help} |" not in readme]

    assert missing == []


def test_the_operating_guide_knows_every_event():
    """Whatever may be logged is explained."""
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

    missing = [event.value for event in Event if f"`{event.value}`" not in guide]

    assert missing == []
