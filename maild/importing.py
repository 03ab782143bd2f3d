"""Importing: the mails of an old desk become arrivals that are older than this one.

    list the file's mails → leave out what the ledger knows by content → record the rest as taken over (commit) → …

What is recorded is filed by the daemon as it files old mail of a mailbox at its first day: a slice at a time, after all
that is new, and nobody is written to. A second try goes on where the first one ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from maild.archives import Kept, find_kept, read_kept
from maild.model.mail import Fetched
from maild.model.ticket import State
from maild.parsing import fingerprint
from maild.store import Begin, NewArrival, Store, pack

FOLDER = "*imported*"  # a name that no folder of a server has: outcomes of what lies there are shown to nobody
_PORTION = 50
_PORTION_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the mails of a file: how many were new, and how many the desk had already."""

    new: int
    known: int


def import_mail(  # noqa: PLR0917 - what, where to, when
    path: Path, mailbox: str, state: State, limit: int, store: Store, now: datetime, begin: Begin
) -> Import:
    """Record the mails of an mbox file or a Maildir as if they had lain in `mailbox`; tickets they open have `state`.

    `limit` is in bytes: of a larger mail only the beginning is kept. Raises MaildError.
    """
    all_kept = find_kept(path)
    advance = begin(f"importing {path.name}", len(all_kept))
    uids = count(1)
    new = 0
    for portion in _portions(all_kept):
        new += _record(portion, mailbox, state, limit, store, now, uids)
        advance(len(portion))
    return Import(new, len(all_kept) - new)


def count_left(store: Store, mailbox: str) -> int:
    """Count imported mails that the daemon has not filed yet."""
    return store.read(lambda reader: reader.count_old_left(mailbox, FOLDER))


def _record(  # noqa: PLR0917 - what, where to, when
    portion: Sequence[Kept], mailbox: str, state: State, limit: int, store: Store, now: datetime, uids: Iterator[int]
) -> int:
    raws = [read_kept(each, limit) for each in portion]
    prints = [fingerprint(raw) for raw in raws]
    known = store.read(lambda reader: reader.find_fingerprints(mailbox, prints))
    # Counted finely: mails of another import of this second would be taken for those of this one, and left out.
    epoch = int(now.timestamp() * 1_000_000)
    new = {
        one: NewArrival(
            _fetched(next(uids), raw, kept, is_whole=kept.size <= limit),
            one,
            pack(raw),
            state,
            is_shown=True,
        )
        for one, raw, kept in zip(prints, raws, portion, strict=True)
        if one not in known
    }
    if not new:
        return 0
    return store.write(lambda tx: tx.record_arrivals(mailbox, FOLDER, epoch, tuple(new.values()), now)).new


def _fetched(uid: int, raw: bytes, kept: Kept, *, is_whole: bool) -> Fetched:
    """Give a mail as if a server had; in a file it lies in other dress, and so in another size."""
    return Fetched(uid, raw, len(raw) if is_whole else kept.size, is_whole, kept.received_at)


def _portions(all_kept: Sequence[Kept]) -> Iterator[list[Kept]]:
    """Cut what is to be read into portions that fit into memory."""
    portion: list[Kept] = []
    size = 0
    for each in all_kept:
        if portion and (len(portion) == _PORTION or size + each.size > _PORTION_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += each.size
    if portion:
        yield portion
