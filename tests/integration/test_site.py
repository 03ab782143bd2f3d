"""The desk's pages as anybody outside meets them: who is answered, with what, and within which limits."""

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from maild.model.trouble import TroubleKind, TroubleSpot
from maild.web import serving
from tests.integration.a_desk import ADesk, a_mail
from tests.integration.a_site import PATIENCE, ASite, a_site, serve_pages

PUBLIC = "desk.acme.example"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASite]:
    """A desk with one ticket, whose pages customers reach by another name than its operator."""
    desk = ADesk(tmp_path_factory.mktemp("desk"))
    serve_pages(desk, f"https://{PUBLIC}")
    desk.handle(a_mail())
    with a_site(desk) as site:
        yield site


def test_every_answer_leaves_with_what_keeps_it_safe(site: ASite):
    """Nothing is loaded from elsewhere, framed, kept or told on: neither of a page nor of a refusal."""
    for path, host, status in (("/none", PUBLIC, 404), ("/healthz", PUBLIC, 200), ("/x", "evil.example", 421)):
        page = site.ask(path, host=host)
        assert page.status == status
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
        assert "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" in page.headers["content-security-policy"]
        assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert "set-cookie" not in page.headers
        assert "server" not in page.headers


def test_a_page_of_nothing_speaks_the_visitors_language(site: ASite):
    """The browser says which; what is asked for is not repeated."""
    page = site.ask("/%3Cscript%3Ealert(1)%3C/script%3E", host=PUBLIC, accept_language="fr, de;q=0.8, en;q=0.5")

    assert '<html lang="de">' in page.text
    assert "Diese Seite gibt es nicht" in page.text
    assert "script" not in page.text


def test_what_an_operator_watches_is_not_shown_through_the_public_name(site: ASite):
    """By its own address the server tells all; by its public name, or through a proxy, the word alone."""
    site.board.note(TroubleSpot(TroubleKind.RELAY, "main"), "main: connection refused")

    for headers in ({"host": PUBLIC}, {"host": PUBLIC, "x_forwarded_for": "192.0.2.1"}):
        assert site.ask("/metrics", **headers).status == 404
        page = site.ask("/healthz", **headers)
        assert (page.status, json.loads(page.text)) == (503, {"status": "ill"})
    assert site.ask("/healthz", x_forwarded_for="192.0.2.1").status == 421
    assert site.ask("/metrics", host="localhost:1", via="1.1 proxy").status == 421
    site.board.clear(TroubleSpot(TroubleKind.RELAY, "main"))


def test_health_names_what_is_ill_and_since_when(site: ASite):
    """Each mailbox, relay, leg, and the database: what an operator would look at first stands there."""
    page = site.ask("/healthz")
    parts = {(each["kind"], each["name"]): each for each in json.loads(page.text)["parts"]}
    assert page.status == 200
    assert set(parts) >= {("mailbox", "support/INBOX"), ("relay", "main"), ("database", ""), ("leg", "web")}
    assert {each["status"] for each in parts.values()} == {"well"}

    site.board.note(TroubleSpot(TroubleKind.MAILBOX, "support/INBOX"), "imap.acme.example: connection refused")
    page = site.ask("/healthz")
    (told,) = [each for each in json.loads(page.text)["parts"] if each["status"] == "ill"]
    assert page.status == 503
    assert (told["kind"], told["reason"]) == ("mailbox", "imap.acme.example: connection refused")

    site.board.clear(TroubleSpot(TroubleKind.MAILBOX, "support/INBOX"))
    site.board.note(TroubleSpot(TroubleKind.RULES), "config/rules: refused")
    assert site.ask("/healthz").status == 200  # told, and mail goes on


def test_metrics_count_and_name_nobody(site: ASite):
    """What Prometheus reads: numbers by state and by kind, and no address."""
    with site.watch.timed("message", 2):
        pass

    page = site.ask("/metrics")

    assert page.headers["content-type"].startswith("text/plain; version=")
    for line in (
        "maild_arrivals_total 1.0",
        'maild_tickets{state="new"} 1.0',
        'maild_mails{state="waiting"} 2.0',
        "maild_outbox_depth 2.0",
        "maild_arrivals_unhandled 0.0",
        "maild_timers_overdue 0.0",
        'maild_decision_seconds_count{of="message"} 2.0',
    ):
        assert line in page.text.splitlines(), (line, page.text)
    assert "@" not in page.text


def test_another_method_does_nothing(site: ASite):
    """What is only shown can only be asked for."""
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        page = site.ask("/healthz", method, b"x" if method != "TRACE" else None)

        assert (page.status, set(page.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_a_long_address_and_long_headers_are_refused(site: ASite):
    """Nobody makes the desk read without end."""
    assert site.ask("/" + "x" * 600, host=PUBLIC).status == 414
    with suppress(ConnectionResetError, BrokenPipeError):  # refused before all of it was sent
        assert site.ask("/healthz", x_long="y" * 200_000).status == 400


def test_who_dawdles_is_put_out(site: ASite, monkeypatch: pytest.MonkeyPatch):
    """What comes a letter at a time, or not at all, holds a connection for its time and no longer."""
    monkeypatch.setattr(serving, "REQUEST_SECONDS", 0.2)
    begun = b"POST /healthz HTTP/1.1\r\nHost: desk.acme.example\r\nContent-Length: 9\r\n\r\n"
    for some in (b"", b"GET /healthz HT", begun[:60], begun + b"ab"):
        with closing(socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE)) as connection:
            connection.sendall(some)
            with suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
    assert site.ask("/healthz").status == 200


def test_a_database_that_fails_is_said_and_no_more(site: ASite):
    """A visitor reads that it did not work, and nothing of why; it works again by itself."""
    database = site.desk.folder / "state" / "maild.db"

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename("page", "gone")
    page = site.ask(f"/survey/{'a' * 32}", host=PUBLIC)
    assert (page.status, "That did not work just now" in page.text, "page" in page.text) == (503, True, False)
    rename("gone", "page")
    assert site.ask(f"/survey/{'a' * 32}", host=PUBLIC).status == 404


def test_a_port_that_is_taken_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Mail goes on without the pages; they come by themselves once the port is free."""
    monkeypatch.setattr(serving, "AGAIN_SECONDS", 0.05)
    desk = ADesk(tmp_path)
    spot = TroubleSpot(TroubleKind.WEB)
    with closing(socket.socket()) as thief:
        thief.bind(("127.0.0.1", 0))
        serve_pages(desk, port=thief.getsockname()[1])

        def let_go(site: ASite) -> None:
            while not site.board.is_ill(spot):
                time.sleep(0.01)  # the board tells nobody by itself
            thief.close()

        with a_site(desk, meanwhile=let_go) as site:
            assert site.ask("/healthz").status == 200
            condition = site.board.conditions()[spot]
    assert condition.is_well
    assert "Address already in use" in condition.reason
