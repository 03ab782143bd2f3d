"""What a ticket counts: its clocks by what is agreed, and which ladder it is on. Written from the contract alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.year.agreed import LADDER, PAUSE, RESOLUTION, STEADY, UPDATE, Book, Step, Terms
from tests.year.hours import Hours

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
WORKING = {"new", "open", "waiting", "pending"}
SETTLED = {"resolved", "closed"}


@dataclass(frozen=True)
class Clock:
    """One clock as it stood at `since`; `is_told`: that it is late was entered."""

    target: int
    calendar: str
    elapsed: int
    state: str
    since: int
    due: int | None = None
    is_told: bool = False

    @property
    def is_over(self) -> bool:
        was_due = self.state != RUNNING and self.due is not None and self.due <= self.since
        return bool(self.target) and (self.elapsed > self.target or was_due)


@dataclass(frozen=True)
class Happening:
    """What time brought: when, which, and who heard by which mail."""

    at: int
    what: str
    told: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Counting:
    """A ticket; `book` is what the rule files say just now, `absent` asks whether somebody is away at an instant."""

    hours: dict[str, Hours]
    absent: Callable[[str, int], bool]
    opened: int
    customer: str
    grade: str
    category: str | None
    book: Book
    state: str = "new"
    level: str | None = None
    team: str = "first-line"
    assignee: str | None = None
    agreement: str | None = None
    clocks: dict[str, Clock] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    silence: tuple[int, str, int] | None = None
    wakes: int | None = None
    state_at: int = 0
    log: list[Happening] = field(default_factory=list)
    step_due: int | None = None
    armed: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    priority: str = ""
    terms: Terms = field(default_factory=dict)

    def _ladder(self) -> Sequence[Step]:
        if self.priority in {"p1", "p2"}:
            return self.book.urgent
        return STEADY if self.priority in {"p3", "p4"} else ()

    @property
    def _ladder_name(self) -> str:
        return "urgent" if self.priority in {"p1", "p2"} else "steady"

    def _ladder_calendar(self) -> str:
        return "real" if self.priority in {"p1", "p2"} else self._calendar()

    def _agree(self) -> None:
        """Come under the agreement that fits; what is promised stays as it is then, whatever is edited later."""
        fits = "network" if self.category == "network" else "standard"
        fits = "gold" if self.customer.endswith("@gold.example") else fits
        if fits != self.agreement:
            self.agreement, self.terms = fits, self.book.agreements[fits]

    def _promised(self) -> tuple[str, dict[str, int]]:
        return self.terms.get(self.priority, ("real", {}))

    def _calendar(self) -> str:
        return self._promised()[0]

    def elapsed(self, clock: Clock, now: int) -> int:
        ran = self.hours[clock.calendar].between(clock.since, now) if clock.state == RUNNING else 0
        return clock.elapsed + ran

    def _begin(self, name: str, now: int) -> None:
        calendar, promised = self._promised()
        if name in promised:
            due = self.hours[calendar].when(now, promised[name])
            self.clocks[name] = Clock(promised[name], calendar, 0, RUNNING, now, due)
            self.done = {key: count for key, count in self.done.items() if f"/{name} " not in key}

    def _stop(self, name: str, now: int) -> None:
        clock = self.clocks.get(name)
        if clock is not None and clock.state != STOPPED:
            self.clocks[name] = replace(clock, state=STOPPED, elapsed=self.elapsed(clock, now), since=now)

    def _pause(self, name: str, now: int) -> None:
        clock = self.clocks[name]
        if clock.state == RUNNING:
            still = replace(clock, state=PAUSED, elapsed=self.elapsed(clock, now), since=now)
            self.clocks[name] = still if still.is_over else replace(still, due=None)

    def _resume(self, name: str, now: int) -> None:
        clock = self.clocks[name]
        calendar, promised = self._promised()
        if name != LADDER and clock.state == STOPPED:
            if name not in promised:
                return
            if (promised[name], calendar) != (clock.target, clock.calendar):
                clock = self._retargeted(replace(clock, state=PAUSED), promised[name], calendar, now)
        if clock.state == RUNNING:
            return
        due = clock.due
        if name != LADDER and not clock.is_over:
            due = self.hours[clock.calendar].when(now, max(clock.target - clock.elapsed, 1))
        self.clocks[name] = replace(clock, state=RUNNING, since=now, due=due)

    def _retarget(self, now: int) -> None:
        """Priority or agreement changed: what has elapsed stays, and what is not promised stops."""
        calendar, promised = self._promised()
        for name, clock in list(self.clocks.items()):
            if name == LADDER or clock.state == STOPPED:
                continue
            if name not in promised:
                self._stop(name, now)
            elif (clock.target, clock.calendar) != (promised[name], calendar):
                self.clocks[name] = self._retargeted(clock, promised[name], calendar, now)
        counter = self.clocks[LADDER]
        if self._ladder() and counter.calendar != self._ladder_calendar():
            elapsed = self.elapsed(counter, now)
            self.clocks[LADDER] = replace(counter, calendar=self._ladder_calendar(), elapsed=elapsed, since=now)

    def _retargeted(self, clock: Clock, target: int, calendar: str, now: int) -> Clock:
        elapsed = self.elapsed(clock, now)
        was_late = clock.is_told or clock.is_over or (clock.state == RUNNING and (clock.due or now + 1) <= now)
        changed = replace(clock, target=target, calendar=calendar, elapsed=elapsed, since=now)
        if elapsed >= target:
            return changed if was_late else replace(changed, due=now, is_told=False)
        due = self.hours[calendar].when(now, target - elapsed) if clock.state == RUNNING else None
        return replace(changed, due=due, is_told=False)

    def _follow(self, now: int) -> None:
        """Let every clock stand, stop or run as the state wants."""
        for name, clock in list(self.clocks.items()):
            if self.state in SETTLED:
                self._stop(name, now)
            elif name == LADDER and self.state in WORKING and self._ladder_name == "steady" and self._ladder():
                self._resume(name, now)
            elif self.state in PAUSE[self.agreement or ""]:
                self._pause(name, now)
            elif clock.state == PAUSED or (name in {UPDATE, RESOLUTION, LADDER} and clock.state == STOPPED):
                self._resume(name, now)
