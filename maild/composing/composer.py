"""A wanted mail becomes finished octets: its words, its place in a conversation, its header fields, its mark."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from maild.composing.examples import EXAMPLE_FACTS, EXAMPLE_NOW, EXAMPLE_TOKEN, EXAMPLES
from maild.composing.headers import address_field, ids_field, plain_field, text_field
from maild.composing.lineage import lineage
from maild.composing.mime import Body, Encoder, Picture, build_body
from maild.composing.notices import bounded_name
from maild.composing.orders import Order, masked, masked_ticket, seal
from maild.composing.paging import page_of
from maild.composing.pictures import split_files
from maild.composing.sheets import Printed, SheetError, Sheets, language_of
from maild.composing.values import Values
from maild.config import DeskConfig
from maild.errors import Problem
from maild.marks import Keyring, bounce_address, message_id, reply_address, sign
from maild.model.aftermath import ticket_after
from maild.model.clocks import ClockName
from maild.model.decision import Decision, OpenTicket
from maild.model.facts import Facts, TicketFacts
from maild.model.outgoing import Author, OutgoingMail, Template, Thread, Wanted
from maild.model.ticket import Contact, Ticket
from maild.rules import WALL_TIME, Calendar, Queue, Rule, Rules, default_queue, opening, there, without_quiet
from maild.rules.effects import Refuse, UseTemplate

_MOST_ROUNDS = 8  # until a time is found that is both working time and not quiet
_SUPPRESSED = "DR, RN, NRN, OOF, AutoReply"


class Composer:
    """Writes every mail of the desk. Pure: the token and the clock are the caller's.

    `site` is where the desk's pages are reached; None: no mail links to one.
    """

    def __init__(
        self, desk: DeskConfig, rules: Rules, keyring: Keyring, overrides: Mapping[str, str], site: str | None = None
    ) -> None:
        self._desk = desk
        self._rules = rules
        self._keyring = keyring
        self._site = site
        self._sheets = Sheets(overrides, desk.locale)
        self._languages = frozenset(self._sheets.languages())
        self._values = Values(desk, rules)

    def compose(
        self, wanted: Wanted, decision: Decision, facts: Facts, token: str, now: datetime, *, encoder: Encoder
    ) -> OutgoingMail:
        """Write one mail to one recipient, about the ticket as it stands once the decision is carried out.

        The mails of one decision share an `encoder`. Raises SheetError for a template that cannot be printed, KeyError
        for a ticket that nobody knows.
        """
        known = None if wanted.ticket is None else ticket_after(decision, facts, wanted.ticket, now)
        return self._write(self._order(wanted, decision, facts, known, token, now), encoder)

    def check(self) -> tuple[Problem, ...]:
        """Try every template in every language with an example; return what is wrong with each."""
        named = {sheet for _, sheet, _ in self._named_by_rules()}
        problems = [
            Problem(name, 1, 1, "templates", what)
            for name, what in self._sheets.strange_names(self._rules.queues, self._rules.categories, named)
        ]
        for queue, category in self._sheets.places():
            for language in self._sheets.languages():
                problems += self._try_examples(language, queue, category)
        return tuple(sorted(set(problems)))

    def doubts(self) -> tuple[Problem, ...]:
        """Say in which languages a sheet that a rule names is not written: its readers get it in another one."""
        languages = self._sheets.languages()
        doubts = []
        for _, sheet, rule in self._named_by_rules():
            missing = [one for one in languages if self._sheets.find_language(sheet, one) != one]
            if missing and len(missing) < len(languages):
                what = f"there is no sheet {sheet} in {', '.join(missing)}: who reads that gets it in another language"
                place = rule.place
                doubts.append(Problem(place.file, place.line, place.column, f"rules.{rule.name}.then", what))
        return tuple(sorted(set(doubts)))

    def _named_by_rules(self) -> Iterator[tuple[Template, str, Rule]]:
        """Give every sheet that rules name, with the mail that it is for."""
        for rule in self._rules.rules:
            for effect in rule.then:
                match effect:
                    case UseTemplate(template, instead):
                        yield Template(template), instead, rule
                    case Refuse(template):
                        yield Template.REFUSED, template, rule
                    case _:
                        pass

    def _examples(self) -> Iterator[tuple[Wanted, Decision]]:
        yield from EXAMPLES
        named = {(template, sheet) for template, sheet, _ in self._named_by_rules()}
        for template, sheet in sorted(named):
            yield from (
                (replace(wanted, sheet=sheet), decision) for wanted, decision in EXAMPLES if wanted.template is template
            )

    def _try_examples(self, language: str, queue: str, category: str | None) -> Iterator[Problem]:
        for wanted, decision in self._examples():
            known = None if wanted.ticket is None else ticket_after(decision, Facts(0), wanted.ticket, EXAMPLE_NOW)
            if known is not None and (queue or category):
                ticket = replace(known.ticket, queue=queue or known.ticket.queue, category=category)
                known = replace(known, ticket=ticket)
            order = self._order(wanted, decision, EXAMPLE_FACTS, known, EXAMPLE_TOKEN, EXAMPLE_NOW)
            try:
                self._write(replace(order, language=language), Encoder())
            except SheetError as error:
                yield Problem(error.name, error.line, 1, "templates", error.what)

    def _order(  # noqa: PLR0917 - all that a mail comes from
        self, wanted: Wanted, decision: Decision, facts: Facts, known: TicketFacts | None, token: str, now: datetime
    ) -> Order:
        wanted, known = masked(*seal(wanted, known), self._rules.scrub)
        queue = self._queue_of(known, wanted)
        requester = known.ticket.requester if known is not None else None
        address = requester.address.lower() if requester is not None else ""
        contact = self._rules.contact_of(address, facts.contacts.get(address))
        domain = queue.address.rpartition("@")[2]
        parent = _parent_of(known, decision, facts, now)
        return Order(
            wanted=wanted,
            decision=decision,
            known=known,
            contact=contact,
            open_tickets=tuple(masked_ticket(each, self._rules.scrub) for each in facts.open_tickets.get(address, ())),
            parent=masked_ticket(parent, self._rules.scrub) if parent is not None else None,
            queue=queue,
            token=token,
            mark=sign(token, wanted.to, self._keyring),
            line=lineage(wanted, decision, known, token, keyring=self._keyring, domain=domain),
            language=self._language_of(wanted, known, contact, queue),
            zone=self._zone_of(wanted, contact),
            now=now,
            page=page_of(wanted, token, now, site=self._site, keyring=self._keyring),
        )

    def _language_of(self, wanted: Wanted, known: TicketFacts | None, contact: Contact | None, queue: Queue) -> str:
        """Choose a mail's language: the ticket's, contact's or queue's, to a colleague their own; else the desk's."""
        if wanted.thread is Thread.CUSTOMER:
            of_ticket = known.ticket.language if known is not None else wanted.language
            chosen = of_ticket or (contact.language if contact is not None else None) or queue.language
        else:
            person = self._rules.people.get(wanted.person) if wanted.person else None
            chosen = person.language if person is not None else None
        # The desk's own locale says more than a language: how its country writes dates.
        if chosen is None or chosen == language_of(self._desk.locale) or language_of(chosen) not in self._languages:
            return self._desk.locale
        return chosen

    def _zone_of(self, wanted: Wanted, contact: Contact | None) -> str:
        who = contact if wanted.person is None else self._rules.people.get(wanted.person)
        return (who.timezone if who is not None else None) or self._desk.timezone

    def _write(self, order: Order, encoder: Encoder) -> OutgoingMail:
        wanted, queue, known = order.wanted, order.queue, order.known
        domain = queue.address.rpartition("@")[2]
        pictures, files = split_files(wanted, domain)
        printed = self._print(order, pictures)
        body = build_body(printed.text, printed.html, pictures, files, encoder)
        headers = b"".join(self._fields(order, printed.subject, body))
        due_at = self._due_at(order)
        return OutgoingMail(
            token=order.token,
            ticket=wanted.ticket,
            recipient=wanted.to,
            envelope_from=self._envelope_from(order),
            message_id=message_id(order.mark, domain),
            root=order.line.root,
            template=wanted.template,
            sheet=wanted.sheet,
            is_capped=wanted.is_capped,
            listed=wanted.listed,
            link=order.page.link if order.page is not None else None,
            person=wanted.person,
            thread=wanted.thread,
            meaning=wanted.meaning,
            seen=known.last_n if known else 0,
            draft=wanted.draft,
            relay=queue.relay,
            subject=printed.subject,
            headers=headers,
            pieces=body.pieces,
            ours="" if wanted.code else printed.ours,
            quoted="" if wanted.code else printed.quoted,
            due_at=due_at,
            expires_at=due_at + wanted.expires_in,
        )

    def _due_at(self, order: Order) -> datetime:
        """Say when a mail may leave: after its delay, in its reader's hours, and when they do not want quiet."""
        due_at = order.now + order.wanted.delay
        times = tuple(self._times(order))
        for _ in range(_MOST_ROUNDS):
            due_at, before = max((opening(each, due_at) for each in times), default=due_at), due_at
            if due_at == before:
                break
        return due_at

    def _times(self, order: Order) -> Iterator[Calendar]:
        wanted, person = order.wanted, self._rules.people.get(order.wanted.person or "")
        zone = person.timezone if person is not None else order.contact.timezone if order.contact is not None else None
        if wanted.hours is not None:
            yield there(self._rules.calendars.get(wanted.hours, WALL_TIME), zone or None)
        ticket, sender = order.known.ticket if order.known is not None else None, order.decision.sender
        is_theirs = sender is not None and sender.person is not None and sender.person == wanted.person
        if person is None or person.quiet is None or ticket is None or is_theirs:
            return
        if ticket.priority not in person.at_any_hour:
            yield without_quiet(person.quiet, order.zone)

    def _envelope_from(self, order: Order) -> str:
        """Choose where a bounce goes: to nobody, of what answers somebody who never proved to be who they say."""
        address = order.queue.address
        if self._desk.null_sender and order.wanted.template is Template.ACKNOWLEDGED_MINIMAL:
            return ""
        return bounce_address(order.mark, address) if self._desk.plus_addresses else address

    def _print(self, order: Order, pictures: list[Picture]) -> Printed:
        subject = self._values.of_subject(order)
        values = {**subject, **self._values.of_mail(order, subject, pictures), "preview": self._preview(order)}
        ticket = order.known.ticket if order.known is not None else None
        return self._sheets.render(
            order.wanted.name,
            order.language,
            values,
            subject,
            queue=order.queue.key,
            category=ticket.category if ticket is not None else None,
            is_internal=not order.is_for_customer,
        )

    def _preview(self, order: Order) -> str:
        """Print the status update that a draft without words comes to, as its customer reads it."""
        wanted, known = order.wanted, order.known
        requester = known.ticket.requester if known is not None else None
        if (
            wanted.template is not Template.DRAFT
            or wanted.clock is not ClockName.UPDATE
            or known is None
            or not requester
        ):
            return ""
        update = replace(
            wanted,
            template=Template.STATUS_UPDATE,
            to=requester.address,
            to_name=requester.name,
            person=None,
            thread=Thread.CUSTOMER,
            clock=None,
        )
        # When the next word is due is said once it goes out.
        bare = replace(known, clocks=())
        language = self._language_of(update, known, order.contact, order.queue)
        printed = self._print(replace(order, wanted=update, known=bare, language=language), [])
        return printed.text.strip("\n")

    def _queue_of(self, known: TicketFacts | None, wanted: Wanted) -> Queue:
        queues = self._rules.queues
        key = known.ticket.queue if known is not None else wanted.queue
        if key in queues:
            return queues[key]
        return next(iter(queues.values()), None) or default_queue(self._desk)

    def _fields(self, order: Order, subject: str, body: Body) -> Iterator[bytes]:
        wanted, queue, line = order.wanted, order.queue, order.line
        yield address_field("From", self._from_name(order), queue.address)
        yield address_field("To", "" if order.is_thanks_unproved else wanted.to_name, wanted.to)
        yield text_field("Subject", subject)
        yield _date_field(order.now)
        yield ids_field("Message-ID", [message_id(order.mark, queue.address.rpartition("@")[2])])
        if line.in_reply_to is not None:
            yield ids_field("In-Reply-To", [line.in_reply_to])
        yield ids_field("References", line.references)
        if line.conversation is not None:
            if line.conversation.topic:
                yield text_field("Thread-Topic", line.conversation.topic)
            yield plain_field("Thread-Index", line.conversation.index)
        if self._desk.plus_addresses:
            yield address_field("Reply-To", queue.name, reply_address(order.mark, queue.address))
        if wanted.author is not Author.PERSON:
            yield plain_field("Auto-Submitted", wanted.author.value)
            yield plain_field("X-Auto-Response-Suppress", _SUPPRESSED)
        yield plain_field("MIME-Version", "1.0")
        yield body.fields
        yield b"\r\n"

    def _from_name(self, order: Order) -> str:
        desk = order.queue.name
        person = self._values.person(order.wanted.by)
        sender = order.decision.sender
        if order.wanted.author is Author.PERSON and person is not None:
            return f"{person.name} ({desk})"
        if order.wanted.template is Template.AGENT_NOTICE and sender is not None and order.is_about_their_mail:
            # Not the whole address: a name that looks like another sender's address is taken for a forgery.
            return f"{bounded_name(sender.name) or sender.address.partition('@')[0]} via {desk}"
        return desk


def _parent_of(known: TicketFacts | None, decision: Decision, facts: Facts, now: datetime) -> Ticket | None:
    number = known.ticket.parent if known is not None else None
    opened = {step.number for step in decision.steps if isinstance(step, OpenTicket)}
    if number is None or (number not in facts.tickets and number not in opened):
        return None
    return ticket_after(decision, facts, number, now).ticket


@lru_cache(maxsize=8)
def _date_field(now: datetime) -> bytes:
    """Write Date; the mails of a batch are of one instant."""
    return plain_field("Date", format_datetime(now))
