"""What follows when a ticket's time has come: one that waited is open again, words kept back are brought to mind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from maild.desk.agreeing import hours_for, ladder_of, patient_hours
from maild.desk.case import Sheet, entry_of
from maild.desk.house import House
from maild.desk.packets import packet_of
from maild.desk.telling import light_enough, notices, packet_form, those_in_charge, to_person
from maild.model.clocks import ClockName
from maild.model.decision import CloseDraft, Decision, DropCode, Outcome, OutcomeKind, Timer
from maild.model.facts import Draft, DraftState, Facts, TicketFacts
from maild.model.identity import Identity, IdentityState
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.model.ticket import FINISHED, Cause, CauseKind, Change, EntryKind, State
from maild.rules import Person

BY = "maild"
ESCALATE = "#escalate"
_SLEEPING = frozenset({State.PENDING, State.WAITING})


def wake(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Open a ticket that waited for this instant and tell those in charge; one that was woken before stays as it is."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    if known is None or known.ticket.state not in _SLEEPING:
        return _nothing("the ticket does not wait any more")
    sheet, ticket = _sheet(timer, known), known.ticket
    story = say("The time that the ticket was {state} for is over.", state=ticket.state.value)
    sheet.set_state(State.OPEN)
    sheet.enter(ticket.number, EntryKind.EVENT, story)
    sheet.want(*notices(those_in_charge(house, ticket, now), ticket.number, (story,)))
    return sheet.decision(entry_of(ticket.number), None)


def expire_code(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Let a code that nobody sent back be worth nothing, and tell those in charge, unless the matter is over."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    if known is None or Identity.parse(known.ticket.identity).state is not IdentityState.ASKED:
        return _nothing("no code is out")
    if known.code is not None and known.code.expires_at > now:
        return _nothing("another code is out")
    sheet, ticket = _sheet(timer, known), known.ticket
    expired = Identity.parse(ticket.identity).without_code()
    story = say("The code expired: the requester's next mail lets another go out, or #verified says how you made sure.")
    sheet.change(Change("identity", ticket.identity, expired.written()))
    sheet.enter(ticket.number, EntryKind.EVENT, story)
    sheet.add(DropCode(ticket.number))
    if ticket.state not in FINISHED:
        sheet.want(*notices(those_in_charge(house, ticket, now), ticket.number, (story,)))
    return sheet.decision(entry_of(ticket.number), None)


def tell_together(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Tell those in charge of what a customer wrote since they were last told."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    if known is None:
        return _nothing("the ticket is gone")
    ticket, since = known.ticket, known.noticed_at
    new = [entry for entry in known.entries if entry.kind is EntryKind.CUSTOMER and (since is None or entry.at > since)]
    if not new:
        return _nothing("everything was told")
    sheet = _sheet(timer, known)
    told = those_in_charge(house, ticket, now)
    about = (say("{count} mails came since the last notice.", count=len(new)),) if len(new) > 1 else ()
    sheet.want(*notices(told, ticket.number, about))
    return sheet.decision(Outcome(OutcomeKind.DESK, reason=f"{len(new)} mails told together"), None)


def remind_of_draft(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Show an agent once more the words that still wait for their `#send`."""
    known = facts.tickets.get(timer.ticket) if timer.ticket is not None else None
    draft = facts.drafts.get(timer.about)
    author = house.find_person(draft.author, now) if draft is not None else None
    if draft is None or author is None or draft.state != DraftState.OPEN or draft.ticket != timer.ticket:
        return _nothing("the draft waits for nobody any more")
    if known is not None and not house.may_see(author, known.ticket):
        return _nothing("the draft's author may not see the ticket any more")
    if known is not None and draft.meaning is Meaning.UPDATE and not _is_update_late(known, now):
        return _needless(timer, known, draft)
    form = _form_of(known, draft, author, facts, house) if known is not None else None
    mail = form or _draft_of(draft, author, house)
    if known is not None:
        mail = replace(mail, hours=patient_hours(hours_for(known.ticket, house, None).key, house))
    return _reminded(timer, known, mail, author)


def _is_update_late(known: TicketFacts, now: datetime) -> bool:
    return any(each.name is ClockName.UPDATE and each.is_late(now) for each in known.clocks) and (
        known.ticket.state is not State.RESOLVED and known.ticket.state not in FINISHED
    )


def _needless(timer: Timer, known: TicketFacts, draft: Draft) -> Decision:
    """Drop the draft of an update: the customer heard meanwhile."""
    sheet = _sheet(timer, known)
    sheet.add(CloseDraft(draft.token, DraftState.DISCARDED))
    sheet.enter(
        known.ticket.number, EntryKind.EVENT, "The customer heard meanwhile: the draft was dropped.", flags=("draft",)
    )
    return sheet.decision(entry_of(known.ticket.number), None)


def _form_of(known: TicketFacts, draft: Draft, author: Person, facts: Facts, house: House) -> Wanted | None:
    """Give the form that an escalation waits for, with what is lacking still."""
    if ESCALATE not in draft.commands:
        return None
    packet = packet_of(known, ladder_of(known.ticket, house), facts, house, draft.text)
    about = (say("these words of yours still wait"), *draft.reasons)
    return packet_form(author, known.ticket.number, packet, about, draft.token) if packet.lacking else None


def _reminded(timer: Timer, known: TicketFacts | None, mail: Wanted, author: Person) -> Decision:
    sheet, story = _sheet(timer, known), f"{author.name} was reminded of a draft."
    if known is not None:
        sheet.enter(known.ticket.number, EntryKind.EVENT, story, flags=("draft",))
    sheet.want(mail)
    told = Outcome(OutcomeKind.DESK, reason=story) if known is None else entry_of(known.ticket.number)
    return sheet.decision(told, None)


def _draft_of(draft: Draft, author: Person, house: House) -> Wanted:
    mail = to_person(
        author,
        Template.DRAFT,
        draft.ticket,
        Thread.INTERNAL,
        Meaning.DRAFT,
        about=(say("these words of yours still wait"), *draft.reasons),
        text=shown_words(draft.commands, draft.text),
        by=author.key,
        draft=draft.token,
        attachments=light_enough(draft.attachments, house.limits.notice),
    )
    return replace(mail, clock=ClockName.UPDATE) if is_preview(draft) else mail


def is_preview(draft: Draft) -> bool:
    """Whether a draft is the desk's own status update, without words of anybody."""
    return draft.meaning is Meaning.UPDATE and not draft.text and not draft.commands


def shown_words(commands: Sequence[str], text: str) -> str:
    """Give a draft as its author reads it: the command lines that go along, then the words."""
    return "\n".join((*commands, *(("",) if commands and text else ()), text)).strip("\n")


def _sheet(timer: Timer, known: TicketFacts | None) -> Sheet:
    ticket, last_n = (known.ticket, known.last_n) if known is not None else (None, 0)
    return Sheet(Cause(CauseKind.TIMER, timer.kind.value), BY, ticket, last_n)


def _nothing(why: str) -> Decision:
    return Decision(Outcome(OutcomeKind.DESK, reason=why), (), (), (), None, (), (why,))
