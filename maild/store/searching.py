"""A search becomes a query: the newest tickets for which every term holds.

BUGS
    Words are looked for in every entry of every ticket that the other terms leave: name a state, a queue or a time with
    them where there are a million.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, String, and_, cast, exists, func, literal, not_, or_, select

from maild.model.clocks import ClockState
from maild.model.facts import DraftState
from maild.model.search import MOST_FOUND, Search, Sight, Term
from maild.model.ticket import FIELD_PREFIX, Confidence, Ticket
from maild.store.history import read_tickets
from maild.store.tables import clock, draft, entry, participant, ticket

_PLAIN = (
    *("state", "queue", "category", "priority", "impact", "urgency", "level", "team", "assignee", "language"),
    *("confidential", "agreement"),
)
_ESCAPE = "\\"


def search_tickets(
    connection: Connection, search: Search, now: datetime, limit: int = MOST_FOUND
) -> tuple[Ticket, ...]:
    """Give the tickets that a search finds at an instant, the highest number first."""
    found = select(ticket.c.number).order_by(ticket.c.number.desc()).limit(limit)
    for term in search.terms:
        holds = _holds(term, now)
        found = found.where(not_(holds) if term.is_excluded else holds)
    if search.after is not None:
        found = found.where(ticket.c.created_at >= search.after)
    if search.before is not None:
        found = found.where(ticket.c.created_at < search.before)
    if search.sight is not None:
        found = found.where(_is_within(search.sight))
    if search.sight is not None and search.is_by_words:
        # Whether a word stands in a sealed ticket is a word of it.
        is_open = func.coalesce(ticket.c.confidential, "") != Confidence.SEALED.value
        found = found.where(or_(is_open, ticket.c.assignee == search.sight.person))
    numbers = connection.execute(found).scalars().all()
    tickets = read_tickets(connection, numbers)
    return tuple(tickets[number][0] for number in numbers)


def _is_within(sight: Sight) -> ColumnElement[bool]:
    """Say of a ticket what Sight.sees says of it."""
    own, teams = sorted(sight.own_queues), sorted(sight.teams)
    is_theirs = and_(ticket.c.team.is_not(None), ticket.c.team.in_(teams))
    is_of_queue = and_(func.coalesce(ticket.c.team, "") == "", ticket.c.queue.in_(own))
    is_open = and_(ticket.c.confidential.is_(None), ticket.c.queue.not_in(sorted(sight.hidden)))
    is_told = and_(ticket.c.confidential.is_not(None), or_(literal(sight.is_manager), is_of_queue))
    return or_(ticket.c.assignee == sight.person, is_theirs, is_open, is_told)


def _holds(term: Term, now: datetime) -> ColumnElement[bool]:
    if term.name == "overdue":
        return _is_due_before(now)
    if term.name in _PLAIN:
        return _is(ticket.c[term.name], term.value)
    if term.name.startswith(FIELD_PREFIX):
        return _has_field(term.name.removeprefix(FIELD_PREFIX), term.value)
    return _OTHERS[term.name](term.value)


def _is(column: Column[str], value: str) -> ColumnElement[bool]:
    """Compare without letter case; a category holds its children; `*` is any value. NULL never equals."""
    if value == "*":
        return column.is_not(None)
    if column is ticket.c.state:  # always in lower case, and its index serves
        return column == value.lower()
    plain = func.coalesce(func.lower(column), "")
    if column is ticket.c.category:
        return or_(plain == value.lower(), plain.like(_literal(value.lower()) + "/%", escape=_ESCAPE))
    return plain == value.lower()


def _is_due_before(at: datetime) -> ColumnElement[bool]:
    running = select(clock.c.ticket).where(clock.c.state == ClockState.RUNNING.value, clock.c.due_at < at)
    return ticket.c.number.in_(running)


def _has_tag(value: str) -> ColumnElement[bool]:
    # JSON as it lies there: a list of strings, so that a whole one stands between its quotes.
    return func.lower(cast(ticket.c.tags, String)).like(f'%"{_literal(value.lower())}"%', escape=_ESCAPE)


def _has_field(name: str, value: str) -> ColumnElement[bool]:
    pair = f'["{name}", ' + ("" if value == "*" else f'"{value}"]')
    return func.lower(cast(ticket.c.fields, String)).like(f"%{_literal(pair.lower())}%", escape=_ESCAPE)


def _sent_by(value: str) -> ColumnElement[bool]:
    return _matches(ticket.c.requester, value)


def _has_participant(value: str) -> ColumnElement[bool]:
    takes_part = exists().where(participant.c.ticket == ticket.c.number, _matches(participant.c.address, value))
    return or_(takes_part, _matches(ticket.c.requester, value))


def _is_drafted_by(value: str) -> ColumnElement[bool]:
    mine = (draft.c.ticket == ticket.c.number, draft.c.author == value, draft.c.state == DraftState.OPEN)
    return exists().where(*mine)


def _says(value: str) -> ColumnElement[bool]:
    like = f"%{_literal(value.lower())}%"
    said = exists().where(entry.c.ticket == ticket.c.number, func.lower(entry.c.text).like(like, escape=_ESCAPE))
    return or_(func.lower(ticket.c.subject).like(like, escape=_ESCAPE), said)


def _matches(column: Column[str], value: str) -> ColumnElement[bool]:
    """Compare an address with a glob of `*`."""
    like = _literal(value.lower()).replace("*", "%")
    return func.coalesce(func.lower(column), "").like(like, escape=_ESCAPE)


def _literal(value: str) -> str:
    return value.replace(_ESCAPE, _ESCAPE * 2).replace("%", r"\%").replace("_", r"\_")


_OTHERS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "tag": _has_tag,
    "sender": _sent_by,
    "participant": _has_participant,
    "draft": _is_drafted_by,
    "text": _says,
    "due": lambda value: _is_due_before(datetime.fromisoformat(value)),
}
