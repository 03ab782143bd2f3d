"""The store's answer to Questions: set-wise for a batch, at a cost that does not grow with the store."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, func, select

from maild.model.decision import OutcomeKind
from maild.model.facts import (
    Draft,
    EarlierArrival,
    Facts,
    IssuedMail,
    KeyedTicket,
    KnownId,
    Questions,
    Rate,
    TicketFacts,
    Want,
)
from maild.model.occasion import DeskFacts
from maild.model.outgoing import Template
from maild.model.pausing import PauseKind
from maild.model.rates import RateQuestion
from maild.model.reports import ReportFacts, ReportQuestion
from maild.model.search import Search
from maild.model.ticket import Contact, Ticket
from maild.store.acknowledgements import Counting, count_questions, read_surveys
from maild.store.deskwork import find_blocked, read_desk, read_desk_events, read_held, read_listed
from maild.store.dialect import in_chunks
from maild.store.drafts import read_drafts
from maild.store.figures import read_reports
from maild.store.issued import ISSUED, issued_mail
from maild.store.matters import read_matters
from maild.store.pauses import is_paused
from maild.store.people import read_absences, read_contacts, read_loads, read_open_tickets
from maild.store.rates import read_rates
from maild.store.searching import search_tickets
from maild.store.snapshot import Snapshot
from maild.store.tables import (
    arrival,
    mail_id,
    outgoing_mail,
    sender_proof,
    ticket,
    ticket_key,
)

_LARGEST = 2**63 - 1  # of what a database can be asked for; a subject may hold any number
PROOF_LASTS = timedelta(days=90)
REPEATED_WITHIN = timedelta(minutes=10)
_NOTHING_SEEN = 2**31  # no mail of ours says from where on the history is needed: the latest entries do


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Id:
    """A known id, and the content that carried it."""

    known: KnownId
    fingerprint: str | None


class Answering(Snapshot):
    """Answering what deciding must know."""

    def answer(self, questions: Sequence[Questions], now: datetime) -> list[Facts]:
        """Answer each of the questions, in the same order."""
        asks = self._ask(questions)
        rest = self._rest(asks, _tickets(self._connection, asks), now)
        rates = read_rates(self._connection, questions, now)
        return [rest.facts_for(ask, counts) for ask, counts in zip(asks, rates, strict=True)]

    def _ask(self, questions: Sequence[Questions]) -> list["_Ask"]:
        connection = self._connection
        issued = _issued(connection, {token for asked in questions for token in asked.tokens})
        known = _known(connection, {one for asked in questions for one in asked.ids})
        earlier = _earlier(connection, {asked.fingerprint for asked in questions if asked.fingerprint})
        keyed = _keyed(connection, {key for asked in questions for key in asked.keys})
        incidents = _incidents(connection) if any(Want.INCIDENTS in asked.wants for asked in questions) else {}
        return [_Ask.of(asked, issued, known, earlier, keyed, incidents) for asked in questions]

    def _rest(self, asks: Sequence["_Ask"], tickets: Mapping[int, TicketFacts], now: datetime) -> "_Rest":
        connection, questions = self._connection, [ask.asked for ask in asks]
        senders = {asked.sender for asked in questions if asked.sender}
        counted = senders | {one for asked in questions for one in asked.requesters}
        counted |= {one for ask in asks for one in _outsiders(ask, tickets)}
        people = counted | {one for asked in questions for one in asked.contacts}
        people |= {one.ticket.requester.address for one in tickets.values() if one.ticket.requester}
        return _Rest(
            next_number=self._next_number(),
            tickets=tickets,
            drafts=read_drafts(connection, {name for ask in asks for name in ask.drafts}),
            counting=Counting(connection, counted, now),
            proved=frozenset(_proved(connection, senders, now - PROOF_LASTS)),
            absences=read_absences(connection, now),
            contacts=read_contacts(connection, people),
            open_tickets=read_open_tickets(connection, people),
            listings={it: search_tickets(connection, it, now) for asked in questions for it in asked.searches},
            reports=read_reports(connection, {it for asked in questions for it in asked.reports}, now),
            loads=read_loads(connection, {person for asked in questions for person in asked.people}),
            are_rules_resting=is_paused(connection, PauseKind.RULES),
            repeats=_repeats(connection, {asked.gist for asked in questions if asked.gist}, now - REPEATED_WITHIN),
            desks={ask.asked: _desk_of(connection, ask, now) for ask in asks},
            blocked=find_blocked(connection, senders),
            surveys=read_surveys(
                connection, (one for ask in asks if Want.SURVEYS in ask.asked.wants for one in _outsiders(ask, tickets))
            ),
            questioned=count_questions(connection, {asked.person for asked in questions if asked.person}, now),
        )

    def _next_number(self) -> int:
        highest: int | None = self._connection.execute(select(func.max(ticket.c.number))).scalar_one()
        return self._first_number if highest is None else max(highest + 1, self._first_number)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One question with the first half of its answer, which says what the second half is about."""

    asked: Questions
    issued: Mapping[str, IssuedMail]
    known: Mapping[str, tuple[_Id, ...]]
    duplicate: EarlierArrival | None
    keyed: Mapping[str, KeyedTicket]
    incidents: Mapping[str, int] | None

    @classmethod
    def of(  # noqa: PLR0917 - each half of an answer
        cls,
        asked: Questions,
        issued: Mapping[str, IssuedMail],
        known: Mapping[str, tuple[_Id, ...]],
        earlier: Mapping[str, Sequence[EarlierArrival]],
        keyed: Mapping[tuple[str, str], KeyedTicket],
        incidents: Mapping[str, int],
    ) -> "_Ask":
        owner = asked.sender.lower()
        before = [one for one in earlier.get(asked.fingerprint, ()) if one.id != asked.arrival]
        return cls(
            asked,
            {token: issued[token] for token in asked.tokens if token in issued},
            {one: known[one] for one in asked.ids if one in known},
            before[0] if before else None,
            {key: keyed[key, owner] for key in asked.keys if (key, owner) in keyed},
            incidents if Want.INCIDENTS in asked.wants else None,
        )

    @property
    def numbers(self) -> frozenset[int]:
        """Every ticket that the message may be about."""
        named = [*self.asked.numbers, *(mail.ticket for mail in self.issued.values())]
        named += [it.known.ticket for ids in self.known.values() for it in ids]
        named += [self.duplicate.ticket] if self.duplicate else []
        named += [*(one.ticket for one in self.keyed.values()), *(self.incidents or {}).values()]
        return frozenset(number for number in named if number is not None and number <= _LARGEST)

    @property
    def drafts(self) -> frozenset[str]:
        return frozenset((*self.asked.drafts, *(mail.draft for mail in self.issued.values() if mail.draft)))

    def has_other_body(self) -> bool:
        """Say whether the message's own id was carried by another content before."""
        own = self.known.get(self.asked.message_id or "", ())
        return any(it.fingerprint not in {None, self.asked.fingerprint} for it in own)


