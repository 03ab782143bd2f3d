"""`maild check --connect`: what real servers can do, and what to do about those that cannot be used."""

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from maild.cli import connecting, main
from tests.fakes.imap import ABILITIES, FakeImap, answer
from tests.fakes.smtp import FakeSmtp, reply
from tests.fakes.wire import cut, hang
from tests.servers.absence import need
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.host import MailHost

NOWHERE = "imap.nowhere.example"
RAW = b"Subject: one\r\n\r\nhello\r\n"


class Accounts:
    """A configuration of mailboxes and relays in a folder, and the command that tries them."""

    def __init__(self, folder: Path, password: str = "secret") -> None:
        self.config = folder / "config"
        self.config.mkdir()
        self.secret = folder / "password"
        self.secret.write_text(password, encoding="ascii")
        self.secret.chmod(0o600)
        self._sections: dict[str, list[str]] = {"mailboxes": [], "relays": []}
        self.more = ""

    def add(self, section: str, name: str, port: int, **changes: object) -> None:
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "user": f"{name}@acme.example"}
        settings |= {} if "password_command" in changes else {"password_file": self.secret}
        words = ", ".join(f"{key}: {value}" for key, value in (settings | changes).items())
        self._sections[section].append(f"  {name}: {{{words}}}\n")

    def maild(self, *words: str) -> Result:
        self._write()
        return CliRunner().invoke(main, ["--config", str(self.config), "check", "--connect", *words])

    def process(self, *words: str) -> "subprocess.CompletedProcess[str]":
        self._write()
        command = [sys.executable, "-m", "maild", "--config", str(self.config), "check", "--connect", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=os.environ)

    def servers(self, code: int) -> dict[str, dict[str, Any]]:
        """Run it, and give what is said of each mailbox and relay by name."""
        done = self.maild("--json")
        assert done.exit_code == code, (done.output, done.stderr)
        said = json.loads(done.stdout)
        assert said["ok"] == (code == 0)
        return {row["name"]: row for rows in said["servers"].values() for row in rows}

    def _write(self) -> None:
        (self.config / "rules").mkdir(exist_ok=True)
        (self.config / "rules" / "people.yaml").write_text(
            "people:\n  alice: {name: Alice, mail: alice@acme.example, role: [agent, admin]}\n"
            "teams:\n  first-line: {members: [alice], lead: alice}\n",
            encoding="utf-8",
        )
        text = "version: 1\ndesk: {name: Acme Support, address: support@acme.example}\n"
        text += "".join(f"{name}:\n{''.join(lines)}" for name, lines in self._sections.items())
        (self.config / "maild.yaml").write_text(text + self.more, encoding="utf-8")


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """No account yet; whose password is that of the fakes."""
    return Accounts(tmp_path)


