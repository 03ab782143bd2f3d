"""Mail that an old desk left behind: an mbox file or a Maildir becomes tickets, and nobody is written to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from maild.archives import find_kept, read_kept
from maild.importing import Import, import_mail
from maild.model.ticket import State
from tests.integration.a_desk import ADDRESS, BOB, ADesk, a_mail

RT = """\
From bob@customer.example Mon Mar  4 09:00:00 2024
From: Bob Miller <bob@customer.example>
To: support@acme.example
Subject: [rt.acme #2201] Printer on floor 3
Message-ID: <one@customer.example>
Date: Mon, 04 Mar 2024 09:00:00 +0000

It prints nothing.

From the window I see that it is off.
>From there on I gave up.

From support@acme.example Mon Mar  4 10:00:00 2024
From: Alice Reyes <alice@acme.example>
To: Bob Miller <bob@customer.example>
Subject: Re: [rt.acme #2201] Printer on floor 3
Message-ID: <two@acme.example>
In-Reply-To: <one@customer.example>
Date: Mon, 04 Mar 2024 10:00:00 +0000

Switch it on, please.

From bob@customer.example Mon Mar  4 08:00:00 2024 +0100
From: Bob Miller <bob@customer.example>
To: support@acme.example
Subject: [rt.acme #2202] Another matter
Message-ID: <three@customer.example>

Older than the others, and last in the file.
"""


@pytest.fixture
def desk(tmp_path: Path) -> ADesk:
    """A desk that knows the tags of the old one."""
    desk = ADesk(tmp_path)
    file = desk.config / "maild.yaml"
    file.write_text(file.read_text().replace(f"address: {ADDRESS}}}", f"address: {ADDRESS}, old_tags: [rt.acme]}}", 1))
    return desk


@pytest.fixture
def old_mail(tmp_path: Path) -> Path:
    """What the old desk left behind."""
    file = tmp_path / "old.mbox"
    file.write_text(RT, encoding="ascii")
    return file


def test_an_mbox_becomes_tickets_and_nobody_is_written_to(desk: ADesk, old_mail: Path):
    """Threads are tickets with their answers, in the order of time, closed, and know their old numbers."""
    said = desk.maild("import", str(old_mail)).stdout
    desk.handle()

    tickets = {one["fields"].get("old_ticket"): one for one in _all(desk)}
    assert "3 mails imported into support." in said
    assert [one["number"] for one in tickets.values()] == sorted(
        (one["number"] for one in tickets.values()), reverse=True
    )
    assert set(tickets) == {"rt.acme #2201", "rt.acme #2202"}
    assert {one["state"] for one in tickets.values()} == {"closed"}
    kinds = [entry["kind"] for entry in tickets["rt.acme #2201"]["entries"]]
    assert kinds == ["customer-message", "agent-reply"]
    assert (
        "From the window I see that it is off.\nFrom there on I gave up."
        in tickets["rt.acme #2201"]["entries"][0]["text"]
    )
    assert desk.show("mail", "list") == []
    all_of_them = desk.show("report", "volume")["parts"]["volume"]["volume"][-1]
    assert [all_of_them[what] for what in ("opened", "resolved", "closed")] == [0, 0, 0]
    desk.maild("verify")


def test_imported_twice_is_imported_once(desk: ADesk, old_mail: Path):
    """A second try adds what the first left out, and nothing else."""
    desk.maild("import", str(old_mail))
    desk.handle()
    more = a_mail("eve@customer.example", "A third matter").decode().replace("\r\n", "\n")
    old_mail.write_text(f"{RT}\nFrom eve@customer.example Mon Mar  4 12:00:00 2024\n{more}", encoding="ascii")

    said = desk.maild("import", str(old_mail)).stdout

    assert "1 mail imported into support, 3 known already." in said
    assert "1 mail waits to be filed" in said


def test_imports_of_one_second_are_two(desk: ADesk, tmp_path: Path):
    """A script that imports file after file loses no mail, however fast it is."""
    store = desk.open()
    try:
        done = []
        for n in (1, 2):
            file = tmp_path / f"{n}.mbox"
            file.write_bytes(b"From x Mon Mar  4 09:00:00 2024\n" + a_mail(subject=f"Matter {n}"))
            at = datetime(2026, 11, 23, 9, 0, 0, n, tzinfo=UTC)
            done.append(import_mail(file, "support", State.CLOSED, 1_000_000, store, at, lambda *_: lambda _: None))
    finally:
        store.close()

    assert done == [Import(1, 0), Import(1, 0)]


def test_an_answer_with_the_old_number_finds_its_ticket(desk: ADesk, old_mail: Path):
    """The number alone, of one who takes part; a stranger who names it opens a ticket of their own."""
    desk.maild("import", str(old_mail), "--state", "open")
    desk.handle()
    known = {one["fields"].get("old_ticket"): one["number"] for one in _all(desk)}

    desk.handle(
        a_mail(BOB, "Re: [rt.acme #2201] Printer on floor 3", "It is on now."),
        a_mail("mallory@other.example", "Re: [rt.acme #2201] Printer on floor 3", "I am Bob."),
    )

    printer = desk.show("ticket", "show", str(known["rt.acme #2201"]))
    assert [entry["text"].strip() for entry in printer["entries"] if entry["kind"] == "customer-message"][1:] == [
        "It is on now."
    ]
    (stranger,) = [one for one in _all(desk) if one["requester"] == "mallory@other.example"]
    assert stranger["number"] not in known.values()


def test_a_maildir_with_its_folders(desk: ADesk, tmp_path: Path):
    """What was deleted or never sent is left where it is."""
    home = tmp_path / "Maildir"
    for place, name, subject in (
        ("cur", "1700000002.M1P1.host:2,S", "Second"),
        (".Sent/cur", "1700000001.M1P1.host:2,S", "First"),
        ("cur", "1700000003.M1P1.host:2,ST", "Deleted"),
        ("new", "1700000004.M1P1.host", "Third"),
    ):
        (home / place).mkdir(parents=True, exist_ok=True)
        (home / place / name).write_bytes(a_mail("eve@customer.example", subject))

    desk.maild("import", str(home))
    desk.handle()

    assert [one["subject"] for one in sorted(_all(desk), key=lambda one: one["number"])] == ["First", "Second", "Third"]


@pytest.mark.parametrize("content", [b"", b"no mbox\n", b"\n\n", b"From here on it is prose\n"])
def test_what_is_no_mail_is_refused_or_empty(desk: ADesk, tmp_path: Path, content: bytes):
    """A clear no, or nothing done."""
    file = tmp_path / "odd"
    file.write_bytes(content)

    done = desk.maild("import", str(file), code=1 if content.strip() else 0)

    assert ("neither an mbox file nor a Maildir" in done.stderr) or "0 mails imported" in done.stdout


def test_a_mail_above_the_limit_keeps_its_beginning(tmp_path: Path):
    """Of what is too large the headers and first words come along."""
    file = tmp_path / "large.mbox"
    file.write_bytes(b"From a@x.example Mon Mar  4 09:00:00 2024\n" + a_mail(words="word " * 200_000))
    (kept,) = find_kept(file)

    assert kept.size > 1_000_000
    assert len(read_kept(kept, 500_000)) == 256 << 10


def _all(desk: ADesk):
    return [desk.show("ticket", "show", str(one["number"])) for one in desk.show("ticket", "list")]


def test_answers_of_a_shared_mailbox_are_the_agents(desk: ADesk, tmp_path: Path):
    """What the old desk sent under the address that is ours now is an answer on the ticket, and no loop."""
    ours = (
        f"From: Acme Support <{ADDRESS}>\nTo: {BOB}\nSubject: Re: Printer on floor 3\nMessage-ID: <sent@acme.example>\n"
        "In-Reply-To: <first@customer.example>\n\nSwitch it on, please.\n"
    )
    first = f"From: {BOB}\nTo: {ADDRESS}\nSubject: Printer on floor 3\nMessage-ID: <first@customer.example>\n\nDead.\n"
    file = tmp_path / "shared.mbox"
    file.write_text(
        f"From {BOB} Mon Mar  4 09:00:00 2024\n{first}\nFrom {ADDRESS} Mon Mar  4 10:00:00 2024\n{ours}",
        encoding="ascii",
    )

    desk.maild("import", str(file))
    desk.handle()

    (ticket,) = _all(desk)
    assert [(entry["kind"], entry["text"].strip()) for entry in ticket["entries"]] == [
        ("customer-message", "Dead."),
        ("agent-reply", "Switch it on, please."),
    ]
