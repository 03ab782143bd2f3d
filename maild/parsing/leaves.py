"""One leaf of the tree: what its fields say of it, and its bytes as text."""

import re
from dataclasses import dataclass

from maild.parsing.attachments import harmless_name
from maild.parsing.charsets import clean_text, decode_text
from maild.parsing.enriched import read_enriched
from maild.parsing.flowed import unflow
from maild.parsing.limits import Flag
from maild.parsing.parameters import read_parameters
from maild.parsing.tree import Part
from maild.parsing.view import PartView
from maild.parsing.words import decode_value

MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_OTHER_SCREENS = frozenset({"text/x-amp-html", "text/watch-html"})
_CONTENT_ID = re.compile(r"<?([^<>\s]+)>?")
_TOKEN = re.compile(r"[a-z0-9-]+\Z")
_META = re.compile(rb"<meta[^>]{1,200}?charset\s*+=\s*+[\"']?([a-z0-9_-]{1,40})", re.IGNORECASE)
_META_WITHIN = 2048
_VIEWED = 64 * 1024
_SHORT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Leaf:
    """The fields of one part that say how it is shown; `disposition` is "inline", "attachment" or "".

    `title` is a name that makes no file of a text: the end of the address that the part says it comes from.
    """

    part: Part
    disposition: str
    name: str
    title: str
    content_id: str | None

    def is_words(self, *, comes_first: bool) -> bool:
        """Say whether the part is words to read, not a file.

        A name alone makes no file of the first text: scanners and forms name the only body that they send. A later
        text with a name is a file.
        """
        if self.part.type not in _READABLE or (self.disposition == "attachment" and (self.part.level or self.name)):
            return False
        return not self.name or (comes_first and self.disposition != "inline") or not self.part.level

    def is_shown_too(self, size: int) -> bool:
        """Say whether a file is also shown among the words: a short text that its sender wants to be seen in line."""
        return self.part.type == "text/plain" and self.disposition == "inline" and size <= _SHORT

    def is_attachment_of_nothing(self, content: bytes) -> bool:
        """Say whether there is nothing to keep: the empty body of a mail, an empty multipart."""
        return not content and not self.name and not self.part.level

    def is_for_other_screens(self) -> bool:
        """Say whether the part only repeats the mail for a program that shows it another way (AMP, watches)."""
        return self.part.type in _OTHER_SCREENS and not self.name

    def view(self, text: str, content: bytes, hints: tuple[str, ...]) -> PartView:
        """Show the part to those who judge the mail."""
        return PartView(
            type=self.part.type,
            parameters=self.part.content_type.parameters,
            disposition=self.disposition,
            name=self.name,
            headers=self.part.head.decoded(hints),
            text=text,
            content=content,
        )


def read_leaf(part: Part, hints: tuple[str, ...]) -> Leaf:
    """Read what the fields of a leaf say of its place and its name."""
    disposition = read_parameters(part.head.first(b"content-disposition"), hints)
    named = (
        disposition.parameters.get("filename")
        or part.content_type.parameters.get("name")
        or disposition.parameters.get("name")
        or ""
    )
    location = decode_value(part.head.first(b"content-location"), hints).partition("?")[0]
    found = _CONTENT_ID.search(decode_value(part.head.first(b"content-id")))
    value = disposition.value if _TOKEN.match(disposition.value) else ""
    return Leaf(
        part=part,
        # Dispositions that nobody knows are attachments (RFC 2183, 2.8); what is no token at all says nothing.
        disposition=value if value in {"", "inline"} else "attachment",
        name=harmless_name(named),
        title=harmless_name(location) if "." in location else "",
        content_id=found[1] if found is not None else None,
    )


def view_text(part: Part, content: bytes, hints: tuple[str, ...]) -> str:
    """Decode the beginning of a part that is kept as bytes, for those who judge the mail; "" for what is no text."""
    if not (part.type.startswith("text/") or part.type in _REPORTS or part.type in MAILS):
        return ""
    return clean_text(decode_text(content[:_VIEWED], _charset(part, content), hints)[0])


def words_of(part: Part, content: bytes, hints: tuple[str, ...]) -> tuple[str, frozenset[Flag]]:
    """Decode a part that holds words; HTML stays HTML, other forms become plain text."""
    parameters = part.content_type.parameters
    text, flags = decode_text(content, _charset(part, content), hints)
    text = clean_text(text)
    if part.type in {"text/enriched", "text/richtext"}:
        return read_enriched(text), flags
    if part.type == "text/plain" and parameters.get("format", "").lower() == "flowed":
        text = unflow(text, is_blank_deleted=parameters.get("delsp", "").lower() == "yes")
    return text, flags


def _charset(part: Part, content: bytes) -> str:
    """Name the charset of a part: as declared, else as its HTML declares it."""
    declared = part.content_type.parameters.get("charset", "")
    if declared or part.type != "text/html":
        return declared
    found = _META.search(content, 0, _META_WITHIN)
    return found[1].decode("ascii") if found is not None else ""
