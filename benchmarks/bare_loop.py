"""The floor: the least that any program can do that reads mail over IMAP, takes it apart and keeps it.

Fetch 50, the standard library's parser, one insert each, one durable commit for the 50. No ticket, no answer, nothing
known twice.
"""

import sqlite3
import time
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from imapclient import IMAPClient

BATCH = 50


@dataclass(frozen=True, slots=True)
class Floor:
    """How many mails a second, and the milliseconds of CPU that our side of it spent on each."""

    rate: float
    cpu: float


def bare_loop(port: int, user: str, password: str, folder: Path) -> Floor:
    """Read a whole INBOX so."""
    database = sqlite3.connect(folder / f"bare{time.monotonic_ns()}.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(
        "CREATE TABLE mail (uid INTEGER PRIMARY KEY, message_id TEXT, sender TEXT, subject TEXT, raw BLOB)"
    )
    database.execute("CREATE INDEX by_id ON mail (message_id)")
    client = IMAPClient("127.0.0.1", port, ssl=False)
    client._imap.debug = 0  # noqa: SLF001 - else it formats every line for a logger
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    start, spent = time.perf_counter(), time.process_time()
    for first in range(0, len(uids), BATCH):
        rows = []
        for uid, answer in client.fetch(uids[first : first + BATCH], ["BODY.PEEK[]"]).items():
            raw = answer[b"BODY[]"]
            message = BytesParser().parsebytes(raw)
            rows.append((uid, message["Message-ID"], message["From"], message["Subject"], raw))
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO mail VALUES (?, ?, ?, ?, ?)", rows)
        database.execute("COMMIT")
    floor = Floor(len(uids) / (time.perf_counter() - start), (time.process_time() - spent) / len(uids) * 1000)
    client.logout()
    database.close()
    return floor
