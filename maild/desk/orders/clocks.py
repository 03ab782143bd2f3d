"""Commands about time: what is due when, and why something is late."""

from collections.abc import Iterator
from dataclasses import replace

from maild.desk.agreeing import ladder_of
from maild.desk.climbing import Climb, climb_of
from maild.desk.clocks import elapsed_at, hours_of, words_of, written_work
from maild.desk.escalating import at_level, reached, rested
from maild.desk.orders.looking import asked_for
from maild.desk.orders.plan import Plan
from maild.desk.packets import packet_of
from maild.desk.telling import escalations
from maild.model.clocks import PROMISED, Clock, ClockState
from maild.model.facts import TicketFacts
from maild.model.packet import Packet
from maild.model.saying import say
from maild.rules import LOWEST

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
        plan.refuse(say("#late: nothing about #{number} is late", number=plan.ticket.number))
        return
    names = ", ".join(words_of(clock).lower() for clock in clocks)
    plan.notes.append((f"Why {names} is late: {reason}", (_FLAG, *(clock.name.value for clock in clocks))))
    plan.done.append(f"why {names} is late was noted")


def ack(plan: Plan, _argument: str) -> None:
    """Say that somebody sees to it: the ladder rests until the next level's time."""
    stand = _stand(plan)
    if stand is None or stand.next_at() is None:
        plan.refuse(say("#ack: no step of a ladder is to come for #{number}", number=plan.ticket.number))
        return
    after = replace(stand, progress=rested(stand))
    plan.set("ladder", after.progress.written())
    next_at = after.next_at()
    when = f"until {next_at.astimezone(plan.zone):%a %Y-%m-%d %H:%M %Z}" if next_at is not None else "from now on"
    plan.done.append(f"you see to it: its ladder rests {when}")


def escalate(plan: Plan, _argument: str) -> None:
    """Bring it to the next level, with the packet or the words for whoever takes it on."""
    stand, ticket, house = _stand(plan), plan.ticket, plan.house
    level = f"L{int((ticket.level or LOWEST)[1:]) + 1}"
    if level not in _levels(plan, stand):
        plan.refuse(say("#escalate: there is no level {level} for #{number}", level=level, number=ticket.number))
        return
    packet = packet_for(plan)
    if packet.lacking:
        plan.lacking = packet
        return
    if not packet.parts and not plan.words.strip():
        plan.refuse(
            say("#escalate: write what the problem is, what was tried, which errors there are, whom it concerns")
        )
        return
    raised = at_level(ticket, level, house, plan.now)
    for name in ("level", "team", "assignee"):
        plan.set(name, getattr(raised, name))
    if stand is not None:
        plan.set("ladder", reached(stand, level).written())
    plan.done.append(f"it is at level {level} now, team {raised.team or 'as before'}")
    lead = house.lead(house.team_of(raised), plan.now)
    people = dict.fromkeys((*house.members(house.team_of(raised), plan.now), *((lead,) if lead is not None else ())))
    told = [each for each in people if each.key != plan.person.key and house.may_see(each, raised)]
    story = say("{name} brought the ticket to level {level}.", name=plan.person.name, level=level)
    plan.mails += escalations(told, ticket.number, story, packet)


def packet_for(plan: Plan) -> Packet:
    """Draw the packet of the ticket's ladder, with the words of the mail."""
    known = replace(plan.facts, ticket=plan.ticket)
    return packet_of(known, ladder_of(plan.ticket, plan.house), plan.case.facts, plan.house, plan.words)


def _levels(plan: Plan, stand: Climb | None) -> set[str]:
    category = plan.house.rules.categories.get(plan.ticket.category or "")
    rungs = stand.ladder.steps if stand is not None else ()
    return {*(category.levels if category else ()), *(rung.level for rung in rungs if rung.level is not None)}


def _stand(plan: Plan) -> Climb | None:
    return climb_of(plan.ticket, plan.house, {clock.name: clock for clock in plan.facts.clocks})


def _lines(known: TicketFacts, plan: Plan) -> Iterator[str]:
    yield f"#{known.ticket.number} is under {known.ticket.agreement or 'no agreement'}"
    for clock in (each for each in known.clocks if each.name in PROMISED):
        yield f"  {words_of(clock)}: {_how(clock, plan)}"


def _how(clock: Clock, plan: Plan) -> str:
    elapsed = elapsed_at(clock, hours_of(clock.calendar, plan.house.rules.calendars), plan.now)
    told = f"{written_work(elapsed)} of {written_work(clock.target)} in {clock.calendar}"
    lateness = ", late" if clock.is_late(plan.now) else ""
    if clock.state is ClockState.RUNNING and clock.due_at is not None:
        return f"{told}, due {clock.due_at.astimezone(plan.zone):%a %Y-%m-%d %H:%M %Z}{lateness}"
    return f"{told}, {'stands still' if clock.state is ClockState.PAUSED else 'over'}{lateness}"
