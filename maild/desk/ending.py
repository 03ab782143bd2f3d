"""To which state rules bring a ticket: spam, pending until a span is over, resolved with words to the customer.

Nobody is told that a new ticket rests: of a pending one those in charge hear when it wakes. Of a ticket that is there,
only a proved mail changes more than a customer's words do, and a mail resolves nothing unless whoever wrote it hears of
it, or is a machine that nobody else waits with.
"""

from dataclasses import dataclass
from datetime import datetime

from maild.desk.acknowledging import resolution
from maild.desk.blocking import why_rules_blocked
from maild.desk.case import Case, Sheet
from maild.desk.house import is_same
from maild.desk.incidents import join_incident
from maild.desk.parts import open_parts
from maild.desk.ruling import BY, apply_to, as_ruled, asked_approvals, find_effect, place_of, record
from maild.model.decision import Standing, StartTimer, StopTimers, TimerKind, Trust
from maild.model.facts import TicketFacts
from maild.model.outgoing import Wanted
from maild.model.ticket import FINISHED, Cause, CauseKind, EntryKind, State, Ticket
from maild.rules.effects import CallSpam, Pend, Resolve
from maild.rules.occasions import Done, Verdicts

_SETTLED = FINISHED | {State.RESOLVED}


@dataclass(frozen=True, slots=True)
class Ending:
    """A state that rules want, and whose it is; `mail` tells the customer `words`, `until_at` is when it wakes."""

    state: State
    done: Done
    words: str = ""
    mail: Wanted | None = None
    until_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.state.value} by {self.done.origin}"


def find_ending(case: Case, verdicts: Verdicts, number: int, ticket: Ticket | None) -> Ending | str:
    """Find what rules end a mail with, or say why not; "" where they want nothing. `ticket` is None for a new one."""
    if case.is_old:
        return ""  # whoever takes old mail over says how its tickets stand
    for word, find in (("spam", _spam), ("resolve", _resolved), ("pending", _pending)):
        ending = find(case, verdicts, number, ticket)
        if ending:
            blocked = why_rules_blocked(word, ticket, verdicts, case.house, case.now)
            return ending if blocked is None else f"#{number} stays as it is, against {ending}: {blocked}"
    return ""


def end(case: Case, sheet: Sheet, number: int, ending: Ending) -> None:
    """Enter the words that go out, or stay here; let a pending ticket wake."""
    if ending.words:
        kind = EntryKind.NOTE if ending.mail is None else EntryKind.AGENT
        sheet.enter(
            number, kind, ending.words, flags=("automatic",), by=BY, cause=Cause(CauseKind.RULE, place_of(ending.done))
        )
    sheet.want(*((ending.mail,) if ending.mail is not None else ()))
    if case.known is not None:
        sheet.add(StopTimers(TimerKind.WAKE, number))
    if ending.until_at is not None:
        sheet.add(StartTimer(TimerKind.WAKE, number, ending.until_at))


def _spam(case: Case, verdicts: Verdicts, number: int, ticket: Ticket | None) -> Ending | str:
    done = find_effect(verdicts, CallSpam)
    if done is None:
        return ""
    sender = case.sender
    is_stranger = sender is None or (sender.standing is Standing.STRANGER and sender.trust is not Trust.PROVED)
    if ticket is not None and is_stranger:
        return f"#{number} is not called spam: who wrote takes no part in it, and nothing proves them"
    return Ending(State.SPAM, done)


def _pending(case: Case, verdicts: Verdicts, number: int, ticket: Ticket | None) -> Ending | str:
    done = find_effect(verdicts, Pend)
    if done is None or not isinstance(done.effect, Pend):
        return ""
    if ticket is not None and ticket.state in _SETTLED and case.is_automatic:
        return f"#{number} does not sleep: it is {ticket.state.value}"
    return _unproved(case, ticket, "sleeps") or Ending(State.PENDING, done, until_at=case.now + done.effect.span)


def _resolved(case: Case, verdicts: Verdicts, number: int, ticket: Ticket | None) -> Ending | str:
    done = find_effect(verdicts, Resolve)
    if done is None or not isinstance(done.effect, Resolve):
        return ""
    words = done.effect.text
    if case.message.automatic is not None:
        return _resolved_by_machine(case, done, words, ticket)
    if case.sender is None or case.sender.trust is not Trust.PROVED:
        return "not resolved: nothing proves who wrote, and whom they name cannot be told"
    if ticket is not None and (ticket.requester is None or not is_same(ticket.requester.address, case.sender.address)):
        return "not resolved: who wrote is not whose matter it is"
    mail = resolution(case, number, words)
    if isinstance(mail, str):
        return f"not resolved, for nobody can be told: {mail}"
    return Ending(State.RESOLVED, done, words, mail)


def _resolved_by_machine(case: Case, done: Done, words: str, ticket: Ticket | None) -> Ending | str:
    if ticket is None:
        return _unproved(case, None, "is resolved") or Ending(State.RESOLVED, done, words)
    if ticket.state in _SETTLED:
        return f"it is {ticket.state.value} already"
    sender = case.sender
    is_alone = not ticket.participants and (
        ticket.requester is None or (sender is not None and is_same(ticket.requester.address, sender.address))
    )
    if not is_alone:
        return "not resolved: a machine says so, and people wait with it"
    return _unproved(case, ticket, "is resolved") or Ending(State.RESOLVED, done, words)


def _unproved(case: Case, ticket: Ticket | None, what: str) -> str:
    """Say why a mail does not do to its ticket what anybody could do by writing it; "" where it may."""
    trust = case.sender.trust if case.sender is not None else Trust.FORGED
    if trust is Trust.FORGED or (ticket is not None and trust is not Trust.PROVED):
        return f"nothing {what} by a mail that nothing proves"
    return ""


def rule_ticket(case: Case, sheet: Sheet, known: TicketFacts, verdicts: Verdicts, ending: Ending | None) -> None:
    """Change a ticket that is there as the rules want, and enter what they did and whose it was."""
    apply_to(sheet, known, verdicts)
    sheet.change(*asked_approvals(case, verdicts, known.ticket))
    if ending is not None:
        sheet.set_state(ending.state)
    record(case, sheet, known.ticket.number, verdicts)
    # Who may know of it is decided by what the rules make of it.
    ticket = as_ruled(known, verdicts, case.now)
    join_incident(case, sheet, ticket, verdicts)
    open_parts(case, sheet, ticket, verdicts)
    if ending is not None:
        end(case, sheet, known.ticket.number, ending)
