"""The small forms that stand in rule files: days, hours, durations, rates, whom; each with its remedy and schema."""

import re
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from maild.config import kinds
from maild.documents import Section, did_you_mean, parse_duration
from maild.model.rates import RateOf
from maild.rules.calendars import DAY_MINUTES, WEEKDAYS, Span
from maild.rules.conditions import RateTest
from maild.rules.effects import Whom, WhomKind
from maild.rules.fold import OF_THE_MAIL

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SPAN = re.compile(r"(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)", re.ASCII)
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}(?:/[a-z0-9][a-z0-9_-]{0,39}){0,5}", re.ASCII)
_FIELD = re.compile(r"[a-z_][a-z0-9_]{0,39}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII)
_LONGEST_TEXT = 4000
# The words that stand for somebody wherever people are named: nobody can be called so.
WHOM_WORDS = frozenset({"assignee", "lead", "managers", "admins", "requester", "participants", "all", "none"})
PLACEHOLDER_NAMES = re.compile(r"\{([^{}]*)\}")

ValueT = TypeVar("ValueT")


class AlsoWritten:
    """Says to the JSON Schema which shorter forms a model may be written in."""

    def __init__(self, *forms: dict[str, Any]) -> None:
        self._forms = forms

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler(core)
        if whole.get("type") == "array" and "minLength" in whole:
            whole["minItems"] = whole.pop("minLength")  # a list that a word may stand for is taken for text
        return {"anyOf": [*self._forms, whole]}


TEXT_FORM: dict[str, Any] = {"type": "string", "minLength": 1}
LIST_FORM: dict[str, Any] = {"type": "array", "items": TEXT_FORM, "minItems": 1}


def day(value: object) -> date:
    """Read a day of the calendar."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"'{value}' is no day: write it like 2026-11-30")


def span(value: object) -> Span:
    """Read working time within a day; an end before its beginning lies on the next day."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"'{value}' is no span of a day: write it in quotes, like \"09:00-17:30\"")
    hours = int(match[1]), int(match[3])
    start, end = hours[0] * 60 + int(match[2]), hours[1] * 60 + int(match[4])
    if start >= DAY_MINUTES or end > DAY_MINUTES:
        raise ValueError(f"'{value}': a day ends at 24:00")
    if start == end:
        raise ValueError(f"'{value}' is no time at all: the whole day is 00:00-24:00")
    return Span(start, end if end > start else end + DAY_MINUTES)


def category(text: str) -> str:
    """Take the path of a category."""
    if not _CATEGORY.fullmatch(text):
        raise ValueError(f"'{text}' is no category: write names of a to z, 0 to 9, '-' and '_', with '/' between")
    return text


def field_name(text: str) -> str:
    """Take the name of a field, which a pattern can capture."""
    if not _FIELD.fullmatch(text):
        raise ValueError(f"'{text}' is no name of a field: a to z, 0 to 9 and '_', at most 40, beginning with a letter")
    if text in OF_THE_MAIL:
        raise ValueError(f"'{text}' is what the mail itself says: choose another name")
    return text


def language(text: str) -> str:
    """Take the tag of a language (RFC 5646): two or three letters, and a region."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"'{text}' is no language: write it like de or pt-BR")
    return text


def text(value: str) -> str:
    """Take words of one or several lines."""
    if not value.strip():
        raise ValueError("says nothing: write the words, or leave it out")
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"longer than {_LONGEST_TEXT} characters")
    return value.strip()


def weekdays(value: str) -> tuple[int, ...]:
    """Read a day of the week or a range of them; Monday is 0. Raises ValueError."""
    first, dash, last = value.partition("-")
    for word in (first, last if dash else first):
        if word not in WEEKDAYS:
            raise ValueError(f"'{value}' is no day of the week: write it like mon or mon-fri")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    return tuple(number % len(WEEKDAYS) for number in range(start, end + 1 + (len(WEEKDAYS) if end < start else 0)))


def whom(value: object) -> Whom:
    """Read who is meant, by the one grammar: a word, team:NAME, each:TEAM, a person or an address."""
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is nobody: write a person, team:NAME or one of {', '.join(_WORDS)}")  # noqa: TRY004 - pydantic takes ValueError
    if value in _WORDS:
        return Whom(WhomKind(value))
    kind, colon, name = value.partition(":")
    if colon and kind in {"team", "each"}:
        return Whom(WhomKind(kind), kinds.name(name))
    if colon:
        raise ValueError(f"'{value}': before ':' stands team or each{did_you_mean(kind, ('team', 'each'))}")
    if "@" in value:
        return Whom(WhomKind.ADDRESS, kinds.address(value))
    return Whom(WhomKind.PERSON, kinds.name(value))


_WORDS = ("assignee", "lead", "managers", "admins", "requester", "participants")


def wall_duration(least: str = "1s", most: str = "3650d") -> Any:
    """Make a type of lengths of wall time."""
    return Annotated[timedelta, kinds.duration_from(least, most), WithJsonSchema(DURATION_FORM)]


DURATION_FORM: dict[str, Any] = {
    "type": "string",
    "minLength": 2,
    "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$",
}


def duration(value: object) -> timedelta:
    """Read a length of wall time."""
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is no duration: write it with its unit, like 30m or 2d")  # noqa: TRY004 - pydantic takes ValueError
    length = parse_duration(value)
    if not length:
        raise ValueError(f"'{value}' is no time at all")
    return length


def not_twice(values: tuple[ValueT, ...]) -> tuple[ValueT, ...]:
    """Take a list in which something stands, and nothing twice."""
    return kinds.different(values)


Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
SpanText = Annotated[
    Span, BeforeValidator(span), WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}-\d{2}:\d{2}$"})
]
Category = Annotated[str, AfterValidator(category)]
FieldName = Annotated[str, AfterValidator(field_name)]
Language = Annotated[str, AfterValidator(language)]
Text = Annotated[str, AfterValidator(text)]
Duration = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema(DURATION_FORM)]
WhomText = Annotated[Whom, BeforeValidator(whom), WithJsonSchema(TEXT_FORM)]
Names = Annotated[tuple[kinds.Name, ...], AfterValidator(not_twice), Field(min_length=1)]
Several = AlsoWritten(TEXT_FORM)


class Passage(Section):
    """A mapping of a rule file: a key without a value is a mistake, and so is no key at all, unless `may_be_empty`."""

    needs_values: ClassVar[bool] = True
    may_be_empty: ClassVar[bool] = True

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Leave out what is refused, and the nothing that may not be written."""
        schema = handler.resolve_ref_schema(handler(core))
        properties: dict[str, Any] = schema.get("properties", {})
        for name in cls.refused:
            properties.pop(name, None)
        for known in properties.values() if cls.needs_values else ():
            _without_null(known)
        return schema if cls.may_be_empty else {**schema, "minProperties": 1}


def _without_null(schema: dict[str, Any]) -> None:
    choices = [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]
    if schema.get("default", "") is None:
        del schema["default"]
    schema |= choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}


class RateSection(Passage):
    """N per time, the one form of it."""

    count: Annotated[int, Field(ge=2, le=1_000_000)]
    within: Duration
    of: Literal["category", "customer", "sender_domain", "address", "rule"] = "rule"

    def value(self) -> RateTest:
        """Give it as a test."""
        return RateTest(self.count, self.within, RateOf(self.of))
