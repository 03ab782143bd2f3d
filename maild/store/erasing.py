"""Erasing a person: their tickets are forgotten, and they are taken out of what is others'.

Where they only took part in somebody else's ticket its figures, state and other people's words stay; what they wrote,
what was mailed there and the raw mails, which quote it, go.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select, update

from maild.model.ticket import CONTACT_PREFIX, FIELD_PREFIX, FINISHED, CauseKind
from maild.store.columns import metadata
from maild.store.forgetting import (
    NOBODY,
    Removal,
    drop_files,
    forget_arrivals,
    forget_mails,
    forget_ticket,
    note_removal,
    reseal_entries,
)
from maild.store.rows import Row
from maild.store.snapshot import Found, Snapshot
from maild.store.tables import (
    arrival,
    arrival_event,
    attachment,
    blocked,
    consulted,
    contact,
    counted,
    desk_event,
    draft,
    entry,
    explanation,
    link,
    mail_event,
    mail_id,
    outgoing_mail,
    participant,
    sender_proof,
    ticket,
    ticket_key,
    timer,
)

_FINISHED: Final = frozenset(state.value for state in FINISHED)
_LEAST_NAME: Final = 4
# Changes of these are words; of others only what names an address is of people.
_WORDED: Final = ("subject", "requester_name", FIELD_PREFIX, CONTACT_PREFIX)
_OF_WORDS: Final = frozenset({"message", "mails", "why", "steps", "commands"})  # of a decision's story
# Where somebody may be named in passing.
_IN_PASSING: Final[Mapping[Table, str]] = MappingProxyType(
    {
        mail_event: "words",
        desk_event: "about",
        arrival: "reason",
        arrival_event: "by",
        link: "why",
        timer: "about",
        explanation: "text",
    }
)
_mail = outgoing_mail.c


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a person is in the store: `own` are their tickets, `open` those of them that are unfinished.

    `shared` are others' tickets in which they took part, wrote or were written to; `arrivals` are mails of theirs that
    became no ticket's; `names` are how they are called.
    """

    address: str
    own: tuple[int, ...]
    open: tuple[int, ...]
    shared: tuple[int, ...]
    arrivals: tuple[int, ...]
    mails: int
    names: tuple[str, ...]
    has_contact: bool

    @property
    def is_unknown(self) -> bool:
        return not (self.own or self.shared or self.arrivals or self.mails or self.has_contact)


@dataclass(frozen=True, slots=True)
class Mention:
    """A row that names somebody in passing."""

    table: str
    key: tuple[Any, ...]


class EraseReading(Snapshot):
    """Asking where somebody is."""

    def find_traces(self, address: str) -> Traces:
        """Find a person by their address, whatever its letter case."""
        return find_traces(self._connection, address.lower())

    def find_mentions(self, address: str) -> tuple[Mention, ...]:
        """Find all that names somebody in passing; goes through all that the desk ever wrote down."""
        return tuple(_find_mentions(self._connection, address.lower()))


class EraseWriting(Snapshot):
    """Taking somebody out."""

    def erase_own(self, number: int, record: Removal) -> bool:
        """Forget a ticket of theirs."""
        return forget_ticket(self._connection, number, record)

    def erase_shared(self, number: int, traces: Traces, record: Removal) -> bool:
        """Take them out of a ticket that is somebody else's; False while mail to others about it is under way."""
        return _erase_shared(self._connection, number, traces, record)

    def erase_rest(self, traces: Traces, record: Removal) -> None:
        """Take out what is nobody's ticket: their mails, their contact, and what was counted."""
        _erase_rest(self._connection, traces, record)

    def erase_mentions(self, mentions: Iterable[Mention], traces: Traces) -> None:
        """Take them out of what names them in passing."""
        for mention in mentions:
            _erase_mention(self._connection, mention, traces)


