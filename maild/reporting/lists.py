"""What the next shift must know: open tickets by when they are due, whom they wait for, what is late, who is away."""

from collections.abc import Iterable
from datetime import datetime

from maild.model.clocks import PROMISED, Clock, ClockState
from maild.model.ticket import State
from maild.reporting.stories import Story, What
from maild.reporting.tables import Cell, Kind, Part, Table, columns
from maild.reporting.views import Subject

_KINDS = {
    **dict.fromkeys(("subject", "state", "priority", "team", "agent", "waits_for", "reason"), Kind.TEXT),
    "promise": Kind.NAME,
    **dict.fromkeys(("level", "who"), Kind.TEXT),
    **dict.fromkeys(("due", "since", "until"), Kind.INSTANT),
    "ticket": Kind.TICKET,
}
_UNEXPLAINED = "no reason given"
_CUSTOMER = "the customer"


def open_by_due(subject: Subject) -> Part:
    """List what is to be done, the next due first; what has no clock comes last, the oldest first."""
    left = [story for story in subject.stories if story.is_unsolved]
    return Part("open-by-due", "Open by due time", (_due("open-by-due", "Open by due time", subject, left),))


def waiting(subject: Subject) -> Part:
    """List what waits: for whom, and since when."""
    found = [one for one in subject.stories if one.stands["state"] in {State.WAITING, State.PENDING, State.RESOLVED}]
    rows = tuple(
        (*_named(subject, one), _CUSTOMER if one.stands["state"] != State.PENDING else "its time", one.state_at)
        for one in sorted(found, key=lambda one: (one.state_at, one.log.number))
    )
    names = columns("ticket", "subject", "state", "priority", "team", "agent", "waits_for", "since", **_KINDS)
    return Part("waiting", "Waiting, and for whom", (Table("waiting", "Waiting, and for whom", names, rows),))


def breached(subject: Subject) -> Part:
    """List the unsolved tickets of which a promise is broken, and why."""
    rows = []
    for story in subject.stories:
        broken = [one for one in story.happenings if one.what is What.BROKEN]
        if story.is_unsolved and broken:
            last = broken[-1]
            reason = subject.words_of(story.log, last.entry) or _UNEXPLAINED
            rows.append((*_named(subject, story), last.value, last.at, reason))
    names = columns("ticket", "subject", "state", "priority", "team", "agent", "promise", "due", "reason", **_KINDS)
    return Part("breached", "Late, and why", (Table("breached", "Late, and why", names, tuple(rows)),))


def escalated(subject: Subject) -> Part:
    """List the unsolved tickets above the first level."""
    found = [one for one in subject.stories if one.is_unsolved and (one.stands["level"] or "L1") > "L1"]
    rows = tuple((*_named(subject, one), one.stands["level"]) for one in found)
    names = columns("ticket", "subject", "state", "priority", "team", "agent", "level", **_KINDS)
    return Part("escalated", "Escalated", (Table("escalated", "Escalated", names, rows),))


def absences(subject: Subject) -> Part:
    """List who is away, and until when."""
    away = ((who, until) for who, until in subject.facts.absences.items() if until > subject.view.now)
    rows = tuple(sorted(away, key=lambda each: (each[1], each[0])))
    return Part("absences", "Absent", (Table("absences", "Absent", columns("who", "until", **_KINDS), rows),))


def _due(key: str, title: str, subject: Subject, found: Iterable[Story]) -> Table:
    ordered = sorted(((_next_due(one), one) for one in found), key=_place)
    rows = tuple(
        (*_named(subject, one), clock.name.value if clock else None, clock.due_at if clock else None)
        for clock, one in ordered
    )
    names = columns("ticket", "subject", "state", "priority", "team", "agent", "promise", "due", **_KINDS)
    return Table(key, title, names, rows)


def _place(found: tuple[Clock | None, Story]) -> tuple[bool, datetime, int]:
    clock, story = found
    due_at = clock.due_at if clock is not None else None
    return due_at is None, due_at or story.log.opened_at, story.log.number


def _next_due(story: Story) -> Clock | None:
    running = [
        clock
        for clock in story.clocks
        if clock.name in PROMISED and clock.state is ClockState.RUNNING and clock.due_at is not None
    ]
    return min(running, key=lambda clock: (clock.due_at is None, clock.due_at), default=None)


def _named(subject: Subject, story: Story) -> tuple[Cell, ...]:
    values = story.stands
    hands = (values["priority"], values["team"], values["assignee"])
    return (story.log.number, subject.subject_of(story.log), values["state"], *hands)
