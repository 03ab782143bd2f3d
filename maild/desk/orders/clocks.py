"""Commands about time: what is due when, and why something is late."""

from collections.abc import Iterator

from maild.desk.clocks import elapsed_at, hours_of, words_of, written_work
from maild.desk.orders.looking import asked_for
from maild.desk.orders.plan import Plan
from maild.model.clocks import Clock, ClockState
from maild.model.facts import TicketFacts

_FLAG = "late"


def show_clocks(plan: Plan, argument: str) -> None:
    """Show a ticket's clocks, in the time zone of whoever asks."""
    known = asked_for(plan, argument, "sla")
    if known is not None:
        plan.shown += _lines(known, plan)


def late(plan: Plan, reason: str) -> None:
    """Enter why a ticket's clocks are late."""
    clocks = [clock for clock in plan.facts.clocks if clock.is_late(plan.now)]
    if not clocks:
        plan.refuse(f"#late: nothing about #{plan.ticket.number} is late")
        return
    names = ", ".join(words_of(clock).lower() for clock in clocks)
    plan.notes.append((f"Why {names} is late: {reason}", (_FLAG, *(clock.name.value for clock in clocks))))
    plan.done.append(f"why {names} is late was noted")


def _lines(known: TicketFacts, plan: Plan) -> Iterator[str]:
    yield f"#{known.ticket.number} is under {known.ticket.agreement or 'no agreement'}"
    for clock in known.clocks:
        yield f"  {words_of(clock)}: {_how(clock, plan)}"


def _how(clock: Clock, plan: Plan) -> str:
    elapsed = elapsed_at(clock, hours_of(clock.calendar, plan.house.rules.calendars), plan.now)
    told = f"{written_work(elapsed)} of {written_work(clock.target)} in {clock.calendar}"
    lateness = ", late" if clock.is_late(plan.now) else ""
    if clock.state is ClockState.RUNNING and clock.due_at is not None:
        return f"{told}, due {clock.due_at.astimezone(plan.zone):%a %Y-%m-%d %H:%M %Z}{lateness}"
    return f"{told}, {'stands still' if clock.state is ClockState.PAUSED else 'over'}{lateness}"
