"""A folder of configuration on a real disk → Config, or every problem at once."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild.config import (
    Config,
    LimitsConfig,
    MailboxConfig,
    ReadingConfig,
    RelayConfig,
    ShowAs,
    read_config,
    read_draft,
    read_secret,
    shipped_files,
)
from maild.config.free_mail import free_mail_domains
from maild.config.settings import Written
from maild.documents import Section, check_document, parse_document
from maild.errors import ConfigurationError, MailboxRefusedError, RelayRefusedError
from maild.model.limits import ReadingLimits
from maild.model.ticket import State
from maild.rules import read_together

MAIN = """\
version: 1
desk: {name: Acme Support, address: support@acme.example}
mailboxes:
  support: {host: imap.acme.example, user: support@acme.example, password_file: secret}
relays:
  main: {host: smtp.acme.example, user: support@acme.example, password_file: secret}
"""
SIGNING_IN = ("user", "password_file", "password_command", "password_credential", "auth")
PEOPLE = "people: {alice: {name: Alice, mail: alice@acme.example, role: admin}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose configuration holds."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "maild.yaml").write_text(MAIN, encoding="utf-8")
    (tmp_path / "rules" / "10-people.yaml").write_text(PEOPLE, encoding="utf-8")
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o600)
    return tmp_path


@pytest.fixture
def read(folder: Path) -> Callable[..., Config]:
    """Read the folder with some text of `maild.yaml` changed, and some environment."""

    def reading(old: str = "", new: str = "", **environ: str) -> Config:
        assert old in MAIN
        (folder / "maild.yaml").write_text(MAIN.replace(old, new) if old else MAIN + new, encoding="utf-8")
        return read_config(folder, environ)

    return reading


def problems_of(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        act()
    return [
        f"{Path(each.file).name}:{each.line}:{each.column}: {each.where}: {each.what}" for each in caught.value.problems
    ]


def test_what_is_left_out_has_its_default(folder: Path, read: Callable[..., Config]):
    """Six lines are a whole configuration; paths come out absolute."""
    config = read()
    mailbox, relay = config.mailboxes["support"], config.relays["main"]
    assert (config.desk.name, config.desk.send_delay, config.desk.after_reply) == (
        "Acme Support", timedelta(minutes=1), "open",
    )  # fmt: skip
    assert (mailbox.port, mailbox.tls, mailbox.folder, mailbox.poll) == (993, "implicit", "INBOX", timedelta(minutes=1))
    assert (mailbox.done, mailbox.held) == (ShowAs(move="Handled"), ShowAs(move="Held"))
    assert (relay.port, relay.tls, relay.connections, relay.only) == (587, "starttls", 4, ())
    assert (config.limits.message, config.limits.reading.size) == (25 * 1024**2, 25 * 1024**2)
    assert "gmail.com" in config.limits.free_mail
    assert mailbox.password_file == folder / "secret"
    assert config.state.directory == Path("/var/lib/maild")
    assert [file.text for file in config.rule_files] == [PEOPLE]


@pytest.mark.parametrize(("tls", "ports"), [("implicit", (993, 465)), ("starttls", (143, 587)), ("none", (143, 25))])
def test_the_port_follows_from_tls(tls: str, ports: tuple[int, int]):
    """A port that is left out is the one that belongs to the manner of TLS."""
    account = {"host": "localhost", "tls": tls, "user": "u"}
    assert (MailboxConfig.model_validate(account).port, RelayConfig.model_validate(account).port) == ports


def test_secrets_are_read_when_needed_and_are_no_part_of_the_configuration(read: Callable[..., Config]):
    """The line's end is not part of a password; nothing that prints the configuration prints it."""
    config = read()
    assert read_secret(config.mailboxes["support"]) == "hunter2"
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("content", "secret"), [("p w ", "p w "), ("pw\r\n", "pw"), ("pässword\n", "pässword"), (" x\n", " x")]
)
def test_a_secret_is_the_whole_line(folder: Path, read: Callable[..., Config], content: str, secret: str):
    """Blanks belong to a password; the end of the line does not."""
    (folder / "secret").write_bytes(content.encode())
    assert read_secret(read().relays["main"]) == secret


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xff\xfe", b"a\x00b", b"x" * 20_000])
def test_what_is_no_password_is_refused_in_words(folder: Path, read: Callable[..., Config], content: bytes):
    """An empty or strange file is told as such, and its content is not."""
    (folder / "secret").write_bytes(content)
    config = read()
    with pytest.raises(MailboxRefusedError, match=r"^imap.acme.example:993: what stands for the password is empty"):
        read_secret(config.mailboxes["support"])
    with pytest.raises(RelayRefusedError):
        read_secret(config.relays["main"])


