"""A report from its order to its figures: the same for the command line and for pages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from maild.composing import trusted_markup
from maild.documents import did_you_mean
from maild.drawing import draw_parts
from maild.errors import MaildError
from maild.model.reports import ReportFacts, ReportOrder
from maild.reporting import REPORTS, TITLES, Part, Period, PeriodError, View, parse_period, parse_span, parts
from maild.reporting.charts import Look, PictureFormat
from maild.reporting.rendering import Pictures, as_html, inlined
from maild.rules import WALL_TIME, Rules
from maild.rules.scrubbing import Scrub
from maild.store import Store

T = TypeVar("T")


class OrderError(MaildError):
    """A report that cannot be made as it was ordered; the message says why, and what to write instead."""


def reckon(order: ReportOrder, store: Store, rules: Rules, now: datetime) -> tuple[tuple[Part, ...], Period]:
    """Compute a report of all tickets, and say of which time it came to be. Raises OrderError."""
    period = period_of(order, now)
    if order.queue:
        _named(order.queue, rules.queues, "queue")
    hours = (
        _named(order.calendar, {WALL_TIME.key: WALL_TIME, **rules.calendars}, "calendar") if order.calendar else None
    )
    view = View(now, rules.customer_key, order.by, hours, queue=order.queue)
    over = period.as_of(now)
    facts = store.read(lambda reader: reader.report_facts(over.since, over.until))
    return parts(REPORTS[order.name], period, _masked(facts, rules.scrub), view), over


def period_of(order: ReportOrder, now: datetime) -> Period:
    """Give the time that a report is ordered of. Raises OrderError."""
    try:
        zone = ZoneInfo(order.zone)
    except (KeyError, ValueError, OSError) as error:
        raise OrderError(f"there is no time zone '{order.zone}': write it like Europe/London") from error
    try:
        if order.first is None and order.last is None:
            return parse_period(order.period, zone, now)
        return parse_span(order.first, order.last, zone, now)
    except PeriodError as error:
        raise OrderError(str(error)) from error


def pictures_of(shown: tuple[Part, ...]) -> Pictures:
    """Draw the charts of a report for a page, in light and in dark. Blocks; raises DrawingFailedError."""
    return inlined(draw_parts(shown, tuple(Look), PictureFormat.SVG))


def page_values(
    order: ReportOrder, desk_name: str, shown: tuple[Part, ...], period: Period, pictures: Pictures | None
) -> dict[str, object]:
    """Give the page `report` what it shows; without pictures it says that they could not be drawn."""
    return {
        "language": "en",
        "title": TITLES[order.name],
        "desk_name": desk_name,
        "is_wide": True,
        "told": f"{period.name}: {period.told()}",
        "is_drawn": pictures is not None,
        "body": trusted_markup(as_html(shown, period, pictures or {})),
    }


def _masked(facts: ReportFacts, scrub: Scrub) -> ReportFacts:
    """Mask the secrets in what a report shows of people's words."""
    if not scrub:
        return facts
    logs = tuple(replace(log, subject=scrub.mask(log.subject)) for log in facts.logs)
    return replace(facts, logs=logs, words={key: scrub.mask(text) for key, text in facts.words.items()})


def _named(name: str, known: Mapping[str, T], what: str) -> T:
    if name not in known:
        raise OrderError(f"there is no {what} '{name}'{did_you_mean(name, known)}")
    return known[name]