@dataclass(frozen=True, slots=True)
class _Rest:
    """What all questions of a round have in common, and the other half of each one's answer is taken from."""

    next_number: int
    tickets: Mapping[int, TicketFacts]
    drafts: Mapping[str, Draft]
    counting: Counting
    proved: frozenset[str]
    absences: Mapping[str, datetime]
    contacts: Mapping[str, Contact]
    open_tickets: Mapping[str, tuple[Ticket, ...]]
    listings: Mapping[Search, tuple[Ticket, ...]]
    reports: Mapping[ReportQuestion, ReportFacts]
    loads: Mapping[str, int]
    are_rules_resting: bool
    repeats: Mapping[str, int]
    questioned: Mapping[str, int]
    desks: Mapping[Questions, DeskFacts]
    blocked: frozenset[str]
    surveys: Mapping[str, tuple[datetime, ...]]

    def facts_for(self, ask: _Ask, rates: Mapping[RateQuestion, Rate]) -> Facts:
        """Put an answer together."""
        asked, tickets = ask.asked, self.tickets
        requesters = (*asked.requesters, *_outsiders(ask, tickets))
        return Facts(
            next_number=self.next_number,
            duplicate=ask.duplicate,
            issued=ask.issued,
            known={one: tuple(it.known for it in ids) for one, ids in ask.known.items()},
            tickets=_about(ask, tickets),
            drafts={name: self.drafts[name] for name in ask.drafts if name in self.drafts},
            acknowledgements=self.counting.counts_of(asked.sender),
            was_proved_lately=asked.sender.lower() in self.proved,
            same_id_other_body=ask.has_other_body(),
            absences=self.absences,
            contacts=_of(ask, tickets, self.contacts),
            open_tickets=_of(ask, tickets, self.open_tickets),
            listings={it: self.listings[it] for it in asked.searches},
            reports={it: self.reports[it] for it in asked.reports if it in self.reports},
            loads={person: self.loads[person] for person in asked.people},
            are_rules_resting=self.are_rules_resting,
            repeats=self.repeats.get(asked.gist, 0),
            asked_lately=self.questioned.get(asked.person or "", 0),
            keyed=ask.keyed,
            rates=rates,
            requesters={one.lower(): self.counting.counts_of(one) for one in requesters},
            incidents=ask.incidents,
            desk=self.desks[asked],
            is_blocked=asked.sender.lower() in self.blocked,
            surveys=self.surveys,
        )