def test_a_secret_that_went_away_is_told(folder: Path, read: Callable[..., Config]):
    """A file that was there at the start may be gone when it is needed."""
    config = read()
    (folder / "secret").unlink()
    with pytest.raises(MailboxRefusedError, match="cannot be read: No such file"):
        read_secret(config.mailboxes["support"])


def test_a_secret_comes_from_a_command_without_a_shell(read: Callable[..., Config]):
    """The command's words reach it as they are written."""
    command = f"password_command: [{sys.executable}, -c, 'import sys; print(sys.argv[1])', '$HOME; echo x']"
    config = read("password_file: secret", command)
    assert read_secret(config.mailboxes["support"]) == "$HOME; echo x"


def test_a_command_that_fails_is_told_without_its_words(read: Callable[..., Config]):
    """What a failing command printed could be the password."""
    config = read("password_file: secret", f"password_command: [{sys.executable}, -c, 'print(1234); exit(3)']")
    with pytest.raises(MailboxRefusedError, match=r"failed with exit code 3$") as caught:
        read_secret(config.mailboxes["support"])
    assert "1234" not in str(caught.value)


def test_a_secret_comes_from_systemd(folder: Path, read: Callable[..., Config], monkeypatch: pytest.MonkeyPatch):
    """A credential is a file in the folder that systemd names; without that folder it cannot be had."""
    config = read("password_file: secret", "password_credential: secret", CREDENTIALS_DIRECTORY=str(folder))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert read_secret(config.mailboxes["support"]) == "hunter2"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(MailboxRefusedError, match="systemd handed over no credentials"):
        read_secret(config.mailboxes["support"])


def test_a_credential_that_systemd_does_not_hand_over_is_a_problem(folder: Path, read: Callable[..., Config]):
    """It is told at the start; in a person's hands, where nothing is handed over, it is not asked for."""
    new = "password_credential: other"
    problems = problems_of(lambda: read("password_file: secret", new, CREDENTIALS_DIRECTORY=str(folder)))
    assert len(problems) == 2
    assert "add LoadCredential= to the unit" in problems[0]
    assert read("password_file: secret", new).relays["main"].password_credential == "other"


def test_a_literal_password_is_refused_and_not_repeated(read: Callable[..., Config]):
    """The remedy is named, the password is not printed."""
    first, *_ = problems = problems_of(lambda: read("password_file: secret", "password: hunter2"))
    assert first.startswith("maild.yaml:4:66: mailboxes.support: 'password': a password is never written in this file")
    assert "password_file: FILE" in first
    assert len(problems) == 2
    assert "hunter2" not in "".join(problems)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o601])
def test_a_secret_that_everybody_can_get_at_is_a_problem(folder: Path, read: Callable[..., Config], mode: int):
    """A password file is its owner's, and at most its group's."""
    (folder / "secret").chmod(mode)
    problems = problems_of(read)
    assert len(problems) == 2
    assert problems[0].endswith(f"everybody on this machine can get at {folder}/secret: chmod 600 {folder}/secret")


