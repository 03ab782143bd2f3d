"""`/metrics`: how much there is and how long it takes, as Prometheus reads it; numbers alone, no address among them."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import accumulate
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from maild.model.outgoing import MailState
from maild.model.ticket import State
from maild.stopwatch import BOUNDS, Durations
from maild.store import Amounts
from maild.web.answers import PageError
from maild.web.room import Room

_WAITING: Final = (MailState.WAITING.value, MailState.HANDING_OVER.value)


def routes_of(room: Room) -> Iterator[Route]:
    """Give the pages of this room."""
    yield Route("/metrics", partial(_show, room), methods=["GET"])


async def _show(room: Room, request: Request) -> Response:
    if not request.state.is_watched:
        raise PageError("no-page", 404)
    now = room.now()
    amounts = await room.read(lambda reader: reader.count_amounts(now))
    oldest = (now - amounts.oldest_due_at).total_seconds() if amounts.oldest_due_at is not None else 0.0
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Taken([*_amounts(amounts, max(oldest, 0.0)), *_troubles(room), _durations(room.watch.durations())])
    )
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


class _Taken:
    """What was measured for this one answer."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Give it to the registry."""
        yield from self._metrics


def _amounts(amounts: Amounts, oldest: float) -> Iterator[Metric]:
    yield CounterMetricFamily("maild_arrivals", "Messages taken from the mailboxes.", value=amounts.arrivals)
    yield GaugeMetricFamily("maild_arrivals_unhandled", "Messages not decided yet.", value=amounts.unhandled)
    mails = {state.value: amounts.mails.get(state.value, 0) for state in MailState}
    yield _by_state("maild_mails", "Outgoing mails by state.", mails)
    depth = sum(mails[state] for state in _WAITING)
    yield GaugeMetricFamily("maild_outbox_depth", "Outgoing mails that are not through.", value=depth)
    yield GaugeMetricFamily("maild_outbox_oldest_due_seconds", "For how long the oldest of them is due.", value=oldest)
    tickets = {state.value: amounts.tickets.get(state.value, 0) for state in State}
    yield _by_state("maild_tickets", "Tickets by state.", tickets)
    yield GaugeMetricFamily("maild_timers_overdue", "Timers that should have fired by now.", value=amounts.overdue)


def _by_state(name: str, what: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


def _troubles(room: Room) -> Iterator[Metric]:
    """Say of each place whether it is in trouble; the names are those of the configuration."""
    family = GaugeMetricFamily("maild_trouble", "1 where something is wrong just now.", labels=["kind", "name"])
    for spot, condition in sorted(room.board.conditions().items()):
        family.add_metric([spot.kind.value, spot.name], 0 if condition.is_well else 1)
    yield family


def _durations(durations: Mapping[str, Durations]) -> Metric:
    family = HistogramMetricFamily("maild_decision_seconds", "How long one decision takes.", labels=["of"])
    for kind, each in durations.items():
        edges = [*map(str, BOUNDS), "+Inf"]
        family.add_metric([kind], list(zip(edges, accumulate(each.counts), strict=True)), each.seconds)
    return family
