"""What a due instant costs: one ten years ahead beside one of tomorrow, in a calendar with holidays.

    python -m benchmarks.worktime

Goals: ten years ahead in at most five times what tomorrow takes, once both years are known; making a year in less than
a hundredth of a second. Prints each beside a loop of the same run, which tells what the machine is worth.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from maild.rules import Calendar, Span

MOST_RATIO, MOST_SECONDS_A_YEAR = 5, 0.01
ROUNDS, TURNS, YEARS = 9, 2000, 11
HOURS = ((Span(540, 750), Span(810, 1050)),) * 5 + ((Span(600, 780),), ())
NOW = datetime(2026, 11, 27, 16, 50, tzinfo=UTC)
TOMORROW, FAR = timedelta(hours=8), timedelta(hours=8) * 250 * (YEARS - 1)


def main() -> None:
    calibration = timed(lambda: [None for _ in range(TURNS * 100)], 100 * TURNS)
    fresh = [a_calendar() for _ in range(ROUNDS + 1)]
    fresh[0].add(NOW, FAR)  # the holidays of these years are remembered by all
    first = timed(lambda: fresh.pop().add(NOW, FAR), YEARS)
    calendar = a_calendar()
    due = calendar.add(NOW, FAR)
    near, far = (timed(lambda work=work: turns(calendar, work), TURNS) for work in (TOMORROW, FAR))
    print(f"calibration: {calibration * 1e9:.0f} ns a turn; a year is made in {first * 1e3:.2f} ms")
    print(f"due tomorrow {near * 1e6:.2f} µs, due {due:%Y-%m-%d} {far * 1e6:.2f} µs: {far / near:.1f} × ", end="")
    print(f"(at most {MOST_RATIO} ×)")
    if far / near > MOST_RATIO or first > MOST_SECONDS_A_YEAR:
        sys.exit("missed the goal")


def a_calendar() -> Calendar:
    return Calendar("office", "Europe/London", HOURS, timedelta(hours=8), country="GB", subdivision="ENG")


def turns(calendar: Calendar, work: timedelta) -> None:
    for _ in range(TURNS):
        calendar.add(NOW, work)


def timed(work: Callable[[], object], turns: int) -> float:
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return median(spent) / turns


if __name__ == "__main__":
    main()
