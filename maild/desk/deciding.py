"""Decide: what shall happen because of one message. Pure; the facts, the clock and the nonce are given.

find the ticket → who is the sender → machine, agent or somebody outside → steps and mails
"""

from dataclasses import replace
from datetime import datetime

from maild import marks
from maild.desk.acknowledging import quieted
from maild.desk.agents import file_agents_mail
from maild.desk.case import Case, desk_matter, held
from maild.desk.customers import file_mail
from maild.desk.finding import Found, find, is_among
from maild.desk.house import House
from maild.desk.identity import ask_identity, guarded
from maild.desk.machines import file_automatic, file_our_own
from maild.desk.opening import open_ticket
from maild.desk.reviving import find_opened, revive, without
from maild.desk.standing import stand
from maild.desk.takeover import take_over
from maild.desk.timekeeping import keep_time
from maild.model.decision import (
    Authenticity,
    Decision,
    Evidence,
    MarkReachable,
    Outcome,
    OutcomeKind,
    Sender,
    Standing,
    Trust,
)
from maild.model.facts import EarlierArrival, Facts, IssuedMail
from maild.model.mail import Arrival, Message
from maild.model.outgoing import Template

MOST_HOPS = 50
_RANKS = {Trust.FORGED.value: 0, Trust.CLAIMED.value: 1, Trust.PROVED.value: 2}


def decide(  # noqa: PLR0917 - the door's arguments, each of its own type
    message: Message,
    arrival: Arrival | None,
    facts: Facts,
    authenticity: Authenticity,
    house: House,
    now: datetime,
    token: str,
) -> Decision:
    """Decide about one message; the decision's numbers are those of `facts` and may be stale when carried out.

    `authenticity` is what a trusted server says of the sender; `token` names a draft, should one be kept.
    """
    opened = find_opened(arrival, facts)
    if arrival is not None and opened is not None:
        anew = replace(arrival, opened=None)
        decision = decide(message, anew, without(facts, opened), authenticity, house, now, token)
        return revive(decision, opened, arrival.released_by)
    house = replace(house, absent=frozenset(facts.absences))
    visible = _visible(message, facts, house, now)
    case = _case(message, arrival, visible, authenticity, house, now=now, token=token)
    hidden = {number: known for number, known in facts.tickets.items() if number not in visible.tickets}
    case = replace(case, hidden=hidden)
    case = guarded(case)
    hops = sum(name.lower() == "received" for name, _ in message.headers)
    if hops > MOST_HOPS and not case.is_released:
        return held(case, f"it went through {hops} servers: a loop")
    if facts.duplicate is not None and not _is_better(case.sender, facts.duplicate):
        return _duplicate(case, facts.duplicate)
    ours = _find_our_own(case)
    if ours is not None:
        return file_our_own(case, facts.tickets.get(ours.ticket) if ours.ticket is not None else None)
    if arrival is not None and arrival.taken_over_as is not None:
        return take_over(case, arrival.taken_over_as, is_told=arrival.is_told)
    decision = quieted(case, _heard(case, _by_sender(case)))
    if not case.is_automatic:  # a machine in their mailbox asks for nothing
        decision = ask_identity(decision, facts, house, now, token)
    return keep_time(decision, facts.with_counted(), house, now)


def _may_be_kept_back(case: Case) -> bool:
    """Whether a mail may be held for its sender alone: not what a person released, a delivery report, an agent's."""
    is_agents = case.sender is not None and case.sender.standing is Standing.AGENT
    return not (case.is_released or is_agents or case.message.bounce is not None)


def _heard(case: Case, decision: Decision) -> Decision:
    """Let whoever writes be written to again, if mail to them had come back."""
    sender = case.sender
    is_believed = sender is not None and sender.trust is not Trust.FORGED and not case.is_automatic
    contact = case.facts.contacts.get(sender.address.lower()) if sender is not None else None
    if sender is None or not is_believed or contact is None or contact.undeliverable_at is None:
        return decision
    return replace(decision, steps=(*decision.steps, MarkReachable(sender.address, is_reachable=True)))


