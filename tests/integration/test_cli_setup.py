"""`maild init` and `maild check`, and how every command ends."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import maild
from maild.cli import COMMANDS, Desk, main
from maild.errors import ConfigurationError, MailboxRefusedError, Problem

# What a person writes into the two files, word for word, and nothing more.
EDITS = {
    "maild.yaml": {
        "name: CHANGE ME ": "name: Acme Support ",
        "support@yours.invalid": "support@acme.example",
        "imap.yours.invalid": "imap.acme.example",
        "smtp.yours.invalid": "smtp.acme.example",
    },
    "rules/10-people.yaml": {"name: CHANGE ME ": "name: Alex Reyes ", "alex@yours.invalid": "alex@acme.example"},
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and no setting of the one who runs the tests."""
    for variable in [each for each in os.environ if each.startswith("MAILD_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def edited(here: Path) -> Path:
    """A configuration as `maild init` leaves it, after a person wrote what only they know."""
    assert run("init").exit_code == 0
    for name, edits in EDITS.items():
        file = here / "config" / name
        text = file.read_text(encoding="utf-8")
        for old, new in edits.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    secret = here / "config" / "secrets" / "support"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o600)
    return here / "config"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def run_process(*words: str, environ: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `python -m maild` as a person does, from a folder that is not ours."""
    paths = {"PYTHONPATH": str(Path(maild.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, "-m", "maild", *words],
        capture_output=True, text=True, check=False, timeout=60, env=os.environ | paths | dict(environ or {}),
    )  # fmt: skip


def test_an_untouched_configuration_names_each_line_to_edit(here: Path):
    """After `init`, `check` says in words which lines are still to be written: each that is marked, and no other."""
    assert run_process("init").returncode == 0
    done = run_process("check")
    assert (done.returncode, done.stdout) == (2, "")
    told = [line.split(": ")[0].rsplit(":", 1)[0] for line in done.stderr.splitlines() if line.startswith("config/")]
    assert told == list(marked_lines(here / "config"))
    assert "10 problems in config/maild.yaml, config/rules/10-people.yaml." in done.stderr
    assert "Traceback" not in done.stderr


def marked_lines(folder: Path) -> Iterator[str]:
    """Give the place of each line that the shipped files mark for editing, and of the second use of the password."""
    for name in EDITS:
        for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1):
            if "# <--" in line or line.strip() == "password_file: secrets/support":
                yield f"config/{name}:{number}"


def test_an_edited_configuration_holds(edited: Path):
    """What the marked lines ask for is all that is needed."""
    done = run_process("check")
    assert (done.returncode, done.stderr.splitlines()) == (
        0, ["note: without trust.authserv_id nobody's first mail is proved to be theirs."],
    )  # fmt: skip
    assert f"{edited}: no problem found." in done.stdout
    for word in ("imap.acme.example:993", "smtp.acme.example:587", "first-line", "alex@acme.example", "Acme Support"):
        assert word in done.stdout
    assert "hunter2" not in done.stdout


def test_a_checked_configuration_is_json_too(edited: Path):
    """Every list that `check` prints has its JSON."""
    done = run("check", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["ok"], told["problems"]) == (True, [])
    assert told["mailboxes"] == [
        {
            "name": "support",
            "account": "support@acme.example at imap.acme.example:993 (implicit)",
            "folders": ["INBOX"],
            "queue": "support",
        }
    ]
    assert [queue["team"] for queue in told["queues"]] == ["first-line"]
    assert told["people"][0]["addresses"] == ["alex@acme.example"]
    assert told["directory"] == str(edited)


def test_a_doubtful_rule_is_a_warning_and_no_problem(edited: Path):
    """What is sound and hardly meant is told on the side, and in JSON; that tests fail by it is another matter."""
    rules = "rules:\n  a: {when: always, then: {stop: true}}\n  b: {when: always, then: {tags: [x]}}\n"
    (edited / "rules" / "00-first.yaml").write_text(rules, encoding="utf-8")
    done = run("check", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["problems"], told["tests"]["ok"]) == (1, [], False)
    assert told["warnings"][0]["where"] == "rules.b"
    assert "00-first.yaml:3:3: rules.b: is never asked" in run("check").stderr


def test_lists_beside_the_rules_are_read(edited: Path):
    """A list of contacts with a mistake is told by its own line."""
    (edited / "rules" / "contacts.csv").write_text("address,language\nann@bigco.example,german\n", encoding="utf-8")
    done = run("check")
    assert done.exit_code == 2
    assert "contacts.csv:2:1: language: 'german' is no language: write it like de or pt-BR" in done.stderr


def test_the_schema_of_a_rule_file_is_printed(here: Path):
    """For editors: without any configuration."""
    done = run("rules", "schema")
    assert (done.exit_code, json.loads(done.stdout)["title"]) == (0, "A rule file of maild")


def test_problems_are_json_too(here: Path):
    """Each problem in its parts, and the exit code all the same."""
    assert run("init").exit_code == 0
    done = run("check", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"]) == (2, False)
    assert told["problems"][0]["where"] == "desk.name"
    assert set(told["problems"][0]) == {"file", "line", "column", "where", "what"}


def test_init_keeps_secrets_to_their_owner(here: Path):
    """The folder for passwords is nobody else's, and no repository takes it in."""
    assert run("init", "desk").exit_code == 0
    assert stat.S_IMODE((here / "desk" / "secrets").stat().st_mode) == 0o700
    assert "secrets/" in (here / "desk" / ".gitignore").read_text(encoding="utf-8")


def test_init_overwrites_nothing(here: Path):
    """A file that is there already stays as it is, and nothing is written beside it."""
    (here / "config" / "rules").mkdir(parents=True)
    (here / "config" / "rules" / "10-people.yaml").write_text("mine\n", encoding="utf-8")
    done = run("init")
    assert done.exit_code == 1
    assert done.stderr == "config/rules/10-people.yaml is there already: nothing was written over it\n"
    assert [file.name for file in (here / "config").rglob("*") if file.is_file()] == ["10-people.yaml"]
    assert (here / "config" / "rules" / "10-people.yaml").read_text(encoding="utf-8") == "mine\n"


def test_init_fills_a_folder_that_is_there(here: Path):
    """An empty folder, or one of other things, is a fine place."""
    (here / "config" / "notes").mkdir(parents=True)
    assert run("init").exit_code == 0
    assert (here / "config" / "maild.yaml").is_file()


def test_init_where_nothing_can_be_written_is_told(here: Path):
    """A file in place of the folder, or of one above it, ends in words."""
    (here / "config").write_text("x", encoding="utf-8")
    assert run("init").stderr == "config is there already: nothing was written over it\n"
    done = run("init", "config/desk")
    assert (done.exit_code, done.stderr) == (1, "maild: config/desk cannot be written: Not a directory\n")


def test_a_broken_template_is_found_with_its_line(edited: Path):
    """A mistake in a template is a problem of `check`, and not of the first customer."""
    (edited / "templates" / "en").mkdir()
    (edited / "templates" / "en" / "acknowledged.txt").write_text(
        "Subject: x\n\nHello\n{{ nobody.knows }}\n", encoding="utf-8"
    )
    (edited / "templates" / "acknowleged.txt").write_text("Subject: x\n\nHello\n", encoding="utf-8")
    done = run("check")
    assert done.exit_code == 2
    assert "config/templates/en/acknowledged.txt:4:1: templates:" in done.stderr
    assert "config/templates/acknowleged.txt:1:1: templates: unknown template" in done.stderr


def test_the_folder_of_configuration_is_found(edited: Path, here: Path, tmp_path_factory: pytest.TempPathFactory):
    """`--config` wins over $MAILD_CONFIG, which wins over ./config."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert run("check").exit_code == 0
    assert run("--config", str(elsewhere), "check").exit_code == 2
    assert run_process("check", environ={"MAILD_CONFIG": str(elsewhere)}).returncode == 2
    found = run_process("--config", str(edited), "check", environ={"MAILD_CONFIG": str(elsewhere)})
    assert found.returncode == 0


def test_no_configuration_at_all_says_what_makes_one(here: Path):
    """Somebody who just installed maild is told the next step."""
    done = run("--config", "config", "check")
    assert done.exit_code == 2
    assert done.stderr.startswith("config/maild.yaml:1:1: the file: there is no such file: `maild init config` makes")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["chek"], "no command 'chek'. Did you mean 'check'?"), (["check", "--jsno"], "No such option"), ([], "Usage:")],
)
def test_wrong_usage_ends_with_2(here: Path, words: list[str], said: str):
    """A mistyped command is met with the nearest one."""
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(here: Path, name: str):
    """Each name that `maild --help` lists leads to a command with help of its own."""
    listed, own = run("--help"), run(name, "--help")
    assert (listed.exit_code, own.exit_code) == (0, 0)
    assert f"\n  {name} " in listed.stdout
    assert "Usage:" in own.stdout


def failing_with(error: Exception) -> Result:
    """Run a command that fails as it is told to, in the group that all our commands are in."""

    @click.group(cls=Desk, invoke_without_command=True)
    def group() -> None:
        raise error

    return CliRunner().invoke(group, [])


def test_a_named_failure_is_one_line():
    """What maild can name ends in its words and exit code 1."""
    done = failing_with(MailboxRefusedError("alice at imap.acme.example:993: the sign-in was refused"))
    assert (done.exit_code, done.stderr) == (1, "maild: alice at imap.acme.example:993: the sign-in was refused\n")


def test_wrong_configuration_is_told_problem_by_problem():
    """Whatever command meets it: each problem on a line, and exit code 2."""
    done = failing_with(ConfigurationError((Problem("f", 1, 2, "a.b", "wrong"), Problem("g", 3, 4, "c", "too"))))
    assert (done.exit_code, done.stderr) == (2, "f:1:2: a.b: wrong\ng:3:4: c: too\n")


def test_an_internal_error_leaves_a_report_and_no_traceback(here: Path, monkeypatch: pytest.MonkeyPatch):
    """One line with a number for the person; the traceback in a file that only they can read."""
    monkeypatch.setattr("tempfile.tempdir", str(here))
    done = failing_with(ZeroDivisionError("nobody foresaw this"))
    (report,) = here.glob("maild-crash-*.txt")
    assert done.exit_code == 70
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"maild: internal error {report.name.split('-')[2]}; ")
    assert done.stderr.endswith(f"{report}\n")
    assert "ZeroDivisionError: nobody foresaw this" in report.read_text(encoding="utf-8")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
