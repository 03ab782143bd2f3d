"""Commands that only ask: show, history, list, help, answers, get. What they find goes to the agent who asks."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from maild.desk.commands import BY_WORD, help_lines
from maild.desk.hints import hint
from maild.desk.orders.approvals import approval_lines
from maild.desk.orders.matters import find_ticket
from maild.desk.orders.plan import Plan
from maild.desk.searching import SearchError, search_of
from maild.model.facts import TicketFacts
from maild.model.saying import say
from maild.model.search import MOST_FOUND
from maild.model.ticket import Entry, EntryKind, Ticket
from maild.rules import BOXES, checklist

_LONGEST_LINE = 200
_MOST_LISTED = 100


def show(plan: Plan, argument: str) -> None:
    """Show a ticket; the words of a sealed one to its assignee alone, once asked, and that is entered."""
    known = asked_for(plan, argument, "show")
    if known is None:
        return
    ticket = known.ticket
    plan.shown += [*_facts_of(ticket, known, plan), ""]
    if not plan.may_read(ticket):
        plan.shown.append("Its words are sealed: only its assignee may read them.")
        return
    _enter_reading(plan, known)
    for entry in [entry for entry in known.entries if entry.kind is not EntryKind.EVENT][-3:]:
        plan.shown += [*_entry_lines(entry, plan.zone, whole=True), ""]


def history(plan: Plan, argument: str) -> None:
    """Show all that happened to a ticket."""
    known = asked_for(plan, argument, "history")
    if known is None:
        return
    if not plan.may_read(known.ticket):
        plan.refuse(
            say(
                "#history: the words of #{number} are sealed: only its assignee may read them",
                number=known.ticket.number,
            )
        )
        return
    _enter_reading(plan, known)
    plan.shown.append(f"#{known.ticket.number} {known.ticket.subject}")
    for entry in known.entries:
        plan.shown += _entry_lines(entry, plan.zone, whole=False)


def list_tickets(plan: Plan, argument: str) -> None:
    """List tickets: mine, drafts, or what a search finds."""
    try:
        search = search_of(argument, plan.person, plan.house)
    except SearchError as error:
        plan.refuse(say("#list {argument}: {problem}", argument=argument, problem=error))
        return
    found = plan.case.facts.listings.get(search, ())
    # The store finds a hundred of these and no others; what is shown is said here all the same.
    seen = [ticket for ticket in found if plan.house.may_see(plan.person, ticket)]
    # Whether a word stands in a sealed ticket is a word of it.
    seen = [ticket for ticket in seen if not search.is_by_words or plan.may_read(ticket)]
    plan.shown.append(f"{argument or 'all unfinished'}: {len(seen)} found")
    plan.shown += [_line_of(ticket, plan) for ticket in seen]
    if len(found) == MOST_FOUND:
        plan.shown.append(f"… the newest {MOST_FOUND}; add words to find fewer")


def show_help(plan: Plan, argument: str) -> None:
    """Say what the commands are, or one of them."""
    word = argument.lstrip("#").lower()
    if word and word not in BY_WORD:
        plan.refuse(
            say("#help {argument}: there is no such command{hint}", argument=argument, hint=hint(word, BY_WORD))
        )
        return
    plan.shown += help_lines(word)


def answers(plan: Plan, _argument: str) -> None:
    """List the stored answers."""
    known = plan.house.answers
    title = "Stored answers; '#answer NAME' lets one follow your words:" if known else "No answer is stored yet."
    plan.shown.append(title)
    plan.shown += [f"  {name}  {text.strip().splitlines()[0][:80]}" for name, text in known.items() if text.strip()]


def answer(plan: Plan, argument: str) -> None:
    """Let a stored answer follow the words."""
    text = plan.house.answers.get(argument)
    if text is None:
        plan.refuse(
            say(
                "#answer {argument}: there is no such answer{hint}",
                argument=argument,
                hint=hint(argument, plan.house.answers),
            )
        )
        return
    plan.appended = "\n\n".join(part for part in (plan.appended, text.strip()) if part)
    plan.done.append(f"the answer {argument} followed your words")


def get(plan: Plan, argument: str) -> None:
    """Mail an attachment of the ticket to whoever asks."""
    at, files = int(argument), plan.facts.files
    if not plan.may_read(plan.facts.ticket):
        plan.refuse(
            say("#get {place}: #{number} is sealed: only its assignee may read it", place=at, number=plan.ticket.number)
        )
    elif not 1 <= at <= len(files):
        names = ", ".join(f"{n} {each.name}" for n, each in enumerate(files, 1)) or "it has none"
        plan.refuse(say("#get {place}: the ticket has no attachment {place}; {files}", place=at, files=names))
    else:
        plan.shown_files = (*plan.shown_files, files[at - 1])
        plan.shown.append(f"{at} {files[at - 1].name}")
        _enter_reading(plan, plan.facts)


def _enter_reading(plan: Plan, known: TicketFacts) -> None:
    """Enter in a confidential ticket's history who read it, once for a mail."""
    if known.ticket.confidential is None:
        return
    text, flags = f"{plan.person.name} read the confidential ticket.", ("read",)
    if plan.known is None or known.ticket.number != plan.ticket.number:
        plan.enter_in(known, EntryKind.NOTE, text, flags)
    elif (text, flags) not in plan.notes:
        plan.notes.append((text, flags))


