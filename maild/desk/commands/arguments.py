"""What stands behind a command on its line: whose shape says where it ends and the words of the mail begin."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GERMAN: Final = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_WEEKDAYS: Final = {
    name: at
    for names in (_DAYS, _GERMAN, tuple(day[:3] for day in _DAYS), tuple(day[:2] for day in _GERMAN))
    for at, name in enumerate(names)
} | {"tues": 1, "thur": 3, "thurs": 3, "sonnabend": 5}
_NAMED_DAYS: Final = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}
_UNITS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST: Final = timedelta(days=366)
_MORNING: Final = time(9)

_DURATION = r"(?:\d{1,4} ?(?:min|m|h|d|w)(?![^\W\d_]) ?){1,3}"
_CLOCK = r"(?:at |um )?\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|h|uhr)?(?!\w|\.\d)"
_DATE = r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.?(?:\d{4})?"
_DAY = rf"(?:today|tomorrow|heute|morgen|{_DATE}|{'|'.join(_WEEKDAYS)})"
_INSTANT = rf"(?:(?:until|till|til|bis) )?{_DAY}(?![^\W\d_])(?: {_CLOCK})?|(?:until|till|til|bis) {_CLOCK}"
_TIME = rf"(?:for |in )?{_DURATION}|{_INSTANT}"
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+\w"
_NAMED = rf"(?:\"[^\"]{{0,80}}\"|[^\W\d_][\w .'-]{{0,80}}) ?<{_ADDRESS}>|<?{_ADDRESS}>?"


class Shape(StrEnum):
    """What a command takes; the words in angle brackets are what a refusal asks for."""

    NONE = ""
    NAME = "<name>"
    LEVEL = "<value>"
    TIME = "[3d]"  # may be left out
    INSTANT = "<until when>"
    TICKET = "<ticket>"
    TICKET_JOIN = "<ticket> [join]"
    TICKET_SIGNED = "[-]<ticket>"
    NUMBER = "<number>"
    NUMBERS = "<numbers>"
    PLACES = "<3, 5-7>"
    PLACES_OR_NONE = "[3, 5-7]"  # may be left out
    NUMBER_WHY = "<number> <why>"
    TICKET_OR_NONE = "[ticket]"
    ADDRESS = "<address>"
    ADDRESSES = "<+address -address>"
    ADDRESS_ABOUT = "<address> about <subject>"
    SIGNED = "<+tag -tag>"
    PAIR = "<name>=<value>"
    PAIRS = "<name>=<value> …"
    LINE = "<words>"
    LINE_OR_NONE = "[words]"
    WHO_UNTIL = "[who] until <when>"


_SIGNED = r"[+-]?[^\s+#-][^\s#]*(?: [+-][^\s#]+)*"
_ADDRESSES = rf"[+-]? ?(?:{_NAMED})(?:[ ,;]+[+-]? ?(?:{_NAMED}))*"
_LINE = r"\S.*"
_PLACE = r"\d{1,4}(?: ?- ?\d{1,4})?"
_PLACES = rf"{_PLACE}(?:[ ,;]+{_PLACE})*(?!\w)"
_PATTERNS: Final = {
    Shape.NAME: r"[\w.@+'/-]*[\w/]",
    Shape.LEVEL: r"[\w-]*\w",
    Shape.TIME: _TIME,
    Shape.INSTANT: _TIME,
    Shape.TICKET: r"#?\d{1,18}(?!\w)",
    Shape.TICKET_SIGNED: r"-?#?\d{1,18}(?!\w)",
    Shape.TICKET_JOIN: r"#?\d{1,18}(?!\w)(?: join(?!\w))?",
    Shape.NUMBER: r"\d{1,4}(?!\w)",
    Shape.NUMBERS: r"\d{1,4}(?:[ ,;]+\d{1,4})*(?!\w)",
    Shape.PLACES: _PLACES,
    Shape.PLACES_OR_NONE: _PLACES,
    Shape.NUMBER_WHY: r"\d{1,4}(?!\w) ?\S.*",
    Shape.TICKET_OR_NONE: r"#?\d{1,18}(?!\w)",
    Shape.ADDRESS: rf"(?:for |to |at )?(?:{_NAMED})",
    Shape.ADDRESSES: _ADDRESSES,
    Shape.ADDRESS_ABOUT: rf"(?:to )?(?:{_NAMED})(?: (?:about|über|re) ?:? ?\S.*)?",
    Shape.SIGNED: _SIGNED,
    # A quote that does not end is of the argument, which is refused, and no word to anybody.
    Shape.PAIRS: r"[\w-]+ ?=(?:\"[^\"]*\"|[^\"#]|\"(?![^\"]*\"))*",
    Shape.PAIR: r"[\w.-]+ ?= ?(?:\"[^\"]*\"|[^#]*)",
    Shape.LINE: _LINE,
    Shape.LINE_OR_NONE: _LINE,
    Shape.WHO_UNTIL: rf"(?:[\w.@+-]+ )?(?:{_INSTANT}|{_DURATION})",
}
_MATCHERS: Final = {shape: re.compile(rf"(?:{pattern})", re.IGNORECASE) for shape, pattern in _PATTERNS.items()}
OPTIONAL: Final = frozenset({Shape.NONE, Shape.TIME, Shape.TICKET_OR_NONE, Shape.LINE_OR_NONE, Shape.PLACES_OR_NONE})
# What begins as more of an argument and is none would else be the first of the words.
_SIGN: Final = re.compile(r"[ ,;]*[+-](?!\s)")
_HALF: Final = {Shape.SIGNED: _SIGN, Shape.ADDRESSES: _SIGN, Shape.TIME: re.compile(r"\A\d")}
_STRAIGHT: Final = str.maketrans("“”„‟‘’‚‛–—−‐‑", "\"\"\"\"''''-----")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Taken:
    """A command's argument and what is left of its line; `argument` is None where one is missing."""

    argument: str | None
    rest: str


