"""What deciding may know of the house it decides for: who we are, who works here, and whom we must not write to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.config import DeskConfig, LimitsConfig, TrustConfig
from maild.marks import Keyring
from maild.model.decision import OpenTicket
from maild.model.search import Sight
from maild.model.ticket import Ticket
from maild.rules import Calendar, Person, Queue, Rules, default_queue

# mail-facts: what stands behind these is a machine, or a person who did not ask for our machine's mail.
_NEVER_WRITTEN = frozenset(
    {
        "abuse",
        "do-not-reply",
        "donotreply",
        "mailer-daemon",
        "no-reply",
        "no_reply",
        "nobody",
        "noreply",
        "postmaster",
        "root",
    }
)


@dataclass(frozen=True, slots=True)
class Hours:
    """The calendars by which time was counted until an instant."""

    until: datetime
    calendars: Mapping[str, Calendar]


@dataclass(frozen=True, slots=True)
class House:
    """The desk's settings, people and keys; `mailbox_queues` names each mailbox's queue.

    `answers` are the stored ones by name; `absent` are the keys of those who are away just now. `earlier` are the
    calendars before those of the rules, the oldest first: clocks may run by them still.
    """

    desk: DeskConfig
    trust: TrustConfig
    limits: LimitsConfig
    rules: Rules
    keyring: Keyring
    mailbox_queues: Mapping[str, str]
    mailbox_addresses: frozenset[str]
    answers: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    earlier: tuple[Hours, ...] = ()

    def queues(self) -> Mapping[str, Queue]:
        """Give every queue by its key, the default one where none is written."""
        if self.rules.queues:
            return self.rules.queues
        only = default_queue(self.desk)
        return {only.key: only}

    def find_queue(self, address: str) -> Queue | None:
        """Find the queue that writes from an address, plus-addresses included."""
        plain = without_plus(address)
        return next((queue for queue in self.queues().values() if plain == queue.address.lower()), None)

    def team_of(self, ticket: Ticket | OpenTicket) -> str | None:
        """Give the team that works on a ticket: its own, else its queue's."""
        queue = self.queues().get(ticket.queue)
        return ticket.team or (queue.team if queue else None)

    def is_ours(self, address: str) -> bool:
        """Whether mail to this address comes back to the desk."""
        plain = without_plus(address)
        ours = {self.desk.address.lower(), *(each.lower() for each in self.mailbox_addresses)}
        return plain in ours or self.find_queue(address) is not None

    def may_be_written_to(self, address: str) -> bool:
        """Whether our automatic mail may go to an address at all (mail-facts, 3)."""
        local = without_plus(address).rpartition("@")[0]
        is_machine = local in _NEVER_WRITTEN or local.startswith("owner-") or local.endswith("-request")
        return bool(local) and not is_machine and not self.is_ours(address)

    def is_outside(self, address: str, now: datetime) -> bool:
        """Whether an address is neither the desk's nor of somebody who works here."""
        return not self.is_ours(address) and self.find_agent(address, now) is None

    def may_see(self, person: Person, ticket: Ticket | OpenTicket) -> bool:
        """Whether somebody may know of a ticket: its queue is visible to them, or it is in their hands.

        A confidential one is its team's, assignee's, lead's and the managers'.
        """
        return self.sight_of(person).sees(ticket)

    def sight_of(self, person: Person) -> Sight:
        """Say which tickets somebody may see, of all that there are."""
        teams = frozenset(team.key for team in self.rules.teams.values() if person.key in {*team.members, team.lead})
        is_manager = "manager" in person.roles
        may = {*teams, "all", *(("managers",) if is_manager else ())}
        queues = self.queues().values()
        return Sight(
            person=person.key,
            teams=teams,
            hidden=frozenset(queue.key for queue in queues if may.isdisjoint(queue.visible_to)),
            own_queues=frozenset(queue.key for queue in queues if queue.team in teams),
            is_manager=is_manager,
        )

    def people(self, now: datetime) -> tuple[Person, ...]:
        """Give everybody who works here today."""
        return tuple(person for person in self.rules.people.values() if is_here(person, now))

    def is_absent(self, person: str, now: datetime) -> bool:
        """Whether somebody is away just now, by their own word or by the rule files."""
        return person in self.absent or self.rules.is_absent(person, now)

    def find_agent(self, address: str, now: datetime) -> Person | None:
        """Find the person of `people` who works here today and owns an address."""
        person = self.rules.find_person(address)
        return person if person is not None and is_here(person, now) else None

    def find_person(self, key: str, now: datetime) -> Person | None:
        """Find a person by key, unless they left."""
        person = self.rules.people.get(key)
        return person if person is not None and is_here(person, now) else None

    def members(self, team: str | None, now: datetime) -> tuple[Person, ...]:
        """Give a team's members who are here; without any, its lead; without one, nobody."""
        known = self.rules.teams.get(team) if team else None
        if known is None:
            return ()
        members = tuple(self._people(known.members, now))
        return members or tuple(self._people([known.lead] if known.lead else [], now))

    def lead(self, team: str | None, now: datetime) -> Person | None:
        """Give a team's lead, unless there is none or they left."""
        known = self.rules.teams.get(team) if team else None
        return self.find_person(known.lead, now) if known is not None and known.lead else None

    def sharers(self) -> tuple[str, ...]:
        """Give the people among whom new tickets are shared out by load."""
        teams = (team for team in self.rules.teams.values() if team.assign == "least-loaded")
        return tuple(dict.fromkeys(key for team in teams for key in team.members))

    def leads_of(self, person: str, now: datetime) -> tuple[Person, ...]:
        """Give the leads of the teams that somebody is in, themselves left out."""
        keys = {team.lead: None for team in self.rules.teams.values() if person in team.members and team.lead}
        return tuple(lead for lead in self._people(keys, now) if lead.key != person)

    def administrators(self, now: datetime) -> tuple[Person, ...]:
        """Give everyone who administers the desk."""
        return self._with_role("admin", now)

    def managers(self, now: datetime) -> tuple[Person, ...]:
        """Give everyone who manages."""
        return self._with_role("manager", now)

    def names(self) -> tuple[str, ...]:
        """Give the addresses and names that the desk's own mails carry in From."""
        queues = self.queues().values()
        return tuple({self.desk.name, *(queue.name for queue in queues), *(queue.address for queue in queues)} - {""})

    def _with_role(self, role: str, now: datetime) -> tuple[Person, ...]:
        return tuple(person for person in self.people(now) if role in person.roles)

    def _people(self, keys: Iterable[str], now: datetime) -> Iterator[Person]:
        for key in keys:
            person = self.find_person(key, now)
            if person is not None:
                yield person


def is_here(person: Person, now: datetime) -> bool:
    """Whether a person works here at an instant."""
    return person.left is None or now.date() < person.left


def without_plus(address: str) -> str:
    """Give the address that a plus-address is delivered to, in lower case."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one mailbox: letter case distinguishes no real ones."""
    return one.lower() == other.lower()
