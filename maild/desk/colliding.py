"""What happened since an agent's mail was written that they should know of before it is done."""

from collections.abc import Iterator
from datetime import datetime

from maild.desk.hearing import Turn
from maild.desk.orders.plan import Plan
from maild.model.facts import TicketFacts
from maild.model.saying import say
from maild.model.ticket import Entry, EntryKind, State

# States that say: nothing more is to be done, or it is the customer's turn.
SETTLING = frozenset({State.RESOLVED, State.CLOSED, State.WAITING})
_MOST_TOLD = 10


def missed(turn: Turn, plan: Plan) -> Iterator[str]:
    """Say what happened since the agent's mail was written that they should know of first (a collision).

    A colleague who wrote to the customer or changed the state counts always; the customer's own mail only where this
    one says that nothing more is to be done, or that it is the customer's turn. Of an incident its tickets count too.
    """
    if turn.issued is None:
        return
    since = [entry for entry in turn.known.entries if entry.n > turn.issued.seen]
    if len(since) < turn.known.last_n - turn.issued.seen:
        yield say("more happened since that mail than can be looked through")
    people = turn.case.house.rules.people
    for entry in since:
        if entry.by in people and entry.by != turn.person.key:
            yield from _missed_entry(entry, people[entry.by].name, plan)
        elif entry.kind is EntryKind.CUSTOMER and plan.ticket.state in SETTLING:
            yield say("meanwhile the customer wrote{words}", words=_said(entry, plan))
    yield from _missed_in_reports(turn, plan, turn.issued.created_at)


def _said(entry: Entry, plan: Plan) -> str:
    return f": {first_words(entry.text)}" if plan.may_read(plan.facts.ticket) else ""


def _missed_entry(entry: Entry, name: str, plan: Plan) -> Iterator[str]:
    states = [change.new for change in entry.changes if change.field == "state"]
    if entry.kind is EntryKind.AGENT:
        yield say("meanwhile {name} answered the customer{words}", name=name, words=_said(entry, plan))
    elif states:
        yield say("meanwhile {name} set the state to {state}", name=name, state=states[-1])


def _missed_in_reports(turn: Turn, plan: Plan, since: datetime) -> tuple[str, ...]:
    """Say a few things of the tickets of an incident: a report itself is no news, nor is what all were told."""
    told = {(entry.by, entry.at) for entry in turn.known.entries}
    lines = [line for one in plan.reports for line in _missed_in(one, plan, since, told)]
    is_incident = turn.known.ticket.incident is not None
    read = {*turn.case.facts.tickets, *turn.case.hidden}
    unread = [number for number in turn.known.children if is_incident and number not in read]
    lines += [say("#{number} could not be read", number=number) for number in unread]
    left_out = len(lines) - _MOST_TOLD
    return (*lines[:_MOST_TOLD], *((say("and {count} more", count=left_out),) if left_out > 0 else ()))


def _missed_in(one: TicketFacts, plan: Plan, since: datetime, told: set[tuple[str, datetime]]) -> Iterator[str]:
    people, number = plan.house.rules.people, one.ticket.number
    if one.entries and one.entries[0].n > 1 and one.entries[0].at > since:
        yield say("more happened in #{number} than can be looked through", number=number)
    for entry in [each for each in one.entries if each.at > since and (each.by, each.at) not in told]:
        said = f": {first_words(entry.text)}" if plan.may_read(one.ticket) else ""
        states = [change.new for change in entry.changes if change.field == "state"]
        is_colleagues = entry.by in people and entry.by != plan.person.key
        if is_colleagues and entry.kind is EntryKind.AGENT:
            yield say(
                "meanwhile {name} answered the customer of #{number}{words}",
                name=people[entry.by].name,
                number=number,
                words=said,
            )
        elif is_colleagues and states:
            yield say(
                "meanwhile {name} set #{number} to {state}", name=people[entry.by].name, number=number, state=states[-1]
            )
        elif entry.kind is EntryKind.CUSTOMER and entry.n > 1 and plan.ticket.state in SETTLING:
            yield say("meanwhile the customer of #{number} wrote{words}", number=number, words=said)


def first_words(text: str, most: int = 80) -> str:
    """Give the beginning of words on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
