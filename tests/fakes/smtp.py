"""An SMTP server that lies when told to; otherwise it takes every mail.

Steps to plan for: `connect`, a command's verb (`EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `RSET`, `QUIT`), and
`dot`, when the whole message was read.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.wire import Talk, WireServer

Act = Callable[[Talk, str], None]
EXTENSIONS = ("8BITMIME", "SIZE 1000000", "SMTPUTF8", "AUTH PLAIN LOGIN CRAM-MD5")


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail whose final dot was read, whatever was answered to it."""

    sender: str
    recipient: str
    raw: bytes


def reply(*lines: str) -> Act:
    """Answer with these lines."""
    return lambda talk, _line: talk.say(*lines)


def reply_and_cut(*lines: str) -> Act:
    """Answer and hang up."""

    def act(talk: Talk, _line: str) -> None:
        talk.say(*lines)
        talk.cut()

    return act


class FakeSmtp(WireServer):
    """Takes mail from everybody; `taken` are the mails whose final dot was read."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = EXTENSIONS,
        context: ssl.SSLContext | None = None,
        is_implicit: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(context, is_implicit=is_implicit, host=host)
        self._extensions = extensions
        self.taken: list[Taken] = []

    def converse(self, talk: Talk) -> None:
        if not self.act("connect", talk, ""):
            talk.say("220 fake ESMTP")
        sender = recipient = ""
        while True:
            line = talk.hear()
            self.note(line)
            verb = line.upper().split(" ", 1)[0]
            if verb == "MAIL":
                sender = _address(line)
            elif verb == "RCPT":
                recipient = _address(line)
            if not self.act(verb, talk, line):
                self._answer(talk, verb, line, Taken(sender, recipient, b""))

    def _answer(self, talk: Talk, verb: str, line: str, envelope: Taken) -> None:
        if verb == "EHLO":
            offers = ("fake", *self._extensions, *(("STARTTLS",) if self.context else ()))
            talk.say(*(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}")
        elif verb == "STARTTLS" and self.context:
            talk.say("220 begin")
            talk.begin_tls(self.context)
        elif verb == "AUTH":
            talk.say("235 2.7.0 welcome")
        elif verb == "DATA":
            talk.say("354 go on")
            self.take(talk, envelope)
        elif verb == "QUIT":
            talk.say("221 bye")
            talk.cut()
        else:
            talk.say("250 2.0.0 ok")

    def take(self, talk: Talk, envelope: Taken) -> None:
        """Read a message to its dot and answer."""
        lines = list(iter(talk.hear_bytes, b"."))
        raw = b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines)
        self.taken.append(Taken(envelope.sender, envelope.recipient, raw))
        self.note("dot")
        if not self.act("dot", talk, "."):
            talk.say(f"250 2.0.0 taken as number {len(self.taken)}")


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
