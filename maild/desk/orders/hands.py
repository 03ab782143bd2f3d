"""Commands that say in whose hands a ticket is: take, assign, unassign, team, queue."""

from collections.abc import Iterable

from maild.desk.hints import hint
from maild.desk.orders.plan import Plan
from maild.desk.telling import assigned, transcripts
from maild.model.saying import say
from maild.model.ticket import FINISHED
from maild.rules import Person


def take(plan: Plan, _argument: str) -> None:
    """Make it the writer's own."""
    if _is_unfinished(plan, "take"):
        was = plan.ticket.assignee
        plan.set("assignee", plan.person.key)
        plan.done.append("it is yours" if was != plan.person.key else "it was yours already")
        holder = plan.house.find_person(was, plan.now) if was else None
        if holder is not None and holder.key != plan.person.key:
            _tell_holder(plan, holder)


def _tell_holder(plan: Plan, holder: Person) -> None:
    """Tell whoever had it, by its number alone if only that let them see it."""
    if plan.house.may_see(holder, plan.ticket):
        plan.mails += assigned(
            [holder], plan.ticket.number, say("{name} took the ticket over from you.", name=plan.person.name)
        )
    else:
        story = say("{name} took #{number} over from you.", name=plan.person.name, number=plan.ticket.number)
        plan.mails += transcripts([holder], None, (story,))


def assign(plan: Plan, argument: str) -> None:
    """Give it to somebody, who is told."""
    if not _is_unfinished(plan, "assign"):
        return
    holder = find_colleague(plan, argument, "assign")
    if holder is None:
        return
    if not plan.house.may_see(holder, plan.ticket):
        plan.refuse(say("#assign {argument}: {name} may not see this ticket", argument=argument, name=holder.name))
        return
    if not plan.set("assignee", holder.key):
        plan.done.append(f"{holder.name} had it already")
        return
    until_at = plan.case.facts.absences.get(holder.key)
    is_away = until_at is not None or plan.house.rules.is_absent(holder.key, plan.now)
    plan.done.append(f"{holder.name} has it now" + (", but is away" if is_away else ""))
    if holder.key != plan.person.key:
        plan.mails += assigned([holder], plan.ticket.number, say("{name} gave you the ticket.", name=plan.person.name))


def unassign(plan: Plan, _argument: str) -> None:
    """Give it back to the team."""
    if not plan.set("assignee", None):
        plan.refuse(say("#unassign: nobody has #{number}", number=plan.ticket.number))
        return
    plan.done.append("it is the team's again")
    _tell_team(plan, say("{name} gave the ticket back to the team.", name=plan.person.name))


def team(plan: Plan, argument: str) -> None:
    """Give it to a team; whoever had it and is none of them has it no more."""
    if not _is_unfinished(plan, "team"):
        return
    key = _find_key(argument, plan.house.rules.teams)
    if key is None:
        plan.refuse(
            say(
                "#team {argument}: there is no such team{hint}",
                argument=argument,
                hint=hint(argument, plan.house.rules.teams),
            )
        )
        return
    if not plan.set("team", key):
        plan.done.append(f"it was {key}'s already")
        return
    let_go(plan)
    plan.done.append(f"team {key} has it now")
    _tell_team(plan, say("{name} gave the ticket to team {team}.", name=plan.person.name, team=key))


def queue(plan: Plan, argument: str) -> None:
    """Move it to a queue and to that queue's team."""
    if not _is_unfinished(plan, "queue"):
        return
    queues = plan.house.queues()
    key = _find_key(argument, queues)
    if key is None:
        plan.refuse(
            say("#queue {argument}: there is no such queue{hint}", argument=argument, hint=hint(argument, queues))
        )
        return
    if not plan.set("queue", key):
        plan.done.append(f"it was in {key} already")
        return
    if queues[key].team is not None:
        plan.set("team", queues[key].team)
        let_go(plan)
    plan.done.append(f"it is in queue {key} now")
    _tell_team(plan, say("{name} moved the ticket to queue {queue}.", name=plan.person.name, queue=key))


def find_colleague(plan: Plan, name: str, word: str) -> Person | None:
    """Find somebody by key, address or name, or refuse and say who there is."""
    here = {person.key: person for person in plan.house.people(plan.now)}
    wanted = name.casefold()
    if wanted in {"me", "myself"}:
        return plan.person
    found = [
        person
        for person in here.values()
        if wanted in {person.key.casefold(), person.name.casefold(), *(each.lower() for each in person.addresses)}
    ] or [person for person in here.values() if wanted == person.name.split(" ")[0].casefold()]
    if len(found) == 1:
        return found[0]
    gone = plan.house.rules.people.get(name)
    if found:
        plan.refuse(
            say(
                "#{word} {name}: that may be any of {people}",
                word=word,
                name=name,
                people=", ".join(person.key for person in found),
            )
        )
    elif gone is not None:
        plan.refuse(say("#{word} {name}: {person} left", word=word, name=name, person=gone.name))
    else:
        plan.refuse(
            say("#{word} {name}: there is nobody of this name here{hint}", word=word, name=name, hint=hint(name, here))
        )
    return None


def _find_key(name: str, known: Iterable[str]) -> str | None:
    return next((key for key in known if key.casefold() == name.casefold()), None)


def _is_unfinished(plan: Plan, word: str) -> bool:
    if plan.ticket.state in FINISHED:
        plan.refuse(
            say(
                "#{word}: #{number} is {state} already; #reopen opens it",
                word=word,
                number=plan.ticket.number,
                state=plan.ticket.state.value,
            )
        )
        return False
    return True


def let_go(plan: Plan) -> None:
    """Take it from whoever is not of the team that has it now."""
    members = plan.house.members(plan.house.team_of(plan.ticket), plan.now)
    if plan.ticket.assignee is not None and all(person.key != plan.ticket.assignee for person in members):
        plan.set("assignee", None)


def _tell_team(plan: Plan, story: str) -> None:
    members = plan.house.members(plan.house.team_of(plan.ticket), plan.now)
    told = [person for person in members if person.key != plan.person.key and plan.house.may_see(person, plan.ticket)]
    plan.mails += assigned(told, plan.ticket.number, story)
