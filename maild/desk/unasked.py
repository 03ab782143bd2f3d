"""Whom outside the desk may write to by itself about a ticket, as time wants it: nobody asked for such a mail.

Only who had a mail of the desk in this matter before: no machine, and nobody in whose name it was only written.
"""

from collections.abc import Sequence
from datetime import datetime

from maild.desk.acknowledging import why_put_off, why_silent
from maild.desk.house import House
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import Ticket


def reachable(
    known: TicketFacts, people: Sequence[Address], facts: Facts, house: House, now: datetime
) -> tuple[list[Address], str]:
    """Give whom the desk may write to by itself about the ticket, and why not the others."""
    why = {each.address: _why_not(known, each.address, facts, house, now) for each in people}
    told = [each for each in people if not why[each.address]]
    return told, "; ".join(reason for reason in why.values() if reason) or ("" if people else "nobody is outside")


def is_capped(people: Sequence[Address], facts: Facts, house: House) -> bool:
    """Whether one of them got as many mails by itself within the hour as they may."""
    return any(why_put_off(facts, each.address, house) for each in people)


def unasked_mail(ticket: Ticket, who: Address, template: Template, words: str = "") -> Wanted:
    """Want a mail to somebody outside; one of a kind counts: who takes part gets the same mail."""
    requester = ticket.requester
    return Wanted(
        template=template,
        to=who.address,
        to_name=who.name,
        person=None,
        ticket=ticket.number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        text=words,
        is_capped=requester is not None and who.address == requester.address,
    )


def _why_not(known: TicketFacts, address: str, facts: Facts, house: House, now: datetime) -> str:
    thread = known.threads.get((address.lower(), Thread.CUSTOMER))
    if thread is None or thread.root is None:
        return f"{address} never got a mail about it"
    if not house.may_be_written_to(address):
        return f"{address} is never written to automatically"
    return why_silent(facts, address, now)
