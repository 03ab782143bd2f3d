"""What a rule did to a ticket is taken back: each value that it set and nobody changed since. Pure.

Whose a value is, the history tells: what rules did to each mail, and what was changed besides, in the order in which it
happened. A value goes back to what it was before the rule set it, as far back as the rule alone set it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from maild.desk.case import Sheet, entry_of
from maild.desk.lifecycle import state_again
from maild.desk.orders.plan import value_of
from maild.model.decision import Decision, RemoveParticipant
from maild.model.facts import TicketFacts
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import FIELD_PREFIX, Cause, CauseKind, Change, Entry, EntryKind, Ticket
from maild.rules.rulings import TAG, Deed, Ruling

_VALUES = frozenset(
    {
        "queue",
        "team",
        "assignee",
        "category",
        "impact",
        "urgency",
        "priority",
        "level",
        "agreement",
        "climbs",
        "language",
        "requester",
    }
)
_CC = "cc"
# Told elsewhere: what becomes of the mail, to which incident it belongs; and what is no value of a ticket by itself.
_UNTOLD = frozenset({"hold", "refuse", "spam", "major", "incident"})


@dataclass(frozen=True, slots=True)
class Retraction:
    """What is taken back of a ticket, and what stays and why, a line each; no decision where nothing can be."""

    decision: Decision | None
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Write:
    """Somebody gave a field a value: the rule in question, another, a person."""

    field: str
    old: str | None
    new: str | None
    by: str


def retract(
    known: TicketFacts, rulings: Mapping[int, Ruling], rule: str, by: str, joins: Collection[int]
) -> Retraction:
    """Take back what a rule did to a ticket; `known` has its whole history, `rulings` of its own mails are by arrival.

    `joins` are the arrivals by which the rule brought tickets into an incident: that of another ticket may be one.
    """
    ticket = known.ticket
    writes = tuple(_writes(known.entries, rulings, rule, joins))
    fields = dict.fromkeys(write.field for write in writes if write.by == rule)
    values = [_back(ticket, [write for write in writes if write.field == field], rule) for field in fields]
    deeds = [deed for ruling in rulings.values() for deed in ruling.deeds if _is_of(deed, rule)]
    guests = dict.fromkeys(deed.new or "" for deed in deeds if deed.what == _CC)
    gone = [address for address in guests if _is_silent(known, address)]
    told = [said for _, said in values]
    told += [f"{address}: takes part no more" for address in gone]
    told += [f"{address}: stays" for address in guests if address not in gone]
    told += [f"{deed.what} {deed.new}: stays" for deed in deeds if not _is_told(deed)]
    changes = [change for some, _ in values for change in some]
    if not changes and not gone:
        return Retraction(None, tuple(told))
    sheet = Sheet(Cause(CauseKind.COMMAND_LINE, by), by, ticket, known.last_n)
    sheet.add(*(RemoveParticipant(ticket.number, address) for address in gone))
    sheet.change(*changes)
    # Who no longer takes part is a change of the history, not of the ticket's row.
    shown = tuple(Change("participant", address, None) for address in gone)
    sheet.enter(ticket.number, EntryKind.EVENT, f"What {rule} did is taken back.", shown=shown)
    return Retraction(sheet.decision(entry_of(ticket.number), None), tuple(told))


def _writes(
    entries: Sequence[Entry], rulings: Mapping[int, Ruling], rule: str, joins: Collection[int]
) -> Iterator[_Write]:
    """Give who gave which field a value, in order; what rules did stands where the last entry of their mail does."""
    ends = {entry.arrival: entry.n for entry in entries}
    for entry in entries:
        ruling = rulings.get(entry.arrival) if entry.arrival is not None else None
        for change in entry.changes:
            if entry.cause.kind is not CauseKind.RULE:
                yield _Write(_field_of(change), change.old, change.new, entry.by)
            elif change.field == "state":
                is_own = ruling is not None and any(deed.what == "spam" and _is_of(deed, rule) for deed in ruling.deeds)
                yield _Write("state", change.old, change.new, rule if is_own else entry.by)
            elif change.field == "parent":
                yield _Write("parent", change.old, change.new, rule if entry.arrival in joins else entry.by)
        if ruling is not None and entry.n == ends[entry.arrival]:
            yield from (_written(deed, rule) for deed in ruling.deeds if deed.what == TAG or _is_value(deed.what))


def _written(deed: Deed, rule: str) -> _Write:
    by = rule if _is_of(deed, rule) else deed.origin
    field = f"{TAG} {deed.new}" if deed.what == TAG else deed.what
    return _Write(field, deed.old, deed.new, by)


def _field_of(change: Change) -> str:
    return f"{TAG} {change.new or change.old}" if change.field == TAG else change.field


def _back(ticket: Ticket, writes: Sequence[_Write], rule: str) -> tuple[tuple[Change, ...], str]:
    """Give a field back what it had before the rule alone set it, and say so; or say why it stays."""
    last, field = writes[-1], writes[-1].field
    is_tag = field.startswith(f"{TAG} ")
    value = _tag_of(ticket, field) if is_tag else value_of(ticket, field)
    if last.by != rule or value != last.new:
        who = "somebody" if last.by == rule else last.by
        return (), f"{field} {value or '–'}: stays, {who} changed it since"
    old = last.old
    for write in reversed(writes[:-1]):
        if write.by != rule or write.new != old:
            break
        old = write.old
    old = state_again(old) if field == "state" else old
    if is_tag:
        return (Change(TAG, value, None),), f"{field}: taken off"
    changes: tuple[Change, ...] = (Change(field, value, old),)
    if field == "requester":
        changes = (*changes, Change("requester_name", value_of(ticket, "requester_name"), ""))
    return changes, f"{field}: {value} → {old or '–'}"


def _tag_of(ticket: Ticket, field: str) -> str | None:
    tag = field.removeprefix(f"{TAG} ")
    return tag if tag in ticket.tags else None


def _is_of(deed: Deed, rule: str) -> bool:
    return deed.rule == f"rules.{rule}"


def _is_value(what: str) -> bool:
    return what in _VALUES or what.startswith((FIELD_PREFIX, STEP_PREFIX))


def _is_told(deed: Deed) -> bool:
    return deed.what in _UNTOLD or deed.what in {TAG, _CC} or _is_value(deed.what)


def _is_silent(known: TicketFacts, address: str) -> bool:
    """Whether somebody takes part and never wrote."""
    takes_part = any(each.address.lower() == address.lower() for each in known.ticket.participants)
    return takes_part and not any(entry.by.lower() == address.lower() for entry in known.entries)
