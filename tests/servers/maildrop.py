"""Where Postfix delivers: an LMTP server that lays each mail into the recipient's Maildir, which Dovecot shows.

It keeps a transcript of every delivery, and one may wait for the next.
"""

import itertools
import os
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """One mail as it reached one mailbox: the envelope, and the bytes with the trace that the servers added."""

    sender: str
    recipient: str
    raw: bytes = field(repr=False)


class Maildrop:
    """Mailboxes of any name; a local part that begins with `full-` or `gone-` is refused as its name says.

    With a `delimiter`, what follows it in a local part names no mailbox of its own.
    """

    def __init__(self, maildir: Callable[[str], Path], uid: int, gid: int, delimiter: str = "") -> None:
        self._maildir = maildir
        self._delimiter = delimiter
        self._owner = (uid, gid)
        self._delivered: list[Delivered] = []
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.drop = self
        self._thread = threading.Thread(target=self._server.serve_forever, name="maildrop", daemon=True)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def transcript(self) -> tuple[Delivered, ...]:
        """All deliveries so far, oldest first."""
        with self._news:
            return tuple(self._delivered)

    def wait_for(self, is_it: Callable[[Delivered], bool], count: int = 1) -> list[Delivered]:
        """Wait until `count` deliveries are such; raise TimeoutError after a minute without them."""
        found: list[Delivered] = []

        def is_enough() -> bool:
            found[:] = [mail for mail in self._delivered if is_it(mail)]
            return len(found) >= count

        with self._news:
            if not self._news.wait_for(is_enough, PATIENCE):
                raise TimeoutError(f"{len(found)} of {count} mails came; all: {self._delivered}")
        return found

    def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        trace = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        mail = Delivered(sender, recipient, trace + raw)
        folder = self._folder(recipient)
        name = f"{int(time.time())}.M{next(self._numbers):08}P{os.getpid()}.maildrop"
        # Dovecot stores lines without CR, as a Maildir does.
        content = mail.raw.replace(b"\r\n", b"\n")
        temporary = folder / "tmp" / name
        temporary.write_bytes(content)
        os.chown(temporary, *self._owner)
        temporary.rename(folder / "new" / f"{name},S={len(content)},W={len(mail.raw)}")
        with self._news:
            self._delivered.append(mail)
            self._news.notify_all()

    def _folder(self, recipient: str) -> Path:
        local, _, domain = recipient.rpartition("@")
        plain = local.partition(self._delimiter)[0] if self._delimiter else local
        folder = self._maildir(f"{plain}@{domain}")
        for part in (folder.parent.parent, folder.parent, folder, folder / "tmp", folder / "new", folder / "cur"):
            if not part.exists():
                part.mkdir(exist_ok=True)
                os.chown(part, *self._owner)
        return folder


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    drop: Maildrop


class _Conversation(socketserver.StreamRequestHandler):
    """One LMTP conversation (RFC 2033), as much of it as Postfix needs."""

    server: _Server

    def handle(self) -> None:
        self._say("220 maildrop LMTP")
        sender, recipients = "", list[str]()
        while line := self.rfile.readline().decode("utf-8", "surrogateescape").rstrip("\r\n"):
            verb = line.upper().split(" ", 1)[0].split(":", 1)[0]
            if verb == "LHLO":
                self._say("250-maildrop", "250-8BITMIME", "250-SMTPUTF8", "250 SIZE")
            elif verb == "MAIL":
                sender, recipients = _address(line), []
                self._say("250 2.1.0 ok")
            elif verb == "RCPT":
                self._take_recipient(_address(line), recipients)
            elif verb == "DATA":
                self._take_message(sender, recipients)
            elif verb == "QUIT":
                self._say("221 2.0.0 bye")
                return
            else:
                self._say("250 2.0.0 ok")

    def _take_recipient(self, address: str, recipients: list[str]) -> None:
        if address.startswith("gone-"):
            self._say("550 5.1.1 no such user")
        elif address.startswith("full-"):
            self._say("452 4.2.2 mailbox full")
        else:
            recipients.append(address)
            self._say("250 2.1.5 ok")

    def _take_message(self, sender: str, recipients: list[str]) -> None:
        self._say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        raw = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
        for recipient in recipients:
            self.server.drop.deliver(sender, recipient, raw)
            self._say("250 2.0.0 delivered")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
