"""The leg that serves the pages: a socket, an HTTP server with limits, and a stop that is obeyed.

BUGS
    Beyond MOST_CONNECTIONS at once everybody is asked to come again. Whoever opens as many without asking anything is
    put out after REQUEST_SECONDS.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from threading import Event as Bell
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from maild.journal import Event, journal
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.web.guarding import Guard
from maild.web.room import Room
from maild.web.routes import pages_of

MOST_CONNECTIONS: Final = 200
REQUEST_SECONDS: Final = 10.0  # for all of a request, headers and words
IDLE_SECONDS: Final = 15
LONGEST_HEADERS: Final = 16 * 1024
DRAIN_SECONDS: Final = 3
AGAIN_SECONDS: Final = 5.0
SPOT: Final = TroubleSpot(TroubleKind.WEB)

log = journal("web")


class Web:
    """The leg. One thread; `listen` is the IP address and port that it serves."""

    def __init__(self, listen: tuple[str, int], room: Callable[[], Room]) -> None:
        self._listen = listen
        self._room = room

    def run(self, stop: Bell) -> None:
        """Serve until told to stop. A port that is taken is tried again, and told on the board."""
        room = self._room()
        while not stop.is_set():
            try:
                listening = self._begin()
            except OSError as error:
                self._tell(room, error)
                stop.wait(AGAIN_SECONDS)
                continue
            room.board.clear(SPOT)
            with listening:
                log.info(Event.WEB_LISTENING, address=self._address)
                asyncio.run(_serve(Guard(pages_of(room), room.config.web.public_url), listening, stop))

    @property
    def _address(self) -> str:
        host, port = self._listen
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _begin(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._listen[0] else socket.AF_INET
        return socket.create_server(self._listen, family=family)

    def _tell(self, room: Room, error: OSError) -> None:
        reason = f"{self._address}: {error.strerror or error}"
        if times := room.board.note(SPOT, reason):
            log.error(Event.WEB_NOT_LISTENING, reason=reason, again_in=AGAIN_SECONDS, times=times)


class _Server(uvicorn.Server):
    """Asks at each tick whether the day is over."""

    def __init__(self, config: uvicorn.Config, stop: Bell) -> None:
        super().__init__(config)
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop."""
        return await super().on_tick(counter) or self._stop.is_set()


class _Connection(H11Protocol):
    """A connection on which a request has to come whole within its time (the server itself would wait for ever)."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self._late = self.loop.call_later(REQUEST_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Count on until the request is whole; with the next one's first octet begin anew."""
        super().data_received(data)
        is_whole = self.cycle is not None and not self.cycle.more_body
        is_next = is_whole and self.cycle.response_complete
        if is_whole and not is_next:
            self._count_no_more()
        elif self._late is None:
            self._late = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for."""
        self._count_no_more()
        super().connection_lost(exc)

    def _count_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


async def _serve(app: ASGIApp, listening: socket.socket, stop: Bell) -> None:
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)  # what there is to tell, the journal tells
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,  # tokens stand in addresses
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=LONGEST_HEADERS,
    )
    await _Server(config, stop).serve(sockets=[listening])
