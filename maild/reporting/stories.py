"""One ticket's moments, told as they stood at an instant: what happened, where it stood then, and how long it took.

A promise is a clock from its beginning to its end. It is decided once: kept when it was stopped in time, broken when
its target was reached. What an answer or a resolution took is the working time that its clock ran; without a clock it
is the time that passed. A stop that was taken back, and a resolution that was contradicted, count no more.

A ticket that was taken over from an old desk neither came nor was solved when it was taken over, and no length of time
of it is known: what counts is what befell it since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from maild.model.clocks import PROMISED, Clock, ClockName, ClockState
from maild.model.reports import FIELDS, LATE, REVIEW, SCORE, TAKEN_OVER, VOTE, Logged, Moment, Values
from maild.model.ticket import State
from maild.reporting.moments import BREACHED, LADDER

AT_WORK = frozenset({State.NEW, State.OPEN})
UNSOLVED = frozenset({*AT_WORK, State.WAITING, State.PENDING})
_SOLVED = frozenset({State.RESOLVED, State.CLOSED})


class Hours(Protocol):
    """A calendar: how much of the time between two instants is worked."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time from one instant to a later one."""


class What(StrEnum):
    """What befell a ticket."""

    OPENED = "opened"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    SPAM = "spam"
    ESCALATED = "escalated"
    FIRST_RESPONSE = "first_response"  # how long the first answer took
    RESOLUTION = "resolution"  # how long the resolution took that stands
    KEPT = "kept"
    BROKEN = "broken"
    VOTED = "voted"
    REVIEWED = "reviewed"


_STATES = {State.CLOSED: What.CLOSED, State.MERGED: What.MERGED, State.SPAM: What.SPAM, State.RESOLVED: What.RESOLVED}


@dataclass(frozen=True, slots=True)
class Happening:
    """What befell a ticket at an instant, and where it stood then.

    `value` is a level, a clock's name or a score; `by` the colleague who did it. `took` is a length of time; of a
    promise that was broken how much too long, so far. `entry` holds words about it, 0: none does.
    """

    what: What
    at: datetime
    where: Values
    value: str = ""
    by: str = ""
    took: timedelta | None = None
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket as it stood at an instant: what befell it, its values, its clocks, and since when it is in its state."""

    log: Logged
    happenings: tuple[Happening, ...]
    stands: Values
    clocks: tuple[Clock, ...]
    state_at: datetime
    stood: tuple[tuple[datetime, Values], ...]

    @property
    def is_unsolved(self) -> bool:
        """Whether it is work that is still to be done."""
        return self.stands["state"] in UNSOLVED

    def was_unsolved(self, at: datetime) -> bool:
        """Whether it was work to be done just before an instant."""
        before = [values for since, values in self.stood if since < at]
        return bool(before) and before[-1]["state"] in UNSOLVED


def tell(log: Logged, as_of: datetime, hours: Hours | None = None) -> Story:
    """Tell a ticket's story up to an instant; with `hours`, lengths of time are those of that calendar."""
    telling = _Telling(log, hours)
    for moment in log.moments:
        if moment.at >= as_of:
            break
        telling.take(moment)
    return telling.story(as_of)