def test_a_group_may_read_a_secret(folder: Path, read: Callable[..., Config]):
    """Services are often given their secrets by group."""
    (folder / "secret").chmod(0o640)
    assert read_secret(read().mailboxes["support"]) == "hunter2"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("password_file: secret", "password_file: nowhere", "mailboxes.support.password_file: there is no file"),
        ("password_file: secret", "password_file: rules", "mailboxes.support.password_file: "),
        (", password_file: secret", "", "mailboxes.support: has a user and no password"),
        ("user: support@acme.example, password_file", "password_file", "relays.main: has a password and no user"),
        ("password_file: secret", "password_command: [no-such-program]", "there is no program 'no-such-program'"),
        ("password_file: secret", "password_command: cat x", "password_command: a list is expected"),
        ("password_file: secret", "password_command: []", "password_command: must not be empty"),
        ("password_file: secret", "password_file: secret, password_credential: x", "one way to the password is enough"),
        (
            "password_file: secret",
            "auth: {oauth2: microsoft, tenant: t}",
            "support.auth: microsoft needs 'client_id': the",
        ),
        (
            "password_file: secret",
            "auth: {oauth2: microsoft, client_id: x}",
            "support.auth: microsoft needs 'tenant': the",
        ),
        ("password_file: secret", "auth: {oauth2: google}", "support.auth: google needs 'secret_file': the JSON file"),
        ("password_file: secret", "auth: {oauth2: google, secret_file: x}", "auth.secret_file: there is no file"),
        ("password_file: secret", "auth: {oauth2: google, tenant: t}", "auth.tenant: google knows no 'tenant'"),
        ("password_file: secret", "auth: {oauth2: yahoo}", "'yahoo' is none of microsoft, google"),
        (
            "password_file: secret",
            "auth: {oauth2: google, client_secret: x}",
            "a password is never written in this file",
        ),
        (
            "password_file: secret",
            "auth: {oauth2: google, secret_file: secret, secret_credential: x}",
            "auth.secret_credential: one way to the secret is enough: leave this or secret_file out",
        ),
        (
            "password_file: secret",
            "auth: {oauth2: microsoft, authority: 'http://login.example'}",
            "would send secrets in clear text",
        ),
        (
            "password_file: secret",
            "password_file: secret, auth: {oauth2: google, secret_file: secret}",
            "one way to sign in is enough: leave this or password_file out",
        ),
        ("host:", "hots:", "mailboxes.support: unknown key 'hots'. Did you mean 'host'?"),
        ("imap.acme.example", "imap.acme.example:993", "no host name or IP address"),
        ("imap.acme.example", "imaps://acme.example", "no host name or IP address"),
        ("version: 1", "", "the file: 'version' is missing: write it"),
        ("version: 1", "version: 2", "version: '2' is none of 1"),
        ("version: 1", "version: 1\nwbe: {}", "the file: unknown key 'wbe'. Did you mean 'web'?"),
        ("relays:", "relays_:", "'relays' is missing"),
        ("support@acme.example}", "support@acme.example, send_delay: 11m}", "11m is not between 0s and 10m"),
        ("support@acme.example}", "support@acme.example, send_delay: 60}", "'60' is no duration"),
        ("support@acme.example}", "support@acme.example, timezone: Europe/Lodnon}", "Did you mean 'Europe/London'?"),
        ("support@acme.example}", "support@acme.example, tag: 'A]'}", "is no tag"),
        ("support@acme.example}", "support@acme.example, first_number: 0}", "must be at least 1"),
        ("support@acme.example}", "support@acme.example, plus_addresses: yes}", "true or false is expected, not 'yes'"),
        ("support@acme.example}", "support@acme.example, after_reply: closed}", "is none of open, waiting"),
        ("Acme Support", '"Acme\\nBcc: x"', "must be words on one line"),
        ("password_file: secret}\nrelays", "password_file: secret, port: 70000}\nrelays", "must be at most 65535"),
        ("password_file: secret}\nrelays", "password_file: secret, poll: 2h}\nrelays", "2h is not between 1s and 1h"),
        ("password_file: secret}\nrelays", "password_file: secret, done: {move: INBOX}}\nrelays", "read for new mail"),
        (
            "password_file: secret}\nrelays",
            "password_file: secret, held: {move: Handled}}\nrelays",
            "would not be found",
        ),
        ("password_file: secret}\nrelays", "password_file: secret, also: [inbox]}\nrelays", "'inbox' is read twice"),
        ("password_file: secret}\nrelays", "password_file: secret, done: {keyword: 'a b'}}\nrelays", "is no keyword"),
        ("password_file: secret}\nrelays", "password_file: secret, done: {move: A, keyword: b}}\nrelays", "not both"),
        (
            "password_file: secret}\nrelays",
            "password_file: secret, done: moved}\nrelays",
            "keys with values are expected",
        ),
        ("relays:", "relays:\n  bad name: {host: h}", "'bad name' is no name"),
        ("host: imap", "takeover: {before: yesterday}, host: imap", "'yesterday' is no instant: write it like 2026-"),
        ("host: imap", "takeover: {before: 2026-11-28T09:00}, host: imap", "is no instant"),
        ("host: imap", "takeover: {before: 2026}, host: imap", "write first-connection, or an instant"),
        ("host: imap", "takeover: {state: pending}, host: imap", "'pending' is none of"),
    ],
)
def test_each_mistake_is_told_in_words(read: Callable[..., Config], old: str, new: str, problem: str):
    """One mistake, one sentence that names it; never a refusal without a reason."""
    assert any(problem in each for each in problems_of(lambda: read(old, new)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alarm: {command: [/no/such/program]}", "alarm.command: there is no program '/no/such/program'"),
        ("alarm: {command: page-me}", "alarm.command"),
        ("alarm: {relay: mian}", "alarm.relay: there is no relay 'mian' in relays. Did you mean 'main'?"),
        ("alarm: {to: [managers]}", "alarm.to[0]: 'managers' is no mail address"),
        ("alarm: {to: []}", "alarm.to"),
        ("alarm: {after: 1s}", "alarm.after: 1s is not between 10s and 1h"),
    ],
)
def test_an_alarm_must_have_a_door_that_leads_somewhere(read: Callable[..., Config], text: str, problem: str):
    """What would be found out at night is found out by `check`."""
    assert any(problem in each for each in problems_of(lambda: read("", f"{text}\n")))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("web: {listen: 8025}", "web.listen: '8025' is no place to listen"),
        ("web: {listen: desk.acme.example:80}", "web.listen: 'desk.acme.example:80' is no place to listen"),
        ("web: {listen: 127.0.0.1:0}", "web.listen: '127.0.0.1:0' is no place to listen"),
        ("web: {public_url: 'https://x.example'}", "web.public_url: links would lead nowhere"),
        ("web: {listen: 127.0.0.1:8025, public_url: 'http://x.example'}", "in clear text: write https"),
        ("web: {listen: 127.0.0.1:8025, public_url: 'https://x.example/desk'}", "has a path: write the site alone"),
    ],
)
def test_a_page_listens_where_it_is_told_and_is_reached_by_tls(read: Callable[..., Config], text: str, problem: str):
    """Where anybody could listen in, or a link would lead nowhere, `check` says so."""
    assert any(problem in each for each in problems_of(lambda: read("", f"{text}\n")))


