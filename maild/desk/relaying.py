"""An agent's words to the customer: to whom they go, what stands against it, and what follows."""

from collections.abc import Iterator
from datetime import timedelta

from maild.desk.case import Sheet, remembered
from maild.desk.colliding import missed
from maild.desk.hearing import Turn
from maild.desk.orders.plan import Plan
from maild.desk.telling import transcripts
from maild.model.decision import StopTimers, TimerKind
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.model.ticket import EntryKind, State, Ticket
from maild.subjects import is_forward

RELAY_EXPIRES = timedelta(days=5)
MOST_AT_ONCE = 50  # people: words to more go out when whoever wrote them was told to how many
_NOT_ANSWERED = frozenset({State.MERGED, State.SPAM})


def recipients(plan: Plan, ticket: Ticket) -> tuple[Address, ...]:
    """Give requester and participants, each once, without us and without whom the agent's own mail went to."""
    taken = {each.address.lower() for each in (*plan.case.message.to, *plan.case.message.cc)}
    chosen: list[Address] = []
    for each in (*((ticket.requester,) if ticket.requester else ()), *ticket.participants):
        address = each.address.lower()
        if address not in taken and not plan.house.is_ours(address):
            taken.add(address)
            chosen.append(each)
    return tuple(chosen)


def why_not_addressed(turn: Turn) -> str:
    """Say why a mail is not simply an answer to the desk: it went elsewhere too, or is a forward."""
    message, house = turn.case.message, turn.case.house
    ticket = turn.known.ticket
    present = {
        each.address.lower() for each in (*((ticket.requester,) if ticket.requester else ()), *ticket.participants)
    }
    named = [each.address for each in (*message.to, *message.cc)]
    others = [each for each in named if not house.is_ours(each) and each.lower() not in present]
    if others:
        return say("your mail also went to {addresses}", addresses=", ".join(others[:5]))
    if not any(house.is_ours(each) for each in named):
        return say("your mail was not addressed to the desk")
    if is_forward(message.subject):
        return say("your mail is a forward")
    return ""


def obstacles(turn: Turn, plan: Plan) -> tuple[str, ...]:
    """Say what stands against words going out now, whatever they are."""
    return tuple(_obstacles(turn, plan))


def relay(turn: Turn, plan: Plan, sheet: Sheet, text: str, attachments: tuple[Attachment, ...]) -> None:
    """Send words to everyone outside, one mail each, and count them as the answer."""
    sheet.want(*mails_to(plan, plan.ticket, text, attachments))
    file_answer(turn, plan, sheet, text, attachments)


def mails_to(plan: Plan, ticket: Ticket, text: str, attachments: tuple[Attachment, ...]) -> Iterator[Wanted]:
    """Want an agent's words mailed to everyone outside who takes part in a ticket."""
    for each in recipients(plan, ticket):
        yield Wanted(
            template=plan.speech,
            to=each.address,
            to_name=each.name,
            person=None,
            ticket=ticket.number,
            thread=Thread.CUSTOMER,
            meaning=Meaning.CUSTOMER,
            text=text,
            by=plan.person.key,
            attachments=attachments,
            delay=plan.house.desk.send_delay,
            expires_in=RELAY_EXPIRES,
        )


def file_answer(turn: Turn, plan: Plan, sheet: Sheet, text: str, attachments: tuple[Attachment, ...]) -> None:
    """Enter an answer that the customer gets: state and assignee follow, and the others are told who took it."""
    case, ticket = turn.case, turn.known.ticket
    said = {change.field for change in plan.changes}
    if "state" not in said and not plan.names_state:
        sheet.set_state(State(case.house.desk.after_reply))
        sheet.add(StopTimers(TimerKind.WAKE, turn.number))
    is_taken = plan.ticket.assignee is None and "assignee" not in said
    if is_taken:
        sheet.set_assignee(turn.person.key)
    sheet.enter(
        turn.number,
        EntryKind.AGENT,
        text,
        flags=turn.speech.flags,
        attachments=attachments,
        message_id=case.message.message_id,
    )
    sheet.add(remembered(case, turn.number))
    if is_taken:
        others = [
            person
            for person in case.house.members(case.house.team_of(ticket), case.now)
            if person.key != turn.person.key
        ]
        sheet.want(
            *transcripts(others, turn.number, (say("{name} answered and has the ticket now.", name=turn.person.name),))
        )


def _obstacles(turn: Turn, plan: Plan) -> Iterator[str]:
    ticket = turn.known.ticket
    if ticket.state in _NOT_ANSWERED:
        yield say("the ticket is {state}", state=ticket.state)
    people = {each.address.lower() for one in _answered(plan) for each in recipients(plan, one)}
    if not people:
        yield say("the ticket has nobody to answer")
    # Anybody can report an incident, in anybody's name, after its notice was written.
    is_told = turn.issued is not None and turn.issued.template is Template.DRAFT
    if len(people) > MOST_AT_ONCE and not is_told:
        yield say("your words would go to {count} people", count=len(people))
    yield from missed(turn, plan)


def _answered(plan: Plan) -> Iterator[Ticket]:
    yield plan.ticket
    yield from (one.ticket for one in plan.reports)
