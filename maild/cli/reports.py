"""`maild report`: figures of any period, computed from the entries."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from maild.cli.display import fit, print_json
from maild.cli.opening import config_directory, now
from maild.config import Config, read_config, read_draft
from maild.documents import did_you_mean
from maild.drawing import draw_parts
from maild.premises import open_store, premises_in_force
from maild.reporting import GROUPS, REPORTS, Part, Period, PeriodError, View, parse_period, parse_span, parts
from maild.reporting.charts import Look, PictureFormat
from maild.reporting.pages import inlined, page
from maild.reporting.rendering import as_csv, as_text
from maild.reporting.rendering import as_json as as_json_value
from maild.rules import Calendar, Rules, read_calendars
from maild.store import Store

FORMATS = ("table", "csv", "json", "html")


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice(tuple(REPORTS)))
@click.option(
    "--period", metavar="PERIOD", help="today, last-week, this-month (default), 7d, 2026, 2026-11, 2026-W47 …"
)
@click.option("--from", "first", metavar="DAY", help="The first day, or an instant like 2026-11-20T14:00.")
@click.option("--to", "last", metavar="DAY", help="The last day, or an instant; without it until now.")
@click.option("--by", type=click.Choice(GROUPS), help="What the figures are parted by.")
@click.option("--queue", default="", metavar="QUEUE", help="Only what is in this queue at the end of the period.")
@click.option("--calendar", metavar="CALENDAR", help="Measure in the hours of this calendar, not in each ticket's own.")
@click.option("--zone", metavar="ZONE", help="The time zone in which days begin; the desk's by default.")
@click.option("--format", "as_format", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def report(  # noqa: PLR0917 - the options of one command
    name: str,
    period: str | None,
    first: str | None,
    last: str | None,
    by: str | None,
    queue: str,
    calendar: str | None,
    zone: str | None,
    as_format: str,
    as_json: bool,
) -> None:
    """Print figures of a period: sla, volume, csat, backlog, handover or lessons.

    All of it is computed from what was entered on tickets, as it stood at the end of the period; of a period that is
    not over, what there is by now.
    """
    config = read_config(config_directory(), os.environ)
    at = now()
    asked = _period(period, first, last, _zone(zone or config.desk.timezone), at)
    hours = None if calendar is None else _calendar(calendar)
    with closing(open_store(config)) as store:
        rules = _rules(store, config) if by == "customer" or queue else None
        if rules is not None and queue and queue not in rules.queues:
            raise click.BadParameter(
                f"there is no queue '{queue}'{did_you_mean(queue, rules.queues)}", param_hint="--queue"
            )
        view = View(at, _customers(rules), by or "", hours, queue=queue)
        facts = store.read(lambda reader: reader.report_facts(asked.since, asked.as_of(at).until))
    _print(name, parts(REPORTS[name], asked, facts, view), asked.as_of(at), config, "json" if as_json else as_format)


def _period(name: str | None, first: str | None, last: str | None, zone: ZoneInfo, at: datetime) -> Period:
    if name is not None and (first is not None or last is not None):
        raise click.UsageError("--period and --from are two ways to say one thing: write one of them")
    try:
        if first is None and last is None:
            return parse_period(name or "this-month", zone, at)
        return parse_span(first, last, zone, at)
    except PeriodError as error:
        raise click.UsageError(fit(error)) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter(
            f"there is no time zone '{fit(name)}': write it like Europe/London", param_hint="--zone"
        ) from error


def _calendar(name: str) -> Calendar:
    known = read_calendars(read_draft(config_directory(), os.environ))
    if name not in known:
        raise click.BadParameter(f"there is no calendar '{name}'{did_you_mean(name, known)}", param_hint="--calendar")
    return known[name]


def _rules(store: Store, config: Config) -> Rules:
    return premises_in_force(store, config)[1]


def _customers(rules: Rules | None) -> Callable[[str], str | None]:
    """Say how the group of customers of an address is found; without rules nobody asks."""

    def find(address: str) -> str | None:
        found = rules.find_customer(address) if rules is not None else None
        return found.key if found is not None else None

    return find


def _print(name: str, shown: tuple[Part, ...], period: Period, config: Config, as_format: str) -> None:
    match as_format:
        case "csv":
            click.echo(as_csv(shown), nl=False)
        case "json":
            print_json({"report": name, **as_json_value(shown, period)})
        case "html":
            pictures = inlined(draw_parts(shown, tuple(Look), PictureFormat.SVG))
            click.echo(page(f"{config.desk.name}: {name}", shown, period, pictures), nl=False)
        case _:
            click.echo(fit(as_text(shown, period)), nl=False)
