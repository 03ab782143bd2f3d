"""An entry of `rules`: when it is asked, what it asks, what it wants, and the tests beside it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.documents import Document, Path, Place
from maild.rules.calendars import WEEKDAYS
from maild.rules.language.forms import (
    NOT_YET,
    TEXT_FORM,
    AlsoWritten,
    Category,
    Day,
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
from maild.rules.written import Expected, Rule, TimedMail, Trial, TrialMail

_VALUES = ("category", "impact", "urgency", "priority", "queue", "team", "assignee", "level", "state", "language",
           "requester", "agreement", "incident")  # fmt: skip
_MONDAY = date(2026, 11, 23)
_MOMENT = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_STATES = Literal["new", "open", "waiting", "pending", "resolved", "closed", "spam"]
Addresses = Annotated[tuple[kinds.Address, ...], BeforeValidator(kinds.one_or_many), Several]
Occasion = Literal["new", "reply", "reopened", "any"]


def _moment(text: str) -> str:
    weekday, _, clock = text.rpartition(" ")
    if not _MOMENT.fullmatch(clock) or (weekday and weekday not in WEEKDAYS):
        raise ValueError(f'\'{text}\' is no time: write it in quotes, like "16:50" or "mon 09:20"')
    return text


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
    incident: kinds.Line | None = None
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


class StepSection(Passage):
    """One step of a test through time: a mail that comes, what must have come of it, or both."""

    at: Annotated[str, AfterValidator(_moment)] | None = None
    mail: TrialMailSection | None = None
    expect: ExpectSection | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "StepSection":
        if self.mail is None and self.expect is None:
            raise ValueError("nothing comes and nothing is expected: write `mail`, `expect` or both")
        if self.mail is None and self.at is not None:
            raise ValueError("not yet: what time alone brings is not tried; leave `at` out, or add `mail`")
        return self


class TrialSection(Passage):
    """A test of a rule: a mail and what must come of it, or several mails through time."""

    mail: TrialMailSection | None = None
    expect: ExpectSection | None = None
    day: Day | None = None
    steps: tuple[StepSection, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "TrialSection":
        if self.steps and (self.mail is not None or self.expect is not None):
            raise ValueError("`mail` and `expect` stand in the steps where there are steps")
        if not self.steps:
            _complain_of_one(self)
        elif self.steps[0].mail is None or all(each.expect is None for each in self.steps):
            raise ValueError("steps begin with a mail, and one of them expects something")
        moments = [at for at, _ in _timed(self)]
        if moments != sorted(moments):
            raise ValueError('the steps go back in time: a weekday before the hour, like "tue 09:00", is the next one')
        return self

    def values(self, place: Place) -> Iterator[Trial]:
        """Give a test for each time that something is expected, with all that came before."""
        if self.mail is not None and self.expect is not None:
            yield Trial(place, self.mail.value(), self.expect.value())
        came: tuple[TimedMail, ...] = ()
        for at, step in _timed(self):
            came = (*came, TimedMail(step.mail.value(), at)) if step.mail is not None else came
            if step.expect is not None:
                *before, last = came
                yield Trial(place, last.mail, step.expect.value(), last.at, tuple(before))


def _complain_of_one(section: TrialSection) -> None:
    if section.day is not None:
        raise ValueError("`day` belongs to `steps`")
    for key in ("mail", "expect"):
        if getattr(section, key) is None:
            raise ValueError(f"'{key}' is missing")


def _timed(section: TrialSection) -> Iterator[tuple[datetime, StepSection]]:
    """Give each step its instant: at the hour of that day, or of the next day of its weekday; else with the last."""
    now = datetime.combine(section.day or _MONDAY, time(10))
    for step in section.steps:
        if step.at is not None:
            weekday, _, clock = step.at.rpartition(" ")
            ahead = (WEEKDAYS.index(weekday) - now.weekday()) % len(WEEKDAYS) if weekday else 0
            now = datetime.combine(now.date() + timedelta(days=ahead), time.fromisoformat(clock))
        yield now, step


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
                trial
                for number, each in enumerate(self.tests)
                for trial in each.values(document.place((*path, "tests", number)))
            ),
        )
