"""What the parts of a report list for one reader: no ticket that they may not see, of a confidential one no word."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from maild.desk.house import House
from maild.model.clocks import PROMISED, Clock, ClockState
from maild.model.digest import Item, Listing
from maild.model.facts import Facts
from maild.model.occasion import HeldMail, OpenMatter
from maild.model.saying import say
from maild.model.search import Sight
from maild.model.ticket import State, Ticket
from maild.rules import Person, ReportPart

_MOST_LISTED = 50
_LONGEST_WORDS = 60
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads, when, and what they may see of all that is unfinished."""

    person: Person
    sight: Sight
    matters: tuple[OpenMatter, ...]
    facts: Facts
    house: House
    now: datetime


def listings_for(
    person: Person, parts: Iterable[ReportPart], facts: Facts, house: House, now: datetime
) -> tuple[Listing, ...]:
    """Give the parts of a report as somebody may read them."""
    sight = house.sight_of(person)
    seen = tuple(each for each in facts.desk.matters if sight.sees(each.ticket))
    reader = _Reader(person, sight, seen, facts, house, now)
    return tuple(bounded(part.value, tuple(_LISTING[part](reader))) for part in parts)


def bounded(name: str, items: tuple[Item, ...], *, is_numbered: bool = False) -> Listing:
    """Give a part as long as a mail is read, and count what is left out."""
    return Listing(name, items[:_MOST_LISTED], max(0, len(items) - _MOST_LISTED), is_numbered)


def _open_by_due(reader: _Reader) -> Iterator[Item]:
    matters = [each for each in reader.matters if each.ticket.state in {State.NEW, State.OPEN}]
    yield from (_due_item(each, reader, with_holder=True) for each in _by_due(matters))


def _mine_by_due(reader: _Reader) -> Iterator[Item]:
    mine = [each for each in reader.matters if each.ticket.assignee == reader.person.key]
    yield from (_due_item(each, reader, with_holder=False) for each in _by_due(mine))


def _waiting(reader: _Reader) -> Iterator[Item]:
    """Name for whom each ticket waits, the longest wait first."""
    waiting = [each for each in reader.matters if each.ticket.state in {State.WAITING, State.PENDING}]
    for each in sorted(waiting, key=lambda one: one.ticket.state_at):
        ticket, owner = each.ticket, each.ticket.requester
        is_told = ticket.confidential is None
        asked = ", ".join(one.who.address for one in ticket.consulted)
        words: str = _subject(ticket)
        if is_told and ticket.state is State.WAITING and owner is not None:
            words = say("{subject}, waits for {name}", subject=words, name=owner.name or owner.address)
        elif is_told:
            words = say("{subject}, sleeps", subject=words)
        note = say("asked aside: {addresses}", addresses=asked) if asked and is_told else ""
        yield Item(words, ticket.number, at=ticket.state_at, note=note)


def _breached(reader: _Reader) -> Iterator[Item]:
    """Name every missed promise and why it was missed, the oldest first."""
    late = [(clock, each) for each in reader.matters for clock in _promised(each) if clock.is_late(reader.now)]
    for clock, each in sorted(late, key=lambda one: (one[0].due_at or one[0].at, one[1].ticket.number)):
        is_told = each.ticket.confidential is None
        why = each.why_late.partition("\n")[0] or say("nobody said why")
        yield Item(_subject(each.ticket), each.ticket.number, clock.name, clock.due_at, True, why if is_told else "")


def _absences(reader: _Reader) -> Iterator[Item]:
    """Name who is away, and whose tickets lie with nobody who is here."""
    house, now = reader.house, reader.now
    for person in house.people(now):
        if house.is_absent(person.key, now):
            yield Item(say("{name} is away", name=person.name), at=_back_at(person, reader))
    for each in reader.matters:
        holder = house.rules.people.get(each.ticket.assignee or "")
        if holder is not None and house.find_person(holder.key, now) is None:
            yield Item(
                say("{subject}, with {name}, who left", subject=_subject(each.ticket), name=holder.name),
                each.ticket.number,
            )
        elif holder is not None and house.is_absent(holder.key, now):
            yield Item(
                say("{subject}, with {name}, who is away", subject=_subject(each.ticket), name=holder.name),
                each.ticket.number,
            )


