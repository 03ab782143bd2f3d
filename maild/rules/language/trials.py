"""The tests beside a rule: mails, and what must come of them, at once or through time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from maild.config import kinds
from maild.documents import Document, Path, did_you_mean
from maild.model.clocks import ClockName
from maild.model.outgoing import Template
from maild.rules.calendars import WEEKDAYS
from maild.rules.language.forms import Category, Day, FieldName, Language, Passage, Several
from maild.rules.language.matters import Level, Priority
from maild.rules.language.operators import HeaderName
from maild.rules.language.then import Tags, TemplateName
from maild.rules.written import Expected, Trial, TrialMail, TrialStep

_VALUES = ("category", "impact", "urgency", "priority", "queue", "team", "assignee", "level", "state", "language",
           "requester", "agreement", "incident")  # fmt: skip
# A test must not pass or fail by the day on which it is run.
_MONDAY = date(2026, 11, 23)
_TEN = time(10)
_MOMENT = re.compile(
    r"(?:(?P<weekday>[a-z]{3}) |(?P<day>\d{4}-\d{2}-\d{2}) )?(?P<hour>([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_STATES = Literal["new", "open", "waiting", "pending", "resolved", "closed", "spam"]
Addresses = Annotated[tuple[kinds.Address, ...], BeforeValidator(kinds.one_or_many), Several]


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour of a day: of one that is named, of the next one of a weekday, else of the same day."""

    hour: time
    weekday: int | None = None
    day: date | None = None

    def after(self, now: datetime) -> datetime:
        """Say when that is, told at an instant."""
        ahead = (self.weekday - now.weekday()) % len(WEEKDAYS) if self.weekday is not None else 0
        return datetime.combine(self.day or now.date() + timedelta(days=ahead), self.hour)


def _moment(text: object) -> Moment:
    match = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if match is None or (match["weekday"] and match["weekday"] not in WEEKDAYS):
        raise ValueError(f'\'{text}\' is no time: write it in quotes, like "16:50", "mon 09:20" or "2026-11-30 09:20"')
    try:
        day = date.fromisoformat(match["day"]) if match["day"] else None
    except ValueError:
        raise ValueError(f"'{text}': there is no such day") from None
    weekday = WEEKDAYS.index(match["weekday"]) if match["weekday"] else None
    return Moment(time.fromisoformat(match["hour"]), weekday, day)


def _answered(name: str) -> str:
    kinds_of_mail = [each.value for each in Template]
    if name not in kinds_of_mail:
        raise ValueError(f"the desk writes no mail '{name}'{did_you_mean(name, kinds_of_mail)}")
    return name


_MOMENT_FORM = {
    "type": "string",
    "pattern": r"^((mon|tue|wed|thu|fri|sat|sun) |\d{4}-\d{2}-\d{2} )?([01]\d|2[0-3]):[0-5]\d$",
}
MomentText = Annotated[Moment, BeforeValidator(_moment), WithJsonSchema(_MOMENT_FORM)]
Dues = dict[Literal["first_response", "next_response", "update", "resolution"], MomentText | None]


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
    answers: Annotated[str, AfterValidator(_answered)] | None = None

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
            answers=Template(self.answers) if self.answers is not None else None,
        )


class ExpectSection(Passage):
    """What a test expects; `null` is a value that must not be there."""

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
    due: Annotated[Dues, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ExpectSection":
        if not self.model_fields_set:
            raise ValueError("expects nothing: write what must come of the mail, like {category: …}")
        return self

    def value(self, now: datetime) -> Expected:
        """Give what is expected at an instant."""
        return Expected(
            values={key: getattr(self, key) for key in _VALUES if key in self.model_fields_set},
            tags=self.tags,
            fields=self.field,
            rules=self.rules,
            mails=self.mails,
            outcome=self.outcome or "",
            due={ClockName(name): moment.after(now) if moment else None for name, moment in (self.due or {}).items()},
        )


class StepSection(Passage):
    """One step of a test through time: a mail that comes, what must have come of it by then, or both."""

    at: MomentText | None = None
    mail: TrialMailSection | None = None
    expect: ExpectSection | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "StepSection":
        if self.mail is None and self.expect is None:
            raise ValueError("nothing comes and nothing is expected: write `mail`, `expect` or both")
        return self


class TrialSection(Passage):
    """A test of a rule: a mail and what must come of it, or several mails and hours."""

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
        elif self.steps[0].mail is None or self.steps[-1].expect is None:
            raise ValueError("steps begin with a mail, and the last one expects something")
        moments = [at for at, _ in _timed(self)]
        if moments != sorted(moments):
            raise ValueError('the steps go back in time: a weekday before the hour, like "tue 09:00", is the next one')
        return self

    def value(self, document: Document, path: Path) -> Trial:
        """Give the test that stands at a path."""
        place = document.place(path)
        if self.mail is not None and self.expect is not None:
            now = datetime.combine(_MONDAY, _TEN)
            return Trial(place, (TrialStep(place, now, self.mail.value(), self.expect.value(now)),))
        steps = (
            TrialStep(
                document.place((*path, "steps", number)),
                at,
                step.mail.value() if step.mail is not None else None,
                step.expect.value(at) if step.expect is not None else None,
            )
            for number, (at, step) in enumerate(_timed(self))
        )
        return Trial(place, tuple(steps))


def _complain_of_one(section: TrialSection) -> None:
    if section.day is not None:
        raise ValueError("`day` belongs to `steps`")
    for key in ("mail", "expect"):
        if getattr(section, key) is None:
            raise ValueError(f"'{key}' is missing")


def _timed(section: TrialSection) -> Iterator[tuple[datetime, StepSection]]:
    """Give each step its instant; one that names none is with the step before."""
    now = datetime.combine(section.day or _MONDAY, _TEN)
    for step in section.steps:
        now = step.at.after(now) if step.at is not None else now
        yield now, step