def test_the_page_is_off_unless_it_is_told_where_to_listen(read: Callable[..., Config]):
    """No port is opened unasked; an IPv6 address is one, too."""
    assert read().web.listen is None
    web = read("", "web: {listen: '[::1]:8025', public_url: 'https://desk.acme.example:443/'}\n").web
    assert (web.listen, web.public_url) == (("::1", 8025), "https://desk.acme.example")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://x/y", "is no PostgreSQL database: write it like postgresql://user@host/database"),
        ("postgresql://db.example", "is no PostgreSQL database"),
        ("postgresql://db.example:port/y", "is no PostgreSQL database"),
        ("postgresql://maild:hunter2@db.example/y", "take the password out, it belongs in ~/.pgpass"),
        ("postgresql://maild@db.example/y?password=hunter2", "take the password out"),
    ],
)
def test_a_database_without_its_password(read: Callable[..., Config], url: str, problem: str):
    """A password does not stand in the configuration, and no complaint repeats it."""
    (told,) = problems_of(lambda: read("", f"state: {{database: '{url}'}}\n"))
    assert problem in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "url",
    ["postgresql://maild@db.example/maild?sslmode=verify-full", "postgresql:///maild?host=/run/postgresql"],
)
def test_a_database_on_a_server(read: Callable[..., Config], url: str):
    """The URL reaches the store as it is written."""
    assert read("", f"state: {{database: '{url}'}}\n").state.database == url


