"""A wanted mail becomes finished octets: its words, its place in a conversation, its header fields, its mark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from maild.composing import markup, notices
from maild.composing.examples import EXAMPLE_NOW, EXAMPLE_TOKEN, EXAMPLES
from maild.composing.headers import address_field, clean, ids_field, plain_field, shorten, text_field
from maild.composing.lineage import Lineage, lineage
from maild.composing.mime import Body, Picture, build_body, clean_text, safe_name
from maild.composing.notices import Who, bounded_name
from maild.composing.sheets import Printed, SheetError, Sheets, language_of
from maild.config import DeskConfig
from maild.errors import Problem
from maild.marks import Keyring, Mark, bounce_address, message_id, reply_address, sign, subject_tag
from maild.model.aftermath import ticket_after
from maild.model.decision import AddEntry, Decision, Trust
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address, Attachment
from maild.model.outgoing import ACKNOWLEDGEMENTS, Author, Meaning, OutgoingMail, Template, Thread, Wanted
from maild.model.ticket import EntryKind
from maild.rules import Queue, Rules, default_queue

TRACER_LETTERS = 10
_LONGEST_SUBJECT = 150
_QUOTED_LINES, _QUOTED_CHARACTERS = 12, 800
_SUPPRESSED = "DR, RN, NRN, OOF, AutoReply"
_BRACKETS = str.maketrans("[]\uff3b\uff3d\ufe47\ufe48", "()()()")  # all that compatibility makes brackets of


@dataclass(frozen=True, slots=True)
class _Order:
    """One mail in the making: what is wanted, and all that is known about it."""

    wanted: Wanted
    decision: Decision
    known: TicketFacts | None
    queue: Queue
    token: str
    mark: Mark
    now: datetime

    @property
    def is_for_customer(self) -> bool:
        return self.wanted.thread is Thread.CUSTOMER

    @property
    def is_proved(self) -> bool:
        """Whether the recipient is known to be the one whose mail is answered."""
        sender = self.decision.sender
        return sender is not None and sender.trust is Trust.PROVED and sender.address.lower() == self.wanted.to.lower()

    @property
    def is_thanks_unproved(self) -> bool:
        """Whether it may hold nothing that its recipient's alleged mail said: anybody may have written that."""
        return self.wanted.template in ACKNOWLEDGEMENTS and not self.is_proved

    @property
    def answered(self) -> tuple[Address, ...]:
        """Who gets a plain answer of an agent."""
        if self.known is None:
            return ()
        ticket = self.known.ticket
        return (*((ticket.requester,) if ticket.requester else ()), *ticket.participants)