@pytest.fixture
def good() -> Iterator[tuple[FakeImap, FakeSmtp]]:
    """A mailbox and a relay with which all is well."""
    with FakeImap([RAW]) as imap, FakeSmtp() as relay:
        yield imap, relay


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is given up after a moment."""
    monkeypatch.setattr(connecting, "PATIENCE", 3.0)


def test_real_servers_are_tried_and_left_as_they_were(mail_host: MailHost, tmp_path: Path):
    """Dovecot and Postfix: every ability is seen, exit 0; no folder made, no flag set, no mail sent."""
    accounts = Accounts(tmp_path, mail_host.password)
    user, imap, relay = mail_host.new_user(), mail_host.dovecot, mail_host.postfix
    imap.append(user, RAW)
    imap.append(user, RAW, "Junk")
    imap.append(user, RAW, "Held")
    accounts.add("mailboxes", "support", imap.tls_port, tls="implicit", user=user, also="[Junk]")
    accounts.add("relays", "main", relay.submission_port, tls="starttls", user=user)
    accounts.add("relays", "other", relay.smtps_port, tls="implicit", user=user)
    sent = len(mail_host.transcript)

    done = accounts.process("--json")

    assert done.returncode == 0, done.stderr
    servers = json.loads(done.stdout)["servers"]
    inbox, junk = servers["mailboxes"]
    assert (inbox["folder"], junk["folder"], inbox["messages"], junk["messages"]) == ("INBOX", "Junk", 1, 1)
    assert inbox["abilities"] == {"IDLE": True, "MOVE": True, "UIDPLUS": True}
    assert inbox["uidvalidity"] > 0 and inbox["tls"].startswith("TLSv1.")
    assert (inbox["done"], inbox["held"]) == ("moved to Handled, which will be made", "moved to Held")
    for one in servers["relays"]:
        assert one["signed_in"] and one["tls"].startswith("TLSv1.") and one["size_limit"] == 67108864
        assert one["extensions"] == {"8BITMIME": True, "SMTPUTF8": True, "PIPELINING": True}
    with imap.client(user) as client:
        assert b"Handled" not in b" ".join(row for row in client.list()[1] if isinstance(row, bytes))
        assert client.select("INBOX", readonly=True)[0] == "OK"
        assert client.response("RECENT")[1] == [b"1"], "a SELECT would have taken the new mail's mark"
    assert imap.flags(user) == [frozenset({"\\Recent"})]
    assert len(mail_host.transcript) == sent


def test_it_only_looks(accounts: Accounts, good: tuple[FakeImap, FakeSmtp]):
    """Not one command that changes anything goes over either wire."""
    imap, relay = good
    accounts.add("mailboxes", "support", imap.port, also="[Junk]", done="{keyword: $Done}")
    accounts.add("relays", "main", relay.port)

    assert accounts.maild().exit_code == 0

    verbs = {line.split(" ")[1].upper() for line in imap.heard if " " in line}
    assert verbs <= {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "NAMESPACE", "LIST", "LOGOUT"}
    assert {line.split(" ")[0].upper() for line in relay.heard} <= {"EHLO", "AUTH", "QUIT"}
    assert relay.taken == []


@pytest.mark.parametrize(
    ("abilities", "wish", "way"),
    [
        ("IDLE UIDPLUS MOVE", "{move: Handled}", "moved to Handled"),
        ("IDLE UIDPLUS", "{move: Handled}", "copied to Handled, then expunged"),
        ("IDLE", "{move: Handled}", "copied to Handled, then marked as deleted"),
        ("IDLE MOVE ACL", "{move: Handled}", "not shown"),
        ("IDLE MOVE", "{keyword: $Done}", "keyword $Done"),
        ("IDLE MOVE", "none", "not shown"),
    ],
)
def test_how_outcomes_will_be_shown(
    accounts: Accounts, good: tuple[FakeImap, FakeSmtp], abilities: str, wish: str, way: str
):
    """The configured way, by the best that this server has and this account may."""
    with FakeImap(abilities=f"IMAP4rev1 AUTH=PLAIN {abilities}") as imap:
        imap.folders["Handled"] = []
        imap.plan("MYRIGHTS", answer("* MYRIGHTS INBOX lr", "{tag} OK done"))
        accounts.add("mailboxes", "support", imap.port, done=wish)
        accounts.add("relays", "main", good[1].port)

        assert accounts.servers(0)["support"]["done"] == way


def test_a_keyword_that_nobody_promised_is_said_to_be_unsure(accounts: Accounts, good: tuple[FakeImap, FakeSmtp]):
    """EXAMINE may hide which keywords last: then it is not claimed."""
    with FakeImap(permanent_flags="") as imap:
        accounts.add("mailboxes", "support", imap.port, done="{keyword: $Done}", held="none")
        accounts.add("relays", "main", good[1].port)

        assert accounts.servers(0)["support"]["done"] == "keyword $Done, if the server keeps keywords"


def test_what_is_small_or_slow_is_noted(accounts: Accounts):
    """No IDLE and a small SIZE are no failures, but told, with what follows from them."""
    abilities = ABILITIES.replace("IDLE ", "") + " APPENDLIMIT=5000"
    with FakeImap(abilities=abilities) as imap, FakeSmtp(extensions=("SIZE 1000", "AUTH PLAIN")) as relay:
        accounts.add("mailboxes", "support", imap.port)
        accounts.add("relays", "main", relay.port)

        servers = accounts.servers(0)
        told = accounts.maild().stderr

    assert servers["support"]["size_limit"] == 5000 and servers["main"]["size_limit"] == 1000
    assert "support: the server has no IDLE: new mail is seen every 60 s" in told
    assert "main: the relay takes at most 1,000 B" in told


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def strange_context(tmp_path: Path, certificate: Certificate) -> ssl.SSLContext:
    """TLS with a certificate by an authority that nobody here trusts."""
    folder = tmp_path / "strangers"
    folder.mkdir()
    made = make_certificate(folder, need("openssl", "openssl"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


@pytest.fixture
def no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name service that knows no NOWHERE, without asking the world's."""
    resolve = socket.getaddrinfo

    def refuse(host, *rest, **more):
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


