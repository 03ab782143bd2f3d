"""What is wanted done with a message or a due timer: a value, made without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.clocks import Clock
from maild.model.identity import IdentityCode
from maild.model.mail import Address, Attachment, Conversation
from maild.model.occasion import DeskDeed
from maild.model.outgoing import Meaning, Wanted
from maild.model.rates import Counted
from maild.model.ticket import Cause, Change, Confidence, EntryKind, State


class Trust(StrEnum):
    """How sure we are that the sender is who From says (behaviour.md, 4)."""

    PROVED = "proved"
    CLAIMED = "claimed"
    FORGED = "forged"


class Verdict(StrEnum):
    """What a server that we trust says about the sender's domain (RFC 8601, 2.7)."""

    PASS = "pass"  # noqa: S105 - the word of a verdict, no password
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Authenticity:
    """A verdict, and the words that prove it to a reader."""

    verdict: Verdict
    proof: str


class Standing(StrEnum):
    """What the sender is to the ticket."""

    AGENT = "agent"
    PARTICIPANT = "participant"
    CONSULTED = "consulted"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, and why we believe it. `person` is a key of `people`; `proof` is for a reader's eyes."""

    address: str
    name: str
    standing: Standing
    trust: Trust
    proof: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim that a message makes to belong to a ticket, and whether it was accepted."""

    kind: str
    value: str
    ticket: int
    is_accepted: bool
    why: str


class OutcomeKind(StrEnum):
    """The one outcome of an arrival (behaviour.md, 2)."""

    ENTRY = "entry"
    DESK = "desk"
    DUPLICATE = "duplicate"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` says why a message was held or is a desk matter; `of` is the arrival that a duplicate repeats."""

    kind: OutcomeKind
    ticket: int | None = None
    reason: str = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Number and first values of a ticket that does not exist yet; taken already: the decision is stale."""

    number: int
    subject: str
    state: State
    queue: str
    team: str | None
    assignee: str | None
    requester: Address | None
    language: str | None
    category: str | None = None
    impact: str | None = None
    urgency: str | None = None
    priority: str | None = None
    level: str | None = None
    agreement: str | None = None
    terms: str | None = None
    climbs: str | None = None
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    confidential: Confidence | None = None
    incident: str | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """Fields of an existing ticket: each change's old value is what the decision was made on."""

    number: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AddParticipant:
    number: int
    who: Address


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Consult:
    """Let somebody outside be asked aside; who was asked before is only asked by somebody else now."""

    number: int
    who: Address
    asked_by: str


@dataclass(frozen=True, slots=True)
class AddEntry:
    """One item of a ticket's history; `n` is its number in the ticket, taken already: the decision is stale.

    `clocks` are those of the ticket that change with it, as they stand then.
    """

    number: int
    n: int
    kind: EntryKind
    by: str
    cause: Cause
    text: str
    changes: tuple[Change, ...] = ()
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    message_id: str | None = None
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True, slots=True)
class RememberIds:
    """The Message-IDs by which later mails will find the ticket: the mail's own, and those it merely referenced.

    `conversation` is how the sender's Outlook names the thread, if they are proved.
    """

    number: int
    message_id: str | None
    references: tuple[str, ...]
    addresses: frozenset[str]
    conversation: Conversation | None = None


@dataclass(frozen=True, slots=True)
class RememberKey:
    """The key (`same_ticket`) by which later mails of the same sender, `owner`, will find the ticket."""

    number: int
    key: str
    owner: str


@dataclass(frozen=True, slots=True)
class LinkTickets:
    number: int
    other: int
    why: str


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """Keep words of an agent until they say what to do.

    `meaning` (relay or note) is what `#send` makes of them; `commands` are the lines that go along with them. `number`
    is None where they are about no ticket.
    """

    token: str
    number: int | None
    author: str
    meaning: Meaning
    text: str
    reasons: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseDraft:
    """End a draft that is open (`state` is sent or discarded); ended already: the decision is stale."""

    token: str
    state: str


@dataclass(frozen=True, slots=True)
class CancelMail:
    """Take back a mail that waits; on its way already: the decision is stale."""

    token: str
    why: str


@dataclass(frozen=True, slots=True)
class KeepCode:
    """Let a code be out for a ticket, in place of any other."""

    number: int
    code: IdentityCode