def find_traces(connection: Connection, address: str) -> Traces:
    """Find a person by their address in lower case."""

    def numbers(table: Table, column: str, of: str) -> set[int]:
        found = select(table.c[of]).where(_is(table.c[column], address), table.c[of].is_not(None))
        return set(connection.execute(found).scalars())

    rows = connection.execute(
        select(ticket.c.number, ticket.c.state, ticket.c.requester_name).where(_is(ticket.c.requester, address))
    ).all()
    own = {row.number for row in rows}
    shared = numbers(participant, "address", "ticket") | numbers(consulted, "address", "ticket")
    shared |= numbers(entry, "by", "ticket") | numbers(outgoing_mail, "recipient", "ticket")
    shared |= numbers(arrival, "sender", "ticket") | numbers(ticket_key, "owner", "ticket")
    alone = select(arrival.c.id).where(_is(arrival.c.sender, address), arrival.c.ticket.is_(None))
    mails = select(func.count()).where(_is(_mail.recipient, address))
    known = connection.execute(select(contact.c.name).where(contact.c.address == address)).one_or_none()
    named = select(participant.c.name).where(_is(participant.c.address, address))
    names = {*(row.requester_name for row in rows), *connection.execute(named).scalars()}
    names |= {known.name} if known is not None else set()
    return Traces(
        address=address,
        own=tuple(sorted(own)),
        open=tuple(sorted(row.number for row in rows if row.state not in _FINISHED)),
        shared=tuple(sorted(shared - own)),
        arrivals=tuple(sorted(connection.execute(alone).scalars())),
        mails=connection.execute(mails).scalar_one(),
        names=tuple(sorted(name for name in names if len(name) >= _LEAST_NAME)),
        has_contact=known is not None,
    )