BAD_MAILBOXES = {
    "unknown": ("name-unknown", "spelled right"),
    "closed": ("port-closed", "nobody listens"),
    "hanging": ("no-answer", "firewall"),
    "cutting": ("hung-up", "try again"),
    "babbling": ("hung-up", "another kind of server"),
    "untrusted": ("not-trusted", "certificate"),
    "plain": ("no-tls", "`tls` and `port`"),
    "clear": ("no-tls", "`tls` and `port`"),
    "wrong": ("sign-in-refused", "the password"),
    "busy": ("passing", "try again later"),
    "secretless": ("no-password", "password_file"),
    "lost": ("folder-missing", "Did you mean 'Orders'?"),
    "forbidden": ("folder-refused", "the right to read"),
}


@pytest.mark.usefixtures("quick", "no_such_name")
def test_no_bad_mailbox_hides_another(
    accounts: Accounts, good: tuple[FakeImap, FakeSmtp], closed_port: int, strange_context: ssl.SSLContext
):
    """Everything that can be wrong at once: each is named with its own remedy, the good ones are seen, exit 1."""
    with ExitStack() as stack:

        def fake(**plans: object) -> int:
            server = stack.enter_context(FakeImap([RAW]))
            server.folders |= {"Orders": [], "Secret": []}
            for step, act in plans.items():
                server.plan(step, *[act] * 4)
            return server.port

        untrusted = stack.enter_context(FakeImap(context=strange_context, is_implicit=True))
        add = accounts.add
        add("mailboxes", "unknown", 993, host=NOWHERE, tls="implicit")
        add("mailboxes", "closed", closed_port)
        add("mailboxes", "hanging", fake(greeting=hang))
        add("mailboxes", "cutting", fake(CAPABILITY=cut))
        add("mailboxes", "babbling", fake(greeting=answer("220 a relay")))
        add("mailboxes", "untrusted", untrusted.port, tls="implicit")
        add("mailboxes", "plain", fake(), tls="implicit")
        add("mailboxes", "clear", fake(CAPABILITY=answer("* CAPABILITY IMAP4rev1", "{tag} OK done")), tls="starttls")
        add("mailboxes", "wrong", fake(AUTHENTICATE=answer("{tag} NO [AUTHENTICATIONFAILED] no")))
        add("mailboxes", "busy", fake(AUTHENTICATE=answer("{tag} NO [UNAVAILABLE] later")))
        add("mailboxes", "secretless", fake(), password_command="[/bin/false]")
        add("mailboxes", "lost", fake(EXAMINE=answer("{tag} NO no such")), folder="Oders")
        add("mailboxes", "forbidden", fake(EXAMINE=answer("{tag} NO not you")), folder="Secret")
        add("mailboxes", "support", good[0].port)
        add("relays", "main", good[1].port)

        servers = accounts.servers(1)
        done = accounts.maild()

    found = {name: row["problem"]["kind"] for name, row in servers.items() if row["problem"]}
    assert found == {name: kind for name, (kind, _) in BAD_MAILBOXES.items()}
    for name, (_, remedy) in BAD_MAILBOXES.items():
        assert remedy in servers[name]["problem"]["remedy"], name
        assert f"\nmailbox {name}, " in done.stderr and servers[name]["problem"]["remedy"] in done.stderr
    assert servers["support"]["ok"] and servers["main"]["ok"]
    assert done.exit_code == 1


