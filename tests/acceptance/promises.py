"""The promises of a desk, recomputed from outside: its database by plain SQL, its mailbox by IMAP, what it sent by the
receiving server's transcript.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing

from maild.store import Store
from tests.acceptance.working_desk import WorkingDesk, read

UNDONE = """
SELECT (SELECT count(*) FROM arrival WHERE outcome IS NULL OR shown_at IS NULL)
     + (SELECT count(*) FROM outgoing_mail WHERE ended_at IS NULL)
     + (SELECT count(*) FROM timer WHERE done_at IS NULL)
     + (SELECT max(0, :expected - count(*)) FROM arrival)
"""


def undone(desk: WorkingDesk, expected: int) -> int:
    """How much work of `expected` mails is left, by the database alone."""
    database = desk.state / "maild.db"
    if not database.exists():
        return expected
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'signing_key'").fetchone()[0]:
            return expected
        return int(connection.execute(UNDONE, {"expected": expected}).fetchone()[0])


def check(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Every promise of behaviour.md, 2, for mails `raws` that were laid into the mailbox; the daemon is stopped."""
    with closing(sqlite3.connect(desk.state / "maild.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        outcomes = database.execute("SELECT outcome, count(*) FROM arrival GROUP BY outcome").fetchall()
        sent = database.execute("SELECT message_id, doubts FROM outgoing_mail WHERE state = 'accepted'").fetchall()
        twice = database.execute(
            "SELECT ticket, count(*) FROM outgoing_mail WHERE acknowledged IS NOT NULL"
            " GROUP BY ticket HAVING count(*) > 1"
        ).fetchall()
        entries = database.execute(
            "SELECT arrival, count(*) FROM entry WHERE kind = 'customer-message' GROUP BY arrival HAVING count(*) > 1"
        ).fetchall()
    assert sum(count for _, count in outcomes) == len(raws), outcomes
    assert all(outcome for outcome, _ in outcomes), outcomes
    assert twice == [], "two acknowledgements for one ticket"
    assert entries == [], "one arrival became two entries"
    _check_raw(desk, raws)
    _check_folders(desk, raws)
    _check_sent(desk, dict(sent))
    verified = desk.maild("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _check_raw(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Raw bytes are what the mailbox gave."""
    store = Store.open(desk.state, None, first_number=1001)
    try:
        kept = [store.read(lambda reader, n=n: reader.raw_of(n)) for n in range(1, len(raws) + 1)]
    finally:
        store.close()
    assert Counter(map(_digest, kept)) == Counter(map(_digest, raws))


def _check_folders(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Every mail lies in exactly one of Handled and Held."""
    shown = [*desk.host.inbox(desk.address, "Handled"), *desk.host.inbox(desk.address, "Held")]
    assert desk.host.inbox(desk.address) == []
    assert Counter(map(_digest, shown)) == Counter(map(_digest, raws))


def _check_sent(desk: WorkingDesk, doubts: Mapping[str, int]) -> None:
    """Every accepted mail arrived. One that arrived twice did so byte for byte, and only because its first answer was
    never recorded: the database says that it was in doubt.
    """
    got: dict[str, list[bytes]] = {}
    for mail in desk.host.transcript:
        message_id = str(read(mail.raw)["Message-ID"])
        if message_id in doubts:
            got.setdefault(message_id, []).append(_without_trace(mail.raw))
    assert set(got) == set(doubts)
    for message_id, copies in got.items():
        assert len(copies) <= 1 + doubts[message_id], f"{message_id} went twice without a doubt"
        assert len(set(copies)) == 1, f"{message_id} went twice with other bytes"


def _without_trace(raw: bytes) -> bytes:
    """Cut off what the relay wrote above our first header."""
    return raw[raw.index(b"\nFrom:") :]


def _digest(raw: bytes | None) -> str:
    return hashlib.sha256(raw or b"").hexdigest()
