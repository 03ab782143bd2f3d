"""`maild verify`: a sound desk is found sound, and each kind of damage is found and named."""

import json
import random
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from maild.daemon import now
from maild.model.outgoing import MailState
from maild.store import Transaction
from tests.integration.a_desk import ADDRESS, BOB, ADesk, a_mail

CLAIM = "another life"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> ADesk:
    """A desk with tickets, a held mail, a duplicate, attachments, and mails that ended in every way."""
    made = ADesk(tmp_path_factory.mktemp("desk"))
    first = a_mail()
    made.handle(first, with_attachment(), a_mail("eve@x.example", "Invoice", "Pay now.", "none"))
    made.handle(
        first,
        a_mail(subject="Re: Printer on floor 3 [#1001]", words="It still prints nothing."),
        a_mail(subject="Re: Printer on floor 3 [#1001]", words="I am not Bob.", verdict="fail"),
    )
    with closing(made.open()) as store:
        store.write(deliver)
    with closing(sqlite3.connect(made.folder / "state" / "maild.db")) as database:
        database.execute(
            """UPDATE entry SET changes = '[["state", "new", "open"]]', seal = NULL WHERE ticket = 1001 AND n = 1"""
        )
        database.execute("""UPDATE ticket SET state = 'open' WHERE number = 1001""")
        database.commit()
    return made


@pytest.fixture
def desk(sound: ADesk) -> Iterator[ADesk]:
    """The same desk, whole again after the test."""
    state = sound.folder / "state"
    whole = {file: file.read_bytes() for file in state.glob("maild.db*")}
    yield sound
    for file in state.glob("maild.db*"):
        file.unlink()
    for file, content in whole.items():
        file.write_bytes(content)


def with_attachment() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Authentication-Results"] = "mx.acme.example; dmarc=pass (p=reject) header.from=customer.example"
    mail["From"], mail["To"], mail["Subject"] = BOB, ADDRESS, "A picture"
    mail["Message-ID"] = "<picture@customer.example>"
    mail.set_content("See the picture.")
    mail.add_attachment(random.Random(1).randbytes(2048), maintype="image", subtype="png", filename="floor.png")
    return mail.as_bytes()


def deliver(tx: Transaction) -> None:
    """Bring mails to their ends: accepted, refused, cancelled, deferred in doubt."""
    at = now()
    accepted, refused, cancelled, doubted, *_ = tx.claim_due(CLAIM, 10, ["main"], at + timedelta(hours=1))
    tx.record_handing_over(accepted.id, CLAIM, at)
    tx.record_accepted(accepted.id, CLAIM, "250 ok", at)
    tx.record_given_up(refused.id, CLAIM, MailState.REFUSED, "550 no", at)
    tx.record_handing_over(doubted.id, CLAIM, at)
    tx.record_deferred(doubted.id, CLAIM, "cut", at, is_doubt=True, now=at)
    tx.put_back_mails([cancelled.id], CLAIM, at)
    tx.cancel_mail(cancelled.id, "root", at)
    tx.void_claims(at)


def damage(desk: ADesk, *statements: str) -> None:
    """Do to the file what no verb would."""
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        for statement in statements:
            assert database.execute(statement).rowcount != 0, statement
        database.commit()


def one(desk: ADesk, question: str) -> object:
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        return database.execute(question).fetchone()[0]


def problems_of(desk: ADesk) -> list[dict[str, str]]:
    """What is found in a damaged desk."""
    return json.loads(desk.maild("verify", "--json", code=1).stdout)["problems"]


def test_a_sound_desk_is_found_sound(desk: ADesk):
    """No problem, exit code 0, and the counts of everything that was looked at."""
    said = desk.show("verify")

    assert (said["ok"], said["problems"]) == (True, [])
    for kind, table in (("arrivals", "arrival"), ("entries", "entry"), ("tickets", "ticket"), ("bytes", "blob")):
        assert said["counts"][kind]["checked"] == one(desk, f"SELECT count(*) FROM {table}") > 0
    assert said["counts"]["mails"]["waiting"] == one(desk, "SELECT count(*) FROM outgoing_mail WHERE ended_at IS NULL")
    assert "Every promise holds." in desk.maild("verify").stdout


def test_verifying_changes_nothing(desk: ADesk):
    """Every row is the same afterwards."""

    def dump() -> Sequence[str]:
        with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
            return list(database.iterdump())

    before = dump()
    damage_free = desk.maild("verify")
    assert damage_free.exit_code == 0
    assert dump() == before


