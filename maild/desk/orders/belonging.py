"""`#link`: tickets that belong together, to an incident above all; with a minus a ticket leaves what it belongs to."""

from maild.desk.orders.matters import find_ticket
from maild.desk.orders.plan import Plan
from maild.model.decision import ChangeTicket, LinkTickets
from maild.model.facts import TicketFacts
from maild.model.saying import say
from maild.model.ticket import FINISHED, Change, EntryKind, Ticket


def link(plan: Plan, argument: str) -> None:
    """Say that another ticket belongs to this one; where one of them is an incident, the other joins it."""
    other = find_ticket(plan, argument.lstrip("-"), "link")
    if other is None:
        return
    number = other.ticket.number
    if number == plan.ticket.number:
        plan.refuse(say("#link {argument}: that is this ticket itself", argument=argument))
    elif argument.startswith("-"):
        _leave(plan, other)
    elif _may_join(plan.ticket, other.ticket):
        plan.set("parent", str(number))
        _tell_incident(plan, other, plan.ticket, "joined")
        plan.done.append(f"it belongs to the incident #{number} now")
    elif _may_join(other.ticket, plan.ticket):
        _move(plan, other, str(plan.ticket.number), f"It belongs to the incident #{plan.ticket.number}")
        plan.done.append(f"#{number} belongs to this incident now")
    else:
        plan.add(LinkTickets(plan.ticket.number, number, f"linked by {plan.person.name}"))
        plan.add_value("link", str(number))
        plan.done.append(f"linked with #{number}")


def _may_join(ticket: Ticket, incident: Ticket) -> bool:
    is_free = ticket.incident is None and ticket.parent is None and ticket.state not in FINISHED
    return is_free and incident.incident is not None and incident.state not in FINISHED


def _leave(plan: Plan, other: TicketFacts) -> None:
    here, there = plan.ticket, other.ticket
    if here.parent == there.number:
        plan.set("parent", None)
        _tell_incident(plan, other, here, "left")
        plan.done.append(f"it does not belong to #{there.number} any more")
    elif there.parent == here.number:
        _move(plan, other, None, f"It does not belong to #{here.number} any more")
        plan.done.append(f"#{there.number} does not belong to it any more")
    else:
        plan.refuse(
            say(
                "#link -{number}: neither of #{here} and #{number} belongs to the other",
                number=there.number,
                here=here.number,
            )
        )


def _move(plan: Plan, other: TicketFacts, parent: str | None, story: str) -> None:
    """Let another ticket than the mail's belong to this one, or no more."""
    was = other.ticket.parent
    change = Change("parent", None if was is None else str(was), parent)
    plan.add(ChangeTicket(other.ticket.number, (change,)))
    plan.enter_in(other, EntryKind.EVENT, f"{story}, says {plan.person.name}.", changes=(change,))


def _tell_incident(plan: Plan, incident: TicketFacts, ticket: Ticket, what: str) -> None:
    """Enter in an incident who joined or left; of a confidential ticket it says nothing."""
    if ticket.confidential is None:
        plan.enter_in(incident, EntryKind.EVENT, f"#{ticket.number} {what}, says {plan.person.name}.")
