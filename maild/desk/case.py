"""A message in hand with all that is known about it, and the decision that grows from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.desk.conversing import find_conversation
from maild.desk.finding import Found
from maild.desk.house import House
from maild.marks import OldTag, exposure, find_marks, find_old_tags
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    ChangeTicket,
    Decision,
    LinkTickets,
    OpenTicket,
    Outcome,
    OutcomeKind,
    RememberIds,
    Ruled,
    Sender,
    Standing,
    Step,
    Trust,
)
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address, Attachment, Automatic, Message
from maild.model.outgoing import Wanted
from maild.model.ticket import Cause, CauseKind, Change, EntryKind, State, Ticket

MOST_PARTICIPANTS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One message, where it was found to belong, and who sent it; `token` names a draft, should one be kept.

    `sender` is None when From tells nobody. `flags` are said of every entry that comes of the message. `mailbox` is
    where it arrived, "" for a file on the command line. `is_released`: it was held, and a person let it go. `hidden`
    are tickets that an agent who writes may not see: others are told what concerns these. `is_old`: it is older
    than the desk's work. `codes` are what may be codes of identity: they are taken out of the message.
    """

    message: Message
    facts: Facts
    house: House
    now: datetime
    token: str
    found: Found
    sender: Sender | None
    flags: tuple[str, ...]
    mailbox: str
    is_whole: bool
    is_released: bool
    size: int = 0
    is_old: bool = False
    hidden: Mapping[int, TicketFacts] = field(default_factory=dict)
    codes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def known(self) -> TicketFacts | None:
        """The ticket found, with its history."""
        return self.facts.tickets.get(self.found.number) if self.found.number is not None else None

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it; desks put list headers on people's answers, so on a found ticket these say no.

        Of an agent's mail only those count as nothing that a list puts on everybody's: an old vacation program says
        "bulk" and no more, and what it answers would go to the customer.
        """
        if self.message.automatic is not Automatic.LIST or self.found.number is None:
            return self.message.automatic is not None
        is_agents = self.sender is not None and self.sender.standing is Standing.AGENT
        return not _is_only_a_list(self.message) or (is_agents and _is_bulk(self.message))

    @property
    def cause(self) -> Cause:
        """What the entries of this message name as their cause."""
        return Cause(CauseKind.MESSAGE, self.message.message_id or "")

    @property
    def words(self) -> str:
        """The new words alone, or the whole where a stripper left nothing: storing never loses words."""
        return self.message.reply if self.message.reply.strip() else self.message.text


def _is_only_a_list(message: Message) -> bool:
    proof = message.automatic_proof.lower().removeprefix("x-")
    return proof.startswith(("precedence", "list-", "mailing-list"))


def _is_bulk(message: Message) -> bool:
    proof = message.automatic_proof.lower().removeprefix("x-")
    return proof.startswith("precedence") and "list" not in proof


class Sheet:
    """A decision in the making about one ticket: steps and mails in the order they are wanted."""

    def __init__(self, cause: Cause, by: str, ticket: Ticket | None, last_n: int, flags: tuple[str, ...] = ()) -> None:
        self._cause = cause
        self._by = by
        self._ticket = ticket
        self._last_n = last_n
        self._flags = flags
        self._changes: list[Change] = []
        self._steps: list[Step] = []
        self._mails: list[Wanted] = []
        self._why: list[str] = []
        self._rules: tuple[Ruled, ...] = ()
        self._ruling: Mapping[str, object] | None = None
        self._capped = ""

    @property
    def opened(self) -> int:
        """How many tickets are opened so far."""
        return sum(isinstance(step, OpenTicket) for step in self._steps)

    def open(self, opened: OpenTicket) -> None:
        """Begin a new ticket."""
        self._steps.append(opened)

    def set_state(self, state: State) -> None:
        """Change the ticket's state, if that is a change."""
        if self._ticket is not None and self._ticket.state is not state:
            self.change(Change("state", self._ticket.state.value, state.value))

    def set_assignee(self, person: str) -> None:
        """Give the ticket to a person, if it is not theirs."""
        if self._ticket is not None and self._ticket.assignee != person:
            self.change(Change("assignee", self._ticket.assignee, person))

    def change(self, *changes: Change) -> None:
        """Change fields, as the doing of the next entry."""
        self._changes += changes

    def enter(
        self,
        number: int,
        kind: EntryKind,
        text: str,
        *,
        flags: tuple[str, ...] = (),
        attachments: tuple[Attachment, ...] = (),
        message_id: str | None = None,
        by: str | None = None,
        cause: Cause | None = None,
        shown: tuple[Change, ...] = (),
    ) -> None:
        """Add an entry; the changes set so far are its doing.

        `by` and `cause` are the decision's unless they are a rule's. `shown` are values with which a ticket was opened.
        """
        changes = tuple(self._changes)
        self._changes = []
        if changes:
            self._steps.append(ChangeTicket(number, changes))
        self._last_n += 1
        self._steps.append(
            AddEntry(
                number=number,
                n=self._last_n,
                kind=kind,
                by=self._by if by is None else by,
                cause=self._cause if cause is None else cause,
                text=text,
                changes=(*changes, *shown),
                flags=tuple(dict.fromkeys((*self._flags, *flags))),
                attachments=attachments,
                message_id=message_id,
            )
        )

    def add(self, *steps: Step) -> None:
        """Add steps as they are."""
        self._steps.extend(steps)

    def want(self, *mails: Wanted) -> None:
        """Want mails written."""
        self._mails.extend(mails)

    def explain(self, *why: str) -> None:
        """Say why, for whoever asks."""
        self._why.extend(why)

    def note_cap(self, reached: str) -> None:
        """Note which cap on automatic mail kept one from being written, if one did."""
        self._capped = reached

    def rule(self, rules: tuple[Ruled, ...], ruling: Mapping[str, object]) -> None:
        """Keep which rules held, and all that was asked and said, for whoever asks."""
        self._rules, self._ruling = rules, ruling

    def decision(self, outcome: Outcome, case: Case | None, commands: tuple[str, ...] = ()) -> Decision:
        """Close the sheet."""
        return Decision(
            outcome=outcome,
            steps=tuple(self._steps),
            mails=tuple(self._mails),
            evidence=case.found.evidence if case else (),
            sender=case.sender if case else None,
            commands=commands,
            why=tuple(self._why),
            rules=self._rules,
            capped=self._capped,
            ruling=self._ruling,
        )


