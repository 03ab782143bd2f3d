"""A plan: all that the commands of one mail come to, collected before anything is done.

A refusal does not end it, so that an agent hears of everything at once; a plan with refusals is never carried out.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from maild.desk.case import Case
from maild.desk.house import House
from maild.model.aftermath import changed_ticket, joined_ticket
from maild.model.decision import AddEntry, AddParticipant, ChangeContact, ChangeTicket, Consult, RemoveParticipant, Step
from maild.model.facts import TicketFacts
from maild.model.mail import Attachment
from maild.model.outgoing import Template, Wanted
from maild.model.packet import Packet
from maild.model.steps import STEP_PREFIX
from maild.model.ticket import (
    APPROVAL_PREFIX,
    CONTACT_PREFIX,
    FIELD_PREFIX,
    FINISHED,
    Change,
    Confidence,
    Contact,
    EntryKind,
    State,
    Ticket,
)
from maild.rules import Person


class Plan:
    """What an agent's commands shall do. `words` and `files` are theirs that stand beside the commands.

    `ticket` is as it will stand after what is planned so far. `speech` is the template by which words go to the
    customer, and with `speaks_anyway` a mail without words. `shown` are lines for the agent alone: a list, a history.
    `notes` are entered besides, each with its flags. `lacking` is the packet
    of an escalation that is not complete: then the mail is not done, and its writer is asked.
    """

    def __init__(
        self, case: Case, known: TicketFacts | None, person: Person, words: str, files: tuple[Attachment, ...]
    ) -> None:
        self.case = case
        self.known = known
        self.person = person
        self.words = words
        self.files = files
        self.changes: list[Change] = []
        self.steps: list[Step] = []
        self.mails: list[Wanted] = []
        self.done: list[str] = []
        self.refused: list[str] = []
        self.shown: list[str] = []
        self.shown_files: tuple[Attachment, ...] = ()
        self.speech = Template.REPLY
        self.speaks_anyway = False
        self.is_quiet = False
        self.names_state = False  # also one that the ticket has already: then it stays
        self.is_undoing = False
        self.appended = ""
        self.notes: list[tuple[str, tuple[str, ...]]] = []
        self.opened = 0
        self.lacking: Packet | None = None
        self._ticket = known.ticket if known else None
        self._contacts = dict(case.facts.contacts)

    @property
    def house(self) -> House:
        """The house that the plan is made in."""
        return self.case.house

    @property
    def now(self) -> datetime:
        """When it is made."""
        return self.case.now

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this agent means their times."""
        return ZoneInfo(self.person.timezone or self.house.desk.timezone)

    @property
    def ticket(self) -> Ticket:
        """The ticket as planned; only commands that need one may ask (KeyError: a bug)."""
        if self._ticket is None:
            raise KeyError("ticket")
        return self._ticket

    @property
    def facts(self) -> TicketFacts:
        """The ticket's facts as they are; only commands that need a ticket may ask (KeyError: a bug)."""
        if self.known is None:
            raise KeyError("ticket")
        return self.known

    @property
    def writes_outside(self) -> bool:
        """Whether a command of its own writes to somebody outside."""
        return any(mail.person is None for mail in self.mails)

    @property
    def reports(self) -> tuple[TicketFacts, ...]:
        """Give the tickets of an incident to which its words and its state go.

        Neither those that are finished, nor any called solved before the incident itself was.
        """
        if self.known is None or self.known.ticket.incident is None:
            return ()
        gone = {
            step.number
            for step in self.steps
            if isinstance(step, ChangeTicket) and any(change.field == "parent" for change in step.changes)
        }
        over = FINISHED if self.known.ticket.state is State.RESOLVED else FINISHED | {State.RESOLVED}
        known = (self.case.facts.tickets.get(number) for number in self.known.children if number not in gone)
        return tuple(one for one in known if one is not None and one.ticket.state not in over)

    def refuse(self, why: str) -> None:
        """Refuse a command; the plan will not be carried out."""
        self.refused.append(why)

    def set(self, field: str, new: str | None) -> bool:
        """Change a field of the ticket; False where it has that value already."""
        change = Change(field, value_of(self.ticket, field), new)
        if change.old == change.new:
            return False
        self._change(change)
        return True

    def add_value(self, field: str, value: str) -> None:
        """Add one value to a field of many."""
        self._change(Change(field, None, value))

    def remove_value(self, field: str, value: str) -> None:
        """Take one value from a field of many."""
        self._change(Change(field, value, None))

    def contact_value(self, name: str) -> str | None:
        """Give what agents or mails said of the requester, as planned; None where the ticket has none."""
        owner = self.ticket.requester
        contact = self._contacts.get(owner.address.lower()) if owner is not None else None
        return contact.value(name) if contact is not None else None

    def set_contact(self, name: str, value: str) -> bool:
        """Change what is known of the requester, who must be there; False where it is known already."""
        owner = self.ticket.requester
        old, new = self.contact_value(name), value or None
        if owner is None or old == new:
            return False
        address = owner.address.lower()
        self.changes.append(Change(f"{CONTACT_PREFIX}{name}", old, new))
        self.add(ChangeContact(owner, name, old, new))
        known = self._contacts.get(address) or Contact(address, owner.name)
        self._contacts[address] = replace(known, **{name: value})  # type: ignore[arg-type]  # CONTACT_VALUES
        return True

    def set_state(self, state: State, done: str) -> None:
        """Change the state and say so."""
        self.set("state", state.value)
        self.names_state = True
        self.done.append(done)

    def add(self, *steps: Step) -> None:
        """Add steps as they are."""
        self.steps.extend(steps)

    def take_part(self, step: AddParticipant | RemoveParticipant | Consult) -> None:
        """Let somebody take part, or no more, and enter it in the history."""
        self.add(step)
        self._ticket = joined_ticket(self.ticket, step)
        match step:
            case AddParticipant(_, who):
                self.add_value("participant", who.address)
            case RemoveParticipant(_, address):
                self.remove_value("participant", address)
            case Consult(_, who, _):
                self.add_value("consulted", who.address)

    def may_read(self, ticket: Ticket) -> bool:
        """Whether a ticket's words are for this agent's eyes: of a sealed one they are its assignee's alone."""
        return ticket.confidential is not Confidence.SEALED or ticket.assignee == self.person.key

    def enter_in(
        self,
        known: TicketFacts,
        kind: EntryKind,
        text: str,
        flags: tuple[str, ...] = (),
        changes: tuple[Change, ...] = (),
    ) -> None:
        """Enter something in the history of another ticket than the mail's own."""
        number = known.ticket.number
        before = sum(isinstance(step, AddEntry) and step.number == number for step in self.steps)
        n = known.last_n + 1 + before
        self.add(AddEntry(number, n, kind, self.person.key, self.case.cause, text, changes, flags))

    def next_number(self) -> int:
        """Give a number for a new ticket of this plan."""
        self.opened += 1
        return self.case.facts.next_number + self.opened - 1

    def _change(self, change: Change) -> None:
        self.changes.append(change)
        self._ticket = changed_ticket(self.ticket, change, self.now)


def value_of(ticket: Ticket, field: str) -> str | None:
    """Give a field's value as changes write it."""
    match field:
        case "requester":
            return ticket.requester.address if ticket.requester else None
        case "requester_name":
            return ticket.requester.name if ticket.requester else ""
        case name if name.startswith(FIELD_PREFIX):
            return ticket.field(name.removeprefix(FIELD_PREFIX))
        case name if name.startswith(STEP_PREFIX):
            return ticket.step(name.removeprefix(STEP_PREFIX))
        case name if name.startswith(APPROVAL_PREFIX):
            return ticket.approval(name.removeprefix(APPROVAL_PREFIX))
        case name:
            value = getattr(ticket, name)
            return None if value is None else str(value)
