"""Going through the whole store, page by page, for whoever checks that its promises hold.

Each verb gives the rows after a key, lowest first, and as many as a page holds; an empty page is the end. A page is
read in one snapshot, so that what it says of a row and its neighbours belongs together; pages of their own snapshots
let a daemon work on meanwhile. What grows with a mail's size is hashed as it is read, and not kept.

BUGS
    Naming what a damaged blob belongs to goes through every arrival, attachment and mail, once for a page of damage.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, Table, Text, cast, func, select, tuple_

from maild.model.clocks import Clock
from maild.model.decision import TimerKind
from maild.model.mail import Place
from maild.model.outgoing import MailState, Template
from maild.store.blobs import hash_blobs
from maild.store.clocks import read_clock_changes, read_clocks
from maild.store.dialect import find_damage, find_lost
from maild.store.promises import (
    REPORT,
    RESTORE,
    Fault,
    History,
    SeenArrival,
    SeenBlob,
    SeenEntry,
    SeenMail,
    SeenTicket,
    SeenTimer,
)
from maild.store.sealing import ENTRY_STAYS, MAIL_STAYS, find_broken
from maild.store.snapshot import Found, Snapshot, light
from maild.store.standing import FIELDS, as_text
from maild.store.tables import (
    arrival,
    attachment,
    blob,
    draft_attachment,
    edition_file,
    entry,
    figures,
    mail_event,
    outgoing_mail,
    outgoing_piece,
    ticket,
    timer,
)

PAGE: Final = 500
_MOST_DAMAGE: Final = 1000
_mail = outgoing_mail.c
_of_entry = arrival.alias("of_entry")

_BLOBS = select(blob.c.id, blob.c.sha256, blob.c.size, blob.c.codec)
# Instants are asked only whether they are there: one that is nonsense is no reason to see nothing of its row.
_ARRIVALS = (
    select(
        *(arrival.c[name] for name in ("id", "mailbox", "folder", "uidvalidity", "uid", "outcome", "ticket", "entry")),
        *(arrival.c[name] for name in ("duplicate_of", "reason", "size", "is_whole")),
        arrival.c.forgotten_at.is_not(None).label("is_forgotten"),
        arrival.c.done_at.is_not(None).label("is_done"),
        arrival.c.claim.is_not(None).label("is_claimed"),
        entry.c.arrival.label("entry_arrival"),
        blob.c.size.label("kept_size"),
    )
    .join(blob, blob.c.id == arrival.c.raw, isouter=True)
    .join(entry, (entry.c.ticket == arrival.c.ticket) & (entry.c.n == arrival.c.entry), isouter=True)
)
_TICKETS = select(
    ticket.c.number.label("id"), ticket.c.last_n, ticket.c.approvals, *(ticket.c[name] for name in FIELDS)
)
_ENDS = select(timer.c.ticket, timer.c.about).where(timer.c.kind == TimerKind.APPROVAL.value, timer.c.done_at.is_(None))
_WAKES = select(timer.c.ticket).where(timer.c.kind == TimerKind.WAKE.value, timer.c.done_at.is_(None))
_NUMBERS = select(ticket.c.number.label("id"))
_ENTRIES = (
    select(
        *(entry.c[name] for name in ("ticket", "n", "kind", "arrival")),
        cast(entry.c.changes, Text).label("changes"),
        _of_entry.c.outcome,
        _of_entry.c.ticket.label("outcome_ticket"),
    )
    .join(_of_entry, _of_entry.c.id == entry.c.arrival, isouter=True)
    .order_by(entry.c.ticket, entry.c.n)
)
_ACKNOWLEDGEMENTS = select(_mail.ticket, _mail.seen, _mail.id).where(_mail.acknowledged.is_not(None))
_MAILS = select(
    *(_mail[name] for name in ("id", "token", "recipient", "message_id", "headers", "state", "doubts")),
    _mail.forgotten_at.is_not(None).label("is_forgotten"),
    _mail.claim.is_not(None).label("is_claimed"),
    _mail.handed_at.is_not(None).label("is_handed"),
    _mail.ended_at.is_not(None).label("is_ended"),
)
_EVENTS = select(mail_event.c.mail, mail_event.c.what).order_by(mail_event.c.mail, mail_event.c.id)
_TIMERS = select(
    *(timer.c[name] for name in ("id", "kind", "ticket", "subject_id", "about")),
    timer.c.done_at.is_not(None).label("is_done"),
    timer.c.claim.is_not(None).label("is_claimed"),
    _mail.id.label("mail"),
    _mail.ticket.label("mail_ticket"),
).join(outgoing_mail, (_mail.id == timer.c.subject_id) & (timer.c.kind == TimerKind.UNDELIVERED.value), isouter=True)
_TOLD = select(timer.c.subject_id).where(timer.c.kind == TimerKind.UNDELIVERED.value)
_UNTOLD = select(_mail.id, _mail.recipient).where(
    _mail.state.in_([MailState.REFUSED.value, MailState.EXPIRED.value]),
    _mail.template != Template.ALARM.value,
    _mail.id.not_in(_TOLD),
)

_RAWS = select(arrival.c.raw, arrival.c.id, arrival.c.mailbox, arrival.c.folder, arrival.c.uid)
_BODIES = select(_mail.body, _mail.id, _mail.recipient)
_PIECES = select(outgoing_piece.c.blob, _mail.id, _mail.recipient).join(
    outgoing_mail, _mail.token == outgoing_piece.c.token
)
_FILES = select(attachment.c.blob, attachment.c.name, attachment.c.ticket, attachment.c.entry)
_TEXTS = select(edition_file.c.blob, edition_file.c.name, edition_file.c.edition)
_DRAFT_FILES = select(draft_attachment.c.blob, draft_attachment.c.name, draft_attachment.c.draft)


@dataclass(frozen=True, slots=True)
class SeenClocks:
    """A ticket's clocks as they stand, and as they stood with its entries: number, instant, clock."""

    key: int
    clocks: tuple[Clock, ...]
    changes: tuple[tuple[int, datetime, Clock], ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows there are to look at."""

    blobs: int
    arrivals: int
    tickets: int
    mails: int
    timers: int
    figures: int


class Verifying(Snapshot):
    """Asking for everything, a page at a time."""

    def sizes(self) -> Sizes:
        """Count the rows to look at."""

        def count(table: Table) -> int:
            number: int = self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            return number

        return Sizes(count(blob), count(arrival), count(ticket), count(outgoing_mail), count(timer), count(figures))

    def find_damage(self) -> tuple[Fault, ...]:
        """Ask the database whether its file is sound; a thousand faults are enough."""
        found = find_damage(self._connection, _MOST_DAMAGE)
        return tuple(Fault("the database file is damaged", one, RESTORE) for one in found)

    def find_lost_references(self) -> tuple[Fault, ...]:
        """Find rows that refer to what is not there; a thousand faults are enough."""
        found = find_lost(self._connection, _MOST_DAMAGE)
        return tuple(Fault(f"a row refers to a missing {parent}", where, REPORT) for parent, where in found)

    def find_untold(self) -> tuple[Fault, ...]:
        """Find mails that were given up and of which no timer ever told a person; a thousand are enough."""
        rows = self._connection.execute(_UNTOLD.order_by(_mail.id).limit(_MOST_DAMAGE))
        remedy = "tell them yourself, or `maild mail retry` it"
        return tuple(
            Fault("a mail was given up and nobody was told", f"mail {row.id} to {row.recipient}", remedy)
            for row in rows
        )

    def blobs_after(self, key: int) -> tuple[SeenBlob, ...]:
        """Read and hash kept bytes: 32 MB of them, or one blob."""
        rows = light(self._page(_BLOBS, blob.c.id, key))
        hashes = hash_blobs(self._connection, {row.id: row.codec for row in rows})
        return tuple(SeenBlob(row.id, row.sha256, row.size, *hashes[row.id]) for row in rows)

    def arrivals_after(self, key: int) -> tuple[SeenArrival, ...]:
        """Read arrivals beside what they became."""
        return tuple(_arrival(row) for row in self._page(_ARRIVALS, arrival.c.id, key))

    def tickets_after(self, key: int) -> tuple[SeenTicket, ...]:
        """Read tickets, their histories added up."""
        rows = self._page(_TICKETS, ticket.c.number, key)
        numbers = [row.id for row in rows]
        answered: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        acknowledgements = _ACKNOWLEDGEMENTS.where(_mail.ticket.in_(numbers)).order_by(_mail.id)
        for number, seen, mail in self._connection.execute(acknowledgements):
            answered[number][seen].append(mail)
        histories = {number: History(number, answered[number]) for number in numbers}
        entries = _ENTRIES.where(entry.c.ticket.in_(numbers)).execution_options(yield_per=PAGE)
        for row in self._connection.execute(entries):
            one = SeenEntry(row.n, row.kind, row.arrival, row.outcome, row.outcome_ticket, row.changes)
            histories[row.ticket].add(one)
        for number, n in find_broken(self._connection, entry, ENTRY_STAYS, entry.c.ticket.in_(numbers)):
            histories[number].find_broken(n)
        ends: defaultdict[int, set[str]] = defaultdict(set)
        for of, about in self._connection.execute(_ENDS.where(timer.c.ticket.in_(numbers))):
            ends[of].add(about)
        woken = frozenset(self._connection.execute(_WAKES.where(timer.c.ticket.in_(numbers))).scalars())
        return tuple(
            SeenTicket(
                key=row.id,
                last_n=row.last_n,
                values={name: as_text(getattr(row, name)) for name in FIELDS},
                history=histories[row.id],
                approvals=dict(row.approvals),
                ends=frozenset(ends[row.id]),
                is_woken=row.id in woken,
            )
            for row in rows
        )

    def clocks_after(self, key: int) -> tuple[SeenClocks, ...]:
        """Read the clocks of tickets, as they stand and as they stood with each entry."""
        numbers = [row.id for row in self._page(_NUMBERS, ticket.c.number, key)]
        now, stood = read_clocks(self._connection, numbers), read_clock_changes(self._connection, numbers)
        at = select(entry.c.ticket, entry.c.n, entry.c.at).where(tuple_(entry.c.ticket, entry.c.n).in_(list(stood)))
        written: defaultdict[int, list[tuple[int, datetime, Clock]]] = defaultdict(list)
        for row in self._connection.execute(at.order_by(entry.c.ticket, entry.c.n)):
            written[row.ticket] += ((row.n, row.at, clock) for clock in stood[row.ticket, row.n])
        return tuple(SeenClocks(number, now.get(number, ()), tuple(written[number])) for number in numbers)

    def mails_after(self, key: int) -> tuple[SeenMail, ...]:
        """Read outgoing mails with their events, without their bodies."""
        rows = self._page(_MAILS, _mail.id, key)
        ids = [row.id for row in rows]
        broken = {id_ for (id_,) in find_broken(self._connection, outgoing_mail, MAIL_STAYS, _mail.id.in_(ids))}
        events = self._connection.execute(_EVENTS.where(mail_event.c.mail.in_(ids)))
        by_mail = {mail: tuple(row.what for row in some) for mail, some in groupby(events, lambda row: row.mail)}
        return tuple(
            SeenMail(
                key=row.id,
                token=row.token,
                recipient=row.recipient,
                message_id=row.message_id,
                headers=row.headers,
                is_as_written=row.id not in broken,
                state=row.state,
                is_claimed=row.is_claimed,
                is_handed=row.is_handed,
                is_ended=row.is_ended,
                doubts=row.doubts,
                events=by_mail.get(row.id, ()),
                is_forgotten=row.is_forgotten,
            )
            for row in rows
        )

    def timers_after(self, key: int) -> tuple[SeenTimer, ...]:
        """Read timers beside the mails that they are about."""
        return tuple(
            SeenTimer(
                key=row.id,
                kind=row.kind,
                ticket=row.ticket,
                subject_id=row.subject_id,
                is_done=row.is_done,
                is_claimed=row.is_claimed,
                has_mail=row.mail is not None,
                mail_ticket=row.mail_ticket,
                about=row.about,
            )
            for row in self._page(_TIMERS, timer.c.id, key)
        )

    def owners_of(self, blobs: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Name what some kept bytes belong to, in words."""
        owners: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        for key, name in _owners(self._connection, blobs):
            owners[key] += (name,)
        return owners

    def _page(self, rows: Select[Any], column: Column[int], key: int) -> Sequence[Found]:
        return self._connection.execute(rows.where(column > key).order_by(column).limit(PAGE)).all()


def _arrival(row: Found) -> SeenArrival:
    return SeenArrival(
        key=row.id,
        place=Place(row.mailbox, row.folder, row.uidvalidity, row.uid),
        outcome=row.outcome,
        is_done=row.is_done,
        is_claimed=row.is_claimed,
        ticket=row.ticket,
        entry=row.entry,
        entry_arrival=row.entry_arrival,
        duplicate_of=row.duplicate_of,
        reason=row.reason,
        size=row.size,
        is_whole=row.is_whole,
        kept_size=row.kept_size,
        is_forgotten=row.is_forgotten,
    )


def _owners(connection: Connection, blobs: Sequence[int]) -> Iterator[tuple[int, str]]:
    for row in connection.execute(_RAWS.where(arrival.c.raw.in_(blobs))):
        yield row.raw, f"arrival {row.id} ({row.mailbox}/{row.folder}, UID {row.uid})"
    for mail in connection.execute(_BODIES.where(_mail.body.in_(blobs))):
        yield mail.body, f"the body of mail {mail.id} to {mail.recipient}"
    for piece in connection.execute(_PIECES.where(outgoing_piece.c.blob.in_(blobs))):
        yield piece.blob, f"a part of mail {piece.id} to {piece.recipient}"
    for file in connection.execute(_FILES.where(attachment.c.blob.in_(blobs))):
        yield file.blob, f"attachment {file.name!r} of ticket #{file.ticket}, entry {file.entry}"
    for draft in connection.execute(_DRAFT_FILES.where(draft_attachment.c.blob.in_(blobs))):
        yield draft.blob, f"attachment {draft.name!r} of draft {draft.draft}"
    for text in connection.execute(_TEXTS.where(edition_file.c.blob.in_(blobs))):
        yield text.blob, f"file {text.name!r} of edition {text.edition}"
