"""What a template may name: every value clean and bounded, and to each reader no more than is theirs."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from maild.composing import markup, notices
from maild.composing.headers import clean, shorten
from maild.composing.instants import written_instants
from maild.composing.mime import Picture, clean_text
from maild.composing.notices import Who, bounded_name
from maild.composing.orders import Order
from maild.composing.pictures import ids_by_call, names_by_call
from maild.composing.sentences import worded
from maild.composing.sheets import language_of
from maild.config import DeskConfig
from maild.marks import reply_address, subject_tag
from maild.model.clocks import Clock, ClockState
from maild.model.decision import AddEntry
from maild.model.digest import Listing
from maild.model.identity import Identity
from maild.model.mail import Address
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import CauseKind, Confidence, EntryKind, Ticket
from maild.rules import Rules, checklist, missing, question

TRACER_LETTERS = 10
_LONGEST_SUBJECT = 150
_QUOTED_LINES, _QUOTED_CHARACTERS = 12, 800
_MOST_OTHERS = 10
_MOST_IN_TIMELINE, _LONGEST_IN_TIMELINE = 80, 100
_TOLD_CHANGES = frozenset({"state", "level", "team", "assignee", "priority"})
_MOST_TICKETS, _LONGEST_OTHER = 5, 40
_LONGEST_ITEM, _LONGEST_REMARK = 240, 500
_MOST_FIELDS, _LONGEST_FIELD = 8, 60
_BRACKETS = str.maketrans("[]\uff3b\uff3d\ufe47\ufe48", "()()()")  # all that compatibility makes brackets of
_BUTTONS = ("take", "unassign", "resolve", "reopen", "note")


class Values:
    """The values of a desk's templates, for one mail at a time."""

    def __init__(self, desk: DeskConfig, rules: Rules) -> None:
        self._desk = desk
        self._rules = rules
        self._written = written_instants()

    def person(self, key: str | None) -> Who | None:
        """Name somebody of the desk."""
        person = self._rules.people.get(key) if key else None
        return None if person is None else Who(bounded_name(person.name), person.addresses[0])

    def of_subject(self, order: Order) -> dict[str, str]:
        """Give what a subject may name; brackets of anybody's become parentheses, so that only ours are a tag."""
        known, queue = order.known, order.queue
        tag = subject_tag(known.ticket.number, self._desk.tag) if known is not None else ""
        if tag and order.wanted.thread is Thread.INTERNAL:
            tag = f"{tag[:-1]} internal]"
        subject = "" if known is None or order.is_thanks_unproved else clean(known.ticket.subject)
        about = order.wanted.about if known is None else ()
        headline = worded(about[0], language_of(order.language)) if about else ""
        return {
            "tag": tag,
            "headline": shorten(_bare(headline), _LONGEST_SUBJECT),
            "subject": shorten(_bare(subject), _LONGEST_SUBJECT),
            "queue_name": _bare(clean(queue.name)),
            "desk_name": _bare(clean(self._desk.name)),
        }

    def of_mail(self, order: Order, subject: Mapping[str, str], pictures: list[Picture]) -> dict[str, object]:
        """Give what a mail may name besides: to customers and the consulted nothing of what colleagues read."""
        wanted = order.wanted
        words = clean_text(wanted.text).strip("\n")
        if wanted.template is Template.ACKNOWLEDGED and not words:
            words = _their_words(order)
        values: dict[str, object] = {
            **_number(order),
            "earlier": wanted.earlier,
            "queue_address": order.queue.address,
            "to": Who("" if order.is_thanks_unproved else bounded_name(wanted.to_name), clean(wanted.to)),
            "by": self._signer(order),
            "words": markup.with_names(words, names_by_call(pictures)),
            "words_html": markup.Prose(words, ids_by_call(pictures)) if words and not order.is_for_colleague else "",
            "about": tuple(worded(line, language_of(order.language)) for line in wanted.about),
            "due": self._due(order),
            "first_aid": self._first_aid(order),
            "questions": () if order.is_thanks_unproved else self._questions(order),
            "is_proved": order.is_proved,
            "is_by_silence": wanted.is_by_silence,
            "page": order.page.address if order.page is not None else "",
            "scale": wanted.scale,
            **self._of_code(order),
            "is_internal": not order.is_for_customer,
            "language": language_of(order.language),
        }
        return values | self._for_colleagues(order, subject) if order.is_for_colleague else values

    def _for_colleagues(self, order: Order, subject: Mapping[str, str]) -> dict[str, object]:
        """Give what only colleagues may read: a customers' mail that names one of these cannot be printed."""
        wanted, known, sender = order.wanted, order.known, order.decision.sender
        answered = order.answered
        values: dict[str, object] = {
            "meaning": wanted.meaning.value,
            "tracer": order.token[:TRACER_LETTERS],
            "clock": wanted.clock.value if wanted.clock is not None else None,
            "late": tuple(each.name.value for each in _running(order) if each.is_late(order.now)),
            "answered": tuple(one for each in answered if (one := notices.who(each)) is not None),
            "consulted": notices.who(wanted.consulted),
            "writer": notices.writer(sender, answered, is_relay=wanted.meaning is Meaning.RELAY)
            if sender and order.is_about_their_mail
            else None,
            "entries": self._entries(order),
            "timeline": tuple(self._timeline(order)),
            "files": notices.shown_files(wanted.attachments),
            "others": tuple(one for each in wanted.others[:_MOST_OTHERS] if (one := notices.who(each)) is not None),
            "addable": tuple(clean(each.address) for each in wanted.others[:_MOST_OTHERS] if self._may_join(each)),
            "mailto": self._links(order, subject) if known is not None else None,
            "company": clean(order.contact.company) if order.contact else "",
            "phone": clean(order.contact.phone) if order.contact else "",
            "other_tickets": self._other_tickets(order),
            "packet": tuple((part.value, clean_text(words).strip("\n")) for part, words in wanted.packet.parts),
            "tickets": tuple(clean(line) for line in wanted.tickets),
            "listings": tuple(self._listing(each, order) for each in wanted.listings),
            "incident": self._parent(order, is_incident=True),
            "part_of": self._parent(order, is_incident=False),
            "is_incident": known is not None and known.ticket.incident is not None,
            "is_sealed": known is not None and known.ticket.confidential is Confidence.SEALED,
        }
        ticket = known.ticket if known is not None else None
        return values | self._of_ticket(ticket, order)

    def _of_ticket(self, ticket: Ticket | None, order: Order) -> dict[str, object]:
        if ticket is None:
            return dict.fromkeys(_OF_TICKET)
        return {
            "requester": notices.who(ticket.requester),
            "state": ticket.state.value,
            "team": clean(ticket.team) if ticket.team else None,
            "assignee": self._name_of(ticket.assignee) if ticket.assignee else None,
            "is_mine": ticket.assignee is not None and ticket.assignee == order.wanted.person,
            "priority": clean(ticket.priority) if ticket.priority else None,
            "category": self._category(ticket.category) if ticket.category else None,
            "fields": tuple(self._fields(ticket)),
            "level": clean(ticket.level) if ticket.level else None,
            **self._procedure(ticket),
            "missing": self._missing(ticket),
            "unverified": self._identity(ticket),
            "verified": clean(Identity.parse(ticket.identity).how),
            "opened": self._written(ticket.created_at, order.zone, order.language),
        }

    def _listing(self, listing: Listing, order: Order) -> notices.ShownListing:
        """Word a part of a report in its reader's language and zone."""
        language = language_of(order.language)
        items = (
            notices.ShownItem(
                words=shorten(worded(each.words, language), _LONGEST_ITEM),
                ticket=each.ticket,
                clock=each.clock.value if each.clock is not None else "",
                at=self._written(each.at, order.zone, order.language) if each.at is not None else "",
                is_late=each.is_late,
                note=shorten(worded(each.note, language), _LONGEST_REMARK) if each.note else "",
            )
            for each in listing.items
        )
        return notices.ShownListing(listing.name, tuple(items), listing.left_out, listing.is_numbered)

    def _procedure(self, ticket: Ticket) -> dict[str, object]:
        """Give the checklist of a ticket, and the pages of its category that help whoever works on it."""
        category = self._rules.categories.get(ticket.category or "")
        items = checklist(category.procedure if category is not None else (), ticket.steps)
        return {
            "checklist": notices.tasks(items),
            "links": tuple(clean(link) for link in category.agent_links) if category is not None else (),
        }

    def _missing(self, ticket: Ticket) -> tuple[str, ...]:
        """Name the fields that must be known and are not, as `#field` takes them."""
        category = self._rules.categories.get(ticket.category or "")
        return tuple(field.key for field in missing(category, dict(ticket.fields), self._rules.fields))

    def _of_code(self, order: Order) -> dict[str, object]:
        """Give what the mail of a code says, and no other: of the matter nothing that whoever asks wrote."""
        wanted, ticket = order.wanted, order.known.ticket if order.known is not None else None
        if not wanted.code or wanted.open_until is None or ticket is None:
            return dict[str, object]()
        category = self._rules.categories.get(ticket.category or "")
        return {
            "code": wanted.code,
            "until": self._written(wanted.open_until, order.zone, order.language),
            "asker": clean(ticket.requester.address) if ticket.requester is not None else "",
            "matter": clean(category.title) if category is not None else "",
        }

    def _identity(self, ticket: Ticket) -> notices.Unverified | None:
        """Say how far it is with who asks, where they must be verified and are not."""
        category = self._rules.categories.get(ticket.category or "")
        identity = Identity.parse(ticket.identity)
        if category is None or category.verify_identity is None or identity.is_verified:
            return None
        contact = self._rules.find_contact(ticket.requester.address) if ticket.requester is not None else None
        verify = contact.verify if contact is not None else ""
        is_shown = verify and "@" not in verify and ticket.confidential is not Confidence.SEALED
        return notices.Unverified(identity.state.value, identity.left, clean(verify) if is_shown else "")

    def _questions(self, order: Order) -> tuple[str, ...]:
        """Give the questions about what must be known of the matter and is not, in the reader's language."""
        ticket = order.known.ticket if order.known is not None else None
        if ticket is None:
            return ()
        category = self._rules.categories.get(ticket.category or "")
        asked = missing(category, dict(ticket.fields), self._rules.fields)
        return tuple(clean(question(field, language_of(order.language))) for field in asked)

    def _first_aid(self, order: Order) -> tuple[str, ...]:
        """Give the pages that may help a customer at once; whoever is not proved learns nothing of the matter."""
        ticket = order.known.ticket if order.known is not None else None
        if ticket is None or order.is_thanks_unproved or ticket.confidential is Confidence.SEALED:
            return ()
        category = self._rules.categories.get(ticket.category or "")
        return tuple(clean(link) for link in category.customer_links) if category is not None else ()

    def _timeline(self, order: Order) -> Iterator[str]:
        """Tell a ticket's history in a line an entry, for whoever looks back on it; of long ones the last."""
        entries = order.known.entries if order.known is not None else ()
        is_wanted = order.wanted.template is Template.POST_ESCALATION_REVIEW
        for entry in entries[-_MOST_IN_TIMELINE:] if is_wanted else ():
            when = self._written(entry.at, order.zone, order.language)
            first = next((line for line in clean_text(entry.text).split("\n") if line.strip()), "")
            changed = ", ".join(f"{each.field} {each.new}" for each in entry.changes if each.field in _TOLD_CHANGES)
            if changed or entry.cause.kind is not CauseKind.RULE:  # what rules set at the beginning is no news
                said = (shorten(clean(first), _LONGEST_IN_TIMELINE), f"({clean(changed)})" if changed else "")
                yield f"{when}  {self._name_of(entry.by)}: {' '.join(each for each in said if each)}"

    def _due(self, order: Order) -> notices.Due:
        """Say by when the customer is answered, told how it goes, and helped: of each clock that runs."""
        due = {each.name: each.due_at for each in _running(order)}
        written = {
            name.value: self._written(at, order.zone, order.language) for name, at in due.items() if at is not None
        }
        return notices.Due(**written)

    def _category(self, key: str) -> str:
        """Name a category as people say it, and as commands call it."""
        known = self._rules.categories.get(key)
        return f"{known.title} ({key})" if known is not None else clean(key)

    def _fields(self, ticket: Ticket) -> Iterator[tuple[str, str]]:
        """Give what was written down of a ticket, each value with its unit: a few, for all are in its history."""
        for name, value in ticket.fields[:_MOST_FIELDS]:
            known = self._rules.fields.get(name)
            unit = f" {known.unit}" if known is not None and known.unit else ""
            yield name, shorten(clean(value), _LONGEST_FIELD) + unit

    def _links(self, order: Order, subject: Mapping[str, str]) -> dict[str, str]:
        """Write the links of the buttons: a mail about this ticket with a command in its subject (RFC 6068)."""
        queue = order.queue.address
        address = reply_address(order.mark, queue) if self._desk.plus_addresses else queue
        ticket = subject_tag(order.known.ticket.number, self._desk.tag) if order.known is not None else ""
        before = f"mailto:{quote(address, safe='@')}?subject={quote(f'{ticket} [', safe='')}"
        after = quote(f"] {subject['subject']}", safe="")
        return {word: f"{before}{word}{after}" for word in _BUTTONS}

    def _may_join(self, who: Address) -> bool:
        """Whether somebody can be added to a ticket: colleagues see it anyway."""
        return self._rules.find_person(who.address) is None

    def _other_tickets(self, order: Order) -> tuple[str, ...]:
        """Name the newest of the requester's other open tickets that everybody may see, and how many more there are."""
        others = [each for each in order.open_tickets if each.number != order.wanted.ticket and self._is_shown(each)]
        named = [f"#{each.number} {shorten(clean(each.subject), _LONGEST_OTHER)}" for each in others[:_MOST_TICKETS]]
        left_out = len(others) - len(named)
        return (*named, *((f"+{left_out}",) if left_out > 0 else ()))

    def _parent(self, order: Order, *, is_incident: bool) -> str:
        """Name the ticket that this one belongs to, if whoever reads this may know of it."""
        parent, known = order.parent, order.known
        if parent is None or known is None or (parent.incident is not None) is not is_incident:
            return ""
        is_beside = parent.queue == known.ticket.queue and parent.confidential is None
        name = f"#{parent.number} {shorten(clean(parent.subject), _LONGEST_OTHER)}"
        return name if is_beside or self._is_shown(parent) else ""

    def _is_shown(self, ticket: Ticket) -> bool:
        queue = self._rules.queues.get(ticket.queue)
        return ticket.confidential is None and queue is not None and queue.visible_to == ("all",)

    def _signer(self, order: Order) -> Who | None:
        """Name whose words a mail holds; to those outside never by their address."""
        person = self.person(order.wanted.by)
        return Who(person.name, "") if person is not None and not order.is_for_colleague else person

    def _name_of(self, by: str) -> str:
        """Name who an entry is by: a person of the desk by their key or address, anybody else as the entry says."""
        person = self.person(by)
        if person is None and (found := self._rules.find_person(by)) is not None:
            person = Who(bounded_name(found.name), "")
        return person.label if person else bounded_name(by)

    def _entries(self, order: Order) -> tuple[notices.Shown, ...]:
        if order.known is None:
            return ()
        outside = {each.address.lower(): bounded_name(each.name) for each in order.answered}
        return notices.shown_entries(
            order.known,
            order.wanted.attachments,
            name_of=lambda by: outside.get(by.lower()) or self._name_of(by),
            when=lambda at: self._written(at, order.zone, order.language),
        )


