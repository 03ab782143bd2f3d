"""A MIME tree read as a person would: what is text, what is shown with it, what hangs on it."""

import re
from dataclasses import dataclass, field, replace
from html import escape
from itertools import islice
from urllib.parse import unquote

from maild.model.limits import ReadingLimits
from maild.model.mail import Attachment
from maild.parsing.attachments import NAMELESS_CALENDAR, given_name, harmless_name, make_attachment
from maild.parsing.fields import read_head
from maild.parsing.html import html_to_text
from maild.parsing.leaves import MAILS, Leaf, read_leaf, view_text, words_of
from maild.parsing.limits import Flag
from maild.parsing.opaque import open_opaque
from maild.parsing.transfer import decode_transfer, name_encoding
from maild.parsing.tree import Part, grow_tree
from maild.parsing.uuencode import take_out_uuencoded
from maild.parsing.view import PartView
from maild.parsing.words import decode_value

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENCRYPTED = frozenset({"enveloped-data", "authenveloped-data"})
_FLAGGED = {
    "application/pgp-encrypted": Flag.ENCRYPTED,
    "application/x-pgp-encrypted": Flag.ENCRYPTED,
    "message/partial": Flag.PARTIAL,
    "message/external-body": Flag.EXTERNAL,
}
_MARK = re.compile(r"[<&]")
_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)
_BLANK_START = re.compile(r"\A(?:[ \t]*+\n)++")
_PLACEHOLDER = re.compile(r"html|browser|webmail|view(?:er| this)|online", re.IGNORECASE)
_PLACEHOLDER_SIZE = 300
_PGP = (("-----BEGIN PGP MESSAGE-----", Flag.ENCRYPTED), ("-----BEGIN PGP SIGNED MESSAGE-----", Flag.SIGNED))
_INNER_MAILS = 5


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

    def add(self, found: "Reading", *, with_words: bool) -> None:
        self.attachments += found.attachments
        self.parts += found.parts
        self.flags |= found.flags
        if with_words:
            self.segments += found.segments


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
    reading = _Reader(hints, limits, _INNER_MAILS).read(root, within="")
    text = _BLANK_START.sub("", _text_of(reading)).rstrip()
    html = _html_of(reading)
    if not text and html is None:
        text = _forwarded_text(reading, hints, limits)
        reading.flags |= {Flag.FORWARDED_ONLY} if text else set()
    reading.flags.update(flag for mark, flag in _PGP if text.startswith(mark))
    if len(text) > limits.text:
        reading.flags.add(Flag.TEXT_CUT)
        text = text[: limits.text]
    shown = frozenset(unquote(found) for found in _CID.findall(html)) if html else frozenset()
    attachments = tuple(
        replace(each, is_inline=True) if each.content_id in shown else each
        for each in _without_twin(reading.attachments)
    )
    return Body(text, html, attachments, tuple(reading.parts), frozenset(reading.flags))


def _without_twin(attachments: list[Attachment]) -> list[Attachment]:
    """Leave out an invitation's nameless alternative where its file hangs on the mail as well."""
    calendars = [each for each in attachments if each.name.lower().endswith(".ics")]
    twin = calendars[0] if len(calendars) > 1 and calendars[0].name == NAMELESS_CALENDAR else None
    return [each for each in attachments if each is not twin]


def _text_of(reading: Reading) -> str:
    pieces = []
    for segment in reading.segments:
        if segment.text is not None:
            pieces.append(segment.text)
        elif segment.html:
            found = html_to_text(segment.html)
            reading.flags.update(found.flags)
            pieces.append(found.text)
    return "\n".join(piece for piece in pieces if piece.strip())


def _html_of(reading: Reading) -> str | None:
    """Join the HTML of a mail; plain stretches between stay where they stood."""
    if not any(segment.html for segment in reading.segments):
        return None
    return "\n".join(each.html or f"<pre>{escape(each.text or '')}</pre>" for each in reading.segments)


def _forwarded_text(reading: Reading, hints: tuple[str, ...], limits: ReadingLimits) -> str:
    """Give the readable text of the first inner mail, through mails that hold nothing but a mail."""
    for _ in range(_INNER_MAILS):
        inner = next((kept.content for kept in reading.attachments if kept.type in MAILS), None)
        if inner is None:
            return ""
        reading = _Reader(hints, limits, _INNER_MAILS).read(grow_tree(inner, limits)[0], within="")
        text = _text_of(reading).strip()
        if text:
            return text
    return ""


