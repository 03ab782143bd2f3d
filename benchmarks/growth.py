"""What a mail costs a desk of 100, of 20,000 and of 1,000,000 tickets, and how long the largest needs to start.

    python benchmarks/growth.py [--tickets 1000000] [--portions 16]

Aims: the same cost within 10 %; a start in under 5 s. One ticket is made as in life; the others are copies of its rows,
made set-wise by SQL in a database of our own migrations, each with names, ids and instants of its own. The desks then
take turns, a portion of 50 mails each, so that whoever disturbs one disturbs all; a quarter of the mails answer old
tickets, which is other work than a new one: so the smallest desk has some, too. What is counted is CPU of this process
from an arrival's record to its outcome's commit, readers apart.

BUGS
    Copies share one raw mail and one body: the files of blobs are smaller than a real desk's.
"""

import argparse
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.crowd import Letter, crowd
from benchmarks.figures import Figure, print_table
from benchmarks.rig import DESK, write_config
from maild import daemon, premises
from maild.handling import Handling
from maild.journal import start_journal
from maild.model.limits import ReadingLimits
from maild.model.mail import Fetched
from maild.parsing import fingerprint
from maild.reading import Readers
from maild.store import NewArrival, pack
from maild.store.columns import Instant, metadata
from maild.troubles import Board

PORTION = 50
FEWEST = 100
SPACING = 20_000_000  # microseconds between two old tickets
OLD = "'old' || k || '@c' || (k % 997) || '.example'"
CLOSED = "k % 20"  # all but each twentieth
# What differs from the copied row, by table and column; ids that count by themselves are left out.
CHANGED: dict[str, dict[str, str]] = {
    "ticket": {
        "number": "number + k",
        "requester": OLD,
        "open_requester": f"CASE WHEN {CLOSED} THEN NULL ELSE {OLD} END",
        "state": f"CASE WHEN {CLOSED} THEN 'closed' ELSE state END",
    },
    "arrival": {"id": "id + k", "uid": "uid + k", "ticket": "ticket + k", "fingerprint": "'old' || k", "sender": OLD},
    "entry": {"ticket": "ticket + k", "arrival": "arrival + k", "by": OLD, "message_id": "'<old' || k || '@c>'"},
    "mail_id": {
        "ticket": "ticket + k",
        "arrival": "arrival + k",
        "sender": OLD,
        "message_id": "'<old' || k || '@c>'",
        "addresses": f"json_array('{DESK}', {OLD})",
    },
    "explanation": {"arrival": "arrival + k"},
    "outgoing_mail": {
        "ticket": "ticket + k",
        "token": "substr(token, 1, 4) || printf('%012d', k)",
        "root": "substr(token, 1, 4) || printf('%012d', k)",
        "message_id": "'<m.' || substr(token, 1, 4) || printf('%012d', k) || '@acme.example>'",
        "recipient": f"CASE WHEN acknowledged IS NULL THEN recipient ELSE {OLD} END",
        "acknowledged": f"CASE WHEN acknowledged IS NULL THEN NULL ELSE {OLD} END",
        "domain": "CASE WHEN acknowledged IS NULL THEN domain ELSE 'c' || (k % 997) || '.example' END",
        "state": "'accepted'",
        "ended_at": "due_at",
        "attempts": "1",
    },
    "sender_proof": {"address": OLD},
    "contact": {"address": OLD},
}
COUNTING = ("mail_id", "explanation", "outgoing_mail", "timer")


