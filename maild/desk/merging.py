"""Two matters that are one: what stands against it, and who of the one hears of the other from then on.

`#merge` and `maild ticket merge` ask the same here.
"""

from collections.abc import Iterator

from maild.desk.house import is_same
from maild.model.decision import AddParticipant
from maild.model.mail import Address
from maild.model.ticket import State, Ticket


def why_not_merged(here: Ticket, there: Ticket, *, is_join: bool) -> str:  # noqa: PLR0911 - a reason each
    """Say why a ticket cannot go on in another; "" where it can. `is_join`: their requesters may differ."""
    if there.number == here.number:
        return "that is this ticket itself"
    if here.incident is not None or there.incident is not None:
        return "an incident is not merged: link the tickets that belong to it"
    if here.state in {State.MERGED, State.SPAM}:
        return f"#{here.number} is {here.state.value}"
    if there.state in {State.CLOSED, State.SPAM}:
        return f"#{there.number} is {there.state.value}; open it first, or link them"
    if here.confidential is not there.confidential:
        return "one of them is confidential and the other not"
    ours, theirs = here.requester, there.requester
    is_one = ours is None or (theirs is not None and is_same(ours.address, theirs.address))
    if not is_one and not is_join and ours is not None:
        whose = theirs.address if theirs else "nobody"
        return f"{ours.address} and {whose} would read one another's mail; say join if they should"
    return ""


def joined_by_merging(here: Ticket, there: Ticket) -> Iterator[AddParticipant]:
    """Let everybody outside who takes part in the one take part in the other."""
    for each in _outside(here):
        if not any(is_same(one.address, each.address) for one in _outside(there)):
            yield AddParticipant(there.number, each)


def merged_story(here: Ticket, by: str) -> str:
    """Say in the history of the other what came to it."""
    return f"#{here.number} “{here.subject}” goes on here: merged by {by}."


def _outside(ticket: Ticket) -> tuple[Address, ...]:
    return (*((ticket.requester,) if ticket.requester else ()), *ticket.participants)
