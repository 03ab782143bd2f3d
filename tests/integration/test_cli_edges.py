"""The command line at its edges: numbers nobody has, terminals that cannot print, files that are none."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from maild.cli import main
from maild.daemon import now
from maild.model.decision import BlockSender, Decision, Outcome, OutcomeKind
from maild.model.occasion import Occasion, OccasionKind
from maild.store import Carrying, Transaction
from tests.integration.a_desk import BOB, ADesk, a_mail

BEYOND = str(2**63)
WORDS = "プリンターが動きません。"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ADesk:
    """A desk with a ticket whose words no Western terminal can print, and with a held mail."""
    made = ADesk(tmp_path_factory.mktemp("desk"))
    made.handle(a_mail(words=WORDS))
    made.handle(a_mail(subject="Re: Printer on floor 3 [#1001]", words="I am not Bob.", verdict="fail"))
    return made


@pytest.mark.parametrize(
    "command",
    [("ticket", "show"), ("ticket", "history"), ("mail", "show"), ("mail", "retry"), ("held", "release"), ("explain",)],
    ids=" ".join,
)
def test_a_number_beyond_all_is_wrong_usage(desk: ADesk, command: tuple[str, ...]):
    """No database has such a number: the command says so, and is no internal error."""
    done = desk.maild(*command, BEYOND, code=2)

    assert BEYOND in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_letters_shows_the_rest(desk: ADesk, encoding: str):
    """A question mark stands for what cannot be printed, and JSON loses nothing."""

    def printed(*words: str) -> str:
        command = [sys.executable, "-m", "maild", "--config", str(desk.config), *words]
        environ = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run(command, capture_output=True, check=False, env=environ)
        assert (done.returncode, done.stderr) == (0, b""), words
        return done.stdout.decode(encoding, "replace")

    assert "Printer on floor 3" in printed("ticket", "show", "1001")
    assert json.loads(printed("ticket", "show", "1001", "--json"))["entries"][0]["text"] == WORDS
    assert "Commands:" in printed("--help")


def test_explain_takes_what_a_shell_hands_over(desk: ADesk):
    """A pipe with a name is as good as a file: `maild explain <(…)`."""
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [sys.executable, "-m", "maild", "--config", str(desk.config), "explain", str(pipe), "--json"],
        stdout=subprocess.PIPE,
    ) as running:
        pipe.write_bytes(a_mail(subject="Through a pipe"))
        assert running.stdout
        assert json.load(running.stdout)["message"]["subject"] == "Through a pipe"
    assert running.returncode == 0


def test_a_file_that_fails_while_it_is_read_is_named(desk: ADesk, tmp_path: Path):
    """The operator reads which file and why, not a number of a crash."""
    # Every process can open its own memory, and read nothing at its beginning.
    done = desk.maild("explain", "/proc/self/mem", code=1)

    assert "/proc/self/mem cannot be read: Input/output error" in done.stderr


def test_nothing_of_python_is_shown_to_a_person(desk: ADesk):
    """Lists are names between commas, and what was not there before is a dash."""
    shown = desk.maild("held", "show", "2").stdout + desk.maild("explain", "1001").stdout

    assert "to       support@acme.example" in shown
    assert "None" not in shown and "['" not in shown


@pytest.mark.parametrize("command", [("run",), ("explain", "-"), ("check",)], ids=" ".join)
def test_a_template_that_cannot_be_printed_stops_whoever_would_write(tmp_path: Path, command: tuple[str, ...]):
    """A daemon that began all the same would hold every mail: it says file and line, and does not begin."""
    desk = ADesk(tmp_path)
    folder = desk.config / "templates"
    folder.mkdir()
    (folder / "agent-notice.txt").write_text("Subject: {{ tag }}\n\n{{ numbr }}\n", encoding="ascii")

    done = desk.maild(*command, code=2)

    assert f"{folder / 'agent-notice.txt'}:3:1: templates: " in done.stderr
    assert not (tmp_path / "state").exists()


def test_explain_knows_a_mail_that_has_come_before(desk: ADesk, tmp_path: Path):
    """A file is decided as the daemon would decide it: what arrived already is a duplicate."""
    file = tmp_path / "again.eml"
    store = desk.open()
    file.write_bytes(store.read(lambda reader: reader.raw_of(1)) or b"")
    store.close()

    said = desk.show("explain", str(file))

    assert (said["outcome"]["kind"], said["outcome"]["of"], said["ticket"]["number"]) == ("duplicate", 1, 1001)
    assert said["mails"] == []


def test_explain_cuts_a_mail_over_the_limit(desk: ADesk, tmp_path: Path):
    """Of a mail that the mailbox would not give whole, the beginning is decided, and its sender is told."""
    file = tmp_path / "large.eml"
    file.write_bytes(a_mail(words="word " * 6_000_000))

    said = desk.show("explain", str(file))

    assert said["mails"][0]["template"] == "too-large"


def test_a_released_mail_is_not_held_again(tmp_path: Path):
    """A person's word outweighs the reason for which a mail was held: it becomes an entry, with a flag."""
    desk = ADesk(tmp_path)
    desk.handle(a_mail())
    desk.handle(a_mail(subject="Re: Printer on floor 3 [#1001]", words="It was me all the same.", verdict="fail"))
    assert [one["id"] for one in desk.show("held", "list")] == [2]

    desk.maild("held", "release", "2")
    desk.handle()

    assert desk.show("held", "list") == []
    entries = desk.show("ticket", "show", "1001")["entries"]
    assert [entry["text"] for entry in entries] == ["It prints nothing.", "It was me all the same."]
    assert "released" in entries[1]["flags"] or "forged" in entries[1]["flags"]


