"""`when`: what a rule asks, and the tree of conditions that it comes to."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.rules.conditions import AllOf, Asked, Condition, HoursTest, Not, WeekdayTest
from maild.rules.language.forms import AlsoWritten, FieldName, Passage, RateSection, Several, weekdays
from maild.rules.language.operators import (
    AgeOperators,
    AttachmentAsked,
    CountAsked,
    CountOperators,
    FieldAsked,
    GlobAsked,
    HeaderName,
    SizeOperators,
    TextAsked,
    TextOperators,
    Vocabulary,
    WordAsked,
    WordOperators,
    any_condition,
    number_test,
)


def _always(value: object) -> object:
    """Let `always` stand for a rule without conditions."""
    return When.model_construct(_fields_set={"always"}) if value == "always" else value


def _weekday(text: str) -> str:
    weekdays(text)
    return text


WeekdayText = Annotated[str, AfterValidator(_weekday)]
WeekdayTexts = Annotated[tuple[WeekdayText, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]


class When(Passage):
    """What a rule asks: every key must hold."""

    may_be_empty: ClassVar[bool] = False

    text: TextAsked | None = None
    subject: TextAsked | None = None
    reply: TextAsked | None = None
    body: TextAsked | None = None
    sender: GlobAsked | None = None
    sender_domain: GlobAsked | None = None
    to: GlobAsked | None = None
    cc: GlobAsked | None = None
    addressee: GlobAsked | None = None
    reply_to: GlobAsked | None = None
    header: Annotated[dict[HeaderName, TextAsked], Field(min_length=1)] | None = None
    language: WordAsked | None = None
    size: SizeOperators | None = None
    automatic: WordAsked | None = None
    standing: WordAsked | None = None
    trust: WordAsked | None = None
    attachment: AttachmentAsked | None = None
    mailbox: WordAsked | None = None
    state: WordAsked | None = None
    queue: WordAsked | None = None
    category: WordAsked | None = None
    priority: WordAsked | None = None
    impact: WordAsked | None = None
    urgency: WordAsked | None = None
    level: WordAsked | None = None
    team: WordAsked | None = None
    assignee: WordAsked | None = None
    customer: WordAsked | None = None
    tag: TextAsked | None = None
    field: Annotated[dict[FieldName, FieldAsked], Field(min_length=1)] | None = None
    age: AgeOperators | None = None
    unanswered: CountAsked | None = None
    reopened: CountAsked | None = None
    score: CountAsked | None = None
    rate: RateSection | None = None
    hours: Annotated[dict[kinds.Name, Literal["in", "out"]], Field(min_length=1)] | None = None
    weekday: WeekdayTexts | None = None
    all_of: Annotated["Annotated[tuple[When, ...], Field(min_length=1)] | None", Field(alias="all")] = None
    any_of: Annotated["Annotated[tuple[When, ...], Field(min_length=1)] | None", Field(alias="any")] = None
    negated: Annotated["When | None", Field(alias="not")] = None

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if not self.model_fields_set:
            raise ValueError("asks nothing: a rule without conditions says `when: always`")
        return self


WhenOrAlways = Annotated[When, BeforeValidator(_always), AlsoWritten({"const": "always"})]


def condition_of(when: When, vocabulary: Vocabulary) -> Condition:
    """Give what a rule asks as a tree."""
    conditions = tuple(_conditions(when, vocabulary))
    return conditions[0] if len(conditions) == 1 else AllOf(conditions)


def _conditions(when: When, vocabulary: Vocabulary) -> Iterator[Condition]:
    for key in type(when).model_fields:
        value = getattr(when, key)
        if value is None:
            continue
        asked = Asked(key)
        match value:
            case TextOperators():
                yield from value.conditions(asked)
            case WordOperators():
                yield from value.conditions(asked, vocabulary)
            case CountOperators() | SizeOperators() | AgeOperators():
                yield number_test(asked, value)
            case AttachmentAsked():
                yield from _attachment(value)
            case RateSection():
                yield value.value()
            case _:
                yield from _combined(key, value, vocabulary)


def _combined(key: str, value: object, vocabulary: Vocabulary) -> Iterator[Condition]:
    match key, value:
        case (("header" | "field"), dict()):
            for name, operators in value.items():
                yield from operators.conditions(Asked(key, name))
        case "hours", dict():
            for calendar, where in value.items():
                yield HoursTest(calendar) if where == "in" else Not(HoursTest(calendar))
        case "weekday", tuple():
            yield WeekdayTest(frozenset(number for text in value for number in weekdays(text)))
        case "all_of", tuple():
            yield from (condition_of(each, vocabulary) for each in value)
        case "any_of", tuple():
            yield any_condition(condition_of(each, vocabulary) for each in value)
        case "negated", When():
            yield Not(condition_of(value, vocabulary))


def _attachment(asked: AttachmentAsked) -> Iterator[Condition]:
    if asked.count is not None:
        yield number_test(Asked("attachment", "count"), asked.count)
    if asked.size is not None:
        yield number_test(Asked("attachment", "size"), asked.size)
    for name, operators in (("name", asked.name), ("type", asked.type)):
        if operators is not None:
            yield from operators.conditions(Asked("attachment", name))
