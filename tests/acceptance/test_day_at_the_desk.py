"""A day at the desk: three customers, two agents and a manager, all in their mail clients, and nothing else touched.

One story in the order of the day; each part states its fact where it is shown.
"""

import json
import re
import sys
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.working_desk import WorkingDesk, text_of

FORWARD = """Please look into this.

Begin forwarded message:

From: Erin Field <{erin}>
Subject: Invoice 4711 is wrong
Date: 23 November 2026 at 08:55:12 GMT
To: {alice}

The VAT on it is counted twice.
Erin
"""


PASSWORDS = """contacts: {file: contacts.csv}
categories:
  password:
    procedure: [{step: Reset it, required: true}]
    verify_identity: {send_code_to: verify, attempts: 3, expires: 24h}
rules:
  password: {when: {subject: {words: password}}, then: {category: password}}
"""
OUTAGE = """rules:
  outage:
    when: {subject: {words: outage}, rate: {count: 5, within: 30m}}
    then: {incident: Mainframe outage, notify: [managers]}
ladders:
  l:
    calendar: real
    steps: [{after: 20h, level: L2, notify: [lead], needs: packet}]
    packet: [problem, steps_tried, logs_or_errors, contact, impact]
fields: {cost: {type: money, unit: EUR}}
approvals:
  spend: {of: cost, tiers: [{from: 500, ask: [carol, requester], quorum: 2}], never: [assignee], blocks: [resolve]}
"""


def says(*words: str):
    return lambda mail: all(word in text_of(mail) for word in words)


class Day:
    """The desk with its people: Alice is an agent, Carol lead, manager and administrator."""

    def __init__(self, desk: WorkingDesk) -> None:
        self.desk = desk
        self.alice, self.carol = desk.alice, desk.carol
        self.bob, self.erin, self.dora = (
            desk.host.new_user(domain) for domain in ("bigco.example", "x.example", "bigco.example")
        )
        self.legal = desk.host.new_user("x.example")

    def customer_writes(self, sender: str, name: str, subject: str, words: str) -> EmailMessage:
        self.desk.send(self.desk.write(sender, subject, words, From=f"{name} <{sender}>"), sender)
        return self.desk.wait_for_mail(sender, lambda mail: subject in str(mail["Subject"]))

    def answers(self, sender: str, original: EmailMessage, words: str) -> None:
        self.desk.send(self.desk.answer(sender, original, words), sender)

    def gets(self, address: str, *words: str) -> EmailMessage:
        return self.desk.wait_for_mail(address, says(*words))

    def state(self, number: int) -> str:
        return self.desk.show("ticket", "show", str(number))["state"]


@pytest.fixture
def day(desk: WorkingDesk) -> Day:
    return Day(desk)


