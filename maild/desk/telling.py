"""Who of the house is told what, and how: the mails that go to agents and administrators."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from maild.desk.house import House
from maild.model.clocks import ClockName
from maild.model.decision import OpenTicket
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.packet import NO_PACKET, Packet
from maild.model.ticket import Ticket
from maild.rules import Person, Whom, WhomKind

NOTICE_EXPIRES = timedelta(days=5)
_MOST_LISTED = 20


def those_in_charge(
    house: House, ticket: Ticket | OpenTicket, now: datetime, but: Iterable[str | None] = ()
) -> tuple[Person, ...]:
    """Give who must hear of a ticket: its assignee, else its team, the administrators, the managers.

    `but` are keys left out, and so is whoever may not see it; what nobody may see is the administrators', unless it is
    confidential: then nobody hears.
    """
    excluded = set(but)
    holder = house.find_person(ticket.assignee, now) if ticket.assignee else None
    administrators = tuple(person for person in house.administrators(now) if person.key not in excluded)
    members = house.members(house.team_of(ticket), now)
    for people in ((holder,) if holder else (), members, administrators, house.managers(now)):
        told = tuple(person for person in people if person.key not in excluded and house.may_see(person, ticket))
        if told:
            return tuple(each for each in told if not each.is_told_of_own_alone or each == holder) or told
    return administrators if ticket.confidential is None else ()


def those_leading(house: House, ticket: Ticket, now: datetime) -> tuple[Person, ...]:
    """Give the lead of a ticket's team, else the managers, else the administrators: who is here and may see it."""
    lead = house.lead(house.team_of(ticket), now)
    for people in ((lead,) if lead is not None else (), house.managers(now), house.administrators(now)):
        here = [each for each in people if not house.is_absent(each.key, now)]
        if seeing := tuple(each for each in here if house.may_see(each, ticket)):
            return seeing
    return ()


def named(house: House, whom: Whom, team: str | None, assignee: str | None, now: datetime) -> tuple[Person, ...]:
    """Give whom rule files name about a ticket of a team and an assignee; of people outside nobody."""
    found: tuple[Person | None, ...]
    match whom.kind:
        case WhomKind.ASSIGNEE:
            found = (house.find_person(assignee, now),) if assignee else ()
        case WhomKind.LEAD:
            found = (house.lead(team, now),)
        case WhomKind.TEAM | WhomKind.EACH:
            found = house.members(whom.name, now)
        case WhomKind.PERSON:
            found = (house.find_person(whom.name, now),)
        case WhomKind.ADMINS:
            found = house.administrators(now)
        case WhomKind.MANAGERS:
            found = house.managers(now)
        case _:
            found = ()
    return tuple(person for person in found if person is not None)


def notices(
    people: Iterable[Person],
    ticket: int,
    about: tuple[str, ...] = (),
    attachments: tuple[Attachment, ...] = (),
    others: tuple[Address, ...] = (),
    *,
    tickets: tuple[str, ...] = (),
) -> Iterator[Wanted]:
    """Tell each that a customer wrote; their plain answer goes to the customer. `others` got the mail too.

    `tickets` are lines on those that belong to this one.
    """
    for person in people:
        notice = to_person(
            person, Template.AGENT_NOTICE, ticket, Thread.NOTICE, Meaning.RELAY, about=about, attachments=attachments
        )
        yield replace(notice, others=others, tickets=tickets)


def aside_notices(
    people: Iterable[Person],
    ticket: int,
    consulted: Address | None,
    about: tuple[str, ...],
    attachments: tuple[Attachment, ...],
) -> Iterator[Wanted]:
    """Tell each what somebody asked aside answered; their plain answer goes back to them."""
    meaning = Meaning.NOTE if consulted is None else Meaning.CONSULT
    for person in people:
        notice = to_person(
            person, Template.AGENT_NOTICE, ticket, Thread.INTERNAL, meaning, about=about, attachments=attachments
        )
        yield replace(notice, consulted=consulted)


def listed(house: House, person: Person, tickets: Iterable[Ticket | OpenTicket]) -> tuple[str, ...]:
    """Name tickets in a line each, as far as somebody may see them; of a confidential one no word."""
    seen = [each for each in tickets if house.may_see(person, each)]
    lines = [_line(each) for each in seen[:_MOST_LISTED]]
    return (*lines, *((f"+{len(seen) - len(lines)}",) if len(seen) > len(lines) else ()))


