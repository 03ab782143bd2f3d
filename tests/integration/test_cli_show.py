"""parse, explain, ticket, held and mail, on a desk that handled real mails."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from maild.cli import main
from tests.integration.a_desk import ADDRESS, BOB, ADesk, a_mail


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ADesk]:
    """A desk with a proved, an unproved and a held mail, and an answer."""
    made = ADesk(tmp_path_factory.mktemp("desk"))
    made.handle(a_mail())
    made.handle(
        a_mail("eve@x.example", "Invoice\u001b[31m red", "Pay \u001b[2J now.", "none"),
        a_mail(subject="Re: Printer on floor 3 [#1001]", words="It still prints nothing."),
        a_mail(subject="Re: Printer on floor 3 [#1001]", words="I am not Bob.", verdict="fail"),
    )
    return made


@pytest.fixture
def own_desk(tmp_path: Path) -> ADesk:
    """A desk that a test may change."""
    made = ADesk(tmp_path)
    made.handle(a_mail())
    made.handle(a_mail(subject="Re: Printer on floor 3 [#1001]", words="I am not Bob.", verdict="fail"))
    return made


def test_parse_prints_one_object_for_one_file(desk: ADesk, tmp_path: Path):
    """Every name of the contract is there, with the types it promises."""
    file = tmp_path / "one.eml"
    file.write_bytes(a_mail(words="New words.\r\n\r\nOn Monday, Alice wrote:\r\n> old words"))
    said = desk.show("parse", str(file))

    assert list(said) == [
        "from", "from_name", "to", "cc", "reply_to", "subject", "message_id", "in_reply_to", "references", "date",
        "text", "reply", "html", "attachments", "automatic", "bounce", "flags",
    ]  # fmt: skip
    assert (said["from"], said["from_name"], said["to"]) == (BOB, "Bob Miller", [ADDRESS])
    assert said["date"] == "2026-11-23T09:00:00Z"
    assert said["reply"].strip() == "New words."
    assert "old words" in said["text"]


def test_parse_needs_no_desk(tmp_path: Path):
    """A mail can be looked at on a machine without configuration."""
    done = CliRunner().invoke(main, ["--config", str(tmp_path / "none"), "parse", "-", "--json"], input=a_mail())

    assert json.loads(done.stdout)["subject"] == "Printer on floor 3"


def test_parse_prints_a_line_for_each_of_several_files(desk: ADesk, tmp_path: Path):
    """Several files: one JSON object a line, each with its file, in the order given."""
    files = [tmp_path / f"{n}.eml" for n in range(60)]
    for n, file in enumerate(files):
        file.write_bytes(a_mail(subject=f"Matter {n}"))
    lines = desk.maild("parse", "--json", *map(str, files)).stdout.splitlines()

    assert [json.loads(line)["file"] for line in lines] == [str(file) for file in files]
    assert [json.loads(line)["subject"] for line in lines] == [f"Matter {n}" for n in range(60)]


def test_parse_of_a_missing_file_is_wrong_usage(desk: ADesk):
    """A file that is not there is named, with exit code 2."""
    assert "nowhere.eml" in desk.maild("parse", "nowhere.eml", code=2).stderr


def test_a_terminal_gets_no_escape_sequences_of_strangers(desk: ADesk):
    """Words from outside cannot colour, clear or retitle the terminal."""
    for words in (
        ("ticket", "list"),
        ("ticket", "show", "1002"),
        ("explain", "1002"),
        ("mail", "list"),
        ("mail", "list", "--in"),
    ):
        assert "\x1b" not in desk.maild(*words).stdout


def test_ticket_list_gives_the_newest_first(desk: ADesk):
    """An array of tickets with the names that stay; by state if asked."""
    listed = desk.show("ticket", "list")

    assert [one["number"] for one in listed] == [1002, 1001]
    assert listed[1]["subject"] == "Printer on floor 3"
    assert listed[1]["requester"] == BOB
    assert desk.show("ticket", "list", "state:closed") == []
    assert len(desk.show("ticket", "list", "--limit", "1")) == 1


def test_ticket_show_has_every_name_of_the_contract(desk: ADesk):
    """The ticket, its entries with cause and changes, and the mails that left because of it."""
    shown = desk.show("ticket", "show", "1001")

    names = (
        "number state subject requester participants queue category impact urgency priority level team assignee tags"
    )
    assert {*names.split(), "fields", "language", "created_at", "clocks", "entries"} <= shown.keys()
    assert (shown["number"], shown["queue"], shown["team"]) == (1001, "support", "first-line")
    assert {"at", "kind", "by", "cause", "text", "changes"} <= shown["entries"][0].keys()
    assert [one["kind"] for one in shown["entries"]][:2] == ["customer-message", "customer-message"]
    assert {mail["template"] for mail in shown["mails"]} == {"acknowledged", "agent-notice"}
    assert shown["created_at"].endswith("Z")


def test_ticket_show_is_readable(desk: ADesk):
    """A person sees subject, state, who wrote what, and the mails."""
    text = desk.maild("ticket", "show", "1001").stdout

    for words in (
        "Printer on floor 3",
        "Bob Miller <bob@customer.example>",
        "It still prints nothing.",
        "acknowledged",
    ):
        assert words in text


def test_a_contact_is_completed_by_hand_and_shown(own_desk: ADesk):
    """`ticket set` takes what `#contact` takes; the history says old and new, and what is wrong is refused."""
    own_desk.maild("ticket", "set", "1001", "contact.phone=+44 20", "contact.name=Bob R. Miller")
    own_desk.maild("ticket", "set", "1001", "contact.phone=", "contact.timezone=Europe/Madrid")
    done = own_desk.maild("ticket", "set", "1001", "contact.verify=eve@x.example", code=1)

    assert "contact.verify: only the file of contacts says where a code is sent" in done.stderr
    shown = own_desk.show("ticket", "show", "1001")
    named = {"name": "Bob R. Miller", "company": None, "phone": None, "language": None, "timezone": "Europe/Madrid"}
    assert shown["contact"] == named
    assert "name Bob R. Miller, timezone Europe/Madrid" in own_desk.maild("ticket", "show", "1001").stdout
    assert {"field": "contact.phone", "old": "+44 20", "new": None} in shown["entries"][-1]["changes"]
    assert own_desk.maild("verify").exit_code == 0


def test_a_ticket_for_a_caller_goes_on_in_another(own_desk: ADesk):
    """`ticket new` tells its requester by the name that it was given; `merge` asks for --join where requesters differ,
    and follows a ticket that was merged itself.
    """
    for who in ("carol@x.example", BOB):
        own_desk.maild("ticket", "new", who, "Scanner [floor 4]", said="It scans nothing.")
    refused = own_desk.maild("ticket", "merge", "1002", "1001", code=1)
    joined = own_desk.maild("ticket", "merge", "1002", "1001", "--join")
    followed = own_desk.maild("ticket", "merge", "1003", "1002")

    subjects = {mail["subject"] for mail in own_desk.show("mail", "list") if mail["template"] == "acknowledged"}
    assert {"Re: Scanner (floor 4) [#1002]", "Re: Scanner (floor 4) [#1003]"} <= subjects
    assert "carol@x.example and bob@customer.example would read one another's mail" in refused.stderr
    assert "#1002 goes on in #1001." in joined.stdout
    assert "#1003 goes on in #1001." in followed.stdout
    target, merged = own_desk.show("ticket", "show", "1001"), own_desk.show("ticket", "show", "1002")
    assert merged["state"] == "merged"
    assert target["participants"] == ["carol@x.example"]
    assert "goes on here" in target["entries"][-1]["text"]
    assert own_desk.maild("ticket", "merge", "1003", "1001", code=1).stderr.endswith("#1003 is merged\n")
    assert own_desk.maild("verify").exit_code == 0


def test_words_about_no_ticket_are_kept_until_their_line_is_right(own_desk: ADesk):
    """The refusal shows them as a draft; the answer with the right line opens the ticket, and the draft is done."""
    own_desk.handle(a_mail("alice@acme.example", "A call", f"#new for {ADDRESS}\r\nHis printer smokes."))
    (shown,) = (mail for mail in own_desk.show("mail", "list") if mail["template"] == "draft")
    names_it = f"In-Reply-To: {shown['message_id']}\r\nSubject:".encode()
    for words in (f"#new for {BOB}\r\n\r\n> His printer smokes.", "#send"):
        own_desk.handle(a_mail("alice@acme.example", "Re: a call", words).replace(b"Subject:", names_it))

    newest, *others = own_desk.show("ticket", "list")
    assert (newest["requester"], len(others)) == (BOB, 1)
    entries = own_desk.show("ticket", "show", str(newest["number"]))["entries"]
    assert [entry["text"] for entry in entries] == ["His printer smokes."]
    assert own_desk.maild("verify").exit_code == 0


def test_ticket_history_is_in_order(desk: ADesk):
    """Entries and mails together, by time."""
    told = desk.show("ticket", "history", "1001")

    assert told[0]["what"] == "entry"
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)
    assert {one["what"] for one in told} == {"entry", "mail"}
    assert "customer-message" in desk.maild("ticket", "history", "1001").stdout


@pytest.mark.parametrize(
    "words", [("ticket", "show"), ("ticket", "history"), ("explain",), ("mail", "show"), ("held", "show")]
)
def test_what_is_not_there_is_a_clear_no(desk: ADesk, words: tuple[str, ...]):
    """An unknown number: exit code 1 and a sentence that names it."""
    assert "4711" in desk.maild(*words, "4711", code=1).stderr


def test_explain_of_a_ticket_tells_every_arrival(desk: ADesk):
    """The first arrival's decision under the names that stay, and all of them in order."""
    story = desk.show("explain", "1001")

    assert {"message", "ticket", "sender", "commands", "decision", "mails", "arrivals"} <= story.keys()
    assert story["ticket"]["number"] == 1001
    assert (story["sender"]["address"], story["sender"]["trust"]) == (BOB, "proved")
    assert {"category", "impact", "urgency", "priority", "queue", "team", "assignee", "agreement", "rules"} <= story[
        "decision"
    ].keys()
    assert {mail["template"] for mail in story["mails"]} == {"acknowledged", "agent-notice"}
    assert [one["ticket"]["number"] for one in story["arrivals"]] == [1001, 1001]
    assert story["arrivals"][1]["ticket"]["evidence"][0]["accepted"] is True


