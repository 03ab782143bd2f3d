"""Subjects as people mean them: without what mailers put in front."""

import re
import unicodedata

# What the world's mailers write before an answered or a forwarded subject, in their languages.
_ANSWERED = (
    "re|aw|antw|antwort|sv|vs|ref|rif|r|res|resp|odp|ynt|bls|vá|va|atb|trả lời|ответ|отв|απ|σχετ|תגובה|رد"
    "|回复|回覆|答复|答覆|返信|답장|回信"
)
_FORWARDED = (
    "fw|fwd|wg|tr|rv|enc|i|pd|vb|vl|doorst|przek|iletim|ilt|továbbítás|chuyển tiếp|пересл|πρθ|προωθ|הועבר|إعادة توجيه"
    "|转发|轉寄|轉發|転送|전달"
)


def _pattern(words: str) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in sorted(words.split("|"), key=len, reverse=True))
    return re.compile(rf"\s*(?:{either})\s?(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\d{{1,3}})?\s?:", re.IGNORECASE)


_ANY_PREFIX = _pattern(f"{_ANSWERED}|{_FORWARDED}")
_FORWARD = _pattern(_FORWARDED)
_TAG = re.compile(r"\s*\[[^\[\]]{0,40}#\d{1,12}(?: internal)?\]")
_LONGEST = 500


def without_prefixes(subject: str) -> str:
    """Strip every prefix (`Re:`, `AW:`, `Re[5]:`, `回复：`) from the front of a subject."""
    rest = unicodedata.normalize("NFKC", subject)
    if not _ANY_PREFIX.match(rest):
        return subject.strip()
    while match := _ANY_PREFIX.match(rest):
        rest = rest[match.end() :]
    return rest.strip()


def ticket_subject(subject: str) -> str:
    """Make a ticket's subject of its first mail's."""
    return without_prefixes(subject)[:_LONGEST].strip() or "(no subject)"


def is_forward(subject: str) -> bool:
    """Whether a mailer's word for "forwarded" stands among the prefixes of a subject."""
    rest = unicodedata.normalize("NFKC", subject)
    while True:
        tag = _TAG.match(rest)
        rest = rest[tag.end() :] if tag else rest
        if _FORWARD.match(rest):
            return True
        match = _ANY_PREFIX.match(rest)
        if not match:
            return False
        rest = rest[match.end() :]
