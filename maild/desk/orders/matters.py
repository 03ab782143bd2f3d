"""Commands about two tickets, or about none: merge, split, spam."""

from maild.desk.house import is_same
from maild.desk.merging import joined_by_merging, merged_story, why_not_merged
from maild.desk.orders.plan import Plan
from maild.model.decision import AddEntry, LinkTickets, OpenTicket, RememberIds, StopTimers, TimerKind
from maild.model.facts import TicketFacts
from maild.model.mail import Address, Attachment
from maild.model.saying import say
from maild.model.ticket import Entry, EntryKind, State

_MOST_HOPS = 5


def merge(plan: Plan, argument: str) -> None:
    """Let this ticket go on in another."""
    written, _, join = argument.partition(" ")
    target = find_ticket(plan, written, "merge")
    here = plan.ticket
    if target is None:
        return
    there = target.ticket
    why_not = why_not_merged(here, there, is_join=bool(join))
    if why_not:
        plan.refuse(say("#merge {argument}: {why}", argument=argument, why=why_not))
        return
    plan.add(
        *(joined_by_merging(here, there) if join else ()),
        LinkTickets(here.number, there.number, "merged"),
        StopTimers(TimerKind.WAKE, here.number),
    )
    plan.enter_in(target, EntryKind.EVENT, merged_story(here, plan.person.name))
    plan.set("merged_into", str(there.number))
    plan.set_state(State.MERGED, f"it goes on in #{there.number}")


def split(plan: Plan, _argument: str) -> None:
    """Make the newest customer mail a ticket of its own."""
    entries = [entry for entry in plan.facts.entries if entry.kind is EntryKind.CUSTOMER]
    why_not = _why_not_split(plan, entries)
    if why_not:
        plan.refuse(say("#split: {why}", why=why_not))
        return
    newest, number, ticket = entries[-1], plan.next_number(), plan.ticket
    owner = _writer(plan, newest) or ticket.requester
    plan.add(
        OpenTicket(
            number=number,
            subject=ticket.subject,
            state=State.OPEN,
            queue=ticket.queue,
            team=ticket.team,
            assignee=plan.person.key,
            requester=owner,
            language=ticket.language,
            category=ticket.category,
            confidential=ticket.confidential,
        ),
        AddEntry(
            number,
            1,
            EntryKind.CUSTOMER,
            newest.by,
            plan.case.cause,
            newest.text,
            flags=(*newest.flags, "split"),
            attachments=_files(plan.facts, newest),
        ),
        LinkTickets(number, ticket.number, "split"),
    )
    if newest.message_id is not None:
        # Both tickets know the mail; an answer to what we write about the new one carries that one's own mark.
        plan.add(RememberIds(number, newest.message_id, (), frozenset({newest.by.lower()})))
    plan.add_value("link", str(number))
    plan.done.append(f"entry {newest.n} is #{number} now, and yours")


def spam(plan: Plan, _argument: str) -> None:
    """End what is no matter; nobody is told."""
    if plan.ticket.state in {State.SPAM, State.MERGED}:
        plan.refuse(
            say("#{word}: #{number} is {state}", word="spam", number=plan.ticket.number, state=plan.ticket.state.value)
        )
        return
    plan.is_quiet = True
    plan.add(StopTimers(TimerKind.WAKE, plan.ticket.number))
    plan.set_state(State.SPAM, "it is spam; #reopen takes it back")


def find_ticket(plan: Plan, written: str, word: str) -> TicketFacts | None:
    """Find another ticket by its number, where this agent may see it, or refuse."""
    number = int(written.lstrip("#"))
    known = plan.case.facts.tickets.get(number)
    for _ in range(_MOST_HOPS):
        if known is None or known.ticket.merged_into is None:
            break
        known = plan.case.facts.tickets.get(known.ticket.merged_into)
    if known is None or not plan.house.may_see(plan.person, known.ticket):
        plan.refuse(say("#{word} {argument}: there is no ticket #{number}", word=word, argument=written, number=number))
        return None
    return known


def _why_not_split(plan: Plan, entries: list[Entry]) -> str:
    if not entries or entries[-1].n == 1:
        return "the ticket has no later customer mail that could be one of its own"
    if not plan.may_read(plan.facts.ticket):
        return f"#{plan.ticket.number} is sealed: only its assignee may read it"
    return ""


def _writer(plan: Plan, entry: Entry) -> Address | None:
    ticket = plan.ticket
    people = (*((ticket.requester,) if ticket.requester else ()), *ticket.participants)
    known = next((each for each in people if is_same(each.address, entry.by)), None)
    return known or (Address(entry.by, "") if "@" in entry.by else None)


def _files(known: TicketFacts, entry: Entry) -> tuple[Attachment, ...]:
    names = {kept.sha256 for kept in entry.attachments}
    return tuple(each for each in known.files if each.sha256 in names)
