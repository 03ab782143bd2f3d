"""What an administrator does with rule files: tests beside rules, and other rules against the mails of days past."""

import json
from pathlib import Path

from tests.integration.a_desk import ADesk

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
    """Passed, they are one line; a failure says where it stands, what was expected, and which rules held on what."""
    desk = ADesk(tmp_path)
    file = write(desk, VPN, PRINTER)
    assert desk.maild("rules", "test").stdout == "2 tests beside 2 rules passed.\n"
    assert "2 tests" in desk.maild("check").stdout

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
    assert not (tmp_path / "state").exists()