def test_explain_of_a_file_changes_nothing(desk: ADesk, tmp_path: Path):
    """What would happen is told as the daemon would decide it, and nothing of it is kept."""
    file = tmp_path / "new.eml"
    file.write_bytes(a_mail(subject="Something else"))
    before = desk.show("ticket", "list"), desk.show("mail", "list"), desk.show("mail", "list", "--in")
    story = desk.show("explain", str(file))

    assert story["ticket"]["number"] == 1003
    assert story["decision"]["queue"] == "support"
    assert {"template": "acknowledged", "to": BOB, "subject": "Re: Something else [#1003]"} in story["mails"]
    assert before == (desk.show("ticket", "list"), desk.show("mail", "list"), desk.show("mail", "list", "--in"))
    assert "open ticket #1003" in desk.maild("explain", str(file)).stdout


def test_explain_of_neither_is_wrong_usage(desk: ADesk):
    """Neither a file nor a number: exit code 2."""
    assert "neither" in desk.maild("explain", "something", code=2).stderr


def test_held_mail_is_listed_and_shown_with_its_reason(desk: ADesk):
    """Who claims to have sent it, why it was held, what can be read of it, and its bytes."""
    (held,) = desk.show("held", "list")
    shown = desk.show("held", "show", str(held["id"]))

    assert held["from"] == BOB
    assert "forged" in held["reason"]
    assert shown["message"]["text"].strip() == "I am not Bob."
    assert shown["explanation"]["sender"]["trust"] == "forged"
    assert desk.maild("held", "show", str(held["id"]), "--raw").stdout_bytes.endswith(b"I am not Bob.\r\n")
    assert "I am not Bob." in desk.maild("held", "show", str(held["id"])).stdout


