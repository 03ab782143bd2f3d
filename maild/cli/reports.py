"""`maild report`: figures of any period, computed from the entries; and links to them on the desk's pages."""

import os
import secrets
from base64 import b64encode
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from typing import Final

import click

from maild.cli.display import fit, moment, print_json
from maild.cli.opening import config_directory, now, user
from maild.composing import page_file, print_page, trusted_markup
from maild.config import Config, read_config
from maild.documents import ScalarError, parse_duration
from maild.model.reports import ReportOrder
from maild.premises import open_store, premises_in_force
from maild.reckoning import OrderError, page_values, period_of, pictures_of, reckon
from maild.reporting import GROUPS, REPORTS, Part, Period
from maild.reporting.rendering import as_csv, as_json, as_text
from maild.store import Store

FORMATS: Final = ("table", "csv", "json", "html")
SECRET_BYTES: Final = 24
LONGEST: Final = timedelta(days=366)


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice(tuple(REPORTS)))
@click.option(
    "--period", metavar="PERIOD", help="today, last-week, this-month (default), 7d, 2026, 2026-11, 2026-W47 …"
)
@click.option("--from", "first", metavar="DAY", help="The first day, or an instant like 2026-11-20T14:00.")
@click.option("--to", "last", metavar="DAY", help="The last day, or an instant; without it until now.")
@click.option("--by", type=click.Choice(GROUPS), help="What the figures are parted by.")
@click.option("--queue", default="", metavar="QUEUE", help="Only what is in this queue at the end of the period.")
@click.option(
    "--calendar",
    default="",
    metavar="CALENDAR",
    help="Measure in these hours; real is by the wall.",
)
@click.option("--zone", default="", metavar="ZONE", help="The time zone in which days begin; the desk's by default.")
@click.option("--format", "as_format", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "as_json_value", is_flag=True, help="The same as --format json.")
@click.option("--link", is_flag=True, help="Print a link to it on the desk's pages instead, for who may see all of it.")
@click.option("--expires", default="7d", show_default=True, metavar="TIME", help="How long the link holds.")
def report(  # noqa: PLR0917 - the options of one command
    name: str,
    period: str | None,
    first: str | None,
    last: str | None,
    by: str | None,
    queue: str,
    calendar: str,
    zone: str,
    as_format: str,
    as_json_value: bool,
    link: bool,
    expires: str,
) -> None:
    """Print figures of a period: sla, volume, csat, backlog, handover or lessons.

    All of it is computed from what was entered on tickets, as it stood at the end of the period; of a period that is
    not over, what there is by now.
    """
    if period is not None and (first is not None or last is not None):
        raise click.UsageError("--period and --from are two ways to say one thing: write one of them")
    config = read_config(config_directory(), os.environ)
    zone = zone or config.desk.timezone
    order = ReportOrder(name, zone, period or "this-month", first, last, by or "", queue, calendar)
    try:
        period_of(order, now())
        with closing(open_store(config)) as store:
            shown, told = reckon(order, store, premises_in_force(store, config)[1], now())
            if link:
                _print_link(order, store, config, _lasting(expires))
                return
    except OrderError as error:
        raise click.UsageError(fit(error)) from error
    _print(order, shown, told, config, "json" if as_json_value else as_format)


def _lasting(text: str) -> timedelta:
    try:
        lasting = parse_duration(text)
    except (ScalarError, OverflowError) as error:
        raise click.BadParameter(
            f"'{fit(text)}' is no length of time: write it like 12h or 7d", param_hint="--expires"
        ) from error
    if not timedelta() < lasting <= LONGEST:
        raise click.BadParameter("a link holds for a while, and for a year at most", param_hint="--expires")
    return lasting


def _print_link(order: ReportOrder, store: Store, config: Config, lasting: timedelta) -> None:
    """Give a secret to the report, and print where it shows it."""
    if config.web.listen is None or config.web.public_url is None:
        raise click.UsageError("--link: the desk has no pages: set web.listen and web.public_url in maild.yaml")
    secret, at = secrets.token_urlsafe(SECRET_BYTES), now()
    store.write(lambda tx: tx.add_report_link(secret, order, user(), at, at + lasting))
    click.echo(f"{config.web.public_url.rstrip('/')}/report/{secret}")
    click.echo(f"Whoever has it sees the report until {moment(at + lasting)}.", err=True)


def _print(order: ReportOrder, shown: tuple[Part, ...], period: Period, config: Config, as_format: str) -> None:
    match as_format:
        case "csv":
            click.echo(as_csv(shown), nl=False)
        case "json":
            print_json({"report": order.name, **as_json(shown, period)})
        case "html":
            click.echo(_whole_page(order, shown, period, config))
        case _:
            click.echo(fit(as_text(shown, period)), nl=False)


def _whole_page(order: ReportOrder, shown: tuple[Part, ...], period: Period, config: Config) -> str:
    """Print a page that holds all that it shows, and may load nothing."""
    style = page_file("style.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    values = page_values(order, config.desk.name, shown, period, pictures_of(shown))
    return print_page("report", {**values, "style": trusted_markup(style), "policy": policy})
