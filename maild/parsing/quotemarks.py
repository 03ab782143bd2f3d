"""What the world's mail clients write into their HTML around a quote, an attribution and a signature."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from maild.parsing.markup import attributes


class Mark(Enum):
    """What the markup says of a line.

    HEADS are the lines of an Outlook header block, QUOTE_ON of an element after whose start all is quoted, and
    INTRODUCTION of an element in which all is attribution up to the first blockquote.
    """

    OWN = auto()
    ATTRIBUTION = auto()
    INTRODUCTION = auto()
    HEADS = auto()
    QUOTE = auto()
    QUOTE_ON = auto()
    SIGNATURE = auto()


_NAMES: Final[Mapping[str, Mark]] = {
    # Gmail, and the many that copied its names
    "gmail_quote": Mark.INTRODUCTION,
    "gmail_quote_container": Mark.INTRODUCTION,
    "gmail_attr": Mark.ATTRIBUTION,
    "gmail_signature": Mark.SIGNATURE,
    "gmail_signature_prefix": Mark.SIGNATURE,
    # Thunderbird and its kin
    "moz-cite-prefix": Mark.ATTRIBUTION,
    "moz-signature": Mark.SIGNATURE,
    # Outlook: desktop, web, mobile, for Mac
    "divrplyfwdmsg": Mark.QUOTE_ON,
    "appendonsend": Mark.QUOTE_ON,
    "_mailoriginal": Mark.QUOTE_ON,
    "outlookmessageheader": Mark.QUOTE_ON,
    "stopspelling": Mark.QUOTE_ON,
    "mail-editor-reference-message-container": Mark.QUOTE,
    "ms-outlook-mobile-reference-message": Mark.QUOTE,
    "olk_src_body_section": Mark.QUOTE,
    "ms-outlook-mobile-signature": Mark.SIGNATURE,
    # Apple
    "applemailsignature": Mark.SIGNATURE,
    # Yahoo, AOL
    "yahoo_quoted": Mark.QUOTE,
    "yahoo-quoted-begin": Mark.QUOTE,
    "yahoo-quoted-text": Mark.QUOTE,
    "aolmail_quote": Mark.QUOTE,
    # Zimbra, Zoho, Roundcube, Horde, Proton, Spark, Airmail, GMX, 163
    "zwchr": Mark.QUOTE_ON,
    "__headers__": Mark.QUOTE,
    "__quoted_text__": Mark.QUOTE,
    "zmail_extra": Mark.QUOTE,
    "zmail_extra_hr": Mark.QUOTE_ON,
    "reply-intro": Mark.ATTRIBUTION,
    "protonmail_quote": Mark.INTRODUCTION,
    "protonmail_signature_block": Mark.SIGNATURE,
    "messagereplysection": Mark.INTRODUCTION,
    "messagesignaturesection": Mark.SIGNATURE,
    "airmail_on": Mark.ATTRIBUTION,
    "bloop_sign": Mark.SIGNATURE,
    "bloop_on": Mark.ATTRIBUTION,
    "mailbox_signature": Mark.SIGNATURE,
    "isreplycontent": Mark.QUOTE,
    "tutanota_quote": Mark.QUOTE,
    "replyforwardheader": Mark.QUOTE_ON,
}
# Found in any markup that says something of quotes; each with the names or the style that it stands for.
_HINTS: Final = (
    "gmail_", "moz-", "rplyfwd", "appendonsend", "_mailoriginal", "outlookmessageheader", "ms-outlook-mobile",
    "stopspelling", "reference-message", "olk_src", "applemailsignature", "yahoo_quoted", "yahoo-quoted", "aolmail_",
    "zwchr", "__headers__", "__quoted_text__", "zmail_", "reply-intro", "isreplycontent", "messagereplysection",
    "replyforwardheader", "protonmail_", "messagesignature", "airmail_", "bloop_", "mailbox_signature", "tutanota_",
    '"quote"', "signatureblock", "border-top:solid", "border-top-style", "border-top: #", "border-top:#",
)  # fmt: skip
# Clients that quote one another's mail put their own prefix before the names they find.
_PREFIX = re.compile(r"^(?:x_|ecx|m_-?\d{1,30}|yiv\d{1,20})+")
_NAMING: Final = ("id", "class", "name", "data-marker", "data-smartmail")
_OUTLOOK_RULE = re.compile(r"border-top:solid#[0-9a-f]{6}1\.0pt|border-top-style:solid|border-top:#[0-9a-f]{6}1pt")


class MarkFinder:
    """Tells what start tags say of the lines in them, in one body: looks only for what the body has at all."""

    def __init__(self, html: str) -> None:
        self.hints = _hints_in(html)

    def find(self, name: str, raw: str) -> Mark | None:
        """Tell what a start tag says of the lines in it."""
        if not raw or not self.hints:
            return None
        folded = raw.lower()
        return _read_mark(name, raw) if any(hint in folded for hint in self.hints) else None


def _read_mark(name: str, raw: str) -> Mark | None:
    found = attributes(raw)
    if "data-signatureblock" in found:
        return Mark.SIGNATURE
    if name == "div" and found.get("name") == "quote":
        return Mark.QUOTE
    if name == "div" and _is_outlook_rule(found.get("style", "")):
        return Mark.HEADS
    for attribute in _NAMING:
        for each in found.get(attribute, "").casefold().split()[:20]:
            mark = _NAMES.get(_PREFIX.sub("", each))
            if mark is not None:
                return mark
    return None


def _is_outlook_rule(style: str) -> bool:
    """Know the line that Outlook and Windows Mail draw above the headers of the mail that is answered."""
    bare = "".join(style.casefold().split())
    return _OUTLOOK_RULE.search(bare) is not None and "padding" in bare


def may_mark(html: str) -> bool:
    """Tell cheaply whether the markup of a whole body may say anything of quotes."""
    return bool(_hints_in(html))


def _hints_in(html: str) -> tuple[str, ...]:
    folded = html.lower()
    return tuple(hint for hint in _HINTS if hint in folded)
