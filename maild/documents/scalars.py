"""What administrators write for lengths of time and sizes.

A duration is whole numbers with units from large to small: `90s`, `30m`, `4h`, `1d2h`. A size is a whole number of
`B`, `KB`, `MB` or `GB`, each 1024 of the one before, as mail servers count them.
"""

import re
from datetime import timedelta

_DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?", re.ASCII)
_SIZE = re.compile(r"(\d{1,6})(B|KB|MB|GB)", re.ASCII)
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


class ScalarError(ValueError):
    """A length of time or a size that cannot be read; the text says how it is written."""


def parse_duration(text: str) -> timedelta:
    """Read a length of wall time. Raises ScalarError."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ScalarError(f"'{text}' is no duration: write it like 90s, 30m, 4h or 1d2h")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration as `parse_duration` reads it."""
    seconds = int(duration.total_seconds())
    counts = ((seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in counts if count) or "0s"


def parse_size(text: str) -> int:
    """Read a number of bytes. Raises ScalarError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ScalarError(f"'{text}' is no size: write it like 512KB or 25MB")
    return int(match[1]) * _UNITS[match[2]]


def format_size(octets: int) -> str:
    """Write a number of bytes as `parse_size` reads it, in the largest unit that does not round it."""
    unit = next(unit for unit, worth in reversed(_UNITS.items()) if octets % worth == 0 and (octets or unit == "B"))
    return f"{octets // _UNITS[unit]}{unit}"
