"""The section `privacy`: what is masked wherever the desk carries words on, and how long what is kept."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from maild.config import kinds
from maild.documents import did_you_mean
from maild.rules.language.forms import TEXT_FORM, Passage
from maild.rules.patterns import Pattern
from maild.rules.retention import Retention
from maild.rules.scrubbing import KINDS, Scrub


def _masked(value: object) -> object:
    """Take a kind by its word, or one pattern of one's own by a name."""
    match value:
        case str() if value in KINDS:
            return value
        case str():
            raise ValueError(f"'{value}' is no kind of secret{did_you_mean(value, KINDS)}")
        case dict() if len(value) == 1 and all(isinstance(text, str) for text in value.values()):
            ((name, pattern),) = value.items()
            kinds.name(str(name))
            Pattern(pattern)
            return value
    raise ValueError("write a kind of secret, or a name and its pattern: {employee-number: 'EMP-\\d{6}'}")


_SCHEMA = {
    "anyOf": [
        {"enum": [*KINDS]},
        {"type": "object", "additionalProperties": TEXT_FORM, "minProperties": 1, "maxProperties": 1},
    ]
}
_Masked = Annotated[str | dict[str, str], BeforeValidator(_masked), WithJsonSchema(_SCHEMA)]


def _kept(value: object) -> timedelta:
    """Read how long something is kept: years of 365 days, days."""
    match = _KEPT.fullmatch(value) if isinstance(value, str) else None
    if match is None or not value:
        raise ValueError(f"'{value}' does not say how long something is kept: write it like 90d or 3y")
    kept = timedelta(days=365 * int(match[1] or 0) + int(match[2] or 0))
    if not kept:
        raise ValueError("nothing can be kept for no time at all")
    return kept


_KEPT = re.compile(r"(?:(\d{1,3})y)?(?:(\d{1,5})d)?", re.ASCII)
_Kept = Annotated[timedelta, BeforeValidator(_kept), WithJsonSchema({"type": "string", "pattern": r"^(\d+y)?(\d+d)?$"})]


class RetentionSection(Passage):
    """How long what is kept; what is not named is kept for ever."""

    closed: _Kept | None = None
    spam: _Kept | None = None
    held: _Kept | None = None
    desk: _Kept | None = None
    raw: _Kept | None = None

    def value(self) -> Retention:
        """Give it."""
        return Retention(self.closed, self.spam, self.held, self.desk, self.raw)


class PrivacySection(Passage):
    """The section `privacy`."""

    scrub: tuple[_Masked, ...] = ()
    retention: RetentionSection = RetentionSection()

    def masks(self) -> Scrub:
        """Give what is masked: the kinds that are named, then the patterns of one's own."""
        named = [each for each in self.scrub if isinstance(each, str)]
        own = [pattern for each in self.scrub if not isinstance(each, str) for pattern in each.values()]
        return Scrub(named, own)
