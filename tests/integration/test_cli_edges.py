"""The command line at its edges: numbers nobody has, terminals that cannot print, files that are none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.a_desk import ADesk, a_mail

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


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
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
    assert "Print JSON." in printed("parse", "--help")


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
    for words in ("ticket list", "ticket show 1001 --json", "check"):
        command = f"{sys.executable} -m maild --config {desk.config} {words} >{where}"
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == code, (words, done.stderr)
        assert ("No space left on device" in done.stderr) == bool(code), words
        assert "internal error" not in done.stderr
