"""What is said on a page is the answer to the mail that led there, and goes the way of one.

The page of a link is its mail's reader's, as the mark in their own answer would be: a message is made of what they
pressed and wrote, and decided as if it had come by mail.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from maild import desk, marks
from maild.carrying import carry_out_alone
from maild.desk import House
from maild.errors import MaildError
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.model.decision import Authenticity, Decision, Verdict
from maild.model.facts import Facts, IssuedMail, LinkedMail, Questions, TicketFacts, Want
from maild.model.links import Purpose, digest_of
from maild.model.mail import Address, Message
from maild.web.answers import PageError
from maild.web.room import Room

NONCE_LIVES: Final = timedelta(days=1)
LONGEST_WORDS: Final = 10_000
LONGEST_SECRET: Final = 64
_TRIES: Final = 5

log = journal("web")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who holds a link: the mail that it stood in, and the ticket that this is about, as it stands."""

    secret: str
    mail: IssuedMail
    known: TicketFacts
    house: House
    at: datetime

    @property
    def who(self) -> Address:
        """Whose link it is, by the name that they have on the ticket."""
        people = {each.address.lower(): each for each in self.known.ticket.outsiders}
        return people.get(self.mail.recipient.lower(), Address(self.mail.recipient))


async def visit(room: Room, request: Request, purpose: Purpose) -> Visit:
    """Find what a link leads to; raises PageError for every one that leads nowhere, and says no more of it."""
    if not request.state.is_public:
        raise PageError("no-page", 404)
    address = request.client.host if request.client is not None else ""
    if room.limiter.is_over(address):
        raise PageError("too-often", 429)
    found = await room.apart(lambda: _find(room, purpose, str(request.path_params["secret"])))
    if found is None:
        room.limiter.note(address)
        raise PageError("no-page", 404)
    return found


def _find(room: Room, purpose: Purpose, secret: str) -> Visit | None:
    now, house = room.now(), room.in_force.get()[0]
    digest = digest_of(purpose, secret[:LONGEST_SECRET])
    linked = room.store.read(lambda reader: reader.find_link(purpose, digest))
    if not is_open(linked, now) or linked is None:
        return None
    facts = room.store.read(lambda reader: reader.answer([_about(linked.mail)], now))[0]
    known = _followed(linked.mail.ticket, facts)
    if known is None or linked.mail.recipient.lower() not in {one.address.lower() for one in known.ticket.outsiders}:
        return None
    return Visit(secret, linked.mail, known, house, now)


def is_open(linked: LinkedMail | None, now: datetime) -> bool:
    """Whether a link still leads anywhere."""
    return linked is not None and now <= linked.expires_at


def _about(mail: IssuedMail) -> Questions:
    numbers = () if mail.ticket is None else (mail.ticket,)
    wants = frozenset({Want.HISTORY})
    return Questions(None, "", "", "", None, (), (mail.token,), numbers, wants=wants)


def _followed(number: int | None, facts: Facts) -> TicketFacts | None:
    known = facts.tickets.get(number) if number is not None else None
    for _ in facts.tickets:
        target = known.ticket.merged_into if known is not None else None
        if target is None:
            break
        known = facts.tickets.get(target)
    return known


def new_nonce(visit: Visit) -> str:
    """Give what a form of this page has to send with it: nobody who only has the link knows it."""
    return f"{int(visit.at.timestamp())}.{_signature(visit, int(visit.at.timestamp()))}"


def is_pressed(visit: Visit, nonce: str) -> bool:
    """Whether a form was sent from the page itself, lately."""
    begun, _, signature = nonce.partition(".")
    if not (begun.isascii() and begun.isdecimal() and len(begun) <= LONGEST_SECRET and signature.isascii()):
        return False
    age = visit.at.timestamp() - int(begun)
    return hmac.compare_digest(_signature(visit, int(begun)), signature) and 0 <= age <= NONCE_LIVES.total_seconds()


def _signature(visit: Visit, begun: int) -> str:
    said = f"maild-nonce-1\0{visit.secret}\0{begun}".encode("utf-8", "replace")
    return hmac.new(visit.house.keyring.current.secret, said, sha256).hexdigest()


async def answer(room: Room, visit: Visit, words: str) -> Decision:
    """Let what somebody said on a page be decided and carried out, as their answer to the mail.

    Raises MaildError where the ticket changes faster than it can be written, PageError where too much was said.
    """
    if room.answers.is_over(visit.mail.token):
        raise PageError("too-much-said", 429)
    room.answers.note(visit.mail.token)
    decision = await room.apart(lambda: _carry_out(room, visit, words))
    reach(Failpoint.WEB_COMMITTED)
    room.done()
    return decision


def _carry_out(room: Room, visit: Visit, words: str) -> Decision:
    message = _message(visit, words)
    vouched = Authenticity(Verdict.NONE, "the page of a mail that was sent to them alone")
    for _ in range(_TRIES):
        house, writer = room.in_force.get()
        now = room.now()
        asked = desk.ask(message, None, house)
        asked = replace(asked, gist="", wants=asked.wants | {Want.HISTORY})
        facts = room.store.read(lambda reader: reader.answer([asked], now))[0]  # noqa: B023 - read at once
        decision = desk.decide(message, None, facts, vouched, house, now, writer.new_token())
        if carry_out_alone(room.store, writer, decision, facts):
            log.info(Event.PAGE_ANSWERED, ticket=decision.outcome.ticket, mail=visit.mail.token)
            return decision
    raise MaildError("the ticket changes faster than it can be written")


def _message(visit: Visit, words: str) -> Message:
    """Make the mail that they could have sent instead."""
    house, who = visit.house, visit.who
    queue = house.queues().get(visit.known.ticket.queue)
    ours = queue.address if queue is not None else house.desk.address
    mark = marks.sign(visit.mail.token, visit.mail.recipient, house.keyring)
    return Message(
        sender=who,
        to=(Address(ours),),
        cc=(),
        reply_to=(),
        delivered_to=(),
        subject=f"Re: {visit.mail.subject}",
        message_id=f"<page.{secrets.token_hex(16)}@{ours.rpartition('@')[2]}>",
        in_reply_to=(marks.message_id(mark, ours.rpartition("@")[2]),),
        references=(),
        date=visit.at,
        text=words,
        reply=words,
        html=None,
        attachments=(),
        automatic=None,
        automatic_proof="",
        may_answer=True,
        bounce=None,
        authentication=(),
        headers=(),
        flags=(),
    )
