"""What is kept of a person is given to them, taken out for them, or forgotten when it was kept long enough."""

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from maild.model.decision import OutcomeKind
from maild.premises import Premises, keyring_of, open_store, read_premises
from maild.retaining import Retaining
from maild.store import MAILD, Removal
from tests.integration.a_desk import BOB, ADesk, a_mail
from tests.servers.postgresql import Postgresql, rows_of

WORDS = "kumquatmarmalade"
EVE = "eve@other.example"


@pytest.fixture
def desk(tmp_path: Path) -> ADesk:
    """A desk with two tickets of Bob's and one of Eve's."""
    desk = ADesk(tmp_path)
    desk.handle(
        a_mail(words=f"It prints {WORDS}."),
        a_mail(subject=f"My {WORDS}", words="Again."),
        a_mail(EVE, "Her own", "Nothing to do with it.").replace(b"Bob Miller", b"Eve Adams"),
    )
    return desk


def bytes_of(desk: ADesk) -> bytes:
    """Give all that lies in the database's files."""
    return b"".join(file.read_bytes() for file in (desk.folder / "state").glob("maild.db*"))


def test_an_erased_person_is_nowhere(desk: ADesk):
    """Neither address nor name nor a word of theirs is found in the file; figures, other people and promises stay."""
    assert BOB.encode() in bytes_of(desk)

    said = desk.maild("erase", BOB, "--yes", "--open").stdout

    found = bytes_of(desk)
    assert f"{BOB} is erased" in said
    assert "backups" in said
    assert [word for word in (BOB, "Bob Miller", WORDS) if word.encode() in found] == []
    assert EVE.encode() in found
    desk.maild("verify")
    first = desk.show("ticket", "show", "1001")
    assert (first["subject"], first["requester"], first["state"]) == ("", None, "new")
    assert first["entries"][-1]["text"].startswith("Words, people, mails and files were taken out")


