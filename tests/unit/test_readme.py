"""README says what the code does."""

import re
from pathlib import Path

from maild.desk.commands import table_lines
from maild.journal import Event
from maild.model.trouble import TroubleKind

ROOT = Path(__file__).parents[2]


def test_the_table_of_commands_is_the_registry():
    """Each row of README stands there in order, and no other."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").split("\n")

    assert [line for line in lines if line.startswith("| `#")] == list(table_lines())


def explained(heading: str) -> list[str]:
    """The words in the first column of the table under a heading of the operating guide, where all is told of each."""
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in guide.partition(heading)[2].partition("\n## ")[0].splitlines()]
    assert all(len(row) == 3 for row in rows if row[0].startswith("| `"))
    return sorted(word for row in rows if row[0].startswith("| `") for word in re.findall(r"`([a-z_-]+)`", row[0]))


def test_the_operating_guide_explains_every_event():
    """Whatever may be logged, and nothing else: what happened, and what to do."""
    assert explained("## What each log event means") == sorted(event.value for event in Event)


def test_the_operating_guide_explains_every_alarm():
    """Whatever the administrators may be told."""
    assert explained("## Alarms") == sorted(kind.value for kind in TroubleKind)
