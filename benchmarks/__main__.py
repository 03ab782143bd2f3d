"""All that is aimed at, measured and printed as one table: `make bench`, or `python -m benchmarks [--quick]`.

The whole takes a quarter of an hour on a quiet machine, and 12 GB of disk; `--quick` does with a quarter of the mails
and tickets, in five minutes.
"""

import argparse

from benchmarks import growth, pipeline, reports, rest, timers
from benchmarks.figures import print_table


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true")
    size = 4 if words.parse_args().quick else 1
    print_table(
        [
            *pipeline.measure(20_000 // size, 50 // size),
            *rest.measure_idleness(60 / size),
            *rest.measure_large_mail(),
            *reports.measure(10_000 // size),
            *growth.measure(1_000_000 // size, 16),
            *timers.measure(1_000_000 // size, 10_000 // size),
        ]
    )


if __name__ == "__main__":
    main()