def _visible(message: Message, facts: Facts, house: House, now: datetime) -> Facts:
    """Leave out the tickets that an agent may not see: to them they are unknown numbers."""
    person = house.find_agent(message.sender.address, now) if message.sender else None
    if person is None or message.sender is None:
        return facts
    address = message.sender.address
    seen = {
        number: known
        for number, known in facts.tickets.items()
        if house.may_see(person, known.ticket) or is_among(known, address)
    }
    return facts if len(seen) == len(facts.tickets) else replace(facts, tickets=seen)


def _by_sender(case: Case) -> Decision:
    """Decide by who wrote: somebody who is blocked, a machine, an agent, or somebody outside."""
    if case.facts.is_blocked and _may_be_kept_back(case):
        return held(case, "its sender is blocked; `maild held unblock` lifts that")
    if case.is_automatic:
        return file_automatic(case)
    if case.sender is not None and case.sender.standing is Standing.AGENT:
        return file_agents_mail(case)
    answered = case.found.answered
    is_over = answered is not None and answered.ticket is None and answered.template is not Template.REFUSED
    if answered is not None and is_over and case.known is None:
        return desk_matter(case, f"an answer to our mail {answered.token}, which is about no ticket")
    return open_ticket(case) if case.known is None else file_mail(case, case.known)


def hold(reason: str) -> Decision:
    """Set an arrival aside that could not even be read."""
    return Decision(Outcome(OutcomeKind.HELD, reason=reason), (), (), (), None, (), (reason,))


def _case(
    message: Message,
    arrival: Arrival | None,
    facts: Facts,
    authenticity: Authenticity,
    house: House,
    *,
    now: datetime,
    token: str,
) -> Case:
    found = _with_first(find(message, facts, house, now), facts)
    known = facts.tickets.get(found.number) if found.number is not None else None
    ticket = known.ticket if known else None
    sender = stand(message.sender, found, ticket, authenticity, house=house, now=now) if message.sender else None
    is_whole = arrival is None or arrival.is_whole
    is_released = arrival is not None and bool(arrival.released_by)
    is_old = arrival is not None and arrival.taken_over_as is not None
    flags = (
        *message.flags,
        *(("repeated-message-id",) if facts.same_id_other_body else ()),
        *(("decided-again",) if facts.duplicate else ()),
        *(() if is_whole else ("too-large",)),
        *(("released",) if is_released else ()),
    )
    mailbox = arrival.place.mailbox if arrival else ""
    size = arrival.size if arrival else 0
    return Case(message, facts, house, now, token, found, sender, flags, mailbox, is_whole, is_released, size, is_old)


def _with_first(found: Found, facts: Facts) -> Found:
    """Let a mail that is decided again go where its first arrival went."""
    first = facts.duplicate
    if first is None or first.ticket is None or found.number is not None or first.ticket not in facts.tickets:
        return found
    claim = Evidence("repeats", f"arrival {first.id}", first.ticket, is_accepted=True, why="the same mail came before")
    return replace(found, number=first.ticket, evidence=(*found.evidence, claim))


def _is_better(sender: Sender | None, first: EarlierArrival) -> bool:
    """Whether a repeated mail is better proved than its first arrival was."""
    if sender is None or first.trust is None:
        return False
    return _RANKS[sender.trust.value] > _RANKS.get(first.trust, len(_RANKS))


def _duplicate(case: Case, first: EarlierArrival) -> Decision:
    reason = f"the same as arrival {first.id}"
    outcome = Outcome(OutcomeKind.DUPLICATE, ticket=first.ticket, reason=reason, of=first.id)
    return Decision(outcome, (), (), case.found.evidence, case.sender, (), (reason,))


def _find_our_own(case: Case) -> IssuedMail | None:
    """Find the mail of ours that this is, come back by a forward or a loop: we signed its own Message-ID."""
    for mark in marks.find_marks([case.message.message_id or ""]):
        issued = case.facts.issued.get(mark.token)
        if issued is not None and marks.is_genuine(mark, issued.recipient, case.house.keyring):
            return issued
    return None
