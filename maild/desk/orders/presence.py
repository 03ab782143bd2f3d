"""Commands that say who is here: away and here."""

import re

from maild.desk.commands import parse_instant
from maild.desk.orders.hands import find_colleague
from maild.desk.orders.plan import Plan
from maild.desk.telling import transcripts
from maild.model.decision import RecordAbsence
from maild.model.saying import say
from maild.rules import Person

_WHO = re.compile(
    r"(?:(?P<who>(?!(?:until|till|til|bis) )[\w.@+-]+) )?(?P<when>(?:until|till|til|bis) .*|\S+)\Z", re.IGNORECASE
)


def away(plan: Plan, argument: str) -> None:
    """Mark the writer absent, or for a lead one of theirs."""
    match = _WHO.match(argument)
    person = plan.person
    if match is not None and match["who"]:
        named = find_colleague(plan, match["who"], "away")
        if named is None:
            return
        person = named
    if not _may_mark(plan, person):
        plan.refuse(
            say(
                "#away {argument}: only {name}, their lead or a manager may say so", argument=argument, name=person.name
            )
        )
        return
    until_at = parse_instant(match["when"] if match else argument, plan.now, plan.zone)
    if until_at is None:
        plan.refuse(
            say("#away {argument}: this is no time within a year to come; write #away until friday", argument=argument)
        )
        return
    plan.add(RecordAbsence(person.key, until_at, plan.person.key))
    when = f"{until_at.astimezone(plan.zone):%A %Y-%m-%d %H:%M}"
    plan.done.append(f"{'you are' if person.key == plan.person.key else person.name + ' is'} away until {when}")
    if person.key != plan.person.key:
        plan.mails += transcripts(
            [person], None, (say("{name} marked you absent until {when}.", name=plan.person.name, when=when),)
        )


def here(plan: Plan, _argument: str) -> None:
    """Mark the writer present again."""
    plan.add(RecordAbsence(plan.person.key, plan.now, plan.person.key))
    plan.done.append("you are here again")


def _may_mark(plan: Plan, person: Person) -> bool:
    if person.key == plan.person.key or plan.person.roles & {"manager", "admin"}:
        return True
    teams = plan.house.rules.teams.values()
    return any(person.key in team.members and team.lead == plan.person.key for team in teams)
