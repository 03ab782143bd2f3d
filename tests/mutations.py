"""Take each defence away, one at a time, in a copy of the tree: a named test must miss it.

    python tests/mutations.py [WORD…]        only mutations whose name holds one of the words

The defences stand in mutations.txt. Prints a table, and ends with 1 if a mutation survives or fits the source no
more. Not part of CI: it takes minutes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("maild", "tests", "config", "docs", "pyproject.toml", "README.md")
PATIENCE = 120
TABLE = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A defence, the words that are it, the words without it, and the file of tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def mutations() -> list[Mutation]:
    """Read the table; its first paragraph says how it is written."""
    found = []
    for paragraph in TABLE.read_text(encoding="utf-8").strip("\n").split("\n\n")[1:]:
        name, where, *lines = paragraph.split("\n")
        file, tests = where.split()
        old, new = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
        found.append(Mutation(name, file, old, new, tests))
    return found


def run(mutation: Mutation, copy: Path) -> str:
    """Apply one mutation to the copy and run its tests; say what came of it."""
    file = copy / mutation.file
    original = file.read_text(encoding="utf-8")
    if original.count(mutation.old) != 1:
        return f"DOES NOT FIT ({original.count(mutation.old)} places)"
    file.write_text(original.replace(mutation.old, mutation.new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", mutation.tests]
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=PATIENCE)
        said = done.stdout
        code = done.returncode
    except subprocess.TimeoutExpired:
        return "noticed: it never ends"
    finally:
        file.write_text(original, encoding="utf-8")
    if code == 0:
        return "SURVIVES"
    failed = [line for line in said.splitlines() if line.startswith("FAILED")]
    return f"noticed: {failed[0].partition('::')[2].partition(' ')[0]}" if failed else f"BROKEN: {said[-300:]}"


def results(words: list[str]) -> Iterator[tuple[Mutation, str, float]]:
    """Run the mutations whose names hold one of the words, or all."""
    chosen = [each for each in mutations() if not words or any(word in each.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="maild-mutations-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            ignored = shutil.ignore_patterns("__pycache__")
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=ignored)
            else:
                shutil.copy(source, copy / name)
        for mutation in chosen:
            started = time.monotonic()
            yield mutation, run(mutation, copy), time.monotonic() - started


def main() -> int:
    """Print the table; 1 where a defence can be taken away unnoticed."""
    bad = total = 0
    for mutation, outcome, seconds in results(sys.argv[1:]):
        total += 1
        bad += not outcome.startswith("noticed")
        print(f"{mutation.name:<55} {outcome:<90} {seconds:5.1f} s", flush=True)  # noqa: T201 - it is a command
    print(f"{total - bad} of {total} noticed")  # noqa: T201 - it is a command
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
