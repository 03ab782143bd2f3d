"""A clock that notices when somebody sets it."""

from datetime import UTC, datetime, timedelta

import pytest

from maild.clock import Clock, Step

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """Two clocks, one of which a test sets, and what was noticed."""

    def __init__(self) -> None:
        self.elapsed = timedelta(0)
        self.set_by = timedelta(0)
        self.steps: list[Step] = []
        self.clock = Clock(self.wall, self.steady, lambda step, _: self.steps.append(step))

    def steady(self) -> float:
        return self.elapsed.total_seconds()

    def wall(self) -> datetime:
        return START + self.elapsed + self.set_by

    def go_on(self, by: timedelta, looks: int = 10) -> None:
        for _ in range(looks):
            self.elapsed += by / looks
            assert self.clock.now() == self.wall()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_time_that_passes_is_no_step(machine: Machine):
    """Nor is an hour in which nobody asked."""
    machine.go_on(HOUR)
    machine.go_on(timedelta(days=3), looks=1)
    assert machine.steps == []


def test_a_clock_that_drifts_is_not_set(machine: Machine):
    """A second an hour is not noticed, though it is a quarter of an hour after a month."""
    for _ in range(24 * 40):
        machine.set_by += timedelta(seconds=1)
        machine.go_on(HOUR, looks=1)
    assert machine.steps == []


@pytest.mark.parametrize("by", [timedelta(hours=2), -timedelta(hours=2), timedelta(days=400)])
def test_a_step_is_noticed_once_and_its_end(by: timedelta, machine: Machine):
    """Forward or back: doubted from then on, believed once the clock is where it was."""
    machine.set_by = by
    machine.go_on(HOUR / 2)
    assert machine.steps == [Step(by, is_doubted=True)]

    machine.set_by = timedelta(seconds=3)
    machine.go_on(HOUR)
    assert machine.steps[1].is_doubted is False
    assert abs(machine.steps[1].by + by) < timedelta(minutes=1)
    assert len(machine.steps) == 2


def test_a_new_time_is_believed_after_an_hour(machine: Machine):
    """The clock was wrong before, and is right now."""
    machine.set_by = timedelta(hours=2)
    machine.go_on(HOUR * 1.5)
    assert machine.steps == [Step(timedelta(hours=2), is_doubted=True), Step(timedelta(0), is_doubted=False)]
    machine.set_by = timedelta(0)
    machine.go_on(HOUR / 2)
    assert machine.steps[2:] == [Step(-timedelta(hours=2), is_doubted=True)]


def test_each_further_step_is_told(machine: Machine):
    """What is dated by a later clock must be brought forward each time it is put back."""
    machine.set_by = timedelta(hours=5)
    machine.clock.now()
    machine.set_by = timedelta(hours=3)
    machine.clock.now()
    assert [step.by for step in machine.steps] == [timedelta(hours=5), -timedelta(hours=2)]
    assert all(step.is_doubted for step in machine.steps)
