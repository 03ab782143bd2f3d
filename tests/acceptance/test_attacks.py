"""Attacks on the whole daemon: real IMAP in, the transcript of SMTP out (see attacks.py for the table)."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.acceptance.attacking import Attack, Letter, May, Scene, write
from tests.acceptance.attacks import ATTACKS
from tests.acceptance.attacks_by_claim import NAMED
from tests.acceptance.attacks_by_words import PROBES
from tests.acceptance.siege import Siege, employ, gather_victims, in_force, lay, said, settle, stories
from tests.acceptance.working_desk import WorkingDesk, read, text_of
from tests.servers.host import MailHost

NewDesk = Callable[..., WorkingDesk]
THANKS = {"acknowledged", "acknowledged-minimal"}


@pytest.fixture(scope="module")
def siege(mail_host: MailHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """All attacks of the table, at once, on one desk that is at work."""
    desk = WorkingDesk(mail_host, tmp_path_factory.mktemp("siege"))
    siege = Siege(desk)
    erik = mail_host.new_user()
    employ(desk, erik, "")
    try:
        desk.start()
        gather_victims(siege, mail_host, erik)
        employ(desk, erik, "2026-01-01")
        reloaded = desk.maild("reload")
        assert reloaded.returncode == 0, reloaded.stderr
        siege.before = {
            scene.number: said(desk, "ticket", "show", str(scene.number)) for scene in siege.scenes.values()
        }
        siege.sent_before = len(mail_host.transcript)
        siege.letters = {attack.__name__: list(attack(siege.scenes[attack.__name__])) for attack in ATTACKS}
        every = [letter for letters in siege.letters.values() for letter in letters]
        lay(desk, [letter.raw for letter in every])
        settle(desk, len(ATTACKS) + len(every))
        arrivals = said(desk, "mail", "list", "--in", "--limit", "1000")
        ids = [row["id"] for row in arrivals][: len(every)][::-1]
        fates = stories(desk, ids)
        siege.fates = {letter.message_id: story for letter, story in zip(every, fates, strict=True)}
        siege.after = {number: said(desk, "ticket", "show", str(number)) for number in siege.before}
        yield siege
        assert desk.stop() == 0
    finally:
        desk.remove()


def _check(siege: Siege, scene: Scene, letter: Letter) -> None:
    fate = siege.fate(letter)
    outcome, steps = fate["outcome"], fate["decision"]["steps"]
    outside = [mail for mail in fate["mails"] if mail["to"] not in siege.staff]
    entry = [e for e in siege.after[scene.number]["entries"] if e["cause"]["reference"] == letter.message_id]
    changes = [step for step in steps if step.startswith(("change", "add ")) and "entry" not in step]
    match letter.may:
        case May.OPEN:
            assert (outcome["kind"], entry) == ("entry", [e for e in entry if letter.message_id == scene.first_id])
            assert outcome["ticket"] not in siege.before
            assert {mail["template"] for mail in outside} <= THANKS
            assert {mail["to"] for mail in outside} <= {fate["sender"]["address"] if fate["sender"] else None}
        case May.HELD | May.MATTER:
            assert outcome["kind"] == ("held" if letter.may is May.HELD else "desk")
            assert (entry, steps, outside) == ([], [], [])
        case May.FLAG:
            assert outcome["ticket"] == scene.number
            assert set(entry[0]["flags"]) & {"claimed", "stranger", "unknown-sender"}
            assert (outside, [step for step in changes if "state" not in step]) == ([], [])
        case May.ASK:
            assert (outcome["ticket"], entry[0]["kind"]) == (scene.number, "event")
            assert (outside, changes) == ([], [])
            assert {mail["template"] for mail in fate["mails"]} <= {"did-you-send-this"}
            assert {mail["to"] for mail in fate["mails"]} <= {fate["sender"]["address"]}
        case May.EVENT:
            assert (outcome["ticket"], entry[0]["kind"]) == (scene.number, "event")
            assert (outside, changes) == ([], [])
        case May.KEEP:
            assert outcome["ticket"] == scene.number
            assert outside == []
        case May.RELAY:
            assert [(mail["template"], mail["to"]) for mail in outside] == [("reply", scene.bob)]
            relayed = [text_of(mail) for to, mail in siege.outgoing(siege.sent_before) if to == scene.bob]
            assert len(relayed) == 1 and letter.words in relayed[0]
            assert not [line for line in _lines_of(scene.notice) if line in relayed[0]]


def _lines_of(notice: EmailMessage) -> list[str]:
    """Give the lines of a notice that are the desk's own, and long enough to be recognised."""
    lines = [line.strip() for line in text_of(notice).splitlines()]
    return [line for line in lines if len(line) > 12 and not line.startswith(">")]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_gains_nothing(siege: Siege, attack: Attack):
    """Each mail of the table comes to no more than it may."""
    scene = siege.scenes[attack.__name__]
    failures = []
    for at, letter in enumerate(siege.letters[attack.__name__]):
        try:
            _check(siege, scene, letter)
        except AssertionError as error:
            failures.append((at, letter.may.name, letter.raw[:500], siege.fate(letter), str(error)[:800]))
    assert len(siege.letters[attack.__name__]) >= 1
    assert not failures, failures[0]


