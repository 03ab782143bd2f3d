"""An outage as the store sees it: five mails in one batch, one incident, and what the command line shows of it."""

from pathlib import Path

from tests.integration.a_desk import ADesk, a_mail

RULES = """
categories: {network/vpn: {title: VPN}}
rules:
  vpn: {when: {subject: {words: [vpn]}}, then: {category: network/vpn}}
  repeated:
    when: {category: network/vpn, rate: {count: 5, within: 30m}}
    then: {incident: "VPN outage", urgency: critical}
"""


def test_a_burst_in_one_batch_is_one_incident(tmp_path: Path):
    """The fifth opens it with the four before; the sixth joins in the same commit, the seventh in another batch. Undo
    takes all of them out again.
    """
    desk = ADesk(tmp_path)
    (desk.config / "rules" / "outage.yaml").write_text(RULES, encoding="utf-8")

    desk.handle(*(a_mail(f"c{n}@customer.example", "VPN down") for n in range(6)), a_mail(subject="Printer"))
    desk.handle(a_mail("late@customer.example", "No VPN here either"))

    incident = desk.show("ticket", "show", "1006")
    assert (incident["incident"], incident["requester"], incident["urgency"]) == ("VPN outage", None, "critical")
    assert incident["children"] == [1001, 1002, 1003, 1004, 1005, 1007, 1009]
    report = desk.show("ticket", "show", "1003")
    assert (report["parent"], report["category"]) == (1006, "network/vpn")
    assert desk.show("ticket", "show", "1008")["parent"] is None
    desk.maild("verify")

    undone = desk.maild("rules", "undo", "repeated", "--since", "1h", "--yes").stdout
    assert "#1001 parent: 1006 → –\n" in undone and "Taken back: 7 tickets changed." in undone
    assert desk.show("ticket", "show", "1006")["children"] == []
    assert desk.show("ticket", "show", "1005")["urgency"] == "medium"
