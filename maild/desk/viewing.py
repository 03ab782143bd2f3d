"""A ticket as rules see it."""

from maild.model.ticket import Ticket
from maild.rules import TicketView


def view_of(ticket: Ticket) -> TicketView:
    """Show a ticket to rules as it stands; what mails came to it is told by whoever knows its history."""
    return TicketView(
        state=ticket.state.value,
        queue=ticket.queue,
        requester=ticket.requester.address if ticket.requester else "",
        team=ticket.team,
        assignee=ticket.assignee,
        category=ticket.category,
        impact=ticket.impact,
        urgency=ticket.urgency,
        priority=ticket.priority,
        level=ticket.level,
        agreement=ticket.agreement,
        climbs=ticket.climbs,
        language=ticket.language,
        tags=ticket.tags,
        fields=dict(ticket.fields),
        steps=dict(ticket.steps),
        opened_at=ticket.created_at,
    )