def test_from_first_mail_to_closed_ticket(day: Day):
    """Bob's matter: acknowledged, taken, answered, asked about aside, resolved, confirmed, closed; only by mail."""
    acknowledged = day.customer_writes(day.bob, "Bob Miller", "VPN down", "It says error 809.\nBob")
    assert "[#1001]" in str(acknowledged["Subject"])
    notice = day.gets(day.alice, "Answer → Bob Miller (customer)", "error 809")

    # A mail of which one command is refused is kept whole, and the corrected line finishes it.
    day.answers(day.carol, day.gets(day.carol, "error 809"), "#assign alcie\n#tag +vpn\nLooks like the old client.")
    draft = day.gets(day.carol, "there is nobody of this name here", "Looks like the old client")
    assert day.desk.show("ticket", "show", "1001")["tags"] == []
    day.answers(day.carol, draft, "#assign alice")
    assigned = day.gets(day.alice, "Carol Lind gave you the ticket")
    ticket = day.desk.show("ticket", "show", "1001")
    assert (ticket["assignee"], ticket["tags"]) == ("alice", ["vpn"])
    assert any(entry["kind"] == "note" and "old client" in entry["text"] for entry in ticket["entries"])

    # A plain answer reaches Bob; what he answers comes back.
    day.answers(day.alice, assigned, "Which client version do you have?\n\n#wait")
    asked = day.gets(day.bob, "Which client version")
    assert day.state(1001) == "waiting"
    day.answers(day.bob, asked, "Version 3.2, on Windows.")
    back = day.gets(day.alice, "Version 3.2")
    assert day.state(1001) == "open"

    # Whoever is asked aside sees the question alone, and the way back is there.
    day.answers(day.alice, back, f"#ask {day.legal}\nMay we install 4.0 at a customer's?")
    question = day.gets(day.legal, "May we install 4.0")
    assert "809" not in question.as_string()
    day.answers(day.legal, question, "You may, under our framework agreement.")
    aside = day.gets(day.alice, "framework agreement")
    assert text_of(aside).splitlines()[0] == f"Answer → {day.legal}"
    day.answers(day.alice, aside, "Thank you, we will.")
    day.gets(day.legal, "Thank you, we will.")
    assert not [mail for mail in day.desk.mails_to(day.bob) if "framework" in mail.as_string()]

    # Resolved, confirmed with one word, closed.
    day.answers(day.alice, back, "#resolve Install version 4.0 from the portal; 809 is gone with it.")
    resolved = day.gets(day.bob, "Install version 4.0", "Is it solved?")
    assert day.state(1001) == "resolved"
    day.answers(day.bob, resolved, "Yes, thank you!\nBob")
    day.desk.wait_for_mail(day.bob, lambda mail: "closed" in text_of(mail).lower())
    assert day.state(1001) == "closed"
    # Thanks for that open nothing again.
    day.answers(day.bob, resolved, "Thanks a lot!")
    day.desk.wait_for_event("entry_added", 10)
    assert day.state(1001) == "closed"
    assert notice["Message-ID"] != assigned["Message-ID"]


def test_no_reopens_and_a_merge_leads_on(day: Day):
    """Dora's matter twice: "no" reopens, the second ticket goes on in the first, and her mail finds it."""
    first = day.customer_writes(day.dora, "Dora Lee", "Printer jams", "It jams all the time.")
    notice = day.gets(day.alice, "jams all the time")
    day.answers(day.alice, notice, "#resolve Clean the rollers.")
    resolved = day.gets(day.dora, "Clean the rollers")
    day.answers(day.dora, resolved, "No")
    day.desk.wait_for_event("entry_added", 2)
    assert day.state(1001) == "open"

    second = day.customer_writes(day.dora, "Dora Lee", "Printer jams again", "Still jamming.")
    day.answers(day.carol, day.gets(day.carol, "Still jamming"), "#merge 1001")
    day.gets(day.carol, "it goes on in #1001")
    assert day.state(1002) == "merged"
    day.answers(day.dora, second, "Any news?")
    day.gets(day.alice, "Any news?", "#1001")
    entries = day.desk.show("ticket", "show", "1001")["entries"]
    assert any(entry["kind"] == "customer-message" and "Any news?" in entry["text"] for entry in entries)
    assert "[#1001]" in str(first["Subject"])


def test_a_forwarded_mail_is_the_customers_ticket(day: Day):
    """Erin wrote to Alice herself: Alice passes it on, Erin gets a number, and the team a notice."""
    words = FORWARD.format(erin=day.erin, alice=day.alice)
    day.desk.send(day.desk.write(day.alice, "Fwd: Invoice 4711 is wrong", words), day.alice)

    day.desk.wait_for_mail(day.erin, lambda mail: "[#1001]" in str(mail["Subject"]))

    ticket = day.desk.show("ticket", "show", "1001")
    assert (ticket["requester"], ticket["subject"]) == (day.erin, "Invoice 4711 is wrong")
    assert [entry["kind"] for entry in ticket["entries"]] == ["customer-message", "note"]
    assert "counted twice" in ticket["entries"][0]["text"]
    day.gets(day.carol, "counted twice", "passed this mail on")


