"""Marks: ticket number ↔ subject tag ↔ signed Message-ID ↔ reply address, writing and reading side by side.

A mark is our signature over (outgoing mail, recipient's address, key). It stands in the Message-ID, in the pseudo-root
that heads References and, where plus-addresses work, in the reply and bounce addresses. Everything in it is lower-case
base32, digits and dots: mailers and mailing lists change the case of what they copy, and nothing else survives them.

BUGS
    A reply address spends 45 octets and its key's id on the mark; RFC 5321 (4.5.3.1.1) allows 64 for all that stands
    before the "@", so a queue's address with a long local part cannot use plus-addresses.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SIGNATURE_BYTES = 16
LINK_BYTES = 20
_LONGEST_NUMBER = 12

_MARK = re.compile(
    r"(?<![a-z0-9])[mrb]\.([a-z2-7]{16})\.([a-z0-9]{1,8})\.([a-z2-7]{26})(?![a-z0-9])", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret of the desk; `id` is 1–8 lower-case letters and digits, and names it in every mark it signed."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that signs now, and all keys by id that ever signed: a rotated key still proves its old marks."""

    current: SigningKey
    known: Mapping[str, SigningKey]


@dataclass(frozen=True, slots=True)
class OldTag:
    """A number that an old desk gave, and what stood before it in that desk's subjects."""

    tag: str
    number: int

    def __str__(self) -> str:
        return f"{self.tag.strip(' #:-')} #{self.number}"

    @property
    def id(self) -> str:
        """Name it as an id that no message can carry: by this the desk remembers whose number it was."""
        return f"old-desk:{self.tag.strip().lower()}:{self.number}"


@dataclass(frozen=True, slots=True)
class Mark:
    """`token` names an outgoing mail; whether the mark is genuine is only known beside its recipient's address."""

    token: str
    key: str
    signature: str

    def __str__(self) -> str:
        return f"{self.token}.{self.key}.{self.signature}"


def new_token(entropy: bytes) -> str:
    """Name an outgoing mail by ten random bytes: sixteen letters that nobody can guess."""
    if len(entropy) != 10:  # noqa: PLR2004 - 80 bits are the sixteen letters that `_MARK` reads
        raise ValueError(len(entropy))
    return b32encode(entropy).decode("ascii").lower()


def sign(token: str, recipient: str, keyring: Keyring) -> Mark:
    """Sign a mail to one recipient with the current key."""
    return Mark(token, keyring.current.id, _signature(token, recipient, keyring.current))


def link_secret(token: str, purpose: str, recipient: str, keyring: Keyring) -> str:
    """Make the secret of a link in a mail: 160 bits that nobody can tell from the mail's other marks (RFC 2104)."""
    said = f"maild-link-1\0{purpose}\0{token}\0{recipient.lower()}"
    digest = hmac.digest(keyring.current.secret, said.encode("utf-8", "backslashreplace"), hashlib.sha256)
    return b32encode(digest[:LINK_BYTES]).decode("ascii").lower()


def is_genuine(mark: Mark, recipient: str, keyring: Keyring) -> bool:
    """Say whether we signed this mark for this recipient, in constant time."""
    key = keyring.known.get(mark.key)
    if key is None:
        return False
    return hmac.compare_digest(_signature(mark.token, recipient, key), mark.signature)


def message_id(mark: Mark, domain: str) -> str:
    """Write the Message-ID of the mail itself."""
    return f"<m.{mark}@{domain}>"


def root_id(mark: Mark, domain: str) -> str:
    """Write the pseudo-root that heads References: no message carries it, every answer quotes it."""
    return f"<r.{mark}@{domain}>"


def reply_address(mark: Mark, address: str) -> str:
    """Write the plus-address that an answer comes back to."""
    return _plus("r", mark, address)


def bounce_address(mark: Mark, address: str) -> str:
    """Write the plus-address of the envelope, to which bounces come back."""
    return _plus("b", mark, address)


def exposure(mark: Mark) -> str:
    """Name the fact that a mark was seen outside, as an id that no message can carry."""
    return f"exposed:{mark.token}"


def find_marks(texts: Iterable[str]) -> tuple[Mark, ...]:
    """Find everything that looks like a mark, each once, in the order met; genuine or not is not asked here."""
    found = (
        Mark(match[1].lower(), match[2].lower(), match[3].lower()) for text in texts for match in _MARK.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def subject_tag(number: int, tag: str) -> str:
    """Write the tag that stands in the subject of a ticket's mails: `[#1042]`, or `[ACME #1042]`."""
    return f"[{tag} #{number}]" if tag else f"[#{number}]"


def find_tags(subject: str, tag: str, old_tags: Iterable[str]) -> tuple[int, ...]:
    """Find the numbers that a subject's tags claim, each once: ours, with or without `internal`, then old desks'.

    An old desk's tag is what stood before the number: `Ticket#` finds `[Ticket#2201]`, `rt.acme` `[rt.acme #2201]`.
    """
    mine = rf"\[\s*{re.escape(tag)}\s+#" if tag else r"\[\s*#"
    patterns = [rf"{mine}(\d{{1,{_LONGEST_NUMBER}}})(?:\s+internal)?\s*\]", *map(_old_tag, filter(str.strip, old_tags))]
    found = (int(match[1]) for pattern in patterns for match in re.finditer(pattern, subject, re.IGNORECASE | re.ASCII))
    return tuple(dict.fromkeys(found))


def find_old_tags(subject: str, old_tags: Iterable[str]) -> tuple[OldTag, ...]:
    """Find the tags of old desks in a subject, each once, with the numbers that those desks gave."""
    found = (
        OldTag(old, int(match[1]))
        for old in old_tags
        if old.strip()
        for match in re.finditer(_old_tag(old), subject, re.IGNORECASE | re.ASCII)
    )
    return tuple(dict.fromkeys(found))


def _old_tag(old: str) -> str:
    return rf"\[\s*{re.escape(old)}\s*[#:-]?\s*(\d{{1,{_LONGEST_NUMBER}}})\s*\]"


def _plus(kind: str, mark: Mark, address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{kind}.{mark}@{domain}"


def _signature(token: str, recipient: str, key: SigningKey) -> str:
    said = f"maild-mark-1\0{token}\0{key.id}\0{recipient.lower()}"
    digest = hmac.digest(key.secret, said.encode("utf-8", "backslashreplace"), hashlib.sha256)
    return b32encode(digest[:SIGNATURE_BYTES]).decode("ascii").rstrip("=").lower()
