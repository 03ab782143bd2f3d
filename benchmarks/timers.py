"""What a pass over the timers costs a desk of 10,000 and of 1,000,000 open tickets, and how fast a backlog is done.

    python benchmarks/timers.py [--tickets 1000000] [--due 10000]

Aims: with ten timers due a pass costs what it costs with 10,000 tickets, near 50 ms; 10,000 that are due at once are
worked off at 200 a second. One ticket is made as in life, under an agreement and a ladder; the others are copies of its
rows, each opened a second later than the one before, so that the clock of the leg says how many are due. The desks take
turns. What is counted is CPU of this process, from the claim to the last commit: each timer enters, and a mail is
written for each step of a ladder.

BUGS
    A disk that is slow to commit is not seen: what waits for it costs no CPU.
"""

import argparse
import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.crowd import crowd
from benchmarks.figures import Figure, print_table
from benchmarks.growth import multiply
from benchmarks.rig import DESK, write_config
from maild import daemon, premises
from maild.handling import Handling
from maild.journal import start_journal
from maild.model.limits import ReadingLimits
from maild.model.mail import Fetched
from maild.parsing import fingerprint
from maild.reading import Readers
from maild.store import NewArrival, pack
from maild.timing import Timing
from maild.troubles import Board

FEW, PASSES = 10, 9
FIRST_DUE = timedelta(minutes=30)
SECOND = 1_000_000  # microseconds: what lies between two tickets
RULES = """\
calendars: {always: {timezone: UTC, hours: always}}
agreements:
  all:
    calendar: always
    clocks: {p1: {}, p2: {}, p3: {first_response: 30m, resolution: 9000h}, p4: {}, p5: {}}
ladders: {all: {calendar: real, steps: [{after: 30m, if: unresolved, level: L2, notify: [lead]}]}}
rules: {all: {when: always, then: {priority: p3}}}
"""
AN_AGE = "'old' || k || '@c' || (k % 997) || '.example'"
LATER = {name: f"{name} + {SECOND} * k" for name in ("at", "due_at", "created_at", "updated_at", "state_at")}
CHANGED: dict[str, dict[str, str]] = {
    "ticket": {**LATER, "number": "number + k", "requester": AN_AGE, "open_requester": AN_AGE},
    "entry": {**LATER, "ticket": "ticket + k", "arrival": "NULL", "by": AN_AGE},
    "clock": {**LATER, "ticket": "ticket + k"},
    "clock_change": {**LATER, "ticket": "ticket + k"},
    "timer": {**LATER, "ticket": "ticket + k"},
    "outgoing_mail": {
        **LATER,
        "ticket": "ticket + k",
        "token": "substr(token, 1, 4) || printf('%012d', k)",
        "root": "substr(token, 1, 4) || printf('%012d', k)",
        "message_id": "'<m.' || substr(token, 1, 4) || printf('%012d', k) || '@acme.example>'",
        "recipient": f"CASE WHEN acknowledged IS NULL THEN recipient ELSE {AN_AGE} END",
        "acknowledged": f"CASE WHEN acknowledged IS NULL THEN NULL ELSE {AN_AGE} END",
        "state": "'accepted'",
        "ended_at": "due_at",
    },
}


class TimedDesk:
    """A desk of so many open tickets, and the leg that fires their timers, whose clock a benchmark turns."""

    def __init__(self, folder: Path, tickets: int, readers: Readers) -> None:
        self.tickets = tickets
        self._now = daemon.now()
        self._gone = 0
        folder.mkdir()
        write_config(folder / "config", folder, "secret", 1, 1)
        (folder / "config" / "rules" / "time.yaml").write_text(RULES, encoding="utf-8")
        self._config, self._rules = premises.read_premises(folder / "config", {})
        self._store = premises.open_store(self._config)
        self._open_first(readers)
        self._store.close()
        file = folder / "state" / "maild.db"
        multiply(file, tickets, CHANGED)
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("ANALYZE")
            database.commit()
        self._store = premises.open_store(self._config)
        self._timing = Timing(self._store, self._premises().in_force(self._clock), "bench")
        self._timing.fire_due()

    def _premises(self) -> premises.Premises:
        return premises.Premises(self._config, self._rules, premises.keyring_of(self._store, self._now))

    def _clock(self) -> datetime:
        return self._now

    def _open_first(self, readers: Readers) -> None:
        (first,) = crowd(1, DESK, seed=7)
        fetched = Fetched(1, first.raw, len(first.raw), is_whole=True, received_at=None)
        new = [NewArrival(fetched, fingerprint(first.raw), pack(first.raw))]
        self._store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, self._now))
        board = Board(time.monotonic, timedelta(minutes=1))
        in_force = self._premises().in_force(self._clock)
        Handling(self._store, readers, in_force, "bench", board=board).handle_batch()
        self._begun = self._now

    def let_fall_due(self, timers: int) -> float:
        """Let so many timers fall due, two of each ticket, and do all of them; give the milliseconds of CPU."""
        self._gone += timers // 2
        self._now = self._begun + FIRST_DUE + timedelta(seconds=self._gone)
        start, fired = time.process_time(), 0
        while done := self._timing.fire_due():
            fired += done
        spent = (time.process_time() - start) * 1000
        if not timers <= fired <= timers + 2:  # the ticket that all are copies of falls due first
            raise SystemExit(f"{fired} timers fired, not {timers}")
        return spent

    def plan_of_claim(self) -> str:
        """Say by which index due timers are found."""
        question = "SELECT id FROM timer WHERE done_at IS NULL AND due_at <= 0 ORDER BY due_at, id LIMIT 200"
        with contextlib.closing(sqlite3.connect(self._config.state.directory / "maild.db")) as database:
            return "; ".join(str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {question}"))

    def close(self) -> None:
        self._store.close()


def measure(tickets: int, due: int) -> Iterator[Figure]:
    """Make the desks, let them take turns, and give the largest a backlog."""
    folder = Path(tempfile.mkdtemp(prefix="maild-timers-", dir="/var/tmp"))
    with Path(os.devnull).open("w", encoding="utf-8") as nobody:
        start_journal(nobody, is_json=True)
        readers = Readers(ReadingLimits(), workers=1)
        try:
            readers.start()
            desks = [TimedDesk(folder / str(count), count, readers) for count in (max(10_000, due), tickets)]
            passes = [[desk.let_fall_due(FEW) for desk in desks] for _ in range(PASSES)][1:]
            small, large = (median(each) for each in zip(*passes, strict=True))
            ratio = median(each[1] / each[0] for each in passes)
            yield Figure(f"a pass, {FEW} of {desks[0].tickets:,} tickets' timers due", f"{small:.0f} ms of CPU")
            value = f"{large:.0f} ms of CPU, {ratio:.2f} ×"
            yield Figure(f"a pass, {FEW} of {tickets:,} tickets' timers due", value, "within 10 %", ratio <= 1.1)
            cost = desks[1].let_fall_due(due) / due
            value = f"{cost:.2f} ms of CPU each, {1000 / cost:,.0f} a second"
            yield Figure(f"{due:,} timers due at once", value, "200 a second", cost <= 5)
            plan = desks[1].plan_of_claim()
            yield Figure("how due timers are found", plan, "by their index", "ix_timer_due" in plan)
            for desk in desks:
                desk.close()
        finally:
            readers.stop()
            shutil.rmtree(folder)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tickets", type=int, default=1_000_000)
    words.add_argument("--due", type=int, default=10_000)
    options = words.parse_args()
    print_table(list(measure(options.tickets, options.due)))


if __name__ == "__main__":
    main()
