"""A ticket and its history."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a ticket, its old and its new value."""

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
    """One item of a ticket's history, append-only; `n` counts from 1 within the ticket."""

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


@dataclass(frozen=True, slots=True)
class Ticket:
    """One matter. `version` grows with every change and every entry."""

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
