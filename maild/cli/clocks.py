"""A ticket's clocks on the command line: how they stand by now, and how they came to it."""

import os
from collections.abc import Sequence
from datetime import timedelta

from maild.cli.display import moment, print_heading, print_table
from maild.cli.opening import config_directory, now
from maild.config import read_draft
from maild.desk.clocks import elapsed_at, hours_of, written_work
from maild.model.clocks import Clock, ClockState
from maild.model.explaining import Json
from maild.rules import read_calendars

Timed = tuple[Clock, timedelta]


def timed(clocks: Sequence[Clock]) -> tuple[Timed, ...]:
    """Give clocks beside what has elapsed by now; the calendars are asked only where one runs."""
    is_any_running = any(clock.state is ClockState.RUNNING for clock in clocks)
    calendars = read_calendars(read_draft(config_directory(), os.environ)) if is_any_running else {}
    at = now()
    return tuple((clock, elapsed_at(clock, hours_of(clock.calendar, calendars), at)) for clock in clocks)


def print_clocks(clocks: Sequence[Timed]) -> None:
    """Print how clocks stand."""
    if clocks:
        print_heading("Clocks")
        columns = ("clock", "state", "elapsed", "target", "calendar", "due")
        print_table(columns, [_row(clock, elapsed) for clock, elapsed in clocks])


def print_spans(clocks: Sequence[Json]) -> None:
    """Print how clocks went, span by span."""
    columns = ("from", "until", "state", "passed", "elapsed", "target", "calendar", "due_at", "entry", "kind", "by")
    for clock in clocks:
        print_heading(f"Clock {clock['name']}")
        spans = clock["spans"]
        rows = [[span[column] for column in columns] for span in (spans if isinstance(spans, list) else [])]
        print_table(columns, rows)


def _row(clock: Clock, elapsed: timedelta) -> tuple[str, ...]:
    ran, target = written_work(elapsed), written_work(clock.target)
    return (clock.name.value, _state(clock), ran, target, clock.calendar, moment(clock.due_at))


def _state(clock: Clock) -> str:
    return f"{clock.state.value}, late" if clock.is_late(now()) else clock.state.value
