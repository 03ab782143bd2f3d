"""The figures of a report for one reader: of the tickets that they may see, of the time since the report before."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from maild.desk.hour import Hour
from maild.desk.listings import bounded
from maild.model.charts import Chart
from maild.model.digest import Item, Listing
from maild.model.saying import say
from maild.reporting import Part, Period, View, for_mail, parts
from maild.reporting.rendering import lines_of
from maild.reporting.words import in_language
from maild.rules import Person, ReportPart, instant_on


def figures_for(
    person: Person, names: Iterable[ReportPart], hour: Hour
) -> tuple[tuple[Listing, ...], tuple[Chart, ...]]:
    """Give the parts that are computed, as lists, and their charts."""
    facts, house = hour.facts.desk.figures, hour.house
    wanted = [name.value for name in names]
    if facts is None or not wanted:
        return (), ()
    period = Period("report", _since(hour), hour.now, hour.occasion.zone)
    view = View(hour.now, house.rules.customer_key, sight=house.sight_of(person))
    language = person.language or house.desk.locale
    shown = for_mail(in_language(parts(wanted, period, facts, view), language))
    zone = ZoneInfo(person.timezone or house.desk.timezone)
    listings = tuple(each for part in shown for each in _listings(part, zone))
    return listings, tuple(chart for part in shown for chart in part.charts if not chart.is_empty)


def told_since(person: Person, hour: Hour) -> tuple[str, ...]:
    """Say of which time the figures are that somebody reads, by their own clock."""
    zone = ZoneInfo(person.timezone or hour.house.desk.timezone)
    since, until = (f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" for at in (_since(hour), hour.now))
    return (say("Figures of {since} to {until}.", since=since, until=until),)


def _since(hour: Hour) -> datetime:
    """Begin where the report before was due; the first one where one would have been."""
    if hour.facts.desk.since is not None:
        return hour.facts.desk.since
    occasion, schedule = hour.occasion, hour.house.rules.reports[hour.occasion.name].schedule
    return instant_on(schedule.day_before(occasion.day), schedule.at, ZoneInfo(occasion.zone))


def _listings(part: Part, zone: ZoneInfo) -> Iterator[Listing]:
    for table in part.tables:
        yield bounded(table.title, tuple(Item(line) for line in lines_of(table, zone) if table.rows))
