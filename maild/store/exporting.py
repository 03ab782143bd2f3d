"""All that is kept of a person, for whoever has to tell them (GDPR, articles 15 and 20)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, select

from maild.store.blobs import read_blobs
from maild.store.erasing import Traces, find_traces
from maild.store.snapshot import Snapshot
from maild.store.tables import (
    arrival,
    attachment,
    contact,
    counted,
    draft,
    entry,
    explanation,
    outgoing_mail,
    participant,
    ticket,
)

_mail = outgoing_mail.c
_TICKET: Final = [column for column in ticket.c if not column.name.startswith("open_")]
_SENT: Final = (
    *("id", "ticket", "state", "created_at", "handed_at", "ended_at", "template", "recipient", "subject", "message_id"),
    "last_reply",
)

_FILE: Final = ("ticket", "entry", "position", "name", "type")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is kept of a person as plain values; `files` name mails and attachments to fetch: arrival, mail or blob."""

    record: Json
    arrivals: tuple[int, ...]
    mails: tuple[int, ...]
    files: Mapping[str, int] = field(default_factory=dict)


class Exporting(Snapshot):
    """Asking for all of somebody."""

    def portray(self, address: str) -> Portrait:
        """Gather what is kept of a person by their address: tickets, entries, mails both ways, what was decided."""
        address = address.lower()
        traces = find_traces(self._connection, address)
        received = self._rows(
            select(
                *(arrival.c[name] for name in ("id", "mailbox", "received_at", "recorded_at", "outcome", "reason")),
                *(arrival.c[name] for name in ("ticket", "entry", "sender", "trust", "size", "forgotten_at")),
            ).where(func.lower(arrival.c.sender) == address)
        )
        sent = self._rows(select(*(_mail[name] for name in _SENT)).where(func.lower(_mail.recipient) == address))
        files = self._rows(
            select(*attachment.c)
            .join(entry, (entry.c.ticket == attachment.c.ticket) & (entry.c.n == attachment.c.entry))
            .where(_theirs(traces))
            .order_by(attachment.c.ticket, attachment.c.entry)
        )
        record: Json = {
            "address": address,
            "names": list(traces.names),
            "contact": next(iter(self._rows(select(*contact.c).where(contact.c.address == address))), None),
            "tickets": self._rows(select(*_TICKET).where(ticket.c.number.in_(traces.own))),
            "takes_part_in": list(traces.shared),
            "participant": self._rows(select(*participant.c).where(func.lower(participant.c.address) == address)),
            "entries": self._entries(traces),
            "drafts": self._rows(select(*draft.c).where(draft.c.ticket.in_(traces.own))),
            "mails_received": received,
            "mails_sent": sent,
            "decisions": self._rows(
                select(explanation.c.arrival, explanation.c.at, explanation.c.text).where(
                    explanation.c.arrival.in_([row["id"] for row in received])
                )
            ),
            "counted": self._rows(select(*counted.c).where(func.lower(counted.c.key) == address)),
            "attachments": [{name: row[name] for name in _FILE} for row in files],
        }
        named = {f"{row['ticket']}-{row['entry']}-{row['position']}-{row['name']}": row["blob"] for row in files}
        mails = tuple(row["id"] for row in received if row["forgotten_at"] is None)
        return Portrait(record, mails, tuple(row["id"] for row in sent), named)

    def bytes_of(self, blob: int) -> bytes:
        """Give kept bytes."""
        return read_blobs(self._connection, [blob])[blob]

    def _entries(self, traces: Traces) -> list[Json]:
        columns = [column for column in entry.c if column.name != "seal"]
        return self._rows(select(*columns).where(_theirs(traces)).order_by(entry.c.ticket, entry.c.n))

    def _rows(self, asked: Select[Any]) -> list[Json]:
        return [dict(_plain(row)) for row in self._connection.execute(asked)]


def _theirs(traces: Traces) -> ColumnElement[bool]:
    """Choose the entries of somebody's tickets, and what they wrote in those of others."""
    wrote = entry.c.ticket.in_(traces.shared) & (func.lower(entry.c.by) == traces.address)
    return entry.c.ticket.in_(traces.own) | wrote


def _plain(row: Row[Any]) -> Iterator[tuple[str, object]]:
    for name, value in row._asdict().items():
        yield name, value.isoformat() if isinstance(value, datetime) else value
