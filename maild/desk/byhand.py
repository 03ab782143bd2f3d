"""What the command line's user does to tickets: one for somebody who called, and fields of one that is there.

Whoever may run these commands may all; they are entered as `command line: NAME`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from maild.desk.acknowledging import acknowledged_for, why_silent
from maild.desk.case import Sheet, entry_of
from maild.desk.contacts import completed
from maild.desk.house import House
from maild.desk.merging import joined_by_merging, merged_story, why_not_merged
from maild.desk.orders.grades import confidence_in
from maild.desk.orders.plan import value_of
from maild.desk.subjects import ticket_subject
from maild.desk.telling import notices, those_in_charge
from maild.desk.timekeeping import RETARGETED
from maild.documents import did_you_mean
from maild.model.decision import (
    AddEntry,
    ChangeContact,
    Decision,
    LinkTickets,
    MeetContact,
    OpenTicket,
    StopTimers,
    TimerKind,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address
from maild.model.saying import say
from maild.model.ticket import CONTACT_PREFIX, FIELD_PREFIX, Cause, CauseKind, Change, Confidence, EntryKind, State
from maild.rules import Queue

_FREE = ("category", "impact", "urgency", "priority", "level", "subject", "language")
SETTABLE = ("state", "queue", "team", "assignee", "confidential", *_FREE)
_STATES = frozenset(State) - {State.MERGED, State.PENDING}  # which need another ticket, and an instant


class HandError(Exception):
    """What is asked for cannot be done; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who called, and what about; `queue` None is the first."""

    who: Address
    subject: str
    words: str
    queue: str | None


def open_for_caller(caller: Caller, facts: Facts, house: House, now: datetime, by: str) -> Decision:
    """Open a ticket for somebody who called, tell them its number and the team of it.

    Raises HandError for a queue that is not there, or an address that is the desk's own.
    """
    requester = caller.who
    if not house.is_outside(requester.address, now):
        raise HandError(f"{requester.address} is an address of this desk: a ticket is somebody's outside")
    chosen = _queue(house, caller.queue)
    number = facts.next_number
    sheet = Sheet(Cause(CauseKind.COMMAND_LINE, by), by, None, 0)
    opened = OpenTicket(
        number=number,
        subject=ticket_subject(caller.subject),
        state=State.NEW,
        queue=chosen.key,
        team=chosen.team,
        assignee=None,
        requester=requester,
        language=None,
    )
    sheet.open(opened)
    sheet.enter(number, EntryKind.CUSTOMER, caller.words, flags=("entered",))
    sheet.add(MeetContact(requester))
    if house.may_be_written_to(requester.address) and not why_silent(facts, requester.address, now):
        sheet.want(acknowledged_for(requester, number))
    sheet.want(*notices(those_in_charge(house, opened, now), number, (say("Entered by {by}.", by=by),)))
    return sheet.decision(entry_of(number), None)


def set_fields(known: TicketFacts, values: Mapping[str, str], *, facts: Facts, house: House, by: str) -> Decision:
    """Set fields of a ticket or of its requester (`contact.phone`); an empty value empties one. Nobody is mailed.

    Raises HandError with every problem.
    """
    ticket, owner = known.ticket, known.ticket.requester
    problems = [problem for name, value in values.items() if (problem := _problem(name, value, house, owner))]
    if problems:
        raise HandError("; ".join(problems))
    sheet = Sheet(Cause(CauseKind.COMMAND_LINE, by), by, ticket, known.last_n)
    changes = [Change(name, _value(known, facts, name), value or None) for name, value in values.items()]
    category = house.rules.categories.get(values.get("category", ""))
    if category is not None and "confidential" not in values:
        confidence = confidence_in(category, ticket)
        changes.append(Change("confidential", value_of(ticket, "confidential"), confidence and confidence.value))
    changed = [each for each in changes if each.old != each.new]
    if not changed:
        raise HandError(f"#{ticket.number} has these values already")
    sheet.change(*changed)
    sheet.enter(ticket.number, EntryKind.EVENT, "")
    if owner is not None:
        sheet.add(*_contact_steps(owner, changed))
    if any(each.field == "state" for each in changed):
        sheet.add(StopTimers(TimerKind.WAKE, ticket.number))
    return sheet.decision(entry_of(ticket.number), None)


def merge_tickets(known: TicketFacts, target: TicketFacts, *, is_join: bool, by: str) -> Decision:
    """Let a ticket go on in another, as `#merge` does. Nobody is mailed. Raises HandError."""
    here, there = known.ticket, target.ticket
    why_not = why_not_merged(here, there, is_join=is_join)
    if why_not:
        raise HandError(f"#{here.number} stays as it is: {why_not}")
    cause = Cause(CauseKind.COMMAND_LINE, by)
    sheet = Sheet(cause, by, here, known.last_n)
    sheet.change(Change("merged_into", value_of(here, "merged_into"), str(there.number)))
    sheet.set_state(State.MERGED)
    sheet.enter(here.number, EntryKind.EVENT, f"It goes on in #{there.number}: merged by {by}.")
    sheet.add(
        AddEntry(there.number, target.last_n + 1, EntryKind.EVENT, by, cause, merged_story(here, by)),
        *(joined_by_merging(here, there) if is_join else ()),
        LinkTickets(here.number, there.number, "merged"),
        StopTimers(TimerKind.WAKE, here.number),
    )
    return sheet.decision(entry_of(here.number), None)


def retarget(known: TicketFacts, *, by: str) -> Decision:
    """Give a ticket's clocks the targets that the agreements have by now; nobody is mailed."""
    number = known.ticket.number
    sheet = Sheet(Cause(CauseKind.COMMAND_LINE, by), by, known.ticket, known.last_n)
    sheet.enter(number, EntryKind.EVENT, "Its clocks have the targets of today's agreements.", flags=(RETARGETED,))
    return sheet.decision(entry_of(number), None)