def asked_for(plan: Plan, argument: str, word: str) -> TicketFacts | None:
    """Give the ticket that a command is about: the one that it names, else the mail's."""
    if argument:
        return find_ticket(plan, argument, word)
    if plan.known is None:
        plan.refuse(say("#{word}: your mail is about no ticket; write #{word} 1017", word=word))
    return plan.known


def _subject_of(ticket: Ticket, plan: Plan) -> str:
    return ticket.subject if plan.may_read(ticket) else "(sealed)"


def _facts_of(ticket: Ticket, known: TicketFacts, plan: Plan) -> Iterator[str]:
    yield f"#{ticket.number} {_subject_of(ticket, plan)}"
    hands = f"queue {ticket.queue} · team {ticket.team or '–'} · with {ticket.assignee or 'nobody'}"
    yield f"state {ticket.state.value} · {hands}"
    owner = ticket.requester
    yield f"from {(owner.name + ' ' if owner.name else '') + owner.address if owner else 'nobody'}"
    if ticket.participants:
        yield f"also {', '.join(each.address for each in ticket.participants)}"
    rated = [("category", ticket.category), ("priority", ticket.priority), ("level", ticket.level)]
    told = [f"{name} {value}" for name, value in rated if value] + [f"{name} {value}" for name, value in ticket.fields]
    if told or ticket.tags:
        yield " · ".join((*told, *(f"+{each}" for each in ticket.tags)))
    yield from _procedure_of(ticket, plan)
    yield from approval_lines(ticket, plan)
    yield from _belonging(ticket, known, plan)
    if known.links:
        yield f"belongs to {', '.join(f'#{number}' for number in known.links)}"
    yield f"opened {ticket.created_at.astimezone(plan.zone):%Y-%m-%d %H:%M %Z}"


def _procedure_of(ticket: Ticket, plan: Plan) -> Iterator[str]:
    """Show the checklist and the links of a ticket's category; why a step was skipped is words of the ticket."""
    category = plan.house.rules.categories.get(ticket.category or "")
    for item in checklist(category.procedure if category is not None else (), ticket.steps):
        need = " (required)" if item.is_required and item.is_open else ""
        why = f": {item.mark.why}" if item.mark.why and plan.may_read(ticket) else ""
        yield f"{BOXES[item.mark.state]} {item.n} {item.text}{need}{why}"
    if category is not None:
        yield from category.agent_links


def _belonging(ticket: Ticket, known: TicketFacts, plan: Plan) -> Iterator[str]:
    """Name what the ticket belongs to and what belongs to it, as far as this agent may see them."""
    tickets = plan.case.facts.tickets
    of = tickets.get(ticket.parent) if ticket.parent is not None else None
    if of is not None:
        parent = of.ticket
        yield f"{'of the incident' if parent.incident is not None else 'part of'} {_line_of(parent, plan)}"
    children = [tickets[number].ticket for number in known.children if number in tickets]
    if children:
        yield f"{'reported' if ticket.incident is not None else 'parts'}:"
        yield from (f"  {_line_of(child, plan)}" for child in children[:_MOST_LISTED])
        yield from (f"  and {len(children) - _MOST_LISTED} more",) if len(children) > _MOST_LISTED else ()


def _entry_lines(entry: Entry, zone: ZoneInfo, *, whole: bool) -> Iterator[str]:
    yield f"{entry.n}. {entry.at.astimezone(zone):%Y-%m-%d %H:%M} {entry.kind.value} by {entry.by}"
    lines = entry.text.strip().split("\n")
    yield from (f"   {line}" for line in (lines if whole else [line for line in lines if line.strip()][:3]))
    if entry.changes:
        yield "   " + ", ".join(f"{one.field} {one.old or '–'} → {one.new or '–'}" for one in entry.changes)


def _line_of(ticket: Ticket, plan: Plan) -> str:
    owner = ticket.requester.address if ticket.requester else "nobody"
    line = f"#{ticket.number} {ticket.state.value} {ticket.assignee or '–'} {owner} {_subject_of(ticket, plan)}"
    return line[:_LONGEST_LINE]