def _desk_of(connection: Connection, ask: _Ask, now: datetime) -> DeskFacts:
    """Read what an occasion looks at, or what an answer to its mail is about."""
    asked = ask.asked
    if asked.occasion is not None:
        return read_desk(connection, asked.occasion, asked.wants, now)
    listed = {what for mail in ask.issued.values() if mail.template is Template.HANDOVER for what in mail.listed}
    return DeskFacts(
        held=read_held(connection) if Want.HELD in asked.wants else (),
        events=read_desk_events(connection, listed) if listed else (),
    )


def _issued(connection: Connection, tokens: Iterable[str]) -> dict[str, IssuedMail]:
    found = {}
    for some in in_chunks(tokens):
        for row in connection.execute(select(*ISSUED).where(outgoing_mail.c.token.in_(some))):
            found[row.token] = issued_mail(row)
        for token, things in read_listed(connection, some).items():
            found[token] = replace(found[token], listed=things)
    return found


def _known(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[_Id, ...]]:
    found: defaultdict[str, tuple[_Id, ...]] = defaultdict(tuple)
    for some in in_chunks(ids):
        rows = (
            select(mail_id, arrival.c.fingerprint)
            .outerjoin(arrival, arrival.c.id == mail_id.c.arrival)
            .where(mail_id.c.message_id.in_(some))
        )
        for row in connection.execute(rows.order_by(mail_id.c.id)):
            known = KnownId(row.message_id, row.ticket, row.is_reference, frozenset(row.addresses))
            # Who merely referenced an id says nothing about the body that carries it.
            found[row.message_id] += (_Id(known, None if row.is_reference else row.fingerprint),)
    return found


def _earlier(connection: Connection, fingerprints: Iterable[str]) -> dict[str, list[EarlierArrival]]:
    """Give the first arrivals of each content that ended as something else than a duplicate."""
    originals = [OutcomeKind.ENTRY.value, OutcomeKind.DESK.value, OutcomeKind.HELD.value]
    found: defaultdict[str, list[EarlierArrival]] = defaultdict(list)
    for some in in_chunks(fingerprints):
        rows = select(arrival.c.fingerprint, arrival.c.id, arrival.c.ticket, arrival.c.trust).where(
            arrival.c.fingerprint.in_(some), arrival.c.outcome.in_(originals)
        )
        for row in connection.execute(rows.order_by(arrival.c.id)):
            found[row.fingerprint].append(EarlierArrival(row.id, row.ticket, row.trust))
    return found


def _keyed(connection: Connection, keys: Iterable[str]) -> dict[tuple[str, str], KeyedTicket]:
    found = {}
    for some in in_chunks(keys):
        for row in connection.execute(select(ticket_key).where(ticket_key.c.key.in_(some))):
            found[row.key, row.owner] = KeyedTicket(row.ticket, row.at)
    return found


