"""Pages that mails link to: whoever holds the link says whether it is solved, and how it was; nobody else does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild.model.ticket import Entry, EntryKind, State, Ticket
from maild.web import limiting
from tests.integration.a_desk import ADesk, a_mail
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
WORDS = {
    "en": "It prints nothing.",
    "de": (
        "Guten Tag, der Drucker im dritten Stock druckt seit heute Morgen leider gar nichts mehr, und keiner weiß,"
        " warum das so ist."
    ),
}


def opened(folder: Path, *customers: str) -> ADesk:
    """A desk on which the matters of some customers, #1001 and on, were resolved; who is called hans writes German."""
    desk = ADesk(folder)
    people = desk.config / "rules" / "people.yaml"
    dana, *rest = RULES.strip().removeprefix("people:").strip("\n").splitlines()
    text = people.read_text(encoding="utf-8").replace("people:\n", f"people:\n{dana}\n", 1)
    people.write_text("\n".join((text, *rest, "")), encoding="utf-8")
    serve_pages(desk)
    words = {each: WORDS["de" if each.startswith("hans") else "en"] for each in customers}
    desk.handle(*(a_mail(each, words=text) for each, text in words.items()))
    resolved = "#resolve\nPlease turn it on."
    desk.handle(*(a_mail(ALICE, f"Re: [#{1001 + n}] Printer", resolved) for n in range(len(customers))))
    return desk


@dataclass(slots=True)
class Matter:
    """A resolved ticket of somebody's, and the pages of its desk."""

    site: ASite
    number: int
    who: str

    def ticket(self) -> Ticket:
        return self.site.store.read(lambda reader: reader.find_ticket(self.number))

    def entries(self, *, flag: str = "", kind: EntryKind | None = None) -> list[Entry]:
        entries = self.site.store.read(lambda reader: reader.entries_of(self.number))
        return [one for one in entries if (not flag or flag in one.flags) and kind in {None, one.kind}]

    def votes(self) -> list[tuple[str | None, str]]:
        """Give each vote that was entered, with its words."""
        return [
            (next((change.new for change in one.changes if change.field == "score"), None), one.text)
            for one in self.entries(flag="vote")
        ]

    def link(self, purpose: str) -> str:
        return self.site.link_in(self.who, purpose)

    def surveyed(self) -> str:
        """Say that it is solved, and give the path of the survey that comes of it."""
        assert self.site.press(self.link("solved"), solved="yes").status == 303
        self.site.fire()
        return self.link("survey")

    def told(self, address: str) -> str:
        """Give the words of the last mail about this ticket to somebody; "" where there is none."""
        mails = [mail for mail in self.site.mails_to(address) if f"#{self.number}" in str(mail["Subject"])]
        return mails[-1].get_body(("plain",)).get_content() if mails else ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASite]:
    """The pages of a desk, and a resolved matter for each test."""
    customers = (*(f"bob{n}@customer.example" for n in range(10)), "hans@customer.example")
    with a_site(opened(tmp_path_factory.mktemp("desk"), *customers), datetime.now(UTC)) as site:
        yield site


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(10))


@pytest.fixture
def bob(site: ASite, numbers: Iterator[int]) -> Matter:
    """The next matter, today."""
    site.at = datetime.now(UTC)
    number = next(numbers)
    return Matter(site, 1001 + number, f"bob{number}@customer.example")


def test_yes_closes_as_the_mailed_yes_does(bob: Matter):
    """To look at the page does nothing; the button is Bob's answer to his mail, and he gets what that brings."""
    path = bob.link("solved")
    for method in ("GET", "HEAD", "OPTIONS"):
        bob.site.ask(path, method)
    assert bob.ticket().state is State.RESOLVED

    assert bob.site.press(path, solved="yes").status == 303

    assert bob.ticket().state is State.CLOSED
    entry = bob.entries()[-1]
    assert (entry.kind, entry.by, entry.text, entry.flags) == (EntryKind.CUSTOMER, bob.who, "Yes", ("yes",))
    assert "is closed now" in bob.told(bob.who)
    assert "Your request is closed" in bob.site.ask(path).text