def _line(ticket: Ticket | OpenTicket) -> str:
    who = ticket.requester.address if ticket.requester is not None else ""
    words = ticket.subject if ticket.confidential is None else ""
    return " ".join(part for part in (f"#{ticket.number}", who, words) if part)


def note_notices(people: Iterable[Person], ticket: int, about: tuple[str, ...] = ()) -> Iterator[Wanted]:
    """Tell each of a note; their plain answer is a note."""
    for person in people:
        yield to_person(person, Template.AGENT_NOTICE, ticket, Thread.INTERNAL, Meaning.NOTE, about=about)


def transcripts(
    people: Iterable[Person],
    ticket: int | None,
    about: tuple[str, ...],
    text: str = "",
    attachments: tuple[Attachment, ...] = (),
) -> Iterator[Wanted]:
    """Tell each what became of something; their plain answer is a note, or about no ticket nothing."""
    meaning = Meaning.NOTE if ticket is not None else Meaning.NOTHING
    for person in people:
        yield to_person(
            person,
            Template.TRANSCRIPT,
            ticket,
            Thread.INTERNAL,
            meaning,
            about=about,
            text=text,
            attachments=attachments,
        )


def assigned(people: Iterable[Person], ticket: int, story: str) -> Iterator[Wanted]:
    """Tell each that a ticket is theirs now, or no more; their plain answer goes to the customer."""
    for person in people:
        yield to_person(person, Template.ASSIGNED, ticket, Thread.NOTICE, Meaning.RELAY, about=(story,))


def breaches(people: Iterable[Person], ticket: int, clock: ClockName, about: tuple[str, ...]) -> Iterator[Wanted]:
    """Tell each that a clock of a ticket reached its target; their plain answer is a note."""
    for person in people:
        mail = to_person(person, Template.BREACHED, ticket, Thread.INTERNAL, Meaning.NOTE, about=about)
        yield replace(mail, clock=clock)


def escalations(people: Iterable[Person], ticket: int, story: str, packet: Packet = NO_PACKET) -> Iterator[Wanted]:
    """Tell each that a ticket came to their level, with its packet; their plain answer is a note."""
    for person in people:
        mail = to_person(person, Template.ESCALATED, ticket, Thread.INTERNAL, Meaning.NOTE, about=(story,))
        yield replace(mail, packet=packet)


def packet_form(
    person: Person, ticket: int, packet: Packet, about: tuple[str, ...] = (), draft: str | None = None
) -> Wanted:
    """Ask somebody for what a packet lacks; `draft` is the one that goes on once it is complete."""
    mail = to_person(
        person, Template.ESCALATION_PACKET, ticket, Thread.INTERNAL, Meaning.FORM, about=about, draft=draft
    )
    return replace(mail, packet=packet)


def alarms(people: Iterable[Person], about: tuple[str, ...]) -> Iterator[Wanted]:
    """Tell administrators of the desk's own trouble."""
    for person in people:
        yield to_person(person, Template.ALARM, None, Thread.INTERNAL, Meaning.NOTHING, about=about)


def light_enough(attachments: tuple[Attachment, ...], limit: int) -> tuple[Attachment, ...]:
    """Give the attachments, in order, that fit into a mail of so many octets; the others are only named."""
    taken: list[Attachment] = []
    room = limit
    for each in attachments:
        if each.size <= room:
            taken.append(each)
            room -= each.size
    return tuple(taken)


def to_person(
    person: Person,
    template: Template,
    ticket: int | None,
    thread: Thread,
    meaning: Meaning,
    *,
    about: tuple[str, ...] = (),
    text: str = "",
    by: str | None = None,
    draft: str | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Wanted:
    """Want one mail to the main address of somebody of the house."""
    return Wanted(
        template=template,
        to=person.addresses[0],
        to_name=person.name,
        person=person.key,
        ticket=ticket,
        thread=thread,
        meaning=meaning,
        text=text,
        by=by,
        about=about,
        draft=draft,
        attachments=attachments,
        expires_in=NOTICE_EXPIRES,
    )