class _Reader:
    """Walks one tree, which is no deeper than the limits allow; `depth` bounds the trees inside of signed parts."""

    def __init__(self, hints: tuple[str, ...], limits: ReadingLimits, depth: int) -> None:
        self._hints = hints
        self._limits = limits
        self._depth = depth
        self._number = 0
        self._room = 2 * limits.text
        self._marks = limits.marks

    def read(self, part: Part, within: str) -> Reading:
        if not part.children:
            return self._read_leaf(part, within)
        match part.type:
            case "multipart/alternative":
                return self._read_alternative(part)
            case "multipart/encrypted":
                return self._read_kept(part)
            case _:
                return self._read_sequence(part)

    def _read_sequence(self, part: Part) -> Reading:
        reading = Reading()
        if part.type == "multipart/signed":
            reading.flags.add(Flag.SIGNED)
        for child in part.children:
            reading.add(self.read(child, "after words" if reading.segments else part.type), with_words=True)
        if part.type == "multipart/report" and not reading.segments and reading.parts:
            # Some servers label the words that explain a report as if they were the report.
            reading.segments.append(Segment(reading.parts[0].text, None))
        return reading

    def _read_alternative(self, part: Part) -> Reading:
        """Take the plain words of the first alternative that has some, and the HTML of the last that has some."""
        reading = Reading()
        found = [self.read(child, part.type) for child in part.children]
        for alternative in found:
            reading.add(alternative, with_words=False)
        plain = next((each for each in found if _has_plain_words(each)), None)
        rich = next((each for each in reversed(found) if any(segment.html for segment in each.segments)), None)
        if plain is not None and rich is not None:
            html = _html_of(rich)
            text = _text_of(plain)
            reading.segments = [Segment(None if _stands_in(text, html or "") else text, html)]
        else:
            reading.segments = (plain or rich or Reading()).segments
        return reading

    def _read_kept(self, part: Part) -> Reading:
        """Keep every leaf of an encrypted mail as it is."""
        reading = Reading(flags={Flag.ENCRYPTED})
        for child in part.children:
            reading.add(self._read_kept(child) if child.children else self._read_leaf(child, "kept"), with_words=False)
        return reading

    def _read_leaf(self, part: Part, within: str) -> Reading:
        self._number += 1
        leaf = read_leaf(part, self._hints)
        reading = Reading()
        encoding = name_encoding(part.head.first(b"content-transfer-encoding").decode("latin-1"))
        content, is_sound = decode_transfer(part.body(), encoding)
        if not is_sound:
            reading.flags.add(Flag.ENCODING_BROKEN)
        if within != "kept" and leaf.is_words(comes_first=within != "after words"):
            text = self._read_words(part, content, reading)
        else:
            text = view_text(part, content, self._hints)
            self._keep(leaf, content, reading)
            if within != "kept" and leaf.is_shown_too(len(content)):
                reading.segments.append(Segment(text, None))
        reading.parts.append(leaf.view(text, content, self._hints))
        return reading

    def _read_words(self, part: Part, content: bytes, reading: Reading) -> str:
        """Read a part that a person sees as the mail's words; files that are uuencoded in it become attachments.

        What is too long is read to the limit and kept whole as a file.
        """
        words = self._without_files(content, reading) if part.type != "text/html" and b"begin " in content else content
        read = words[: min(self._limits.text, self._room)]
        self._room -= len(read)
        text, flags = words_of(part, read, self._hints)
        reading.flags |= flags
        fitting = self._fitting(text) if part.type == "text/html" else text
        if len(read) < len(words) or len(fitting) < len(text):
            reading.flags.add(Flag.TEXT_CUT)
            name = given_name(part.type, self._number)
            reading.attachments.append(make_attachment(words, part.type, name))
        reading.segments.append(Segment(None, fitting) if part.type == "text/html" else Segment(text, None))
        return fitting

    def _without_files(self, content: bytes, reading: Reading) -> bytes:
        content, files = take_out_uuencoded(content)
        for file in files:
            name = harmless_name(decode_value(file.name, self._hints)) or given_name("", self._number)
            reading.attachments.append(make_attachment(file.content, "application/octet-stream", name))
            reading.flags.add(Flag.UUENCODED)
        return content

    def _fitting(self, html: str) -> str:
        """Cut HTML where its tags and entities are more than the mail may have."""
        marks = html.count("<") + html.count("&")
        if marks > self._marks:
            last = next(islice(_MARK.finditer(html), self._marks, None))
            html, marks = html[: last.start()], self._marks
        self._marks -= marks
        return html

    def _keep(self, leaf: Leaf, content: bytes, reading: Reading) -> None:
        """Keep a part as bytes; the mail inside an opaque signature is read as well."""
        part = leaf.part
        if leaf.is_attachment_of_nothing(content) or leaf.is_for_other_screens():
            return
        name = leaf.name or leaf.title or given_name(part.type, self._number, self._subject_of(part, content))
        is_inline = leaf.disposition == "inline"
        reading.attachments.append(
            make_attachment(content, part.type, name, is_inline=is_inline, content_id=leaf.content_id)
        )
        if part.type in _FLAGGED:
            reading.flags.add(_FLAGGED[part.type])
        if part.type in _TNEF or name.lower() == "winmail.dat":
            reading.flags.add(Flag.TNEF)
        if part.type in _SMIME or name.lower() == "smime.p7m":
            # Its own word for what it is counts where the bytes are cut or broken.
            if part.content_type.parameters.get("smime-type", "").lower() in _ENCRYPTED:
                reading.flags.add(Flag.ENCRYPTED)
            self._open(content, reading)

    def _subject_of(self, part: Part, content: bytes) -> str:
        if part.type not in MAILS:
            return ""
        return decode_value(read_head(content, 0, len(content), self._limits).first(b"subject"), self._hints)

    def _open(self, content: bytes, reading: Reading) -> None:
        opaque = open_opaque(content)
        if opaque.is_encrypted:
            reading.flags.add(Flag.ENCRYPTED)
        if opaque.is_signed:
            reading.flags.add(Flag.SIGNED)
        if opaque.content and self._depth > 0:
            root, flags = grow_tree(opaque.content, self._limits)
            inner = _Reader(self._hints, self._limits, self._depth - 1).read(root, within="")
            reading.add(inner, with_words=True)
            reading.flags |= flags


def _has_plain_words(reading: Reading) -> bool:
    return any(segment.text and segment.text.strip() for segment in reading.segments)


def _stands_in(text: str, html: str) -> bool:
    """Say whether a plain alternative only tells its reader to look at the HTML."""
    if len(text) > _PLACEHOLDER_SIZE or not _PLACEHOLDER.search(text):
        return False
    return len(html_to_text(html).text) > 3 * len(text)
