"""Plain values for the tests of composing: each with defaults, so that a test names only what its fact is about."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from hashlib import sha256

from maild.composing import Composer, Encoder
from maild.config import DeskConfig
from maild.marks import Keyring, SigningKey
from maild.model.decision import AddEntry, Decision, OpenTicket, Outcome, OutcomeKind, Sender, Standing, Step, Trust
from maild.model.facts import Facts
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, OutgoingMail, Template, Thread, Wanted
from maild.model.ticket import Cause, CauseKind, EntryKind, State
from maild.rules import Person, Queue, Rules
from maild.rules.scrubbing import NO_SCRUB, Scrub

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TOKEN = "k3x2q7abcdefgh2m"
KEY = SigningKey("k1", b"a secret of thirty-two octets ...")
KEYS = Keyring(KEY, {"k1": KEY})
BOB = Address("bob@customer.example", "Bob Miller")
ALICE = "alice@acme.example"


def a_composer(
    overrides: dict[str, str] | None = None,
    *,
    alice: dict[str, str] | None = None,
    queue_language: str | None = None,
    scrub: Scrub = NO_SCRUB,
    **desk: object,
) -> Composer:
    """A desk with one queue and Alice."""
    queue = Queue("support", "support@acme.example", "Acme Support", "main", "first-line", language=queue_language)
    person = Person("alice", "Alice Reyes", (ALICE,), ("agent",), None, **(alice or {}))
    rules = Rules(people={"alice": person}, teams={}, queues={"support": queue}, scrub=scrub)
    settings = DeskConfig.model_validate({"name": "Acme Support", "address": "support@acme.example", **desk})
    return Composer(settings, rules, KEYS, overrides or {})


def an_entry(
    n: int = 1,
    text: str = "The printer prints blank pages.",
    kind: EntryKind = EntryKind.CUSTOMER,
    by: str = BOB.address,
    attachments: tuple[Attachment, ...] = (),
) -> AddEntry:
    return AddEntry(1042, n, kind, by, Cause(CauseKind.MESSAGE, "<x@y>"), text, attachments=attachments)


def a_decision(
    *entries: AddEntry,
    subject: str = "Printer on floor 3",
    requester: Address | None = BOB,
    trust: Trust = Trust.PROVED,
    sender: Address = BOB,
    standing: Standing = Standing.STRANGER,
    more: tuple[Step, ...] = (),
) -> Decision:
    """A new ticket #1042 of Bob's, with one entry unless others are given."""
    opened = OpenTicket(1042, subject, State.NEW, "support", "first-line", None, requester, None)
    who = Sender(sender.address, sender.name, standing, trust, "dkim=pass", None)
    steps = (opened, *more, *(entries or (an_entry(),)))
    return Decision(Outcome(OutcomeKind.ENTRY, 1042), steps, (), (), who, ())


def to_customer(template: Template = Template.ACKNOWLEDGED, **changes: object) -> Wanted:
    """A mail to Bob."""
    wish = Wanted(template, BOB.address, BOB.name, None, 1042, Thread.CUSTOMER, Meaning.CUSTOMER)
    return replace(wish, **changes)


def to_alice(
    template: Template = Template.AGENT_NOTICE,
    thread: Thread = Thread.NOTICE,
    meaning: Meaning = Meaning.RELAY,
    **changes: object,
) -> Wanted:
    """A mail to Alice."""
    wish = Wanted(template, ALICE, "Alice Reyes", "alice", 1042, thread, meaning)
    return replace(wish, **changes)


def an_attachment(
    name: str = "error.png", content: bytes = b"PNG", kind: str = "image/png", cid: str | None = None
) -> Attachment:
    return Attachment(name, kind, len(content), sha256(content).hexdigest(), cid is not None, cid, content)


def write(
    wish: Wanted,
    decision: Decision | None = None,
    composer: Composer | None = None,
    facts: Facts = Facts(next_number=1042),  # noqa: B008 - frozen
) -> OutgoingMail:
    """Compose one mail."""
    return (composer or a_composer()).compose(wish, decision or a_decision(), facts, TOKEN, NOW, encoder=Encoder())


def read(mail: OutgoingMail) -> EmailMessage:
    """Read a mail as its recipient's client does."""
    parsed = email.message_from_bytes(mail.wire, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(mail: OutgoingMail) -> str:
    """Give the plain text of a mail, lines ending in LF."""
    return _part(mail, "plain")


def html_of(mail: OutgoingMail) -> str:
    """Give the HTML of a mail."""
    return _part(mail, "html")


def _part(mail: OutgoingMail, kind: str) -> str:
    body = read(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
