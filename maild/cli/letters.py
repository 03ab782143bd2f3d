"""The mails by which a desk tries itself: what each is for, how it is written, and what its coming tells.

They are automatic answers to nothing, so that a daemon at work files them as the desk's own matter.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from maild import marks
from maild.marks import Keyring, SigningKey
from maild.model.mail import Automatic, Message
from maild.parsing.authenticity import FIRST_WITHOUT_ID, parse_results

FORGED_DOMAIN: Final = "maild-probe.invalid"


class Kind(StrEnum):
    """What a letter tries."""

    PLAIN = "plain"  # does it come at all, under its own Message-ID, and who vouches for its sender
    PLUS = "plus-address"
    NULL = "null sender"
    FORGED = "forged results"  # is a line removed that claims to be the receiving server's


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the desk to itself; `token` finds it again, whatever a server made of its head."""

    kind: Kind
    queue: str
    token: str
    envelope_from: str
    recipient: str
    message_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Came:
    """A letter that lies in a mailbox, as it was read there; `place` is for an operator's eyes."""

    letter: Letter
    place: str
    message: Message

    @property
    def is_back(self) -> bool:
        """Whether it is a report that the letter could not be delivered."""
        return self.message.automatic is Automatic.BOUNCE

    @property
    def has_kept_id(self) -> bool:
        """Whether the Message-ID is the one that it was sent with."""
        return self.message.message_id == self.letter.message_id

    @property
    def has_kept_forgery(self) -> bool:
        """Whether the line stands that claims to be the receiving server's."""
        return any(FORGED_DOMAIN in value for value in self.message.authentication)


def write_letter(kind: Kind, queue: str, address: str, now: datetime, server: str = "") -> Letter:
    """Write a letter with a Message-ID and a plus-address like those of the desk's mails.

    `server` is in whose name the forged results speak.
    """
    key = SigningKey(secrets.token_hex(2), secrets.token_bytes(32))
    mark = marks.sign(marks.new_token(secrets.token_bytes(10)), address, Keyring(key, {key.id: key}))
    message_id = marks.message_id(mark, address.rpartition("@")[2])
    recipient = marks.reply_address(mark, address) if kind is Kind.PLUS else address
    forged = f"Authentication-Results: {server}; dmarc=pass (p=REJECT) header.from={FORGED_DOMAIN}"
    head = (
        *([forged] if kind is Kind.FORGED else []),
        f"From: maild probe <{address}>",
        f"To: {recipient}",
        f"Subject: maild probe {mark.token}: {kind}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    )
    words = f"`maild check --probe` sent this to see what becomes of it ({kind}). Nobody needs to answer."
    raw = "\r\n".join((*head, "", words, "")).encode("ascii")
    return Letter(kind, queue, mark.token, "" if kind is Kind.NULL else address, recipient, message_id, raw)


def find_stamp(messages: Iterable[Message]) -> str | None:
    """Name the server that heads these mails with its results, most often: as `trust.authserv_id` takes it.

    Only the topmost header counts: it was written last, by whoever handed the mail to its mailbox.
    """
    stamps = Counter(stamp for message in messages if (stamp := _stamp_of(message.authentication)) is not None)
    return stamps.most_common(1)[0][0] if stamps else None


def _stamp_of(values: Sequence[str]) -> str | None:
    top = parse_results(values[0]) if values else None
    return None if top is None else top.server or FIRST_WITHOUT_ID
