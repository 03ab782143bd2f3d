"""One mail from bytes to Message: headers, who and when, bodies, the new words, what kind of mail it is."""

import re
from dataclasses import replace

from maild.model.limits import ReadingLimits
from maild.model.mail import Address, Forwarded, Forwarding, Message, Seal
from maild.parsing.addresses import parse_addresses, parse_sender
from maild.parsing.bodies import Body, read_body
from maild.parsing.bounces import find_bounce
from maild.parsing.charsets import clean_text
from maild.parsing.forwards import find_within, is_mail
from maild.parsing.html import sanitise
from maild.parsing.identifiers import cut_references, find_date, find_ids, find_message_id
from maild.parsing.languages import find_language
from maild.parsing.limits import Flag
from maild.parsing.machines import classify
from maild.parsing.replies import ReplyFlag, new_words
from maild.parsing.seals import read_seals
from maild.parsing.tree import Part, grow_tree
from maild.parsing.view import MailView

_DEFAULT_LIMITS = ReadingLimits()
_UNPRINTABLE = re.compile(r"[^\t -~]")
# Servers name the address that they delivered to in fields of their own.
_DELIVERED_TO = (b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"x-delivered-to")
_SHOWN_WHEN_UNREADABLE = 64 * 1024
# Attached mails that are read, and how deep: each level is the whole of a large mail once more in our hands.
_INNER_MAILS = 10
_INNER_LEVELS = 1


def parse(raw: bytes, limits: ReadingLimits = _DEFAULT_LIMITS) -> Message:
    """Read a mail as a person would read it; never raises on any bytes, and never changes them.

    BUGS
        MemoryError is let through: it speaks of the machine or of the worker's limit, not of the mail.
    """
    return _read_safely(raw, limits, _INNER_LEVELS) or _unreadable(raw)


def _read_safely(raw: bytes, limits: ReadingLimits, levels: int) -> Message | None:
    try:
        return _read(raw, limits, levels)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a mail that finds a hole in us must still become an entry, flagged
        return None


def _read(raw: bytes, limits: ReadingLimits, levels: int) -> Message:
    flags: set[str] = set()
    if len(raw) > limits.size:
        flags.add(Flag.SIZE_CUT)
        raw = raw[: limits.size]
    # A mail that somebody saved in an editor begins with its mark.
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    root, tree_flags = grow_tree(raw, limits)
    hints = _charsets_of(root)
    body = read_body(root, hints, limits)
    head = _Headers(root, hints, limits)
    view = MailView(
        headers=head.decoded,
        sender=head.sender,
        subject=head.first(b"subject"),
        type=root.content_type.value or "text/plain",
        parameters=root.content_type.parameters,
        text=body.text,
        parts=body.parts,
    )
    flags |= tree_flags | body.flags | head.flags
    message = _message(view, head, body, flags)
    seals: tuple[Seal, ...] = ()
    if limits.seals and message.sender is not None and Flag.SIZE_CUT not in flags:
        seals = read_seals(raw, message.sender.address, limits.seals)
    forwarding = _forwarding_of(message, body, limits, levels)
    return replace(message, seals=seals, forwarding=forwarding) if seals or forwarding else message


def _message(view: MailView, head: "_Headers", body: Body, flags: set[str]) -> Message:
    html = sanitise(body.html) if body.html is not None else None
    words = new_words(body.text, html=body.html, subject=view.subject)
    kind = classify(view)
    flags.update(words.flags)
    return Message(
        sender=view.sender,
        to=head.to,
        cc=head.cc,
        reply_to=head.reply_to,
        delivered_to=head.delivered_to,
        subject=view.subject,
        message_id=head.message_id,
        in_reply_to=head.in_reply_to,
        references=head.references,
        date=head.date,
        text=body.text,
        reply=words.reply,
        html=html,
        attachments=body.attachments,
        automatic=kind.automatic,
        automatic_proof=kind.proof,
        may_answer=kind.may_answer,
        bounce=find_bounce(view),
        authentication=head.authentication,
        headers=view.headers,
        flags=tuple(sorted(str(flag) for flag in flags)),
        language=find_language(words.reply),
    )


