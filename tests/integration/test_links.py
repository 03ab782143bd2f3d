"""Pages that mails link to: whoever holds the link says whether it is solved, and how it was; nobody else does."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild.model.ticket import EntryKind, State
from maild.web import limiting
from tests.integration.a_desk import BOB, ADesk, a_mail
from tests.integration.a_site import ASite, a_site, serve_pages

RULES = """
people:
  dana: {name: Dana Cole, mail: dana@acme.example, role: manager}
lifecycle:
  resolved: {close_after: 3d, calendar: real}
  survey: {send: on-close, at_most: {count: 1, within: 30d, of: address}, expires: 14d, scale: 5, low: 2}
rules:
  unhappy: {on: [survey], when: {score: {at_most: 1}}, then: {reopen: true, tags: [unhappy]}}
"""
ALICE, DANA = "alice@acme.example", "dana@acme.example"


def opened(folder: Path, subject: str = "Printer on floor 3", words: str = "It prints nothing.") -> ADesk:
    """A desk on which Bob's matter was resolved."""
    desk = ADesk(folder)
    people = desk.config / "rules" / "people.yaml"
    text = people.read_text(encoding="utf-8")
    more = RULES.replace("people:\n", "", 1).strip("\n").splitlines()
    people.write_text(
        text.replace("people:\n", f"people:\n{more[0]}\n", 1) + "\n".join(more[1:]) + "\n", encoding="utf-8"
    )
    serve_pages(desk)
    desk.handle(a_mail(subject=subject, words=words))
    desk.handle(a_mail(ALICE, "Re: [#1001] Printer", "#resolve\nPlease turn it on."))
    return desk


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ASite]:
    """Its pages, today."""
    with a_site(opened(tmp_path), datetime.now(UTC)) as site:
        yield site


def surveyed(site: ASite) -> str:
    """Let Bob say that it is solved, and give the path of the survey that he gets."""
    assert site.press(site.link_in(BOB, "solved"), solved="yes").status == 303
    assert site.fire() == 1
    return site.link_in(BOB, "survey")


def votes(site: ASite) -> list[tuple[str | None, str]]:
    """Give each vote that was entered, with its words."""
    entries = [entry for entry in site.entries() if "vote" in entry.flags]
    return [(next((one.new for one in entry.changes if one.field == "score"), None), entry.text) for entry in entries]


def test_yes_closes_as_the_mailed_yes_does(site: ASite):
    """To look at the page does nothing; the button is Bob's answer to his mail, and he gets what that brings."""
    path = site.link_in(BOB, "solved")
    for method in ("GET", "HEAD", "OPTIONS"):
        site.ask(path, method)
    assert site.ticket().state is State.RESOLVED

    assert site.press(path, solved="yes").status == 303

    assert site.ticket().state is State.CLOSED
    entry = site.entries()[-1]
    assert (entry.kind, entry.by, entry.text, entry.flags) == (EntryKind.CUSTOMER, BOB, "Yes", ("by-page", "yes"))
    assert "is closed now" in site.mails_to(BOB)[-1].get_body(("plain",)).get_content()
    assert "Your request is closed" in site.ask(path).text


def test_no_opens_it_again_with_the_words(site: ASite):
    """They reach colleagues as a mail of Bob's would; the same form once more is the same answer."""
    path = site.link_in(BOB, "solved")
    form = {"solved": "no", "words": "It still hums.\r\nAnd smokes.", "nonce": site.nonce_in(path)}

    assert [site.post(path, form).status for _ in range(2)] == [303, 303]

    assert site.ticket().state is State.OPEN
    said = [entry.text for entry in site.entries() if entry.kind is EntryKind.CUSTOMER]
    assert said == ["It prints nothing.", "No\n\nIt still hums.\nAnd smokes."]
    site.at += timedelta(minutes=3)
    site.fire()
    assert "It still hums." in site.mails_to(ALICE)[-1].get_body(("plain",)).get_content()


def test_a_vote_is_an_event_and_the_last_counts(site: ASite):
    """A number, words with it, changed within a week; the ticket stays closed, and a low one is told to the manager."""
    path = surveyed(site)
    before = site.ticket().state
    assert site.press(path, score="4", words="Quick.").status == 303
    assert "You gave 4 of 5." in site.ask(path).text
    assert site.mails_to(DANA) == []

    site.at += timedelta(days=6)
    assert site.press(path, score="2", words="It broke again.").status == 303

    assert (before, site.ticket().state, site.ticket().score) == (State.CLOSED, State.CLOSED, "2")
    assert votes(site) == [("4", "Quick."), ("2", "It broke again.")]
    told = site.mails_to(DANA)[-1].get_body(("plain",)).get_content()
    assert f"{BOB} gave 2 of 5." in told
    assert "> It broke again." in told
    site.at += timedelta(days=2)
    assert site.ask(path).status == 404
    assert site.post(path, {"score": "5", "nonce": "1.x"}).status == 404


def test_a_rule_opens_it_again_for_a_vote(site: ASite):
    """What the rule files want of a bad one, and only of that."""
    assert site.press(surveyed(site), score="1").status == 303

    assert (site.ticket().state, site.ticket().tags) == (State.OPEN, ("unhappy",))


def test_a_number_in_the_answer_is_a_vote_of_a_proved_participant_alone(site: ASite):
    """The mail can be answered instead; a claimed Bob votes nothing, and words without a number are words."""
    surveyed(site)
    survey = site.mails_to(BOB)[-1]

    def answer(words: str, sender: str = BOB, verdict: str = "pass", mark: str = "") -> None:
        mail = a_mail(sender, f"Re: {survey['Subject']}", words, verdict).replace(
            b"Subject:", f"In-Reply-To: {mark or survey['Message-ID']}\r\nSubject:".encode(), 1
        )
        site.desk.handle(mail)

    answer("4, thank you!\n\nBob")
    assert votes(site) == [("4", "thank you!\n\nBob")]
    answer("5", verdict="none", mark="<1@x.example>")
    answer("5", sender="eve@x.example")
    assert len(votes(site)) == 1
    assert site.ticket().score == "4"


