"""Mail as maild knows it: what a mailbox gave, and what was read in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maild.model.ticket import State


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of somebody: the address with its domain in lower case, and the name beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """How Outlook and Exchange name a thread, in Thread-Index and Thread-Topic (MS-OXOMSG, 2.2.1.3 and 2.2.1.5)."""

    index: str
    topic: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox keeps a message; names one immutable message for ever (RFC 9051, 2.3.1.1)."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of one message as the server gave them.

    `size` counts the octets on the server; with `is_whole` False `raw` holds headers and what else was taken.
    """

    uid: int
    raw: bytes = field(repr=False)
    size: int
    is_whole: bool
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """The raw bytes of one message as a mailbox gave it, and where from.

    `released_by` is who let it go after it had been held, "" for nobody: it is not held a second time.
    `taken_over_as` is set on mail that is older than the desk's work: it is filed, a ticket that it opens has this
    state, and nobody is written to; `is_told`: but for the desk's own people, because it may wait for an answer.
    `opened` is the ticket that it opened when it was handled before, should that be so.
    """

    id: int
    place: Place
    raw: bytes = field(repr=False)
    fingerprint: str
    size: int
    is_whole: bool
    recorded_at: datetime
    attempts: int
    released_by: str = ""
    taken_over_as: "State | None" = None
    is_told: bool = False
    opened: int | None = None


class Automatic(StrEnum):
    """What kind of machine wrote a mail."""

    REPLY = "reply"
    OUT_OF_OFFICE = "out-of-office"
    BOUNCE = "bounce"
    LIST = "list"
    LOOP = "loop"
    GENERATED = "generated"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    REACTION = "reaction"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is kept as bytes. `name` is metadata from outside and never a path."""

    name: str
    type: str
    size: int
    sha256: str
    is_inline: bool
    content_id: str | None
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464): `action` failed, delayed …, `status` like 5.1.1."""

    action: str
    status: str | None
    recipient: str | None
    original_message_id: str | None


class SealKind(StrEnum):
    """How a DKIM signature was made; what is not named here is not believed (RFC 8301, RFC 8463)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class Seal:
    """A DKIM signature (RFC 6376) of which all fits that can be known without its key.

    `name` is where the key stands in DNS, `domain` who signed; `digest` is the SHA-256 of the signed fields, `value`
    the signature over it. `is_exact` is whether the identity is of the domain itself. Good until `expires_at`.
    """

    name: str
    domain: str
    kind: SealKind
    digest: bytes = field(repr=False)
    value: bytes = field(repr=False)
    is_exact: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Somebody's mail that another mail passes on, within its text or attached.

    `date` is as it stood there. `text` is the whole readable text, `reply` the new words alone. Files of a mail within
    the text are those of the mail around it. `message_id` is None within a text. `forwarding` is what it passes on
    itself. All of it is the word of whoever forwarded it.
    """

    sender: Address
    subject: str
    date: str
    text: str
    reply: str
    attachments: tuple[Attachment, ...]
    message_id: str | None
    forwarding: "Forwarding | None"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """That a mail passes on other mails: its writer's own words, and the mails in order, never none."""

    own_words: str
    mails: tuple[Forwarded, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """An arrival that was read.

    Message-IDs keep their angle brackets. `text` is the whole readable text, `reply` the new words alone, `html`
    sanitised. `sender` is None unless From holds exactly one address by a strict grammar. `headers` are the
    top-level fields in order, decoded and clean of control characters; `authentication` are the raw values of
    Authentication-Results, topmost first. `automatic_proof` is the header that proves `automatic`.
    `may_answer` is False when the mail forbids our automatic answer without being automatic itself. `flags` name
    what was cut, guessed or doubted. `forwarding` is None unless it passes on a mail of which the sender is told.
    `seals` are the DKIM signatures that may speak for the sender, where they are asked for.
    `language` is that of the new words (ISO 639-1), None where they are fewer than twenty or it is not clear.
    """

    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    subject: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    text: str
    reply: str
    html: str | None
    attachments: tuple[Attachment, ...]
    automatic: Automatic | None
    automatic_proof: str
    may_answer: bool
    bounce: Bounce | None
    authentication: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    forwarding: Forwarding | None = None
    language: str | None = None
    seals: tuple[Seal, ...] = ()
