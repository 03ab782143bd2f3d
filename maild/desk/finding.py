"""Which ticket a message belongs to, by evidence in order: marks, known Message-IDs, subject tags (behaviour.md, 3).

Every claim that a message makes is weighed and kept, accepted or not, for whoever asks why. Addresses are taken as
they stand in From: whether the sender is who they say is standing's question, asked afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild import marks
from maild.desk.house import House, is_same
from maild.marks import Mark
from maild.model.decision import Evidence
from maild.model.facts import Facts, IssuedMail, KnownId, TicketFacts
from maild.model.mail import Message
from maild.model.ticket import State

PERSONS_MARK_LIVES = timedelta(days=90)
_MOST_HOPS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What the evidence comes to.

    `answered` is our mail to this very sender that the message answers; `is_direct` says that In-Reply-To or the
    address it was sent to names it, and not only a reference from further back; `is_secret`, that nobody outside is
    known to have seen its mark. `shown` is a genuine mark of ours of somebody else's mail. `returned` is our own mail
    that a delivery report is about.
    """

    number: int | None
    answered: IssuedMail | None
    is_direct: bool
    is_secret: bool
    shown: IssuedMail | None
    returned: IssuedMail | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A mark that a message shows, and what it is worth."""

    place: str
    mark: Mark
    issued: IssuedMail | None
    is_own: bool
    why_not: str

    @property
    def worth(self) -> IssuedMail | None:
        return None if self.why_not else self.issued


def find(message: Message, facts: Facts, house: House, now: datetime) -> Found:
    """Weigh everything in a message that names a ticket; the first that holds decides."""
    shown = tuple(_weigh(place, mark, message, facts, house=house, now=now) for place, mark in _marks(message))
    own = [each for each in shown if each.worth and each.is_own]
    others = [each for each in shown if each.worth and not each.is_own]
    claims = (*_mark_claims((*own, *others, *shown)), *_id_claims(message, facts, house, now))
    claims = (*claims, *_tag_claims(message, facts, house, now), *_repeat_claims(message, facts))
    returned = _returned(message, facts, house)
    if returned is not None and returned.ticket is not None:
        claims = (Evidence("returned mail", returned.token, returned.ticket, True, "we sent it"), *claims)
    number = next((claim.ticket for claim in claims if claim.is_accepted and claim.ticket in facts.tickets), None)
    number, claims = _followed(number, claims, facts)
    return Found(
        number=number,
        answered=own[0].worth if own else None,
        is_direct=bool(own) and own[0].place != "references",
        is_secret=any(marks.exposure(each.mark) not in facts.known for each in own),
        shown=others[0].worth if others else None,
        returned=returned,
        evidence=claims,
    )


def _followed(
    number: int | None, claims: tuple[Evidence, ...], facts: Facts
) -> tuple[int | None, tuple[Evidence, ...]]:
    """Go on to the ticket that a merged one goes on in."""
    for _ in range(_MOST_HOPS):
        known = facts.tickets.get(number) if number is not None else None
        target = known.ticket.merged_into if known is not None else None
        if target is None or target not in facts.tickets:
            break
        claims = (*claims, Evidence("merged", f"#{number}", target, is_accepted=True, why="it goes on there"))
        number = target
    return number, claims


def _marks(message: Message) -> Iterator[tuple[str, Mark]]:
    """Give the marks with the places they stand in; a mailer that truncates References keeps the newest, the last."""
    places = (
        ("in-reply-to", message.in_reply_to),
        ("references", tuple(reversed(message.references))),
        ("address", tuple(each.address for each in (*message.to, *message.cc))),
        ("address", message.delivered_to),
    )
    met: set[Mark] = set()
    for place, texts in places:
        for mark in marks.find_marks(texts):
            if mark not in met:
                met.add(mark)
                yield place, mark


def _weigh(place: str, mark: Mark, message: Message, facts: Facts, *, house: House, now: datetime) -> _Shown:
    issued = facts.issued.get(mark.token)
    is_own = issued is not None and message.sender is not None and _is_issued_to(issued, message.sender.address, house)
    return _Shown(place, mark, issued, is_own, _why_not(mark, issued, house, now))


def _why_not(mark: Mark, issued: IssuedMail | None, house: House, now: datetime) -> str:
    if issued is None:
        return "names no mail of ours"
    if not marks.is_genuine(mark, issued.recipient, house.keyring):
        return "the signature is not ours"
    if issued.person is None and house.find_agent(issued.recipient, now) is None:
        return ""
    if issued.person is not None and house.find_person(issued.person, now) is None:
        return "it was given to somebody who left"
    if now - issued.created_at > PERSONS_MARK_LIVES:
        return "it is older than 90 days"
    return ""


def _is_issued_to(issued: IssuedMail, address: str, house: House) -> bool:
    if is_same(issued.recipient, address):
        return True
    person = house.rules.find_person(address)
    return person is not None and issued.person == person.key


def _mark_claims(shown: tuple[_Shown, ...]) -> Iterator[Evidence]:
    for each in dict.fromkeys(shown):
        number = each.issued.ticket if each.issued else None
        whose = "given to this sender" if each.is_own else "given to somebody else: it finds, and proves nothing"
        yield Evidence(
            kind=f"mark in {each.place}",
            value=each.mark.token,
            ticket=number or 0,
            is_accepted=number is not None and not each.why_not,
            why=each.why_not or (whose if number else "that mail belongs to no ticket"),
        )


def _id_claims(message: Message, facts: Facts, house: House, now: datetime) -> Iterator[Evidence]:
    for message_id in dict.fromkeys((*message.in_reply_to, *reversed(message.references))):
        for known in facts.known.get(message_id, ()):
            why_not = _why_not_known(known, message, facts, house, now)
            kind = "reference of a known message" if known.is_reference else "known message"
            yield Evidence(kind, message_id, known.ticket, not why_not, why_not or "the sender takes part")


def _why_not_known(known: KnownId, message: Message, facts: Facts, house: House, now: datetime) -> str:
    if message.sender is None:
        return "the sender is unknown"
    address = message.sender.address
    stood_in_it = any(is_same(each, address) for each in known.addresses)
    if not (stood_in_it or takes_part(known.ticket, address, facts, house, now)):
        return "the sender neither takes part nor stood in From, To or Cc of that message"
    if known.is_reference and not _names_requester(known.ticket, message, facts):
        return "the message was only referenced, and the ticket's requester is not addressed"
    return ""


def _repeat_claims(message: Message, facts: Facts) -> Iterator[Evidence]:
    """Keep a message whose own id came before with another body on the ticket of the first, if they are its people."""
    for known in facts.known.get(message.message_id or "", ()):
        ticket = facts.tickets.get(known.ticket)
        if known.is_reference or ticket is None or message.sender is None:
            continue
        is_theirs = is_among(ticket, message.sender.address)
        why = "the sender takes part" if is_theirs else "the sender takes no part in that ticket"
        yield Evidence("repeated Message-ID", known.message_id, known.ticket, is_theirs, why)


def takes_part(number: int, address: str, facts: Facts, house: House, now: datetime) -> bool:
    """Whether an address is an agent's, or the requester's or a participant's of a ticket."""
    if house.find_agent(address, now) is not None:
        return True
    known = facts.tickets.get(number)
    return known is not None and is_among(known, address)