def test_held_mail_is_released_on_the_record(own_desk: ADesk):
    """A released mail waits to be handled anew, and is not held a second time by the same command."""
    (held,) = own_desk.show("held", "list")
    own_desk.maild("held", "release", str(held["id"]))

    assert own_desk.show("held", "list") == []
    assert own_desk.show("mail", "list", "--in")[0]["outcome"] is None
    assert "is not held" in own_desk.maild("held", "release", str(held["id"]), code=1).stderr
    own_desk.maild("held", "show", str(held["id"]), code=1)


def test_held_mail_is_discarded(own_desk: ADesk):
    """A discarded mail is off the list and its bytes are still there."""
    (held,) = own_desk.show("held", "list")
    own_desk.maild("held", "discard", str(held["id"]))

    assert own_desk.show("held", "list") == []
    shown = own_desk.show("held", "show", str(held["id"]))
    assert shown["happenings"][0]["by"].startswith("command line: ")
    assert shown["message"]["text"].strip() == "I am not Bob."


def test_mails_are_listed_and_shown(desk: ADesk):
    """Newest first, by state if asked; one with its bytes as they go over the wire."""
    mails = desk.show("mail", "list")
    (acknowledged,) = [mail for mail in mails if mail["template"] == "acknowledged"]
    shown = desk.show("mail", "show", str(acknowledged["id"]))

    assert [mail["id"] for mail in mails] == sorted((mail["id"] for mail in mails), reverse=True)
    assert acknowledged["to"] == BOB
    assert desk.show("mail", "list", "--state", "accepted") == []
    assert shown["wire"].startswith("From: Acme Support")
    assert desk.maild("mail", "show", str(acknowledged["id"]), "--raw").stdout_bytes.decode() == shown["wire"]
    assert "As it goes over the wire" in desk.maild("mail", "show", str(acknowledged["id"])).stdout


def test_arrivals_are_listed_with_their_outcomes(desk: ADesk):
    """What came in: entries with their tickets, and what is held."""
    outcomes = [(one["outcome"], one["ticket"]) for one in desk.show("mail", "list", "--in")]

    assert sorted(outcomes, key=str) == sorted(
        [("held", None), ("entry", 1001), ("entry", 1002), ("entry", 1001)], key=str
    )
    desk.maild("mail", "list", "--in", "--state", "waiting", code=2)


