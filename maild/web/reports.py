"""`/report/SECRET`: a report with its charts, for whoever has its link, until it is over.

A wrong link, and one that is over, are answered like any page that is not there. A report is computed and drawn once a
minute for all who look at it, one report at a time: seconds of work that hold up no mail, and that no visitor can
multiply.

BUGS
    Whoever has the link sees the report; it names tickets, agents and what customers said. Links are for a few days.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from maild.errors import DrawingFailedError
from maild.journal import Event, journal
from maild.model.reports import ReportOrder
from maild.reckoning import OrderError, page_values, pictures_of, reckon
from maild.web.answers import PageError, page
from maild.web.room import Room

FRESH: Final = timedelta(minutes=1)
MOST_KEPT: Final = 20

log = journal("web")


@dataclass(frozen=True, slots=True)
class _Made:
    """A report as it was made."""

    at: datetime
    values: dict[str, object]


class _Reports:
    """What was made lately, by the order of each."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._made: dict[ReportOrder, _Made] = {}
        self._turn = asyncio.Semaphore(1)

    async def show(self, request: Request) -> Response:
        """Show the report of a link."""
        if not request.state.is_public:
            raise PageError("no-page", 404)
        address = request.client.host if request.client is not None else ""
        if self._room.limiter.is_over(address):
            raise PageError("too-often", 429)
        secret, now = request.path_params["secret"], self._room.now()
        order = await self._room.read(lambda reader: reader.find_report_link(secret, now))
        if order is None:
            self._room.limiter.note(address)
            raise PageError("no-page", 404)
        async with self._turn:
            made = self._made.get(order)
            if made is None or not made.at <= now < made.at + FRESH:
                made = _Made(now, await self._room.apart(partial(_make, self._room, order, now)))
                self._keep(order, made)
        return page("report", made.values)

    def _keep(self, order: ReportOrder, made: _Made) -> None:
        self._made.pop(order, None)
        self._made[order] = made
        while len(self._made) > MOST_KEPT:
            del self._made[next(iter(self._made))]


def routes_of(room: Room) -> Iterator[Route]:
    """Give the pages of this room."""
    yield Route("/report/{secret}", _Reports(room).show, methods=["GET"])


def _make(room: Room, order: ReportOrder, now: datetime) -> dict[str, object]:
    house, _ = room.in_force.get()
    try:
        shown, period = reckon(order, room.store, house.rules, now)
    except OrderError as error:  # the queue or calendar that it names is gone
        raise PageError("no-page", 404) from error
    try:
        pictures = pictures_of(shown)
    except DrawingFailedError:
        log.exception(Event.PAGE_FAILED, path="/report")
        pictures = None
    return page_values(order, room.config.desk.name, shown, period, pictures)