def test_old_mail_is_parted_by_an_instant_of_any_zone(read: Callable[..., Config]):
    """What lay in a folder is taken over closed, or as the administrator says; a cut-off is kept in UTC."""
    shipped = read("", "").mailboxes["support"].takeover
    cut = read("host: imap", "takeover: {before: 2026-11-28T10:00:00+01:00, state: open}, host: imap")

    assert (shipped.before, shipped.state) == (None, State.CLOSED)
    wanted = (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), State.OPEN)
    assert (cut.mailboxes["support"].takeover.before, cut.mailboxes["support"].takeover.state) == wanted


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST"])
def test_clear_text_stays_on_this_machine(read: Callable[..., Config], host: str):
    """`tls: none` is for loopback alone."""
    assert read("host: imap.acme.example", f"host: '{host}', tls: none").mailboxes["support"].tls == "none"


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "imap.acme.example", "127.0.0.1.acme.example", "localhost.acme.example", "0.0.0.0", "::"]
)
def test_clear_text_to_anywhere_else_is_refused(read: Callable[..., Config], host: str):
    """A name that only looks like this machine is not; no name is resolved to find out."""
    (problem,) = problems_of(lambda: read("host: imap.acme.example", f"host: '{host}', tls: none"))
    assert "mailboxes.support.tls: 'none' would send the password and every mail to" in problem


def test_one_folder_is_read_by_one_mailbox(read: Callable[..., Config]):
    """Two entries for one account would race for its mail."""
    twin = "relays:"
    entry = "  twin: {host: IMAP.acme.example, user: support@acme.example, password_file: secret}\nrelays:"
    (problem,) = problems_of(lambda: read(twin, entry))
    assert problem.endswith(
        "mailboxes.twin.folder: 'INBOX' is read twice, here and by mailboxes.support: leave one out"
    )


def test_the_environment_wins(read: Callable[..., Config]):
    """Two underscores go one step inwards; what is text stays text, and what looks like another name finds it."""
    config = read(
        "", "",
        MAILD_DESK__NAME="1234",
        MAILD_DESK__OLD_TAGS="[Ticket#, RT]",
        MAILD_DESK__SEND_DELAY="0s",
        MAILD_DESK__TAG="",
        MAILD_TRUST__AUTHSERV_ID="null",
        MAILD_MAILBOXES__SUPPORT__PORT="1143",
        MAILD_STATE__DIRECTORY="/srv/maild",
        MAILD_CONFIG="/elsewhere",
        PATH="/bin",
    )  # fmt: skip
    assert config.desk.name == "1234"
    assert config.desk.old_tags == ("Ticket#", "RT")
    assert config.desk.send_delay == timedelta(0)
    assert (config.desk.tag, config.trust.authserv_id) == ("", None)
    assert config.mailboxes["support"].port == 1143
    assert config.state.directory == Path("/srv/maild")


def test_the_environment_finds_names_with_a_dash(folder: Path):
    """A shell's variables have no '-'."""
    (folder / "maild.yaml").write_text(MAIN.replace("  support:", "  first-line:"), encoding="utf-8")
    config = read_config(folder, {"MAILD_MAILBOXES__FIRST_LINE__FOLDER": "In"})
    assert config.mailboxes["first-line"].folder == "In"


