"""A mail about the matter of an earlier one: a rule gives both the same key (`same_ticket`), as with monitoring.

Whoever sends such mail is a machine, whatever the mail says of itself: nobody is acknowledged. It is filed where the
matter is, and nobody is told; a ticket that was settled opens again, unless the rules resolve the mail itself.

The key opens nobody a door. It unites the mails of one address, never a forged one; and a mail that is only claimed to
be from there goes to no ticket in which that address takes no part, as with a subject tag (behaviour.md, 3).
"""

from dataclasses import dataclass, replace

from maild.desk.announcing import announce, doubts
from maild.desk.case import Case, entry_of, remembered, sheet_for
from maild.desk.ending import Ending, find_ending, rule_ticket
from maild.desk.finding import is_among, led_on
from maild.desk.ruling import (
    as_ruled,
    counted,
    find_effect,
    held_by_rules,
    notify,
    rule_mail,
    ruled,
    wants,
    why_held,
)
from maild.documents import format_duration
from maild.model.decision import Decision, Evidence, RememberKey, Standing, StopTimers, TimerKind, Trust
from maild.model.facts import KeyedTicket, TicketFacts
from maild.model.mail import Automatic
from maild.model.ticket import EntryKind, State
from maild.rules.effects import Resolve, SameTicket, TakeAsPerson
from maild.rules.occasions import Done, Verdicts
from maild.rules.rulings import ruling_of, write_ruling

_SETTLED = frozenset({State.RESOLVED, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Key:
    """The key that the rules give to a mail, and whose rule it was."""

    same: SameTicket
    done: Done


def find_key(verdicts: Verdicts) -> Key | None:
    """Find the key that the rules give to a mail, of several the last; whoever fills a form in chooses none."""
    done = None if wants(verdicts, TakeAsPerson) else find_effect(verdicts, SameTicket)
    return Key(done.effect, done) if done is not None and isinstance(done.effect, SameTicket) else None


def keyed_case(case: Case, key: Key) -> Case:
    """Take a mail with a key for a machine's, and weigh whether the key's ticket is where it belongs."""
    message = case.message
    proof = message.automatic_proof or f"{key.done.origin} gives it a key"
    case = replace(
        case, message=replace(message, automatic=message.automatic or Automatic.GENERATED, automatic_proof=proof)
    )
    keyed = case.facts.keyed.get(key.same.key)
    first = case.facts.tickets.get(keyed.ticket) if keyed is not None else None
    if keyed is None or first is None:
        return case
    known = led_on(first, case.facts)
    why_not = _why_not(case, key, keyed, first, known)
    why = why_not or f"{key.done.origin}: within {format_duration(key.same.within)} of the last mail with this key"
    claim = Evidence("key", key.same.key, known.ticket.number, not why_not, why)
    number = None if why_not else known.ticket.number
    found = replace(case.found, number=number, evidence=(*case.found.evidence, claim))
    return replace(_standing(case, known), found=found) if number is not None else replace(case, found=found)


def file_again(case: Case, known: TicketFacts, key: Key, verdicts: Verdicts) -> Decision:
    """File a mail on the ticket of its key; the rules for replies are asked of it, as of every mail to a ticket."""
    ticket = known.ticket
    is_reopened = ticket.state in _SETTLED and not wants(verdicts, Resolve)
    again = rule_mail(case, known, is_reopened=is_reopened)
    why_not = why_held(again)
    if why_not and not case.is_released:
        return held_by_rules(case, why_not, again, verdicts)
    sheet = sheet_for(case, known)
    ending = find_ending(case, again, ticket.number, ticket)
    if is_reopened and isinstance(ending, str):
        sheet.set_state(State.OPEN)
        sheet.add(StopTimers(TimerKind.WAKE, ticket.number))
    sheet.enter(
        ticket.number,
        EntryKind.CUSTOMER if is_reopened else EntryKind.EVENT,
        case.words,
        flags=("automatic", "repeated", *doubts(case)),
        attachments=case.message.attachments,
        message_id=case.message.message_id,
    )
    # The key stays with the ticket that took it: a merged one goes on leading to where it went.
    owner = case.facts.keyed[key.same.key].ticket
    sheet.add(remembered(case, ticket.number), *remembered_key(case, owner, key))
    sheet.add(*counted(case, again, ticket.number))
    both = replace(again, verdicts=(*verdicts.verdicts, *again.verdicts), done=(key.done, *again.done))
    rule_ticket(case, sheet, known, both, ending if isinstance(ending, Ending) else None)
    # What is asked again later is what was asked of the ticket that is there.
    sheet.rule(tuple(ruled(both)), write_ruling(ruling_of(again, case.now, verdicts)))
    sheet.explain(f"a machine writes of the same matter: {key.done.origin} gives it the key {key.same.key}")
    sheet.explain(*((str(ending),) if ending else ()))
    after = as_ruled(known, again, case.now)
    notify(case, sheet, after, again, announce(case, sheet, after) if is_reopened else ())
    return sheet.decision(entry_of(ticket.number), case)


def remembered_key(case: Case, number: int, key: Key | None) -> tuple[RememberKey, ...]:
    """Let the sender's next mail with the key find the ticket; a forged one takes nobody's key."""
    if key is None or case.sender is None or case.sender.trust is Trust.FORGED:
        return ()
    return (RememberKey(number, key.same.key, case.sender.address),)


def _why_not(case: Case, key: Key, keyed: KeyedTicket, first: TicketFacts, known: TicketFacts) -> str:
    sender = case.sender
    if sender is None or sender.trust is Trust.FORGED:
        return "the sender did not send it"
    if sender.trust is not Trust.PROVED and not is_among(first, sender.address):
        return "the sender is only claimed, and takes no part in that ticket"
    if known.ticket.state is State.SPAM:
        return "that ticket is spam"
    if case.now - keyed.at > key.same.within:
        return f"the last mail with this key came longer ago than {format_duration(key.same.within)}"
    return ""


def _standing(case: Case, known: TicketFacts) -> Case:
    """Let the sender stand to the ticket as its requester or participant, if they are."""
    sender = case.sender
    if sender is None or sender.standing is not Standing.STRANGER or not is_among(known, sender.address):
        return case
    return replace(case, sender=replace(sender, standing=Standing.PARTICIPANT))
