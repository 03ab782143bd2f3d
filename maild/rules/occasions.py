"""What rules are held against: a message as they see it, its ticket so far, and how often it happened before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from maild.documents import Place
from maild.model.decision import Sender
from maild.model.mail import Message
from maild.model.rates import Counted, RateQuestion
from maild.rules.effects import Effect, SameTicket


class On(StrEnum):
    """When a rule is asked: a mail opens a ticket, goes to one, or opens one again; a customer says how it was."""

    NEW = "new"
    REPLY = "reply"
    REOPENED = "reopened"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class SeenFile:
    """An attachment as rules see it; `size` is bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as rules see it.

    `text` is subject and new words, `reply` the new words, `body` all with quotes and signature. `addressees` are all
    of To, Cc and Delivered-To. `standing` and `trust` are None while only questions are asked. `size` is bytes.
    """

    subject: str
    reply: str
    body: str
    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[SeenFile, ...] = ()
    language: str | None = None
    size: int = 0
    automatic: str | None = None
    standing: str | None = None
    trust: str | None = None
    mailbox: str = ""

    @property
    def text(self) -> str:
        """Subject and new words: what rules should use."""
        return f"{self.subject}\n{self.reply}"


def see(message: Message, sender: Sender | None, mailbox: str, size: int, language: str | None) -> Seen:
    """Show a message to rules; `sender` is None where nobody is named, or while only questions are asked."""
    to, cc = (tuple(each.address for each in message.to), tuple(each.address for each in message.cc))
    return Seen(
        subject=message.subject,
        reply=message.reply if message.reply.strip() else message.text,
        body=message.text,
        sender=message.sender.address if message.sender else "",
        to=to,
        cc=cc,
        addressees=tuple(dict.fromkeys((*to, *cc, *message.delivered_to))),
        reply_to=tuple(each.address for each in message.reply_to),
        headers=message.headers,
        files=tuple(SeenFile(each.name, each.type, each.size) for each in message.attachments),
        language=language,
        size=size,
        automatic=message.automatic.value if message.automatic else None,
        standing=sender.standing.value if sender else None,
        trust=sender.trust.value if sender else None,
        mailbox=mailbox,
    )


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as rules see it: as it stands before the mail, or for a new one as its mailbox would have it.

    `unanswered` counts the customer's mails since the desk's last answer, this one included; `reopened` how often the
    ticket was. `requester` is an address. `score` is the vote that is being cast.
    """

    state: str
    queue: str
    requester: str
    team: str | None = None
    assignee: str | None = None
    category: str | None = None
    impact: str | None = None
    urgency: str | None = None
    priority: str | None = None
    level: str | None = None
    agreement: str | None = None
    climbs: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    is_major: bool = False
    opened_at: datetime | None = None
    unanswered: int = 1
    reopened: int = 0
    score: int | None = None

    def with_value(self, name: str, value: str) -> "TicketView":
        """Give the view with one of its words changed: queue, category, team and the like."""
        return replace(self, **{name: value})  # type: ignore[arg-type]

    def with_field(self, name: str, value: str) -> "TicketView":
        """Give the view with one field written."""
        return replace(self, fields={**self.fields, name: value})


@dataclass(frozen=True, slots=True)
class RuleQuestions:
    """What rules must know of the store about a message: rates, tickets of a key, and whose matter it may become.

    `may_join`: a rule that may hold wants its ticket in an incident.
    """

    rates: tuple[RateQuestion, ...]
    same_tickets: tuple[SameTicket, ...]
    may_join: bool
    requesters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateAnswers:
    """The store's counts; what was not asked or never happened is 0."""

    counts: Mapping[RateQuestion, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who set a value: `rules.vpn-outage`, `customers.gold`, `categories.network/vpn`, `priorities`, and where."""

    name: str
    place: Place

    def __str__(self) -> str:
        return f"{self.name} ({self.place.file}:{self.place.line})"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One test and the words that it held or failed on; `words` is "" where there are none."""

    asked: str
    words: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule held, and on which words; of one that did not, the tests that failed.

    `rates` are the counts that it asked for.
    """

    origin: Origin
    is_matched: bool
    evidence: tuple[Evidence, ...]
    rates: tuple[RateQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """One effect, its texts filled in, and whose it is.

    Of a value that is set `field`, `old` and `new` say the change, and `replaced` whose value of the same pass it was.
    """

    effect: Effect
    origin: Origin
    field: str = ""
    old: str | None = None
    new: str | None = None
    replaced: Origin | None = None


# What stands for a rule set's name where rules rest (`maild pause rules`).
RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the rules say: each that was asked, the effects in their order, and the ticket as it would then stand.

    `counted` is what this mail counts under from now on; `digest` names the rule set. `on`, `seen`,
    `before` and `answers` are what they were asked.
    """

    verdicts: tuple[Verdict, ...]
    done: tuple[Done, ...]
    after: TicketView
    counted: tuple[Counted, ...]
    digest: str
    on: frozenset[On]
    seen: Seen
    before: TicketView
    answers: RateAnswers
