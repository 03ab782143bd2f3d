"""Many tickets are one matter: a rule joins them to an incident, which is a ticket that nobody outside asked for.

The first mail for which the rule holds opens it, and brings the tickets along that its rates have counted; later ones
join it until it is closed. One that comes after it was called solved opens it again.

Of a confidential ticket the incident's history says nothing: who may see it finds the incident in its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maild.desk.case import Case, Sheet
from maild.desk.ruling import BY, incident_rules, is_report, wants
from maild.desk.telling import listed, named, notices, those_in_charge
from maild.model.decision import AddEntry, ChangeTicket, OpenTicket, Step, StopTimers, TimerKind
from maild.model.facts import TicketFacts
from maild.model.outgoing import Wanted
from maild.model.saying import say
from maild.model.ticket import FINISHED, Cause, CauseKind, Change, EntryKind, State, Ticket, folded
from maild.rules import Person, effects
from maild.rules.effects import CallSpam, JoinIncident
from maild.rules.occasions import Done, Verdicts

_LONGEST_NAME = 200
_NO_MATTER = frozenset({State.SPAM, State.MERGED})


@dataclass(frozen=True, slots=True)
class Joining:
    """A ticket that is to join an incident, and whose rule wants it."""

    ticket: Ticket | OpenTicket
    done: Done
    name: str

    @property
    def cause(self) -> Cause:
        """What the entries of it name as their cause."""
        place = self.done.origin.place
        return Cause(CauseKind.RULE, f"{place.file}:{place.line}")


def join_incident(case: Case, sheet: Sheet, ticket: Ticket | OpenTicket, verdicts: Verdicts) -> None:
    """Let a ticket join the incident that a rule names.

    Nothing is done for a ticket that belongs to another already, or whose mail is no report.
    """
    joining = _joining(case, ticket, verdicts)
    if joining is None or case.facts.incidents is None:
        return
    number = case.facts.incidents.get(folded(joining.name))
    if number is None:
        _open(case, sheet, joining, verdicts, case.facts.next_number + sheet.opened)
    elif number in case.facts.tickets:
        _join(case, sheet, joining, case.facts.tickets[number])


def _joining(case: Case, ticket: Ticket | OpenTicket, verdicts: Verdicts) -> Joining | None:
    wanted = [done for done in verdicts.done if isinstance(done.effect, JoinIncident)]
    is_apart = ticket.parent is not None or ticket.incident is not None or ticket.state in _NO_MATTER
    if not wanted or is_apart or not is_report(case) or wants(verdicts, CallSpam):
        return None
    effect = wanted[0].effect
    name = " ".join(effect.name.split())[:_LONGEST_NAME] if isinstance(effect, JoinIncident) else ""
    return Joining(ticket, wanted[0], name) if name else None


def _open(case: Case, sheet: Sheet, joining: Joining, verdicts: Verdicts, number: int) -> None:
    """Open the incident with what the rules say of the ticket in hand, and tell who must hear of it."""
    after, ticket, by_rule = verdicts.after, joining.ticket, joining.done.origin
    counted = tuple(_counted(case, joining, verdicts))
    incident = OpenTicket(
        number=number,
        subject=joining.name,
        state=State.NEW,
        queue=after.queue,
        team=after.team,
        assignee=None,
        requester=None,
        language=None,
        category=after.category,
        impact=after.impact,
        urgency=after.urgency,
        priority=after.priority,
        level=after.level,
        incident=joining.name,
    )
    sheet.open(incident)
    reports = (*(one.ticket for one in counted), ticket)
    story = f"The incident “{joining.name}” was opened by {by_rule}." + _named(reports)
    sheet.add(AddEntry(number, 1, EntryKind.EVENT, BY, joining.cause, story))
    for one in counted:
        change = Change("parent", None, str(number))
        told = _belongs(number, joining)
        sheet.add(
            ChangeTicket(one.ticket.number, (change,)),
            AddEntry(one.ticket.number, one.last_n + 1, EntryKind.EVENT, BY, joining.cause, told, (change,)),
        )
    _enter(sheet, joining, number)
    told_people = dict.fromkeys((*those_in_charge(case.house, incident, case.now), *_notified(case, verdicts)))
    about = say("{count} tickets are one matter: told by {rule}.", count=len(reports), rule=by_rule)
    sheet.want(*_told(case, told_people, incident, about, reports))


def _join(case: Case, sheet: Sheet, joining: Joining, known: TicketFacts) -> None:
    """Let the ticket in hand join; an incident that was called solved is open again, and told."""
    incident, ticket = known.ticket, joining.ticket
    _enter(sheet, joining, incident.number)
    if incident.state is State.RESOLVED:
        sheet.add(*_reopened(known, joining))
        about = say("It was called solved, and is reported again.")
        told = those_in_charge(case.house, incident, case.now)
        sheet.want(*_told(case, told, incident, about, (ticket,)))
    elif ticket.confidential is None:
        story = f"#{ticket.number} joined."
        sheet.add(AddEntry(incident.number, known.last_n + 1, EntryKind.EVENT, BY, joining.cause, story))


def _reopened(known: TicketFacts, joining: Joining) -> Iterator[Step]:
    number, change = known.ticket.number, Change("state", State.RESOLVED.value, State.OPEN.value)
    story = f"It is reported again.{_named((joining.ticket,))}"
    yield StopTimers(TimerKind.WAKE, number)
    yield ChangeTicket(number, (change,))
    yield AddEntry(number, known.last_n + 1, EntryKind.EVENT, BY, joining.cause, story, (change,))


def _enter(sheet: Sheet, joining: Joining, number: int) -> None:
    """Enter in the ticket in hand that it belongs to the incident."""
    sheet.change(Change("parent", None, str(number)))
    told = _belongs(number, joining)
    sheet.enter(joining.ticket.number, EntryKind.EVENT, told, by=BY, cause=joining.cause)


def _belongs(number: int, joining: Joining) -> str:
    return f"It belongs to the incident #{number} “{joining.name}” by {joining.done.origin}."


def _counted(case: Case, joining: Joining, verdicts: Verdicts) -> Iterator[TicketFacts]:
    """Give the tickets that the rule's rates have counted, and that are free."""
    rates = [rate for each in verdicts.verdicts if each.origin == joining.done.origin for rate in each.rates]
    known = [case.facts.rates[rate].tickets for rate in rates if rate in case.facts.rates]
    found = {one.ticket.number: one for tickets in known for one in tickets}
    for number, one in sorted(found.items()):
        is_free = one.ticket.parent is None and one.ticket.incident is None and one.ticket.state not in FINISHED
        if is_free and number != joining.ticket.number:
            yield one


def _named(tickets: Iterable[Ticket | OpenTicket]) -> str:
    numbers = [f"#{each.number}" for each in tickets if each.confidential is None]
    return f" It is reported by {', '.join(numbers)}." if numbers else ""


def _notified(case: Case, verdicts: Verdicts) -> Iterator[Person]:
    rules = incident_rules(verdicts)
    for done in verdicts.done:
        if isinstance(done.effect, effects.Notify) and done.origin.name in rules:
            after = verdicts.after
            yield from named(case.house, done.effect.whom, after.team, after.assignee, case.now)


def _told(
    case: Case,
    people: Iterable[Person],
    incident: Ticket | OpenTicket,
    about: str,
    reports: tuple[Ticket | OpenTicket, ...],
) -> Iterator[Wanted]:
    for person in people:
        if case.house.may_see(person, incident):
            lines = listed(case.house, person, reports)
            yield from notices([person], incident.number, (about,), tickets=lines)