def led_on(known: TicketFacts, facts: Facts) -> TicketFacts:
    """Go on to the ticket in which a merged one, or a closed one's thread, goes on."""
    for _ in range(_MOST_HOPS):
        ticket = known.ticket
        target = ticket.merged_into or (ticket.successor if ticket.state is State.CLOSED else None)
        if target is None or target not in facts.tickets:
            break
        known = facts.tickets[target]
    return known


def is_among(known: TicketFacts, address: str) -> bool:
    """Whether an address is the requester's or a participant's of a ticket."""
    requester = (known.ticket.requester,) if known.ticket.requester else ()
    return any(is_same(each.address, address) for each in (*requester, *known.ticket.participants))


def _names_requester(number: int, message: Message, facts: Facts) -> bool:
    known = facts.tickets.get(number)
    if known is None or known.ticket.requester is None or message.sender is None:
        return False
    requester = known.ticket.requester.address
    return any(is_same(each.address, requester) for each in (message.sender, *message.to, *message.cc))


def _tag_claims(message: Message, facts: Facts, house: House, now: datetime) -> Iterator[Evidence]:
    """Weigh the subject's tags: ours, and an old desk's, whose number may be of a ticket that was moved here."""
    ours = [(f"#{number}", number) for number in marks.find_tags(message.subject, house.desk.tag, ())]
    olds = [
        (str(old), number)
        for old in marks.find_old_tags(message.subject, house.desk.old_tags)
        for number in [known.ticket for known in facts.known.get(old.id, ())] or [old.number]
    ]
    for tag, number in (*ours, *olds):
        if number not in facts.tickets:
            why_not = "there is no such ticket"
        elif message.sender is None or not takes_part(number, message.sender.address, facts, house, now):
            why_not = "the sender takes no part in that ticket"
        else:
            why_not = ""
        yield Evidence("subject tag", tag, number, not why_not, why_not or "the sender takes part")


def _returned(message: Message, facts: Facts, house: House) -> IssuedMail | None:
    """Find the mail that a delivery report is about: by its marked address, then by the returned Message-ID."""
    if message.bounce is None:
        return None
    named = (*message.delivered_to, *(each.address for each in message.to), message.bounce.original_message_id or "")
    for mark in marks.find_marks(named):
        issued = facts.issued.get(mark.token)
        if issued is not None and marks.is_genuine(mark, issued.recipient, house.keyring):
            return issued
    return None
