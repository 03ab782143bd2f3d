"""`#undo`: what an agent's last mail did is taken back, line by line, as far as it still can be."""

from collections.abc import Iterator

from maild.desk.identity import FIELD as IDENTITY
from maild.desk.lifecycle import state_again
from maild.desk.orders.plan import Plan, value_of
from maild.model.decision import CancelMail, ChangeTicket, StopTimers, TimerKind
from maild.model.facts import TicketFacts
from maild.model.identity import Identity
from maild.model.outgoing import MailState
from maild.model.saying import say
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import (
    APPROVAL_PREFIX,
    CONTACT_PREFIX,
    FIELD_PREFIX,
    FINISHED,
    SETS,
    Change,
    Entry,
    EntryKind,
    State,
)

_FLAG = "undone"


def undo(plan: Plan, _argument: str) -> None:
    """Take back the writer's last entry: its mails that wait, and each value that nobody changed since."""
    answered = plan.case.found.answered
    if answered is not None and answered.ticket != plan.ticket.number:
        plan.refuse(
            say(
                "#undo: #{old} goes on in #{number}, which a mail cannot take back",
                old=answered.ticket,
                number=plan.ticket.number,
            )
        )
        return
    entry = _last(plan)
    if entry is None:
        plan.refuse(say("#undo: there is nothing of yours on this ticket that could be taken back"))
        return
    if entry.kind is EntryKind.AGENT:
        _take_back_mails(plan, plan.facts, entry)
    for change in reversed(entry.changes):
        if change.field.startswith(CONTACT_PREFIX):
            _put_contact_back(plan, entry, change)
        else:
            _put_back(plan, change)
    for one, done in _done_in_reports(plan, entry):
        _undo_report(plan, one, done)
    plan.is_quiet = plan.is_undoing = True
    plan.notes.append((f"Entry {entry.n} was taken back as far as it could be.", (_FLAG, f"{_FLAG}:{entry.n}")))


def _last(plan: Plan) -> Entry | None:
    gone = {flag for entry in plan.facts.entries for flag in entry.flags}
    for entry in reversed(plan.facts.entries):
        is_worth = entry.kind is EntryKind.AGENT or bool(entry.changes)
        if entry.by == plan.person.key and is_worth and _FLAG not in entry.flags:
            return None if f"{_FLAG}:{entry.n}" in gone else entry
    return None


def _done_in_reports(plan: Plan, entry: Entry) -> Iterator[tuple[TicketFacts, Entry]]:
    """Find what the same mail did in the tickets of an incident: it was entered at the same instant."""
    for number in plan.facts.children if plan.ticket.incident is not None else ():
        one = plan.case.facts.tickets.get(number)
        for each in one.entries if one is not None else ():
            if one is not None and (each.by, each.at) == (entry.by, entry.at):
                yield one, each


def _undo_report(plan: Plan, one: TicketFacts, entry: Entry) -> None:
    """Take back what was done in a ticket of the incident: its mails, and what nobody changed since."""
    number = one.ticket.number
    _take_back_mails(plan, one, entry)
    back = tuple(
        Change(change.field, change.new, _old_of(change))
        for change in reversed(entry.changes)
        if value_of(one.ticket, change.field) == change.new
    )
    if back:
        told = ", ".join(f"{each.field} is {each.new or 'empty'} again" for each in back)
        plan.add(ChangeTicket(number, back))
        plan.done.append(f"#{number}: {told}")
    text = f"Entry {entry.n} was taken back as far as it could be, with that of the incident #{plan.ticket.number}."
    plan.enter_in(one, EntryKind.NOTE, text, (_FLAG, f"{_FLAG}:{entry.n}"), back)


def _take_back_mails(plan: Plan, one: TicketFacts, entry: Entry) -> None:
    for mail in one.sent:
        if mail.seen != entry.n:
            continue
        if mail.state is MailState.WAITING and not mail.is_in_hand:
            plan.add(CancelMail(mail.token, f"taken back by {plan.person.name}"))
            plan.done.append(f"the mail to {mail.recipient} was stopped; nothing was delivered")
        elif mail.state is MailState.CANCELLED:
            plan.done.append(f"the mail to {mail.recipient} was stopped before")
        else:
            plan.done.append(f"the mail to {mail.recipient} is {_STORY[mail.state]} and cannot be taken back")


_STORY = {
    MailState.WAITING: "on its way",
    MailState.HANDING_OVER: "on its way",
    MailState.ACCEPTED: "delivered",
    MailState.REFUSED: "refused by their server",
    MailState.EXPIRED: "given up",
}


def _put_back(plan: Plan, change: Change) -> None:
    if change.field.startswith(APPROVAL_PREFIX):
        _put_approval_back(plan, change)
        return
    if change.field in SETS - {"tag"}:
        plan.done.append(f"{change.field} {change.new or change.old}: undo it with its own command")
        return
    if change.field == "tag":
        _put_tag_back(plan, change)
        return
    name = change.field.removeprefix(FIELD_PREFIX).removeprefix(STEP_PREFIX)
    if value_of(plan.ticket, change.field) != change.new:
        plan.done.append(f"{name} was changed since and stays {value_of(plan.ticket, change.field) or 'empty'}")
        return
    old = _old_of(change)
    plan.set(change.field, old)
    plan.done.append(f"{name} is {old or 'empty'} again")
    if change.field == "state":
        plan.add(StopTimers(TimerKind.WAKE, plan.ticket.number))
    if old != change.old and change.field == "state":
        plan.done.append(f"it was {change.old}: write #pending until … if it is to sleep again")


def _old_of(change: Change) -> str | None:
    """Give the value that a field gets back: no code that was out, and no sleep whose end is not kept."""
    match change.field:
        case "state":
            return state_again(change.old)
        case name if name == IDENTITY:
            return Identity.parse(change.old).without_code().written()
        case _:
            return change.old


def _put_approval_back(plan: Plan, change: Change) -> None:
    """Take back what the writer decided, or asked for, unless somebody acted on it."""
    name = change.field.removeprefix(APPROVAL_PREFIX)
    is_settled = plan.ticket.state is State.RESOLVED or plan.ticket.state in FINISHED
    if plan.ticket.approval(name) != change.new or is_settled:
        plan.done.append(f"what came of the approval “{name}” stays: others acted on it")
        return
    plan.set(change.field, change.old)
    plan.done.append(f"your word on the approval “{name}” is taken back")


def _put_contact_back(plan: Plan, entry: Entry, change: Change) -> None:
    name = change.field.removeprefix(CONTACT_PREFIX)
    later = [each for each in plan.facts.entries if each.n > entry.n]
    if any(one.field == "requester" for each in later for one in each.changes):
        plan.done.append(f"{name}: the requester is somebody else now; #contact changes what is known of them")
    elif plan.contact_value(name) != change.new:
        plan.done.append(f"{name} was changed since and stays {plan.contact_value(name) or 'empty'}")
    else:
        plan.set_contact(name, change.old or "")
        plan.done.append(f"{name} is {change.old or 'empty'} again")


def _put_tag_back(plan: Plan, change: Change) -> None:
    if change.new is not None and change.new in plan.ticket.tags:
        plan.remove_value("tag", change.new)
        plan.done.append(f"tag {change.new} removed again")
    elif change.old is not None and change.old not in plan.ticket.tags:
        plan.add_value("tag", change.old)
        plan.done.append(f"tagged {change.old} again")
