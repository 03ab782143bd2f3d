"""What a month's report costs a desk of 10,000 tickets a month, beside the bare query of that month's entries.

    python -m benchmarks.reports [--tickets 10000]

Aim: at most five times the bare query, which reads every entry of the month by its index, all columns, as the store
reads rows. The report is `sla` with `escalations` and `volume` with `load`: facts read, stories told, tables made. Nine
tickets in ten are closed, three entries in ten are answers; a second month lies beside the first. Both are timed in
turns in one process, by CPU; the store is SQLite, whose work is in this process too.
"""

import argparse
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, select

from benchmarks.figures import Figure, print_table
from maild.reporting import View, parse_period, parts
from maild.store import Store
from maild.store.columns import EPOCH
from maild.store.figures import keep_figures
from maild.store.tables import clock_change, entry, ticket

MOST_RATIO = 5
ROUNDS = 5
MONTH = timedelta(days=30)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = 3_600_000_000
WORDS = "It still does not print. I tried another cable, and the light is red. " * 12
CATEGORIES, TEAMS, PEOPLE = (
    ("network/vpn", "printing", "mail", "billing"),
    ("first-line", "network"),
    ("alice", "carol"),
)
Row = dict[str, object]


def fill(connection: Connection, count: int) -> None:
    """Write so many tickets in each of two months, with entries and clocks; keep figures of those that are closed."""
    chance = random.Random(8)
    for start in range(0, 2 * count, 1000):
        rows: dict[str, list[Row]] = {"ticket": [], "entry": [], "clock_change": []}
        ended: list[int] = []
        for number in range(1001 + start, 1001 + start + 1000):
            opened_at = BEGIN + MONTH * ((number - 1001) // count) + chance.random() * MONTH
            a_ticket(rows, number, opened_at, chance)
            if rows["ticket"][-1]["state"] == "closed":
                ended.append(number)
        for table in (ticket, entry, clock_change):
            connection.execute(table.insert(), rows[table.name])
        keep_figures(connection, ended, BEGIN + 2 * MONTH)


def a_ticket(rows: dict[str, list[Row]], number: int, opened_at: datetime, chance: random.Random) -> None:
    """Write one ticket's rows: a mail, rules, an answer, more mails, and mostly its end."""
    hours = [0.0, 0.1, 0.5 + chance.random() * 3, 6, 7, 24, 96]
    is_closed = chance.random() < 0.9
    kinds = ["customer-message", "event", "agent-reply", "customer-message", "agent-reply", "agent-reply", "event"]
    changes: list[list[list[str | None]]] = [
        [],
        [["category", None, chance.choice(CATEGORIES)], ["priority", "p4", f"p{chance.randint(1, 4)}"]],
        [["state", "new", "open"], ["assignee", None, chance.choice(PEOPLE)]],
        [],
        [],
        [["state", "open", "resolved"]],
        [["state", "resolved", "closed"]],
    ]
    last = 7 if is_closed else 5
    values = {change[0]: change[2] for some in changes[:last] for change in some}
    for n in range(1, last + 1):
        at = opened_at + timedelta(hours=hours[n - 1])
        rows["entry"].append(
            {
                "ticket": number,
                "n": n,
                "at": at,
                "kind": kinds[n - 1],
                "cause_kind": "message",
                "by": "alice" if kinds[n - 1] == "agent-reply" else f"c{number}@x.example",
                "flags": [],
                "cause_reference": f"<{number}.{n}@x>",
                "message_id": f"<{number}.{n}@x>",
                "seal": "0" * 32,
                "changes": changes[n - 1],
                "text": WORDS,
            }
        )
    clocks = [(1, "first_response", "running", 0.0), (1, "resolution", "running", 0.0)]
    clocks += [(3, "first_response", "stopped", hours[2])]
    clocks += [(6, "resolution", "stopped", hours[5])] if is_closed else []
    for n, name, state, elapsed in clocks:
        at = opened_at + timedelta(hours=hours[n - 1])
        times = {"target": 2 * HOUR, "elapsed": int(elapsed * HOUR), "at": at, "due_at": opened_at + timedelta(hours=2)}
        known: Row = {"ticket": number, "entry": n, "name": name, "state": state, "calendar": "real", "stamp": "x"}
        rows["clock_change"].append({**known, **times})
    rows["ticket"].append(
        {
            "number": number,
            "version": 1,
            "last_n": last,
            "state": "new",
            "queue": "support",
            "team": TEAMS[number % 2],
            "created_at": opened_at,
            "updated_at": opened_at,
            "requester": f"c{number}@x.example",
            "requester_name": "",
            "subject": "Printer",
            "tags": [],
            "fields": [],
            "state_at": opened_at,
            **values,
        }
    )


def measure(count: int) -> Iterator[Figure]:
    """Fill a store, and let bare query and report take turns."""
    with TemporaryDirectory(prefix="maild-reports-") as folder:
        store = Store.open(Path(folder), None)
        engine = create_engine(f"sqlite:///{folder}/maild.db")
        with engine.begin() as connection:
            fill(connection, count)
        now = BEGIN + 3 * MONTH
        period = parse_period("2026-10", ZoneInfo("UTC"), now)
        view = View(now, lambda _: None)

        def bare() -> int:
            with engine.connect() as reading:
                month = select(entry).where(entry.c.at >= period.since, entry.c.at < period.until)
                return len(reading.execute(month).all())

        def driver() -> object:
            with closing(sqlite3.connect(f"{folder}/maild.db")) as database:
                edges = [(at - EPOCH) // timedelta(microseconds=1) for at in (period.since, period.until)]
                return database.execute("SELECT * FROM entry WHERE at >= ? AND at < ?", edges).fetchall()

        def whole() -> object:
            facts = store.read(lambda reader: reader.report_facts(period.since, period.until))
            return parts(["sla", "escalations", "volume", "load"], period, facts, view)

        entries = bare()
        spent = [(timed(bare), timed(whole), timed(driver)) for _ in range(ROUNDS)]
        store.close()
        engine.dispose()
    ratio = median(report / query for query, report, _ in spent)
    query, report, raw = (median(turn[at] for turn in spent) for at in range(3))
    value = f"{report:.2f} s of CPU, {ratio:.1f} × the bare query's {query:.2f} s ({entries:,} entries)"
    yield Figure(f"a month's report of {count:,} tickets", value, f"{MOST_RATIO} ×", ratio <= MOST_RATIO)
    yield Figure("the same entries fetched by the driver alone", f"{raw:.2f} s of CPU")


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tickets", type=int, default=10_000)
    figures = list(measure(words.parse_args().tickets))
    print_table(figures)
    if any(figure.is_met is False for figure in figures):
        sys.exit("missed the goal")


if __name__ == "__main__":
    main()
