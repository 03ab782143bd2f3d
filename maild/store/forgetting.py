"""Forgetting: words, people and bytes that were kept long enough are taken out, and figures stay.

What is forgotten is not deleted: an arrival, a mail, a ticket and each entry of it are there as before, so that every
promise still adds up; they hold nothing of anybody any more, are sealed anew, and say when that was done. Bytes to
which nothing refers any more go with them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from maild.model.decision import OutcomeKind
from maild.model.outgoing import MailState
from maild.model.ticket import CauseKind, EntryKind, State
from maild.store.blobs import keep_blobs, pack
from maild.store.dialect import in_chunks
from maild.store.rows import Row
from maild.store.sealing import ENTRY_STAYS, MAIL_STAYS, seal
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import (
    arrival,
    arrival_event,
    attachment,
    blob,
    blob_chunk,
    consulted,
    counted,
    desk_event,
    draft,
    draft_attachment,
    edition_file,
    entry,
    explanation,
    identity_code,
    listed,
    mail_event,
    mail_id,
    outgoing_mail,
    outgoing_piece,
    page,
    participant,
    ticket,
    ticket_key,
    timer,
)

MAILD: Final = "maild"
NOBODY: Final = "forgotten@maild.invalid"
# A portion is one transaction, and mail waits for its end.
_TICKETS_AT_ONCE: Final = 10
_MAILS_AT_ONCE: Final = 100
# Changes that say nothing of anybody outside: all that figures are computed from stands among them.
_IMPERSONAL: Final = frozenset(
    {
        *("state", "queue", "category", "impact", "urgency", "priority", "level", "team", "assignee", "agreement"),
        *("terms", "ladder", "climbs", "score", "language", "confidential", "merged_into", "successor", "parent"),
    }
)
_OF_PEOPLE: Final = ("address", "sender_domain")
_OWNERS: Final = (
    arrival.c.raw,
    attachment.c.blob,
    draft_attachment.c.blob,
    outgoing_mail.c.body,
    outgoing_piece.c.blob,
    edition_file.c.blob,
)
_NOTHING: Final = pack(b"")
NO_STORY: Final = "{}"
_mail = outgoing_mail.c


@dataclass(frozen=True, slots=True)
class Removal:
    """On the record: why something is taken out, by whom, and when."""

    why: str
    by: str
    at: datetime


class ForgetWriting(Snapshot):
    """Taking out what was kept long enough: found and forgotten in one, so that what is used again is not."""

    def forget_old_tickets(self, states: Iterable[State], before: datetime, record: Removal) -> int:
        """Take words, people, mails and files out of some tickets that are in one of these states since before then."""
        names = [state.value for state in states]
        old = select(ticket.c.number).where(ticket.c.forgotten_at.is_(None), ticket.c.state.in_(names))
        numbers = self._connection.execute(old.where(ticket.c.state_at < before).limit(_TICKETS_AT_ONCE)).scalars()
        return sum(forget_ticket(self._connection, number, record) for number in list(numbers))

    def forget_old_arrivals(self, outcomes: Iterable[OutcomeKind], before: datetime, record: Removal) -> int:
        """Take out the bytes of some arrivals that came to one of these outcomes before then; return how many."""
        names = [outcome.value for outcome in outcomes]
        old = select(arrival.c.id).where(arrival.c.forgotten_at.is_(None), arrival.c.outcome.in_(names))
        ids = list(self._connection.execute(old.where(arrival.c.done_at < before).limit(_MAILS_AT_ONCE)).scalars())
        forget_arrivals(self._connection, ids, record)
        return len(ids)


def forget_arrivals(connection: Connection, ids: Sequence[int], record: Removal) -> None:
    """Take out the bytes of arrivals, and whatever names their senders; those that are held are held no more."""
    if not ids:
        return
    empty = keep_blobs(connection, [_NOTHING])[_NOTHING.sha256]
    for some in in_chunks(ids):
        these = arrival.c.id.in_(some)
        raws = list(connection.execute(select(arrival.c.raw).where(these)).scalars())
        held = (arrival.c.outcome == OutcomeKind.HELD.value) & arrival.c.discarded_at.is_(None)
        connection.execute(update(arrival).where(these, held).values(discarded_at=record.at))
        bare = {"raw": empty, "sender": None, "gist": None, "forgotten_at": record.at}
        connection.execute(update(arrival).where(these).values(bare))
        connection.execute(update(arrival).where(these, arrival.c.reason != "").values(reason=record.why))
        connection.execute(update(explanation).where(explanation.c.arrival.in_(some)).values(text=NO_STORY))
        connection.execute(delete(counted).where(counted.c.arrival.in_(some), counted.c.kind.in_(_OF_PEOPLE)))
        events = [{"arrival": id_, "at": record.at, "what": "forgotten", "by": record.by} for id_ in some]
        connection.execute(arrival_event.insert(), events)
        _drop_unowned(connection, raws)


def forget_ticket(connection: Connection, number: int, record: Removal) -> bool:
    """Take words, people, mails and files out of a ticket, on the record; False if that was done already."""
    here = ticket.c.number == number
    if connection.execute(select(ticket.c.forgotten_at).where(here)).scalar_one() is not None:
        return False
    _forget_entries(connection, number)
    forget_mails(connection, _mail.ticket == number, record)
    arrivals = list(connection.execute(select(arrival.c.id).where(arrival.c.ticket == number)).scalars())
    forget_arrivals(connection, arrivals, record)
    timers = select(timer.c.id).where(timer.c.ticket == number)
    connection.execute(update(explanation).where(explanation.c.timer.in_(timers)).values(text=NO_STORY))
    drafts = select(draft.c.token).where(draft.c.ticket == number)
    drop_files(connection, attachment, attachment.c.ticket == number)
    drop_files(connection, draft_attachment, draft_attachment.c.draft.in_(drafts))
    for table in (participant, consulted, mail_id, ticket_key, identity_code):
        connection.execute(delete(table).where(table.c.ticket == number))
    connection.execute(update(draft).where(draft.c.ticket == number).values(text="", reasons=[], commands=[]))
    note_removal(connection, number, "Words, people, mails and files were taken out of this ticket", record)
    nothing: Row = {"subject": "", "requester": None, "requester_name": "", "open_requester": None}
    bare: Row = {"tags": [], "fields": [], "steps": [], "approvals": [], "identity": None, "survey": None}
    rest = {"incident": None, "open_incident": None, "forgotten_at": record.at, "updated_at": record.at}
    connection.execute(update(ticket).where(here).values(nothing | bare | rest))
    return True


def forget_mails(connection: Connection, which: ColumnElement[bool], record: Removal) -> int:
    """Take recipient and words out of outgoing mails; what still waits is cancelled. Returns how many they were."""
    rows = connection.execute(select(outgoing_mail).where(which, _mail.forgotten_at.is_(None))).all()
    if not rows:
        return 0
    empty = keep_blobs(connection, [_NOTHING])[_NOTHING.sha256]
    for row in rows:
        bare: Row = {"recipient": NOBODY, "envelope_from": "", "subject": "", "headers": b"", "ours": "", "quoted": ""}
        sealed = seal({**row._asdict(), **bare}, MAIL_STAYS)
        rest = {
            "seal": sealed,
            "domain": "",
            "acknowledged": None,
            "body": empty,
            "last_reply": "",
            "forgotten_at": record.at,
        }
        connection.execute(update(outgoing_mail).where(_mail.id == row.id).values(**bare, **rest))
        if row.ended_at is None:
            ended = {"state": MailState.CANCELLED.value, "ended_at": record.at, "claim": None}
            connection.execute(update(outgoing_mail).where(_mail.id == row.id).values(ended))
            event = {"mail": row.id, "at": record.at, "what": MailState.CANCELLED.value, "by": record.by, "words": ""}
            connection.execute(mail_event.insert().values(event))
        connection.execute(update(mail_event).where(mail_event.c.mail == row.id).values(words=""))
    blobs = [row.body for row in rows]
    for some in in_chunks([row.token for row in rows]):
        pieces = delete(outgoing_piece).where(outgoing_piece.c.token.in_(some)).returning(outgoing_piece.c.blob)
        blobs += connection.execute(pieces).scalars()
        for column in (listed.c.token, page.c.mail):
            connection.execute(delete(column.table).where(column.in_(some)))
    _drop_unowned(connection, blobs)
    return len(rows)


def drop_files(connection: Connection, table: Table, which: ColumnElement[bool]) -> None:
    """Take out files of entries or drafts."""
    _drop_unowned(connection, connection.execute(delete(table).where(which).returning(table.c.blob)).scalars())


def _drop_unowned(connection: Connection, ids: Iterable[int]) -> None:
    """Delete those of these contents to which nothing refers any more."""
    owned = or_(*(select(column).where(column == blob.c.id).exists() for column in _OWNERS))
    for some in in_chunks(set(ids)):
        free = list(connection.execute(select(blob.c.id).where(blob.c.id.in_(some), ~owned)).scalars())
        connection.execute(delete(blob_chunk).where(blob_chunk.c.blob.in_(free)))
        connection.execute(delete(blob).where(blob.c.id.in_(free)))


def reseal_entries(
    connection: Connection, which: ColumnElement[bool], change: Callable[[Found], Mapping[str, Any]]
) -> int:
    """Change entries all the same, and seal them anew; `change` gives what of a row is another. Returns how many."""
    done = 0
    for row in connection.execute(select(entry).where(which)).all():
        changed = dict(change(row))
        if changed:
            sealed = seal({**row._asdict(), **changed}, ENTRY_STAYS)
            here = (entry.c.ticket == row.ticket) & (entry.c.n == row.n)
            connection.execute(update(entry).where(here).values(**changed, seal=sealed))
            done += 1
    return done


def _forget_entries(connection: Connection, number: int) -> None:
    reseal_entries(connection, entry.c.ticket == number, _without_words)


def _without_words(row: Found) -> Mapping[str, Any]:
    is_of_message = row.cause_kind == CauseKind.MESSAGE.value
    return {
        "text": "",
        "by": NOBODY if "@" in row.by else row.by,
        "message_id": None,
        "cause_reference": "" if is_of_message else row.cause_reference,
        "changes": [change for change in row.changes if change[0] in _IMPERSONAL],
    }


def note_removal(connection: Connection, number: int, what: str, record: Removal) -> None:
    """Enter into a ticket's history what was taken out of it, and into that of the desk's."""
    here = ticket.c.number == number
    n = connection.execute(select(ticket.c.last_n).where(here)).scalar_one() + 1
    row: Row = {
        "ticket": number,
        "n": n,
        "at": record.at,
        "kind": EntryKind.EVENT.value,
        "by": record.by,
        "cause_kind": CauseKind.COMMAND_LINE.value if record.by != MAILD else CauseKind.TIMER.value,
        "cause_reference": record.by if record.by != MAILD else "retention",
        "message_id": None,
        "arrival": None,
        "changes": [],
        "flags": ["forgotten"],
        "text": f"{what}: {record.why}.",
    }
    connection.execute(entry.insert().values(**row, seal=seal(row, ENTRY_STAYS)))
    counts = {"last_n": n, "version": ticket.c.version + 1}
    connection.execute(update(ticket).where(here).values(counts))
    event = {"at": record.at, "what": "forgotten", "about": f"ticket {number}", "by": record.by}
    connection.execute(desk_event.insert().values(event))
