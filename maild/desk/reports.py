"""What an agent says and does about an incident goes to each of its tickets, in that ticket's own thread.

Only to those that the agent may see (`Plan.reports`). Of the others those in charge are told what was said, so that
nothing is lost, and nobody writes where they may not.
"""

from collections.abc import Iterator

from maild.desk.case import Sheet
from maild.desk.colliding import SETTLING
from maild.desk.orders.plan import Plan
from maild.desk.relaying import mails_to
from maild.desk.telling import note_notices, those_in_charge
from maild.model.decision import AddEntry, ChangeTicket, StopTimers, TimerKind
from maild.model.facts import TicketFacts
from maild.model.mail import Attachment
from maild.model.outgoing import Wanted
from maild.model.ticket import FINISHED, Change, EntryKind, State

_BY = "maild"


def spread(plan: Plan, sheet: Sheet, words: str | None, files: tuple[Attachment, ...]) -> None:
    """Do in the tickets of an incident what is done in it; without `words`, None, nobody outside hears of it."""
    if plan.facts.ticket.incident is None or plan.is_undoing:
        return
    state = _said_state(plan)
    for one in plan.reports:
        _do(plan, sheet, one, words, files)
    hidden = [plan.case.hidden[number] for number in plan.facts.children if number in plan.case.hidden]
    for one in hidden:
        if one.ticket.state not in FINISHED and (words is not None or state in SETTLING):
            _tell(plan, sheet, one, words)
    if words is not None and plan.reports:
        numbers = ", ".join(f"#{one.ticket.number}" for one in plan.reports)
        plan.done.append(f"it went to the customers of {numbers}")


def _do(plan: Plan, sheet: Sheet, one: TicketFacts, words: str | None, files: tuple[Attachment, ...]) -> None:
    ticket, number = one.ticket, one.ticket.number
    wanted = mails_to(plan, ticket, words, files) if words is not None else ()
    mails = [mail for mail in wanted if plan.house.may_be_written_to(mail.to)]
    changes = tuple(_changes(plan, one, is_spoken=bool(mails)))
    if not mails and not changes:
        return
    if changes:
        sheet.add(StopTimers(TimerKind.WAKE, number), ChangeTicket(number, changes))
    cause, by = plan.case.cause, plan.person.key
    if mails:
        entry = AddEntry(number, one.last_n + 1, EntryKind.AGENT, by, cause, words or "", changes, attachments=files)
    else:
        story = f"As the incident #{plan.ticket.number}; nothing was sent."
        entry = AddEntry(number, one.last_n + 1, EntryKind.EVENT, by, cause, story, changes)
    sheet.add(entry)
    sheet.want(*mails)


def _changes(plan: Plan, one: TicketFacts, *, is_spoken: bool) -> Iterator[Change]:
    """Give what changes in a ticket: its state as a relay or a command brings it, and whose it is if it is nobody's."""
    ticket, said = one.ticket, _said_state(plan)
    state = said if said in SETTLING else None
    if state is None and (is_spoken or said is State.OPEN):
        state = State(plan.house.desk.after_reply) if is_spoken else State.OPEN
    if state is not None and state is not ticket.state:
        yield Change("state", ticket.state.value, state.value)
    if ticket.assignee is None and (is_spoken or state is not None):
        yield Change("assignee", None, plan.person.key)


def _said_state(plan: Plan) -> State | None:
    states = [State(change.new) for change in plan.changes if change.field == "state" and change.new]
    return states[-1] if states else None


def _tell(plan: Plan, sheet: Sheet, one: TicketFacts, words: str | None) -> None:
    """Note in a ticket that the agent may not see what was said of the incident, for those who may."""
    state, ticket = _said_state(plan), one.ticket
    done = f" and set it to {state.value}" if state is not None else ""
    of = f"{plan.person.name} wrote about the incident #{plan.ticket.number}{done}"
    story = f"{of}, and may not see this ticket: nothing was sent or changed here."
    text = story if words is None else f"{story} The words were:\n\n{words}"
    sheet.add(AddEntry(ticket.number, one.last_n + 1, EntryKind.NOTE, _BY, plan.case.cause, text))
    sheet.want(*_notices(plan, one))


def _notices(plan: Plan, one: TicketFacts) -> Iterator[Wanted]:
    people = those_in_charge(plan.house, one.ticket, plan.now)
    yield from note_notices(people, one.ticket.number)
