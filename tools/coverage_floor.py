"""Say how much of maild the tests reached, file by file where lines are missing; exit 1 below the floor.

    python tools/coverage_floor.py coverage.json 85

The file is what `python -m slipcover --json --out` writes. Slipcover's own `--fail-under` forgets what the workers of
pytest-xdist measured before it prints them.
"""

import json
import sys
from pathlib import Path


def main(file: str, floor: str) -> int:
    """Print the files of which lines were not reached, and the whole; 0 if the whole reaches the floor (percent)."""
    measured = json.loads(Path(file).read_text(encoding="utf-8"))
    for name, one in sorted(measured["files"].items()):
        if one["missing_lines"]:
            print(f"{one['summary']['percent_covered']:5.1f} %  {name}: {_ranges(one['missing_lines'])}")
    reached = measured["summary"]["percent_covered"]
    print(f"{reached:5.1f} %  of maild's lines were reached, {floor} % are asked")
    return 0 if reached >= float(floor) else 1


def _ranges(lines: list[int]) -> str:
    """Write line numbers shortly: 3-5, 9."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
