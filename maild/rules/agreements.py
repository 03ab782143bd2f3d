"""Agreements: how soon customers are answered, kept up to date and helped, and in which calendar that is counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from maild.documents import Place
from maild.model.clocks import ClockName
from maild.model.ticket import State
from maild.rules.calendars import Calendar

LOWEST = "L1"  # the level of a ticket that came to none
PAUSING = frozenset({State.WAITING, State.PENDING})


@dataclass(frozen=True, slots=True)
class WorkDuration:
    """A length of working time as it is written: working days of whichever calendar it is counted in, and time.

    `is_in_days`: it was written in days of the wall.
    """

    days: int
    time: timedelta
    is_in_days: bool = False

    def within(self, calendar: Calendar) -> timedelta:
        """Give what it is worth in a calendar."""
        return self.days * calendar.day + self.time

    def __str__(self) -> str:
        if self.is_in_days:
            return f"{self.time.days}d"
        # Days as such have no length in a calendar.
        seconds = int(self.time.total_seconds())
        counts = ((self.days, "wd"), (seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
        return "".join(f"{count}{unit}" for count, unit in counts if count)


@dataclass(frozen=True, slots=True)
class Targets:
    """What is promised for one priority; a clock that is not named does not run."""

    calendar: str
    clocks: Mapping[ClockName, WorkDuration]


@dataclass(frozen=True, slots=True)
class Fits:
    """For which tickets an agreement, a ladder or the like is; every part that names something must fit.

    A category includes its children.
    """

    customers: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    queues: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()

    def holds(self, matter: "Matter") -> bool:
        """Whether it is for a ticket."""
        is_within = any(f"{matter.category}/".startswith(f"{each}/") for each in self.categories)
        return (
            (not self.customers or matter.customer in self.customers)
            and (not self.categories or is_within)
            and (not self.queues or matter.queue in self.queues)
            and (not self.priorities or matter.priority in self.priorities)
            and (not self.levels or matter.level in self.levels)
        )


FITS_ALL = Fits()


@dataclass(frozen=True, slots=True)
class Matter:
    """What of a ticket says for what it fits; `wanted` is the agreement that a rule or its customer names."""

    opened_at: datetime
    customer: str | None = None
    category: str | None = None
    queue: str = ""
    wanted: str | None = None
    priority: str = ""
    level: str = LOWEST


@dataclass(frozen=True, slots=True)
class Agreement:
    """`pause` are the states in which its clocks stand still; `valid_from` is the first day of tickets under it."""

    key: str
    place: Place
    targets: Mapping[str, Targets]
    fits: Fits = FITS_ALL
    pause: frozenset[State] = PAUSING
    valid_from: date | None = None

    def is_valid(self, opened_at: datetime, timezone: str) -> bool:
        """Whether tickets that were opened at an instant are under it, by the day that it was in a time zone."""
        return self.valid_from is None or opened_at.astimezone(ZoneInfo(timezone)).date() >= self.valid_from


def find_agreement(agreements: Mapping[str, Agreement], matter: Matter, timezone: str) -> Agreement | None:
    """Find what a ticket is under: what is wanted for it, else the first written that fits; valid on its first day."""
    wanted = agreements.get(matter.wanted) if matter.wanted is not None else None
    if wanted is not None and wanted.is_valid(matter.opened_at, timezone):
        return wanted
    fitting = (each for each in agreements.values() if each.fits.holds(matter))
    return next((each for each in fitting if each.is_valid(matter.opened_at, timezone)), None)


def durations_in(agreements: Mapping[str, Agreement]) -> Iterator[tuple[str, WorkDuration]]:
    """Give every length of time that is promised, once in each calendar, shortest first."""
    seen = {
        (targets.calendar, work): None
        for agreement in agreements.values()
        for targets in agreement.targets.values()
        for work in targets.clocks.values()
    }
    yield from sorted(seen, key=lambda each: (each[0], each[1].days, each[1].time))


@dataclass(frozen=True, slots=True)
class Example:
    """When what is opened at an instant is due."""

    opened_at: datetime
    due_at: datetime | None


def examples(work: WorkDuration, calendar: Calendar, after: datetime) -> tuple[Example, ...]:
    """Show what a length of time means: from the first hour of the next week, and from late on its last day.

    Instants are in the calendar's time zone.
    """
    zone = ZoneInfo(calendar.timezone)
    day = after.astimezone(zone).date()
    monday = day + timedelta(days=7 - day.weekday())
    begin = datetime(monday.year, monday.month, monday.day, tzinfo=zone)
    opening = calendar.add(begin, _LEAST)
    closing = _last_hour(calendar, begin)
    starts = [at.astimezone(zone).replace(microsecond=0) for at in (opening, closing) if at is not None]
    dues = [(start, calendar.add(start, work.within(calendar))) for start in starts]
    return tuple(Example(start, due.astimezone(zone) if due else None) for start, due in dues)


_LEAST = timedelta(microseconds=1)
_LATE = timedelta(minutes=40)
_WORKING_DAYS = 5


def _last_hour(calendar: Calendar, monday: datetime) -> datetime | None:
    """Find the time at which forty minutes of a week's first five days are left."""
    whole = calendar.between(monday, monday + timedelta(days=_WORKING_DAYS))
    return calendar.add(monday, whole - _LATE) if whole > _LATE else None