class Composer:
    """Writes every mail of the desk. Pure: the token and the clock are the caller's."""

    def __init__(self, desk: DeskConfig, rules: Rules, keyring: Keyring, overrides: Mapping[str, str]) -> None:
        self._desk = desk
        self._rules = rules
        self._keyring = keyring
        self._sheets = Sheets(overrides, desk.locale)
        self._zone = ZoneInfo(desk.timezone)

    def compose(self, wanted: Wanted, decision: Decision, facts: Facts, token: str, now: datetime) -> OutgoingMail:
        """Write one mail to one recipient, about the ticket as it stands once the decision is carried out.

        Raises SheetError for a template that cannot be printed, KeyError for a ticket that nobody knows.
        """
        known = None if wanted.ticket is None else ticket_after(decision, facts, wanted.ticket, now)
        language = known.ticket.language if known is not None and wanted.thread is Thread.CUSTOMER else None
        return self._write(wanted, decision, known, token, now, language=language or self._desk.locale)

    def check(self) -> tuple[Problem, ...]:
        """Try every template in every language with an example; return what is wrong with each."""
        problems = [
            Problem(name, 1, 1, "templates", "unknown template" + (f". Did you mean '{near}'?" if near else ""))
            for name, near in self._sheets.strange_names().items()
        ]
        for language in self._sheets.languages():
            for wanted, decision in EXAMPLES:
                known = None if wanted.ticket is None else ticket_after(decision, Facts(0), wanted.ticket, EXAMPLE_NOW)
                try:
                    self._write(wanted, decision, known, EXAMPLE_TOKEN, EXAMPLE_NOW, language=language)
                except SheetError as error:
                    problems.append(Problem(error.name, error.line, 1, "templates", error.what))
        return tuple(sorted(set(problems)))

    def _write(
        self, wanted: Wanted, decision: Decision, known: TicketFacts | None, token: str, now: datetime, *, language: str
    ) -> OutgoingMail:
        queue = self._queue_of(known)
        order = _Order(wanted, decision, known, queue, token, sign(token, wanted.to, self._keyring), now)
        domain = queue.address.rpartition("@")[2]
        line = lineage(wanted, decision, known, token, keyring=self._keyring, domain=domain)
        pictures, files = _split(wanted, domain)
        printed = self._print(order, pictures, language)
        body = build_body(printed.text, printed.html, pictures, files)
        headers = b"".join(self._fields(order, printed.subject, line, body))
        due_at = now + wanted.delay
        return OutgoingMail(
            token=token,
            ticket=wanted.ticket,
            recipient=wanted.to,
            envelope_from=self._envelope_from(order),
            message_id=message_id(order.mark, domain),
            root=line.root,
            template=wanted.template,
            person=wanted.person,
            thread=wanted.thread,
            meaning=wanted.meaning,
            seen=known.last_n if known else 0,
            draft=wanted.draft,
            relay=queue.relay,
            subject=printed.subject,
            headers=headers,
            body=body.content,
            ours=printed.ours,
            quoted=printed.quoted,
            due_at=due_at,
            expires_at=due_at + wanted.expires_in,
        )

    def _envelope_from(self, order: _Order) -> str:
        """Choose where a bounce goes: to nobody, of what answers somebody who never proved to be who they say."""
        address = order.queue.address
        if self._desk.null_sender and order.wanted.template is Template.ACKNOWLEDGED_MINIMAL:
            return ""
        return bounce_address(order.mark, address) if self._desk.plus_addresses else address

    def _queue_of(self, known: TicketFacts | None) -> Queue:
        queues = self._rules.queues
        if known is not None and known.ticket.queue in queues:
            return queues[known.ticket.queue]
        return next(iter(queues.values()), None) or default_queue(self._desk)

    def _fields(self, order: _Order, subject: str, line: Lineage, body: Body) -> Iterator[bytes]:
        wanted, queue = order.wanted, order.queue
        yield address_field("From", self._from_name(order), queue.address)
        yield address_field("To", "" if order.is_thanks_unproved else wanted.to_name, wanted.to)
        yield text_field("Subject", subject)
        yield _date_field(order.now)
        yield ids_field("Message-ID", [message_id(order.mark, queue.address.rpartition("@")[2])])
        if line.in_reply_to is not None:
            yield ids_field("In-Reply-To", [line.in_reply_to])
        yield ids_field("References", line.references)
        if self._desk.plus_addresses:
            yield address_field("Reply-To", queue.name, reply_address(order.mark, queue.address))
        if wanted.author is not Author.PERSON:
            yield plain_field("Auto-Submitted", wanted.author.value)
            yield plain_field("X-Auto-Response-Suppress", _SUPPRESSED)
        yield plain_field("MIME-Version", "1.0")
        yield body.fields
        yield b"\r\n"

    def _from_name(self, order: _Order) -> str:
        desk = order.queue.name
        person = self._person(order.wanted.by)
        sender = order.decision.sender
        if order.wanted.template is Template.REPLY and person is not None:
            return f"{person.name} ({desk})"
        if order.wanted.template is Template.AGENT_NOTICE and sender is not None and not order.is_for_customer:
            # Not the whole address: a name that looks like another sender's address is taken for a forgery.
            return f"{bounded_name(sender.name) or sender.address.partition('@')[0]} via {desk}"
        return desk

    def _person(self, key: str | None) -> Who | None:
        person = self._rules.people.get(key) if key else None
        return None if person is None else Who(bounded_name(person.name), person.addresses[0])

    def _signer(self, order: _Order) -> Who | None:
        """Name whose words a mail holds; to a customer never by their address."""
        person = self._person(order.wanted.by)
        return Who(person.name, "") if person is not None and order.is_for_customer else person

    def _name_of(self, by: str) -> str:
        """Name who an entry is by: a person of the desk by their key or address, anybody else as the entry says."""
        person = self._person(by)
        if person is None and (found := self._rules.find_person(by)) is not None:
            person = Who(bounded_name(found.name), "")
        return person.label if person else bounded_name(by)

    def _print(self, order: _Order, pictures: list[Picture], language: str) -> Printed:
        subject = self._subject_values(order)
        values = {**subject, **self._values(order, pictures), "language": language_of(language)}
        if not order.is_for_customer:
            values |= self._colleagues_values(order)
        return self._sheets.render(order.wanted.template.value, language, values, subject)

    def _subject_values(self, order: _Order) -> dict[str, str]:
        """Give what a subject may name; brackets of anybody's become parentheses, so that only ours are a tag."""
        known, queue = order.known, order.queue
        tag = subject_tag(known.ticket.number, self._desk.tag) if known is not None else ""
        if tag and order.wanted.thread is Thread.INTERNAL:
            tag = f"{tag[:-1]} internal]"
        subject = "" if known is None or order.is_thanks_unproved else clean(known.ticket.subject)
        headline = order.wanted.about[0] if known is None and order.wanted.about else ""
        return {
            "tag": tag,
            "headline": shorten(_bare(clean(headline)), _LONGEST_SUBJECT),
            "subject": shorten(_bare(subject), _LONGEST_SUBJECT),
            "queue_name": _bare(clean(queue.name)),
            "desk_name": _bare(clean(self._desk.name)),
        }

    def _values(self, order: _Order, pictures: list[Picture]) -> dict[str, object]:
        wanted, known = order.wanted, order.known
        words = clean_text(wanted.text).strip("\n")
        if wanted.template is Template.ACKNOWLEDGED and not words:
            words = _their_words(order)
        return {
            "number": known.ticket.number if known is not None else None,
            "queue_address": order.queue.address,
            "to": Who("" if order.is_thanks_unproved else bounded_name(wanted.to_name), clean(wanted.to)),
            "by": self._signer(order),
            "words": markup.with_names(words, _names(pictures)),
            "words_html": markup.Prose(words, _by_placeholder(pictures)) if words and order.is_for_customer else "",
            "about": tuple(clean(line) for line in wanted.about),
            "is_proved": order.is_proved,
            "is_internal": not order.is_for_customer,
        }

    def _colleagues_values(self, order: _Order) -> dict[str, object]:
        """Give what only colleagues may read: a customers' mail that names one of these cannot be printed."""
        wanted, known, sender = order.wanted, order.known, order.decision.sender
        is_relay = wanted.meaning is Meaning.RELAY
        ticket = known.ticket if known else None
        answered = order.answered
        return {
            "meaning": wanted.meaning.value,
            "tracer": order.token[:TRACER_LETTERS],
            "answered": tuple(one for each in answered if (one := notices.who(each)) is not None),
            "requester": notices.who(ticket.requester) if ticket else None,
            "state": ticket.state.value if ticket else None,
            "team": clean(ticket.team) if ticket and ticket.team else None,
            "assignee": self._name_of(ticket.assignee) if ticket and ticket.assignee else None,
            "writer": notices.writer(sender, answered, is_relay=is_relay) if sender else None,
            "entries": self._entries(order),
            "files": notices.shown_files(wanted.attachments),
        }

    def _entries(self, order: _Order) -> tuple[notices.Shown, ...]:
        if order.known is None:
            return ()
        outside = {each.address.lower(): bounded_name(each.name) for each in order.answered}

        def name_of(by: str) -> str:
            return outside.get(by.lower()) or self._name_of(by)

        return notices.shown_entries(order.known, order.wanted.attachments, name_of, self._zone)