def test_what_no_button_sends_votes_nothing(site: ASite):
    """Link scanners, blind posts, missing, foreign, repeated, huge and hostile fields: a clear page, and no vote."""
    path = surveyed(site)
    nonce = site.nonce_in(path)
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
        site.ask(path, method)
    for form, status in (
        ({}, 400),
        ({"score": "5"}, 400),
        ({"score": "5", "nonce": "1764324000.00"}, 400),
        ({"score": "5", "nonce": "9" * 400}, 400),
        ({"score": "5", "nonce": site.nonce_in(site.link_in(BOB, "solved"))}, 400),
        ({"score": "6", "nonce": nonce}, 400),
        ({"score": "five", "nonce": nonce}, 400),
        ({"score": "5\x00", "nonce": nonce}, 400),
        ({"score": "5", "nonce": nonce, "words": "x" * 11_000}, 400),
        ({"score": "5", "nonce": nonce, "words": "x" * 70_000}, 413),
        ({str(n): "x" for n in range(50)}, 400),
    ):
        page = site.post(path, form)
        assert page.status == status, (form, page.text)
        assert "<h1>" in page.text
    assert site.post(path, {"score": "5", "nonce": nonce}, content_type="text/plain").status == 415
    assert (
        site.ask(path, "POST", b"\xff\xfe=5&score=%ff", content_type="application/x-www-form-urlencoded").status == 400
    )
    assert votes(site) == []

    kept = site.post(path, {"score": "9", "nonce": nonce, "words": "</textarea><script>alert(1)</script>"})
    assert "&lt;/textarea&gt;&lt;script&gt;" in kept.text
    assert "<script>" not in kept.text


def test_hostile_words_are_words(site: ASite):
    """What is taken is kept as it came, and shown escaped."""
    path = surveyed(site)
    words = "{{7*7}} <b>x</b> \u202e\x07 %(x)s 5"
    assert site.press(path, score="3", words=words).status == 303

    assert votes(site) == [("3", words)]
    assert "{{7*7}} &lt;b&gt;x&lt;/b&gt;" in site.ask(path).text


def test_wrong_links_are_answered_alike_and_limited(site: ASite, monkeypatch: pytest.MonkeyPatch):
    """Forged, of another purpose, expired, of somebody who takes no part any more: one answer, and soon another."""
    monkeypatch.setattr(limiting, "MOST_OF_ONE", 8)
    solved = site.link_in(BOB, "solved")
    wrong = ["/survey/x", "/survey/" + "a" * 32, "/solved/" + "b" * 32, solved.replace("solved", "survey")]
    pages = [site.ask(path) for path in wrong]
    pages += [site.post(path, {"solved": "yes", "score": "5"}) for path in wrong[:2]]
    site.at += timedelta(days=31)
    pages.append(site.ask(solved))
    for page in pages:
        assert page.status == 404
        assert page.text == pages[0].text
        assert "1001" not in page.text
        assert "Printer" not in page.text
    site.at -= timedelta(days=31)
    assert site.ask(solved).status == 200

    assert site.ask("/solved/c").status == 404
    assert [site.ask("/solved/d").status for _ in range(3)] == [429] * 3
    assert site.ask(solved).status == 429
    assert site.ask(solved, x_forwarded_for="192.0.2.7").status == 200  # who is not to blame is not kept away


def test_a_press_that_comes_twice_at_once_is_one(site: ASite):
    """Ten at the same moment: each is decided on the facts as they are, and one of them is the vote."""
    path = surveyed(site)
    form = {"score": "5", "words": "", "nonce": site.nonce_in(path)}
    with ThreadPoolExecutor(10) as visitors:
        answers = list(visitors.map(lambda _: site.post(path, form).status, range(10)))

    assert set(answers) <= {303, 503}
    assert votes(site)[0] == ("5", "")
    assert [score for score, _ in votes(site) if score is not None] == ["5"]


def test_nobody_is_asked_too_often_nor_where_a_rule_says_no(site: ASite):
    """One survey in thirty days for an address; and only of what is still closed."""
    surveyed(site)
    site.desk.handle(a_mail(subject="Scanner"))
    site.desk.handle(a_mail(ALICE, "Re: [#1002] Scanner", "#close\nDone."))
    site.at = datetime.now(UTC) + timedelta(seconds=5)

    assert site.fire() == 1

    assert len([mail for mail in site.mails_to(BOB) if "How satisfied" in str(mail)]) == 1
    assert "was asked how it was" not in "".join(entry.text for entry in site.entries(1002))


def test_pages_are_in_the_tickets_language(tmp_path: Path):
    """Whoever writes German is asked in German; the answer is a German one."""
    words = (
        "Guten Tag, der Drucker im dritten Stock druckt seit heute Morgen leider gar nichts mehr, und ich weiß nicht,"
    )
    words += " warum das so ist."
    with a_site(opened(tmp_path, "Drucker", words), datetime.now(UTC)) as site:
        path = site.link_in(BOB, "solved")
        page = site.ask(path, accept_language="en")
        assert '<html lang="de">' in page.text
        assert re.search(r"<h1>Ist es gelöst\?</h1>", page.text)
        site.press(path, solved="yes")
        assert site.entries()[-1].text == "Ja"
        assert site.ticket().state is State.CLOSED
