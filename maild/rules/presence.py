"""Ladders whose steps nobody hears of, or that never come: sound as they are written, and probably not meant."""

from collections.abc import Iterator, Mapping

from maild.errors import Problem
from maild.rules.agreements import Agreement
from maild.rules.effects import Whom, WhomKind
from maild.rules.ladders import Ladder, Rung
from maild.rules.values import Person, Team

_INSTEAD = "whoever leads the ticket's team hears instead, or the administrators"


def presence_doubts(
    ladders: Mapping[str, Ladder],
    people: Mapping[str, Person],
    teams: Mapping[str, Team],
    agreements: Mapping[str, Agreement],
) -> Iterator[Problem]:
    """Say which steps tell nobody, and which wait for a clock that nothing promises."""
    clocks = {name for each in agreements.values() for targets in each.targets.values() for name in targets.clocks}
    for ladder in ladders.values():
        for number, rung in enumerate(ladder.steps):
            what = [*_nobody(rung, people, teams)]
            if rung.clock is not None and rung.clock not in clocks:
                what.append(f"no agreement has the clock {rung.clock.value}: the step never comes")
            yield from (Problem(*rung.place, f"ladders.{ladder.key}.steps[{number}]", each) for each in what)


def _nobody(rung: Rung, people: Mapping[str, Person], teams: Mapping[str, Team]) -> Iterator[str]:
    absent = [reason for whom in rung.notify if (reason := _why_absent(whom, people, teams))]
    if absent and len(absent) == len(rung.notify):
        yield f"tells nobody: {'; '.join(absent)}; {_INSTEAD}"


def _why_absent(whom: Whom, people: Mapping[str, Person], teams: Mapping[str, Team]) -> str:
    """Say why nobody is meant by a word; "" where somebody may be."""
    match whom.kind:
        case WhomKind.MANAGERS if not any("manager" in _roles(person) for person in people.values()):
            return "nobody who stays has the role manager"
        case WhomKind.LEAD if not any(team.lead and _roles(people.get(team.lead)) for team in teams.values()):
            return "no team has a lead who stays"
        case WhomKind.PERSON if not _roles(people.get(whom.name)):
            return f"{whom.name} leaves"
        case WhomKind.TEAM | WhomKind.EACH if not any(
            _roles(people.get(key)) for key in _of_team(teams.get(whom.name))
        ):
            return f"nobody of {whom.name} stays"
    return ""


def _roles(person: Person | None) -> frozenset[str]:
    """Give the roles of somebody who is there and does not leave."""
    return person.roles if person is not None and person.left is None else frozenset()


def _of_team(team: Team | None) -> tuple[str, ...]:
    return () if team is None else (*team.members, *((team.lead,) if team.lead else ()))
