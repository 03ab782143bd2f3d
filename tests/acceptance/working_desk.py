"""A desk at work, seen from outside: `maild run` as a process, its log, its command line, mail clients around it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import formatdate, make_msgid
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from tests.servers.host import MailHost

PATIENCE = 60


@dataclass(slots=True)
class Running:
    """One life of the daemon: its process and what it logged so far."""

    process: "subprocess.Popen[str]"
    lines: list[dict[str, Any]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)
    listener: Thread | None = None

    def listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as stream:
            for line in stream:
                with self.changed:
                    if line.startswith("{"):
                        self.lines.append(json.loads(line))
                    else:
                        self.other.append(line)
                    self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def find(self, event: str, **values: object) -> list[dict[str, Any]]:
        wanted = {"event": event, **values}
        return [line for line in self.lines if wanted.items() <= line.items()]


class WorkingDesk:
    """A desk of its own on shared servers: own address, own agents, own state directory."""

    def __init__(
        self,
        host: MailHost,
        folder: Path,
        *,
        send_delay: str = "0s",
        notice_every: str = "0s",
        extra: str = "",
        database: str | None = None,
        old_before: str = "2000-01-01T00:00:00Z",
    ) -> None:
        self.host = host
        self.database = database
        self.takeover = f"{{before: {old_before}}}"
        self.folder = folder
        self.address = host.new_user()
        self.alice, self.carol = host.new_user(), host.new_user()
        self.state = folder / "state"
        self.config = folder / "config"
        self.running: Running | None = None
        self._write_config(f"send_delay: {send_delay}, notice_every: {notice_every}", extra)

    def _write_config(self, delays: str, extra: str) -> None:
        secret = self.folder / "password"
        secret.write_text(self.host.password, encoding="ascii")
        secret.chmod(0o600)
        (self.config / "rules").mkdir(parents=True)
        imap, relay = self.host.dovecot, self.host.postfix
        account = f"user: {self.address}, password_file: {secret}"
        (self.config / "maild.yaml").write_text(
            "version: 1\n"
            f"desk: {{name: Acme Support, address: {self.address}, {delays}}}\n"
            f"state: {{directory: {self.state}, database: {self.database or 'null'}}}\n"
            f"mailboxes:\n  support: {{host: 127.0.0.1, port: {imap.tls_port}, tls: implicit, {account}, "
            f"takeover: {self.takeover}}}\n"
            f"relays:\n  main: {{host: 127.0.0.1, port: {relay.submission_port}, tls: starttls, {account}}}\n"
            f"trust: {{authserv_id: {self.host.authserv_id}}}\n" + extra,
            encoding="utf-8",
        )
        (self.config / "rules" / "people.yaml").write_text(
            "people:\n"
            f"  alice: {{name: Alice Reyes, mail: {self.alice}}}\n"
            f"  carol: {{name: Carol Lind, mail: {self.carol}, role: [agent, manager, admin]}}\n"
            "teams:\n  first-line: {members: [alice, carol], lead: carol}\n"
            "queues:\n"
            f"  support: {{address: {self.address}, name: Acme Support, relay: main, team: first-line,"
            " visible_to: all}\n",
            encoding="utf-8",
        )

    def start(self, *through: str, **environ: str) -> Running:
        """Start the daemon, `through` a program that sets its limits; returns at once."""
        command = [*through, sys.executable, "-m", "maild", "--config", str(self.config), "run"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ | environ
        )
        self.running = Running(process)
        self.running.listener = Thread(target=self.running.listen, daemon=True)
        self.running.listener.start()
        return self.running

    def wait_for_event(self, event: str, count: int = 1, **values: object) -> list[dict[str, Any]]:
        """Wait until this life of the daemon has logged `event` so often, or ended."""
        running = self.running
        assert running
        with running.changed:
            running.changed.wait_for(
                lambda: len(running.find(event, **values)) >= count or running.process.poll() is not None, PATIENCE
            )
            found = running.find(event, **values)
        assert len(found) >= count, (event, values, running.lines[-20:], running.other[-20:])
        return found

    def wait_for_end(self) -> int:
        """Wait until the daemon ends by itself; return its exit code."""
        running = self.running
        assert running and running.listener
        code = running.process.wait(PATIENCE)
        running.listener.join(PATIENCE)
        return code

    def stop(self) -> int:
        """End the daemon as systemd does; return its exit code."""
        assert self.running
        self.running.process.send_signal(signal.SIGTERM)
        return self.wait_for_end()

    def kill(self) -> None:
        """End the daemon as a power cut does."""
        assert self.running
        self.running.process.kill()
        self.wait_for_end()

    def remove(self) -> None:
        """Leave no process behind."""
        if self.running and self.running.process.poll() is None:
            self.kill()

    def maild(self, *words: str, environ: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command of the command line."""
        command = [sys.executable, "-m", "maild", "--config", str(self.config), *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE, env=os.environ | dict(environ or {})
        )

    def begin_maild(self, *words: str) -> "subprocess.Popen[bytes]":
        """Begin a command of the command line, and go on; it prints into the void."""
        command = [sys.executable, "-m", "maild", "--config", str(self.config), *words]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def show(self, *words: str) -> Any:
        """Run a command with --json and read its answer."""
        done = self.maild(*words, "--json")
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def write(self, sender: str, subject: str, words: str, **headers: str) -> EmailMessage:
        """Write a mail to the desk."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = headers.pop("From", sender)
        mail["To"] = headers.pop("To", self.address)
        mail["Subject"] = subject
        mail["Date"] = headers.pop("Date", formatdate())
        mail["Message-ID"] = headers.pop("Message_ID", make_msgid(domain=sender.partition("@")[2]))
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(words)
        return mail

    def answer(self, sender: str, original: EmailMessage, words: str, **headers: str) -> EmailMessage:
        """Answer a mail above the quoted original."""
        subject = str(original["Subject"])
        quoted = "".join(f"> {line}\n" for line in text_of(original).splitlines())
        ids = str(original["Message-ID"])
        return self.write(
            sender,
            subject if subject.startswith("Re: ") else f"Re: {subject}",
            f"{words}\n\nOn Mon, 23 Nov 2026 at 09:12, {original['From']} wrote:\n{quoted}",
            In_Reply_To=ids,
            References=f"{original['References'] or ''} {ids}".strip(),
            **headers,
        )

    def send(self, mail: EmailMessage | bytes, sender: str, verdict: str = "pass") -> None:
        """Send a mail to the desk, found so at the border."""
        self.host.send(mail, sender, [self.address], verdict)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """All that was delivered to an address so far, oldest first."""
        return [read(mail.raw) for mail in self.host.transcript if mail.recipient == address]

    def wait_for_mail(self, address: str, is_wanted: Callable[[EmailMessage], bool] = lambda _: True) -> EmailMessage:
        """Wait for a mail to an address; the newest one that is wanted."""
        self.host.drop.wait_for(lambda mail: mail.recipient == address and is_wanted(read(mail.raw)), 1)
        return [mail for mail in self.mails_to(address) if is_wanted(mail)][-1]


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""