def flip(desk: ADesk, blob: object, codec: str) -> None:
    """Flip one bit in the middle of kept bytes."""
    with closing(sqlite3.connect(desk.folder / "state" / "maild.db")) as database:
        row = database.execute(
            "SELECT bytes, codec FROM blob_chunk JOIN blob ON blob.id = blob WHERE blob = ?", (blob,)
        ).fetchone()
        content = bytearray(row[0])
        assert row[1] == codec
        content[len(content) // 2] ^= 1
        database.execute("UPDATE blob_chunk SET bytes = ? WHERE blob = ?", (bytes(content), blob))
        database.commit()


def test_a_flipped_byte_of_raw_mail_names_the_arrival(desk: ADesk):
    """One bit in packed bytes: found, whether it unpacks or not, and the arrival named by its place."""
    flip(desk, one(desk, "SELECT raw FROM arrival WHERE id = 1"), "zlib")

    (problem,) = problems_of(desk)

    assert problem["what"].startswith("kept bytes ")
    assert problem["where"].startswith("arrival 1 (support/INBOX, UID 1)")
    assert "restore" in problem["remedy"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (b"It still prints nothing.", "ticket #1001, entry 2"),
        (b"Subject: [#1001] Printer", "mail"),
        (b"Bob Miller via Acme Support", "mail"),
    ],
)
@pytest.mark.parametrize("bit", [0x01, 0x80])
def test_a_flipped_bit_of_what_was_written_names_it(desk: ADesk, words: bytes, what: str, bit: int):
    """The words of an entry and the headers of a mail are what was written, to the bit, be they still text or not."""
    file = desk.folder / "state" / "maild.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (changed,) = database.execute(
            "SELECT count(*) FROM (SELECT text FROM entry UNION ALL SELECT headers FROM outgoing_mail)"
            " WHERE instr(CAST(text AS BLOB), ?)",
            (words,),
        ).fetchone()
    assert changed
    flip_in_file(file, words, bit)

    problems = problems_of(desk)

    assert any("not as it was written" in one["what"] and what in one["where"] for one in problems), problems


def flip_in_file(file: Path, words: bytes, bit: int) -> None:
    """Turn one bit of some words wherever they stand in the file."""
    content = file.read_bytes()
    other = words[:-1] + bytes([words[-1] ^ bit])
    assert words in content
    file.write_bytes(content.replace(words, other))


def test_a_flipped_byte_of_an_attachment_names_it(desk: ADesk):
    """One bit in bytes that are kept as they are: the attachment, its ticket and its entry are named."""
    flip(desk, one(desk, "SELECT blob FROM attachment"), "plain")

    (problem,) = problems_of(desk)

    assert (
        problem["where"] == f"attachment 'floor.png' of ticket #{one(desk, 'SELECT ticket FROM attachment')}, entry 1"
    )


def test_a_flipped_byte_of_an_outgoing_mail_names_it(desk: ADesk):
    """The body of a mail that was or will be sent: every mail that shares it is named."""
    body = one(desk, "SELECT body FROM outgoing_mail WHERE id = 1")
    damage(desk, f"UPDATE blob_chunk SET bytes = CAST(bytes || x'00' AS BLOB) WHERE blob = {body}")

    (problem,) = problems_of(desk)

    assert f"the body of mail 1 to {one(desk, 'SELECT recipient FROM outgoing_mail WHERE id = 1')}" in problem["where"]


