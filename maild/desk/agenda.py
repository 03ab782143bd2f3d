"""What time has done with a ticket, and what it will do if nobody moves it: its ladder, and its silence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from maild.desk.climbing import Progress, climb_of
from maild.desk.house import House
from maild.desk.lifecycle import Coming, coming
from maild.desk.recounting import recounted
from maild.model.clocks import Clock
from maild.model.decision import Timer, TimerKind
from maild.model.ticket import Cause, Entry, Ticket
from maild.rules import Rung
from maild.rules.effects import Whom


@dataclass(frozen=True, slots=True)
class Done:
    """A step of a ladder that was done or passed over with an entry; `step` begins with the ladder's name."""

    step: str
    times: int
    entry: int
    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class ToCome:
    """A step that falls due at an instant, as time runs now; `does` says what, in words."""

    step: str
    due_at: datetime
    does: str


def steps_done(entries: Iterable[Entry]) -> Iterator[Done]:
    """Give what was done on ladders, in the order of the entries."""
    for entry in entries:
        for change in entry.changes:
            if change.field == "ladder":
                old, new = Progress.parse(change.old).counts, Progress.parse(change.new).counts
                for step, count in new.items():
                    if count > old.get(step, 0):
                        yield Done(step, count - old.get(step, 0), entry.n, entry.at, entry.cause)


def steps_to_come(ticket: Ticket, clocks: Sequence[Clock], house: House, now: datetime) -> tuple[ToCome, ...]:
    """Give the steps of the ticket's ladder that fall due if nobody moves it, the next one first."""
    stand = climb_of(ticket, house, {clock.name: recounted(clock, house, now) for clock in clocks})
    if stand is None:
        return ()
    steps = sorted(stand.steps(), key=lambda step: step[0])
    return tuple(ToCome(f"{stand.ladder.key}/{rung.key}", due_at, _does(rung)) for due_at, rung in steps)


def silence_to_come(timers: Iterable[Timer], house: House) -> ToCome | None:
    """Say what silence comes to next, if to anything."""
    for timer in timers:
        if timer.kind is TimerKind.LIFECYCLE:
            return ToCome(timer.about, timer.due_at, _COMES_TO[coming(timer.about, house)])
        if timer.kind is TimerKind.FOLLOW_UP:
            return ToCome(timer.kind.value, timer.due_at, "the customer is asked whether it still holds")
    return None


_COMES_TO: Mapping[Coming, str] = MappingProxyType(
    {
        Coming.REMINDED: "the customer is reminded",
        Coming.RESOLVED: "it is taken for solved",
        Coming.CLOSED: "it is closed",
        Coming.PASSED_OVER: "nothing: the rule files have no such reminder any more; what follows it is planned then",
        Coming.NOTHING: "nothing: the rule files say nothing of it any more",
    }
)


def _does(rung: Rung) -> str:
    said = [f"level {rung.level}"] if rung.level is not None else []
    said += [f"urgency up by {rung.raised}"] if rung.raised else []
    said += [f"tell {', '.join(map(_called, rung.notify))}"] if rung.notify else []
    said += ["its packet goes along"] if rung.needs_packet else []
    said += [f"again each {rung.again}"] if rung.again is not None else []
    condition = f"if {rung.unless}: " if rung.unless is not None else ""
    return condition + ("; ".join(said) or "nothing")


def _called(whom: Whom) -> str:
    return f"{whom.kind.value} {whom.name}".strip()
