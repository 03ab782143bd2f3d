"""A ticket's clocks computed again from how they stood with its entries: whether each follows from the one before it.

What a calendar said when its stamp was another one nobody knows any more: then what had elapsed is taken as it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maild.desk.clocks import due_after, elapsed_at, hours_of
from maild.model.clocks import Clock, ClockName, ClockState
from maild.rules import Calendar

# These may begin anew.
_REPEATED = frozenset({ClockName.NEXT_RESPONSE, ClockName.UPDATE})


@dataclass(frozen=True, slots=True)
class Changed:
    """A clock as it stood with an entry that was written at an instant."""

    entry: int
    at: datetime
    clock: Clock


def clock_faults(
    clocks: Sequence[Clock], changes: Sequence[Changed], calendars: Mapping[str, Calendar]
) -> Iterator[str]:
    """Say what does not follow; `changes` in the order of their entries."""
    by_name: dict[ClockName, list[Changed]] = {}
    for change in changes:
        by_name.setdefault(change.clock.name, []).append(change)
    now = {clock.name: clock for clock in clocks}
    for name in ClockName:
        every = by_name.get(name, [])
        last = every[-1].clock if every else None
        if not _is_same(now.get(name), last):
            yield f"{name.value} stands as {_told(now.get(name))}, its entries say {_told(last)}"
        for before, after in zip([None, *every], every, strict=False):
            fault = _fault(before, after, calendars)
            if fault:
                yield f"{name.value}, entry {after.entry}: {fault}"


def _is_same(one: Clock | None, other: Clock | None) -> bool:
    """Whether two are the same clock: an edit of its calendar that moves nothing is told by the stamp alone."""
    if one is None or other is None:
        return one is other
    return replace(one, stamp=other.stamp) == other


def _fault(before: Changed | None, after: Changed, calendars: Mapping[str, Calendar]) -> str:
    clock, hours = after.clock, hours_of(after.clock.calendar, calendars)
    is_begun = not clock.elapsed
    is_taken_back = clock.at < after.at
    if before is not None and not is_taken_back and not (is_begun and clock.name in _REPEATED):
        wrong = _wrong_elapsed(before.clock, clock, calendars)
        if wrong:
            return wrong
    if clock.stamp != hours.stamp or clock.is_over:
        return ""
    if clock.state is ClockState.PAUSED and clock.due_at is not None and clock.elapsed < clock.target:
        return "it stands still and is due"
    is_shortened = clock.elapsed >= clock.target
    if clock.state is ClockState.RUNNING and not is_shortened and clock.due_at != due_after(clock, hours, clock.at):
        return f"due at {clock.due_at}, by its calendar at {due_after(clock, hours, clock.at)}"
    return ""


def _wrong_elapsed(before: Clock, after: Clock, calendars: Mapping[str, Calendar]) -> str:
    hours = hours_of(before.calendar, calendars)
    if before.state is ClockState.RUNNING and before.stamp != hours.stamp:
        return ""
    expected = elapsed_at(before, hours, after.at)
    # A calendar that changed is noticed when the clock falls due: its elapsed time is then as it was.
    is_moved = after.state is ClockState.RUNNING and (after.elapsed, after.at) == (before.elapsed, before.at)
    return "" if after.elapsed == expected or is_moved else f"{after.elapsed} elapsed, by its calendar {expected}"


def _told(clock: Clock | None) -> str:
    if clock is None:
        return "none"
    return f"{clock.state.value}, {clock.elapsed.total_seconds():g} of {clock.target.total_seconds():g} s"
