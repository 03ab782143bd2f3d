"""What the readers of a mail's meaning (machines, bounces, authenticity) are shown of it: decoded, clean, capped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maild.model.mail import Address


@dataclass(frozen=True, slots=True)
class PartView:
    """One leaf of the mail: `type` in lower case, `headers` of the part itself, decoded and clean.

    Parameter names are in lower case. `disposition` is "inline", "attachment" or "". `text` is decoded for text/*
    and for the parts of a report (message/delivery-status, message/disposition-notification, text/rfc822-headers …);
    for message/rfc822 it is the raw inner mail as text, headers first; else "". `content` are the bytes after
    transfer decoding.
    """

    type: str
    parameters: Mapping[str, str]
    disposition: str
    name: str
    headers: tuple[tuple[str, str], ...]
    text: str
    content: bytes = field(repr=False)

    def values(self, name: str) -> tuple[str, ...]:
        """Give every value of a header of this part, topmost first."""
        return _values(self.headers, name)

    def first(self, name: str) -> str:
        """Give the topmost value of a header of this part, "" without one."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail taken apart: `headers` are the top-level fields in order, `type` and `parameters` those of the whole.

    `text` is the whole readable plain text. `parts` are the leaves in order; an inner message/rfc822 is one leaf.
    """

    headers: tuple[tuple[str, str], ...]
    sender: Address | None
    subject: str
    type: str
    parameters: Mapping[str, str]
    text: str = field(repr=False)
    parts: tuple[PartView, ...] = field(repr=False)

    def values(self, name: str) -> tuple[str, ...]:
        """Give every value of a header, topmost first; the name in any case."""
        return _values(self.headers, name)

    def first(self, name: str) -> str:
        """Give the topmost value of a header, "" without one."""
        return _first(self.headers, name)


def _values(headers: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    wanted = name.lower()
    return tuple(value for header, value in headers if header.lower() == wanted)


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    wanted = name.lower()
    return next((value for header, value in headers if header.lower() == wanted), "")
