"""Mail that leaves: what is wanted, what was written, how it ended."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from maild.model.charts import Chart
from maild.model.clocks import ClockName
from maild.model.digest import Listing
from maild.model.links import Link
from maild.model.mail import Address, Attachment
from maild.model.packet import NO_PACKET, Packet


class Template(StrEnum):
    """The mails that the desk writes; a file of this name lies in templates/."""

    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGED_MINIMAL = "acknowledged-minimal"
    REPLY = "reply"
    STATUS_UPDATE = "status-update"
    WAITING_REMINDER = "waiting-reminder"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    NEW_AFTER_CLOSED = "new-after-closed"
    IDENTITY_CODE = "identity-code"
    TOO_LARGE = "too-large"
    CANNOT_READ = "cannot-read"
    REFUSED = "refused"
    AGENT_NOTICE = "agent-notice"
    ASSIGNED = "assigned"
    BREACH_WARNING = "breach-warning"
    BREACHED = "breached"
    ESCALATED = "escalated"
    ESCALATION_PACKET = "escalation-packet"
    POST_ESCALATION_REVIEW = "post-escalation-review"
    APPROVAL_ASKED = "approval-asked"
    TRANSCRIPT = "transcript"
    DRAFT = "draft"
    DID_YOU_SEND_THIS = "did-you-send-this"
    CONSULTED = "consulted"
    HELD_DIGEST = "held-digest"
    HANDOVER = "handover"
    DAILY_REPORT = "daily-report"
    REVIEW_DUE = "review-due"
    KNOWLEDGE = "knowledge"
    SURVEY = "survey"
    FOLLOW_UP = "follow-up"
    LOW_SCORE = "low-score"
    ALARM = "alarm"


# What answers one mail by itself: capped, and of an unproved sender it repeats nothing.
ACKNOWLEDGEMENTS = frozenset(
    {
        Template.ACKNOWLEDGED,
        Template.ACKNOWLEDGED_MINIMAL,
        Template.NEW_AFTER_CLOSED,
        Template.TOO_LARGE,
        Template.CANNOT_READ,
        Template.REFUSED,
    }
)

# What a person says in it, that person says to somebody outside.
_SPOKEN = frozenset(
    {
        Template.REPLY,
        Template.STATUS_UPDATE,
        Template.RESOLVED,
        Template.CLOSED,
        Template.REOPENED,
        Template.CONSULTED,
    }
)


class Thread(StrEnum):
    """Which conversation a mail belongs to in its recipient's client."""

    CUSTOMER = "customer"
    NOTICE = "notice"
    INTERNAL = "internal"


class Meaning(StrEnum):
    """What a plain answer to a mail is (behaviour.md, 5)."""

    CUSTOMER = "customer"  # the mail went to a customer: the answer is a customer message
    RELAY = "relay"
    NOTE = "note"
    CONSULT = "consult"  # the words go back to somebody who was asked aside
    DRAFT = "draft"
    UPDATE = "update"  # of a draft: what goes out says how it goes
    FORM = "form"  # the fields of the form that the mail shows
    NOTHING = "nothing"  # commands only