def _is(column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    return func.lower(column) == address


def _erase_shared(connection: Connection, number: int, traces: Traces, record: Removal) -> bool:
    others = (_mail.ticket == number) & ~_is(_mail.recipient, traces.address) & _mail.ended_at.is_(None)
    if connection.execute(select(_mail.id).where(others).limit(1)).one_or_none() is not None:
        return False
    hide = partial(_naming(traces.address, *traces.names).sub, NOBODY)
    theirs = select(entry.c.n).where(entry.c.ticket == number, _is(entry.c.by, traces.address))
    drop_files(connection, attachment, (attachment.c.ticket == number) & attachment.c.entry.in_(theirs))
    reseal_entries(connection, entry.c.ticket == number, partial(_without, traces.address, hide))
    forget_mails(connection, _mail.ticket == number, record)
    arrivals = list(connection.execute(select(arrival.c.id).where(arrival.c.ticket == number)).scalars())
    forget_arrivals(connection, arrivals, record)
    for table, column in ((participant, "address"), (consulted, "address"), (ticket_key, "owner")):
        connection.execute(delete(table).where(table.c.ticket == number, _is(table.c[column], traces.address)))
    columns = (ticket.c[name] for name in ("subject", "fields", "approvals", "steps", "identity"))
    row = connection.execute(select(*columns).where(ticket.c.number == number)).one()
    by_address = partial(_naming(traces.address).sub, NOBODY)
    values: Row = {"subject": hide(row.subject), "fields": [[name, hide(value)] for name, value in row.fields]}
    values |= {
        "approvals": [[key, by_address(text)] for key, text in row.approvals],
        "steps": [[key, by_address(text)] for key, text in row.steps],
        "identity": row.identity and by_address(row.identity),
    }
    connection.execute(update(ticket).where(ticket.c.number == number).values(values))
    for one in connection.execute(select(draft.c.token, draft.c.text).where(draft.c.ticket == number)).all():
        connection.execute(update(draft).where(draft.c.token == one.token).values(text=hide(one.text)))
    note_removal(connection, number, "Somebody who took part was taken out of this ticket", record)
    return True


def _without(address: str, hide: Callable[[str], str], row: Found) -> Mapping[str, Any]:
    is_theirs = row.by.lower() == address
    reference = "" if is_theirs and row.cause_kind == CauseKind.MESSAGE.value else row.cause_reference
    changed = {
        "text": "" if is_theirs else hide(row.text),
        "by": NOBODY if is_theirs else row.by,
        "message_id": None if is_theirs else row.message_id,
        "cause_reference": _naming(address).sub(NOBODY, reference),
        "changes": [_without_in_change(address, hide, change) for change in row.changes],
    }
    return {name: value for name, value in changed.items() if value != getattr(row, name)}


def _without_in_change(address: str, hide: Callable[[str], str], change: list[str]) -> list[str | None]:
    """Take somebody out of a field's values; a queue that is called as they are stays what it is."""
    name, *values = change
    hidden = hide if name.startswith(_WORDED) else partial(_naming(address).sub, NOBODY)
    return [name, *(value and hidden(value) for value in values)]


def _erase_rest(connection: Connection, traces: Traces, record: Removal) -> None:
    address = traces.address
    forget_arrivals(connection, traces.arrivals, record)
    forget_mails(connection, _is(_mail.recipient, address), record)
    for table, column in (
        (contact, "address"),
        (sender_proof, "address"),
        (blocked, "address"),
        (ticket_key, "owner"),
        (counted, "key"),
    ):
        connection.execute(delete(table).where(_is(table.c[column], address)))
    connection.execute(desk_event.insert().values(at=record.at, what="erased", about=NOBODY, by=record.by))


def _find_mentions(connection: Connection, address: str) -> Iterator[Mention]:
    for row in connection.execute(select(mail_id.c.id, mail_id.c.sender, mail_id.c.addresses)):
        if address in {each.lower() for each in (row.sender or "", *row.addresses)}:
            yield Mention(mail_id.name, (row.id,))
    for table, column in _IN_PASSING.items():
        like = func.lower(table.c[column]).contains(address, autoescape=True)
        for key in connection.execute(select(*table.primary_key).where(like)):
            yield Mention(table.name, tuple(key))


def _erase_mention(connection: Connection, mention: Mention, traces: Traces) -> None:
    table = metadata.tables[mention.table]
    columns = (table.c.sender, table.c.addresses) if table is mail_id else (table.c[_IN_PASSING[table]],)
    here = and_(*(column == value for column, value in zip(table.primary_key, mention.key, strict=True)))
    row = connection.execute(select(*columns).where(here)).one_or_none()
    if row is not None:
        connection.execute(update(table).where(here).values(_unmentioned(table, row, traces)))


def _unmentioned(table: Table, row: Found, traces: Traces) -> Row:
    """Give what a row holds without somebody whom it names."""
    address, pattern = traces.address, _naming(traces.address, *traces.names)
    if table is mail_id:
        sender = None if (row.sender or "").lower() == address else row.sender
        return {"sender": sender, "addresses": [each for each in row.addresses if each.lower() != address]}
    (text,) = row
    if table is explanation:
        story = _without_in_story(address, pattern, json.loads(text))
        return {_IN_PASSING[table]: json.dumps(story, ensure_ascii=False)}
    return {_IN_PASSING[table]: pattern.sub(NOBODY, text)}


def _without_in_story(address: str, pattern: "re.Pattern[str]", value: object) -> object:
    """Take somebody out of what was decided: by name out of the words in it alone, the rest is the desk's own."""
    match value:
        case str():
            return _naming(address).sub(NOBODY, value)
        case list():
            return [_without_in_story(address, pattern, each) for each in value]
        case dict():
            return {
                key: _without_in_words(pattern, each) if key in _OF_WORDS else _without_in_story(address, pattern, each)
                for key, each in value.items()
            }
    return value


def _without_in_words(pattern: "re.Pattern[str]", value: object) -> object:
    match value:
        case str():
            return pattern.sub(NOBODY, value)
        case list():
            return [_without_in_words(pattern, each) for each in value]
        case dict():
            return {key: _without_in_words(pattern, each) for key, each in value.items()}
    return value


def _naming(*words: str) -> "re.Pattern[str]":
    """Find an address or a name, whole and in any letter case."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first), re.IGNORECASE)
