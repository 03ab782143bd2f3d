"""How an attack is written: whom it is against, its mails, and what may come of each at most.

Every attack has a victim of its own: Bob, a customer with ticket, acknowledgement and a notice to Alice. The mails are
laid into the desk's mailbox as its border would: what the border found out about the sender stands on top, or nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from enum import Enum, auto

from tests.acceptance.working_desk import text_of


class May(Enum):
    """The most that may come of a mail."""

    OPEN = auto()  # a ticket of its own; the victim's is untouched
    HELD = auto()
    FLAG = auto()  # an entry of the victim's ticket that says how doubtful it is; nobody outside is told
    ASK = auto()  # kept, and the agent's own address is asked
    EVENT = auto()  # an event of the victim's ticket, told to nobody outside
    MATTER = auto()  # a matter of the desk
    KEEP = auto()  # an agent's words stay in the house: a note, a draft, a filed copy
    RELAY = auto()  # the agent's own words go to the victim, who asked, and to nobody else


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of an attack, and the most that may come of it; `words` are those that may reach the victim."""

    raw: bytes
    message_id: str
    may: May
    words: str = ""


@dataclass(slots=True)
class Scene:
    """A victim, and everything that an attacker might have got hold of."""

    desk: str
    alice: str
    carol: str
    erik: str
    bob: str
    eve: str
    number: int = 0
    subject: str = ""
    secret: str = ""
    first_id: str = ""
    thanks: EmailMessage = field(default_factory=EmailMessage)
    notice: EmailMessage = field(default_factory=EmailMessage)
    eriks: EmailMessage = field(default_factory=EmailMessage)
    ids: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return f"[#{self.number}]"

    @property
    def bobs_mark(self) -> str:
        return str(self.thanks["Message-ID"])

    @property
    def alices_mark(self) -> str:
        return str(self.notice["Message-ID"])


def write(
    may: May,
    sender: str,
    subject: str = "Hello",
    words: str | bytes = "Hello, I am somebody.",
    *,
    found: str = "pass",
    about: str = "",
    to: str = "",
    relayed: str = "",
    type_: str = "text/plain; charset=utf-8",
    **more: str | list[str],
) -> Letter:
    """Write a mail field by field, with whatever an attacker puts into them; `found` is the border's finding.

    `more` are further fields, a list for one that stands there several times; `to` is in scene.desk by default.
    """
    message_id = str(more.pop("Message_ID", make_msgid(domain="x.example")))
    domain = about or sender.rpartition("@")[2].strip("> \r\n")
    lines = []
    if found:
        policy = " (p=REJECT sp=REJECT dis=NONE)" if found != "none" else ""
        lines.append(f"Authentication-Results: mx.acme.example; dmarc={found}{policy} header.from={domain}")
    for name, values in more.items():
        lines += [f"{name.replace('_', '-')}: {value}" for value in ([values] if isinstance(values, str) else values)]
    if "From" not in more:
        lines.append(f"From: {sender}")
    lines += [f"To: {to}", f"Subject: {subject}", f"Message-ID: {message_id}", "MIME-Version: 1.0"]
    if "Date" not in more:
        lines.append("Date: Mon, 23 Nov 2026 09:30:00 +0000")
    lines.append(f"Content-Type: {type_}")
    body = words if isinstance(words, bytes) else re.sub("\r?\n", "\r\n", words).encode("utf-8", "surrogateescape")
    raw = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body + b"\r\n"
    return Letter(raw, message_id, may, relayed)


def answer(may: May, scene: Scene, words: str, relayed: str = "", **more: str | list[str]) -> Letter:
    """Write what Alice's client makes of an answer to her notice: words above the quoted notice."""
    quoted = "".join(f"> {line}\n" for line in text_of(scene.notice).splitlines())
    attribution = f"On Mon, 23 Nov 2026 at 09:12, {scene.notice['From']} wrote:"
    fields: dict[str, str | list[str]] = {
        "In_Reply_To": scene.alices_mark,
        "References": f"{scene.notice['References']} {scene.alices_mark}",
        **more,
    }
    subject = str(fields.pop("subject", f"Re: {scene.notice['Subject']}"))
    to = str(fields.pop("to", scene.desk))
    return write(
        may, scene.alice, subject, f"{words}\n\n{attribution}\n{quoted}", to=to, relayed=relayed or words, **fields
    )


Attack = Callable[[Scene], Iterator[Letter]]
