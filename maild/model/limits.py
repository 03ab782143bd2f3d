"""How much of one mail is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Upper bounds of one mail; sizes in bytes before decoding, except `text`, which counts characters, and
    `marks`, which counts tags and character references of HTML. `seals` are DKIM signatures: none are read by default.
    """

    size: int = 25 * 1024 * 1024
    levels: int = 50
    parts: int = 500
    fields: int = 1000
    header_block: int = 100 * 1024
    field: int = 16 * 1024
    address_field: int = 10 * 1024
    recipients: int = 500
    references: int = 100
    text: int = 1024 * 1024
    marks: int = 100_000
    seals: int = 0
