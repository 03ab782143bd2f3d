"""DKIM signatures (RFC 6376) as far as they can be checked without their keys: body, fields, signer.

What costs with a mail's size is done here, in the reader; what is left for whoever has the key is one operation over 32
bytes. A signature is left out, not reported, if anything about it is odd: a broken one says no more than none.

Stricter than the RFC, because a proof here lets its bearer command tickets:

- `l=` is refused: what stands below the counted bytes is anybody's (8.2);
- every From, Subject, Date and Message-ID that the mail holds must be signed: a second one could be put above it
  (8.15), and a mail with another id would not be known for a repeated one;
- SHA-1 and an identity outside the signing domain are refused.

A line that is no field ends the header block here; a lenient reader, which goes on after it, reads another mail, whose
body fits no hash.

BUGS
    Google and Microsoft sign neither all recipients nor the ids that an answer names; who got such a mail can send it
    again with others. Its Message-ID stays, and by that it is known.
"""

import re
from base64 import b64decode
from binascii import Error as BinasciiError
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from maild.model.mail import Seal, SealKind
from maild.parsing.authenticity import domain_of, is_aligned
from maild.parsing.fields import read_spans

_MOST_FIELDS: Final = 1000
_LONGEST: Final = 16 * 1024
_MOST_SIGNED: Final = 200
_LONGEST_NAME: Final = 253
_LONGEST_INSTANT: Final = 12
_MUST_BE_SIGNED: Final = (b"from", b"subject", b"date", b"message-id")
_TAG = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=[ \t\r\n]*([^;]*?)[ \t\r\n]*\Z")
_BLANKS = re.compile(r"[ \t\r\n]+")
_OWN_VALUE = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_END = re.compile(rb"\r?\n")
_RUN = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Tags:
    """The tags of one signature, read and found sound."""

    domain: str
    selector: str
    kind: SealKind
    is_header_relaxed: bool
    is_body_relaxed: bool
    signed: tuple[bytes, ...]
    body_hash: bytes
    value: bytes
    is_exact: bool
    expires_at: datetime | None


def read_seals(raw: bytes, sender: str, most: int) -> tuple[Seal, ...]:
    """Find up to `most` signatures that may speak for the domain of `sender`, topmost first, in the whole mail."""
    head = _read_fields(raw)
    if head is None:
        return ()
    fields, body_start = head
    body = _Body(raw, body_start)
    domain = domain_of(sender)
    seals: list[Seal] = []
    tried = 0
    for at, each in enumerate(fields):
        if each.name != b"dkim-signature" or tried == most:
            continue
        tags = _read_tags(each)
        if tags is None or not is_aligned(tags.domain, domain) or not _covers(tags, fields):
            continue
        tried += 1
        if body.hash(is_relaxed=tags.is_body_relaxed) == tags.body_hash:
            seals.append(_seal(tags, _digest(tags, fields, at)))
    return tuple(seals)


def _read_fields(raw: bytes) -> tuple[Sequence[_Field], int] | None:
    """Cut the header block into fields, and say where the body begins; None where they are too many."""
    fields: list[_Field] = []
    end = 0
    for name, start, stop in read_spans(raw):
        fields.append(_Field(name, raw[start:stop]))
        end = stop
        if len(fields) > _MOST_FIELDS:
            return None
    blank = _END.match(raw, end)
    return fields, blank.end() if blank is not None else end


class _Body:
    """The body of a mail, hashed once for each way of writing it."""

    def __init__(self, raw: bytes, start: int) -> None:
        self._raw = raw
        self._start = start
        self._hashes: dict[bool, bytes] = {}

    def hash(self, *, is_relaxed: bool) -> bytes:
        """Hash the body as one of the two canonicalizations writes it (RFC 6376, 3.4.3 and 3.4.4)."""
        if is_relaxed not in self._hashes:
            body = _with_crlf(self._raw[self._start :])
            body = _without_empty_lines(_with_single_blanks(body) if is_relaxed else body)
            self._hashes[is_relaxed] = sha256(body + b"\r\n" if body or not is_relaxed else b"").digest()
        return self._hashes[is_relaxed]


# Whole-body replacements, and no patterns: those keep every match in memory, and a bomb has ten million.
def _with_single_blanks(body: bytes) -> bytes:
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body.replace(b" \r\n", b"\r\n").removesuffix(b" ")


def _without_empty_lines(body: bytes) -> bytes:
    """Take the line ends off the end of a body of which every line ends in CRLF."""
    if body.endswith(b"\r"):
        return body
    words = len(body.rstrip(b"\r\n"))
    bare = body.rfind(b"\r\r", max(words - 1, 0))
    return body[: bare + 1 if bare >= 0 else words]


