"""What fuzzing once found: each input is read for ever after."""

from pathlib import Path

from tests.fuzz.targets import TARGETS

FINDINGS = sorted(path for path in (Path(__file__).parents[1] / "fuzz" / "findings").rglob("*") if path.is_file())


def test_every_target_takes_nothing_at_all() -> None:
    """No bytes are bytes too."""
    for target in TARGETS.values():
        target(b"")


def test_a_finding_stays_found() -> None:
    """An input that broke a reader once breaks it no more; there may be none yet."""
    for path in FINDINGS:
        TARGETS[path.parent.name](path.read_bytes())
