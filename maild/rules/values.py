"""What the rule files come to: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """An agent, manager or administrator; the main address is the first. `left` is the first day that they are gone."""

    key: str
    name: str
    addresses: tuple[str, ...]
    roles: frozenset[str]
    left: date | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """People who share tickets; members and lead are keys of `people`."""

    key: str
    members: tuple[str, ...]
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of tickets with an address of its own; `relay` and `team` are keys, `visible_to` is `("all",)` for now."""

    key: str
    address: str
    name: str
    relay: str
    team: str | None
    visible_to: tuple[str, ...] = ("all",)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rule files together, in the order written."""

    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    queues: Mapping[str, Queue]
    _owners: Mapping[str, Person] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owners = {address.lower(): person for person in self.people.values() for address in person.addresses}
        object.__setattr__(self, "_owners", owners)

    def find_person(self, address: str) -> Person | None:
        """Find whose address this is; letter case distinguishes nobody. Those who left are found too."""
        return self._owners.get(address.lower())