def test_no_ticket_belongs_to_somebody_else_afterwards(siege: Siege):
    """Requester, participants, queue and tags of every victim's ticket are those of before; so is the assignee, and
    the state, unless an agent answered or the customer's own address wrote.
    """
    answered = {
        siege.scenes[name].number
        for name in ("echoes", "echoes_without_marks", "echoes_in_notes", "answers_to_outsiders")
    }
    for number, before in siege.before.items():
        after = siege.after[number]
        kept = {"requester", "participants", "queue", "tags", "fields", "subject", "priority", "team", "approvals"}
        kept |= set() if number in answered else {"assignee", "state"}
        assert {key: after[key] for key in kept} == {key: before[key] for key in kept}, number
        assert after["entries"][: len(before["entries"])] == before["entries"]


def test_programs_mails_are_no_way_round(siege: Siege):
    """Nobody's key opens anybody else's ticket, and whoever forms name again and again gets three answers an hour."""
    letters = siege.letters["forms_and_keys"]
    tickets = [siege.fate(letter)["outcome"]["ticket"] for letter in letters]

    assert len(set(tickets)) == len(tickets)
    thanks = [mail for letter in letters for mail in siege.fate(letter)["mails"] if mail["to"] == NAMED]
    assert [mail["template"] for mail in thanks] == ["acknowledged-minimal"] * 3
    assert said(siege.desk, "ticket", "show", str(tickets[3]))["requester"] == NAMED


def test_no_byte_of_a_ticket_reaches_a_stranger(siege: Siege):
    """In all that left the desk, no secret stands in a mail to anybody but the one who told it."""
    owners = {scene.secret: scene.bob for scene in siege.scenes.values()}
    for recipient, mail in siege.outgoing():
        whole = mail.as_string() + "".join(
            str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
        )
        for secret, owner in owners.items():
            assert secret not in whole or recipient == owner, (secret, recipient, whole)
        assert recipient not in owners.values() or not [who for who in siege.staff if who in whole], (recipient, whole)


def test_victims_get_nothing_but_their_agents_words(siege: Siege):
    """No mail goes to a victim because of an attack."""
    relays = {
        siege.scenes[name].bob
        for name, letters in siege.letters.items()
        if any(letter.may is May.RELAY for letter in letters)
    }
    bobs = {scene.bob for scene in siege.scenes.values()}
    assert {to for to, _ in siege.outgoing(siege.sent_before) if to in bobs} == relays


def test_no_header_is_added(siege: Siege):
    """Nothing that an attacker wrote begins a field of ours, and each mail has one recipient."""
    for mail in siege.desk.host.transcript:
        if mail.sender == siege.desk.address:
            head = mail.raw.partition(b"\r\n\r\n")[0]
            names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in {b" ", b"\t"}]
            assert b"bcc" not in names and b"cc" not in names
            assert names.count(b"to") == names.count(b"from") == names.count(b"subject") == 1
            assert b"\r" not in head.replace(b"\r\n", b"") and b"\n" not in head.replace(b"\r\n", b"")


