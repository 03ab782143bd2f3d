"""`maild check --probe`: the desk writes to itself through real servers, and is told what to configure."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from maild.cli import main, watching
from tests.acceptance.promises import rows_of
from tests.acceptance.working_desk import WorkingDesk
from tests.fakes.smtp import FakeSmtp, Taken
from tests.fakes.wire import Talk
from tests.servers.absence import need, need_root
from tests.servers.certificates import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.host import MailHost
from tests.servers.maildrop import Maildrop
from tests.servers.postfix import AUTHSERV_ID, Postfix

NO_NULL = "smtpd_sender_restrictions = check_sender_access inline:{{<> = REJECT no null sender here}}\n"


@contextmanager
def a_host(
    dovecot: Dovecot, certificate: Certificate, user: str, settings: str, *, is_strict: bool
) -> Iterator[MailHost]:
    """Postfix and Dovecot for one user: what is not theirs is unknown."""
    need_root("postfix")
    drop = Maildrop(dovecot.maildir, dovecot.uid, dovecot.gid, delimiter="+")
    drop.start()
    settings = f"virtual_mailbox_maps = inline:{{{user}=x}}\n{settings}"
    program = need("postfix", "postfix")
    postfix = Postfix(program, certificate, drop.port, dovecot.sasl_port, settings=settings, is_strict=is_strict)
    try:
        postfix.start()
        yield MailHost(dovecot, postfix, drop)
    finally:
        postfix.remove()
        drop.stop()


def a_desk(folder: Path, host: MailHost, user: str) -> WorkingDesk:
    """A desk whose address is this user's."""
    desk = WorkingDesk(host, folder)
    for file in desk.config.rglob("*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace(desk.address, user), encoding="utf-8")
    desk.address = user
    return desk


def probed(desk: WorkingDesk, code: int = 0):
    done = CliRunner().invoke(main, ["--config", str(desk.config), "check", "--probe", "--json"])
    assert done.exit_code == code, (done.output, done.stderr)
    return json.loads(done.stdout)["probe"]


def test_beside_a_daemon_at_work_all_is_seen_and_nothing_comes_of_it(
    dovecot: Dovecot, certificate: Certificate, tmp_path: Path
):
    """Dovecot and Postfix with plus-addresses: four letters come, no ticket is opened and nobody is told."""
    user = dovecot.new_user()
    dovecot.append(user, b"Subject: handled long ago\r\n\r\n", "Handled")
    with a_host(dovecot, certificate, user, "recipient_delimiter = +\n", is_strict=True) as host:
        desk = a_desk(tmp_path, host, user)
        desk.start()
        try:
            desk.wait_for_event("mailbox_connected")
            said = probed(desk)
            desk.stop()
        finally:
            desk.remove()

    (row,) = said["queues"]
    assert (row["message_id"], row["authserv_id"], row["forged_results"]) == ("kept", AUTHSERV_ID, "removed")
    for name in ("mail", "plus_address", "null_sender"):
        assert row[name] in {"came to support/INBOX", "came to support/Handled"}
    assert said["proposal"] == {
        "desk": {"plus_addresses": True, "null_sender": True},
        "trust": {"authserv_id": AUTHSERV_ID},
    }
    assert said["notes"] == []
    assert dovecot.messages(user) == []
    assert rows_of(desk, "SELECT count(*) FROM ticket") == rows_of(desk, "SELECT count(*) FROM outgoing_mail") == [(0,)]


def test_what_a_server_does_not_do_is_not_proposed(dovecot: Dovecot, certificate: Certificate, tmp_path: Path):
    """No plus-addresses, no null sender, and forged results come through: each is said, and nothing is trusted."""
    user = dovecot.new_user()
    with a_host(dovecot, certificate, user, NO_NULL, is_strict=False) as host:
        said = probed(a_desk(tmp_path, host, user))

    (row,) = said["queues"]
    assert row["mail"] == "came to support/INBOX"
    assert row["plus_address"].startswith("not taken: 550 5.1.1")
    assert row["null_sender"].startswith("not taken: 554 5.7.1")
    assert (row["authserv_id"], row["forged_results"]) == (AUTHSERV_ID, "kept")
    assert said["proposal"] == {
        "desk": {"plus_addresses": False, "null_sender": False},
        "trust": {"authserv_id": None},
    }
    assert "anybody may prove to be anybody" in said["notes"][0]
    assert dovecot.messages(user) == [] and len(dovecot.messages(user, "Handled")) == 2


class Replacing(FakeSmtp):
    """A relay like Amazon SES: it gives each mail an id of its own, says so in its 250, and delivers."""

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        super().__init__()
        self._deliver = deliver

    def take(self, talk: Talk, envelope: Taken) -> None:
        lines = list(iter(talk.hear_bytes, b"."))
        mine = f"010201a{len(self.taken)}-000000@eu-west-1.amazonses.com"
        raw = re.sub(rb"(?im)^Message-ID: .*$", f"Message-ID: <{mine}>".encode(), b"\n".join(lines), count=1)
        self.taken.append(Taken(envelope.sender, envelope.recipient, raw))
        if "+" not in envelope.recipient:
            self._deliver(raw.replace(b"\n", b"\r\n") + b"\r\n")
        talk.say(f"250 Ok {mine.partition('@')[0]}")


def test_a_relay_that_replaces_ids_is_named(mail_host: MailHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without ids and plus-addresses no answer is proved; whose results others' mails carry is told as hearsay."""
    monkeypatch.setattr(watching, "REST", 2.0)
    user, imap = mail_host.new_user(), mail_host.dovecot
    imap.append(user, b"Authentication-Results: mx.old.example; dmarc=none\r\nSubject: last week's\r\n\r\nhello\r\n")
    with Replacing(lambda raw: imap.append(user, raw)) as relay:
        desk = a_desk(tmp_path, mail_host, user)
        config = desk.config / "maild.yaml"
        text = config.read_text(encoding="utf-8")
        submission = f"port: {mail_host.postfix.submission_port}, tls: starttls"
        config.write_text(text.replace(submission, f"port: {relay.port}, tls: none"), encoding="utf-8")
        done = CliRunner().invoke(main, ["--config", str(desk.config), "check", "--probe"])

    assert done.exit_code == 0, done.output
    assert "replaces Message-IDs: answers are proved only where plus-addresses work" in done.stderr
    assert "write trust.authserv_id: mx.old.example" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[lines.index("for maild.yaml") + 1 :] == [
        "desk:",
        "  plus_addresses: false",
        "  null_sender: true",
        "trust:",
        "  authserv_id: null",
    ]


def test_mail_that_does_not_come_is_a_no(mail_host: MailHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An address that leads elsewhere: exit 1, the address and the relay are named, nothing is proposed."""
    monkeypatch.setattr(watching, "PATIENCE", 2.0)
    desk = a_desk(tmp_path, mail_host, mail_host.new_user())
    elsewhere = mail_host.new_user()
    for file in desk.config.rglob("*.yaml"):
        file.write_text(file.read_text().replace(f"address: {desk.address}", f"address: {elsewhere}"))

    said = probed(desk, code=1)

    assert said["proposal"] is None
    assert f"a mail from {elsewhere} to itself by relay main: did not come" in said["notes"][0]
