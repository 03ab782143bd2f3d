"""Clocks on the command line: shown, explained span by span, searched for, and computed again."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.timing import Timing
from tests.integration.a_desk import ADesk, a_mail

AGREEMENTS = """\
calendars:
  always: {timezone: UTC, hours: always}
agreements:
  standard: {calendar: always, clocks: {p1: {}, p2: {}, p3: {first_response: 2h, resolution: 1wd}, p4: {}, p5: {}}}
ladders:
  only: {steps: [{at: first_response 50%, notify: [lead]}, {after: 3h, if: unresolved, level: L2, notify: [lead]}]}
lifecycle:
  waiting: {remind: [20h], resolve_after: 40h}
rules:
  all: {when: always, then: {priority: p3}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ADesk:
    desk = ADesk(tmp_path_factory.mktemp("clocks"))
    (desk.config / "rules" / "time.yaml").write_text(AGREEMENTS, encoding="utf-8")
    desk.handle(a_mail())
    return desk


def state_of(desk: ADesk) -> Path:
    return desk.folder / "state" / "maild.db"


def test_a_ticket_shows_its_clocks(desk: ADesk):
    """By the names that stay; lengths are whole seconds."""
    first, resolution = desk.show("ticket", "show", "1001")["clocks"]
    assert (first["name"], first["state"], first["target"]) == ("first_response", "running", 7200)
    assert 0 <= first["elapsed"] < 3600
    assert first["due_at"].endswith("Z")
    assert (resolution["name"], resolution["target"]) == ("resolution", 86400)
    assert "first_response" in desk.maild("ticket", "show", "1001").stdout


def test_the_acknowledgement_says_by_when(desk: ADesk):
    """This ticket's own clock."""
    due = desk.show("ticket", "show", "1001")["clocks"][0]["due_at"]
    number = next(mail["id"] for mail in desk.show("mail", "list") if mail["template"] == "acknowledged")
    assert f", {due[11:16]} " in desk.maild("mail", "show", str(number)).stdout.partition("by ")[2]


def test_an_explanation_tells_how_each_clock_went(desk: ADesk):
    """From one entry that changed it to the next."""
    desk.maild("ticket", "set", "1001", "state=waiting")
    clocks = {clock["name"]: clock["spans"] for clock in desk.show("explain", "1001")["clocks"]}
    running, paused = clocks["first_response"]
    assert (running["state"], running["entry"], paused["state"]) == ("running", 1, "paused")
    assert running["until"] == paused["from"]
    assert running["passed"] == paused["elapsed"]
    assert (paused["until"], paused["due_at"]) == (None, None)
    assert "Clock first_response" in desk.maild("explain", "1001").stdout
    desk.maild("ticket", "set", "1001", "state=open")


def test_an_explanation_tells_what_timers_decided_and_what_comes_next(tmp_path: Path):
    """What was done on the ladder and by which entry, what is due when and does what, and what silence comes to."""
    desk = ADesk(tmp_path)
    (desk.config / "rules" / "time.yaml").write_text(AGREEMENTS, encoding="utf-8")
    desk.handle(a_mail(subject="Ladder"))
    number = str(desk.show("ticket", "list")[0]["number"])
    due_at = datetime.fromisoformat(desk.show("explain", number)["ladder"]["to_come"][0]["due_at"])
    fire(desk, due_at + timedelta(minutes=20, seconds=1))
    desk.maild("ticket", "set", number, "state=waiting")
    told = desk.show("explain", number)
    (done,) = told["ladder"]["done"]
    assert (done["step"], done["cause"]) == ("only/first_response 50%", "timer")
    assert told["ladder"]["to_come"] == []  # its clocks stand still
    assert told["silence"]["comes_to"] == "the customer is reminded"
    assert [timer["kind"] for timer in told["timers"]] == ["lifecycle"]
    (fired,) = told["fired"]
    assert (fired["kind"], fired["late"] // 60, fired["mails"][0]["template"]) == ("ladder", 20, "breach-warning")
    assert {span["by"] for clock in told["clocks"] for span in clock["spans"]} >= {"bob@customer.example"}
    said = desk.maild("explain", number).stdout
    for words in (
        "Timer ladder",
        " s after it was due",
        "only/first_response 50%",
        "Silence",
        "customer is reminded",
    ):
        assert words in said, said
    desk.maild("ticket", "set", number, "state=open")
    (step,) = desk.show("explain", number)["ladder"]["to_come"]
    assert (step["step"], step["does"]) == ("only/after 3h", "if unresolved: level L2; tell lead")
    desk.maild("ticket", "set", number, "state=closed")


def fire(desk: ADesk, at: datetime) -> None:
    """Let a daemon's timing leg come by at an instant."""
    config, rules = read_premises(desk.config, {})
    with closing(open_store(config)) as store:
        in_force = Premises(config, rules, keyring_of(store, at)).in_force(lambda: at)
        Timing(store, in_force, "a daemon's life").fire_due()


def test_tickets_are_found_by_what_is_due(desk: ADesk):
    """Late now, or due on a day or before."""
    due = desk.show("ticket", "show", "1001")["clocks"][1]["due_at"][:10]
    assert desk.show("ticket", "list", "overdue") == []
    assert [one["number"] for one in desk.show("ticket", "list", f"due:{due}", "agreement:standard")] == [1001]
    assert desk.show("ticket", "list", "due:2026-01-01") == []
    with closing(connect(state_of(desk))) as database:
        database.execute("UPDATE clock SET due_at = at WHERE name = 'first_response'")
        database.commit()
    assert [one["number"] for one in desk.show("ticket", "list", "overdue")] == [1001]


def test_an_edited_agreement_is_for_tickets_that_are_opened_after_it(desk: ADesk):
    """Unless somebody says so for the others; who has these targets already is left alone."""
    file = desk.config / "rules" / "time.yaml"
    file.write_text(AGREEMENTS.replace("first_response: 2h", "first_response: 3h"), encoding="utf-8")
    desk.maild("ticket", "set", "1001", "subject=Printer again")
    assert desk.show("ticket", "show", "1001")["clocks"][0]["target"] == 7200
    assert desk.maild("ticket", "retarget", "tag:none").stdout == "0 of 0 tickets have other targets now\n"
    assert desk.maild("ticket", "retarget").stdout == "1 of 1 tickets have other targets now: #1001\n"
    assert desk.show("ticket", "show", "1001")["clocks"][0]["target"] == 10800
    assert desk.maild("ticket", "retarget").stdout == "0 of 1 tickets have other targets now\n"


def test_a_clock_that_was_tampered_with_is_found(desk: ADesk):
    """It stands otherwise than its entries say."""
    with closing(connect(state_of(desk))) as database:
        last = "SELECT due_at FROM clock_change AS c WHERE c.name = clock.name ORDER BY entry DESC LIMIT 1"
        database.execute(f"UPDATE clock SET due_at = ({last})")
        database.commit()
    assert desk.show("verify")["ok"]
    with closing(connect(state_of(desk))) as database:
        database.execute("UPDATE clock SET elapsed = elapsed + 1000000 WHERE name = 'resolution'")
        database.commit()
    (problem,) = json.loads(desk.maild("verify", "--json", code=1).stdout)["problems"]
    assert problem["what"] == "a clock is not what its entries add up to"
    assert problem["where"].startswith("ticket #1001: resolution stands as running")