def test_templates_print_what_they_are_given(siege: Siege):
    """What looks like a template in a customer's mail stands in the notice as it was written."""
    scene = siege.scenes["templates"]
    notices = [text_of(mail) + str(mail["Subject"]) for mail in siege.desk.mails_to(scene.alice)]
    for probe in PROBES:
        seen = [notice for notice in notices if f"Body {probe}" in notice]
        assert len(seen) == 1
        assert f"Subject {probe}" in seen[0] and f"Name {probe}" in seen[0] and f"{probe}.txt" in seen[0]
    thanks = [mail for to, mail in siege.outgoing() if to == scene.eve]
    assert sorted(re.findall(r"Subject (.*?) \[#", " ".join(str(mail["Subject"]) for mail in thanks)))
    assert not [mail for mail in thanks if "49" in str(mail["Subject"]).partition("[#")[0]]


def test_no_page_holds_a_tag_of_the_attackers(siege: Siege):
    """The HTML of our mails holds our own tags alone."""
    for _, mail in siege.outgoing():
        body = mail.get_body(("html",))
        html = str(body.get_content()).lower() if body else ""
        assert not re.search(r"<(script|img|svg|iframe|style>@import)|<[^>]*\son\w+=|<[^>]*javascript:", html), html


def test_file_names_lead_nowhere(siege: Siege):
    """A name is a name in the history and in the notice: no path, no control, no longer than a file system takes."""
    scene = siege.scenes["file_names"]
    for letter in siege.letters["file_names"]:
        ticket = said(siege.desk, "ticket", "show", str(siege.fate(letter)["outcome"]["ticket"]))
        names = [each["name"] for entry in ticket["entries"] for each in entry["attachments"]]
        assert len(names) == 1, (letter.raw, ticket)
        name = names[0]
        assert not re.search(r"[/\\\x00-\x1f\u202a-\u202e]", name) and name not in {"", ".", ".."}
        assert len(name.encode()) <= 255
    for mail in siege.desk.mails_to(scene.alice):
        for part in mail.iter_attachments():
            assert not re.search(r"[/\\\x00-\x1f]", part.get_filename() or "")
    assert not list(Path(siege.desk.folder).rglob("passwd"))


def test_nothing_died_and_nothing_raised(siege: Siege):
    """One life of the daemon, no traceback, no decision that failed, nothing in doubt."""
    running = siege.desk.running
    assert running and running.process.poll() is None
    assert running.other == []
    assert [line for line in running.lines if "exception" in line or "failed" in line["event"]] == []


def test_who_is_attacked_is_served(siege: Siege):
    """After all of it Bob writes, and his mail joins his own ticket, not that of somebody who stole its ids."""
    scene = siege.scenes["threads_of_others"]
    coming = f"<{scene.number}.coming@bigco.example>"
    letter = write(
        May.FLAG,
        scene.bob,
        f"Re: {scene.subject}",
        "Still me.",
        to=scene.desk,
        Message_ID=coming,
        References=scene.first_id,
    )
    running = siege.desk.running
    assert running
    lay(siege.desk, [letter.raw])
    siege.desk.wait_for_event("entry_added", 1, message_id=coming)

    entries = said(siege.desk, "ticket", "show", str(scene.number))["entries"]
    assert [entry["cause"]["reference"] for entry in entries if entry["kind"] == "customer-message"][-1] == coming


HALVES = {
    "in the middle of a line": lambda whole: whole[: whole.index(b"queues:") + 20],
    "in the middle of a letter": lambda whole: whole + "# größer".encode()[:-3],
    "after a section that holds by itself": lambda whole: whole[: whole.index(b"teams:")],
}


