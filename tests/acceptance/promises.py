"""The promises of a desk, recomputed from outside: its database by plain SQL, its mailbox by IMAP, what it sent by the
receiving server's transcript.
"""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from maild.store import Store
from tests.acceptance.working_desk import WorkingDesk, read
from tests.servers import postgresql

# The desk's own schedule always has a next occasion: that is no work that is left.
UNDONE = """
SELECT (SELECT count(*) FROM arrival WHERE outcome IS NULL OR shown_at IS NULL)
     + (SELECT count(*) FROM outgoing_mail WHERE ended_at IS NULL)
     + (SELECT count(*) FROM timer WHERE done_at IS NULL AND kind <> 'occasion'), (SELECT count(*) FROM arrival)
"""


def rows_of(desk: WorkingDesk, query: str) -> list[tuple[Any, ...]]:
    """Ask the desk's database without maild."""
    if desk.database is not None:
        return postgresql.rows_of(desk.database, query)
    with closing(sqlite3.connect(f"file:{desk.state / 'maild.db'}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query).fetchall()


def undone(desk: WorkingDesk, expected: int) -> int:
    """How much work of `expected` mails is left, by the database alone."""
    if desk.database is None and not _has_tables(desk):
        return expected
    ((open_ends, arrivals),) = rows_of(desk, UNDONE)
    return int(open_ends) + max(0, expected - int(arrivals))


def _has_tables(desk: WorkingDesk) -> bool:
    is_there = (desk.state / "maild.db").exists()
    return is_there and bool(rows_of(desk, "SELECT 1 FROM sqlite_master WHERE name = 'signing_key'"))


def check(desk: WorkingDesk, raws: Sequence[bytes]) -> None:
    """Every promise of behaviour.md, 2, for mails `raws` that were laid into the mailbox; the daemon is stopped."""
    if desk.database is None:
        assert rows_of(desk, "PRAGMA integrity_check") == [("ok",)]
        assert rows_of(desk, "PRAGMA foreign_key_check") == []
    outcomes = rows_of(desk, "SELECT outcome, count(*) FROM arrival GROUP BY outcome")
    sent = rows_of(desk, "SELECT message_id, doubts FROM outgoing_mail WHERE state = 'accepted'")
    twice = rows_of(
        desk,
        "SELECT ticket, count(*) FROM outgoing_mail WHERE acknowledged IS NOT NULL GROUP BY ticket HAVING count(*) > 1",
    )
    entries = rows_of(
        desk,
        "SELECT arrival, count(*) FROM entry WHERE kind = 'customer-message' GROUP BY arrival HAVING count(*) > 1",
    )
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
    store = Store.open(desk.state, desk.database, first_number=1001)
    try:
        kept = [store.read(lambda reader, n=n: reader.raw_of(n)) for (n,) in rows_of(desk, "SELECT id FROM arrival")]
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
    # What the relay took it delivers in its own time; other desks' mails are no concern, and may be bombs.
    drop = desk.host.drop
    ours = drop.wait_for(lambda mail: mail.sender == desk.address, len(doubts))
    # A relay that dies in the middle of delivering does so again, with the trace that it wrote before.
    copies: defaultdict[str, set[bytes]] = defaultdict(set)
    for mail in ours:
        copies[_id_of(mail.raw)].add(mail.raw)
    for message_id in doubts.keys() - copies.keys():  # one that went twice was counted for one that is still to come
        late = drop.wait_for(lambda mail, it=message_id: mail.sender == desk.address and _id_of(mail.raw) == it)
        copies[message_id] |= {mail.raw for mail in late}
    for message_id, doubt in doubts.items():
        assert len(copies[message_id]) <= 1 + doubt, f"{message_id} went twice without a doubt"
        assert len(set(map(_without_trace, copies[message_id]))) == 1, f"{message_id} went twice with other bytes"


def _id_of(raw: bytes) -> str:
    return str(read(raw)["Message-ID"])


def _without_trace(raw: bytes) -> bytes:
    """Cut off what the relay wrote above our first header."""
    return raw[raw.index(b"\nFrom:") :]


def _digest(raw: bytes | None) -> str:
    return hashlib.sha256(raw or b"").hexdigest()