DAMAGE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "a missing chunk": (
        ("DELETE FROM blob_chunk WHERE blob = (SELECT raw FROM arrival WHERE id = 2)",),
        r"kept bytes cannot be unpacked: arrival 2 \(support/INBOX, UID 2\): restore",
    ),
    "bytes of another size": (
        ("UPDATE blob SET size = size + 1 WHERE id = (SELECT raw FROM arrival WHERE id = 3)",),
        r"kept bytes are \d+, not \d+ as is said of them: arrival 3 ",
    ),
    "a whole arrival cut": (
        ("UPDATE arrival SET size = size + 1 WHERE id = 3",),
        r"\d+ bytes came, and \d+ were kept: arrival 3 ",
    ),
    "an outcome without an end": (
        ("UPDATE arrival SET done_at = NULL WHERE id = 1",),
        r"an arrival has an outcome and is not done: arrival 1 ",
    ),
    "an end without an outcome": (
        ("UPDATE arrival SET outcome = NULL WHERE outcome = 'held'",),
        r"an arrival is done without an outcome: arrival \d+ ",
    ),
    "an unknown outcome": (
        ("UPDATE arrival SET outcome = 'lost' WHERE outcome = 'held'",),
        r"an arrival has the unknown outcome 'lost': arrival ",
    ),
    "an entry of no ticket": (
        ("UPDATE arrival SET outcome = 'entry', ticket = NULL WHERE outcome = 'held'",),
        r"an arrival became an entry of no ticket: arrival ",
    ),
    "an entry of somebody else": (
        ("UPDATE arrival SET entry = 1, ticket = 1001 WHERE outcome = 'entry' AND ticket = 1002",),
        r"entry 1 of ticket #1001, which an arrival became, is not its: arrival ",
    ),
    "a duplicate of none": (
        ("UPDATE arrival SET duplicate_of = NULL WHERE outcome = 'duplicate'",),
        r"an arrival is a duplicate of none: arrival ",
    ),
    "held without a reason": (
        ("UPDATE arrival SET reason = '' WHERE outcome = 'held'",),
        r"an arrival is held without a reason: arrival ",
    ),
    "done and claimed": (
        ("UPDATE arrival SET claim = 'somebody' WHERE id = 1",),
        r"an arrival is done and still claimed: arrival 1 ",
    ),
    "one arrival, two entries": (
        (
            "CREATE TEMPORARY TABLE again AS SELECT * FROM entry WHERE ticket = 1001 AND n = 1",
            "UPDATE again SET n = 3, changes = '[]'",
            "INSERT INTO entry SELECT * FROM again",
            "UPDATE ticket SET last_n = 3 WHERE number = 1001",
        ),
        r"one arrival became two entries: ticket #1001, entry 3, arrival 1: ",
    ),
    "an entry of an arrival that waits for another ticket": (
        ("UPDATE arrival SET outcome = NULL, done_at = NULL, ticket = 1002 WHERE id = 1",),
        r"an entry whose arrival has another outcome: ticket #1001, entry 1, arrival 1: ",
    ),
    "a gap in the numbers": (
        ("UPDATE entry SET n = 4 WHERE ticket = 1001 AND n = 2", "UPDATE arrival SET entry = 4 WHERE entry = 2"),
        r"entry numbers have a gap: ticket #1001, 2 to 3 are missing: ",
    ),
    "a lost last entry": (
        ("UPDATE ticket SET last_n = 7 WHERE number = 1001",),
        r"a ticket counts 7 entries and has 2: ticket #1001: ",
    ),
    "an unknown state": (
        ("UPDATE ticket SET state = 'limbo' WHERE number = 1002",),
        r"a ticket has the unknown state 'limbo': ticket #1002: ",
    ),
    "a field that no entry changed": (
        ("UPDATE ticket SET state = 'closed' WHERE number = 1001",),
        r"a ticket is not what its changes add up to: ticket #1001: state is 'closed', its entries say 'open': ",
    ),
    "changes that do not follow": (
        ("""UPDATE entry SET changes = '[["state", "closed", "open"]]' WHERE ticket = 1001 AND n = 2""",),
        r"changes do not follow one another: ticket #1001, entry 2: state was 'open', the entry says 'closed': ",
    ),
    "changes that are no changes": (
        ("UPDATE entry SET changes = '[[' WHERE ticket = 1001 AND n = 2",),
        r"the changes of an entry cannot be read: ticket #1001, entry 2: ",
    ),
    "two acknowledgements": (
        (
            "UPDATE outgoing_mail SET acknowledged = recipient, seen = 1, ticket = 1001 WHERE id IN (1, 2)",
            "UPDATE outgoing_mail SET acknowledged = NULL WHERE id > 2",
        ),
        r"one arrival has two acknowledgements: ticket #1001, arrival 1, mails 1, 2: ",
    ),
    "an unknown state of a mail": (
        ("UPDATE outgoing_mail SET state = 'lost' WHERE state = 'accepted'",),
        r"a mail is in the unknown state 'lost': mail \d+ to \S+: see `maild mail show ",
    ),
    "an end without its instant": (
        ("UPDATE outgoing_mail SET ended_at = NULL WHERE state = 'accepted'",),
        r"a mail is accepted and has no end: mail ",
    ),
    "an end of a mail that waits": (
        ("UPDATE outgoing_mail SET ended_at = 1 WHERE state = 'waiting'",),
        r"a mail is waiting and has an end: mail ",
    ),
    "accepted and claimed": (
        ("UPDATE outgoing_mail SET claim = 'x' WHERE state = 'accepted'",),
        r"a mail is accepted and still claimed: mail ",
    ),
    "handed over by nobody": (
        ("UPDATE outgoing_mail SET state = 'handing-over' WHERE state = 'waiting'",),
        r"a mail is being handed over by nobody: mail ",
    ),
    "accepted out of nothing": (
        ("UPDATE outgoing_mail SET handed_at = NULL WHERE state = 'accepted'",),
        r"a mail is accepted and was never handed over: mail ",
    ),
    "refused without an event": (
        ("DELETE FROM mail_event WHERE what = 'refused'",),
        r"a mail is refused without an event that says so: mail ",
    ),
    "alive after its end": (
        ("UPDATE outgoing_mail SET state = 'waiting', ended_at = NULL WHERE state = 'refused'",),
        r"a mail is waiting after it was refused, and nobody retried it: mail ",
    ),
    "a doubt without an event": (
        ("DELETE FROM mail_event WHERE what = 'in-doubt'",),
        r"a mail counts 1 doubts without an event for each: mail ",
    ),
    "nobody was told": (
        ("DELETE FROM timer",),
        r"a mail was given up and nobody was told: mail \d+ to \S+: tell them yourself",
    ),
    "no mark": (
        ("UPDATE outgoing_mail SET message_id = '<plain@acme.example>' WHERE id = 1",),
        r"a mail's Message-ID holds no mark of it: mail 1 to \S+: answers to it prove nothing",
    ),
    "somebody else's mark": (
        ("UPDATE outgoing_mail SET recipient = 'eve@x.example' WHERE id = 1",),
        r"a mail's mark does not verify with the known keys: mail 1 to eve@x.example: ",
    ),
    "a key that was changed": (
        ("UPDATE signing_key SET secret = x'00'",),
        r"a mail's mark does not verify with the known keys: mail 1 ",
    ),
    "no key": (
        ("DELETE FROM signing_key",),
        r"a mail was signed, and no key is known: mail 1 ",
    ),
    "another Message-ID on the wire": (
        ("UPDATE outgoing_mail SET headers = CAST('Message-ID: <x@y>' || char(13, 10) AS BLOB) WHERE id = 1",),
        r"a mail's header has another Message-ID than its record: mail 1 ",
    ),
    "a timer of no kind": (
        ("UPDATE timer SET kind = 'egg'",),
        r"a timer is of no known kind: timer 1 \(egg, about \d+\): ",
    ),
    "a timer done and claimed": (
        ("UPDATE timer SET done_at = 1, claim = 'x'",),
        r"a timer is done and still claimed: timer 1 ",
    ),
    "a timer about nothing": (
        ("UPDATE timer SET subject_id = 999",),
        r"a timer is about a mail that is not there: timer \d+ ",
    ),
    "a timer of another ticket": (
        ("UPDATE timer SET ticket = (SELECT max(number) FROM ticket WHERE number <> timer.ticket)",),
        r"a timer and its mail name different tickets: timer \d+ ",
    ),
    "a ticket that sleeps for ever": (
        ("UPDATE ticket SET state = 'pending' WHERE number = 1001",),
        r"a pending ticket has no timer that wakes it: ticket #1001: ",
    ),
    "a reference to nothing": (
        ("INSERT INTO participant (ticket, address, name, added_at) VALUES (99, 'a@b', '', 1)",),
        r"a row refers to a missing ticket: participant, row \d+: ",
    ),
}