def test_a_mistake_in_the_environment_is_blamed_on_its_variable(read: Callable[..., Config]):
    """An unknown setting, a wrong value and a literal password each name the variable, beside the file's problems."""
    problems = problems_of(
        lambda: read(
            "Acme Support", "5",
            MAILD_DESKS__NAME="x",
            MAILD_DESK__SEND_DELAY="1h",
            MAILD_RELAYS__MAIN__PASSWORD="hunter2",
        )
    )  # fmt: skip
    assert [problem.split(" a password")[0] for problem in problems] == [
        "maild.yaml:2:14: desk.name: text is expected, not '5': put it in quotes",
        "MAILD_DESKS__NAME:1:1: the file: unknown key 'desks'. Did you mean 'desk'?",
        "MAILD_DESK__SEND_DELAY:1:1: desk.send_delay: 1h is not between 0s and 10m",
        "MAILD_RELAYS__MAIN__PASSWORD:1:1: relays.main: 'password':",
    ]


def test_all_files_tell_their_problems_at_once(folder: Path):
    """A mistake in `maild.yaml` does not hide one in a rule file or a template that cannot be read."""
    (folder / "maild.yaml").write_text(MAIN.replace("Acme Support", "5").replace("4:", ""), encoding="utf-8")
    (folder / "rules" / "20-teams.yaml").write_text("teams: {t: {members: [alcie]}}\n", encoding="utf-8")
    (folder / "rules" / "30-latin.yaml").write_bytes("people:\n  zoë: {}\n".encode("latin-1"))
    (folder / "templates").mkdir()
    (folder / "templates" / "acknowledged.txt").write_bytes(b"Subject: \xff\n")
    problems = problems_of(lambda: read_together(read_draft(folder, {})))
    assert problems == [
        "maild.yaml:2:14: desk.name: text is expected, not '5': put it in quotes",
        "20-teams.yaml:1:23: teams.t.members[0]: there is no person 'alcie'. Did you mean 'alice'?",
        "30-latin.yaml:2:5: the file: is not UTF-8 here: save the file as UTF-8",
        "acknowledged.txt:1:10: the file: is not UTF-8 here: save the file as UTF-8",
    ]


def test_a_missing_folder_says_what_makes_one(tmp_path: Path):
    """Nothing there is one problem with one remedy."""
    (problem,) = problems_of(lambda: read_together(read_draft(tmp_path / "none", {})))
    assert problem.startswith("maild.yaml:1:1: the file: there is no such file: `maild init ")


def test_a_file_that_is_none_is_told(folder: Path):
    """A folder or a broken link in place of a file ends in words."""
    (folder / "maild.yaml").unlink()
    (folder / "maild.yaml").mkdir()
    (folder / "rules" / "dangling.yaml").symlink_to(folder / "nowhere")
    problems = problems_of(lambda: read_together(read_draft(folder, {})))
    assert problems[0] == "maild.yaml:1:1: the file: is no ordinary file"
    assert problems[1].startswith("dangling.yaml:1:1: the file: there is no such file")


def test_only_files_of_ours_are_read(folder: Path):
    """What an editor leaves behind is not configuration; rule files come in name order, a template by its path."""
    for name in ("05-first.yaml", ".hidden.yaml", "20.yaml~", "30.yaml.bak", "40.yml"):
        (folder / "rules" / name).write_text("teams: {}\n", encoding="utf-8")
    (folder / "templates" / "de").mkdir(parents=True)
    (folder / "templates" / "de" / "reply.txt").write_text("\ufeffSubject: x\n", encoding="utf-8")
    (folder / "templates" / "notes.md").write_text("x", encoding="utf-8")
    config = read_config(folder, {})
    assert [Path(file.name).name for file in config.rule_files] == ["05-first.yaml", "10-people.yaml", "40.yml"]
    assert dict(config.templates) == {"de/reply.txt": "Subject: x\n"}