def test_a_file_in_somebody_elses_ticket_is_theirs(tmp_path: Path):
    """It is exported with what they wrote there, and erased with it; what the others sent stays."""
    desk = ADesk(tmp_path)
    desk.handle(_with_file(a_mail(EVE, "Ours").replace(b"\r\nSubject", f"\r\nCc: {BOB}\r\nSubject".encode()), "eves"))
    desk.handle(_with_file(a_mail(BOB, "Re: [#1001] Ours"), "bobs"))
    assert [one["number"] for one in desk.show("ticket", "list")] == [1001]
    for mail in desk.show("mail", "list"):
        desk.maild("mail", "cancel", str(mail["id"]))

    desk.maild("export", BOB, str(tmp_path / "bob.zip"))
    desk.maild("erase", BOB, "--yes")

    with zipfile.ZipFile(tmp_path / "bob.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("files/")] == ["files/1001-2-0-bobs.txt"]
    with closing(desk.open()) as store:
        entries = store.read(lambda reader: reader.entries_of(1001))
    assert [[file.name for file in entry.attachments] for entry in entries[:2]] == [["eves.txt"], []]
    desk.maild("verify")


def _with_file(mail: bytes, name: str) -> bytes:
    """Attach a file to a mail of plain words."""
    head, _, words = mail.partition(b"\r\n\r\n")
    parted = f"{head.decode()}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    attached = f"--b\r\nContent-Disposition: attachment; filename={name}.txt\r\n\r\n{name}\r\n--b--\r\n"
    return f"{parted}--b\r\n\r\n{words.decode()}\r\n{attached}".encode()


def test_it_is_shown_and_asked_before_and_refused_where_it_must_not(desk: ADesk):
    """Unfinished tickets, strangers and the desk's own people."""
    assert "unfinished: #1001, #1003" in desk.maild("erase", BOB, "--yes", code=1).stderr
    assert "nothing is kept of nobody@x.example" in desk.maild("erase", "nobody@x.example", "--yes", code=1).stderr
    assert "one of the desk's people" in desk.maild("erase", "alice@acme.example", "--yes", code=1).stderr
    shown = desk.maild("erase", BOB, "--open", "--dry-run").stdout
    assert "their tickets, emptied but for their figures: #1001, #1003" in shown
    assert BOB.encode() in bytes_of(desk)


def test_an_export_is_complete_and_theirs_alone(desk: ADesk, tmp_path: Path):
    """Data as JSON, and each mail as it came or went; nothing of others."""
    file = tmp_path / "bob.zip"

    desk.maild("export", BOB, str(file))

    with zipfile.ZipFile(file) as archive:
        record = json.loads(archive.read("export.json"))
        mails = [archive.read(name) for name in archive.namelist() if name.startswith("from-them/")]
        sent = [archive.read(name) for name in archive.namelist() if name.startswith("to-them/")]
    assert [one["number"] for one in record["tickets"]] == [1001, 1003]
    assert any(WORDS in entry["text"] for entry in record["entries"])
    assert len(mails) == 2
    assert all(BOB.encode() in raw for raw in mails)
    assert len(sent) == 2
    assert all(raw.startswith(b"From: ") and b"\r\n\r\n" in raw for raw in sent)
    assert EVE not in json.dumps(record)
    assert "is there already" in desk.maild("export", BOB, str(file), code=1).stderr
    assert file.stat().st_mode & 0o077 == 0


def test_what_was_kept_long_enough_is_forgotten(desk: ADesk):
    """Each kind by its own time, and the daemon's promises still hold."""
    privacy = desk.config / "rules" / "privacy.yaml"
    privacy.write_text("privacy:\n  retention: {closed: 30d, raw: 10d}\n", encoding="utf-8")
    desk.maild("ticket", "set", "1001", "state=closed")
    config, rules = read_premises(desk.config, {})
    store = open_store(config)
    later = [datetime.now(UTC) + timedelta(days=11)]
    try:
        in_force = Premises(config, rules, keyring_of(store, later[0])).in_force(lambda: later[0])
        leg = Retaining(store, in_force, lambda: later[0])
        assert leg.forget_due(Event()) == 3  # the raw mails
        assert leg.forget_due(Event()) == 0
        assert WORDS in desk.show("ticket", "show", "1001")["entries"][0]["text"]
        later[0] += timedelta(days=20)
        assert leg.forget_due(Event()) == 1  # the closed ticket
    finally:
        store.close()

    closed, opened = (desk.show("ticket", "show", number) for number in ("1001", "1003"))
    assert closed["entries"][0]["text"] == ""
    assert closed["state"] == "closed"
    assert opened["subject"] == f"My {WORDS}"
    desk.maild("verify")


def test_what_is_forgotten_is_decided_by_nobody_again(desk: ADesk):
    """Rules are tried on what is kept alone, and a mail without its bytes is released to nobody."""
    desk.handle(a_mail("alice@acme.example", "Nothing", "#help"))
    (matter,) = [one for one in desk.show("mail", "list", "--in") if one["outcome"] == "desk"]
    store = desk.open()
    try:
        later = datetime.now(UTC) + timedelta(days=1)
        record = Removal("kept long enough", MAILD, later)
        assert store.write(lambda tx: tx.forget_old_arrivals((OutcomeKind.DESK,), later, record)) == 1
        assert not store.write(lambda tx: tx.release_refused(matter["id"], "root", later))
    finally:
        store.close()
    desk.maild("erase", BOB, "--yes", "--open")

    assert "1 mail" in desk.maild("rules", "replay", "--since", "1d").stdout
    desk.maild("explain", "1001")


def test_bytes_that_vanish_without_a_record_are_found(desk: ADesk):
    """What is forgotten by right is no excuse for what is lost."""
    desk.maild("erase", EVE, "--yes", "--open")
    with sqlite3.connect(desk.folder / "state" / "maild.db") as database:
        ((raw,),) = database.execute("SELECT raw FROM arrival WHERE forgotten_at IS NULL LIMIT 1").fetchall()
        database.execute("DELETE FROM blob_chunk WHERE blob = ?", (raw,))

    assert "kept bytes" in desk.maild("verify", code=1).stdout


def test_it_can_be_written_to_again(desk: ADesk):
    """Whoever was erased and writes again is somebody new."""
    desk.maild("erase", BOB, "--yes", "--open")

    desk.handle(a_mail(subject="New matter", words="Hello again."))

    new = desk.show("ticket", "show", "1004")
    assert (new["requester"], new["state"]) == (BOB, "new")
    desk.maild("verify")


def test_a_server_forgets_as_a_file_does(tmp_path: Path, postgresql: Postgresql):
    """No row of any table names an erased person, on PostgreSQL too."""
    with postgresql.database() as url:
        desk = ADesk(tmp_path)
        main = desk.config / "maild.yaml"
        main.write_text(
            main.read_text().replace(f"directory: {tmp_path / 'state'}", f"directory: {tmp_path}, database: {url}")
        )
        desk.handle(a_mail(words=f"It prints {WORDS}."), a_mail(words=f"It still prints {WORDS}."))

        desk.maild("erase", BOB, "--yes", "--open")

        tables = [name for (name,) in rows_of(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        left = [
            (table, word)
            for table in tables
            for word in (BOB, "Bob Miller", WORDS)
            if rows_of(url, f"SELECT 1 FROM {table} AS one WHERE one::text ILIKE %s", [f"%{word}%"])
        ]
        assert left == []
        desk.maild("verify")