def test_the_desk_is_asked_by_mail_and_answers_many_at_once(day: Day):
    """Lists, help and absences go back to whoever asks, and change no ticket; an outage has one answer for all."""
    day.customer_writes(day.bob, "Bob Miller", "VPN down", "It says error 809.")
    notice = day.gets(day.alice, "error 809")
    day.answers(day.alice, notice, "#take")
    day.gets(day.alice, "it is yours")

    day.desk.send(day.desk.write(day.alice, "a question", "#list mine\n#help resolve"), day.alice)
    listed = day.gets(day.alice, "#1001", "VPN down", "#resolve")
    assert not listed["In-Reply-To"] or "1001" not in str(listed["Subject"])
    day.desk.send(day.desk.write(day.alice, "off", "#away until friday"), day.alice)
    day.gets(day.alice, "you are away until Friday")

    assert len(day.desk.show("ticket", "list")) == 1
    _one_answer_for_an_outage(day)
    _an_escalation_with_its_packet(day, notice)
    _nothing_is_spent_before_two_agreed(day, notice)


def _an_escalation_with_its_packet(day: Day, notice: EmailMessage) -> None:
    """What it lacks is asked by a form, and its answer brings the ticket to the next level with all that is known."""
    day.answers(day.alice, notice, "#escalate\nThe client was installed anew.")
    form = day.gets(day.alice, "Answer → the fields of this form", "Impact:")
    assert "Impact (known)" not in text_of(form)
    assert day.desk.show("ticket", "show", "1001")["level"] is None

    day.answers(day.alice, form, "Impact: the whole office")

    told = text_of(day.gets(day.carol, "brought the ticket to level L2"))
    for words in ("Bob Miller", "The client was installed anew.", "> It says error 809.", "> the whole office"):
        assert words in told
    ticket = day.desk.show("ticket", "show", "1001")
    assert ticket["level"] == "L2"
    assert [each["text"] for each in ticket["entries"] if "packet" in each["flags"]] == ["Impact: the whole office"]


def _one_answer_for_an_outage(day: Day) -> None:
    """Five report the same: one notice, and its answer reaches each in their own thread; so does the solution."""
    (day.desk.config / "rules" / "outage.yaml").write_text(OUTAGE, encoding="utf-8")
    taken = day.desk.maild("reload", "--yes")
    assert taken.returncode == 0, taken.stderr
    customers = [day.desk.host.new_user("bigco.example") for _ in range(5)]
    for each in customers:
        day.desk.send(day.desk.write(each, "An outage?", "Nothing works since nine."), each)
    notice = day.gets(day.alice, "every ticket of this incident")
    assert "5 tickets are one matter" in text_of(day.gets(day.carol, "every ticket of this incident"))
    incident = int(str(notice["Subject"]).partition("#")[2].partition("]")[0])
    numbers = day.desk.show("ticket", "show", str(incident))["children"]
    assert len(numbers) == 5

    day.answers(day.alice, notice, "A line was cut; we mend it.")
    for each in customers:
        told = day.gets(each, "A line was cut; we mend it.")
        others = [address for address in customers if address != each]
        assert not [address for address in (*others, day.alice) if address in told.as_string()]
        first = day.desk.wait_for_mail(each, lambda mail: mail["Auto-Submitted"] is not None)
        assert str(told["Subject"]).partition("]")[0] == str(first["Subject"]).partition("]")[0]
        assert str(first["Message-ID"]) in str(told["References"])

    day.answers(day.alice, notice, "#resolve The line is mended.")
    asked = [day.gets(each, "The line is mended.", "Is it solved?") for each in customers]
    assert {day.state(number) for number in (incident, *numbers)} == {"resolved"}
    # Whoever says no opens their own ticket again, and nobody else's.
    day.answers(customers[0], asked[0], "No")
    day.gets(day.alice, "No", "open")
    assert sorted(day.state(number) for number in (incident, *numbers)) == ["open", *["resolved"] * 5]
    _the_day_in_figures(day)


