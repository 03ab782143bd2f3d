"""What deciding asks the store, and what it is told: all of it values, kept beside the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from maild.model.clocks import Clock
from maild.model.identity import IdentityCode
from maild.model.mail import Attachment, Conversation
from maild.model.occasion import DeskFacts, Occasion
from maild.model.outgoing import MailState, Meaning, Template, Thread
from maild.model.rates import RateQuestion
from maild.model.reports import ReportFacts, ReportQuestion
from maild.model.search import Search
from maild.model.ticket import Contact, Entry, Ticket


class Want(StrEnum):
    """What is asked of the tickets found only by mails and timers that do something with it."""

    HISTORY = "history"  # every entry
    FILES = "files"  # the attachments' octets
    SENT = "sent"  # the last mails to customers, and how they ended
    CHILDREN = "children"  # the tickets that belong to those that are named, whole
    OUTSIDERS = "outsiders"  # what is known of all who take part, and how often they were written to
    FIGURES = "figures"  # what figures of the time since the last report are computed from
    HELD = "held"  # what waits for a person's word
    SURVEYS = "surveys"  # when those who take part were asked how it was
    INCIDENTS = "incidents"  # the open ones, and the tickets that were counted


@dataclass(frozen=True, slots=True)
class Questions:
    """What must be known of the store before a message can be decided.

    `ids` are all Message-IDs that the mail names, its own included; `tokens` those of every mark in it, checked or not;
    `numbers` those of its subject tags and of its commands; `searches` the queries that it commands to list, `reports`
    the figures that it asks for; `drafts` the tokens of drafts besides those of the mails that it answers; `people`
    whose load is asked for; `contacts` the addresses of people outside whom it names; `gist` what it comes to, "" where
    nobody counts it; `keys` those under which rules may file it (`same_ticket`); `rates` what must be counted for them;
    `requesters` whose matter they may make it (a form's). `person` is who of the house it says that it is from.
    `occasion` is what the desk is to do by itself.
    """

    arrival: int | None
    mailbox: str
    fingerprint: str
    sender: str
    message_id: str | None
    ids: tuple[str, ...]
    tokens: tuple[str, ...]
    numbers: tuple[int, ...]
    searches: tuple[Search, ...] = ()
    reports: tuple[ReportQuestion, ...] = ()
    wants: frozenset[Want] = frozenset()
    drafts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    gist: str = ""
    keys: tuple[str, ...] = ()
    rates: tuple[RateQuestion, ...] = ()
    requesters: tuple[str, ...] = ()
    person: str | None = None
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class EarlierArrival:
    """A message of the same content that came before: its outcome, and how well its sender was proved."""

    id: int
    ticket: int | None
    trust: str | None


@dataclass(frozen=True, slots=True)
class IssuedMail:
    """An outgoing mail that a mark names, whatever the mark is worth; `listed` is what its numbers stand for."""

    token: str
    ticket: int | None
    recipient: str
    person: str | None
    template: Template
    thread: Thread
    meaning: Meaning
    seen: int
    draft: str | None
    created_at: datetime
    subject: str
    ours: str = field(repr=False)
    quoted: str = field(repr=False)
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedMail:
    """The mail that a link to a page stands in, and until when that is good."""

    mail: IssuedMail
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An outgoing mail that was given up: how it ended (refused, expired) and the relay's words."""

    mail: IssuedMail
    mail_id: int
    state: MailState
    reason: str


@dataclass(frozen=True, slots=True)
class KnownId:
    """A Message-ID seen before: on a message itself, or only referenced by one.

    `addresses` stood in From, To or Cc of the message that carried or referenced it.
    """

    message_id: str
    ticket: int
    is_reference: bool
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeyedTicket:
    """The ticket of a key (`same_ticket`) and of one sender: the last of their mails with it came at `at`."""

    ticket: int
    at: datetime


class DraftState:
    OPEN = "open"
    SENT = "sent"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Draft:
    """Words of an agent kept back with a reason until they say `#send` or `#discard`.

    `meaning` is what `#send` makes of them: a relay to the customer, or a note.
    """

    token: str
    ticket: int | None
    author: str
    meaning: Meaning
    text: str
    reasons: tuple[str, ...]
    arrival: int | None
    attachments: tuple[Attachment, ...]
    state: str
    created_at: datetime
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """One recipient's conversation about a ticket, as their client knows it.

    `root` is the token of its first mail. `references` are ids in order, oldest first: those of the recipient's own
    messages and of our mails to them; `last` is the Message-ID of the recipient's newest message, if any;
    `conversation` is how their Outlook named the thread when last it did.
    """

    root: str | None
    references: tuple[str, ...]
    last: str | None
    conversation: Conversation | None = None


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail to a customer that can perhaps be taken back; `seen` is the entry whose words it carries."""

    token: str
    recipient: str
    template: Template
    seen: int
    state: MailState
    is_in_hand: bool


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket with the end of its history (oldest first) and its threads by (address, thread).

    `entries` are the last ones, at least all since the oldest mail that the questions name, and the words that it
    showed; `last_n` is the number of the newest entry. `links` are the numbers of tickets that belong to it. `sent` and
    `files` only where wanted: the newest mails to customers, and the attachments in the order of the entries.
    `noticed_at` is when colleagues were last told of a customer's mail. `children` are the numbers of the tickets that
    belong to it, as to an incident. `code` is the one that is out for its requester.
    """

    ticket: Ticket
    entries: tuple[Entry, ...]
    last_n: int
    threads: Mapping[tuple[str, Thread], ThreadFacts]
    links: tuple[int, ...] = ()
    sent: tuple[SentMail, ...] = ()
    files: tuple[Attachment, ...] = ()
    noticed_at: datetime | None = None
    clocks: tuple[Clock, ...] = ()
    children: tuple[int, ...] = ()
    code: IdentityCode | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgementCounts:
    """How many acknowledgements were written lately: to the address, to its domain, in all."""

    address_hour: int = 0
    address_day: int = 0
    domain_hour: int = 0
    all_hour: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """How often it happened, and where incidents are asked for the unfinished tickets that it happened with.

    Of these only those that are in no incident yet, the newest; each without history and threads.
    """

    times: int = 0
    tickets: tuple[TicketFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The store's answer to Questions. Mappings hold only what was asked and is known.

    `absences` say until when each person who is away is so; `contacts` and `open_tickets` are by address in lower
    case, of the sender and of every requester; `listings` by search, the newest tickets first; `loads` how
    many unfinished tickets each person has; `keyed` the tickets of this very sender's keys. `repeats` are the mails of
    the same gist that were handled just before; `rates` how often what was asked happened before this message;
    `requesters` the counts of those asked for, outsiders among them, by address in lower case. `asked_lately` is how
    often the person of the house was asked within the hour whether they sent something. `are_rules_resting`: a person
    paused them.
    `surveys` are the instants at which addresses were asked how it was.
    `incidents` are the open ones by folded name, None where nobody asked. `desk` is what an occasion looks at.
    `is_blocked`: an administrator wants the sender's mail held.
    """

    next_number: int
    duplicate: EarlierArrival | None = None
    issued: Mapping[str, IssuedMail] = field(default_factory=dict)
    known: Mapping[str, tuple[KnownId, ...]] = field(default_factory=dict)
    tickets: Mapping[int, TicketFacts] = field(default_factory=dict)
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    acknowledgements: AcknowledgementCounts = AcknowledgementCounts()
    was_proved_lately: bool = False
    same_id_other_body: bool = False
    absences: Mapping[str, datetime] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    open_tickets: Mapping[str, tuple[Ticket, ...]] = field(default_factory=dict)
    listings: Mapping[Search, tuple[Ticket, ...]] = field(default_factory=dict)
    reports: Mapping[ReportQuestion, ReportFacts] = field(default_factory=dict)
    loads: Mapping[str, int] = field(default_factory=dict)
    repeats: int = 0
    asked_lately: int = 0
    keyed: Mapping[str, KeyedTicket] = field(default_factory=dict)
    rates: Mapping[RateQuestion, Rate] = field(default_factory=dict)
    requesters: Mapping[str, AcknowledgementCounts] = field(default_factory=dict)
    are_rules_resting: bool = False
    incidents: Mapping[str, int] | None = None
    surveys: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    desk: DeskFacts = field(default_factory=DeskFacts)
    is_blocked: bool = False

    def with_counted(self) -> "Facts":
        """Give them with the tickets that were counted among the others: a decision may be about those too."""
        counted = {one.ticket.number: one for rate in self.rates.values() for one in rate.tickets}
        return replace(self, tickets={**counted, **self.tickets}) if counted else self
