"""Who the sender is to the ticket, and how sure we are (behaviour.md, 4): verdict × own mark → Sender."""

from datetime import datetime

from maild.desk.finding import Found
from maild.desk.house import House, is_same
from maild.model.decision import Authenticity, Sender, Standing, Trust, Verdict
from maild.model.mail import Address
from maild.model.ticket import Ticket


def stand(
    sender: Address, found: Found, ticket: Ticket | None, authenticity: Authenticity, *, house: House, now: datetime
) -> Sender:
    """Say who wrote and whether to believe it; an agent who brought the ticket, by any address, is a customer."""
    person = house.find_agent(sender.address, now)
    own = person.addresses if person is not None else (sender.address,)
    is_theirs = ticket is not None and any(is_requester(ticket, address) for address in own)
    standing = _standing(sender, ticket, is_agent=person is not None, is_theirs=is_theirs)
    trust, proof = _trust(standing, found, authenticity)
    return Sender(sender.address, sender.name, standing, trust, proof, person.key if person else None)


def is_requester(ticket: Ticket, address: str) -> bool:
    """Whether a ticket was brought by this address."""
    return ticket.requester is not None and is_same(ticket.requester.address, address)


def _standing(sender: Address, ticket: Ticket | None, *, is_agent: bool, is_theirs: bool) -> Standing:
    if is_theirs:
        return Standing.PARTICIPANT
    if is_agent:
        return Standing.AGENT
    if ticket is not None and any(is_same(each.address, sender.address) for each in ticket.participants):
        return Standing.PARTICIPANT
    if ticket is not None and any(is_same(each.who.address, sender.address) for each in ticket.consulted):
        return Standing.CONSULTED
    return Standing.STRANGER


def _trust(standing: Standing, found: Found, authenticity: Authenticity) -> tuple[Trust, str]:
    match authenticity.verdict:
        case Verdict.PASS:
            return Trust.PROVED, authenticity.proof
        case Verdict.FAIL:
            # Somebody pretends to be an agent often enough; the agent is asked, where others are only held.
            return Trust.CLAIMED if standing is Standing.AGENT else Trust.FORGED, authenticity.proof
        case Verdict.NONE if found.answered is not None and found.is_secret:
            return Trust.PROVED, f"it carries the mark of the mail {found.answered.token}, given to this sender"
        case Verdict.NONE if found.answered is not None:
            return Trust.CLAIMED, "the mark that it carries was seen outside, and nothing else proves it"
        case _:
            return Trust.CLAIMED, authenticity.proof or "nothing proves it"
