"""Operators: what may be asked of a text, a word, a count, a size or an age.

A bare value equals, a list is any of; of addresses and file names both are globs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from maild.config import kinds
from maild.documents import parse_size
from maild.rules.conditions import (
    AnyOf,
    Asked,
    Condition,
    ExistsTest,
    Not,
    NumberTest,
    OneOfTest,
    Operator,
    TextTest,
)
from maild.rules.folding import folded
from maild.rules.language.forms import (
    LIST_FORM,
    TEXT_FORM,
    AlsoWritten,
    Duration,
    Passage,
    Several,
    Text,
)
from maild.rules.language.matters import RegularExpression

_PATTERNS = ("words", "contains", "starts_with", "ends_with", "matches", "glob")

HeaderName = Annotated[str, kinds.matching(r"[!-9;-~]{1,100}", "name of a header")]
Count = Annotated[int, Field(ge=0)]


def _seen(text: str) -> str:
    """Take a text of which something is left where it is compared: of nothing there is some in every mail."""
    if not folded(text):
        raise ValueError("holds nothing that anybody sees: write the words, or leave it out")
    return text


Words = Annotated[Text, AfterValidator(_seen)]
Texts = Annotated[tuple[Words, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]
Patterns = Annotated[tuple[RegularExpression, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of closed facts: the categories written, and each scale from low to high."""

    categories: tuple[str, ...] = ()
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def below(self, asked: Asked, word: str) -> Iterator[str]:
        """Give a word, and of a category its children."""
        yield word
        if asked.key == "category":
            yield from (each for each in self.categories if each.startswith(f"{word}/"))

    def between(self, asked: Asked, least: str | None, most: str | None) -> frozenset[str]:
        """Give the words of a scale within bounds, both included; of words that are none of it, nothing."""
        scale = self.scales.get(asked.key, ())
        if any(word is not None and word not in scale for word in (least, most)):
            return frozenset()
        start = scale.index(least) if least is not None else 0
        end = scale.index(most) + 1 if most is not None else len(scale)
        return frozenset(scale[start:end])


class Operators(Passage):
    """Operators of one fact: each of them must hold."""

    may_be_empty: ClassVar[bool] = False

    @model_validator(mode="after")
    def _says_something(self) -> "Operators":
        if not self.model_fields_set:
            raise ValueError("asks nothing: write an operator, like {contains: …}")
        return self


class TextOperators(Operators):
    """What may be asked of a text."""

    equals: Annotated[Words | None, Field(alias="is")] = None
    is_not: Words | None = None
    any_of: Texts | None = None
    none_of: Texts | None = None
    words: Texts | None = None
    contains: Texts | None = None
    contains_all: Texts | None = None
    starts_with: Texts | None = None
    ends_with: Texts | None = None
    matches: Patterns | None = None
    glob: Texts | None = None
    exists: bool | None = None

    def conditions(self, asked: Asked) -> Iterator[Condition]:
        """Give each operator as a condition."""
        yield from _equal(asked, self)
        for name in _PATTERNS:
            texts: tuple[str, ...] | None = getattr(self, name)
            if texts is not None:
                yield any_condition(TextTest(asked, Operator(name), each) for each in texts)
        yield from (TextTest(asked, Operator.CONTAINS, each) for each in self.contains_all or ())
        yield from _existence(asked, self.exists)


class FieldOperators(TextOperators):
    """What may be asked of a field: it can hold a number."""

    at_least: float | int | None = None
    at_most: float | int | None = None

    def conditions(self, asked: Asked) -> Iterator[Condition]:
        """Give each operator as a condition."""
        yield from super().conditions(asked)
        if self.at_least is not None or self.at_most is not None:
            yield NumberTest(asked, self.at_least, self.at_most)


class WordOperators(Operators):
    """What may be asked of a fact with a vocabulary of its own."""

    equals: Annotated[str | None, Field(alias="is")] = None
    is_not: str | None = None
    any_of: Texts | None = None
    none_of: Texts | None = None
    at_least: str | None = None
    at_most: str | None = None
    exists: bool | None = None

    def conditions(self, asked: Asked, vocabulary: "Vocabulary") -> Iterator[Condition]:
        """Give each operator as a condition."""
        for wanted, is_wanted in (
            ((self.equals,), True), (self.any_of, True), ((self.is_not,), False), (self.none_of, False),
        ):  # fmt: skip
            words = [word for word in wanted or () if word is not None]
            if words:
                test = OneOfTest(asked, frozenset(each for word in words for each in vocabulary.below(asked, word)))
                yield test if is_wanted else Not(test)
        if self.at_least is not None or self.at_most is not None:
            yield OneOfTest(asked, vocabulary.between(asked, self.at_least, self.at_most))
        yield from _existence(asked, self.exists)


