"""The pages of a desk that is at work on nothing: the web's own leg, on a port of this machine."""

import http.client
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from threading import Event, Thread
from urllib.parse import urlencode

from maild.carrying import Desk, InForce
from maild.model.ticket import Entry, Ticket
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.stopwatch import Stopwatch
from maild.store import Store
from maild.supervising import Supervisor
from maild.timing import Timing
from maild.troubles import Board
from maild.web import Limiter, Room, Web
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
    in_force: InForce

    def fire(self) -> int:
        """Let what is due by the site's clock happen, as the daemon does."""
        return Timing(self.store, self.in_force, "a daemon's life").fire_due()

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Give the mails that wait for somebody, oldest first."""
        mails = self.store.read(lambda reader: reader.list_mails(None, 1000))
        theirs = [mail.id for mail in reversed(mails) if mail.recipient == address]
        wires = [self.store.read(lambda reader, one=one: reader.wire_of(one)) for one in theirs]
        return [message_from_bytes(wire, policy=default) for wire in wires if wire]

    def link_in(self, address: str, purpose: str) -> str:
        """Give the path of the last link for a purpose that somebody was sent."""
        for mail in reversed(self.mails_to(address)):
            text = mail.get_body(("plain",)).get_content()
            if (found := re.search(rf"{re.escape(self.url)}(/{purpose}/[a-z2-7]{{32}})\b", text)) is not None:
                return found[1]
        raise AssertionError([mail["Subject"] for mail in self.mails_to(address)])

    def nonce_in(self, path: str) -> str:
        """Give what a form of a page sends with it."""
        return re.search(r'name="nonce" value="([^"]+)"', self.ask(path).text)[1]

    def press(self, path: str, **fields: str) -> Page:
        """Look at a page, and press a button of it."""
        return self.post(path, {"nonce": self.nonce_in(path), **fields})

    def entries(self, number: int = 1001) -> tuple[Entry, ...]:
        return self.store.read(lambda reader: reader.entries_of(number))

    def ticket(self, number: int = 1001) -> Ticket:
        return self.store.read(lambda reader: reader.find_ticket(number))

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
        premises = Premises(config, rules, keyring_of(store, at))
        in_force = InForce(premises.house(), Desk(premises.composer(), lambda: site.at, secrets.token_bytes))
        site = ASite(desk, config.web.listen[1], store, board, watch, supervisor, at, in_force)

        def room() -> Room:
            limiter, answers = Limiter(time.monotonic), Limiter(time.monotonic)
            return Room(
                config, store, in_force, lambda: site.at, board, supervisor, watch, limiter, answers, lambda: None
            )

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
