"""What unfinished tickets would lose: queues, teams, categories, agreements and people that rules name no more.

Their calendars, too: what a ticket was promised is counted in those that its agreement named at that time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from maild.model.edition import Holding
from maild.rules.calendars import WALL_TIME
from maild.rules.terms import calendars_of
from maild.rules.values import Rules

_REMEDIES = {
    "queue": "keep the queue until its tickets are closed or in another",
    "team": "write `was: [{value}]` at the team that takes them over",
    "category": "keep the category until its tickets are closed or have another",
    "agreement": "keep the agreement until its tickets are closed",
    "calendar": "keep it until its tickets are closed, or have today's targets by `maild ticket retarget`",
    "assignee": "write `left:` with a date instead of taking the person out",
}


def find_orphans(holdings: Iterable[Holding], rules: Rules) -> tuple[Holding, ...]:
    """Find what tickets have and these rules have not; who left, and what a team was called, is known."""
    known = {
        "queue": frozenset(rules.queues),
        "team": frozenset((*rules.teams, *(name for team in rules.teams.values() for name in team.was))),
        "category": frozenset(rules.categories),
        "agreement": frozenset(rules.agreements),
        "calendar": frozenset((*rules.calendars, WALL_TIME.key)),
        "assignee": frozenset(rules.people),
    }
    named = (each for one in holdings for each in _calendars_of(one))
    return tuple(one for one in named if one.value not in known[one.field])


def _calendars_of(one: Holding) -> Iterator[Holding]:
    """Give a holding, in place of terms the calendars that they are counted in."""
    if one.field != "terms":
        yield one
        return
    for name in calendars_of(one.value):
        yield replace(one, field="calendar", value=name)


def words_of_orphans(one: Holding) -> str:
    """Say which tickets would stand without what, and what to do."""
    field = "person" if one.field == "assignee" else one.field
    tickets = (
        f"#{one.example} has it" if one.tickets == 1 else f"{one.tickets} open tickets have it, like #{one.example}"
    )
    return f"{field} {one.value}: {tickets}; {_REMEDIES[one.field].format(value=one.value)}"