BAD_RELAYS = {
    "unknown": ("name-unknown", "spelled right"),
    "closed": ("port-closed", "nobody listens"),
    "hanging": ("no-answer", "firewall"),
    "cutting": ("hung-up", "try again"),
    "untrusted": ("not-trusted", "certificate"),
    "plain": ("no-tls", "`tls` and `port`"),
    "clear": ("no-tls", "`tls` and `port`"),
    "wrong": ("sign-in-refused", "the password"),
    "busy": ("passing", "try again later"),
    "unwelcoming": ("turned-away", "this machine's address"),
    "secretless": ("no-password", "password_file"),
}


@pytest.mark.usefixtures("quick", "no_such_name")
def test_no_bad_relay_hides_another(
    accounts: Accounts, good: tuple[FakeImap, FakeSmtp], closed_port: int, strange_context: ssl.SSLContext
):
    """The same for relays; a wrong password is tried once."""
    with ExitStack() as stack:

        def fake(**plans: object) -> int:
            server = stack.enter_context(FakeSmtp())
            for step, act in plans.items():
                server.plan(step, *[act] * 4)
            return server.port

        wrong = stack.enter_context(FakeSmtp())
        wrong.plan("AUTH", *[reply("535 5.7.8 no")] * 9)
        untrusted = stack.enter_context(FakeSmtp(context=strange_context, is_implicit=True))
        add = accounts.add
        add("mailboxes", "support", good[0].port)
        add("relays", "unknown", 465, host=NOWHERE, tls="implicit")
        add("relays", "closed", closed_port)
        add("relays", "hanging", fake(connect=hang))
        add("relays", "cutting", fake(EHLO=cut))
        add("relays", "untrusted", untrusted.port, tls="implicit")
        add("relays", "plain", fake(), tls="implicit")
        add("relays", "clear", fake(), tls="starttls")
        add("relays", "wrong", wrong.port)
        add("relays", "busy", fake(AUTH=reply("454 4.7.0 later")))
        add("relays", "unwelcoming", fake(connect=reply("554 5.7.1 go away")))
        add("relays", "secretless", fake(), password_command="[/bin/false]")
        add("relays", "main", good[1].port)

        servers = accounts.servers(1)

    found = {name: row["problem"]["kind"] for name, row in servers.items() if row["problem"]}
    assert found == {name: kind for name, (kind, _) in BAD_RELAYS.items()}
    for name, (_, remedy) in BAD_RELAYS.items():
        assert remedy in servers[name]["problem"]["remedy"], name
    assert servers["support"]["ok"] and servers["main"]["ok"]
    assert [line.split(" ")[0] for line in wrong.heard].count("AUTH") == 1


def test_one_bad_folder_does_not_hide_the_other(accounts: Accounts, good: tuple[FakeImap, FakeSmtp]):
    """One sign-in serves all folders, and each has its own line."""
    imap, relay = good
    imap.plan("EXAMINE", answer("{tag} NO [NONEXISTENT] no such folder"))
    accounts.add("mailboxes", "support", imap.port, folder="Inbx", also="[INBOX]")
    accounts.add("relays", "main", relay.port)

    done = accounts.maild("--json")

    first, second = json.loads(done.stdout)["servers"]["mailboxes"]
    assert (first["ok"], second["ok"], second["messages"]) == (False, True, 1)
    assert first["problem"]["remedy"].endswith("Did you mean 'INBOX'?")
    assert imap.connections == 1 and done.exit_code == 1


def test_a_broken_configuration_is_not_tried(accounts: Accounts, good: tuple[FakeImap, FakeSmtp]):
    """The ordinary check comes first; no server is bothered with settings that are wrong."""
    accounts.add("mailboxes", "support", good[0].port)
    accounts.add("relays", "main", good[1].port)
    accounts.more = "limts: {}\n"

    assert accounts.maild().exit_code == 2
    assert good[0].connections == good[1].connections == 0
