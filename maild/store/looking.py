"""What the command line lists and shows: plain values, read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal, select

from maild.model.clocks import Clock
from maild.model.decision import OutcomeKind
from maild.model.mail import Place
from maild.model.outgoing import MailState, Template
from maild.model.search import Search
from maild.model.ticket import Contact, Entry, Ticket
from maild.store.blobs import find_blob_id, read_blobs
from maild.store.clocks import read_clocks
from maild.store.dialect import in_chunks
from maild.store.history import read_entries, read_tickets
from maild.store.matters import read_children
from maild.store.people import read_contacts
from maild.store.searching import search_tickets
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import arrival, arrival_event, explanation, mail_event, outgoing_mail
from maild.store.wires import read_wires

_mail = outgoing_mail.c


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """An arrival without its bytes. `outcome` is None while it waits; `entry` is its number in `ticket`."""

    id: int
    place: Place
    size: int
    is_whole: bool
    received_at: datetime | None
    recorded_at: datetime
    is_claimed: bool
    attempts: int
    done_at: datetime | None
    outcome: OutcomeKind | None
    reason: str
    ticket: int | None
    entry: int | None
    duplicate_of: int | None
    sender: str | None
    trust: str | None
    shown_at: datetime | None
    discarded_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailRow:
    """An outgoing mail without its bytes.

    `handed_at` is when it last went to the relay; `last_reply` is what the relay, or whoever ended it, said last.
    """

    id: int
    token: str
    ticket: int | None
    recipient: str
    person: str | None
    template: Template
    subject: str
    message_id: str
    relay: str
    state: MailState
    is_claimed: bool
    attempts: int
    doubts: int
    created_at: datetime
    due_at: datetime
    handed_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    last_reply: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that befell a mail or an arrival besides its outcome; `by` is the person who did it, if one did."""

    at: datetime
    what: str
    by: str
    words: str


