"""When the desk writes by itself: the next occasion of each schedule, each day's at most once.

An occasion that is overdue stays as it is: it was promised, and is told late. One that is still to come follows its
schedule when that is edited.

BUGS
    Somebody who moves to another time zone between two reports may get one of them twice, or miss one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from maild.desk.house import House
from maild.desk.reviewing import reviewers
from maild.desk.telling import named
from maild.model.occasion import Occasion, OccasionKind, PlannedOccasion
from maild.rules import Person, Report, Schedule, instant_on

MORNING, MONTHLY = Schedule(time(8)), Schedule(time(8), is_monthly=True)
_DAY = timedelta(days=1)
Series = tuple[OccasionKind, str, str]


def plan_occasions(house: House, planned: Iterable[PlannedOccasion], now: datetime) -> Mapping[Occasion, datetime]:
    """Say what is to come: of every schedule that holds the next occasion, and when it is due.

    `planned` are the timers that run, and those of late that are done.
    """
    by_series: defaultdict[Series, list[PlannedOccasion]] = defaultdict(list)
    for each in planned:
        by_series[each.occasion.series].append(each)
    found = (_next_of(series, schedule, by_series[series], now) for series, schedule in _schedules(house, now).items())
    return {each.occasion: each.due_at for each in found if each is not None}


def following(occasion: Occasion, house: House, now: datetime) -> PlannedOccasion | None:
    """Give the occasion after one that is held now; those that were missed meanwhile are not made up for."""
    schedule = _schedules(house, now).get(occasion.series)
    if schedule is None:
        return None
    done = PlannedOccasion(occasion, now, now)
    return _next_of(occasion.series, schedule, [done], now)


def people_of(report: Report, house: House, now: datetime) -> tuple[Person, ...]:
    """Give everybody whom a report names, whether they are away or not."""
    found = (person for whom in report.to for person in named(house, whom, None, None, now))
    return tuple({person.key: person for person in found}.values())


def zone_of(report: Report, person: Person, house: House) -> str:
    """Say by whose clock a report comes: its calendar's; if it is one handover for all, the desk's; else theirs."""
    if report.schedule.calendar is not None:
        return report.schedule.calendar.timezone
    return house.desk.timezone if report.accept is not None else zone_of_person(person, house)


def zone_of_person(person: Person, house: House) -> str:
    """Say by whose clock somebody lives."""
    return person.timezone or house.desk.timezone


def _schedules(house: House, now: datetime) -> dict[Series, Schedule]:
    found: dict[Series, Schedule] = {}
    for report in house.rules.reports.values():
        for person in people_of(report, house, now):
            found[OccasionKind.REPORT, report.key, zone_of(report, person, house)] = report.schedule
    for person in house.administrators(now):
        found[OccasionKind.HELD, "", zone_of_person(person, house)] = MORNING
    for person in reviewers(house, now):
        found[OccasionKind.REVIEW, "", zone_of_person(person, house)] = MORNING
        found[OccasionKind.KNOWLEDGE, "", zone_of_person(person, house)] = MONTHLY
    return found


def _next_of(
    series: Series, schedule: Schedule, planned: Sequence[PlannedOccasion], now: datetime
) -> PlannedOccasion | None:
    waiting = next((each for each in planned if each.done_at is None), None)
    if waiting is not None and waiting.due_at <= now:
        return waiting
    zone = ZoneInfo(series[2])
    # What a clock dated that was set wrong, and was put back since, is no reason to wait until then.
    done = {each.occasion.day for each in planned if each.done_at is not None}
    yesterday = now.astimezone(zone).date() - _DAY
    last = max((day for day in done if day <= yesterday + _DAY), default=yesterday)
    for day in schedule.days_after(max(last, yesterday)):
        due_at = instant_on(day, schedule.at, zone)
        is_promised = waiting is not None and waiting.occasion.day == day
        if due_at > now or is_promised:
            return PlannedOccasion(Occasion(*series, day), due_at, None)
    return None


def missed(occasion: Occasion, schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """Give the later instants of a schedule that passed while an occasion was overdue."""
    zone = ZoneInfo(occasion.zone)
    for day in schedule.days_after(occasion.day):
        due_at = instant_on(day, schedule.at, zone)
        if due_at > now:
            return
        yield due_at
