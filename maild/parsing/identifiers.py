"""Message-IDs, references and dates: as they were meant, however they were written."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from maild.parsing.adapter import read_date
from maild.parsing.limits import Flag

_ID = re.compile(r"<([^<>]{1,995})>")
_BARE_ID = re.compile(r"[^\s<>,;]+@[^\s<>,;]+\Z")
_NOT_ID = re.compile(r"\s+|\([^()]*+\)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_FIRST_KEPT = 10
_LONGEST_ID = 998  # octets of a line (RFC 5322, 2.1.1): what is longer identifies nothing
_LONGEST_DATE = 200


def find_ids(text: str) -> tuple[str, ...]:
    """Find every Message-ID of a field in order, with its angle brackets; one without brackets is given some."""
    found = dict.fromkeys(f"<{_NOT_ID.sub('', match)}>" for match in _ID.findall(text) if match.strip())
    ids = found or [f"<{word}>" for word in text.split() if _BARE_ID.match(word)]
    return tuple(one for one in ids if len(one.encode("utf-8", "replace")) <= _LONGEST_ID)


def find_message_id(values: list[str]) -> tuple[str | None, frozenset[Flag]]:
    """Give the Message-ID of the topmost field that has one; several fields are flagged."""
    flags = {Flag.MESSAGE_ID_SEVERAL} if len(values) > 1 else set()
    for value in values:
        ids = find_ids(value)
        if ids:
            return ids[0], frozenset(flags)
    if any(values):
        flags.add(Flag.MESSAGE_ID_BROKEN)
    return None, frozenset(flags)


def cut_references(ids: tuple[str, ...], maximum: int) -> tuple[tuple[str, ...], frozenset[Flag]]:
    """Keep the root's neighbours and the newest: threads are found from both ends, and the newest is last."""
    if len(ids) <= maximum:
        return ids, frozenset()
    first = min(_FIRST_KEPT, maximum // 2)
    return ids[:first] + ids[first - maximum :], frozenset({Flag.REFERENCES_CUT})


def find_date(text: str) -> tuple[datetime | None, frozenset[Flag]]:
    """Read a date in any shape as an instant in UTC; without a zone it is taken as UTC and flagged."""
    if not text:
        return None, frozenset()
    text = text[:_LONGEST_DATE]
    value = read_date(text)
    if value is not None:
        return value, frozenset()
    value = _loose_date(text)
    return (value, frozenset({Flag.DATE_GUESSED})) if value is not None else (None, frozenset({Flag.DATE_UNREADABLE}))


def _loose_date(text: str) -> datetime | None:
    iso = _ISO.search(text)
    try:
        if iso is not None:
            return _in_utc(datetime.fromisoformat(text[iso.start() :].partition(" (")[0].strip()))
        parts = parsedate_tz(text)
        if parts is None:
            return None
        zone = timezone(timedelta(seconds=parts[9] or 0))
        return datetime(*parts[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
