"""What an administrator does with rule files: tests beside rules, and other rules against the mails of days past."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from maild.cli.opening import now, user
from maild.config import read_config
from maild.premises import begin_premises
from tests.integration.a_desk import ADesk, a_mail

BEGINNING = """\
categories: {network: {title: Network}, printing: {title: Printing}}
rules:
"""
VPN = """\
  vpn:
    when: {text: {words: [vpn]}}
    then: {category: network, urgency: high, tags: [remote]}
    tests:
      - mail: {from: bob@x.example, subject: VPN down}
        expect: {category: network, priority: p3}
"""
PROMISES = """\
calendars: {always: {timezone: UTC, hours: always}}
agreements:
  all: {calendar: always, clocks: {p3: {first_response: 2h, resolution: 8h}, p4: {first_response: 4h, resolution: 16h}}}
"""
PRINTER = """\
  printer:
    when: {text: {words: [printer]}}
    then: {category: printing}
    tests:
      - mail: {from: bob@x.example, subject: The printer}
        expect: {category: printing}
"""


def write(desk: ADesk, *rules: str) -> Path:
    """Write the rules of a desk."""
    file = desk.config / "rules" / "rules.yaml"
    file.write_text(BEGINNING + "".join(rules), encoding="utf-8")
    return file


def test_tests_beside_rules_are_run(tmp_path: Path):
    """Passed, they are one line; a failure says where it stands, what was expected, and which rules held on what.

    `check` runs them too, and is not content with what a reload would refuse.
    """
    desk = ADesk(tmp_path)
    file = write(desk, VPN, PRINTER)
    assert desk.maild("rules", "test").stdout == "2 tests beside 2 rules passed.\n"

    write(desk, VPN.replace("[vpn]", "[tunnel]"), PRINTER)
    failed = desk.maild("rules", "test", code=1)
    told = json.loads(desk.maild("rules", "test", "--json", code=1).stdout)

    assert failed.stdout.splitlines() == [
        "",
        f"{file}:7: vpn: 'VPN down' from bob@x.example",
        "  category: expected network, got nothing",
        "  priority: expected p3, got p4",
        f"  did not hold: vpn ({file}:3): text words 'tunnel'",
        "",
        "1 of 2 tests failed.",
    ]
    assert (told["ok"], told["tests"], len(told["failed"])) == (False, 2, 1)
    assert (told["failed"][0]["line"], told["failed"][0]["wrong"][0]["expected"]) == (7, "network")
    assert failed.stdout in desk.maild("check", code=1).stdout
    assert not (tmp_path / "state").exists()


def test_other_rules_are_asked_about_stored_mails(tmp_path: Path):
    """What would differ, grouped, by whom and with examples; mails that would be lost stand first.

    A mail whose bytes retention took is counted apart.
    """
    desk = ADesk(tmp_path)
    write(desk, VPN)
    desk.handle(
        *(a_mail(subject="VPN", words=f"Not even the printer prints over the vpn: {n}") for n in range(3)),
        a_mail(words="Invoice, invoice."),
        a_mail("alice@acme.example", "Note", "The vpn is mine."),
    )
    assert "none would be decided differently" in desk.maild("rules", "replay", "--since", "1d").stdout

    flood = "{text: {words: [vpn]}, rate: {count: 3, within: 1h, of: address}}"
    bills = "  bills: {when: {text: {words: [invoice]}}, then: {hold: a bill}}\n"
    write(desk, VPN, PRINTER, bills, f"  flood: {{when: {flood}, then: {{tags: [flood]}}}}\n")
    differs = desk.maild("rules", "replay", "--since", "1d", code=1).stdout
    with closing(sqlite3.connect(tmp_path / "state" / "maild.db")) as database, database:
        database.execute("DELETE FROM blob WHERE id = (SELECT raw FROM arrival WHERE ticket = 1002)")
    told = json.loads(desk.maild("rules", "replay", "--since", "1d", "--json", code=1).stdout)

    assert "4 would be decided differently (80.0%)" in differs
    lines = [" ".join(line.split()) for line in differs.splitlines()]
    assert lines.index("Newly spam, held or refused") < lines.index("Decided differently")
    assert "1 outcome: filed → held bills (rules.yaml:15) – #1005" in lines
    assert "3 category: network → printing printer (rules.yaml:9) vpn (rules.yaml:3) #1001, #1003, #1004" in lines
    assert "1 tag: remote → flood, remote vpn (rules.yaml:3), flood (rules.yaml:16) vpn (rules.yaml:3) #1004" in lines
    assert (told["compared"], told["changed"], told["not_compared"]["gone"]) == (4, 4, 1)
    assert told["alarming"][0]["now"] == {"value": "held", "by": "bills (rules.yaml:15)"}
    assert told["groups"][0]["tickets"] == [1001, 1003, 1004]
    assert desk.maild("rules", "replay", "--since", "tomorrow", code=2).stderr.count("no instant of the past") == 1


def test_explain_tells_of_every_rule(tmp_path: Path):
    """Held or not and on which words, and what replaced what: of a file by today's rules, of a ticket as it was.

    Where rules rest, mail is handled as if there were none.
    """
    desk, file = ADesk(tmp_path), tmp_path / "one.eml"
    write(desk, VPN, PRINTER, "  bills: {when: {text: {words: [invoice]}}, then: {hold: a bill}}\n")
    file.write_bytes(a_mail(subject="VPN", words="Nor does the printer print."))
    assert "as if there were no rules" in desk.maild("pause", "rules").stdout
    desk.handle(a_mail(subject="VPN"))
    assert desk.show("ticket", "show", "1001")["category"] is None
    assert "rules rested: none was asked" in desk.maild("explain", "1001").stdout
    assert "At work again: rules" in desk.maild("resume").stdout
    desk.handle(a_mail("eve@x.example", "VPN"))
    with closing(desk.open()) as store:
        begin_premises(store, read_config(desk.config, {}), now())
    desk.handle(a_mail("dan@x.example", "VPN", "Nor does the printer print."))

    write(desk, PRINTER)
    then = desk.show("explain", "1003")["decision"]["rules"]
    today = desk.maild("explain", str(file)).stdout
    unknown = desk.maild("explain", "1002").stdout

    assert [(one["name"], one["line"], one["matched"], one["words"]) for one in then] == [
        ("vpn", 3, True, ["text words 'vpn' vpn"]),
        ("printer", 9, True, ["text words 'printer' printer"]),
        ("bills", 15, False, ["text words 'invoice'"]),
    ]
    printed = desk.maild("explain", "1003").stdout
    assert "category: printing (rules.yaml:9) replaced network (rules.yaml:3)" in printed
    assert "– bills (rules.yaml:15) text words 'invoice'" in [" ".join(line.split()) for line in printed.splitlines()]
    assert "held  printer (rules.yaml:3)" in today and "vpn (" not in today
    assert "held  vpn (rules.yaml:3)" in unknown and "not known any more" in unknown
    (desk.config / "rules" / "rules.yaml").write_text("rules: [", encoding="utf-8")
    assert "held  vpn (rules.yaml:3)" in desk.maild("explain", "1002").stdout


def test_what_a_rule_did_is_taken_back(tmp_path: Path):
    """Values that nobody changed go back, what it held or called spam is handled again; each line says what."""
    desk = ADesk(tmp_path)
    (desk.config / "rules" / "promises.yaml").write_text(PROMISES, encoding="utf-8")
    write(
        desk,
        VPN,
        "  bad:\n    when: {text: {words: [printer]}}\n    then: {category: printing, urgency: low, tags: [later]}\n",
        "  worse: {when: {text: {words: [lost]}}, then: {spam: true}}\n",
        "  worst: {when: {text: {words: [kept]}}, then: {hold: a reason}}\n",
        "  wrong: {when: {text: {words: [sales]}}, then: {refuse: refused}}\n",
    )
    desk.handle(
        a_mail("a@x.example", "VPN", "The printer."),
        a_mail("b@x.example", "Printer", "The printer."),
        a_mail("c@x.example", "Lost", "It is lost."),
        a_mail("d@x.example", "Kept", "It is kept."),
        a_mail("e@x.example", "Sales", "It is sales."),
    )
    desk.maild("ticket", "set", "1002", "category=network")

    looked = desk.maild("rules", "undo", "bad", "--since", "1h", "--dry-run").stdout
    assert [line for line in looked.splitlines() if line.startswith("#")] == [
        "#1001 category: printing → network",
        "#1001 urgency: low → high",
        "#1001 priority: p4 → p3",
        "#1001 tag later: taken off",
        "#1002 category network: stays, " + user() + " changed it since",
        "#1002 urgency: low → medium",
        "#1002 tag later: taken off",
    ]
    assert desk.show("ticket", "show", "1001")["category"] == "printing"
    assert "--yes" in desk.maild("rules", "undo", "bad", "--since", "1h", code=2).stderr
    assert "Did you mean 'bad'" in desk.maild("rules", "undo", "bat", "--since", "1h", code=1).stderr

    write(desk, VPN)
    done = [
        desk.maild("rules", "undo", rule, "--since", "1h", "--yes").stdout
        for rule in ("bad", "worse", "worst", "wrong")
    ]
    assert "Taken back: 2 tickets changed.\n" in done[0]
    assert "#1003 spam: its mail is handled again" in done[1]
    assert "arrival 4 from d@x.example: released, to be handled again" in done[2]
    assert "arrival 5 from e@x.example: refused, to be handled again" in done[3]
    assert "Every promise holds" in desk.maild("verify").stdout
    desk.handle()

    assert {one["number"]: (one["state"], one["category"]) for one in tickets(desk)} == {
        1001: ("new", "network"), 1002: ("new", "network"), 1003: ("new", None), 1004: ("new", None),
        1005: ("new", None),
    }  # fmt: skip
    clocks = {one["number"]: [(each["name"], each["target"]) for each in one["clocks"]] for one in tickets(desk)}
    assert clocks[1001] == [("first_response", 7200), ("resolution", 28800)]
    assert clocks[1003] == [("first_response", 14400), ("resolution", 57600)]
    event = desk.show("ticket", "show", "1001")["entries"][-1]
    assert (event["cause"]["kind"], event["by"], event["text"]) == (
        "command-line",
        user(),
        "What bad did is taken back.",
    )
    assert {mail["ticket"] for mail in desk.show("mail", "list") if mail["template"] == "acknowledged"} >= {
        1003,
        1004,
        1005,
    }
    assert "did nothing" in desk.maild("rules", "undo", "worst", "--since", "1h", code=1).stderr
    assert "Every promise holds" in desk.maild("verify").stdout


def tickets(desk: ADesk) -> list[dict[str, object]]:
    return [desk.show("ticket", "show", str(one["number"])) for one in desk.show("ticket", "list")]
