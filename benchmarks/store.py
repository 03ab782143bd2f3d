"""What the store costs beside plain sqlite3 running the very same statements, all of it measured in one run.

    python benchmarks/store.py [TICKETS]

Goal: 3,000 decisions a second carried out in batches of 50 (a new ticket, its entry and ids, an acknowledgement and a
notice with one body), every commit durable; and no slower at the end of the run than at its beginning.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, event

sys.path.insert(0, str(Path(__file__).parent.parent))

from maild.model.facts import Questions
from maild.model.outgoing import Template, Thread
from maild.store import Carrying, Reader, Store, Transaction
from tests.integration.store.values import (
    CLAIM,
    NOW,
    a_decision,
    a_mail,
    a_message,
    a_sender,
    a_work,
    an_entry,
    asking,
    opening,
    remembered,
)

BATCH = 50
WORDS = " ".join(f"word{n % 311}" for n in range(220))  # 1.6 KB, as an ordinary mail has
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=0", "cache_size=-32768")

Said = tuple[str, object, bool]


def calibrate() -> float:
    """Time a fixed loop: how fast this machine is at the moment, in ms."""
    start = time.perf_counter()
    total = 0
    for number in range(2_000_000):
        total += number
    return (time.perf_counter() - start) * 1000


def numbers_of(tickets: int) -> list[range]:
    return [range(start, start + BATCH) for start in range(1, tickets + 1, BATCH)]


def report(name: str, found: Sequence[float], beside: float | None = None) -> float:
    """Print the median, that of the first and of the last tenth, and the ratio to a floor."""
    tenth = max(len(found) // 10, 1)
    first, last, middle = median(found[:tenth]), median(found[-tenth:]), median(found)
    ratio = "" if beside is None else f"  {beside / middle:4.1f} x the floor's time"
    print(f"{name:34}{middle:9,.0f}/s   first tenth {first:8,.0f}   last tenth {last:8,.0f}{ratio}")
    return middle


def works_of(store: Store, numbers: range) -> list[Carrying]:
    """Record and claim a batch, and decide it as a desk does that acknowledges and notifies."""
    raws = {number: f"Subject: matter {number}\r\n\r\n{WORDS} {number}\r\n{WORDS}\r\n".encode() for number in numbers}
    new = [a_message(number, raw) for number, raw in raws.items()]
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, new, NOW))
    arrivals = store.write(lambda tx: tx.claim_arrivals(CLAIM, BATCH, NOW))
    works = []
    for number, arrival in zip(numbers, arrivals, strict=True):
        who, body = f"customer{number}@c{number % 97}.example", f"{WORDS} {number}".encode()
        steps = (opening(number), an_entry(number, 1, f"<{number}@c.example>", WORDS))
        acknowledged = a_mail(number, who, pieces=(body,), template=Template.ACKNOWLEDGED, ours=WORDS[:500])
        notice = a_mail(
            number, "alice@acme.example", pieces=(body,), thread=Thread.NOTICE, ours=WORDS[:500], quoted=WORDS
        )
        decision = a_decision(*steps, remembered(number, f"<{number}@c.example>"), sender=a_sender(who))
        works.append(a_work(arrival, decision, acknowledged, notice))
    return works


def questions_of(works: Sequence[Carrying], salt: Iterator[int]) -> list[Questions]:
    """Ask as replies to the tickets of a batch would."""
    return [
        asking(
            sender=work.mails[0].recipient,
            fingerprint=f"reply {next(salt)}",
            ids=(f"<{work.mails[0].ticket}@c.example>", f"<reply{next(salt)}@c.example>"),
            tokens=(work.mails[0].token,),
        )
        for work in works
    ]


@contextmanager
def eavesdropping(said: list[Said]) -> Iterator[None]:
    """Note every statement that the store makes of its database, and where its transactions begin."""

    def hear(*heard: object) -> None:
        _, _, statement, parameters, _, is_many = heard
        said.append((str(statement), parameters, bool(is_many and isinstance(parameters[0], tuple))))

    def hear_begin(_: object) -> None:
        said.append(("BEGIN IMMEDIATE", (), False))

    event.listen(Engine, "before_cursor_execute", hear)
    event.listen(Engine, "begin", hear_begin)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
        event.remove(Engine, "begin", hear_begin)


def repeat(database: sqlite3.Connection, said: Said) -> None:
    """Say the same to a plain connection."""
    statement, parameters, is_many = said
    if is_many:
        database.executemany(statement, parameters)
    else:
        database.execute(statement, parameters).fetchall()


class Floor:
    """A second desk, whose statements are said again to a third database: no store, no SQLAlchemy, the same rows."""

    def __init__(self, folder: Path) -> None:
        self._heard = Store.open(folder / "heard")
        Store.open(folder / "plain").close()
        self._plain = sqlite3.connect(folder / "plain" / "maild.db", isolation_level=None)
        for pragma in PRAGMAS:
            self._plain.execute(f"PRAGMA {pragma}")

    def carry_out(self, numbers: range) -> float:
        """Return how many works a second the plain database takes."""
        before: list[Said] = []
        with eavesdropping(before):
            works = works_of(self._heard, numbers)
        said: list[Said] = []
        with eavesdropping(said):
            self._heard.write(lambda tx: tx.carry_out(works, NOW))
        self._say(before)
        start = time.perf_counter()
        self._say(said)
        rate = BATCH / (time.perf_counter() - start)
        self._plain.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return rate

    def close(self) -> None:
        self._heard.close()
        self._plain.close()

    def _say(self, said: Sequence[Said]) -> None:
        """SQLAlchemy tells of BEGIN but not of COMMIT."""
        for one in said:
            if one[0].startswith("BEGIN") and self._plain.in_transaction:
                self._plain.execute("COMMIT")
            repeat(self._plain, one)
        self._plain.execute("COMMIT")


def measure(folder: Path, tickets: int) -> None:
    """Print what each verb does in a second; the floor is measured batch by batch between."""
    floor, store = Floor(folder), Store.open(folder / "store")
    plain, carried, answered, salt = [], [], [], count(1)
    for numbers in numbers_of(tickets):
        plain.append(floor.carry_out(numbers))
        works = works_of(store, numbers)
        carried.append(rate_of(partial(store.write, partial(Transaction.carry_out, works=works, now=NOW))))
        asked = questions_of(works, salt)
        answered.append(rate_of(partial(store.read, partial(Reader.answer, questions=asked, now=NOW))))
    beside = report("the same by plain sqlite3", plain)
    report("carry_out, a commit for 50", carried, beside)
    report("answer, replies to 50 tickets", answered)
    report("deliver: claim, hand over, accept", delivered(store, min(tickets, 1_000)))
    floor.close()
    store.close()


def rate_of(work: Callable[[], object]) -> float:
    """Do a batch; return how many of its works went by in a second."""
    start = time.perf_counter()
    work()
    return BATCH / (time.perf_counter() - start)


def delivered(store: Store, mails: int) -> list[float]:
    """Bring mails to their end one after another, two commits each, as one connection to a relay does."""

    def deliver() -> None:
        for mail in store.write(lambda tx: tx.claim_due(CLAIM, BATCH, ("main",), NOW)):
            store.write(lambda tx, mail=mail: tx.record_handing_over(mail.id, CLAIM, NOW))
            store.write(lambda tx, mail=mail: tx.record_accepted(mail.id, CLAIM, "250 ok", NOW))

    return [rate_of(deliver) for _ in range(0, mails, BATCH)]


def main() -> None:
    """Measure in a directory on the disk, not in memory."""
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"{tickets:,} tickets; calibration {calibrate():.0f} ms; SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        measure(Path(folder), tickets)


if __name__ == "__main__":
    main()
