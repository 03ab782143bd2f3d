"""A part of a matter is a ticket of its own, in another queue and without a customer: a rule opens it (`child`).

It has the words of the mail, unless the matter is confidential. When an agent ends it, the matter hears of that.
"""

from maild.desk.case import Case, Sheet
from maild.desk.orders.plan import Plan
from maild.desk.ruling import BY
from maild.desk.subjects import ticket_subject
from maild.desk.telling import note_notices, those_in_charge
from maild.model.decision import AddEntry, OpenTicket, Trust
from maild.model.facts import TicketFacts
from maild.model.saying import say
from maild.model.ticket import Cause, CauseKind, EntryKind, State, Ticket
from maild.rules.effects import OpenChild
from maild.rules.occasions import Done, Verdicts

_BY = "maild"
_ENDED = frozenset({State.RESOLVED, State.CLOSED})


def open_parts(case: Case, sheet: Sheet, ticket: Ticket | OpenTicket, verdicts: Verdicts) -> tuple[OpenTicket, ...]:
    """Open the parts of a matter that rules want, and tell the teams of their queues.

    Nothing is opened for a mail that was forged, or that is older than the desk's work.
    """
    is_forged = case.sender is not None and case.sender.trust is Trust.FORGED
    if is_forged or case.is_old:
        return ()
    wanted = [done for done in verdicts.done if isinstance(done.effect, OpenChild)]
    return tuple(_opened(case, sheet, ticket, verdicts, done) for done in wanted)


def tell_matter(plan: Plan, sheet: Sheet) -> None:
    """Enter in a matter, and tell those in charge of it, that a part of it is at its end."""
    ticket = plan.facts.ticket
    ended = [change.new for change in plan.changes if change.field == "state" and change.new in _ENDED]
    if ticket.parent is None or not ended:
        return
    known = plan.case.facts.tickets.get(ticket.parent) or plan.case.hidden.get(ticket.parent)
    if known is not None and known.ticket.incident is None:
        part = f"#{ticket.number} “{ticket.subject}”" if ticket.confidential is None else f"#{ticket.number}"
        by = plan.person.name
        _tell(plan, sheet, known, say("Its part {part} is {state}, says {name}.", part=part, state=ended[-1], name=by))


def _opened(case: Case, sheet: Sheet, ticket: Ticket | OpenTicket, verdicts: Verdicts, done: Done) -> OpenTicket:
    after, effect = verdicts.after, done.effect
    queue, subject = (effect.queue, effect.subject) if isinstance(effect, OpenChild) else ("", "")
    known = case.house.queues().get(queue)
    part = OpenTicket(
        number=case.facts.next_number + sheet.opened,
        subject=ticket_subject(subject),
        state=State.NEW,
        queue=queue,
        team=known.team if known is not None else None,
        assignee=None,
        requester=None,
        language=None,
        impact=after.impact,
        urgency=after.urgency,
        priority=after.priority,
        confidential=ticket.confidential,
        parent=ticket.number,
    )
    place = done.origin.place
    cause = Cause(CauseKind.RULE, f"{place.file}:{place.line}")
    story = f"A part of #{ticket.number}, opened by {done.origin}."
    is_open = ticket.confidential is None
    words, files = (f"\n\n{case.words}", case.message.attachments) if is_open else ("", ())
    sheet.open(part)
    sheet.add(AddEntry(part.number, 1, EntryKind.NOTE, BY, cause, f"{story}{words}", attachments=files))
    told = f"#{part.number} “{part.subject}” was opened in {queue} as a part of it by {done.origin}."
    sheet.enter(ticket.number, EntryKind.EVENT, told, by=BY, cause=cause)
    sheet.want(*note_notices(those_in_charge(case.house, part, case.now), part.number))
    return part


def _tell(plan: Plan, sheet: Sheet, known: TicketFacts, story: str) -> None:
    number = known.ticket.number
    before = sum(isinstance(step, AddEntry) and step.number == number for step in plan.steps)
    sheet.add(AddEntry(number, known.last_n + 1 + before, EntryKind.EVENT, _BY, plan.case.cause, story))
    people = (person for person in those_in_charge(plan.house, known.ticket, plan.now) if person.key != plan.person.key)
    sheet.want(*note_notices(people, number, (story,)))