class _Telling:
    def __init__(self, log: Logged, hours: Hours | None) -> None:
        self._log = log
        self._hours = hours
        self._where: Values = log.opening
        self._stood: list[tuple[datetime, Values]] = [(log.opened_at, log.opening)]
        self._state_at = log.opened_at
        self._is_taken_over = any(TAKEN_OVER in moment.flags for moment in log.moments[:1])
        self._happened: list[Happening] = []
        self._clocks: dict[ClockName, Clock] = {}
        self._decided: dict[ClockName, Happening] = {}
        self._first: Happening | None = None
        self._solved: Happening | None = None
        self._vote: Happening | None = None
        self._score = ""
        self._worked: list[tuple[datetime, datetime]] = []
        if not self._is_taken_over:
            self._happened.append(Happening(What.OPENED, log.opened_at, log.opening))
            self._note(log.opening.get("state"), log.opened_at, "")

    def take(self, moment: Moment) -> None:
        """Take the next moment."""
        if moment.changes:
            self._change(moment)
        for clock in moment.clocks:
            self._tick(clock, moment)
        if BREACHED in moment.flags:
            self._enter_breach(moment)
        if moment.is_answer:
            self._happened.append(Happening(What.ANSWERED, moment.at, self._where, by=moment.by))
            if self._first is None and not self._is_taken_over and ClockName.FIRST_RESPONSE not in self._clocks:
                took = self._passed(self._log.opened_at, moment.at)
                self._first = Happening(What.FIRST_RESPONSE, moment.at, self._where, by=moment.by, took=took)
        if VOTE in moment.flags and self._score:  # the same score may come again, with other words
            self._vote = Happening(What.VOTED, moment.at, self._where, self._score, entry=moment.n)
        if REVIEW in moment.flags:
            self._happened.append(Happening(What.REVIEWED, moment.at, self._where, by=moment.by, entry=moment.n))

    def story(self, as_of: datetime) -> Story:
        """Give the story as it stands."""
        for name, clock in self._clocks.items():
            if clock.state is ClockState.RUNNING and name in PROMISED and clock.is_late(as_of):
                self._break(clock, as_of)
        last = (self._first, self._solved, self._vote)
        happened = [*self._happened, *self._decided.values(), *(each for each in last if each is not None)]
        told = tuple(sorted(happened, key=lambda each: each.at))
        return Story(self._log, told, self._where, tuple(self._clocks.values()), self._state_at, tuple(self._stood))

    def _change(self, moment: Moment) -> None:
        before = self._where
        self._where = {**before, **{name: new for name, new in moment.changes if name in FIELDS}}
        self._stood.append((moment.at, self._where))
        for name, new in moment.changes:
            if name == "state":
                self._note(new, moment.at, moment.by, before["state"])
            elif name == "level" and (new or "") > (before["level"] or "L1"):
                by = "" if LADDER in moment.flags else moment.by
                self._happened.append(Happening(What.ESCALATED, moment.at, self._where, new or "", by))
            elif name == SCORE and new is not None:
                self._score = new

    def _note(self, state: str | None, at: datetime, by: str, before: str | None = None) -> None:
        """Note that the ticket came to a state."""
        if before in AT_WORK:
            self._worked.append((self._state_at, at))
        self._state_at = at
        if state in _STATES:
            self._happened.append(Happening(_STATES[State(state)], at, self._where, by=by))
        if state in _SOLVED and before not in _SOLVED:
            took = self._own(ClockName.RESOLUTION, at)
            self._solved = Happening(What.RESOLUTION, at, self._where, by=by, took=took)
        elif state in UNSOLVED and before is not None and before not in UNSOLVED:
            self._happened.append(Happening(What.REOPENED, at, self._where, value=before, by=by))
            self._solved = None

    def _tick(self, clock: Clock, moment: Moment) -> None:
        before = self._clocks.get(clock.name)
        self._clocks[clock.name] = clock
        if clock.name not in PROMISED:
            return
        is_anew = before is not None and _is_anew(before, clock, moment)
        if before is not None and is_anew:
            self._end(before, moment.at)
        if clock.state is ClockState.STOPPED and is_anew:
            return  # nobody was promised anything by it
        if clock.state is ClockState.STOPPED:
            self._stop(clock, moment)
        elif clock.is_over:
            self._break(clock, moment.at)
        elif (known := self._decided.get(clock.name)) is not None and known.what is What.KEPT:
            del self._decided[clock.name]
        if clock.name is ClockName.FIRST_RESPONSE and clock.state is not ClockState.STOPPED:
            self._first = None

    def _stop(self, clock: Clock, moment: Moment) -> None:
        if clock.is_over:
            self._break(clock, moment.at)
        elif clock.name not in self._decided:
            self._decided[clock.name] = Happening(What.KEPT, clock.at, self._where, clock.name.value)
        if clock.name is ClockName.FIRST_RESPONSE and moment.is_answer and self._first is None:
            took = clock.elapsed if self._hours is None else self._passed(self._log.opened_at, moment.at)
            self._first = Happening(What.FIRST_RESPONSE, moment.at, self._where, by=moment.by, took=took)
        if clock.name is ClockName.RESOLUTION and self._solved is not None and self._hours is None:
            self._solved = replace(self._solved, took=clock.elapsed)

    def _enter_breach(self, moment: Moment) -> None:
        """Take a promise for broken that was entered as such: an answer in the very same instant came too late."""
        for name in PROMISED:
            if name.value in moment.flags and name in self._clocks:
                self._break(self._clocks[name], moment.at)

    def _end(self, clock: Clock, at: datetime) -> None:
        """Close what was promised by a clock that begins anew."""
        if clock.state is ClockState.RUNNING and clock.is_late(at):
            self._break(clock, at)
        elif clock.state is ClockState.RUNNING and clock.name not in self._decided:
            self._decided[clock.name] = Happening(What.KEPT, at, self._where, clock.name.value)
        decided = self._decided.pop(clock.name, None)
        if decided is not None:
            self._happened.append(decided)

    def _break(self, clock: Clock, at: datetime) -> None:
        known = self._decided.get(clock.name)
        broken_at = clock.due_at if clock.due_at is not None else clock.at
        if known is not None and known.what is What.BROKEN:
            broken_at = known.at
        where = _stood_at(self._stood, broken_at)
        over = clock.elapsed - clock.target if clock.is_over else at - broken_at
        reason = self._reason(clock.name, broken_at)
        self._decided[clock.name] = Happening(What.BROKEN, broken_at, where, clock.name.value, "", over, reason)

    def _reason(self, name: ClockName, since: datetime) -> int:
        """Give the entry that says why a clock is late, however late that was said: the last one."""
        said = (each for each in reversed(self._log.moments) if LATE in each.flags and name.value in each.flags)
        return next((each.n for each in said if each.at >= since), 0)

    def _own(self, name: ClockName, at: datetime) -> timedelta | None:
        clock = self._clocks.get(name)
        if clock is None and self._is_taken_over:
            return None  # it began at the old desk
        if self._hours is not None:
            return sum((self._hours.between(*span) for span in self._worked), timedelta())
        return clock.elapsed if clock is not None else at - self._log.opened_at

    def _passed(self, since: datetime, until: datetime) -> timedelta:
        return until - since if self._hours is None else self._hours.between(since, until)


def _stood_at(stood: Sequence[tuple[datetime, Values]], at: datetime) -> Values:
    return next((values for since, values in reversed(stood) if since <= at), stood[0][1])


def _is_anew(before: Clock, clock: Clock, moment: Moment) -> bool:
    """Whether a clock that may run several times begins again, and does not merely go on."""
    if clock.elapsed or clock.at < moment.at:
        return False
    if clock.name is ClockName.NEXT_RESPONSE:
        return before.state is ClockState.STOPPED and clock.state is ClockState.RUNNING
    # Also where the answer is the last word for now: then it begins, and stands or stops at once.
    return clock.name is ClockName.UPDATE and moment.is_answer


def stories(logs: Sequence[Logged], as_of: datetime, hours: Hours | None = None) -> Iterator[Story]:
    """Tell the stories of tickets that were there before an instant."""
    return (tell(log, as_of, hours) for log in logs if log.opened_at < as_of)
