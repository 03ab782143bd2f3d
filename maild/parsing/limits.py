"""How much of one mail is read, and the words for what was cut, guessed or doubted.

Whatever is over a limit stays in the raw mail; it is only not read, and a flag says so.
"""

from enum import StrEnum


class Flag(StrEnum):
    """What a reader of `Message.flags` may meet from the reading of headers and bodies."""

    SIZE_CUT = "size-cut"
    LEVELS_CUT = "levels-cut"
    PARTS_CUT = "parts-cut"
    HEADERS_CUT = "headers-cut"
    HEADERS_BROKEN = "headers-broken"
    ADDRESSES_CUT = "addresses-cut"
    RECIPIENTS_CUT = "recipients-cut"
    REFERENCES_CUT = "references-cut"
    TEXT_CUT = "text-cut"
    SENDER_UNKNOWN = "sender-unknown"
    SENDER_MISSING = "sender-missing"
    SENDER_SEVERAL = "sender-several"
    MESSAGE_ID_SEVERAL = "message-id-several"
    MESSAGE_ID_BROKEN = "message-id-broken"
    DATE_GUESSED = "date-guessed"
    DATE_UNREADABLE = "date-unreadable"
    CHARSET_GUESSED = "charset-guessed"
    CHARSET_DAMAGED = "charset-damaged"
    CHARSET_REFUSED = "charset-refused"
    ENCODING_BROKEN = "encoding-broken"
    BOUNDARY_MISSING = "boundary-missing"
    BOUNDARY_GUESSED = "boundary-guessed"
    BOUNDARY_UNCLOSED = "boundary-unclosed"
    PARTS_AFTER_END = "parts-after-end"
    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    TNEF = "tnef"
    PARTIAL = "partial"
    EXTERNAL = "external-body"
    UUENCODED = "uuencoded"
    FORWARDED_ONLY = "forwarded-only"
    UNREADABLE = "unreadable"
