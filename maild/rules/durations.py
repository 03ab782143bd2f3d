"""Durations in rule files: of wall time, or of a calendar's working time, where a day is something else."""

import re
from dataclasses import dataclass
from datetime import timedelta

from maild.documents import ScalarError, parse_duration

_WORKING_DAYS = re.compile(r"(\d{1,4})wd", re.ASCII)
_DAYS = re.compile(r"(\d{1,4})d", re.ASCII)
_HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A length of time that runs in a calendar: whole working days of it, or its open hours."""

    days: int
    hours: timedelta


def parse_working_time(text: str) -> WorkingTime:
    """Read `16h`, `30m` or `2wd`; a plain `d` would be read as 24 hours by some and 8 by others. Raises ScalarError."""
    match = _WORKING_DAYS.fullmatch(text)
    if match is not None:
        return WorkingTime(int(match[1]), timedelta(0))
    if "d" in text:
        days = _DAYS.match(text)
        count = int(days[1]) if days else 1
        raise ScalarError(
            f"'{text}': a day is unclear where a calendar counts; write {count}wd for {count} working days of the"
            f" calendar, or hours, like {count * _HOURS_A_DAY}h"
        )
    return WorkingTime(0, parse_duration(text))