@dataclass(frozen=True, slots=True)
class DropCode:
    """Let no code be out for a ticket any more: it was used, or is worth nothing."""

    number: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Let something fall due; `about` names it within the ticket where the kind alone does not (a draft's token)."""

    kind: "TimerKind"
    number: int | None
    due_at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class StopTimers:
    """Let nothing of a kind fall due any more: of all the ticket's, or of those about one thing."""

    kind: "TimerKind"
    number: int
    about: str | None = None


@dataclass(frozen=True, slots=True)
class RecordAbsence:
    """Somebody of the house is away until an instant; one that has passed brings them back."""

    person: str
    until_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MeetContact:
    """Remember a person outside; who is known already stays as they are."""

    who: Address
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """Change what is known of a person outside under one of CONTACT_VALUES; `old` no more: the decision is stale."""

    who: Address
    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class MarkReachable:
    """Whether an address takes mail: False after a bounce that says there is none, True once its owner writes."""

    address: str
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Let the desk write nothing by itself to an address until an instant."""

    address: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class CountMail:
    """Let the message be counted from now on; `ticket` is what became of it; None: held, refused, forged."""

    counted: tuple[Counted, ...]
    ticket: int | None


@dataclass(frozen=True, slots=True)
class EndHeld:
    """Let a held arrival be handled anew, or take it off the list for good; held no more: the decision is stale."""

    arrival: int
    is_released: bool
    by: str


@dataclass(frozen=True, slots=True)
class BlockSender:
    """Hold whatever comes from an address from now on."""

    address: str
    by: str


@dataclass(frozen=True, slots=True)
class RecordDeed:
    """Write down what somebody did to a matter of the desk that is no ticket's."""

    what: DeskDeed
    about: str
    by: str


Step = (
    OpenTicket
    | ChangeTicket
    | AddParticipant
    | RemoveParticipant
    | Consult
    | AddEntry
    | RememberIds
    | RememberKey
    | LinkTickets
    | KeepDraft
    | CloseDraft
    | CancelMail
    | KeepCode
    | DropCode
    | StartTimer
    | StopTimers
    | RecordAbsence
    | MeetContact
    | ChangeContact
    | MarkReachable
    | Silence
    | CountMail
    | EndHeld
    | BlockSender
    | RecordDeed
)


@dataclass(frozen=True, slots=True)
class Ruled:
    """Whether a rule of the rule files held, and on which words."""

    name: str
    file: str
    line: int
    is_matched: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """All that shall happen because of one message or one due timer; carried out whole or not at all.

    `capped` names the cap on automatic mail that was reached, if one was. `ruling` is what rules were asked and said,
    as `rules.rulings` writes and reads it; None where they were not asked.
    """

    outcome: Outcome
    steps: tuple[Step, ...]
    mails: tuple[Wanted, ...]
    evidence: tuple[Evidence, ...]
    sender: Sender | None
    commands: tuple[str, ...]
    why: tuple[str, ...] = ()
    rules: tuple[Ruled, ...] = ()
    capped: str = ""
    ruling: Mapping[str, object] | None = None


class TimerKind(StrEnum):
    """Why a timer runs."""

    UNDELIVERED = "undelivered"
    WAKE = "wake"  # a pending or waiting ticket comes back
    DRAFT = "draft"  # somebody is reminded of words that wait for their #send
    DUE = "due"  # a clock of the ticket reaches its target
    SURVEY = "survey"  # a customer whose ticket was closed is asked how it was
    FOLLOW_UP = "follow-up"  # a customer whose ticket was closed is asked whether it still holds
    REVIEW = "review"  # those involved in an escalation are asked what it taught
    LIFECYCLE = "lifecycle"  # a customer who is waited for, or who does not contradict
    LADDER = "ladder"  # the next step of the ticket's ladder
    APPROVAL = "approval"  # nobody decided in time; `about` is its name
    IDENTITY = "identity"  # a code that nobody sent back
    NOTICE = "notice"  # what came since the last notice is told together
    OCCASION = "occasion"  # the desk writes by schedule
    HANDOVER = "handover"  # somebody must have accepted it by now


@dataclass(frozen=True, slots=True)
class Timer:
    """One due instant of a ticket or of the desk.

    `subject_id` is the outgoing mail that it is about, 0 for none; `about` what else it is about (a draft's token, a
    clock's name).
    """

    id: int
    kind: TimerKind
    ticket: int | None
    subject_id: int
    due_at: datetime
    about: str = ""
