"""Who is asked for an approval: whom the rule files name, nobody whom they exclude, and a deputy for who is away. Pure.

The deputy of somebody is the lead of a team of theirs, else a manager; without one the others are asked alone, and
where these would be too few, whoever is away is asked all the same. Of those outside only they are asked who had a mail
in this matter, or whose proved mail is in hand: nobody can let the desk write to strangers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from maild.desk.acknowledging import why_silent
from maild.desk.house import House, is_same
from maild.desk.telling import named
from maild.model.decision import Decision, Trust
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Thread
from maild.model.ticket import Ticket
from maild.rules import OUTSIDE, Approval, Person, Tier, Whom, WhomKind


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who is asked; `person` is None outside. `stands_for` is who is away."""

    who: Address
    person: Person | None = None
    stands_for: Person | None = None

    @property
    def name(self) -> str:
        """Name them as the ticket keeps them."""
        return self.person.key if self.person is not None else self.who.address.lower()


@dataclass(frozen=True, slots=True)
class Asking:
    """A ticket about which somebody is to be asked: `known` is it once the decision is carried out."""

    known: TicketFacts
    decision: Decision
    facts: Facts
    house: House
    now: datetime

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self.known.ticket


@dataclass(slots=True)
class Approvers:
    """Who is asked, and why others are not."""

    asked: list[Approver] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether somebody is asked already."""
        return any(each.name == name for each in self.asked)


def find_approvers(approval: Approval, tier: Tier, asking: Asking) -> Approvers:
    """Find whom to ask about a ticket."""
    found, away = Approvers(), []
    never = excluded(approval, asking.ticket, asking.house, asking.now)
    for whom in tier.ask:
        if whom.kind in OUTSIDE:
            _ask_outside(whom, never, asking, found)
            continue
        for person in named(
            asking.house, whom, asking.house.team_of(asking.ticket), asking.ticket.assignee, asking.now
        ):
            if _is_left_out(person, never, asking, found) or found.has(person.key):
                continue
            if asking.house.is_absent(person.key, asking.now):
                away.append(person)
            else:
                found.asked.append(Approver(_address(person), person))
    for person in dict.fromkeys(away):
        _ask_deputy(person, never, asking, found, quorum=tier.quorum)
    return found


def excluded(approval: Approval, ticket: Ticket, house: House, now: datetime) -> frozenset[str]:
    """Name who never decides: as `never` says, and who works here and whose own matter it is."""
    found: set[str] = set(_own_keys((ticket.requester,), house))
    for whom in approval.never:
        if whom.kind is WhomKind.ADDRESS:
            found.add(whom.name.lower())
        elif whom.kind in OUTSIDE:
            people = (ticket.requester,) if whom.kind is WhomKind.REQUESTER else ticket.participants
            found |= {each.address.lower() for each in people if each is not None}
            found |= set(_own_keys(people, house))
        else:
            found |= {each.key for each in named(house, whom, house.team_of(ticket), ticket.assignee, now)}
    return frozenset(found)


def _own_keys(people: Iterable[Address | None], house: House) -> Iterator[str]:
    owners = (house.rules.find_person(each.address) for each in people if each is not None)
    return (person.key for person in owners if person is not None)


def _is_left_out(person: Person, never: frozenset[str], asking: Asking, found: Approvers) -> bool:
    if person.key in never:
        found.left_out.append(f"{person.name} never decides about it")
        return True
    if not asking.house.may_see(person, asking.ticket):
        found.left_out.append(f"{person.name} may not see the ticket")
        return True
    return False


def _ask_deputy(person: Person, never: frozenset[str], asking: Asking, found: Approvers, *, quorum: int) -> None:
    house, now = asking.house, asking.now
    for deputy in dict.fromkeys((*house.leads_of(person.key, now), *house.managers(now))):
        is_free = deputy.key not in never and not found.has(deputy.key) and deputy.key != person.key
        if is_free and house.may_see(deputy, asking.ticket) and not house.is_absent(deputy.key, now):
            found.asked.append(Approver(_address(deputy), deputy, person))
            return
    if len(found.asked) < quorum:
        found.asked.append(Approver(_address(person), person))
    else:
        found.left_out.append(f"{person.name} is away")


def _ask_outside(whom: Whom, never: frozenset[str], asking: Asking, found: Approvers) -> None:
    ticket = asking.ticket
    people: tuple[Address | None, ...]
    match whom.kind:
        case WhomKind.REQUESTER:
            people = (ticket.requester,)
        case WhomKind.PARTICIPANTS:
            people = ticket.participants
        case _:
            people = (Address(whom.name),)
    for who in people:
        why_not = _why_not(who, never, asking, is_named=whom.kind is WhomKind.ADDRESS) if who else "it has no requester"
        if why_not:
            found.left_out.append(why_not)
        elif who is not None and not found.has(who.address.lower()):
            found.asked.append(Approver(who))


def _why_not(who: Address, never: frozenset[str], asking: Asking, *, is_named: bool) -> str:
    """Say why somebody outside is not asked; `is_named`: the rule files name this very address."""
    address, ticket = who.address.lower(), asking.ticket
    if address in never:
        return f"{address} never decides about it"
    if not asking.house.may_be_written_to(address):
        return f"{address} is never written to automatically"
    if is_named:
        return f"{address} may not see a confidential ticket" if ticket.confidential is not None else ""
    thread = asking.known.threads.get((address, Thread.CUSTOMER))
    sender = asking.decision.sender
    is_proved = sender is not None and sender.trust is Trust.PROVED and is_same(sender.address, address)
    if not is_proved and (thread is None or thread.root is None):
        return f"{address} never got a mail about it"
    return why_silent(asking.facts, address, asking.now)


def _address(person: Person) -> Address:
    return Address(person.addresses[0], person.name)