def _the_day_in_figures(day: Day) -> None:
    """Seven came, six were resolved, one came back: by mail and on the command line, and every promise holds."""
    day.desk.send(day.desk.write(day.carol, "figures", "#report 2d volume by queue"), day.carol)
    told = text_of(day.gets(day.carol, "Tickets by queue"))
    (row,) = day.desk.show("report", "volume", "--period", "2d")["parts"]["volume"]["volume"][-1:]
    assert row | {"opened": 7, "reopened": 1, "resolved": 6, "closed": 0, "left": 2} == row
    assert "all: opened 7, reopened 1, resolved 6, left 2, reopen rate 16.7%" in told


SCHEDULED = """rules:
  offers: {when: {subject: {words: offer}}, then: {hold: an offer}}
reports:
  handover: {to: alice, at: "08:02", parts: [open-by-due, waiting, breached, absences], accept: 1m}
"""


class Morning:
    """A clock that begins at six in London, on the next day, and is put forward to eight and minute by minute.

    What comes before eight may take long on a busy machine, and must not reach it by itself.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "offset"
        self.behind = datetime.now(UTC) - self._today("06:00") - timedelta(days=1)  # negative: it is earlier now
        self.set("06:00")

    def set(self, clock: str) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str((self._today(clock) - self._today("06:00") - self.behind).total_seconds()))
        new.replace(self.file)

    @staticmethod
    def _today(clock: str) -> datetime:
        at = datetime.combine(datetime.now(UTC).date(), time.fromisoformat(clock))
        return at.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


def _nothing_is_spent_before_two_agreed(day: Day, notice: EmailMessage) -> None:
    """Carol and Bob are asked by mail, and until both agreed nothing is resolved; verify finds all of it in order."""
    day.answers(day.alice, notice, "#field cost=620")
    asked = day.gets(day.carol, "cost is 620 EUR.", "Answer with #approve spend")
    of_bob = day.gets(day.bob, "We need your approval: spend.")
    assert day.alice not in of_bob.as_string() and "809" not in of_bob.as_string()
    day.answers(day.alice, notice, "#resolve A new client was bought.")
    day.gets(day.alice, "“spend” must be approved first", "0 of 2 agreed so far")
    assert day.state(1001) != "resolved"

    day.answers(day.carol, asked, "#approve")
    day.gets(day.carol, "1 more must agree")
    day.answers(day.alice, notice, "#resolve A new client was bought.")
    day.gets(day.alice, "“spend” must be approved first", "1 of 2 agreed so far")
    day.answers(day.bob, of_bob, "Yes, thanks!\nBob")
    agreed = day.gets(day.alice, f"“spend” is approved by Carol Lind, {day.bob}")
    day.answers(day.alice, agreed, "#resolve A new client was bought.")
    day.gets(day.bob, "A new client was bought.", "Is it solved?")
    assert day.state(1001) == "resolved"
    assert day.desk.show("ticket", "show", "1001")["approvals"]["spend"].startswith("approved ")
    verified = day.desk.maild("verify")
    assert verified.returncode == 0, verified.stdout


def test_undo_stops_a_mail_that_waits_and_a_morning_begins(new_desk, tmp_path: Path):
    """Within the delay a relay is taken back, and nothing of it reaches the customer; then come the day's lists."""
    desk, morning = new_desk(send_delay="10m"), Morning(tmp_path)
    day, home = Day(desk), desk.host.new_user("x.example")
    rules = desk.config / "rules"
    (rules / "scheduled.yaml").write_text(SCHEDULED, encoding="utf-8")
    (rules / "passwords.yaml").write_text(PASSWORDS, encoding="utf-8")
    (rules / "contacts.csv").write_text(f"address,verify\n{day.dora},{home}\n", encoding="utf-8")
    desk.start(sys.executable, str(Path(__file__).with_name("clocked.py")), str(morning.file))
    desk.wait_for_event("mailbox_connected")
    day.customer_writes(day.bob, "Bob Miller", "VPN down", "It says error 809.")
    notice = day.gets(day.alice, "error 809")
    day.answers(day.alice, notice, "#close It is your own fault.")
    desk.wait_for_event("entry_added")
    assert day.state(1001) == "closed"

    day.answers(day.alice, notice, "#undo")

    day.gets(day.alice, f"the mail to {day.bob} was stopped; nothing was delivered", "state is new again")
    assert day.state(1001) == "new"
    assert not [mail for mail in desk.mails_to(day.bob) if "fault" in mail.as_string()]
    states = {mail["template"]: mail["state"] for mail in desk.show("ticket", "show", "1001")["mails"]}
    assert states["closed"] == "cancelled"
    _a_password(day, home)
    _a_morning(day, morning)