@pytest.mark.parametrize(("statements", "expected"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_found_and_named(desk: ADesk, statements: tuple[str, ...], expected: str):
    """Whatever is wrong in the file is one line: what, where, and what to do."""
    damage(desk, *statements)

    done = desk.maild("verify", code=1)

    assert any(re.match(expected, line) for line in done.stdout.splitlines()), done.stdout
    assert re.search(r"\d+ problems? found\.", done.stdout)


def test_a_damaged_page_of_the_file_is_told(desk: ADesk):
    """Nonsense in an index's page: the database's own check names it or fails; the rest is checked."""
    root = one(desk, "SELECT rootpage FROM sqlite_master WHERE name = 'ix_outgoing_mail_state'")
    size = one(desk, "PRAGMA page_size")
    with (desk.folder / "state" / "maild.db").open("r+b") as file:
        assert isinstance(root, int) and isinstance(size, int)
        file.seek((root - 1) * size + 8)
        file.write(b"\xff" * 64)

    done = desk.maild("verify", code=1)

    assert re.match("the database (file is damaged|cannot be read): ", done.stdout)
    assert re.search(r"^timers +\d+ ", done.stdout, re.MULTILINE)


def test_pages_do_not_lose_rows_between_them(desk: ADesk, monkeypatch: pytest.MonkeyPatch):
    """However small a page is, each row is looked at once."""
    whole = desk.show("verify")
    monkeypatch.setattr("maild.store.verifying.PAGE", 2)

    assert desk.show("verify") == whole


def test_a_terminal_sees_how_far_it_is(desk: ADesk, monkeypatch: pytest.MonkeyPatch):
    """On a terminal a bar is drawn on standard error, and the answer is the same."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    done = desk.maild("verify")

    assert "arrivals" in done.stderr and "\x1b[" in done.stderr
    assert "Every promise holds." in done.stdout
