"""`maild report`: figures of a real desk in every format; what is kept of finished tickets is held against entries."""

import csv
import io
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from maild.daemon import now
from tests.integration.a_desk import ADesk, a_mail
from tests.integration.a_site import a_site, serve_pages


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ADesk:
    """Three matters: one closed, one open with a hostile name, one spam."""
    made = ADesk(tmp_path_factory.mktemp("desk"))
    (made.config / "rules" / "time.yaml").write_text(
        "calendars: {office: {hours: {mon-fri: ['09:00-17:00']}, timezone: Europe/London}}\n"
        "customers: {gold: {match: ['*@gold.example']}}\n"
        "privacy: {scrub: [card-numbers]}\n"
        "agreements: {standard: {calendar: office, clocks: {p4: {first_response: 2h, resolution: 2wd}}}}\n",
        encoding="utf-8",
    )
    hostile = a_mail("ann@gold.example", "=1+1 <script> 4111 1111 1111 1111", "x")
    made.handle(a_mail(), hostile, a_mail("eve@x.example", "Buy", "y"))
    for number, state in (("1001", "resolved"), ("1001", "closed"), ("1003", "spam")):
        made.maild("ticket", "set", number, f"state={state}")
    return made


def test_figures_are_those_of_the_entries(desk: ADesk):
    """What came and went today, by customer; nothing is counted twice where it is kept."""
    report = desk.show("report", "volume", "--period", "today", "--by", "customer")

    groups = {row["customer"]: row for row in report["parts"]["volume"]["volume"]}
    assert (report["report"], report["period"]["zone"]) == ("volume", "Europe/London")
    assert groups["gold"] | {"opened": 1, "left": 1, "closed": 0} == groups["gold"]
    assert groups["customer.example"] | {"opened": 1, "resolved": 1, "closed": 1} == groups["customer.example"]
    assert groups["all"] | {"opened": 3, "spam": 1, "left": 1, "reopened": 0} == groups["all"]


def test_a_promise_of_a_settled_ticket_is_kept(desk: ADesk):
    """Clocks are read with the entries that moved them."""
    report = desk.show("report", "sla", "--period", "today")

    rows = [row for row in report["parts"]["sla"]["compliance"] if row["priority"] == "all"]
    assert {row["promise"]: (row["kept"], row["broken"]) for row in rows} == {
        "first_response": (1, 0),
        "resolution": (1, 0),
    }


def test_every_format_says_the_same(desk: ADesk):
    """A spreadsheet takes no subject for a formula, a browser none for a script, and a page loads nothing."""
    table = desk.maild("report", "backlog").stdout
    rows = list(csv.reader(io.StringIO(desk.maild("report", "backlog", "--format", "csv").stdout)))
    page = desk.maild("report", "backlog", "--format", "html").stdout

    assert "#1002   =1+1 <script> " in table and "4111 1111" not in table
    assert ["all", "1", "0", "0", "0", "0", "1"] in rows
    assert any(row[:1] == ["1002"] and row[1].startswith("'=1+1 <script> ") for row in rows)
    assert "&lt;script&gt;" in page and "<script" not in page and "http://" not in page and "https://" not in page
    assert page.count("data:image/svg+xml;base64,") == 2 and 'alt="Backlog by state: Unsolved tickets: 1;' in page


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("volume", "--period", "2026-13"), "not in the calendar"),
        (("volume", "--period", "2999-01"), "has not begun yet"),
        (("volume", "--from", "2026-11-05", "--to", "2026-11-01"), "no time in it"),
        (("volume", "--period", "today", "--from", "2026-11-05"), "two ways to say one thing"),
        (("volume", "--to", "2026-11-05"), "--to needs --from"),
        (("sla", "--calendar", "offce"), "Did you mean 'office'?"),
        (("sla", "--queue", "suport"), "Did you mean 'support'?"),
        (("sla", "--zone", "Mars/Base"), "there is no time zone 'Mars/Base'"),
        (("sla", "--zone", "../../etc/passwd"), "there is no time zone"),
        (("sales",), "is not one of 'sla', 'volume'"),
        (("sla", "--by", "mood"), "is not one of 'queue'"),
    ],
)
def test_an_impossible_report_is_wrong_usage(desk: ADesk, words: tuple[str, ...], why: str):
    """Exit code 2, and what to write instead."""
    assert why in desk.maild("report", *words, code=2).stderr


def test_a_flipped_figure_is_found(desk: ADesk):
    """`verify` computes what is kept of a finished ticket again, from its entries."""
    desk.maild("verify")
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        (kept,) = database.execute("SELECT text FROM figures WHERE ticket = 1001").fetchone()
        database.execute("UPDATE figures SET text = ? WHERE ticket = 1001", [kept.replace("closed", "merged")])
        database.commit()
        try:
            told = desk.maild("verify", code=1).stdout
            assert "the figures kept of a ticket are not those of its entries: ticket #1001" in told
        finally:
            database.execute("UPDATE figures SET text = ? WHERE ticket = 1001", [kept])
            database.commit()


def test_a_link_shows_its_report_until_it_is_over(desk: ADesk):
    """To a GET alone, under the site's name alone; a wrong secret and a late one are answered alike."""
    assert "the desk has no pages" in desk.maild("report", "backlog", "--link", code=2).stderr
    serve_pages(desk)
    assert "for a year at most" in desk.maild("report", "backlog", "--link", "--expires", "9999d", code=2).stderr
    assert "no length of time" in desk.maild("report", "backlog", "--link", "--expires", "soon", code=2).stderr
    link = desk.maild("report", "backlog", "--by", "queue", "--link", "--expires", "2h").stdout.strip()
    path = link[link.index("/report/") :]
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        kept = repr(database.execute("SELECT * FROM report_link").fetchall())

    with a_site(desk, now()) as site:
        shown = site.ask(path)
        others = [site.ask(path, "POST"), site.ask(path[:-1]), site.ask(f"{path}x"), site.ask("/report/%2e%2e")]
        site.at += timedelta(hours=3)
        late, none = site.ask(path), site.ask("/none")
        tries = [site.ask(f"/report/{n}").status for n in range(30)]

    assert len(path.removeprefix("/report/")) == 32 and path.removeprefix("/report/") not in kept
    assert (shown.status, shown.text.count("data:image/svg+xml;base64,")) == (200, 2)
    assert "=1+1 &lt;script&gt;" in shown.text and "<script" not in shown.text and "<style" not in shown.text
    assert [page.status for page in others] == [405, 404, 404, 404]
    assert (late.status, late.text) == (404, none.text)
    assert tries[0] == 404 and tries[-1] == 429


def test_what_is_kept_is_read_instead_of_entries(desk: ADesk):
    """Of a finished ticket a report reads one row; of one without it, as of an older desk, the entries."""
    before = desk.show("report", "sla", "--period", "today")
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        kept = database.execute("SELECT ticket, n, text FROM figures ORDER BY ticket").fetchall()
        database.execute("UPDATE figures SET n = 0, text = ''")
        database.commit()
        after = desk.show("report", "sla", "--period", "today")
        desk.maild("verify")
        database.executemany("UPDATE figures SET n = ?, text = ? WHERE ticket = ?", [(n, t, key) for key, n, t in kept])
        database.execute("UPDATE entry SET changes = '[]', seal = NULL WHERE ticket = 1001")
        database.commit()
        blind = desk.show("report", "sla", "--period", "today")

    assert [key for key, _, _ in kept] == [1001, 1003]
    assert before["parts"] == after["parts"] == blind["parts"]