def _a_password(day: Day, home: str) -> None:
    """Nothing is done before the code that went to Dora's other mailbox came back in her mail; nobody else sees it."""
    desk = day.desk
    acknowledged = day.customer_writes(day.dora, "Dora Lee", "Password", "I forgot it.")
    (code,) = re.findall(r"\b[A-Z]{4}-[A-Z]{4}\b", text_of(desk.wait_for_mail(home)))
    notice = day.gets(day.alice, "nobody verified yet who asks", "I forgot it.", "[ ] 1: Reset it (required)")

    day.answers(day.alice, notice, "#done 1")
    day.gets(day.alice, "#done: nobody verified who asks")
    day.answers(day.dora, acknowledged, "Is it BBBB-CCCC?")
    day.gets(day.alice, "a code was wrong: 2 more may be tried", "Is it (code)?")
    day.answers(day.dora, acknowledged, f"It is {code}.\nDora")
    verified = day.gets(day.alice, "the requester is verified: the code was right", "It is (code).")
    day.answers(day.alice, verified, "#done 1\n#resolve You can sign in again.")
    day.gets(day.alice, "step 1 (Reset it) is done")

    ticket = desk.show("ticket", "show", "1002")
    assert (ticket["state"], ticket["steps"]) == ("resolved", {"Reset it": "done"})
    sent = next(mail for mail in desk.show("mail", "list") if mail["template"] == "identity-code")
    seen = [mail.as_string() for person in (day.alice, day.carol, day.dora) for mail in desk.mails_to(person)]
    seen += [desk.maild(*words).stdout for words in (("mail", "show", str(sent["id"])), ("explain", "1002"))]
    assert not [each for each in (*seen, json.dumps(ticket), *map(str, desk.running.lines)) if code in each]


def _a_morning(day: Day, morning: Morning) -> None:
    """The administrator releases what was held by its number; a handover that nobody accepts is its lead's."""
    desk = day.desk
    desk.send(desk.write(day.erin, "An offer for you", "Cheap printers."), day.erin)
    desk.wait_for_event("arrival_held")
    morning.set("08:00")
    listed = day.gets(day.carol, "Held mail:", f"1. {day.erin}: An offer for you", "an offer")
    day.answers(day.alice, listed, "#release 1")
    day.gets(day.alice, "only an administrator's answer to a list of held mail may say so")
    day.answers(day.carol, listed, "#release 1-2")
    day.gets(day.carol, "#release 2: the list that you answered has no such number")
    day.answers(day.carol, listed, "#release 1")
    day.gets(day.carol, f"released: {day.erin}: An offer for you")
    desk.wait_for_mail(day.erin, lambda mail: "An offer for you" in str(mail["Subject"]))

    morning.set("08:02")
    handover = day.gets(day.alice, "Open, by what is due first:", "VPN down", "Accept it with #ack")
    morning.set("08:04")
    day.gets(day.carol, "Nobody accepted this handover in time.", "VPN down")
    day.answers(day.alice, handover, "#ack")
    day.gets(day.alice, "you accepted the handover")
