"""Parts that are kept as bytes: their names made harmless, their hashes, their place in the mail."""

import re
import unicodedata
from hashlib import sha256

from maild.model.mail import Attachment
from maild.parsing.charsets import clean_line
from maild.parsing.words import decode_words

_LONGEST = 255
_SUFFIX = 20
_PATH = re.compile(r"[/\\]")
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NAMELESS_CALENDAR = "invite.ics"
_SUFFIXES = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf",
    "text/x-vcard": ".vcf", "text/xml": ".xml", "text/rtf": ".rtf", "application/rtf": ".rtf",
    "application/ics": ".ics", "application/json": ".json", "application/xml": ".xml", "application/pdf": ".pdf",
    "application/zip": ".zip", "application/gzip": ".gz", "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/ms-tnef": ".dat", "application/vnd.ms-tnef": ".dat", "application/pgp-signature": ".asc",
    "application/pgp-keys": ".asc", "application/pgp-encrypted": ".asc", "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
    "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "image/bmp": ".bmp", "image/tiff": ".tif", "image/webp": ".webp", "image/svg+xml": ".svg", "image/heic": ".heic",
    "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/amr": ".amr", "audio/mp4": ".m4a",
    "audio/ogg": ".ogg", "video/mp4": ".mp4", "video/quicktime": ".mov", "video/mpeg": ".mpg", "video/3gpp": ".3gp",
    "message/rfc822": ".eml", "message/global": ".eml", "message/delivery-status": ".txt",
    "message/global-delivery-status": ".txt", "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt", "text/rfc822-headers": ".txt", "message/rfc822-headers": ".txt",
}  # fmt: skip


def make_attachment(
    content: bytes, part_type: str, name: str, *, is_inline: bool = False, content_id: str | None = None
) -> Attachment:
    """Keep bytes under their SHA-256; `name` is already harmless."""
    return Attachment(
        name=name,
        type=part_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        is_inline=is_inline,
        content_id=content_id,
        content=content,
    )


def harmless_name(raw: str) -> str:
    """Make a name from outside fit for a list and a file dialogue; "" when nothing is left of it.

    No path parts, control or bidirectional characters; at most 255 bytes, the suffix kept.
    """
    name = decode_words(raw) if "=?" in raw else raw
    name = unicodedata.normalize("NFC", clean_line(_BIDIRECTIONAL.sub("", name)))
    name = _PATH.split(name.rstrip("/\\ "))[-1].strip()
    return "" if name in {".", ".."} else _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) > _SUFFIX:
        stem, dot, suffix = name, "", ""
    room = _LONGEST - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + suffix


def given_name(part_type: str, number: int, title: str = "") -> str:
    """Name a part that has none, the same at every reading: its title (an inner mail's subject) or its place."""
    if part_type == "text/calendar":
        return NAMELESS_CALENDAR
    suffix = _SUFFIXES.get(part_type, ".txt" if part_type.startswith("text/") else ".bin")
    stem = harmless_name(title)[:80].strip(" .")
    if stem:
        return _shortened(stem + suffix)
    kind = part_type.partition("/")[0]
    word = kind if kind in {"image", "audio", "video", "message", "text"} else "attachment"
    return f"{word}-{number}{suffix}"
