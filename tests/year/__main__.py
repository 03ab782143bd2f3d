"""`python -m tests.year --seed N --weeks 6`: play some weeks of a desk against the oracle."""

import argparse
import time
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from maild.journal import start_default_journal
from tests.year.people import FaultError
from tests.year.playing import Figures, Year


def told(figures: Figures) -> str:
    """Say what was played and compared."""
    steps = Counter(step for what, times in figures.kinds.items() for step in what.split("; ") * times)
    return (
        f"{figures.tickets:,} tickets, {figures.mails:,} mails, {figures.steps:,} instants;"
        f" time brought {figures.brought:,} times something; {figures.compared:,} standings compared;"
        f" stood still {figures.stood_still} times, {figures.lives} lives\n"
        + "\n".join(f"{times:8,}  {what}" for what, times in steps.most_common())
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--begin", type=date.fromisoformat, default=date(2026, 1, 5))
    parser.add_argument("--per-day", type=int, default=200, help="how many new matters on a weekday")
    parser.add_argument("--folder", type=Path, default=None, help="where the database lies meanwhile")
    wanted = parser.parse_args()
    start_default_journal(is_quiet=True)
    began, cpu = time.monotonic(), time.process_time()
    with TemporaryDirectory(dir=wanted.folder) as folder:
        year = Year(Path(folder), wanted.seed, wanted.begin, wanted.weeks, wanted.per_day)
        try:
            figures = year.play(lambda line: print(f"{time.monotonic() - began:7.0f} s  {line}", flush=True))
            print(told(figures), year.desk.counted(), sep="\n")
        except FaultError as fault:
            print(fault)
            print(
                f"again: python -m tests.year --seed {wanted.seed} --weeks {wanted.weeks} --begin {wanted.begin}"
                f" --per-day {wanted.per_day}"
            )
            return 1
        finally:
            year.desk.close()
    print(f"{time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s of CPU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
