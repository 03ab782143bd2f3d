"""How a clock goes: begun, stopped, paused, resumed, retargeted, taken back. Pure arithmetic; each gives a new clock.

What has elapsed stays through all of it. A clock that is resumed has at least a second left, so that none is late
because it goes on; one that is late stays so, whatever follows, until its target is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.model.clocks import Clock, ClockName, ClockState
from maild.rules import Agreement, Calendar
from maild.rules.calendars import WALL_TIME

_HOUR = 60
_LEAST_LEFT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """A target, and the calendar in which it is counted."""

    target: timedelta
    hours: Calendar


def promises(
    agreement: Agreement | None, priority: str, calendars: Mapping[str, Calendar]
) -> Mapping[ClockName, Promise]:
    """Give what an agreement promises for a priority."""
    targets = agreement.targets.get(priority) if agreement is not None else None
    if targets is None:
        return {}
    hours = hours_of(targets.calendar, calendars)
    return {name: Promise(work.within(hours), hours) for name, work in targets.clocks.items()}


def hours_of(calendar: str, calendars: Mapping[str, Calendar]) -> Calendar:
    """Give a calendar by its name; one that is gone was real time."""
    return calendars.get(calendar, WALL_TIME)


def elapsed_at(clock: Clock, hours: Calendar, at: datetime) -> timedelta:
    """Give what has elapsed at an instant that is not before the clock's own."""
    return clock.elapsed + (hours.between(clock.at, at) if clock.state is ClockState.RUNNING else timedelta())


def begun(name: ClockName, promise: Promise, now: datetime) -> Clock:
    """Let a clock begin."""
    hours = promise.hours
    due_at = hours.add(now, promise.target)
    return Clock(name, ClockState.RUNNING, promise.target, hours.key, hours.stamp, timedelta(), now, due_at)


def counting(hours: Calendar, now: datetime) -> Clock:
    """Let the ladder's time begin: nothing is due by it as such."""
    return Clock(ClockName.LADDER, ClockState.RUNNING, timedelta(), hours.key, hours.stamp, timedelta(), now, None)


def moved(clock: Clock, old_hours: Calendar, hours: Calendar, now: datetime) -> Clock:
    """Let a clock without a target count in another calendar."""
    if clock.calendar == hours.key:
        return clock
    return replace(clock, calendar=hours.key, stamp=hours.stamp, elapsed=elapsed_at(clock, old_hours, now), at=now)


def stopped(clock: Clock, hours: Calendar, now: datetime) -> Clock:
    """Stop a clock: what it waited for is there. A late one, and one that stands, keep when they were due."""
    if clock.state is ClockState.STOPPED:
        return clock
    return replace(clock, state=ClockState.STOPPED, elapsed=elapsed_at(clock, hours, now), at=now, stamp=hours.stamp)


def paused(clock: Clock, hours: Calendar, now: datetime) -> Clock:
    """Let a clock stand still."""
    if clock.state is not ClockState.RUNNING:
        return clock
    still = replace(clock, state=ClockState.PAUSED, elapsed=elapsed_at(clock, hours, now), at=now, stamp=hours.stamp)
    return still if still.is_over else replace(still, due_at=None)


def resumed(clock: Clock, hours: Calendar, now: datetime) -> Clock:
    """Let a clock go on from where it stood."""
    return clock if clock.state is ClockState.RUNNING else _running(clock, hours, now)


def retargeted(clock: Clock, old_hours: Calendar, promise: Promise, now: datetime) -> Clock:
    """Give a clock that is not stopped another target or calendar; one that leaves nothing is late from now on."""
    if clock.state is ClockState.STOPPED:
        return clock
    hours, elapsed = promise.hours, elapsed_at(clock, old_hours, now)
    changed = replace(
        clock, target=promise.target, calendar=hours.key, stamp=hours.stamp, elapsed=elapsed, at=now, due_at=None
    )
    left = promise.target - elapsed
    if left <= timedelta():
        was_late = clock.is_late(now) and clock.due_at is not None
        return replace(changed, due_at=clock.due_at if was_late else now)
    return replace(changed, due_at=hours.add(now, left)) if clock.state is ClockState.RUNNING else changed


def taken_back(clock: Clock, hours: Calendar, since: datetime) -> Clock:
    """Let a clock go on as if it had not been stopped or begun anew at an instant: the time since then counts."""
    return _running(replace(clock, elapsed=elapsed_at(clock, hours, since)), hours, since)


def due_after(clock: Clock, hours: Calendar, since: datetime) -> datetime | None:
    """Give when a clock is due that goes on at an instant; never, without a target."""
    if not clock.target:
        return None
    return hours.add(since, max(clock.target - clock.elapsed, _LEAST_LEFT))


def words_of(clock: Clock) -> str:
    """Call a clock as people do."""
    return clock.name.value.replace("_", " ").capitalize()


def written_work(work: timedelta) -> str:
    """Write a length of working time: hours, because days have no length in a calendar."""
    minutes = int(work.total_seconds()) // 60
    return f"{minutes // 60}h{minutes % 60:02}m" if minutes >= _HOUR else f"{minutes}m"


def _running(clock: Clock, hours: Calendar, since: datetime) -> Clock:
    due_at = clock.due_at
    if due_at is None or not clock.is_over:
        due_at = due_after(clock, hours, since)
    return replace(clock, state=ClockState.RUNNING, at=since, due_at=due_at, stamp=hours.stamp)