def test_a_mail_is_cancelled_and_retried(own_desk: ADesk):
    """A waiting mail can be stopped, a stopped one made due again; neither twice where it means nothing."""
    number = str(own_desk.show("mail", "list")[0]["id"])
    own_desk.maild("mail", "cancel", number)

    assert own_desk.show("mail", "show", number)["state"] == "cancelled"
    assert "has ended" in own_desk.maild("mail", "cancel", number, code=1).stderr
    own_desk.maild("mail", "retry", number)
    shown = own_desk.show("mail", "show", number)
    assert shown["state"] == "waiting"
    assert [one["what"] for one in shown["happenings"]] == ["cancelled", "retried"]


def test_several_are_done_and_the_rest_is_told(own_desk: ADesk):
    """Of several numbers those that can be are changed; exit code 1 tells of the others."""
    numbers = [str(mail["id"]) for mail in own_desk.show("mail", "list")]
    done = own_desk.maild("mail", "cancel", "4711", *numbers, code=1)

    assert done.stdout.count("cancelled") == len(numbers)
    assert "mail 4711" in done.stderr


def test_a_broken_configuration_is_told_and_nothing_else(tmp_path: Path):
    """Exit code 2 and the file's name, no traceback."""
    broken = ADesk(tmp_path)
    (broken.config / "maild.yaml").write_text("version: 1\ndesk: {name: x}\n", encoding="utf-8")
    done = broken.maild("ticket", "list", code=2)

    assert "maild.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_effects_of_rules_are_on_the_record(tmp_path: Path):
    """A host that fails, fails again and recovers is one ticket; a form's customer and an unwanted sender are answered.

    Each effect names its rule, file and line and the rule set, in `explain` and in the history.
    """
    desk = ADesk(tmp_path)
    file = desk.config / "rules" / "machines.yaml"
    file.write_text(
        "rules:\n"
        "  monitoring:\n    when: {subject: {matches: '^PROBLEM host (?P<host>\\S+)'}}\n"
        "    then: {same_ticket: 'host/{host}', within: 7d, tags: [outage]}\n"
        "  recovery:\n    on: any\n    when: {subject: {matches: '^RECOVERY host (?P<host>\\S+)'}}\n"
        "    then: {same_ticket: 'host/{host}', within: 7d, resolve: It is well again.}\n"
        "  form: {when: {sender: 'web@acme.example'}, then: {requester: reply_to, as: person}}\n"
        "  offers: {when: {subject: {words: [offer]}}, then: {refuse: no-sales, stop: true}}\n",
        encoding="utf-8",
    )
    (desk.config / "templates").mkdir()
    (desk.config / "templates" / "no-sales.txt").write_text("Subject: No, thank you\n\nWe buy nothing.\n", "utf-8")
    assert [warning["where"] for warning in desk.show("check")["warnings"]] == ["rules.offers.then"]
    desk.handle(
        *(a_mail("nagios@acme.example", f"{what} host mail01") for what in ("PROBLEM", "PROBLEM", "RECOVERY")),
        f"Reply-To: {BOB}\r\n".encode() + a_mail("web@acme.example", "Contact"),
        a_mail("joe@seller.example", "An offer"),
    )

    ticket = desk.show("ticket", "show", "1001")
    assert (ticket["state"], ticket["tags"]) == ("resolved", ["outage"])
    first, again, recovered = desk.show("explain", "1001")["arrivals"]
    (claim,) = again["ticket"]["evidence"]
    assert (claim["kind"], claim["value"], claim["accepted"]) == ("key", "host/mail01", True)
    assert f"rules.monitoring ({file}:2)" in claim["why"]
    assert [rule["name"] for rule in first["decision"]["rules"] if rule["matched"]] == ["monitoring"]
    assert f"resolved by rules.recovery ({file}:5)" in recovered["decision"]["why"]
    told = "\n".join(line.get("text", "") for line in desk.show("ticket", "history", "1001"))
    assert f"same_ticket: host/mail01 within 7d by rules.monitoring ({file}:2)" in told
    causes = [each["cause"] for each in ticket["entries"] if each["by"] == "rules"]
    assert {one["kind"] for one in causes} == {"rule"}
    assert {len(one["reference"]) for one in causes[:-1]} == {64}
    outside = [(mail["to"], mail["template"]) for mail in desk.show("mail", "list") if "acme" not in mail["to"]]
    assert outside == [("joe@seller.example", "refused"), (BOB, "acknowledged-minimal")]
    (refused,) = [one for one in desk.show("mail", "list", "--in") if one["outcome"] == "desk"]
    assert refused["reason"] == f"refused by rules.offers ({file}:10)"
