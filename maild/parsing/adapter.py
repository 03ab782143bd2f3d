"""The one door to mail-parser: its scanner of address lists and its reader of dates, behind types of ours.

The whole MailParser class is not used: it turns repeated headers into lists, drops raw 8-bit bytes, reads every
Received and parses everything twice over for views that nobody asks for.

BUGS
    The two functions are not among mail-parser's exported names; the minor version is pinned for that, and
    tests/unit/test_parsing_adapter.py holds what we rely on.
"""

from datetime import datetime

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses


def scan_addresses(text: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Split an address list into (name, address) by structure; the second value is False when something was doubted.

    `text` is one unfolded header value, encoded words not yet decoded.
    """
    doubts: list[object] = []
    found = get_addresses(text, defects=doubts, decode_names=False)
    return tuple((str(name), str(address)) for name, address in found if address), not doubts


def read_date(text: str) -> datetime | None:
    """Read a date by RFC 5322, obsolete forms included, as an aware instant in UTC; None for any other shape."""
    value: datetime | None = parse_mail_date(text).value
    return value
