"""Instants as their reader writes them: in their zone, by the custom of their language, with the zone's name.

The only importer of babel.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

_MOST_REMEMBERED = 4096  # a ticket's earlier entries are shown again in each of its notices, to each of a team
_PLAIN_ENGLISH = "en_GB"  # to whom nothing more is known than English, 3/11 says less than 3 Nov

Written = Callable[[datetime, str, str], str]


def written_instants() -> Written:
    """Make the one who writes an instant: `(at, zone, locale)` becomes `23 Nov 2026, 09:30 GMT`."""
    return lru_cache(_MOST_REMEMBERED)(_written)


def _written(at: datetime, zone: str, locale: str) -> str:
    there, custom = at.astimezone(ZoneInfo(zone)), _custom(locale)
    day, time = format_date(there, "medium", locale=custom), format_time(there, "short", locale=custom)
    return f"{day}, {time} {_zone_name(there)}"


def _zone_name(there: datetime) -> str:
    """Name a zone as people do, or by its distance where the tables have only numbers."""
    name, distance = there.tzname() or "", f"{there:%z}"
    return name if name.isalpha() else f"UTC{distance[:3]}:{distance[3:5]}"


def _custom(locale: str) -> Locale:
    name = locale.partition(".")[0].partition("@")[0].replace("-", "_")
    if name.lower() == "en":
        name = _PLAIN_ENGLISH
    for each in (name, name.partition("_")[0].lower(), _PLAIN_ENGLISH):
        try:
            return Locale.parse(each)
        except (UnknownLocaleError, ValueError):
            continue
    raise LookupError(locale)