def _with_crlf(data: bytes) -> bytes:
    """Write line ends as they were sent: files and some servers keep them bare."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _read_tags(found: _Field) -> _Tags | None:
    """Read a signature's tags (RFC 6376, 3.5); None for one that is not sound."""
    _, _, value = found.raw.partition(b":")
    if len(value) > _LONGEST or not value.isascii():
        return None
    tags = parse_tags(value.decode("ascii"))
    if tags is None or tags.get("v") != "1" or "l" in tags or not {"a", "b", "bh", "d", "h", "s"} <= tags.keys():
        return None
    domain, selector = tags["d"].lower().rstrip("."), tags["s"].lower()
    kind = next((each for each in SealKind if each == tags["a"].lower()), None)
    header, _, body = tags.get("c", "simple/simple").lower().partition("/")
    signed = tuple(name.strip().lower().encode() for name in tags["h"].split(":"))
    body_hash, signature = decode_base64(tags["bh"]), decode_base64(tags["b"])
    expires_at, is_timely = _read_expiry(tags)
    identity = tags.get("i", f"@{domain}").rpartition("@")[2].lower().rstrip(".")
    is_sound = (
        kind is not None
        and {header, body or "simple"} <= {"simple", "relaxed"}
        and "dns/txt" in _BLANKS.sub("", tags.get("q", "dns/txt")).lower().split(":")
        and is_timely
        and (identity == domain or identity.endswith(f".{domain}"))
        and len(signed) <= _MOST_SIGNED
        and is_name(f"{selector}._domainkey.{domain}")
    )
    if not is_sound or kind is None or body_hash is None or signature is None:
        return None
    is_exact = identity == domain
    relaxed = (header == "relaxed", body == "relaxed")
    return _Tags(domain, selector, kind, *relaxed, signed, body_hash, signature, is_exact, expires_at)


def parse_tags(text: str) -> Mapping[str, str] | None:
    """Read a list of tags (RFC 6376, 3.2); None where one stands twice or is none."""
    tags: dict[str, str] = {}
    pieces = text.split(";")
    if not pieces[-1].strip():
        pieces.pop()
    for piece in pieces:
        found = _TAG.match(piece)
        if found is None or found[1] in tags:
            return None
        tags[found[1]] = found[2]
    return tags


def decode_base64(text: str) -> bytes | None:
    """Decode base64 with blanks anywhere in it (RFC 6376, 2.10)."""
    try:
        return b64decode(_BLANKS.sub("", text), validate=True)
    except (BinasciiError, ValueError):
        return None


def is_name(name: str) -> bool:
    """Tell a name that DNS can be asked for."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def _read_expiry(tags: Mapping[str, str]) -> tuple[datetime | None, bool]:
    """Read until when a signature is good, and whether its times make sense; absurdly late is never."""
    times = [tags.get("t", "0"), tags.get("x", "0")]
    if not all(time.isdecimal() and time.isascii() and len(time) <= _LONGEST_INSTANT for time in times):
        return None, False
    signed, expires = map(int, times)
    if "x" not in tags:
        return None, True
    try:
        return datetime.fromtimestamp(expires, UTC), expires > signed
    except (OverflowError, OSError, ValueError):
        return None, expires > signed


def _covers(tags: _Tags, fields: Sequence[_Field]) -> bool:
    """Tell whether all that a mail is known by is signed, as often as it stands there."""
    there, signed = Counter(each.name for each in fields), Counter(tags.signed)
    return b"from" in signed and all(signed[name] >= there[name] for name in _MUST_BE_SIGNED)


def _digest(tags: _Tags, fields: Sequence[_Field], own: int) -> bytes:
    """Hash the signed fields, the last of a name first, and the signature's own without its value (RFC 6376, 3.7)."""
    digest = sha256()
    waiting: dict[bytes, list[_Field]] = {}
    for at, each in enumerate(fields):
        if at != own:
            waiting.setdefault(each.name, []).append(each)
    write = _relaxed if tags.is_header_relaxed else _simple
    for name in tags.signed:
        if waiting.get(name):
            digest.update(write(waiting[name].pop().raw) + b"\r\n")
    head, colon, value = fields[own].raw.partition(b":")
    digest.update(write(head + colon + _OWN_VALUE.sub(rb"\1", value)))
    return digest.digest()


def _simple(field: bytes) -> bytes:
    return _with_crlf(field).removesuffix(b"\r\n")


def _relaxed(field: bytes) -> bytes:
    name, _, value = _FOLD.sub(b"", _simple(field)).partition(b":")
    return name.strip(b" \t").lower() + b":" + _RUN.sub(b" ", value).strip(b" \t\r\n")


def _seal(tags: _Tags, digest: bytes) -> Seal:
    return Seal(
        name=f"{tags.selector}._domainkey.{tags.domain}",
        domain=tags.domain,
        kind=tags.kind,
        digest=digest,
        value=tags.value,
        is_exact=tags.is_exact,
        expires_at=tags.expires_at,
    )