@pytest.mark.parametrize(("where", "code"), [("/dev/full", 1), ("&-", 0)])
def test_an_output_that_takes_nothing_is_no_error_of_maild(desk: ADesk, where: str, code: int):
    """A full disk is named, a closed output is silence; neither is an internal error with a report."""
    for words in ("ticket show 1001 --json", "check"):
        command = f"{sys.executable} -m maild --config {desk.config} {words} >{where}"
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == code, (words, done.stderr)
        assert ("No space left on device" in done.stderr) == bool(code), words
        assert "internal error" not in done.stderr


def test_a_terminal_of_eighty_columns_shows_numbers_and_words(desk: ADesk):
    """Number, state and date are whole, and so are the words of the last column, over several lines."""
    terminal, other_end = os.openpty()
    command = [sys.executable, "-m", "maild", "--config", str(desk.config), "mail", "list", "--in"]
    done = subprocess.run(command, stdout=other_end, check=False, env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"})
    os.close(other_end)
    lines = os.read(terminal, 65536).decode().splitlines()
    os.close(terminal)

    assert done.returncode == 0
    last = re.sub(r"\x1b\[[0-9;]*m", "", lines[0]).index("reason")
    assert max(map(len, lines[1:])) <= 80
    assert lines[-1].startswith("1   support  20") and "entry    #1001" in lines[-1]
    assert "didnotsendit(dmarc=fail" in "".join(line[last:].replace(" ", "") for line in lines[1:-1])


REPORT = (
    b"From: mailer-daemon@mx.example\r\nTo: support@acme.example\r\nSubject: Undelivered\r\n"
    b"Return-Path: <>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Final-Recipient: rfc822; bob@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
)
WITH_FILE = (
    b"From: Bob <bob@customer.example>\r\nTo: support@acme.example\r\nSubject: A log\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n\r\n"
    b"On Monday, Alice wrote:\r\n> Send it.\r\n--b\r\nContent-Type: text/plain\r\n"
    b"Content-Disposition: attachment; filename=error.log\r\n\r\n809\r\n--b--\r\n"
)


def test_parse_shows_a_person_what_was_read(tmp_path: Path):
    """Sender, new words apart from the whole text, files, and whom a delivery report is about."""
    files = [tmp_path / "report.eml", tmp_path / "log.eml"]
    for file, raw in zip(files, [REPORT, WITH_FILE], strict=True):
        file.write_bytes(raw)

    done = CliRunner().invoke(main, ["parse", *map(str, files)])

    assert done.exit_code == 0
    report, log = done.stdout.split(str(files[1]))
    assert "bounce  failed 5.1.1 for bob@customer.example" in report
    assert "Bob <bob@customer.example>" in log and "error.log (text/plain, 3 B)" in log
    new, _, whole = log.partition("Whole text")
    assert "Here it is." in new and "> Send it." not in new
    assert "> Send it." in whole


def test_parse_goes_on_after_a_mail_that_nothing_can_read(tmp_path: Path):
    """What overruns its reader is named with the reason and makes the exit code 1; the others are shown."""
    file, bomb = tmp_path / "log.eml", tmp_path / "bomb.eml"
    file.write_bytes(WITH_FILE)
    with bomb.open("wb") as stream:
        stream.truncate(400_000_000)

    several = CliRunner().invoke(main, ["parse", "--json", str(bomb), str(file)])
    alone = CliRunner().invoke(main, ["parse", str(bomb)])

    assert (several.exit_code, alone.exit_code) == (1, 1)
    unread, read = map(json.loads, several.stdout.splitlines())
    assert unread["file"] == str(bomb) and unread["error"] in several.stderr and unread["error"] in alone.stderr
    assert read["subject"] == "A log"


def test_whoever_is_blocked_is_shown_and_let_in_again(tmp_path: Path):
    """Their mail is held, and listed with who blocked them; unblocked, the next one is a ticket."""
    desk = ADesk(tmp_path)
    store = desk.open()
    store.write(lambda tx: tx.carry_out([blocking(tx)], now()))
    store.close()
    desk.handle(a_mail())
    assert [one["reason"] for one in desk.show("held", "list")] == [
        "its sender is blocked; `maild held unblock` lifts that"
    ]
    assert [(one["address"], one["by"]) for one in desk.show("held", "list", "--blocked")] == [(BOB, "alice")]

    desk.maild("held", "unblock", BOB)
    desk.maild("held", "unblock", BOB, code=1)
    desk.handle(a_mail(words="And now?"))

    assert desk.show("held", "list", "--blocked") == []
    assert len(desk.show("ticket", "list")) == 1


def blocking(tx: Transaction) -> Carrying:
    """A decision of the desk's own time that blocks Bob."""
    tx.plan_occasions({Occasion(OccasionKind.HELD, "", "UTC", now().date()): now()})
    (timer,) = tx.claim_timers("a life", 1, now())
    decision = Decision(Outcome(OutcomeKind.DESK), (BlockSender(BOB, "alice"),), (), (), None, ())
    return Carrying(None, timer.id, "a life", decision, (), {}, "{}")