def sheet_for(case: Case, known: TicketFacts | None) -> Sheet:
    """Begin the decision about a message: on a ticket, or on one that is still to be opened."""
    by = case.sender.address if case.sender else ""
    # An unproved mail in an agent's name is by whoever sent it.
    if (
        case.sender
        and case.sender.standing is Standing.AGENT
        and case.sender.trust is Trust.PROVED
        and case.sender.person
    ):
        by = case.sender.person
    return Sheet(case.cause, by, known.ticket if known else None, known.last_n if known else 0, case.flags)


def entry_of(number: int) -> Outcome:
    """Say that a message became an entry of a ticket."""
    return Outcome(OutcomeKind.ENTRY, number)


def desk_matter(case: Case, reason: str) -> Decision:
    """Keep a message as the desk's own matter: listed for 90 days, no ticket, no mail."""
    return Decision(Outcome(OutcomeKind.DESK, reason=reason), (), (), case.found.evidence, case.sender, (), (reason,))


def held(case: Case, reason: str) -> Decision:
    """Set a message aside for a person to release or discard."""
    return Decision(Outcome(OutcomeKind.HELD, reason=reason), (), (), case.found.evidence, case.sender, (), (reason,))


def remembered(case: Case, number: int) -> RememberIds:
    """Remember by which ids later mails will find the ticket.

    An id that came before with another body stays the first one's: whoever repeats it shall not draw its answers.
    """
    message = case.message
    people = (*message.to, *message.cc, *((message.sender,) if message.sender else ()))
    # Our own ids need no remembering: their marks find the ticket, and prove who holds them.
    references = [each for each in (*message.references, *message.in_reply_to) if not find_marks([each])]
    return RememberIds(
        number=number,
        message_id=None if case.facts.same_id_other_body else message.message_id,
        references=tuple(dict.fromkeys((*references, *_exposed(case, people), *_old_numbers(case)))),
        addresses=frozenset(each.address.lower() for each in people),
        # Of an unproved mail it is anybody's text, and we would carry it to the address that stands in From.
        conversation=find_conversation(message.headers)
        if case.sender is not None and case.sender.trust is Trust.PROVED
        else None,
    )


def old_tags(case: Case) -> tuple[OldTag, ...]:
    """Give the numbers by which an old desk knew the matter, as the subject has them."""
    return find_old_tags(case.message.subject, case.house.desk.old_tags)


def _old_numbers(case: Case) -> Iterator[str]:
    """Name the old desk's numbers that lead to the ticket from now on; an unproved mail gives it none."""
    if case.is_old or (case.sender is not None and case.sender.trust is Trust.PROVED):
        yield from (each.id for each in old_tags(case))


def _exposed(case: Case, people: Iterable[Address]) -> Iterator[str]:
    """Name the marks of our people that this mail shows to somebody outside: whoever got it could write in their name.

    An agent's own client, writing to the customer too, puts the mark of their notice into In-Reply-To.
    """
    message, house = case.message, case.house
    if not any(house.rules.find_person(who.address) is None and not house.is_ours(who.address) for who in people):
        return
    places = (*message.in_reply_to, *message.references, *(each.address for each in (*message.to, *message.cc)))
    for mark in find_marks(places):
        issued = case.facts.issued.get(mark.token)
        if issued is not None and issued.person is not None:
            yield exposure(mark)


def links(case: Case, number: int) -> Iterator[LinkTickets]:
    """Link a new ticket with those that the message claimed in vain, for the agents' eyes."""
    claims = {each.ticket: each for each in reversed(case.found.evidence) if each.ticket in case.facts.tickets}
    for claim in claims.values():
        if claim.ticket != number:
            yield LinkTickets(number, claim.ticket, f"{claim.kind} {claim.value}: {claim.why}")


def joining(case: Case, number: int, present: tuple[Address, ...]) -> Iterator[AddParticipant]:
    """Add those in To and Cc who are nobody of ours yet; a crowd is not added, or one mail could make us spam it."""
    there = {each.address.lower() for each in present}
    for who in (*case.message.to, *case.message.cc):
        address = who.address.lower()
        is_new = address not in there
        is_somebody = case.house.may_be_written_to(address) and case.house.rules.find_person(address) is None
        if is_new and is_somebody and len(there) < MOST_PARTICIPANTS:
            there.add(address)
            yield AddParticipant(number, who)