@pytest.mark.parametrize("half", HALVES)
def test_a_half_written_rule_file_changes_nothing(siege: Siege, half: str):
    """Cut anywhere, and read by a reload: the old rules stay in force, and the whole file is no change."""
    desk, file = siege.desk, siege.desk.config / "rules" / "people.yaml"
    whole, before = file.read_bytes(), in_force(desk)
    file.write_bytes(HALVES[half](whole))
    refused = desk.maild("reload", "--yes")
    file.write_bytes(whole)

    assert refused.returncode in {1, 2}
    assert refused.stderr.endswith("Refused: what was in force stays in force.\n")
    assert in_force(desk) == before
    again = desk.maild("reload")
    assert (again.returncode, "Nothing has changed" in again.stdout) == (0, True)


CAPS = "limits: {acknowledgements: {address_hour: 6, unproved_address_hour: 2, unproved_domain_hour: 5}}\n"


def test_floods_and_responders_stay_below_the_caps(new_desk: NewDesk, mail_host: MailHost):
    """Sixty forged mails "from" one victim, sixty from one domain and a responder that answers whatever comes, without
    any automatic header: at most the caps, and no word of the forger's. One that says the same each time gets four.
    """
    desk = new_desk(extra=CAPS)
    victim, responder = mail_host.new_user("x.example"), mail_host.new_user("bigco.example")
    bait = "BUYWATCHES"
    floods = []
    for number in range(60):
        sender = (victim, victim.upper(), victim.title())[number % 3]
        subject, words = f"{bait} {number}", f"{bait} at evil.example"
        floods.append(write(May.OPEN, sender, subject, words, found="none", to=desk.address, From=f"{bait} <{sender}>"))
    for number in range(20):
        sender = f"domain{number}.{victim}"
        floods.append(write(May.OPEN, sender, bait, bait, found="none", to=desk.address))
    desk.start()
    lay(desk, [letter.raw for letter in floods])
    settle(desk, len(floods))

    thanked = [
        mail for mail in mail_host.transcript if mail.sender == desk.address and mail.recipient.endswith("x.example")
    ]
    assert 1 <= len([mail for mail in thanked if mail.recipient.lower() == victim]) <= 2
    assert 1 <= len(thanked) <= 5
    assert not [mail for mail in thanked if bait.lower().encode() in mail.raw.lower()]

    for turn in range(1, 9):
        lay(desk, [write(May.OPEN, responder, f"I answer {turn}", f"Answer {turn}", to=desk.address).raw])
        settle(desk, len(floods) + turn)
    assert len(desk.mails_to(responder)) == 6

    parrot = mail_host.new_user("bigco.example")
    lay(
        desk,
        [write(May.OPEN, parrot, f"{'Re: ' * turn}Hello", "I say the same.", to=desk.address).raw for turn in range(8)],
    )
    settle(desk, len(floods) + 16)
    assert len(desk.mails_to(parrot)) == 4


def test_two_desks_that_face_each_other_fall_silent(new_desk: NewDesk):
    """Each is the other's customer: at most two automatic mails each, and then nothing is under way."""
    one, other = new_desk(), new_desk()
    for desk in (one, other):
        desk.start()
    for desk, from_ in ((one, other), (other, one)):
        lay(desk, [write(May.OPEN, from_.address, "A person's first mail", "Hello", to=desk.address).raw])
    for desk in (one, other):
        settle(desk, 2)
    notice = one.wait_for_mail(one.alice, lambda mail: "first mail" in str(mail["Subject"]))
    one.send(one.answer(one.alice, notice, "An agent's answer to the other desk."), one.alice)
    other.wait_for_event("entry_added")
    settle(other, 3)
    settle(one, 3)

    for desk, to in ((one, other), (other, one)):
        sent = [
            read(mail.raw)
            for mail in desk.host.transcript
            if (mail.sender, mail.recipient) == (desk.address, to.address)
        ]
        assert 1 <= len([mail for mail in sent if mail["Auto-Submitted"]]) <= 2
        assert {mail["state"] for mail in said(desk, "mail", "list")} == {"accepted"}
