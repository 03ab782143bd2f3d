"""An entry of `rules`: when it is asked, what it asks, what it wants, and the tests beside it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.documents import Document, Path
from maild.rules.language.forms import (
    NOT_YET,
    TEXT_FORM,
    AlsoWritten,
    Category,
    FieldName,
    Language,
    Passage,
    Several,
    not_twice,
)
from maild.rules.language.matters import Level, Priority
from maild.rules.language.operators import HeaderName, Vocabulary
from maild.rules.language.then import Tags, TemplateName, Then
from maild.rules.language.when import WhenOrAlways, condition_of
from maild.rules.occasions import On
from maild.rules.written import Expected, Rule, Trial, TrialMail

_VALUES = ("category", "impact", "urgency", "priority", "queue", "team", "assignee", "level", "state", "language",
           "requester", "agreement")  # fmt: skip
_STATES = Literal["new", "open", "waiting", "pending", "resolved", "closed", "spam"]
Addresses = Annotated[tuple[kinds.Address, ...], BeforeValidator(kinds.one_or_many), Several]
Occasion = Literal["new", "reply", "reopened", "any"]


class TrialMailSection(Passage):
    """A mail of a test."""

    sender: Annotated[kinds.Address, Field(alias="from")]
    subject: str = ""
    text: str = ""
    to: Addresses = ()
    cc: Addresses = ()
    reply_to: Addresses = ()
    header: dict[HeaderName, str] = Field(default_factory=dict)
    attachments: Annotated[tuple[kinds.Line, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    trust: Literal["proved", "claimed", "forged"] = "proved"

    def value(self) -> TrialMail:
        """Give the mail."""
        return TrialMail(
            sender=self.sender,
            subject=self.subject,
            text=self.text,
            to=self.to,
            cc=self.cc,
            reply_to=self.reply_to,
            headers=tuple(self.header.items()),
            attachments=self.attachments,
            trust=self.trust,
        )


class ExpectSection(Passage):
    """What a test expects; `null` is a value that must not be there."""

    refused: ClassVar[Mapping[str, str]] = MappingProxyType({"due": NOT_YET})
    needs_values: ClassVar[bool] = False
    may_be_empty: ClassVar[bool] = False

    category: Category | None = None
    impact: str | None = None
    urgency: str | None = None
    priority: Priority | None = None
    queue: kinds.Name | None = None
    team: kinds.Name | None = None
    assignee: kinds.Name | None = None
    level: Level | None = None
    state: _STATES | None = None
    language: Language | None = None
    requester: kinds.Address | None = None
    agreement: kinds.Name | None = None
    tags: Tags = ()
    field: dict[FieldName, str] = Field(default_factory=dict)
    rules: Annotated[tuple[kinds.Name, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    mails: Annotated[tuple[TemplateName, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    outcome: Literal["entry", "desk", "held"] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ExpectSection":
        if not self.model_fields_set:
            raise ValueError("expects nothing: write what must come of the mail, like {category: …}")
        return self

    def value(self) -> Expected:
        """Give what is expected."""
        return Expected(
            values={key: getattr(self, key) for key in _VALUES if key in self.model_fields_set},
            tags=self.tags,
            fields=self.field,
            rules=self.rules,
            mails=self.mails,
            outcome=self.outcome or "",
        )


class TrialSection(Passage):
    """A test of a rule."""

    refused: ClassVar[Mapping[str, str]] = MappingProxyType(dict.fromkeys(("day", "steps"), NOT_YET))

    mail: TrialMailSection
    expect: ExpectSection


class RuleSection(Passage):
    """An entry of `rules`."""

    on: Annotated[
        tuple[Occasion, ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(not_twice),
        Field(min_length=1),
        AlsoWritten(TEXT_FORM),
    ] = ("new",)
    when: WhenOrAlways
    then: Then
    tests: tuple[TrialSection, ...] = ()

    def value(self, name: str, document: Document, path: Path, vocabulary: Vocabulary) -> Rule:
        """Give the rule that stands at a path."""
        occasions = frozenset(On) if "any" in self.on else frozenset(On(word) for word in self.on)
        return Rule(
            name=name,
            place=document.place_of_key(path),
            on=occasions,
            when=condition_of(self.when, vocabulary),
            then=self.then.effects(),
            tests=tuple(
                Trial(document.place((*path, "tests", number)), each.mail.value(), each.expect.value())
                for number, each in enumerate(self.tests)
            ),
        )
