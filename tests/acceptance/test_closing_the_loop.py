"""The end of a matter through real servers and a real browser: resolved, confirmed on a page, and judged on another."""

import http.client
import re
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest

from maild.failpoints import EXIT_CODE
from tests.acceptance.working_desk import PATIENCE, WorkingDesk, text_of
from tests.servers.browser import a_browser
from tests.servers.loopback import free_ports

LIFE = "lifecycle:\n  resolved: {close_after: 3d, calendar: real}\n  survey: {send: on-close, low: 2}\n"


def link_in(desk: WorkingDesk, address: str, purpose: str) -> str:
    """Wait for a mail that links to a page, and give the link."""
    pattern = re.compile(rf"http://127\.0\.0\.1:\d+/{purpose}/[a-z2-7]{{32}}\b")
    mail = desk.wait_for_mail(address, lambda mail: pattern.search(text_of(mail)) is not None)
    return pattern.search(text_of(mail))[0]


def ask(url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Ask for a page, or send a form of it."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request("POST" if form else "GET", parts.path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def votes(desk: WorkingDesk) -> list[tuple[str, str]]:
    """Give each vote on the ticket, with its words."""
    entries = desk.show("ticket", "show", "1001")["entries"]
    changes = ((change, entry["text"]) for entry in entries for change in entry["changes"])
    return [(change["new"], words) for change, words in changes if change["field"] == "score"]


def test_from_resolved_by_mail_to_a_vote_in_a_browser(new_desk: Callable[..., WorkingDesk]):
    """The links of delivered mails lead to the pages; a kill between a vote and its answer leaves one vote."""
    (port,) = free_ports(1)
    desk = new_desk(extra=f"web: {{listen: 127.0.0.1:{port}, public_url: 'http://127.0.0.1:{port}'}}\n")
    (desk.config / "rules" / "life.yaml").write_text(LIFE, encoding="utf-8")
    desk.start(MAILD_FAILPOINT="web.committed:2")
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, "VPN down", "It says error 809."), bob)
    notice = desk.wait_for_mail(desk.alice, lambda mail: "VPN down" in str(mail["Subject"]))
    desk.send(desk.answer(desk.alice, notice, "#resolve Restart the client."), desk.alice)

    with a_browser() as browser:
        browser.open(link_in(desk, bob, "solved"))
        browser.tab_to("Yes, it is solved")
        browser.press("Enter", loads=True)
        assert "Your request is closed" in browser.words()

        survey = link_in(desk, bob, "survey")
        form = {"score": "4", "words": "Quick.", "nonce": re.search(r'nonce" value="([^"]+)', ask(survey)[1])[1]}
        with pytest.raises((ConnectionError, http.client.BadStatusLine)):
            ask(survey, form)
        assert desk.wait_for_end() == EXIT_CODE
        desk.start()
        desk.wait_for_event("web_listening")
        assert ask(survey, form)[0] == 303

        browser.open(survey)
        browser.tab_to("2 of 5")
        browser.press("Enter", loads=True)
        assert "You gave 2 of 5." in browser.words()

    told = desk.wait_for_mail(desk.carol, lambda mail: "gave 2 of 5" in text_of(mail))
    assert "Quick." in text_of(told)
    assert votes(desk) == [("4", "Quick."), ("2", "Quick.")]
    assert desk.stop() == 0
