"""What the audience sees: every happening on one line with its time, and a way for the cast to wait for their cue."""

import email.policy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parseaddr
from threading import Condition
from typing import TypeVar

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from maild.demo.servers import Passed

PATIENCE_SECONDS = 60
T = TypeVar("T")


class MissedCueError(Exception):
    """Something that should have happened did not, in a minute."""


@dataclass(slots=True)
class Stage:
    """Collects what happens, prints it, and lets the cast wait for it. Safe to use from every thread."""

    console: Console
    desk: str
    mails: list[Passed] = field(default_factory=list)
    log: list[dict[str, object]] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)

    def tell(self, words: str) -> None:
        """Say to the audience what comes next."""
        self.console.print(Text(f"\n{words}", style="bold"))

    def show_words(self, mail: EmailMessage) -> None:
        """Show the words of a mail."""
        head = f"To: {mail['To']}\nSubject: {mail['Subject']}"
        self.console.print(Panel(f"{head}\n\n{plain_text(mail).strip()}", width=100), markup=False)

    def note(self, who: str, words: str) -> None:
        """Show something that is no mail."""
        with self._changed:
            self._print(None, Text.assemble((f"  {who:<5}", "yellow"), words))

    def show_mail(self, passed: Passed) -> None:
        """Show a mail that went through the relay."""
        mail = read_mail(passed.raw)
        subject = str(mail["Subject"] or "(no subject)")
        if passed.recipient == self.desk:
            who, verdict = parseaddr(str(mail["From"]))[1], _verdict(mail)
            line = Text.assemble(("  in   ", "cyan"), f"{who:<24} ", (f"{verdict:<9}", "dim"), (subject, "bold"))
        else:
            line = Text.assemble(("  out  ", "green"), f"{passed.recipient:<24} ", (subject, "bold"))
        with self._changed:
            self.mails.append(passed)
            self._print(passed.at, line)
            self._changed.notify_all()

    def show_log(self, line: dict[str, object], at: datetime) -> None:
        """Show what the daemon says that it did with a mail."""
        words = _SAID.get(str(line.get("event")))
        with self._changed:
            self.log.append(line)
            if words is not None:
                self._print(at, Text.assemble(("  desk ", "magenta"), (words(line), "dim")))
            self._changed.notify_all()

    def wait_for_mail(self, recipient: str, is_wanted: Callable[[EmailMessage], bool], after: int = 0) -> EmailMessage:
        """Wait for a mail to `recipient`, not looking at the first `after` mails of the evening."""

        def find() -> EmailMessage | None:
            for passed in self.mails[after:]:
                if passed.recipient == recipient:
                    mail = read_mail(passed.raw)
                    if is_wanted(mail):
                        return mail
            return None

        return self._wait(find, f"a mail to {recipient}")

    def wait_for_event(self, name: str, after: int = 0) -> dict[str, object]:
        """Wait for the daemon to log `name`, not looking at its first `after` lines."""
        return self._wait(lambda: next((line for line in self.log[after:] if line.get("event") == name), None), name)

    def count(self, name: str) -> int:
        """Say how often the daemon logged `name`."""
        with self._changed:
            return sum(line.get("event") == name for line in self.log)

    def _wait(self, find: Callable[[], T | None], what: str) -> T:
        with self._changed:
            if not self._changed.wait_for(lambda: find() is not None, PATIENCE_SECONDS):
                raise MissedCueError(what)
            found = find()
            if found is None:
                raise MissedCueError(what)
            return found

    def _print(self, at: datetime | None, line: Text) -> None:
        clock = Text(at.astimezone().strftime("%H:%M:%S.%f")[:-3] if at is not None else " " * 12, style="dim")
        self.console.print(Text.assemble(clock, line), no_wrap=True, overflow="ellipsis", crop=True)


def read_mail(raw: bytes) -> EmailMessage:
    """Read a mail as a mail client does."""
    mail = message_from_bytes(raw, policy=email.policy.default)
    if not isinstance(mail, EmailMessage):
        raise TypeError(type(mail))
    return mail


def plain_text(mail: EmailMessage) -> str:
    """Give the words of a mail."""
    body = mail.get_body(("plain", "html"))
    return "" if body is None else str(body.get_content())


def _verdict(mail: EmailMessage) -> str:
    results = str(mail["Authentication-Results"] or "")
    if "dmarc=pass" in results:
        return "proved"
    return "forged" if "dmarc=fail" in results else "unproved"


_SAID: dict[str, Callable[[dict[str, object]], str]] = {
    "ticket_opened": lambda line: f"ticket #{line['ticket']} opened, {line['mails']} mails to write",
    "entry_added": lambda line: f"filed in #{line['ticket']}, {line['mails']} mails to write",
    "arrival_duplicate": lambda _line: "the same mail again: a duplicate, nothing to do",
    "arrival_held": lambda line: f"held: {line['reason']}",
    "desk_matter": lambda line: f"a matter of the desk's: {line['reason']}",
}
