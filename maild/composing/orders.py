"""One mail in the making: what is wanted, and all that is known about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from maild.composing.lineage import Lineage
from maild.composing.paging import Paged
from maild.marks import Mark
from maild.model.decision import Decision, Trust
from maild.model.digest import Listing
from maild.model.facts import TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import ACKNOWLEDGEMENTS, Template, Thread, Wanted
from maild.model.packet import Packet
from maild.model.saying import Said, say
from maild.model.steps import StepMark
from maild.model.ticket import Confidence, Contact, Ticket
from maild.rules import Queue, Scrub

# What these show was asked for by its reader, or is their own: a sealed ticket's words may stand in it.
_ASKED_FOR = frozenset({Template.TRANSCRIPT, Template.DRAFT, Template.DID_YOU_SEND_THIS})
_SEALED = "(sealed)"


def seal(wanted: Wanted, known: TicketFacts | None) -> tuple[Wanted, TicketFacts | None]:
    """Take the words of a sealed ticket out of what colleagues are told unasked: they read them by `#show`."""
    is_open = known is None or known.ticket.confidential is not Confidence.SEALED
    is_theirs = wanted.thread is Thread.CUSTOMER and wanted.template is not Template.CONSULTED
    if known is None or is_open or is_theirs:
        return wanted, known
    steps = tuple((text, StepMark.parse(mark).without_why().written() or "") for text, mark in known.ticket.steps)
    bare = replace(known, ticket=replace(known.ticket, subject=_SEALED, steps=steps), entries=())
    # A colleague's own words to somebody whom they chose, or what they asked for: its subject is neither.
    if wanted.template is Template.CONSULTED or wanted.template in _ASKED_FOR:
        return wanted, bare
    packet = Packet(tuple((part, words and _SEALED) for part, words in wanted.packet.parts))
    return replace(wanted, attachments=(), text="", packet=packet), bare


def masked(wanted: Wanted, known: TicketFacts | None, scrub: Scrub) -> tuple[Wanted, TicketFacts | None]:
    """Mask the secrets in all words that a mail may carry, whoever wrote them and whoever reads it."""
    if not scrub:
        return wanted, known
    mask = partial(_mask, scrub)
    wanted = replace(
        wanted,
        text=mask(wanted.text),
        about=tuple(map(mask, wanted.about)),
        tickets=tuple(map(mask, wanted.tickets)),
        packet=Packet(tuple((part, mask(words)) for part, words in wanted.packet.parts)),
        listings=tuple(_masked_listing(each, mask) for each in wanted.listings),
    )
    if known is None:
        return wanted, None
    ticket = replace(
        known.ticket,
        subject=mask(known.ticket.subject),
        fields=tuple((name, mask(value)) for name, value in known.ticket.fields),
        steps=tuple((text, mask(mark)) for text, mark in known.ticket.steps),
    )
    entries = tuple(replace(each, text=mask(each.text)) for each in known.entries)
    return wanted, replace(known, ticket=ticket, entries=entries)


def masked_ticket(ticket: Ticket, scrub: Scrub) -> Ticket:
    """Mask the secrets in the name of another ticket."""
    return replace(ticket, subject=scrub.mask(ticket.subject))


def _masked_listing(listing: Listing, mask: Callable[[str], str]) -> Listing:
    items = (replace(each, words=mask(each.words), note=mask(each.note)) for each in listing.items)
    return replace(listing, items=tuple(items))


def _mask(scrub: Scrub, line: str) -> str:
    """Mask a line; of a sentence of the desk's what it names."""
    if not isinstance(line, Said):
        return scrub.mask(line)
    return say(line.wording, **{name: _mask(scrub, value) for name, value in line.values.items()})


@dataclass(frozen=True, slots=True)
class Order:
    """A mail that was ordered; `language` is the locale that it is written in, `zone` the name of its times' zone.

    `contact` is what is known of the ticket's requester, `open_tickets` are theirs, this one among them; `parent` is
    the ticket that it belongs to. `page` is what it links to.
    """

    wanted: Wanted
    decision: Decision
    known: TicketFacts | None
    contact: Contact | None
    open_tickets: tuple[Ticket, ...]
    parent: Ticket | None
    queue: Queue
    token: str
    mark: Mark
    line: Lineage
    language: str
    zone: str
    now: datetime
    page: Paged | None = None

    @property
    def is_for_customer(self) -> bool:
        return self.wanted.thread is Thread.CUSTOMER

    @property
    def is_for_colleague(self) -> bool:
        """Whether its reader may see the ticket: neither a customer nor somebody who is asked aside may."""
        return not self.is_for_customer and self.wanted.template is not Template.CONSULTED

    @property
    def is_about_their_mail(self) -> bool:
        """Whether the mail in hand is one of this ticket's, for its reader's eyes: an incident's reports are not."""
        return self.is_for_colleague and (self.known is None or self.known.ticket.incident is None)

    @property
    def is_proved(self) -> bool:
        """Whether the recipient is known to be the one whose mail is answered."""
        sender = self.decision.sender
        return sender is not None and sender.trust is Trust.PROVED and sender.address.lower() == self.wanted.to.lower()

    @property
    def is_thanks_unproved(self) -> bool:
        """Whether it may hold nothing that its recipient's alleged mail said: anybody may have written that."""
        return self.wanted.template in ACKNOWLEDGEMENTS and not self.is_proved and not self.wanted.is_vouched

    @property
    def answered(self) -> tuple[Address, ...]:
        """Who gets a plain answer of an agent."""
        if self.known is None:
            return ()
        ticket = self.known.ticket
        return (*((ticket.requester,) if ticket.requester else ()), *ticket.participants)
