"""How far a ticket has come on its ladder, and when its next step is due. Pure.

What was done stands in the ticket's field `ladder`, `urgent/after 2h; urgent/after 8h x3`: each step under the name of
its ladder, so that a ticket whose priority changes climbs the other one from where that stands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.desk.agreeing import ladder_of, priority_of
from maild.desk.clocks import hours_of
from maild.desk.house import House
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.ticket import Ticket
from maild.rules import Calendar, Ladder, Rung

_DONE = re.compile(r"(.+?)(?: x(\d+))?")
_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Progress:
    """How often each step was done, or passed over."""

    counts: Mapping[str, int]

    @classmethod
    def parse(cls, text: str | None) -> "Progress":
        """Read what stands in the ticket."""
        found = (_DONE.fullmatch(each) for each in (text or "").split(_BETWEEN) if each)
        return cls({match[1]: int(match[2] or 1) for match in found if match is not None})

    def written(self) -> str | None:
        """Write it as it stands in the ticket."""
        told = (f"{key} x{count}" if count > 1 else key for key, count in self.counts.items() if count)
        return _BETWEEN.join(told) or None

    def count(self, ladder: Ladder, rung: Rung) -> int:
        """Say how often a step was done."""
        return self.counts.get(f"{ladder.key}/{rung.key}", 0)

    def done(self, ladder: Ladder, rung: Rung) -> "Progress":
        """Count a step as done once more."""
        return Progress({**self.counts, f"{ladder.key}/{rung.key}": self.count(ladder, rung) + 1})

    def begun_anew(self, clock: ClockName) -> "Progress":
        """Forget what was done because of a clock that begins again."""
        return Progress({key: count for key, count in self.counts.items() if f"/{clock.value} " not in key})


def next_at(ticket: Ticket, house: House, clocks: Mapping[ClockName, Clock]) -> datetime | None:
    """Say when the next step of a ticket's ladder is due, as time runs now."""
    climb = climb_of(ticket, house, clocks)
    return climb.next_at() if climb is not None else None


def climb_of(ticket: Ticket, house: House, clocks: Mapping[ClockName, Clock]) -> "Climb | None":
    """Give where a ticket stands on its ladder."""
    ladder = ladder_of(ticket, house)
    if ladder is None:
        return None
    return Climb(ladder, Progress.parse(ticket.ladder), priority_of(ticket, house), clocks, house.rules.calendars)


@dataclass(frozen=True, slots=True)
class Climb:
    """A ticket's ladder, how far it has come, and the clocks by which its steps are due."""

    ladder: Ladder
    progress: Progress
    priority: str
    clocks: Mapping[ClockName, Clock]
    calendars: Mapping[str, Calendar]

    def steps(self) -> Iterator[tuple[datetime, Rung]]:
        """Give the steps that are still to come with when they are due, as time runs now."""
        for rung in self.ladder.steps:
            due_at = self._due_at(rung)
            if due_at is not None:
                yield due_at, rung

    def next_at(self) -> datetime | None:
        """Say when the next step is due."""
        return min((due_at for due_at, _ in self.steps()), default=None)

    def due(self, now: datetime) -> list[Rung]:
        """Give the steps that are due, in that order."""
        found = [(due_at, self.ladder.steps.index(rung), rung) for due_at, rung in self.steps() if due_at <= now]
        return [rung for _, _, rung in sorted(found, key=lambda each: each[:2])]

    def _due_at(self, rung: Rung) -> datetime | None:
        clock = self.clocks.get(rung.clock or ClockName.LADDER)
        count = self.progress.count(self.ladder, rung)
        if clock is None or clock.state is not ClockState.RUNNING or (count and rung.again is None):
            return None
        hours = hours_of(clock.calendar, self.calendars)
        wanted = clock.target * rung.percent / 100 if rung.clock is not None else self._wanted(rung, hours, count)
        if wanted is None:
            return None
        return hours.add(clock.at, wanted - clock.elapsed) if wanted > clock.elapsed else clock.at

    def _wanted(self, rung: Rung, hours: Calendar, count: int) -> timedelta | None:
        after = rung.after or {}
        work = after.get(self.priority) or after.get("")
        if work is None:
            return None
        return work.within(hours) + (count * rung.again.within(hours) if rung.again is not None else timedelta())
