"""Carrying out: decisions become rows, set-wise for a batch, each work whole or not at all.

What a decision was made on is compared with the database inside the transaction; where it does not hold any more the
work is stale, and nothing of it is written. If the database refuses a batch all the same, its works are written one by
one, each in its own savepoint, and those refused are stale.

BUGS
    A work that the database can never take (a fault of ours) is stale each time; whoever decides again must count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, Delete, Insert, Select, Update, bindparam, delete, func, literal, select, update
from sqlalchemy.exc import StatementError

from maild.model.decision import (
    AddEntry,
    CancelMail,
    ChangeContact,
    ChangeTicket,
    CloseDraft,
    EndHeld,
    OpenTicket,
    Step,
)
from maild.model.facts import DraftState
from maild.model.outgoing import MailState
from maild.model.ticket import FINISHED, folded
from maild.store import tables
from maild.store.arrivals import AGAIN, IS_HELD
from maild.store.blobs import keep_blobs
from maild.store.clocks import latest
from maild.store.columns import metadata
from maild.store.contacts import COLUMNS
from maild.store.dialect import any_of, in_chunks, insert_new, insert_or_set, is_fatal, reason_of, savepoint
from maild.store.figures import keep_figures
from maild.store.ground import Ground, Rows
from maild.store.people import read_contacts
from maild.store.planning import ENDED, plan
from maild.store.rows import Row
from maild.store.snapshot import Snapshot
from maild.store.standing import CHANGED, FIELDS, Standing, as_text, standing_row
from maild.store.work import Carrying

_WITH_BLOB = {"attachment": "blob", "draft_attachment": "blob", "outgoing_mail": "body", "outgoing_piece": "blob"}
_IN_ORDER = ("entry", "attachment", "draft", "draft_attachment", "outgoing_mail", "outgoing_piece", "listed", "page")
_TAKEN_ONCE = ("participant", "mail_id", "link", "contact", "counted", "blocked")

_ticket = tables.ticket.c
_STANDINGS = select(
    *(
        _ticket[name]
        for name in ("number", "version", "last_n", "tags", "fields", "steps", "approvals", "state_at", *FIELDS)
    )
).where(any_of(_ticket.number, "numbers"))
_OPEN_INCIDENTS = select(_ticket.open_incident).where(any_of(_ticket.open_incident, "names"))
_OPEN_DRAFTS = select(tables.draft.c.token).where(
    any_of(tables.draft.c.token, "tokens"), tables.draft.c.state == DraftState.OPEN
)
_mail = tables.outgoing_mail.c
_WAITING_MAILS = select(_mail.token).where(
    any_of(_mail.token, "tokens"), _mail.state == MailState.WAITING.value, _mail.claim.is_(None)
)
_CLAIMS = {
    table.name: select(table.c.id, table.c.claim).where(any_of(table.c.id, "ids"), table.c.done_at.is_(None))
    for table in (tables.arrival, tables.timer)
}
_arrival = tables.arrival.c
_OLD = select(_arrival.id, _arrival.received_at, _arrival.recorded_at).where(
    any_of(_arrival.id, "ids"), _arrival.taken_over_as.is_not(None)
)
_HELD = select(_arrival.id).where(any_of(_arrival.id, "ids"), IS_HELD)
_INSERT = {
    name: metadata.tables[name].insert()
    for name in (*_IN_ORDER, "ticket", "explanation", "timer", "clock_change", "desk_event")
}


def _change(name: str, key: str, columns: Iterable[str]) -> Update:
    """Update rows of one table by their key, `the_key`."""
    table = metadata.tables[name]
    values: dict[str, object] = {column: bindparam(column) for column in columns}
    return update(table).where(table.c[key] == bindparam("the_key")).values(values)


_CHANGE_TICKET = _change("ticket", "number", CHANGED)
_END_ARRIVAL = _change("arrival", "id", ENDED)
_END_TIMER = _change("timer", "id", ("claim", "done_at"))
_RELEASE = update(tables.arrival).where(_arrival.id == bindparam("the_key")).values(dict(AGAIN))
_DISCARD = update(tables.arrival).where(_arrival.id == bindparam("the_key")).values(discarded_at=bindparam("at"))
_CLOSE_DRAFT = _change("draft", "token", ("state", "closed_at"))
_REMOVE_PARTICIPANT = delete(tables.participant).where(
    tables.participant.c.ticket == bindparam("the_ticket"),
    func.lower(tables.participant.c.address) == bindparam("the_address"),
)
_STOP_TIMERS = (
    update(tables.timer)
    .where(tables.timer.c.ticket == bindparam("the_ticket"), tables.timer.c.kind == bindparam("the_kind"))
    # One in hand too: it would wake a ticket that was put to sleep anew. Whoever has it in hand finds it done.
    .where(tables.timer.c.done_at.is_(None))
    .values(done_at=bindparam("done_at"), claim=None)
)
_STOP_TIMER = _STOP_TIMERS.where(tables.timer.c.about == bindparam("the_about"))
_DROP_CODE = delete(tables.identity_code).where(tables.identity_code.c.ticket == bindparam("the_ticket"))
_CANCEL_MAIL = (
    update(tables.outgoing_mail)
    .where(_mail.token == bindparam("the_key"))
    .values(state=MailState.CANCELLED.value, ended_at=bindparam("ended_at"), last_reply=bindparam("last_reply"))
)
_TELL_CANCELLED = tables.mail_event.insert().from_select(
    ["mail", "at", "what", "by", "words"],
    select(
        _mail.id,
        bindparam("ended_at", type_=tables.mail_event.c.at.type),
        literal(MailState.CANCELLED.value),
        literal(""),
        bindparam("last_reply", type_=tables.mail_event.c.words.type),
    ).where(_mail.token == bindparam("the_key")),
)


class CarryingOut(Snapshot):
    """Acting on decisions."""

    def carry_out(self, works: Sequence[Carrying], now: datetime) -> dict[int, str]:
        """Write what the works want; return the stale ones by index, of which nothing is written, each with why."""
        connection = self._connection
        try:
            # PostgreSQL takes nothing more of a transaction in which a statement failed, a reading one too.
            with savepoint(connection):
                rows, stale = plan(works, _read_ground(connection, works), now)
                _write(connection, rows, works, now)
        except (StatementError, ValueError, OverflowError) as error:
            if is_fatal(error):
                raise
            if len(works) == 1:
                return {0: f"the database refused it: {reason_of(error)}"}
            return self._carry_out_singly(works, now)
        return stale

    def _carry_out_singly(self, works: Sequence[Carrying], now: datetime) -> dict[int, str]:
        alone = ((index, self.carry_out([work], now)) for index, work in enumerate(works))
        return {index: stale[0] for index, stale in alone if stale}


def _read_ground(connection: Connection, works: Sequence[Carrying]) -> Ground:
    steps = [step for work in works for step in work.decision.steps]
    numbered = OpenTicket | ChangeTicket | AddEntry
    numbers = {step.number for step in steps if isinstance(step, numbered)}
    return Ground(
        tickets=_read_standings(connection, numbers | set(_parents_in(steps))),
        open_drafts=_read_tokens(
            connection, _OPEN_DRAFTS, {step.token for step in steps if isinstance(step, CloseDraft)}
        ),
        open_incidents=_read_incidents(connection, (step for step in steps if isinstance(step, OpenTicket))),
        waiting_mails=_read_tokens(
            connection, _WAITING_MAILS, {step.token for step in steps if isinstance(step, CancelMail)}
        ),
        claimed_arrivals=_read_claims(connection, "arrival", (work.arrival for work in works)),
        claimed_timers=_read_claims(connection, "timer", (work.timer for work in works)),
        held=_read_held(connection, {step.arrival for step in steps if isinstance(step, EndHeld)}),
        old_arrivals=_read_old(connection, (work.arrival for work in works)),
        contacts=read_contacts(connection, {step.who.address for step in steps if isinstance(step, ChangeContact)}),
    )


def _parents_in(steps: Iterable[Step]) -> Iterator[int]:
    """Name the tickets that others are to belong to."""
    for step in steps:
        changes = step.changes if isinstance(step, ChangeTicket) else ()
        yield from (int(change.new) for change in changes if change.field == "parent" and change.new is not None)


def _read_incidents(connection: Connection, opened: Iterable[OpenTicket]) -> frozenset[str]:
    names = {folded(step.incident) for step in opened if step.incident is not None}
    found: set[str] = set()
    for some in in_chunks(names):
        found.update(connection.execute(_OPEN_INCIDENTS, {"names": some}).scalars())
    return frozenset(found)


def _read_standings(connection: Connection, numbers: Iterable[int]) -> dict[int, Standing]:
    standings = {}
    for some in in_chunks(numbers):
        for row in connection.execute(_STANDINGS, {"numbers": some}):
            values = {name: as_text(row[8 + at]) for at, name in enumerate(FIELDS)}
            fields, steps, approvals = (
                tuple((name, value) for name, value in pairs) for pairs in (row.fields, row.steps, row.approvals)
            )
            standings[row.number] = Standing(
                row.number, row.version, row.last_n, values, tuple(row.tags), fields, steps, approvals, row.state_at
            )
    return standings


def _read_tokens(connection: Connection, those: Select[str], tokens: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for some in in_chunks(tokens):
        found.update(connection.execute(those, {"tokens": some}).scalars())
    return frozenset(found)


def _read_claims(connection: Connection, table: str, ids: Iterable[int | None]) -> dict[int, str]:
    claims: dict[int, str] = {}
    for some in in_chunks({one for one in ids if one is not None}):
        undone = connection.execute(_CLAIMS[table], {"ids": some})
        claims.update((row.id, row.claim) for row in undone if row.claim is not None)
    return claims


def _read_held(connection: Connection, ids: Iterable[int]) -> frozenset[int]:
    found: set[int] = set()
    for some in in_chunks(ids):
        found.update(connection.execute(_HELD, {"ids": some}).scalars())
    return frozenset(found)


def _read_old(connection: Connection, ids: Iterable[int | None]) -> dict[int, datetime]:
    old: dict[int, datetime] = {}
    for some in in_chunks({one for one in ids if one is not None}):
        for row in connection.execute(_OLD, {"ids": some}):
            old[row.id] = row.received_at or row.recorded_at
    return old


def _write(connection: Connection, rows: Rows, works: Sequence[Carrying], now: datetime) -> None:
    """Write rows table by table, each after those that it refers to."""
    blobs = _keep_blobs(connection, rows, works)
    new, old = _ticket_rows(rows, now)
    _execute(connection, _INSERT["ticket"], new)
    _execute(connection, _CHANGE_TICKET, old)
    for name in _TAKEN_ONCE:
        _execute(connection, insert_new(connection, metadata.tables[name]), rows.by_table[name])
    for name in _IN_ORDER:
        _execute(connection, _INSERT[name], _with_blobs(name, rows.by_table[name], blobs))
    _execute(connection, insert_or_set(connection, tables.clock, *tables.CLOCK_VALUES), latest(rows.by_table["clock"]))
    _execute(connection, _INSERT["clock_change"], rows.by_table["clock_change"])
    _execute(connection, _CLOSE_DRAFT, rows.by_table["closed_draft"])
    _execute(connection, _TELL_CANCELLED, rows.by_table["cancelled_mail"])
    _execute(connection, _CANCEL_MAIL, rows.by_table["cancelled_mail"])
    _execute(connection, insert_or_set(connection, tables.ticket_key, "ticket", "at"), rows.by_table["ticket_key"])
    _write_people_and_timers(connection, rows)
    _end_held(connection, rows)
    _execute(connection, _INSERT["desk_event"], rows.by_table["desk_event"])
    _execute(connection, _END_ARRIVAL, rows.by_table["arrival"])
    _execute(connection, _END_TIMER, rows.by_table["timer"])
    keep_figures(connection, _ended(rows, now), now)
    _execute(connection, _INSERT["explanation"], rows.by_table["explanation"])
    _execute(connection, insert_or_set(connection, tables.sender_proof, "proved_at"), rows.by_table["sender_proof"])


def _ended(rows: Rows, now: datetime) -> list[int]:
    """Name the tickets that have just come to their end."""
    changed = rows.changed.items()
    return [number for number, one in changed if one.state_at == now and one.values["state"] in FINISHED]


def _ticket_rows(rows: Rows, now: datetime) -> tuple[list[Row], list[Row]]:
    """Give the rows of tickets to insert and of tickets to update."""
    # A ticket that one work of the batch opens and a later one changes is inserted as the later one leaves it.
    new = [row | standing_row(rows.changed[number], now) for number, row in rows.opened.items()]
    changed = ((number, one) for number, one in rows.changed.items() if number not in rows.opened)
    return new, [standing_row(one, now) | {"the_key": number} for number, one in changed]


def _write_people_and_timers(connection: Connection, rows: Rows) -> None:
    _execute(connection, _REMOVE_PARTICIPANT, rows.by_table["removed_participant"])
    _execute(connection, insert_or_set(connection, tables.consulted, "asked_by"), rows.by_table["consulted"])
    for column in COLUMNS:
        if said := rows.by_table[f"contact.{column}"]:
            _execute(connection, insert_or_set(connection, tables.contact, column), said)
    absence = insert_or_set(connection, tables.absence, "until_at", "by", "at")
    _execute(connection, absence, rows.by_table["absence"])
    _execute(connection, _DROP_CODE, rows.by_table["dropped_code"])
    codes = insert_or_set(connection, tables.identity_code, "salt", "digest", "expires_at")
    _execute(connection, codes, rows.by_table["identity_code"])
    # What is stopped was started before: a decision that starts a timer anew stops the old one first.
    _execute(connection, _STOP_TIMERS, rows.by_table["stopped_timers"])
    _execute(connection, _STOP_TIMER, rows.by_table["stopped_timer"])
    _execute(connection, _INSERT["timer"], rows.by_table["new_timer"])


def _end_held(connection: Connection, rows: Rows) -> None:
    for what, change in (("released", _RELEASE), ("discarded", _DISCARD)):
        ended = rows.by_table[f"{what}_arrival"]
        _execute(connection, change, [{"the_key": row["the_key"], "at": row["at"]} for row in ended])
        told = [{"arrival": row["the_key"], "at": row["at"], "what": what, "by": row["by"]} for row in ended]
        _execute(connection, tables.arrival_event.insert(), told)


def _keep_blobs(connection: Connection, rows: Rows, works: Sequence[Carrying]) -> dict[str, int]:
    """Store the contents that the rows name, and only those: a stale work leaves none behind."""
    names = {row["sha256"] for table in _WITH_BLOB for row in rows.by_table[table]}
    packed = (one for work in works for one in (*work.attachments.values(), *chain(*work.pieces)))
    return keep_blobs(connection, (one for one in packed if one.sha256 in names))


def _with_blobs(name: str, rows: list[Row], blobs: Mapping[str, int]) -> list[Row]:
    """Put a blob's id beside the name of its content."""
    column = _WITH_BLOB.get(name)
    if column is None:
        return rows
    return [{**row, column: blobs[str(row["sha256"])]} for row in rows]


def _execute(connection: Connection, statement: Update | Insert | Delete, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)
