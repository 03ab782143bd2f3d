"""What fuzzing once found: each input is read for ever after."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

FINDINGS = sorted(path for path in (Path(__file__).parents[1] / "fuzz" / "findings").rglob("*") if path.is_file())


def test_every_target_takes_nothing_at_all() -> None:
    """No bytes are bytes too."""
    for target in TARGETS.values():
        target(b"")


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_finding_stays_found(path: Path) -> None:
    """An input that broke a reader once breaks it no more."""
    TARGETS[path.parent.name](path.read_bytes())