class Author(StrEnum):
    """Who speaks in a mail, which decides its automatic headers (RFC 3834, 5)."""

    PERSON = "person"
    AUTO_REPLIED = "auto-replied"
    AUTO_GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail that a decision wants written to one recipient.

    `ticket` is None for a desk matter. `by` is the person whose words `text` are. `draft` is the token of the draft
    that the mail shows. `about` is why a draft, transcript or alarm is sent, line by line. `others` also got the mail
    that a notice is about, and are nobody of the ticket. `consulted` is whom a plain answer goes back to where its
    meaning is CONSULT. `tickets` are lines on those that belong to this one. `clock` is the one that the mail is about.
    `scale` is the most that a survey can be answered with, by its page until `open_until`. `sheet` is the one that a
    rule wants it written with, "" for the template's own. `is_capped`: it answers a mail by itself, and counts as an
    acknowledgement does. `queue` writes a mail about no ticket, in `language` if it is known. `packet` goes along with
    an escalation. `listings` are the parts of a mail by schedule, `listed` is what its numbers stand for, and `charts`
    are drawn and attached before it is written. `earlier` is the number of the ticket that this one follows.
    `is_vouched`: somebody of the house entered what it acknowledges, and what they called it may stand there.
    `is_by_silence`: what it tells of came about because nobody said anything. `hours` is the calendar in whose hours,
    by the clock of its reader's zone, it is sent; None is at once. `delay` is kept from the moment of writing; the mail
    is given up `expires_in` after that. `code` is the secret by which its reader proves who they are, until
    `open_until`.
    """

    template: Template
    to: str
    to_name: str
    person: str | None
    ticket: int | None
    thread: Thread
    meaning: Meaning
    text: str = ""
    by: str | None = None
    about: tuple[str, ...] = ()
    draft: str | None = None
    attachments: tuple[Attachment, ...] = ()
    others: tuple[Address, ...] = ()
    consulted: Address | None = None
    tickets: tuple[str, ...] = ()
    packet: Packet = NO_PACKET
    listings: tuple[Listing, ...] = ()
    listed: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    earlier: int | None = None
    is_vouched: bool = False
    sheet: str = ""
    is_capped: bool = False
    queue: str = ""
    language: str | None = None
    clock: ClockName | None = None
    hours: str | None = None
    is_by_silence: bool = False
    delay: timedelta = timedelta(0)
    expires_in: timedelta = timedelta(days=5)
    in_reply_to: str | None = None
    scale: int = 0
    open_until: datetime | None = None
    code: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Name the sheet that it is written with."""
        return self.sheet or self.template.value

    @property
    def author(self) -> Author:
        """Who speaks: a person whose words go outside; else a machine that answers a mail, or that writes by itself."""
        if self.by is not None and self.template in _SPOKEN:
            return Author.PERSON
        is_answer = self.template in ACKNOWLEDGEMENTS or self.in_reply_to is not None
        return Author.AUTO_REPLIED if is_answer else Author.AUTO_GENERATED


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to one recipient, its bytes finished: `headers` then `pieces` are what goes over the wire.

    A piece that several mails share, an attachment to all of a team, is one object in all of them.
    `token` names the mail in its mark; `root` is the token of the first mail of this thread to this recipient.
    `seen` is the number of the last entry its reader has seen. `ours` are the lines that the desk wrote into it and
    `quoted` the customer's words shown in it: an answer is compared with both. `sheet` is the one that a rule named.
    `is_capped`: it counts as an acknowledgement. `listed` is what its numbers stand for, in order.
    `link` is the one in it that leads to a page.
    """

    token: str
    ticket: int | None
    recipient: str
    envelope_from: str
    message_id: str
    root: str
    template: Template
    person: str | None
    thread: Thread
    meaning: Meaning
    seen: int
    draft: str | None
    relay: str
    subject: str
    headers: bytes = field(repr=False)
    pieces: tuple[bytes, ...] = field(repr=False)
    ours: str = field(repr=False)
    quoted: str = field(repr=False)
    due_at: datetime
    expires_at: datetime
    sheet: str = ""
    is_capped: bool = False
    listed: tuple[str, ...] = ()
    link: Link | None = None

    @property
    def wire(self) -> bytes:
        """All of it in one."""
        return b"".join((self.headers, *self.pieces))


class MailState(StrEnum):
    """How far an outgoing mail is; all but the first two are final."""

    WAITING = "waiting"
    HANDING_OVER = "handing-over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DueMail:
    """An outgoing mail claimed for delivery; `claim` fences a daemon that slept through its lease."""

    id: int
    claim: str
    token: str
    recipient: str
    envelope_from: str
    relay: str
    attempts: int
    doubts: int
    created_at: datetime
    expires_at: datetime
    wire: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """MAIL and RCPT were taken; the mail may be handed over on this connection."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """250 to the final dot: the mail is the relay's now. `reply` is its text, where a provider tells its own id."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken this time and surely not sent: try later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused for good and surely not sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The connection died between DATA and the answer to the final dot: it may or may not have been sent."""

    reason: str
