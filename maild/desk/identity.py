"""Whether it is known who asks, where a category wants that before anything is done.

A code goes to the address that the file of contacts names for it, never to one that asks. It counts in a proved mail of
the ticket's requester on this ticket, or in a proved, direct answer of the address that it went to; wherever else it
stands it proves nothing. It is taken out of the mail before anything else reads it, so that it stands in no history,
notice, field or story.

BUGS
    Of what is attached to a mail nothing is taken out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maild.desk.case import Case
from maild.desk.codes import kept, new_code, tried
from maild.desk.house import House, is_same
from maild.desk.standing import is_requester
from maild.model.aftermath import ticket_after
from maild.model.decision import (
    AddEntry,
    ChangeTicket,
    Decision,
    DropCode,
    KeepCode,
    OutcomeKind,
    Standing,
    StartTimer,
    Step,
    StopTimers,
    TimerKind,
    Trust,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.identity import Identity, IdentityCode, IdentityState, find_codes, mask, mask_written, written_code
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import Said, say
from maild.model.ticket import FINISHED, Change, EntryKind, State, Ticket
from maild.rules import IdentityCheck

BY = "maild"
FIELD = "identity"
_BY_CODE = "by the code that went to the address on file"
_MOST_OUT = 3  # codes of one requester: what comes there must not become a flood
_SETTLED = FINISHED | {State.RESOLVED}
_FORGED = Trust.FORGED.value


@dataclass(frozen=True, slots=True)
class Heard:
    """What the codes in a mail come to: steps, a change of the ticket, and what colleagues are told."""

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    about: tuple[Said, ...] = ()
    is_locked: bool = False


NOTHING_HEARD = Heard()


def check_of(ticket: Ticket, house: House) -> IdentityCheck | None:
    """Say how the requester of a ticket must prove who they are; None where they need not."""
    category = house.rules.categories.get(ticket.category or "")
    return category.verify_identity if category is not None else None


def forgotten(number: int) -> tuple[Step, ...]:
    """End whatever code is out for a ticket."""
    return DropCode(number), StopTimers(TimerKind.IDENTITY, number)


def guarded(case: Case) -> Case:
    """Take codes out of a mail from outside, if any may stand in it, and keep them beside it."""
    is_ours = case.sender is not None and case.sender.standing is Standing.AGENT
    if is_ours or all(each.verify_identity is None for each in case.house.rules.categories.values()):
        return case
    message = case.message
    # Whoever has a code may write it anywhere; where it is known that there is one, it is found in any dress.
    is_out = any(Identity.parse(each.identity).has_secret for each in _theirs(case))
    hide = mask if is_out else mask_written
    masked = replace(
        message,
        subject=hide(message.subject),
        text=hide(message.text),
        reply=hide(message.reply),
        html=None if message.html is None else hide(message.html),
        headers=tuple((name, hide(value)) for name, value in message.headers),
    )
    words = message.reply if message.reply.strip() else message.text
    return replace(case, message=masked, codes=find_codes(f"{message.subject}\n{words}") if is_out else ())


def hear_codes(case: Case, known: TicketFacts) -> Heard:
    """Say what the codes in a mail to a ticket come to."""
    ticket, codes = known.ticket, case.codes
    identity = Identity.parse(ticket.identity)
    if not codes or not identity.has_secret:
        return NOTHING_HEARD
    if not _may_prove(case, ticket):
        address = case.sender.address if case.sender is not None else "?"
        return Heard(about=(say("a code in a mail of {address} proves nothing: it does not count", address=address),))
    if identity.state is not IdentityState.ASKED:
        return Heard(about=(say("a code came, but none is out"),))
    if known.code is None or known.code.expires_at <= case.now:
        after = identity.without_code()
        about = (say("the code came too late"),)
        return Heard((_change(ticket, after),), forgotten(ticket.number), about)
    return _tried(ticket, identity, known.code, codes)


def _tried(ticket: Ticket, identity: Identity, code: IdentityCode, codes: Sequence[str]) -> Heard:
    """Try as many codes as are left; each that is wrong is one less."""
    number, attempts = ticket.number, codes[: identity.left]
    if tried(code, attempts):
        verified = Identity(IdentityState.VERIFIED, how=_BY_CODE)
        return Heard(
            (_change(ticket, verified),), forgotten(number), (say("the requester is verified: the code was right"),)
        )
    left = identity.left - len(attempts)
    if left <= 0:
        locked = Identity(IdentityState.LOCKED)
        about = (say("the last code was wrong: only #verified lifts the lock, after you made sure by other means"),)
        return Heard((_change(ticket, locked),), forgotten(number), about, is_locked=True)
    about = (say("a code was wrong: {left} more may be tried", left=left),)
    return Heard((_change(ticket, replace(identity, left=left)),), (), about)


def ask_identity(decision: Decision, facts: Facts, house: House, now: datetime, token: str) -> Decision:
    """Let a code go out where a decision brings a proved requester's ticket to a matter that wants one.

    Or an agent brings it there; or a proved requester writes again after a code expired. A ticket that was closed, or
    that somebody else's matter it is now, is verified no more.
    """
    number = decision.outcome.ticket
    if decision.outcome.kind is not OutcomeKind.ENTRY or number is None or not _enters(decision, number):
        return decision
    known = facts.tickets.get(number)
    decision = _unverified(decision, facts, known, number, now)
    after = ticket_after(decision, facts, number, now)
    check, identity = check_of(after.ticket, house), Identity.parse(after.ticket.identity)
    is_new = known is None or check_of(known.ticket, house) is None
    is_open = identity.state in {IdentityState.UNASKED, IdentityState.EXPIRED} and after.ticket.state not in _SETTLED
    if check is None or not is_open or not (_is_asked_for(decision, after) or (is_new and _is_by_agent(decision))):
        return decision
    address, why_not = _where(after.ticket, facts, house)
    if why_not:
        return _with(decision, after, say("No code was sent: {why}.", why=why_not)) if is_new else decision
    left = identity.left if identity.state is IdentityState.EXPIRED else check.attempts
    asked, code = Identity(IdentityState.ASKED, left), new_code(house.keyring, token)
    mail = _mail(after.ticket, address, written_code(code), now + check.expires, house)
    mail = replace(mail, expires_in=check.expires)  # later it would be worth nothing
    return _sent(decision, after, (_change(after.ticket, asked),), kept(code, token, now + check.expires), mail)


def _enters(decision: Decision, number: int) -> bool:
    return any(isinstance(step, AddEntry) and step.number == number for step in decision.steps)


def _unverified(decision: Decision, facts: Facts, known: TicketFacts | None, number: int, now: datetime) -> Decision:
    """Let what was proved hold for one person and one matter."""
    if known is None or known.ticket.identity is None:
        return decision
    after = ticket_after(decision, facts, number, now)
    before, owner = known.ticket, after.ticket.requester
    is_reopened = before.state is State.CLOSED and after.ticket.state not in FINISHED
    is_other = owner is None or before.requester is None or not is_same(owner.address, before.requester.address)
    if after.ticket.identity != before.identity or not (is_reopened or is_other):
        return decision
    story = say("Who asks must be verified anew.")
    return _with(decision, after, story, (_change(after.ticket, Identity()),), forgotten(number))


def _is_asked_for(decision: Decision, after: TicketFacts) -> bool:
    """Whether the ticket's requester wrote, surely."""
    sender = decision.sender
    is_theirs = sender is not None and is_requester(after.ticket, sender.address)
    return is_theirs and sender is not None and sender.trust is Trust.PROVED


