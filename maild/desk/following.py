"""Open tickets follow the rule files: to the new name of their team, and back to the team from a person who left."""

from collections.abc import Mapping
from datetime import datetime

from maild.desk.case import Sheet, entry_of
from maild.desk.house import House, is_here
from maild.desk.ruling import BY
from maild.model.decision import Decision
from maild.model.facts import TicketFacts
from maild.model.ticket import Cause, CauseKind, Change, EntryKind


def outdated(house: House, now: datetime) -> Mapping[tuple[str, str], str | None]:
    """Say which values open tickets should not have any more, by field and value, and what they have instead."""
    renamed = {("team", old): team.key for team in house.rules.teams.values() for old in team.was}
    left = {("assignee", key): None for key, person in house.rules.people.items() if not is_here(person, now)}
    return {**renamed, **left}


def follow(known: TicketFacts, house: House, now: datetime) -> Decision | None:
    """Let a ticket follow the rule files, on its record; None where nothing of it is outdated. Nobody is mailed."""
    ticket, instead = known.ticket, outdated(house, now)
    changes = [
        Change(name, value, instead[name, value])
        for name, value in (("team", ticket.team), ("assignee", ticket.assignee))
        if value is not None and (name, value) in instead
    ]
    if not changes:
        return None
    sheet = Sheet(Cause(CauseKind.RULE, house.rules.digest), BY, ticket, known.last_n)
    sheet.change(*changes)
    sheet.enter(ticket.number, EntryKind.EVENT, "\n".join(_story(change, house) for change in changes))
    return sheet.decision(entry_of(ticket.number), None)


def _story(change: Change, house: House) -> str:
    """Say which line of the rule files a change follows."""
    if change.field == "team":
        return f"teams.{change.new} was called {change.old} before"
    person = house.rules.people.get(change.old or "")
    return f"people.{change.old} left on {person.left}" if person is not None else f"{change.old} left"