@lru_cache(maxsize=8)
def _date_field(now: datetime) -> bytes:
    """Write Date; the mails of a batch are of one instant."""
    return plain_field("Date", format_datetime(now))


def _bare(value: str) -> str:
    return value.translate(_BRACKETS)


def _their_words(order: _Order) -> str:
    """Quote a little of the recipient's own words to them, and only if they surely are theirs."""
    if not order.is_proved:
        return ""
    theirs = [
        step.text
        for step in order.decision.steps
        if isinstance(step, AddEntry) and step.number == order.wanted.ticket and step.kind is EntryKind.CUSTOMER
    ]
    words, left_out = notices.excerpt(theirs[-1], _QUOTED_LINES, _QUOTED_CHARACTERS) if theirs else ("", 0)
    return words + ("\n…" if left_out else "")


def _split(wanted: Wanted, domain: str) -> tuple[list[Picture], list[Attachment]]:
    """Part the pictures that a relay's words show in their place from all that is only attached."""
    pictures: list[Picture] = []
    named = markup.placeholders(wanted.text) if wanted.template is Template.REPLY else frozenset()
    for each in wanted.attachments:
        if each.is_inline and each.type.lower().startswith("image/") and not named.isdisjoint(_calls(each)):
            # Their own Content-ID names the writer's host and client.
            pictures.append(Picture(f"{each.sha256[:24]}.{len(pictures)}@{domain}", each))
    shown = frozenset(picture.attachment.sha256 for picture in pictures)
    return pictures, [each for each in wanted.attachments if each.sha256 not in shown]


def _calls(attachment: Attachment) -> frozenset[str]:
    """Name what a placeholder may call a picture, in lower case."""
    content_id = (attachment.content_id or "").strip().strip("<>")
    return frozenset({content_id.lower(), attachment.name.strip().lower()} - {""})


def _by_placeholder(pictures: list[Picture]) -> dict[str, str]:
    return {call: picture.content_id for picture in pictures for call in _calls(picture.attachment)}


def _names(pictures: list[Picture]) -> dict[str, str]:
    return {call: safe_name(picture.attachment.name) for picture in pictures for call in _calls(picture.attachment)}