def _drafts(reader: _Reader) -> Iterator[Item]:
    """Name the reader's own drafts; none on tickets that they see no more, on confidential ones no words."""
    known = {each.ticket.number for each in reader.facts.desk.matters}
    seen = {each.ticket.number: each.ticket for each in reader.matters}
    for draft in reader.facts.desk.drafts:
        ticket = seen.get(draft.ticket or 0)
        if draft.author != reader.person.key or (draft.ticket in known and ticket is None):
            continue
        is_told = ticket is None or ticket.confidential is None
        words = shortened(draft.text) or say("(no words)")
        words = words if is_told else say("(confidential)")
        yield Item(say("your draft: {words}", words=words), draft.ticket, at=draft.created_at)


def held_listing(held: Iterable[HeldMail]) -> Listing:
    """Number what is held: from whom, what about, why."""
    return bounded("held", tuple(_held_item(each) for each in held), is_numbered=True)


def _held_item(each: HeldMail) -> Item:
    words = say("{sender}: {subject}", sender=each.sender or say("nobody"), subject=shortened(each.subject) or "–")
    return Item(words, at=each.recorded_at, note=each.reason)


_LISTING: Mapping[ReportPart, Callable[[_Reader], Iterable[Item]]] = MappingProxyType(
    {
        ReportPart.OPEN_BY_DUE: _open_by_due,
        ReportPart.WAITING: _waiting,
        ReportPart.BREACHED: _breached,
        ReportPart.ABSENCES: _absences,
        ReportPart.MINE_BY_DUE: _mine_by_due,
        ReportPart.DRAFTS: _drafts,
    }
)


def shortened(text: str) -> str:
    """Give the first line of somebody's words, as much of it as tells what it is."""
    line = " ".join(text.strip().partition("\n")[0].split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"


def _by_due(matters: Iterable[OpenMatter]) -> list[OpenMatter]:
    """Sort by what is due first; where nothing is due comes last, the oldest first."""
    return sorted(matters, key=lambda one: (_next_due_at(one) or _NEVER, one.ticket.number))


def _next_due_at(each: OpenMatter) -> datetime | None:
    due = _next_due(each)
    return due.due_at if due is not None else None


def _due_item(each: OpenMatter, reader: _Reader, *, with_holder: bool) -> Item:
    ticket, due = each.ticket, _next_due(each)
    words: str = _subject(ticket)
    if with_holder and ticket.confidential is None:
        holder = reader.house.rules.people.get(ticket.assignee or "")
        words = (
            say("{subject}, with {name}", subject=words, name=holder.name)
            if holder is not None
            else say("{subject}, with nobody", subject=words)
        )
    if due is None:
        return Item(words, ticket.number)
    return Item(words, ticket.number, due.name, due.due_at, is_late=due.is_late(reader.now))


def _next_due(each: OpenMatter) -> Clock | None:
    running = [one for one in _promised(each) if one.state is ClockState.RUNNING and one.due_at is not None]
    return min(running, key=lambda one: one.due_at or one.at, default=None)


def _promised(each: OpenMatter) -> Iterator[Clock]:
    yield from (clock for clock in each.clocks if clock.name in PROMISED)


def _subject(ticket: Ticket) -> str:
    if ticket.confidential is not None:
        return say("(confidential)")
    words = shortened(ticket.subject)
    return f"{ticket.priority} {words}" if ticket.priority else words


def _back_at(person: Person, reader: _Reader) -> datetime | None:
    """Say until when somebody is away by their own word; the rule files know days only."""
    return reader.facts.absences.get(person.key)
