"""What the desk itself answers a customer's mail, within caps: ours must not become somebody's flood."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from maild.desk.case import Case
from maild.desk.house import House
from maild.model.decision import Decision, Sender, Silence, Trust
from maild.model.facts import AcknowledgementCounts, Facts, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import Ticket

ACKNOWLEDGEMENT_EXPIRES = timedelta(hours=4)
_ENCRYPTED = "encrypted"
# mail-facts, 3: whatever says the same so often is no person, though it does not say so.
REPEATS = 5
SILENT_FOR = timedelta(hours=24)
_AS_MANY = "this address got as many in an hour as anybody may"
_REPEATED = f"the same mail came {REPEATS} times within minutes: nothing goes there by itself for a day"


def acknowledgement(case: Case, number: int, after: TicketFacts | None = None) -> Wanted | str:
    """Want the acknowledgement of a new ticket, or say why there is none (mail-facts, 3 and 5)."""
    sender = _whom_to_answer(case)
    if isinstance(sender, str):
        return f"no acknowledgement: {sender}"
    answer = _answer(case, number, _template(case, sender, after))
    return replace(answer, earlier=after.ticket.number) if after is not None else answer


def refusal(case: Case, sheet: str, queue: str, language: str | None) -> Wanted | str:
    """Want the answer to a mail that is not taken, or say why there is none: as with an acknowledgement."""
    sender = _whom_to_answer(case)
    if isinstance(sender, str):
        return f"no answer: {sender}"
    return replace(_answer(case, None, Template.REFUSED), sheet=sheet, queue=queue, language=language)


def resolution(case: Case, number: int, words: str) -> Wanted | str:
    """Want the words by which a rule resolves a matter, or say why nobody can be told: as with an acknowledgement."""
    sender = _whom_to_answer(case)
    if isinstance(sender, str):
        return sender
    return replace(_answer(case, number, Template.RESOLVED), text=words, is_capped=True)


def _whom_to_answer(case: Case) -> Sender | str:
    sender = case.sender
    if sender is None:
        return "nobody is named as the sender"
    if sender.trust is Trust.FORGED:
        return f"{sender.address} did not send it"
    return _why_not_answered(case) or sender


def acknowledged_for(who: Address, number: int, in_reply_to: str | None = None) -> Wanted:
    """Want somebody told of a ticket that a colleague entered or passed on for them, by the name that it has."""
    return Wanted(
        template=Template.ACKNOWLEDGED,
        to=who.address,
        to_name=who.name,
        person=None,
        ticket=number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        is_vouched=True,
        expires_in=ACKNOWLEDGEMENT_EXPIRES,
        in_reply_to=in_reply_to,
    )


def _template(case: Case, sender: Sender, after: TicketFacts | None) -> Template:
    if not case.is_whole:
        return Template.TOO_LARGE
    if _ENCRYPTED in case.message.flags:
        return Template.CANNOT_READ
    if sender.trust is not Trust.PROVED:
        return Template.ACKNOWLEDGED_MINIMAL
    return Template.ACKNOWLEDGED if after is None else Template.NEW_AFTER_CLOSED


def why_silent(facts: Facts, address: str, now: datetime) -> str:
    """Say why the desk writes nothing by itself to an address, whoever asks for it; "" where it may."""
    contact = facts.contacts.get(address.lower())
    if contact is not None and contact.undeliverable_at is not None:
        return f"mail to {address} came back as to nobody"
    return _why_quiet(facts, address, now)


def why_put_off(facts: Facts, address: str, house: House) -> str:
    """Say that the desk wrote to an address by itself as often as it may in an hour; "" where it did not."""
    counts = facts.requesters.get(address.lower(), AcknowledgementCounts())
    return _AS_MANY if counts.address_hour >= house.limits.acknowledgements.address_hour else ""


def quieted(case: Case, decision: Decision) -> Decision:
    """Let the desk write nothing by itself for a day to whoever says the same again and again."""
    sender = case.sender
    if sender is None or sender.trust is Trust.FORGED or not _is_repeated(case):
        return decision
    why = f"{sender.address}: {_REPEATED}"
    silence = Silence(sender.address, case.now + SILENT_FOR)
    return replace(decision, steps=(*decision.steps, silence), why=(*decision.why, why), capped=why)


def _is_repeated(case: Case) -> bool:
    return case.facts.repeats + 1 >= REPEATS


def _why_quiet(facts: Facts, address: str, now: datetime) -> str:
    contact = facts.contacts.get(address.lower())
    until = contact.silent_until if contact is not None else None
    if until is None or until <= now:
        return ""
    return f"the same mail came from {address} again and again: nothing goes there by itself until {until:%F %H:%M} UTC"


def too_large(case: Case, number: int) -> Wanted | None:
    """Tell a sender that parts of their mail were not taken."""
    if case.is_whole or case.sender is None or case.sender.trust is not Trust.PROVED or _why_not_answered(case):
        return None
    return _answer(case, number, Template.TOO_LARGE)


def farewell(case: Case, ticket: Ticket) -> Iterator[Wanted]:
    """Tell the one who said that it is solved, and nobody else, that the matter is closed."""
    if _why_not_answered(case):
        return
    yield _answer(case, ticket.number, Template.CLOSED)


def _answer(case: Case, number: int | None, template: Template) -> Wanted:
    sender = case.message.sender or Address("")
    return Wanted(
        template=template,
        to=sender.address,
        to_name=sender.name,
        person=None,
        ticket=number,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        expires_in=ACKNOWLEDGEMENT_EXPIRES,
        in_reply_to=case.message.message_id,
    )


def _why_not_answered(case: Case) -> str:
    return _why_forbidden(case) or _why_capped(case)


def reached_cap(case: Case) -> str:
    """Say for whom which cap is reached, where nothing else forbids an answer."""
    sender = case.sender
    if sender is None or sender.trust is Trust.FORGED or _why_forbidden(case):
        return ""
    why = _why_capped(case)
    return f"{sender.address}: {why}" if why else ""


def _why_forbidden(case: Case) -> str:
    sender, message = case.sender, case.message
    if message.automatic is not None:
        return f"a machine wrote it ({message.automatic_proof})"
    if not message.may_answer:
        return "the mail forbids automatic answers"
    if sender is None or not case.house.may_be_written_to(sender.address):
        return "the address is never written to automatically"
    return ""


def _why_capped(case: Case) -> str:
    if _is_repeated(case):
        return _REPEATED
    address = case.sender.address if case.sender is not None else ""
    return _why_quiet(case.facts, address, case.now) or _why_too_many(case)


def _why_too_many(case: Case) -> str:
    """Say which cap on acknowledgements is reached: ours must not become somebody's flood (behaviour.md, 6)."""
    caps, counts = case.house.limits.acknowledgements, case.facts.acknowledgements
    sender = case.sender
    if counts.address_hour >= caps.address_hour:
        return _AS_MANY
    if sender is None or sender.trust is Trust.PROVED or case.facts.was_proved_lately:
        return ""
    if counts.address_hour >= caps.unproved_address_hour or counts.address_day >= caps.unproved_address_day:
        return "this unproved address got as many as it may"
    domain = sender.address.rpartition("@")[2].lower()
    if domain not in case.house.limits.free_mail and counts.domain_hour >= caps.unproved_domain_hour:
        return f"{domain} got as many in an hour as an unproved domain may"
    return "unproved senders got as many in an hour as all may" if counts.all_hour >= caps.unproved_all_hour else ""
