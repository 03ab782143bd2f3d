"""What follows from a mail that is older than the desk's work: it is filed where it belongs, and that is all.

Nobody is written to, no ticket that is there changes, no agent's word is obeyed, and no machine's notice counts: what
was asked for then was done then. Of whatever else is decided about such a mail, only what files it is kept.

After a restore there is mail besides of which nobody knows whether it was handled. Its ticket goes on as ever and the
desk's people are told, but nobody outside is; an agent's mail is only filed, because it may have been obeyed.
"""

from dataclasses import replace

from maild.desk.case import Case, entry_of, remembered, sheet_for
from maild.desk.customers import file_mail
from maild.desk.house import is_same
from maild.desk.machines import file_automatic
from maild.desk.opening import open_ticket
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    CountMail,
    Decision,
    LinkTickets,
    OpenTicket,
    RememberIds,
    RememberKey,
    Standing,
    Step,
)
from maild.model.facts import TicketFacts
from maild.model.reports import TAKEN_OVER
from maild.model.ticket import EntryKind, State


def take_over(case: Case, state: State, *, is_told: bool) -> Decision:
    """File an old mail; a ticket that it opens has this state. `is_told`: colleagues hear of it, and it may be new."""
    decision = _filed(case)
    is_agents = case.sender is not None and case.sender.standing is Standing.AGENT
    if is_told and not is_agents:
        inside = tuple(mail for mail in decision.mails if mail.person is not None)
        # Mails of days, handled at once, are no burst.
        kept = tuple(step for step in decision.steps if not isinstance(step, CountMail))
        why = (*decision.why, "it may have been answered: nobody outside is told")
        return replace(decision, steps=kept, mails=inside, why=why)
    steps = tuple(step for each in decision.steps if (step := _quiet(each, state, case)) is not None)
    why = (*decision.why, "older than the desk: filed, and nobody is told")
    return replace(decision, steps=steps, mails=(), commands=(), why=why)


def _filed(case: Case) -> Decision:
    known = case.known
    if case.is_automatic:
        return file_automatic(case)
    if known is None:
        return open_ticket(case)
    is_agents = case.sender is not None and case.sender.standing is Standing.AGENT
    return _file_colleagues(case, known) if is_agents or _is_ours(case) else file_mail(case, known)


def _is_ours(case: Case) -> bool:
    """Whether a mail is from an address of the desk: a shared mailbox wrote it, before there was a desk."""
    sender = case.message.sender
    return sender is not None and case.house.find_queue(sender.address) is not None


def _file_colleagues(case: Case, known: TicketFacts) -> Decision:
    """File an agent's words: an answer if it went to the requester, else a note; commands in it are but words."""
    number, message, requester = known.ticket.number, case.message, known.ticket.requester
    went_out = requester is not None and any(
        is_same(each.address, requester.address) for each in (*message.to, *message.cc)
    )
    sheet = sheet_for(case, known)
    kind = EntryKind.AGENT if went_out else EntryKind.NOTE
    sheet.enter(number, kind, case.words, attachments=message.attachments, message_id=message.message_id)
    sheet.add(remembered(case, number))
    return sheet.decision(entry_of(number), case)


def _quiet(step: Step, state: State, case: Case) -> Step | None:
    match step:
        case OpenTicket() if _is_ours(case):
            others = (each for each in case.message.to if case.house.find_queue(each.address) is None)
            return replace(step, state=state, requester=next(others, None))
        case OpenTicket():
            return replace(step, state=state)
        case AddEntry(n=1) if _is_ours(case):
            return replace(step, kind=EntryKind.AGENT, changes=(), flags=(*step.flags, TAKEN_OVER))
        case AddEntry():
            return replace(step, changes=(), flags=(*step.flags, TAKEN_OVER))
        case AddParticipant() | RememberIds() | RememberKey() | LinkTickets():
            return step
        case _:
            return None
