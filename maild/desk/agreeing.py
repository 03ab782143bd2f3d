"""What a ticket is measured by: its agreement, its ladder, its priority."""

from maild.desk.clocks import hours_of
from maild.desk.house import House
from maild.model.ticket import Ticket
from maild.rules import LOWEST, REAL, Agreement, Calendar, Ladder, Matter, find_ladder, under_terms


def matter_of(ticket: Ticket, house: House, wanted: str | None = None, *, is_forged: bool = False) -> Matter:
    """Say what of a ticket chooses agreement, ladder and the like; `wanted` is the agreement that somebody chose."""
    rules = house.rules
    customer = rules.find_customer(ticket.requester.address) if ticket.requester and not is_forged else None
    return Matter(
        opened_at=ticket.created_at,
        customer=customer.key if customer else None,
        category=ticket.category,
        queue=ticket.queue,
        wanted=wanted or (customer.agreement if customer else None),
        priority=priority_of(ticket, house),
        level=ticket.level or LOWEST,
    )


def ladder_of(ticket: Ticket, house: House) -> Ladder | None:
    """Find the ladder of a ticket, as it stands now."""
    return find_ladder(house.rules.ladders, matter_of(ticket, house), ticket.climbs)


def agreement_of(ticket: Ticket, house: House) -> Agreement | None:
    """Give the agreement that a ticket is under, as it was when the ticket came under it."""
    agreement = house.rules.agreements.get(ticket.agreement or "")
    return under_terms(agreement, ticket.terms) if agreement is not None else None


def hours_for(ticket: Ticket, house: House, calendar: str | None) -> Calendar:
    """Give a calendar by its name; None is that in which the ticket's agreement counts for its priority."""
    agreement = agreement_of(ticket, house)
    targets = agreement.targets.get(priority_of(ticket, house)) if agreement is not None else None
    return hours_of(calendar or (targets.calendar if targets is not None else REAL), house.rules.calendars)


def patient_hours(calendar: str, house: House) -> str | None:
    """Give the calendar in whose hours colleagues hear of what is due by it; None at once, of one that never rests."""
    return None if hours_of(calendar, house.rules.calendars).is_continuous else calendar


def priority_of(ticket: Ticket, house: House) -> str:
    """Give a ticket's priority, or what the matrix says of a matter of which nothing is known."""
    priorities = house.rules.priorities
    return ticket.priority or priorities.priority(priorities.impact, priorities.urgency)