def test_free_mail_can_be_added_to_or_replaced(read: Callable[..., Config]):
    """`shipped` stands for the shipped list."""
    assert read("", "limits: {free_mail: [shipped, Mail.Example]}\n").limits.free_mail == (
        free_mail_domains() | {"mail.example"}
    )
    assert read("", "limits: {free_mail: []}\n").limits.free_mail == frozenset()


def test_limits_reach_the_reader(read: Callable[..., Config]):
    """What is written under `reading` is what a reader is told."""
    limits = read("", "limits: {message: 10MB, reading: {levels: 20, text: 64KB}}\n").limits
    assert (limits.reading.size, limits.reading.levels, limits.reading.text) == (10 * 1024**2, 20, 64 * 1024)


def test_every_limit_of_reading_can_be_set():
    """A limit that the reader learns is one that the file knows, with the same default.

    The size is `message`; signatures are read where `trust` wants them checked.
    """
    assert LimitsConfig().reading == ReadingLimits()
    names = {field.name for field in fields(ReadingLimits)}
    assert set(ReadingConfig.model_fields) == names - {"size", "seals"}


def test_the_shipped_file_states_every_setting_with_its_default():
    """A line left out means the same as the line that is there; only the ways to a password exclude one another."""
    document = parse_document("maild.yaml", shipped_files()["maild.yaml"].replace("yours.invalid", "acme.example"))
    document = document.replaced(("desk", "name"), "Acme", document.place(("desk", "name")))
    written, problems = check_document(document, Written)
    assert problems == ()
    assert written is not None
    mailbox, relay = written.mailboxes["support"], written.relays["main"]
    settings = (
        *settings_of(written, ()),
        *settings_of(mailbox, ("mailboxes", "support")),
        *settings_of(relay, ("relays", "main")),
    )
    assert len(settings) > 50
    for path, value, default in settings:
        assert path[-1] in document.names(path[:-1]), path
        assert value == default, path


def settings_of(section: Section, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """Give each setting of a section, and of those within, that has a default: where, its value and the default."""
    for name, field in type(section).model_fields.items():
        value, at = getattr(section, name), (*path, field.alias or name)
        if isinstance(value, Section) and not isinstance(value, ShowAs):
            yield from settings_of(value, at)
        elif not field.is_required() and name not in SIGNING_IN:
            yield at, value, field.get_default(call_default_factory=True, validated_data=section.model_dump())


def test_whose_word_counts_is_said_in_one_of_three_ways(read: Callable[..., Config]):
    """By the server's sign-ins, by the company's tenant, by signatures; a name server is named by its address."""
    tenant = "AAAAAAAA-2222-3333-4444-555555555555"
    trust = read(
        "", "trust: {authserv_id: mx.acme.example, internal: auth, verify_dkim: true, resolver: 127.0.0.1}\n"
    ).trust

    assert (trust.internal, trust.verify_dkim, trust.resolver) == ("auth", True, ("127.0.0.1", 53))
    assert read("", f"trust: {{authserv_id: first-without-id, internal: {tenant}}}\n").trust.internal == tenant.lower()
    assert read("", "trust: {resolver: '[::1]:5353'}\n").trust.resolver == ("::1", 5353)
    assert read("", "trust: {resolver: '::1'}\n").trust.resolver == ("::1", 53)
    assert read("", "").reading.seals == 0
    assert read("", "trust: {verify_dkim: true}\n").reading.seals > 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{internal: auth}", "needs authserv_id"),
        ("{authserv_id: first-without-id, internal: auth}", "needs authserv_id"),
        ("{internal: acme.example}", "is neither"),
        ("{resolver: dns.acme.example}", "is no name server"),
        ("{resolver: 127.0.0.1:99999}", "is no name server"),
        ("{resolver: 53}", "is no name server"),
    ],
)
def test_a_word_that_cannot_count_is_refused(read: Callable[..., Config], text: str, problem: str):
    """Before somebody relies on it."""
    (found,) = problems_of(lambda: read("", f"trust: {text}\n"))
    assert problem in found
