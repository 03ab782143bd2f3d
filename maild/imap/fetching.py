"""A server's FETCH answers as values, and mail in slices.

Each answer is read alone: one that is nonsense costs its own mail only, and nothing that the server says about another
message can mix into it. An answer counts for a message only if it names that message's UID.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4
from typing import Any, Final

from imapclient.response_parser import parse_fetch_response

from maild.imap.wire import Wire
from maild.model.mail import Fetched

SLICE: Final = 1 << 20
LEADING: Final = 256 << 10
BATCH: Final = 50
GLANCE: Final = 500
BATCH_BYTES: Final = 4 << 20
PORTION_BYTES: Final = 8 << 20

# What a parser without types throws at nonsense.
NONSENSE: Final = (IMAP4.error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
LITERAL8: Final = re.compile(rb"~(\{\d+\})\Z")

Answer = Mapping[bytes, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is asked before the bytes: `size` may be an estimate, None is not known."""

    uid: int
    size: int | None
    received_at: datetime | None


def fetch(wire: Wire, uids: Sequence[int], limit: int) -> list[Fetched]:
    """Fetch messages whole, in the order of `uids`; one above `limit` bytes as its first 256 KiB.

    A message that did not come whole, or whose answer was nonsense, is left out.
    """
    found: dict[int, Fetched] = {}
    for start in range(0, len(uids), BATCH):
        envelopes = _envelopes(wire, uids[start : start + BATCH])
        small = [envelope for envelope in envelopes if envelope.size is not None and envelope.size <= min(SLICE, limit)]
        for batch in _batches(small):
            for mail in _whole(wire, batch, limit):
                found[mail.uid] = mail
        for envelope in envelopes:
            if envelope not in small and (large := _in_slices(wire, envelope, limit)):
                found[large.uid] = large
    return [found[uid] for uid in uids if uid in found]


def portions(wire: Wire, uids: Sequence[int], limit: int) -> list[list[int]]:
    """Split messages, in their order, into portions of at most 8 MB to be fetched together, or of one message."""
    if len(uids) <= 1:
        return [list(uids)] if uids else []
    weights = {
        envelope.uid: _weight(envelope, limit)
        for start in range(0, len(uids), BATCH)
        for envelope in _envelopes(wire, uids[start : start + BATCH])
    }
    found: list[list[int]] = []
    left = 0
    for uid in uids:
        weight = weights.get(uid, 0)  # what is gone, or is said nothing of, is found out by fetching it
        if not found or weight > left:
            found.append([])
            left = PORTION_BYTES
        found[-1].append(uid)
        left -= weight
    return found


def _weight(envelope: Envelope, limit: int) -> int:
    """Say how many bytes come of a message; one above the limit comes as its beginning."""
    if envelope.size is None:
        return limit
    return envelope.size if envelope.size <= limit else _leading(limit)


def envelopes(wire: Wire, uids: Sequence[int]) -> list[Envelope]:
    """Ask for the sizes and dates of messages, many of them with one command."""
    return [one for start in range(0, len(uids), GLANCE) for one in _envelopes(wire, uids[start : start + GLANCE])]


def _envelopes(wire: Wire, uids: Sequence[int]) -> list[Envelope]:
    answers = ask(wire, uids, "(UID RFC822.SIZE INTERNALDATE)")
    return [_envelope(uid, answers[uid]) for uid in uids if uid in answers]


def _envelope(uid: int, answer: Answer) -> Envelope:
    size, date = answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")
    return Envelope(uid, size if isinstance(size, int) else None, _in_utc(date) if isinstance(date, datetime) else None)


def _in_utc(date: datetime) -> datetime | None:
    try:
        return date.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _batches(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Bound what one command brings into memory."""
    batch: list[Envelope] = []
    size = 0
    for envelope in envelopes:
        if batch and size + (envelope.size or 0) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(envelope)
        size += envelope.size or 0
    if batch:
        yield batch


def _whole(wire: Wire, envelopes: Sequence[Envelope], limit: int) -> Iterator[Fetched]:
    answers = ask(wire, [envelope.uid for envelope in envelopes], "(UID BODY.PEEK[])")
    for envelope in envelopes:
        raw = answers.get(envelope.uid, {}).get(b"BODY[]")
        if isinstance(raw, bytes):
            yield _fetched(envelope, raw, limit)


def _fetched(envelope: Envelope, raw: bytes, limit: int) -> Fetched:
    """The size was an estimate: what the server gave decides whether it is above the limit."""
    is_whole = len(raw) <= limit
    return Fetched(envelope.uid, raw if is_whole else raw[: _leading(limit)], len(raw), is_whole, envelope.received_at)


def _leading(limit: int) -> int:
    return min(LEADING, limit)


def _in_slices(wire: Wire, envelope: Envelope, limit: int) -> Fetched | None:
    """Fetch a large message piece by piece until a piece is shorter than asked for."""
    is_large = envelope.size is not None and envelope.size > limit
    step = _leading(limit) if is_large else SLICE
    raw = bytearray()
    while (piece := _slice(wire, envelope.uid, len(raw), step)) is not None:
        raw += piece
        if len(piece) < step:
            return _fetched(envelope, bytes(raw), limit)
        if is_large or len(raw) > limit:
            size = max(envelope.size or 0, len(raw))
            return Fetched(envelope.uid, bytes(raw[: _leading(limit)]), size, False, envelope.received_at)
    return None


def _slice(wire: Wire, uid: int, offset: int, size: int) -> bytes | None:
    answer = ask(wire, [uid], f"(UID BODY.PEEK[]<{offset}.{size}>)").get(uid, {})
    # A server that cuts elsewhere than asked would make a mail of pieces that do not fit.
    item = b"BODY[]<%d>" % offset
    piece = answer.get(item)
    if piece is None and item in answer and offset:
        return b""  # some servers say NIL, and not "", past the end
    return piece if isinstance(piece, bytes) and len(piece) <= size else None


def ask(wire: Wire, uids: Sequence[int], items: str) -> dict[int, Answer]:
    """UID FETCH; the answers by UID, of the messages that were asked for alone."""
    kind, rows = wire.uid("FETCH", ",".join(map(str, uids)), items)
    if kind != "OK":
        # RFC 9051, 6.4.5: NO where some of the data cannot be fetched; what came is as good as ever.
        rows = wire.untagged_responses.pop("FETCH", [])
    answers: dict[int, Answer] = {}
    for answer in map(_read, _grouped(rows)):
        uid = answer.get(b"UID")
        if isinstance(uid, int) and uid in uids:
            answers[uid] = {**answers.get(uid, {}), **answer}
    return answers


def find_uid(wire: Wire, position: int) -> int | None:
    """Give the UID of the message at a place in the folder, counted from 1; None if there is none."""
    _, rows = wire.fetch(str(position), "(UID)")
    uids = [answer[b"UID"] for answer in map(_read, _grouped(rows)) if isinstance(answer.get(b"UID"), int)]
    return uids[-1] if uids else None


def _grouped(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """Split imaplib's rows into answers: literals as pairs (text before, literal), then the text after the last."""
    answer: list[Any] = []
    for row in rows:
        if isinstance(row, tuple):
            answer.append((LITERAL8.sub(rb"\1", row[0]), row[1]))
        elif isinstance(row, bytes):
            yield [*answer, row]
            answer = []


def _read(answer: list[Any]) -> Answer:
    try:
        parsed = parse_fetch_response(answer, normalise_times=False, uid_is_key=False)
        [(_, values)] = parsed.items()
    except NONSENSE:
        return {}
    return dict(values)
