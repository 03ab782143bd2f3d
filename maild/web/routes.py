"""The table of pages. A room of pages is a function `routes_of(room)`; another one is another line here."""

from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from maild.composing import page_file
from maild.errors import MaildError
from maild.web import health, metrics, reports, solved, survey
from maild.web.answers import PageError, message_page
from maild.web.room import Room

ROOMS: Final[Sequence[Callable[[Room], Iterator[Route]]]] = (
    health.routes_of,
    metrics.routes_of,
    reports.routes_of,
    solved.routes_of,
    survey.routes_of,
)


def pages_of(room: Room) -> Starlette:
    """Give the site."""
    routes = [Route("/style.css", _style), *(route for routes_of in ROOMS for route in routes_of(room))]
    return Starlette(
        routes=routes, exception_handlers={HTTPException: _not_so, PageError: _refused, MaildError: _refused}
    )


async def _style(request: Request) -> Response:
    del request
    return Response(page_file("style.css"), media_type="text/css", headers={"cache-control": "public, max-age=3600"})


async def _not_so(request: Request, error: Exception) -> Response:
    """Answer what no page is for; whoever tries addresses is told no more than that."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return message_page(request, "no-method" if status == HTTPStatus.METHOD_NOT_ALLOWED else "no-page", status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    name, status = (error.name, error.status) if isinstance(error, PageError) else ("failed", 503)
    return message_page(request, name, status)