class CountOperators(Operators):
    """What may be asked of a count."""

    equals: Annotated[Count | None, Field(alias="is")] = None
    at_least: Count | None = None
    at_most: Count | None = None


class SizeOperators(Operators):
    """What may be asked of a size in bytes."""

    at_least: "Size | None" = None
    at_most: "Size | None" = None


class AgeOperators(Operators):
    """What may be asked of an age."""

    at_least: Duration | None = None
    at_most: Duration | None = None


def _bare(default: str, several: str) -> BeforeValidator:
    """Let a text stand for one operator, and a list of texts for another."""
    return BeforeValidator(lambda value: _operators(value, default, several))


def _operators(value: object, default: str, several: str) -> object:
    match value:
        case str():
            return {default: value}
        case tuple():
            return {several: value}
        case dict():
            return value
    shown = "nothing" if value is None else f"'{value}'"
    raise ValueError(f"{shown} is no text: write one in quotes, a list of them, or operators like {{contains: …}}")


def _bare_word(value: object) -> object:
    """Let a word, a list of them, or true and false (whether there is one) stand for an operator."""
    return {"exists": value} if isinstance(value, bool) else _operators(value, "is", "any_of")


def _bare_count(value: object) -> object:
    """Let a number stand for its operator, and true for at least one."""
    if isinstance(value, bool):
        return {"at_least": 1} if value else {"is": 0}
    return {"is": value} if isinstance(value, int) else value


def _size(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is no size: write it with its unit, like 512KB or 25MB")  # noqa: TRY004 - pydantic takes ValueError
    return parse_size(value)


_ONE_OR_LIST = AlsoWritten(TEXT_FORM, LIST_FORM)
Size = Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": "string", "pattern": r"^\d+(B|KB|MB|GB)$"})]
TextAsked = Annotated[TextOperators, _bare("is", "any_of"), _ONE_OR_LIST]
GlobAsked = Annotated[TextOperators, _bare("glob", "glob"), _ONE_OR_LIST]
FieldAsked = Annotated[FieldOperators, _bare("is", "any_of"), _ONE_OR_LIST]
WordAsked = Annotated[
    WordOperators, BeforeValidator(_bare_word), AlsoWritten(TEXT_FORM, LIST_FORM, {"type": "boolean"})
]
CountAsked = Annotated[
    CountOperators, BeforeValidator(_bare_count), AlsoWritten({"type": "integer", "minimum": 0}, {"type": "boolean"})
]


class AttachmentAsked(Operators):
    """What may be asked of attachments: how many, or whether one of them has such a name, type or size."""

    count: CountAsked | None = None
    name: GlobAsked | None = None
    type: GlobAsked | None = None
    size: SizeOperators | None = None


def number_test(asked: Asked, bounds: CountOperators | SizeOperators | AgeOperators) -> NumberTest:
    equal = bounds.equals if isinstance(bounds, CountOperators) else None
    least, most = (
        each.total_seconds() if isinstance(each, timedelta) else each for each in (bounds.at_least, bounds.at_most)
    )
    return NumberTest(asked, least if equal is None else equal, most if equal is None else equal)


def _equal(asked: Asked, operators: TextOperators) -> Iterator[Condition]:
    if operators.equals is not None:
        yield TextTest(asked, Operator.IS, operators.equals)
    if operators.any_of is not None:
        yield any_condition(TextTest(asked, Operator.IS, each) for each in operators.any_of)
    for unwanted in (*((operators.is_not,) if operators.is_not is not None else ()), *(operators.none_of or ())):
        yield Not(TextTest(asked, Operator.IS, unwanted))


def _existence(asked: Asked, exists: bool | None) -> Iterator[Condition]:
    if exists is not None:
        yield ExistsTest(asked) if exists else Not(ExistsTest(asked))


def any_condition(conditions: Iterable[Condition]) -> Condition:
    several = tuple(conditions)
    return several[0] if len(several) == 1 else AnyOf(several)
