"""The pages of a desk that is at work on nothing: the web's own leg, on a port of this machine."""

import http.client
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from urllib.parse import urlencode

from maild.carrying import Desk, InForce
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.stopwatch import Stopwatch
from maild.store import Store
from maild.supervising import Supervisor
from maild.troubles import Board
from maild.web import Room, Web
from tests.integration.a_desk import ADesk
from tests.servers.loopback import free_ports

PATIENCE = 60
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """What a visitor got."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(slots=True)
class ASite:
    """A site and its desk; `at` is what its clock says."""

    desk: ADesk
    port: int
    store: Store
    board: Board
    watch: Stopwatch
    supervisor: Supervisor
    at: datetime

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Page:
        """Ask for a page as a browser would, but for what `headers` say otherwise."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Page(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send a form."""
        form = {"content_type": "application/x-www-form-urlencoded", **headers}
        return self.ask(path, "POST", urlencode(fields).encode(), **form)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def a_site(desk: ADesk, at: datetime = MONDAY, meanwhile: Callable[[ASite], None] = lambda _: None) -> Iterator[ASite]:
    """Open a desk's pages; `meanwhile` is called before it is waited for that they can be reached."""
    config, rules = read_premises(desk.config, {})
    assert config.web.listen is not None
    with closing(open_store(config)) as store:
        board, stop, watch = Board(time.monotonic, config.alarm.after), Event(), Stopwatch()
        supervisor = Supervisor(board, time.monotonic)
        site = ASite(desk, config.web.listen[1], store, board, watch, supervisor, at)
        premises = Premises(config, rules, keyring_of(store, at))
        in_force = InForce(premises.house(), Desk(premises.composer(), lambda: site.at, secrets.token_bytes))

        def room() -> Room:
            return Room(config, store, in_force, lambda: site.at, board, supervisor, watch)

        web = Web(config.web.listen, room)
        thread = Thread(target=supervisor.supervise, args=("web", partial(web.run, stop), stop), daemon=True)
        thread.start()
        try:
            meanwhile(site)
            _wait_for(site)
            yield site
        finally:
            stop.set()
            thread.join(PATIENCE)
            assert not thread.is_alive()


def _wait_for(site: ASite) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            site.ask("/style.css")
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            assert not site.board.is_ill(TroubleSpot(TroubleKind.LEG, "web")), site.board.conditions()
            time.sleep(0.02)  # a server has no other way to say that it is ready
        else:
            return


def serve_pages(desk: ADesk, public_url: str | None = None, port: int | None = None) -> None:
    """Let a desk's configuration say where its pages are: on a free port, publicly there too unless said otherwise."""
    port = port or free_ports(1)[0]
    with (desk.config / "maild.yaml").open("a", encoding="utf-8") as file:
        file.write(f"web: {{listen: 127.0.0.1:{port}, public_url: {public_url or f'http://127.0.0.1:{port}'}}}\n")