def multiply(file: Path, count: int, changed_columns: Mapping[str, Mapping[str, str]] = CHANGED) -> None:
    """Make so many copies of the one ticket that a database holds; what is not named is older."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("PRAGMA cache_size=-400000")
        for name, changed in changed_columns.items():
            columns = [each for each in metadata.tables[name].columns if not (each.name == "id" and name in COUNTING)]
            # Instants move into the past; what nobody has yet stays NULL.
            words = [
                changed.get(each.name)
                or (
                    f"{each.name} - {7_200_000_000} - {SPACING} * k"
                    if isinstance(each.type, Instant)
                    else f'"{each.name}"'
                )
                for each in columns
            ]
            names = ", ".join(f'"{each.name}"' for each in columns)
            database.execute(
                f"WITH RECURSIVE numbers(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM numbers WHERE k < {count}) "
                f"INSERT INTO {name} ({names}) SELECT {', '.join(words)} FROM numbers CROSS JOIN "
                f"(SELECT * FROM {name} ORDER BY rowid LIMIT 9) AS one"
            )
        database.commit()


class GrownDesk:
    """A desk of so many tickets, in this process."""

    def __init__(self, folder: Path, tickets: int, readers: Readers) -> None:
        self.folder, self.tickets = folder, tickets
        self._readers = readers
        self._uid = 0
        folder.mkdir()
        write_config(folder / "config", folder, "secret", 1, 1)
        self.open()
        (first,) = crowd(1, DESK, seed=7)
        self.handle([first.raw])
        if tickets:
            self.close()
            multiply(folder / "state" / "maild.db", tickets)
            self.open()
        self._uid += tickets
        chance = random.Random(5)
        numbers = [chance.randint(1, tickets) for _ in range(min(tickets, 2_000))]
        old = [Letter(f"old{n}@c{n % 997}.example", f"<old{n}@c>", first.subject, b"") for n in numbers]
        self.letters = crowd(1_000_000, DESK, seed=11, earlier=old)

    def open(self) -> None:
        config, rules = premises.read_premises(self.folder / "config", {})
        self._store = premises.open_store(config)
        whole = premises.Premises(config, rules, premises.keyring_of(self._store, daemon.now()))
        board = Board(time.monotonic, timedelta(minutes=1))
        self._handling = Handling(self._store, self._readers, whole.in_force(daemon.now), "bench", board=board)

    def close(self) -> None:
        self._store.close()

    def handle(self, raws: Sequence[bytes]) -> float:
        """Handle a portion; give the milliseconds of CPU that each mail took."""
        new = []
        for raw in raws:
            self._uid += 1
            fetched = Fetched(self._uid, raw, len(raw), is_whole=True, received_at=None)
            new.append(NewArrival(fetched, fingerprint(raw), pack(raw)))
        now = daemon.now()
        start = time.process_time()
        self._store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, now))
        while self._handling.handle_batch():
            pass
        return (time.process_time() - start) * 1000 / len(raws)


def seconds_to_start(folder: Path) -> float:
    """Start `maild run` on a desk's database; give the seconds to its readiness, as systemd would hear of it."""
    log = folder / "start.log"
    command = [sys.executable, "-m", "maild", "--config", str(folder / "config"), "run"]
    start = time.monotonic()
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors, cwd=Path(__file__).parent.parent)
    try:
        while "daemon_started" not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() - start > 120:
                raise SystemExit(log.read_text(encoding="utf-8")[-2000:])
            time.sleep(0.01)
        return time.monotonic() - start
    finally:
        process.terminate()
        process.wait(60)


def measure(tickets: int, portions: int) -> Iterator[Figure]:
    """Make the desks, let them take turns, and start the largest."""
    folder = Path(tempfile.mkdtemp(prefix="maild-growth-", dir="/var/tmp"))
    with Path(os.devnull).open("w", encoding="utf-8") as nobody:
        start_journal(nobody, is_json=True)
        readers = Readers(ReadingLimits(), workers=1)
        try:
            readers.start()
            desks = [GrownDesk(folder / str(count), count, readers) for count in (FEWEST, 20_000, tickets)]
            costs: dict[int, list[float]] = {desk.tickets: [] for desk in desks}
            for turn in range(portions):
                # Nobody is always first.
                for desk in desks[turn % 3 :] + desks[: turn % 3]:
                    costs[desk.tickets].append(desk.handle([next(desk.letters).raw for _ in range(PORTION)]))
            for desk in desks:
                desk.close()
            # The first portion of each warms it up.
            ratios = {
                count: median(a / b for a, b in zip(found[1:], costs[FEWEST][1:], strict=True))
                for count, found in costs.items()
            }
            for count, found in costs.items():
                value = f"{median(found[1:]):.2f} ms of CPU, {ratios[count]:.2f} ×"
                met = None if count == FEWEST else abs(ratios[count] - 1) <= 0.1
                yield Figure(f"a mail with {count:,} tickets", value, "" if met is None else "within 10 %", met)
            seconds = seconds_to_start(folder / str(tickets))
            yield Figure(f"start with {tickets:,} tickets", f"{seconds:.1f} s", "5 s", seconds < 5)
        finally:
            readers.stop()
            shutil.rmtree(folder)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tickets", type=int, default=1_000_000)
    words.add_argument("--portions", type=int, default=16)
    options = words.parse_args()
    print_table(list(measure(options.tickets, options.portions)))


if __name__ == "__main__":
    main()