def _forwarding_of(message: Message, body: Body, limits: ReadingLimits, levels: int) -> Forwarding | None:
    """Find what a person's mail passes on: within its text, else attached, `levels` deep."""
    if message.automatic is not None:
        return None
    if ReplyFlag.FORWARD in message.flags:
        within = find_within(body.text, html=body.html, subject=message.subject, attachments=body.attachments)
        if within is not None:
            return within
    attached = [each for each in body.attachments if is_mail(each)][: _INNER_MAILS if levels else 0]
    inner = [_read_safely(each.content, limits, levels - 1) for each in attached]
    mails = tuple(
        Forwarded(
            sender=each.sender,
            subject=each.subject,
            date=next((value for name, value in each.headers if name.lower() == "date"), ""),
            text=each.text,
            reply=each.reply,
            attachments=each.attachments,
            message_id=each.message_id,
            forwarding=each.forwarding,
        )
        for each in inner
        if each is not None and each.sender is not None
    )
    return Forwarding("" if Flag.FORWARDED_ONLY in message.flags else message.reply, mails) if mails else None


class _Headers:
    """The top-level fields, read for what they say of people, ids and time."""

    def __init__(self, root: Part, hints: tuple[str, ...], limits: ReadingLimits) -> None:
        head = root.head
        self.decoded = head.decoded(hints)
        self._values: dict[bytes, list[str]] = {}
        for each, (_, value) in zip(head.fields, self.decoded, strict=True):
            self._values.setdefault(each.name, []).append(value)
        self.flags: set[str] = set()
        # Where a second From may stand unseen, the first proves nothing.
        self.sender, why = (
            parse_sender(head.values(b"from"), hints, limits) if head.is_searched else (None, Flag.SENDER_UNKNOWN)
        )
        if why is not None:
            self.flags |= {Flag.SENDER_UNKNOWN, why}
        self.to = self._addresses(root, b"to", hints, limits)
        self.cc = self._addresses(root, b"cc", hints, limits)
        self.reply_to = self._addresses(root, b"reply-to", hints, limits)
        self.delivered_to = tuple(value for name in _DELIVERED_TO for value in self.values(name))
        self.authentication = tuple(_verbatim(value) for value in head.values(b"authentication-results"))
        self.message_id, flags = find_message_id(self.values(b"message-id"))
        self.flags |= flags
        self.in_reply_to = find_ids(" ".join(self.values(b"in-reply-to")))[: limits.references]
        self.references, flags = cut_references(find_ids(" ".join(self.values(b"references"))), limits.references)
        self.flags |= flags
        self.date, flags = find_date(self.first(b"date"))
        self.flags |= flags

    def values(self, name: bytes) -> list[str]:
        return self._values.get(name, [])

    def first(self, name: bytes) -> str:
        return next(iter(self.values(name)), "")

    def _addresses(self, root: Part, name: bytes, hints: tuple[str, ...], limits: ReadingLimits) -> tuple[Address, ...]:
        found, flags = parse_addresses(root.head.values(name), hints, limits)
        self.flags |= flags
        return found


def _verbatim(value: bytes) -> str:
    """Give a value as it stands, encoded words and all; what is no printable ASCII must not pass for syntax."""
    return _UNPRINTABLE.sub("�", value.decode("ascii", "replace"))


def _charsets_of(root: Part) -> tuple[str, ...]:
    """Name the charsets that the mail declares anywhere: raw 8-bit bytes elsewhere are most likely of these."""
    found: dict[str, None] = {}
    waiting = [root]
    while waiting:
        part = waiting.pop()
        label = part.content_type.parameters.get("charset", "")
        if label:
            found.setdefault(label)
        waiting.extend(reversed(part.children))
    return tuple(found)[:4]


def _unreadable(raw: bytes) -> Message:
    """Show what can be shown of a mail that could not be read: its first bytes as text."""
    text = clean_text(raw[:_SHOWN_WHEN_UNREADABLE].decode("utf-8", "replace"))
    return Message(
        sender=None, to=(), cc=(), reply_to=(), delivered_to=(), subject="", message_id=None, in_reply_to=(),
        references=(), date=None, text=text, reply=text, html=None, attachments=(), automatic=None,
        automatic_proof="", may_answer=False, bounce=None, authentication=(), headers=(),
        flags=(str(Flag.UNREADABLE),),
    )  # fmt: skip