_OF_TICKET = (
    *("requester", "state", "team", "assignee", "is_mine", "priority", "category", "fields", "level", "opened"),
    *("checklist", "links", "missing", "unverified", "verified"),
)


def _running(order: Order) -> tuple[Clock, ...]:
    clocks = order.known.clocks if order.known is not None else ()
    return tuple(each for each in clocks if each.state is ClockState.RUNNING)


def _number(order: Order) -> Mapping[str, int | None]:
    """Give the ticket's number; what is refused has none, and a sheet that tells it one is wrong."""
    known = order.known
    if order.wanted.template is Template.REFUSED:
        return {}
    return {"number": known.ticket.number if known is not None else None}


def _bare(value: str) -> str:
    return value.translate(_BRACKETS)


def _their_words(order: Order) -> str:
    """Quote a little of the recipient's own words to them, and only if they surely are theirs."""
    if not order.is_proved or order.known is None:
        return ""
    entered = {
        step.n
        for step in order.decision.steps
        if isinstance(step, AddEntry) and step.number == order.wanted.ticket and step.kind is EntryKind.CUSTOMER
    }
    theirs = [entry.text for entry in order.known.entries if entry.n in entered]
    words, left_out = notices.excerpt(theirs[-1], _QUOTED_LINES, _QUOTED_CHARACTERS) if theirs else ("", 0)
    return words + ("\n…" if left_out else "")