def _queue(house: House, key: str | None) -> Queue:
    queues = house.queues()
    if key is not None and key not in queues:
        raise HandError(f"there is no queue '{key}'{did_you_mean(key, queues)}")
    return queues[key] if key is not None else next(iter(queues.values()))


def _value(known: TicketFacts, facts: Facts, name: str) -> str | None:
    owner = known.ticket.requester
    if not name.startswith(CONTACT_PREFIX) or owner is None:
        return value_of(known.ticket, name)
    contact = facts.contacts.get(owner.address.lower())
    return contact.value(name.removeprefix(CONTACT_PREFIX)) if contact is not None else None


def _contact_steps(owner: Address, changes: Sequence[Change]) -> Iterator[ChangeContact]:
    for each in changes:
        if each.field.startswith(CONTACT_PREFIX):
            yield ChangeContact(owner, each.field.removeprefix(CONTACT_PREFIX), each.old, each.new)


def _problem(name: str, value: str, house: House, owner: Address | None) -> str:
    """Say why a field cannot have a value."""
    if name.startswith(CONTACT_PREFIX):
        return _problem_of_contact(name, value, house, owner)
    if name.startswith(FIELD_PREFIX):
        field = name.removeprefix(FIELD_PREFIX)
        return "" if field in house.rules.fields else f"no field '{field}'{did_you_mean(field, house.rules.fields)}"
    if name not in SETTABLE:
        return f"'{name}' cannot be set{did_you_mean(name, SETTABLE)}"
    if (name, value) == ("state", State.PENDING):
        return "state: nobody would know until when it is pending; answer a notice with '#pending until friday'"
    known = _known(name, house)
    if known is None or (not value and name not in {"state", "queue", "subject"}):
        return "" if value or name != "subject" else "a subject cannot be empty"
    return "" if value in known else f"{name}: there is no '{value}'{did_you_mean(value, known)}"


def _problem_of_contact(name: str, value: str, house: House, owner: Address | None) -> str:
    if owner is None:
        return f"{name}: the ticket has no requester"
    try:
        completed(house, owner.address, name.removeprefix(CONTACT_PREFIX), value)
    except ValueError as error:
        return f"{name}: {error}"
    return ""


def _known(name: str, house: House) -> tuple[str, ...] | None:
    """Give the values that a field can have; None where it is free."""
    rules = house.rules
    choices: dict[str, tuple[str, ...]] = {
        "state": tuple(state.value for state in State if state in _STATES),
        "queue": tuple(house.queues()),
        "team": tuple(rules.teams),
        "assignee": tuple(rules.people),
        "confidential": tuple(each.value for each in Confidence),
    }
    if rules.categories:
        choices["category"] = tuple(rules.categories)
    return choices.get(name)