def test_no_opens_it_again_with_the_words(bob: Matter):
    """They reach colleagues as a mail of Bob's would; the same form once more is the same answer."""
    path = bob.link("solved")
    form = {"solved": "no", "words": "It still hums.\r\nAnd smokes.", "nonce": bob.site.nonce_in(path)}

    assert [bob.site.post(path, form).status for _ in range(2)] == [303, 303]

    assert bob.ticket().state is State.OPEN
    said = [entry.text for entry in bob.entries(kind=EntryKind.CUSTOMER)]
    assert said == ["It prints nothing.", "No\n\nIt still hums.\nAnd smokes."]
    bob.site.at += timedelta(minutes=3)
    bob.site.fire()
    assert "It still hums." in bob.told(ALICE)
    assert "doubts" not in bob.told(ALICE)


def test_a_vote_is_an_event_and_the_last_counts(bob: Matter):
    """A number, words with it, changed within a week; the ticket stays closed, and a low one is told to the manager."""
    path = bob.surveyed()
    before = bob.ticket().state
    assert bob.site.press(path, score="4", words="Quick.").status == 303
    assert "You gave 4 of 5." in bob.site.ask(path).text
    assert bob.told(DANA) == ""

    bob.site.at += timedelta(days=6)
    assert bob.site.press(path, score="2", words="It broke again.").status == 303

    assert (before, bob.ticket().state, bob.ticket().score) == (State.CLOSED, State.CLOSED, "2")
    assert bob.votes() == [("4", "Quick."), ("2", "It broke again.")]
    told = bob.told(DANA)
    assert f"{bob.who} gave 2 of 5." in told
    assert "> It broke again." in told
    bob.site.at += timedelta(days=2)
    assert bob.site.ask(path).status == 404
    assert bob.site.post(path, {"score": "5", "nonce": "1.x"}).status == 404


def test_a_rule_opens_it_again_for_a_vote(bob: Matter):
    """What the rule files want of a bad one, and only of that."""
    assert bob.site.press(bob.surveyed(), score="1").status == 303

    assert (bob.ticket().state, bob.ticket().tags) == (State.OPEN, ("unhappy",))


def test_a_number_in_the_answer_is_a_vote_of_a_proved_participant_alone(bob: Matter):
    """The mail can be answered instead; a claimed Bob votes nothing, and words without a number are words."""
    bob.surveyed()
    survey = bob.site.mails_to(bob.who)[-1]

    def answer(words: str, sender: str = bob.who, verdict: str = "pass", mark: str = "") -> bytes:
        mail = a_mail(sender, f"Re: {survey['Subject']}", words, verdict)
        return mail.replace(b"Subject:", f"In-Reply-To: {mark or survey['Message-ID']}\r\nSubject:".encode(), 1)

    claimed = answer("5", verdict="none", mark="<1@x.example>")
    bob.site.desk.handle(answer("4, thank you!\n\nBob"), claimed, answer("5", sender="eve@x.example"))

    assert bob.votes() == [("4", "thank you!\n\nBob")]
    assert bob.ticket().score == "4"


def test_what_no_button_sends_votes_nothing(bob: Matter):
    """Link scanners, blind posts, missing, foreign, repeated, huge and hostile fields: a clear page, and no vote."""
    path = bob.surveyed()
    nonce = bob.site.nonce_in(path)
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
        bob.site.ask(path, method)
    for form, status in (
        ({}, 400),
        ({"score": "5"}, 400),
        ({"score": "5", "nonce": "1764324000.00"}, 400),
        ({"score": "5", "nonce": "9" * 400}, 400),
        ({"score": "5", "nonce": bob.site.nonce_in(bob.link("solved"))}, 400),
        ({"score": "6", "nonce": nonce}, 400),
        ({"score": "five", "nonce": nonce}, 400),
        ({"score": "5\x00", "nonce": nonce}, 400),
        ({"score": "5", "nonce": nonce, "words": "x" * 11_000}, 400),
        ({"score": "5", "nonce": nonce, "words": "x" * 70_000}, 413),
        ({str(n): "x" for n in range(50)}, 400),
    ):
        page = bob.site.post(path, form)
        assert page.status == status, (form, page.text)
        assert "<h1>" in page.text
    assert bob.site.post(path, {"score": "5", "nonce": nonce}, content_type="text/plain").status == 415
    assert (
        bob.site.ask(path, "POST", b"\xff\xfe=5&score=%ff", content_type="application/x-www-form-urlencoded").status
        == 400
    )
    assert bob.votes() == []

    kept = bob.site.post(path, {"score": "9", "nonce": nonce, "words": "</textarea><script>alert(1)</script>"})
    assert "&lt;/textarea&gt;&lt;script&gt;" in kept.text
    assert "<script>" not in kept.text


