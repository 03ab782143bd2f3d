"""The pictures of a relay: those that its words show in their place, apart from what is only attached."""

from collections.abc import Sequence

from maild.composing import markup
from maild.composing.mime import Picture, safe_name
from maild.model.mail import Attachment
from maild.model.outgoing import Author, Wanted


def split_files(wanted: Wanted, domain: str) -> tuple[list[Picture], list[Attachment]]:
    """Part the pictures that somebody's words show in their place from all that is only attached."""
    pictures: list[Picture] = []
    named = markup.placeholders(wanted.text) if wanted.author is Author.PERSON else frozenset()
    for each in wanted.attachments:
        if each.is_inline and each.type.lower().startswith("image/") and not named.isdisjoint(_calls(each)):
            # Their own Content-ID names the writer's host and client.
            pictures.append(Picture(f"{each.sha256[:24]}.{len(pictures)}@{domain}", each))
    shown = frozenset(picture.attachment.sha256 for picture in pictures)
    return pictures, [each for each in wanted.attachments if each.sha256 not in shown]


def ids_by_call(pictures: Sequence[Picture]) -> dict[str, str]:
    """Give our Content-IDs by what the words may call each picture."""
    return {call: picture.content_id for picture in pictures for call in _calls(picture.attachment)}


def names_by_call(pictures: Sequence[Picture]) -> dict[str, str]:
    """Give file names by what the words may call each picture."""
    return {call: safe_name(picture.attachment.name) for picture in pictures for call in _calls(picture.attachment)}


def _calls(attachment: Attachment) -> frozenset[str]:
    """Name what a placeholder may call a picture, in lower case."""
    content_id = (attachment.content_id or "").strip().strip("<>")
    return frozenset({content_id.lower(), attachment.name.strip().lower()} - {""})