def _tickets(connection: Connection, asks: Sequence[_Ask]) -> dict[int, TicketFacts]:
    seen = {number: _NOTHING_SEEN for ask in asks for number in ask.numbers}
    wants: defaultdict[int, set[Want]] = defaultdict(set)
    for ask in asks:
        for number in ask.numbers:
            wants[number] |= ask.asked.wants
        for mail in ask.issued.values():
            if mail.ticket is not None:
                seen[mail.ticket] = min(mail.seen, seen.get(mail.ticket, mail.seen))
    tickets = read_matters(connection, seen, wants)
    return tickets | _children(connection, asks, tickets)


def _children(
    connection: Connection, asks: Sequence[_Ask], tickets: Mapping[int, TicketFacts]
) -> dict[int, TicketFacts]:
    """Read the tickets that belong to those that are named, where they are wanted."""
    wants: defaultdict[int, set[Want]] = defaultdict(set)
    for ask in asks:
        for child in _children_of(ask, tickets):
            wants[child] |= ask.asked.wants - {Want.FILES}
    return read_matters(connection, {child: _NOTHING_SEEN for child in wants if child not in tickets}, wants)


def _children_of(ask: _Ask, tickets: Mapping[int, TicketFacts]) -> Iterator[int]:
    if Want.CHILDREN in ask.asked.wants:
        yield from (child for number in ask.numbers if number in tickets for child in tickets[number].children)


def _incidents(connection: Connection) -> dict[str, int]:
    """Give the open incidents by their folded names; of two with one name, which only reopening makes, the newer."""
    rows = select(ticket.c.number, ticket.c.open_incident).where(ticket.c.open_incident.is_not(None))
    return {row.open_incident: row.number for row in sorted(connection.execute(rows))}


def _about(ask: _Ask, tickets: Mapping[int, TicketFacts]) -> dict[int, TicketFacts]:
    """Choose the tickets that a mail may be about, with those that they lead to and that belong to them."""
    return _with_followed([*ask.numbers, *_children_of(ask, tickets)], tickets)


def _of(ask: _Ask, tickets: Mapping[int, TicketFacts], by_address: Mapping[str, T]) -> dict[str, T]:
    """Choose what concerns the sender and the requesters of the tickets that a mail may be about."""
    requesters = (one.ticket.requester for one in _about(ask, tickets).values())
    asked = (ask.asked.sender, *ask.asked.contacts, *ask.asked.requesters)
    addresses = {*asked, *(each.address for each in requesters if each), *_outsiders(ask, tickets)}
    return {each: by_address[each] for each in (one.lower() for one in addresses) if each in by_address}


def _outsiders(ask: _Ask, tickets: Mapping[int, TicketFacts]) -> list[str]:
    """Give the addresses of all who take part in the tickets that are named, where that is wanted."""
    named = [tickets[number].ticket for number in ask.asked.numbers if number in tickets]
    return [who.address for one in named for who in one.outsiders] if Want.OUTSIDERS in ask.asked.wants else []


def _with_followed(numbers: Iterable[int], tickets: Mapping[int, TicketFacts]) -> dict[int, TicketFacts]:
    """Choose tickets, and those that they lead to."""
    chosen: dict[int, TicketFacts] = {}
    left = list(numbers)
    while left:
        number = left.pop()
        if number in tickets and number not in chosen:
            chosen[number] = tickets[number]
            left += tickets[number].ticket.leads_to
    return chosen


def _repeats(connection: Connection, gists: Iterable[str], since: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    for some in in_chunks(gists):
        lately = (
            select(arrival.c.gist, func.count())
            .where(arrival.c.gist.in_(some), arrival.c.done_at > since)
            .group_by(arrival.c.gist)
        )
        counts.update((gist, count) for gist, count in connection.execute(lately))
    return counts


def _proved(connection: Connection, senders: Iterable[str], since: datetime) -> set[str]:
    proved: set[str] = set()
    for some in in_chunks(sender.lower() for sender in senders):
        lately = select(sender_proof.c.address).where(
            sender_proof.c.address.in_(some), sender_proof.c.proved_at >= since
        )
        proved.update(connection.execute(lately).scalars())
    return proved