def test_hostile_words_are_words(bob: Matter):
    """What is taken is kept as it came, and shown escaped."""
    path = bob.surveyed()
    words = "{{7*7}} <b>x</b> \u202e\x07 %(x)s 5"
    assert bob.site.press(path, score="3", words=words).status == 303

    assert bob.votes() == [("3", words)]
    assert "{{7*7}} &lt;b&gt;x&lt;/b&gt;" in bob.site.ask(path).text


def test_wrong_links_are_answered_alike_and_limited(bob: Matter, monkeypatch: pytest.MonkeyPatch):
    """Forged, of another purpose, expired, of somebody who takes no part any more: one answer, and soon another."""
    monkeypatch.setattr(limiting, "MOST_OF_ONE", 8)
    solved = bob.link("solved")
    wrong = ["/survey/x", "/survey/" + "a" * 32, "/solved/" + "b" * 32, solved.replace("solved", "survey")]
    pages = [bob.site.ask(path) for path in wrong]
    pages += [bob.site.post(path, {"solved": "yes", "score": "5"}) for path in wrong[:2]]
    bob.site.at += timedelta(days=31)
    pages.append(bob.site.ask(solved))
    for page in pages:
        assert page.status == 404
        assert page.text == pages[0].text
        assert "1001" not in page.text
        assert "Printer" not in page.text
    bob.site.at -= timedelta(days=31)
    assert bob.site.ask(solved).status == 200

    assert bob.site.ask("/solved/c").status == 404
    assert [bob.site.ask("/solved/d").status for _ in range(3)] == [429] * 3
    assert bob.site.ask(solved).status == 429
    assert bob.site.ask(solved, x_forwarded_for="192.0.2.7").status == 200  # who is not to blame is not kept away


def test_a_good_link_floods_no_ticket(bob: Matter):
    """Whoever presses without end writes so much into the history, and no more for a while; looking is free."""
    solved, most = bob.link("solved"), limiting.MOST_OF_ONE
    form = {"nonce": bob.site.nonce_in(solved), "solved": "no"}
    pressed = [bob.site.post(solved, {**form, "words": f"Still dead, {n}."}).status for n in range(most + 2)]

    assert pressed == [*[303] * most, 429, 429]
    assert len(bob.entries(kind=EntryKind.CUSTOMER)) == 1 + most
    assert bob.site.ask(solved).status == 200


def test_a_press_that_comes_twice_at_once_is_one(bob: Matter):
    """Ten at the same moment: each is decided on the facts as they are, and one of them is the vote."""
    path = bob.surveyed()
    form = {"score": "5", "words": "", "nonce": bob.site.nonce_in(path)}
    with ThreadPoolExecutor(10) as visitors:
        answers = list(visitors.map(lambda _: bob.site.post(path, form).status, range(10)))

    assert set(answers) <= {303, 503}
    assert bob.votes()[0] == ("5", "")
    assert [score for score, _ in bob.votes() if score is not None] == ["5"]


def test_pages_are_in_the_tickets_language(site: ASite):
    """Whoever writes German is asked in German, whatever their browser says; the answer is a German one."""
    site.at = datetime.now(UTC)
    hans = Matter(site, 1011, "hans@customer.example")
    page = site.ask(hans.link("solved"), accept_language="en")
    html = site.mails_to(hans.who)[-1].get_body(("html",)).get_content()
    assert f'<a href="{site.url}{hans.link("solved")}"' in html
    assert '<html lang="de">' in page.text
    assert "<h1>Ist es gelöst?</h1>" in page.text
    hans.surveyed()

    assert (hans.entries(flag="yes")[0].text, hans.ticket().state) == ("Ja", State.CLOSED)
    assert "von 1 (gar nicht) bis 5 (sehr)" in hans.told(hans.who)
