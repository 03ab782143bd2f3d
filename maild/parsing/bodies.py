"""A MIME tree read as a person would: what is text, what is shown with it, what hangs on it."""

import re
from dataclasses import dataclass, field
from html import escape

from maild.model.mail import Attachment
from maild.parsing.attachments import given_name, harmless_name, make_attachment
from maild.parsing.charsets import clean_text, decode_text
from maild.parsing.fields import read_head
from maild.parsing.flowed import unflow
from maild.parsing.html import html_to_text
from maild.parsing.limits import Flag, ReadingLimits
from maild.parsing.parameters import read_parameters
from maild.parsing.transfer import decode_transfer, name_encoding
from maild.parsing.tree import Part, grow_tree
from maild.parsing.uuencode import take_out_uuencoded
from maild.parsing.view import PartView
from maild.parsing.words import decode_value

_MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/rfc822-headers",
    }
)
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_ENCRYPTED = frozenset({"application/pgp-encrypted", "application/x-pgp-encrypted"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CONTENT_ID = re.compile(r"<?([^<>\s]+)>?")
_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)
_VIEWED = 64 * 1024
_FORWARDS = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of what is read: plain text, HTML, or both as alternatives of one another."""

    text: str | None
    html: str | None


@dataclass(slots=True)
class Reading:
    """What was read in a tree so far."""

    segments: list[Segment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    parts: list[PartView] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def has_text(self) -> bool:
        return any((segment.text or "").strip() or (segment.html or "").strip() for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Body:
    """The readable text, the HTML as it was sent, and the parts of a mail."""

    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    parts: tuple[PartView, ...]
    flags: frozenset[str]


def read_body(root: Part, hints: tuple[str, ...], limits: ReadingLimits) -> Body:
    """Read a whole tree; a mail that holds nothing but another mail shows that mail's text."""
    reader = _Reader(hints, limits)
    reading = reader.read(root, within="")
    text = _text_of(reading)
    html = _html_of(reading)
    if not text.strip() and html is None:
        forwarded = _forwarded_text(reading, hints, limits)
        if forwarded:
            reading.flags.add(Flag.FORWARDED_ONLY)
            text = forwarded
    if len(text) > limits.text:
        reading.flags.add(Flag.TEXT_CUT)
        text = text[: limits.text]
    shown = frozenset(_CID.findall(html)) if html else frozenset()
    attachments = tuple(_placed(attachment, shown) for attachment in reading.attachments)
    return Body(text, html, attachments, tuple(reading.parts), frozenset(reading.flags))


def _placed(attachment: Attachment, shown: frozenset[str]) -> Attachment:
    if attachment.is_inline or attachment.content_id not in shown:
        return attachment
    return make_attachment(
        attachment.content, attachment.type, attachment.name, is_inline=True, content_id=attachment.content_id
    )


def _text_of(reading: Reading) -> str:
    pieces = []
    for segment in reading.segments:
        if segment.text is not None:
            pieces.append(segment.text)
        elif segment.html:
            found = html_to_text(segment.html)
            reading.flags.update(found.flags)
            pieces.append(found.text)
    return "\n".join(piece for piece in pieces if piece.strip()) if len(pieces) > 1 else "".join(pieces)


def _html_of(reading: Reading) -> str | None:
    """Join the HTML of a mail; plain stretches between stay where they stood."""
    if not any(segment.html for segment in reading.segments):
        return None
    return "\n".join(segment.html or f"<pre>{escape(segment.text or '')}</pre>" for segment in reading.segments)


def _forwarded_text(reading: Reading, hints: tuple[str, ...], limits: ReadingLimits) -> str:
    """Give the readable text of the first inner mail, through mails that hold nothing but a mail."""
    for _ in range(_FORWARDS):
        inner = next((kept.content for kept in reading.attachments if kept.type in _MAILS), None)
        if inner is None:
            return ""
        root, _flags = grow_tree(inner, limits)
        reading = _Reader(hints, limits).read(root, within="")
        text = _text_of(reading)
        if text.strip():
            return text
    return ""


class _Reader:
    """Walks one tree; deeper than the limit there is nothing to walk."""

    def __init__(self, hints: tuple[str, ...], limits: ReadingLimits) -> None:
        self.hints = hints
        self.limits = limits
        self.number = 0

    def read(self, part: Part, within: str) -> Reading:
        if not part.children:
            return self._read_leaf(part, within)
        match part.type:
            case "multipart/alternative":
                return self._read_alternative(part)
            case "multipart/encrypted":
                return self._read_kept(part, Flag.ENCRYPTED)
            case "multipart/signed":
                reading = self._read_sequence(part)
                reading.flags.add(Flag.SIGNED)
                return reading
            case _:
                return self._read_sequence(part)

    def _read_sequence(self, part: Part) -> Reading:
        reading = Reading()
        for child in part.children:
            found = self.read(child, "more" if reading.segments else part.type)
            reading.segments += found.segments
            _add_parts(reading, found)
        return reading

    def _read_alternative(self, part: Part) -> Reading:
        """Take the plain words of the first alternative that has some, and the HTML of the last that has some."""
        reading = Reading()
        found = [self.read(child, part.type) for child in part.children]
        for alternative in found:
            _add_parts(reading, alternative)
        plain = next((each for each in found if _is_plain(each)), None)
        rich = next((each for each in reversed(found) if any(s.html for s in each.segments)), None)
        if plain is not None and rich is not None:
            reading.segments = [Segment(_text_of(plain), _html_of(rich))]
        elif plain is not None or rich is not None:
            reading.segments = (plain or rich or Reading()).segments
        return reading

    def _read_kept(self, part: Part, flag: Flag) -> Reading:
        """Keep every leaf below as an attachment."""
        reading = Reading()
        reading.flags.add(flag)
        for child in part.children:
            _add_parts(reading, self._read_kept(child, flag) if child.children else self._read_leaf(child, "kept"))
        return reading

    def _read_leaf(self, part: Part, within: str) -> Reading:
        self.number += 1
        leaf = _Leaf.of(part, self.hints)
        reading = Reading()
        encoding = name_encoding(part.head.first(b"content-transfer-encoding").decode("latin-1"))
        content, is_sound = decode_transfer(part.body(), encoding)
        if not is_sound:
            reading.flags.add(Flag.ENCODING_BROKEN)
        text = self._viewed_text(part, content)
        if _is_body(part, leaf, within):
            text = self._read_text(part, content, reading)
        elif content or leaf.name or part.level:
            self._keep(part, leaf, content, reading, within)
        reading.parts.append(leaf.view(part, text, content))
        return reading

    def _read_text(self, part: Part, content: bytes, reading: Reading) -> str:
        """Read a text part that a person sees as the mail's words."""
        if part.type != "text/html" and b"begin " in content:
            content, files = take_out_uuencoded(content)
            for file in files:
                name = harmless_name(decode_value(file.name, self.hints)) or given_name("", self.number)
                reading.attachments.append(make_attachment(file.content, "application/octet-stream", name))
                reading.flags.add(Flag.UUENCODED)
        parameters = part.content_type.parameters
        text, flags = decode_text(content, parameters.get("charset", ""), self.hints)
        reading.flags |= flags
        text = clean_text(text)
        if part.type == "text/html":
            reading.segments.append(Segment(None, text))
            return text
        if parameters.get("format", "").lower() == "flowed":
            text = unflow(text, is_blank_deleted=parameters.get("delsp", "").lower() == "yes")
        reading.segments.append(Segment(text, None))
        return text

    def _viewed_text(self, part: Part, content: bytes) -> str:
        """Decode what those who judge the mail may read in a part that is kept as bytes."""
        if not (part.type.startswith("text/") or part.type in _REPORTS or part.type in _MAILS):
            return ""
        label = part.content_type.parameters.get("charset", "")
        return clean_text(decode_text(content[:_VIEWED], label, self.hints)[0])

    def _keep(self, part: Part, leaf: "_Leaf", content: bytes, reading: Reading, within: str) -> None:
        title = ""
        if part.type in _MAILS:
            title = decode_value(read_head(content, 0, len(content), self.limits).first(b"subject"), self.hints)
        name = leaf.name or given_name(part.type, self.number, title)
        is_inline = leaf.disposition == "inline" or (
            within == "multipart/related" and leaf.content_id is not None and leaf.disposition != "attachment"
        )
        reading.attachments.append(
            make_attachment(content, part.type, name, is_inline=is_inline, content_id=leaf.content_id)
        )
        if part.type in _TNEF or leaf.name.lower() == "winmail.dat":
            reading.flags.add(Flag.TNEF)
        if part.type in _ENCRYPTED or part.type in _SMIME:
            reading.flags.add(Flag.ENCRYPTED)


def _add_parts(reading: Reading, found: Reading) -> None:
    reading.attachments += found.attachments
    reading.parts += found.parts
    reading.flags |= found.flags


def _is_plain(reading: Reading) -> bool:
    return any(segment.text and segment.text.strip() for segment in reading.segments)


def _is_body(part: Part, leaf: "_Leaf", within: str) -> bool:
    """Say whether a leaf is words to read: a readable type that is not meant as a file.

    A name alone does not make a file of the first text: scanners and forms name the only body that they send.
    """
    if part.type not in _READABLE or leaf.disposition == "attachment" or within == "kept":
        return False
    return not leaf.name or within != "more"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The fields of one part that say how it is shown."""

    disposition: str
    name: str
    content_id: str | None
    hints: tuple[str, ...]

    @classmethod
    def of(cls, part: Part, hints: tuple[str, ...]) -> "_Leaf":
        disposition = read_parameters(part.head.first(b"content-disposition"), hints)
        named = (
            disposition.parameters.get("filename")
            or part.content_type.parameters.get("name")
            or disposition.parameters.get("name")
            or ""
        )
        found = _CONTENT_ID.search(decode_value(part.head.first(b"content-id")))
        return cls(
            disposition=disposition.value if disposition.value in {"", "inline"} else "attachment",
            name=harmless_name(named),
            content_id=found[1] if found is not None else None,
            hints=hints,
        )

    def view(self, part: Part, text: str, content: bytes) -> PartView:
        """Show the part to those who judge the mail."""
        return PartView(
            type=part.type,
            parameters=part.content_type.parameters,
            disposition=self.disposition,
            name=self.name,
            headers=tuple(
                (each.spelling.decode("ascii"), decode_value(each.value, self.hints)) for each in part.head.fields
            ),
            text=text,
            content=content,
        )