def _is_by_agent(decision: Decision) -> bool:
    sender = decision.sender
    return sender is not None and sender.standing is Standing.AGENT and sender.trust is Trust.PROVED


def _where(ticket: Ticket, facts: Facts, house: House) -> tuple[str, str]:
    """Give the address that a code goes to, and why there is none: only the file of contacts can name it."""
    owner = ticket.requester
    contact = house.rules.find_contact(owner.address) if owner is not None else None
    verify = contact.verify if contact is not None else ""
    if owner is None or "@" not in verify or is_same(verify, owner.address):
        return "", say("the file of contacts names no other address of theirs")
    if not house.may_be_written_to(verify):
        return "", say("the address on file is never written to automatically")
    others = (each for each in facts.open_tickets.get(owner.address.lower(), ()) if each.number != ticket.number)
    out = [each for each in others if Identity.parse(each.identity).state is IdentityState.ASKED]
    if len(out) >= _MOST_OUT:
        return "", say("{count} codes are out for them already", count=len(out))
    return verify, ""


def _sent(
    decision: Decision, after: TicketFacts, changes: tuple[Change, ...], code: IdentityCode, mail: Wanted
) -> Decision:
    """Add to a decision that a code goes out, in place of any other of the ticket."""
    number, until = after.ticket.number, code.expires_at
    steps = (*forgotten(number), KeepCode(number, code), StartTimer(TimerKind.IDENTITY, number, until))
    story = say("A code went to the address on file; it holds until {when}.", when=f"{until:%Y-%m-%d %H:%M} UTC")
    decision = _with(decision, after, story, changes, steps)
    return replace(decision, mails=(*decision.mails, mail))


def _mail(ticket: Ticket, address: str, code: str, until: datetime, house: House) -> Wanted:
    """Want the one mail that shows a code."""
    contact = house.rules.find_contact(ticket.requester.address) if ticket.requester is not None else None
    return Wanted(
        template=Template.IDENTITY_CODE,
        to=address,
        to_name=contact.name if contact is not None else "",
        person=None,
        ticket=ticket.number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        code=code,
        open_until=until,
    )


def _with(
    decision: Decision,
    after: TicketFacts,
    story: Said,
    changes: tuple[Change, ...] = (),
    steps: tuple[Step, ...] = (),
) -> Decision:
    """Add one more event to a decision about a ticket, which stands as in `after` so far."""
    number = after.ticket.number
    cause = next(step.cause for step in decision.steps if isinstance(step, AddEntry) and step.number == number)
    entry = AddEntry(number, after.last_n + 1, EntryKind.EVENT, BY, cause, story, changes)
    changed = (ChangeTicket(number, changes),) if changes else ()
    return replace(decision, steps=(*decision.steps, *changed, entry, *steps))


def _may_prove(case: Case, ticket: Ticket) -> bool:
    """Whether a code in this mail would prove that its requester reads the address on file."""
    sender, answered = case.sender, case.found.answered
    if sender is None or sender.trust is not Trust.PROVED:
        return False
    is_theirs = is_requester(ticket, sender.address)
    is_answer = answered is not None and case.found.is_direct and answered.ticket == ticket.number
    is_of_the_code = answered is not None and answered.template is Template.IDENTITY_CODE
    return is_theirs or (is_answer and is_of_the_code)


def _theirs(case: Case) -> Iterator[Ticket]:
    """Give the tickets whose code may stand in a mail: its own, the one that it answers, and its sender's others."""
    if case.known is not None:
        yield case.known.ticket
    answered = case.found.answered
    about = case.facts.tickets.get(answered.ticket) if answered is not None and answered.ticket is not None else None
    if about is not None:
        yield about.ticket
    if case.sender is not None:
        yield from case.facts.open_tickets.get(case.sender.address.lower(), ())


def _change(ticket: Ticket, identity: Identity) -> Change:
    return Change(FIELD, ticket.identity, identity.written())
