"""A mail that another mail passes on within its text: whose it was, and what it said.

Every client writes a few headers above it, in its user's language; what it has in common with a header block above a
quote is read by the same table. Only a mail of which the block tells one sender's address is one that can be answered.

BUGS
    Notes and old Exchange name the sender without an address; such a mail is not found.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from maild.model.limits import ReadingLimits
from maild.model.mail import Address, Attachment, Forwarded, Forwarding
from maild.parsing.addresses import parse_sender
from maild.parsing.charsets import clean_line
from maild.parsing.folding import LONGEST, STRIPPED, is_divider
from maild.parsing.headings import Heading, find_divider, read_block
from maild.parsing.leaves import MAILS
from maild.parsing.quotemarks import may_mark
from maild.parsing.replies import ReplyFlag, lines_of, lines_of_html, new_words, passes_on
from maild.parsing.stretches import Kind, cut
from maild.parsing.typesetting import Line

_LEVELS: Final = 3
_ANNOUNCING: Final = 6
_LIMITS: Final = ReadingLimits()
_ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:]{1,64}@[^\s@<>()\[\]\"',;:]{1,255}")
_DRESS = re.compile(r"mailto:|[<>\[\]()]")


def find_within(
    text: str, *, html: str | None, subject: str, attachments: tuple[Attachment, ...], levels: int = _LEVELS
) -> Forwarding | None:
    """Find the mail that a forward's text passes on; `levels` bounds how often that passes on another."""
    is_forward = passes_on(subject, text)
    found = _find_in(lines_of(text), attachments, levels, is_forward=is_forward)
    if found is None and html is not None and may_mark(html):
        found = _find_in(lines_of_html(html), attachments, levels, is_forward=is_forward)
    return found


def is_mail(attachment: Attachment) -> bool:
    """Tell a mail that hangs on a mail, also where its client calls it only a file."""
    is_file = attachment.type == "application/octet-stream" and attachment.name.lower().endswith(".eml")
    return attachment.type in MAILS or is_file


def _find_in(
    lines: Sequence[Line], attachments: tuple[Attachment, ...], levels: int, *, is_forward: bool
) -> Forwarding | None:
    start = next((each.start for each in cut(lines, is_forward=is_forward) if each.kind is Kind.FORWARD), None)
    if start is None:
        return None
    texts = [line.text for line in lines]
    below, rest = _unquoted(texts[start:])
    first = _first_header(below)
    block = read_block(below, first) if first is not None else None
    if block is None:
        return None
    headers, end = block
    sender = _sender_of(headers.get(Heading.FROM, ""))
    if sender is None:
        return None
    own = new_words("\n".join([*texts[:start], *rest])).reply
    mail = _mail(sender, headers, "\n".join(below[end:]).strip(), attachments, levels)
    return Forwarding(own, (mail,))


def _mail(
    sender: Address, headers: Mapping[Heading, str], text: str, attachments: tuple[Attachment, ...], levels: int
) -> Forwarded:
    subject = clean_line(headers.get(Heading.SUBJECT, ""))
    words = new_words(text, subject=subject)
    inner = None
    if ReplyFlag.FORWARD in words.flags and levels > 1:
        inner = find_within(text, html=None, subject=subject, attachments=attachments, levels=levels - 1)
    return Forwarded(
        sender=sender,
        subject=subject,
        date=" ".join(clean_line(headers.get(Heading.DATE, "")).split()),
        text=text,
        reply=words.reply,
        attachments=attachments,
        message_id=None,
        forwarding=inner,
    )


def _unquoted(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the quote marks off that Apple's clients put before a mail that they pass on; give what follows apart."""
    first = next((at for at, line in enumerate(lines) if not _announces(line)), len(lines))
    if first == len(lines) or not lines[first].startswith(">"):
        return list(lines), []
    end = next((at for at in range(first, len(lines)) if lines[at].strip(STRIPPED) and lines[at][0] != ">"), len(lines))
    return [line[1:].removeprefix(" ") for line in lines[first:end]], list(lines[end:])


def _first_header(lines: Sequence[str]) -> int | None:
    """Find the first line below those that announce a forward."""
    return next((at for at, line in enumerate(lines[:_ANNOUNCING]) if not _announces(line)), None)


def _announces(line: str) -> bool:
    bare = line.strip(STRIPPED + ">") if len(line) < LONGEST else line
    return not bare or is_divider(bare) or find_divider(bare) is not None


def _sender_of(value: str) -> Address | None:
    """Read the one sender of a block as clients write it: with a link, in square brackets, a name with a comma."""
    found = {address.removeprefix("mailto:").rstrip(".") for address in _ADDRESS.findall(value)}
    if len({address.lower() for address in found}) != 1:
        return None
    (address, *_) = found
    sender, _ = parse_sender([f"<{address}>".encode()], (), _LIMITS)
    if sender is None:
        return None
    name = " ".join(_DRESS.sub(" ", _ADDRESS.sub(" ", value)).split())
    return Address(sender.address, clean_line(name).strip(" \"'*,;"))
