"""A ticket and its history."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.clocks import Clock
from maild.model.mail import Address


class State(StrEnum):
    """Where a ticket stands (behaviour.md, 1)."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


FINISHED = frozenset({State.CLOSED, State.MERGED, State.SPAM})


class EntryKind(StrEnum):
    """What an item of a ticket's history is."""

    CUSTOMER = "customer-message"
    AGENT = "agent-reply"
    NOTE = "note"
    EVENT = "event"


class CauseKind(StrEnum):
    MESSAGE = "message"
    RULE = "rule"
    TIMER = "timer"
    COMMAND_LINE = "command-line"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what brought an entry about: `reference` is a Message-ID, `file:line`, timer kind or user."""

    kind: CauseKind
    reference: str


SETS = frozenset({"tag", "participant", "consulted", "link"})
FIELD_PREFIX = "field."
CONTACT_PREFIX = "contact."
APPROVAL_PREFIX = "approval."
CONTACT_VALUES = ("name", "company", "phone", "language", "timezone")  # what agents may say of somebody


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a ticket, its old and its new value.

    `field.NAME` is a field of the rule files, `step.TEXT` a step of the checklist, `approval.NAME` how far an approval
    has come. Of the names in SETS a ticket has many: one that came has no old value, one that went no new one.
    `contact.NAME` is no field of the ticket but of its requester.
    """

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class KeptAttachment:
    """An attachment in the store; its bytes are asked for by `sha256`."""

    name: str
    type: str
    size: int
    sha256: str
    is_inline: bool
    content_id: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a ticket's history, append-only; `n` counts from 1 within the ticket.

    `clocks` are those of the ticket that changed with it, as they stood then.
    """

    ticket: int
    n: int
    at: datetime
    kind: EntryKind
    by: str
    cause: Cause
    text: str
    changes: tuple[Change, ...]
    flags: tuple[str, ...]
    attachments: tuple[KeptAttachment, ...]
    message_id: str | None
    arrival: int | None
    clocks: tuple[Clock, ...] = ()


class Confidence(StrEnum):
    """How much of a confidential ticket is mailed to those who may see it (behaviour.md, 5)."""

    TEAM = "team"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Consulted:
    """Somebody outside whom an agent asked aside: they see nothing of the ticket but what they are sent."""

    who: Address
    asked_by: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What the desk knows of a person outside besides their tickets; "" and None are unknown.

    `undeliverable_at` is when a mail to them came back as to nobody, if they have not written since. Until
    `silent_until` the desk writes nothing to them by itself.
    """

    address: str
    name: str
    company: str = ""
    phone: str = ""
    language: str | None = None
    timezone: str | None = None
    undeliverable_at: datetime | None = None
    silent_until: datetime | None = None

    def value(self, name: str) -> str | None:
        """Give what is known under one of CONTACT_VALUES, None where nothing is."""
        return getattr(self, name) or None


def folded(incident: str) -> str:
    """Give an incident's name as it is compared: letter case and blanks distinguish none."""
    return " ".join(incident.casefold().split())


@dataclass(frozen=True, slots=True)
class Ticket:
    """One matter. `version` grows with every change and every entry.

    `state_at` is when it came to its state. A merged ticket leads to `merged_into`, a closed one whose thread went on
    in a new ticket to its `successor`. `parent` is the ticket that it belongs to: an incident, which has a name, or the
    matter that it is a part of. `terms` are what its agreement promised when it came under it, `climbs` is the ladder
    that a rule named, `ladder` says which steps of its ladder were done, `steps` what its history says of those of its
    checklist, by their texts, `approvals` of each that was asked how far it has come, `identity` whether its requester
    is verified.
    """

    number: int
    version: int
    state: State
    subject: str
    requester: Address | None
    participants: tuple[Address, ...]
    queue: str
    category: str | None
    impact: str | None
    urgency: str | None
    priority: str | None
    level: str | None
    team: str | None
    assignee: str | None
    tags: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    language: str | None
    created_at: datetime
    updated_at: datetime
    state_at: datetime
    merged_into: int | None = None
    successor: int | None = None
    confidential: Confidence | None = None
    consulted: tuple[Consulted, ...] = ()
    agreement: str | None = None
    terms: str | None = None
    climbs: str | None = None
    ladder: str | None = None
    score: str | None = None
    survey: str | None = None
    incident: str | None = None
    parent: int | None = None
    steps: tuple[tuple[str, str], ...] = ()
    approvals: tuple[tuple[str, str], ...] = ()
    identity: str | None = None

    @property
    def leads_to(self) -> tuple[int, ...]:
        """Give the tickets that this one goes on in or belongs to."""
        named = (self.merged_into, self.successor, self.parent)
        return tuple(number for number in named if number is not None)

    @property
    def outsiders(self) -> tuple[Address, ...]:
        """Give requester and participants, each once."""
        people = (*((self.requester,) if self.requester else ()), *self.participants)
        return tuple({each.address.lower(): each for each in reversed(people)}.values())[::-1]

    def field(self, name: str) -> str | None:
        """Give a field's value, None where it has none."""
        return dict(self.fields).get(name)

    def step(self, text: str) -> str | None:
        """Give what its history says of a step, None where nothing."""
        return dict(self.steps).get(text)

    def approval(self, name: str) -> str | None:
        """Say how far an approval has come, None where it was never asked."""
        return dict(self.approvals).get(name)