class Looking(Snapshot):
    """Asking for what a person wants to see. Lists give the newest first."""

    def search(self, search: Search, limit: int, now: datetime) -> tuple[Ticket, ...]:
        """Give the tickets that a search finds at an instant, the highest number first."""
        return search_tickets(self._connection, search, now, limit)

    def find_ticket(self, number: int) -> Ticket | None:
        """Give a ticket by its number."""
        found = read_tickets(self._connection, [number]).get(number)
        return None if found is None else found[0]

    def find_contact(self, address: str) -> Contact | None:
        """Give what agents and mails say of somebody outside."""
        return read_contacts(self._connection, [address]).get(address.lower())

    def entries_of(self, number: int) -> tuple[Entry, ...]:
        """Give a ticket's whole history, oldest first."""
        return tuple(read_entries(self._connection, number))

    def clocks_of(self, number: int) -> tuple[Clock, ...]:
        """Give a ticket's clocks as they stand."""
        return read_clocks(self._connection, [number]).get(number, ())

    def children_of(self, number: int) -> tuple[int, ...]:
        """Name the tickets that belong to one, in their order."""
        return read_children(self._connection, [number]).get(number, ())

    def list_held(self) -> tuple[ArrivalRow, ...]:
        """Give every arrival that waits for a person's word, oldest first."""
        # The word stands in the statement itself: a bound one would not prove to SQLite that its index serves.
        held = literal(OutcomeKind.HELD.value, literal_execute=True)
        waiting = select(arrival).where(arrival.c.outcome == held, arrival.c.discarded_at.is_(None))
        return tuple(_arrival_row(row) for row in self._connection.execute(waiting.order_by(arrival.c.id)))

    def list_arrivals(self, limit: int) -> tuple[ArrivalRow, ...]:
        """Give the last arrivals, newest first."""
        newest = select(arrival).order_by(arrival.c.id.desc()).limit(limit)
        return tuple(_arrival_row(row) for row in self._connection.execute(newest))

    def find_arrival(self, arrival_id: int) -> ArrivalRow | None:
        """Give an arrival by its id."""
        row = self._connection.execute(select(arrival).where(arrival.c.id == arrival_id)).one_or_none()
        return None if row is None else _arrival_row(row)

    def happenings_of_arrival(self, arrival_id: int) -> tuple[Happening, ...]:
        """Say who released or discarded an arrival, oldest first."""
        events = select(arrival_event).where(arrival_event.c.arrival == arrival_id).order_by(arrival_event.c.id)
        return tuple(Happening(row.at, row.what, row.by, "") for row in self._connection.execute(events))

    def raw_of(self, arrival_id: int) -> bytes | None:
        """Give an arrival's bytes as they came."""
        raw = self._connection.execute(select(arrival.c.raw).where(arrival.c.id == arrival_id)).scalar_one_or_none()
        return None if raw is None else read_blobs(self._connection, [raw])[raw]

    def find_explanation(self, arrival_id: int) -> str | None:
        """Give the story of an arrival's last decision, as it was written then; None of one that is forgotten."""
        stories = select(explanation.c.text).join(arrival, arrival.c.id == explanation.c.arrival)
        stories = stories.where(explanation.c.arrival == arrival_id, arrival.c.forgotten_at.is_(None))
        newest = self._connection.execute(stories.order_by(explanation.c.id.desc()).limit(1))
        story: str | None = newest.scalar_one_or_none()
        return story

    def last_story(self) -> int:
        """Give the key of the newest decision's story, 0 if there is none."""
        newest: int | None = self._connection.execute(select(func.max(explanation.c.id))).scalar_one()
        return newest or 0

    def stories_after(self, key: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Give the stories of later decisions with their keys, the oldest first."""
        later = select(explanation.c.id, explanation.c.text).where(explanation.c.id > key)
        rows = self._connection.execute(later.order_by(explanation.c.id).limit(limit))
        return tuple((row.id, row.text) for row in rows)

    def list_mails(self, states: Sequence[MailState] | None, limit: int) -> tuple[MailRow, ...]:
        """Give outgoing mails in one of the states (None: in any), the newest first."""
        ids = self._newest(_mail.id, _mail.state, states, limit)
        rows = [row for some in in_chunks(ids) for row in self._connection.execute(_mails().where(_mail.id.in_(some)))]
        return tuple(_mail_row(row) for row in sorted(rows, key=lambda row: -row.id))

    def mails_of(self, number: int) -> tuple[MailRow, ...]:
        """Give the outgoing mails of a ticket, oldest first."""
        return mail_rows(self._connection, _mail.ticket == number)

    def find_mail(self, mail_id: int) -> MailRow | None:
        """Give an outgoing mail by its id."""
        row = self._connection.execute(_mails().where(_mail.id == mail_id)).one_or_none()
        return None if row is None else _mail_row(row)

    def happenings_of_mail(self, mail_id: int) -> tuple[Happening, ...]:
        """Say what befell an outgoing mail at each attempt, oldest first."""
        events = select(mail_event).where(mail_event.c.mail == mail_id).order_by(mail_event.c.id)
        return tuple(Happening(row.at, row.what, row.by, row.words) for row in self._connection.execute(events))

    def wire_of(self, mail_id: int) -> bytes | None:
        """Give an outgoing mail's bytes as they go over the wire."""
        rows = self._connection.execute(select(_mail.token, _mail.headers, _mail.body).where(_mail.id == mail_id)).all()
        return next(iter(read_wires(self._connection, rows).values()), None)

    def find_blob(self, sha256: str) -> bytes | None:
        """Give kept bytes, an attachment's for one, by their SHA-256."""
        key = find_blob_id(self._connection, sha256)
        return None if key is None else read_blobs(self._connection, [key])[key]

    def _newest(self, key: Column[int], state: Column[str], states: Sequence[StrEnum] | None, limit: int) -> list[int]:
        """Give the highest keys. Each state is asked for alone, which its index answers without sorting a crowd."""
        newest = select(key).order_by(key.desc()).limit(limit)
        if states is None:
            return list(self._connection.execute(newest).scalars())
        found = {one for it in states for one in self._connection.execute(newest.where(state == it.value)).scalars()}
        return sorted(found, reverse=True)[:limit]


def _mails() -> Select[Any]:
    return select(*(_mail[name] for name in _MAIL_COLUMNS))


_MAIL_COLUMNS = (
    "id",
    "token",
    "ticket",
    "recipient",
    "person",
    "template",
    "subject",
    "message_id",
    "relay",
    "state",
    "claim",
    "attempts",
    "doubts",
    "created_at",
    "due_at",
    "handed_at",
    "expires_at",
    "ended_at",
    "last_reply",
)


def mail_rows(connection: Connection, *which: ColumnElement[bool]) -> tuple[MailRow, ...]:
    """Give the outgoing mails of which all that holds, oldest first."""
    return tuple(_mail_row(row) for row in connection.execute(_mails().where(*which).order_by(_mail.id)))


def _mail_row(row: Found) -> MailRow:
    return MailRow(
        id=row.id,
        token=row.token,
        ticket=row.ticket,
        recipient=row.recipient,
        person=row.person,
        template=Template(row.template),
        subject=row.subject,
        message_id=row.message_id,
        relay=row.relay,
        state=MailState(row.state),
        is_claimed=row.claim is not None,
        attempts=row.attempts,
        doubts=row.doubts,
        created_at=row.created_at,
        due_at=row.due_at,
        handed_at=row.handed_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        last_reply=row.last_reply,
    )


def _arrival_row(row: Found) -> ArrivalRow:
    return ArrivalRow(
        id=row.id,
        place=Place(row.mailbox, row.folder, row.uidvalidity, row.uid),
        size=row.size,
        is_whole=row.is_whole,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        is_claimed=row.claim is not None,
        attempts=row.attempts,
        done_at=row.done_at,
        outcome=None if row.outcome is None else OutcomeKind(row.outcome),
        reason=row.reason,
        ticket=row.ticket,
        entry=row.entry,
        duplicate_of=row.duplicate_of,
        sender=row.sender,
        trust=row.trust,
        shown_at=row.shown_at,
        discarded_at=row.discarded_at,
    )
