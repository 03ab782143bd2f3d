"""People as the store knows them: who is away, whom the desk met outside, and what else they have open."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from maild.model.ticket import FINISHED, Contact, State, Ticket
from maild.store.dialect import in_chunks
from maild.store.history import read_tickets
from maild.store.tables import absence, contact, ticket

MOST_OPEN = 10
_MOST_COUNTED = 1000

# One statement for each address: a machine may have opened more tickets than anybody wants to rank.
_OPEN = (
    select(ticket.c.number)
    .where(ticket.c.open_requester == bindparam("owner"))
    .order_by(ticket.c.number.desc())
    .limit(MOST_OPEN)
)
_THEIRS = select(ticket.c.number).where(
    ticket.c.assignee == bindparam("person"),
    ticket.c.state.in_([state.value for state in State if state not in FINISHED]),
)
_LOAD = select(func.count()).select_from(_THEIRS.limit(_MOST_COUNTED).subquery())


def read_absences(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Say until when each person who is away is so."""
    rows = select(absence.c.person, absence.c.until_at).where(absence.c.until_at > now)
    return {row.person: row.until_at for row in connection.execute(rows)}


def read_loads(connection: Connection, people: Iterable[str]) -> dict[str, int]:
    """Count the unfinished tickets of each person, a thousand at most."""
    return {person: connection.execute(_LOAD, {"person": person}).scalar_one() for person in people}


def read_contacts(connection: Connection, addresses: Iterable[str]) -> dict[str, Contact]:
    """Give whom the desk met, by address in lower case."""
    found = {}
    for some in in_chunks({each.lower() for each in addresses}):
        for row in connection.execute(select(contact).where(contact.c.address.in_(some))):
            found[row.address] = Contact(
                address=row.address,
                name=row.name,
                company=row.company,
                phone=row.phone,
                language=row.language,
                timezone=row.timezone,
                undeliverable_at=row.undeliverable_at,
                silent_until=row.silent_until,
            )
    return found


def read_open_tickets(connection: Connection, addresses: Iterable[str]) -> dict[str, tuple[Ticket, ...]]:
    """Give the unfinished tickets of each requester, by address in lower case, the newest first and ten at most."""
    owners = {each.lower() for each in addresses}
    numbers = {each: connection.execute(_OPEN, {"owner": each}).scalars().all() for each in owners}
    tickets = read_tickets(connection, {number for some in numbers.values() for number in some})
    return {each: tuple(tickets[number][0] for number in some) for each, some in numbers.items() if some}
