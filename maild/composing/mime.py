"""The body of a mail: text, HTML, pictures and attachments become finished octets (RFC 2045, 2046, 2387).

All is 7-bit with CRLF and lines of at most 998 octets, so that no relay has a reason to touch it. A body's octets
depend on its contents alone: the same words to several people are the same octets, and the store keeps them once. A
large attachment is a piece of its own, the same object in the mails to all of a team.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from maild.composing.headers import clean, parameter
from maild.model.mail import Attachment

_LONGEST_LINE = 78  # RFC 5322, 2.1.1: should; a longer one is encoded
_BASE64_LINE = 76
_LONGEST_NAME = 255  # octets: what file systems take
_LONGEST_EXTENSION = 16
_LARGE = 65_536  # octets: from here on a part is worth a piece of its own
_LONGEST_SENDABLE = 990  # RFC 5322, 2.1.1: must, below 998 by what a relay may add
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment that the HTML shows in its place, by a Content-ID of our own making."""

    content_id: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Body:
    """What follows the header block, piece by piece, and the fields in it that say how to read that."""

    fields: bytes
    pieces: tuple[bytes, ...] = field(repr=False)


class Encoder:
    """Attachments as they stand in a mail, each made once for all the mails that show it."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], tuple[str, bytes]] = {}

    def encode(self, attachment: Attachment, *, is_mail: bool) -> tuple[str, bytes]:
        """Give a transfer encoding and the octets; a mail stands as it is where it can (RFC 2046, 5.2.1)."""
        key = (attachment.sha256, is_mail)
        if key not in self._made:
            as_it_is = is_mail and _is_sendable_as_it_is(attachment.content)
            made = ("7bit", _with_crlf(attachment.content)) if as_it_is else ("base64", _base64(attachment.content))
            self._made[key] = made
        return self._made[key]


def clean_text(value: str) -> str:
    """Make text fit for a mail and a page: lines end in LF, controls are gone, a lone surrogate is a U+FFFD."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_ENDS.sub("\n", value)))


def safe_name(name: str, fallback: str = "attachment") -> str:
    """Make a file name that is only a name: no path, no controls, at most 255 octets with its extension kept."""
    name = clean(re.split(r"[/\\]", name)[-1]).strip(". ") or fallback
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION or not extension.isascii():
        stem, dot, extension = name, "", ""
    return stem.encode()[: _LONGEST_NAME - len(dot + extension)].decode("utf-8", "ignore") + dot + extension


def build_body(
    text: str, html: str | None, pictures: Sequence[Picture], attachments: Sequence[Attachment], encoder: Encoder
) -> Body:
    """Put the parts of a mail together.

    `text` and `html` must be clean (see clean_text). Pictures are dropped where there is no HTML to show them.
    """
    body = _text_part("plain", text)
    if html is not None:
        boundary = _boundary(text, html, pictures, attachments)
        shown = _text_part("html", html)
        if pictures:
            shown = _multipart(
                "related", boundary + ".r", [shown, *(_picture_part(each, encoder) for each in pictures)]
            )
        body = _multipart("alternative", boundary + ".a", [body, shown])
    if attachments:
        boundary = _boundary(text, html or "", pictures, attachments)
        body = _multipart(
            "mixed", boundary + ".m", [body, *(_binary_part(each, "attachment", encoder) for each in attachments)]
        )
    return body


def _boundary(text: str, html: str, pictures: Sequence[Picture], attachments: Sequence[Attachment]) -> str:
    """Name a boundary that no part can hold: "=_" is in no encoded part, and a plain one that has it is encoded."""
    names = [f"{each.sha256} {each.name}" for each in (*(one.attachment for one in pictures), *attachments)]
    seed = "\0".join([text, html, *names])
    return "=_" + sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _multipart(kind: str, boundary: str, parts: Sequence[Body]) -> Body:
    extra = '; type="text/html"' if kind == "related" else ""
    fields = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"{extra}\r\n'.encode("ascii")
    opening = b"--" + boundary.encode("ascii") + b"\r\n"
    pieces: list[bytes] = []
    for part in parts:
        pieces += (opening, part.fields, b"\r\n", *part.pieces, b"\r\n")
    pieces.append(b"--" + boundary.encode("ascii") + b"--\r\n")
    return Body(fields, tuple(_gathered(pieces)))


def _gathered(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """Join what is small; a large piece stays the object that it is."""
    small: list[bytes] = []
    for piece in pieces:
        if len(piece) < _LARGE:
            small.append(piece)
            continue
        yield b"".join(small)
        small.clear()
        yield piece
    yield b"".join(small)


def _text_part(subtype: str, text: str) -> Body:
    raw = text.replace("\n", "\r\n").encode("utf-8")
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    if raw.isascii() and b"=_" not in raw and max(map(len, raw.split(b"\r\n"))) <= _LONGEST_LINE:
        return Body(_type_fields(f'text/{subtype}; charset="us-ascii"', "7bit"), (raw,))
    if len(text) * 5 >= len(raw) * 4:  # mostly ASCII: readable as it is sent, and shorter than base64
        return Body(_type_fields(f'text/{subtype}; charset="utf-8"', "quoted-printable"), (b2a_qp(raw, istext=True),))
    return Body(_type_fields(f'text/{subtype}; charset="utf-8"', "base64"), (_base64(raw),))


def _type_fields(kind: str, encoding: str) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n".encode("ascii")


def _base64(raw: bytes) -> bytes:
    packed = b2a_base64(raw, newline=False)
    return b"\r\n".join([packed[at : at + _BASE64_LINE] for at in range(0, len(packed), _BASE64_LINE)]) + b"\r\n"


def _picture_part(picture: Picture, encoder: Encoder) -> Body:
    part = _binary_part(picture.attachment, "inline", encoder)
    return Body(part.fields + f"Content-ID: <{picture.content_id}>\r\n".encode("ascii"), part.pieces)


def _binary_part(attachment: Attachment, disposition: str, encoder: Encoder) -> Body:
    kind = attachment.type.lower() if _TYPE.fullmatch(attachment.type) else "application/octet-stream"
    name = parameter("filename", safe_name(attachment.name))
    encoding, content = encoder.encode(attachment, is_mail=kind == "message/rfc822")
    if encoding == "base64" and kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"  # RFC 2046, 5: base64 is not allowed for these
    named = f"Content-Disposition: {disposition};\r\n {name}\r\n".encode("ascii")
    return Body(_type_fields(kind, encoding) + named, (content,))


def _with_crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def _is_sendable_as_it_is(raw: bytes) -> bool:
    return raw.isascii() and b"\0" not in raw and max(map(len, raw.splitlines()), default=0) <= _LONGEST_SENDABLE
