"""The section `privacy`: what is masked wherever the desk carries words on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, WithJsonSchema

from maild.config import kinds
from maild.documents import did_you_mean
from maild.rules.language.forms import NOT_YET, TEXT_FORM, Passage
from maild.rules.patterns import Pattern
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


class PrivacySection(Passage):
    """The section `privacy`."""

    refused: ClassVar[Mapping[str, str]] = MappingProxyType({"retention": NOT_YET})

    scrub: tuple[_Masked, ...] = ()

    def value(self) -> Scrub:
        """Give what is masked: the kinds that are named, then the patterns of one's own."""
        named = [each for each in self.scrub if isinstance(each, str)]
        own = [pattern for each in self.scrub if not isinstance(each, str) for pattern in each.values()]
        return Scrub(named, own)