def take(shape: Shape, line: str) -> Taken:
    """Part a command's argument from the words after it; quotes and dashes are straightened in the argument alone."""
    if shape is Shape.NONE:
        return Taken("", line)
    # Each curly sign becomes one straight one, so that the lengths agree.
    straight = line.translate(_STRAIGHT)
    match = _MATCHERS[shape].match(straight)
    half = _HALF.get(shape)
    if half is not None and half.match(straight, match.end() if match is not None else 0):
        return Taken(None, line)
    if match is None:
        return Taken("" if shape in OPTIONAL else None, line)
    argument = _SPACE.sub(" ", match[0]).strip().rstrip(".,;").strip()
    return Taken(argument, line[match.end() :].lstrip(" \t.,;:"))


def parse_instant(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Read "3d", "until monday 9:00", "tomorrow" or "2026-12-01 14:30" as an instant to come, in UTC.

    A day without a time is nine in the morning there. None for what is no such thing, has passed, or is more than a
    year away.
    """
    plain = re.sub(r"^(until|till|til|bis|for|in) ", "", words.strip().lower())
    found = _parse_duration(plain, now) if re.fullmatch(_DURATION, plain + " ") else _parse_day(plain, now, zone)
    return found if found is not None and now < found <= now + _LONGEST else None


def _parse_duration(plain: str, now: datetime) -> datetime:
    parts = re.findall(r"(\d+) ?(min|m|h|d|w)", plain)
    return now + timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in parts))


def _parse_day(plain: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    here = now.astimezone(zone)
    day, _, rest = plain.partition(" ")
    at = _parse_clock(rest or day)
    if re.fullmatch(_DAY, day) is None:
        if at is None or rest:
            return None
        on = here.date() if at > here.time() else here.date() + timedelta(days=1)
    else:
        found = _date_of(day, here)
        if found is None or (rest and at is None):
            return None
        on, at = found, at if rest and at is not None else _MORNING
    return datetime.combine(on, at, tzinfo=zone).astimezone(UTC)


def _date_of(day: str, here: datetime) -> date | None:
    today = here.date()
    if day in _NAMED_DAYS:
        return today + timedelta(days=_NAMED_DAYS[day])
    if day in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[day] - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(day) if "-" in day else _german_date(day, today)
    except ValueError:
        return None


def _german_date(day: str, today: date) -> date:
    of_month, month, year = [*day.split("."), ""][:3]
    if year:
        return date(int(year), int(month), int(of_month))
    near = date(today.year, int(month), int(of_month))
    return near if near >= today else near.replace(year=today.year + 1)


def _parse_clock(words: str) -> time | None:
    match = re.fullmatch(r"(?:at |um )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|h|uhr)?", words)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the twelve hours of a clock
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a day's


def parse_places(argument: str) -> tuple[int, ...]:
    """Read "3, 5-7" as the numbers that it names, each once."""
    found: dict[int, None] = {}
    for first, last in re.findall(r"(\d+)(?: ?- ?(\d+))?", argument):
        ends = sorted((int(first), int(last or first)))
        found |= dict.fromkeys(range(ends[0], ends[1] + 1))
    return tuple(found)
