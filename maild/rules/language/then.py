"""`then`: what a rule wants done, and the effects that it comes to.

The effects stand in one order whatever the order written: queue and category before team, because they bring one.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.model.outgoing import ACKNOWLEDGEMENTS, Template
from maild.model.ticket import Confidence
from maild.rules.effects import (
    AddNote,
    AddParticipant,
    AddStep,
    AddTag,
    AskApproval,
    AtLeast,
    CallSpam,
    DoNotAcknowledge,
    DoNotSurvey,
    Effect,
    Hold,
    JoinIncident,
    MakeConfidential,
    MakeMajor,
    Notify,
    OpenChild,
    Pend,
    Raise,
    Refuse,
    Reopen,
    Resolve,
    SameTicket,
    SetField,
    SetValue,
    Stop,
    TakeAsPerson,
    TakeRequester,
    UseTemplate,
)
from maild.rules.language.forms import (
    TEXT_FORM,
    AlsoWritten,
    Category,
    Duration,
    FieldName,
    Language,
    Passage,
    Several,
    Text,
    WhomText,
    not_twice,
)
from maild.rules.language.matters import Level, Priority, Steps

_REQUESTER = "reply_to"
_LONGEST_WAIT = timedelta(days=3 * 366)
_ANSWERS = tuple(sorted(each.value for each in ACKNOWLEDGEMENTS if each is not Template.REFUSED))
_OTHERS = frozenset(each.value for each in Template) - frozenset(_ANSWERS)


def _graded(value: object) -> object:
    """Let a word stand for the value itself."""
    return {"is": value} if isinstance(value, str) else value


def _requester(text: str) -> str:
    is_field = text.startswith("{") and text.endswith("}") and text.count("{") == 1
    if text != _REQUESTER and not is_field:
        raise ValueError(f"'{text}': write reply_to, or the field that holds the address, like \"{{email}}\"")
    return text if is_field else f"{{{_REQUESTER}}}"


def _within_reason(length: timedelta) -> timedelta:
    if length > _LONGEST_WAIT:
        raise ValueError(f"{length.days} days are longer than anybody waits: write 3 years (1098d) at most")
    return length


def _tag(text: str) -> str:
    if not text.strip() or any(letter.isspace() or letter == "," for letter in text):
        raise ValueError(f"'{text}' is no tag: one word without spaces")
    return text


Up = Annotated[int, Field(ge=1, le=9)]


class Graded(Passage):
    """A step of impact or urgency: a value, at least one, or so many steps up."""

    equals: Annotated[str | None, Field(alias="is")] = None
    at_least: str | None = None
    up: Annotated[Up | None, Field(alias="raise")] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Graded":
        if len(self.model_fields_set) != 1:
            raise ValueError("write one value, {at_least: VALUE} or {raise: 1}")
        return self

    def effect(self, field: str) -> Effect:
        """Give it as an effect."""
        if self.up is not None:
            return Raise(field, self.up)
        return AtLeast(field, self.at_least) if self.at_least is not None else SetValue(field, self.equals or "")


class ChildSection(Passage):
    """Another ticket for part of the matter."""

    queue: kinds.Name
    subject: kinds.Line


Grade = Annotated[Graded, BeforeValidator(_graded), AlsoWritten(TEXT_FORM)]
Tag = Annotated[str, AfterValidator(_tag)]
Tags = Annotated[
    tuple[Tag, ...], BeforeValidator(kinds.one_or_many), AfterValidator(not_twice), Field(min_length=1), Several
]
Addresses = Annotated[tuple[kinds.Address, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]
Whoms = Annotated[tuple[WhomText, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]
TemplateName = Annotated[str, kinds.matching(r"[a-z0-9][a-z0-9-]{0,60}", "name of a template, like acknowledged")]


class Then(Passage):
    """What a rule wants done."""

    may_be_empty: ClassVar[bool] = False

    queue: kinds.Name | None = None
    category: Category | None = None
    impact: Grade | None = None
    urgency: Grade | None = None
    major: Literal[True] | None = None
    confidential: Literal["team", "sealed"] | None = None
    priority: Priority | None = None
    level: Level | None = None
    agreement: kinds.Name | None = None
    ladder: kinds.Name | None = None
    team: kinds.Name | None = None
    assignee: kinds.Name | None = None
    language: Language | None = None
    field: Annotated[dict[FieldName, Text], Field(min_length=1)] | None = None
    tags: Tags | None = None
    checklist: Steps | None = None
    requester: Annotated[str | None, AfterValidator(lambda text: text and _requester(text))] = None
    treated: Annotated[Literal["person"] | None, Field(alias="as")] = None
    same_ticket: Text | None = None
    within: Duration | None = None
    incident: kinds.Line | None = None
    child: ChildSection | None = None
    note: Text | None = None
    cc: Addresses | None = None
    notify: Whoms | None = None
    template: Annotated[dict[TemplateName, TemplateName], Field(min_length=1)] | None = None
    acknowledge: Literal[False] | None = None
    approval: kinds.Name | None = None
    survey: Literal[False] | None = None
    reopen: Literal[True] | None = None
    pending: Annotated[Duration, AfterValidator(_within_reason)] | None = None
    resolve: Text | None = None
    hold: kinds.Line | None = None
    spam: Literal[True] | None = None
    refuse: TemplateName | None = None
    stop: Literal[True] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Then":
        if not self.model_fields_set:
            raise ValueError("wants nothing: write an effect, like {category: …}")
        if (self.same_ticket is None) != (self.within is None):
            raise ValueError("`same_ticket` and `within` go together: a key, and for how long it means one ticket")
        if self.same_ticket is not None and self.treated is not None:
            raise ValueError("same_ticket and as: person: whoever fills a form in would choose the ticket; keep one")
        for template in self.template or {}:
            if template in _OTHERS:
                known = ", ".join(_ANSWERS)
                raise ValueError(f"template.{template}: only what answers the mail itself can be another: {known}")
        endings = [key for key in ("pending", "resolve", "hold", "spam", "refuse") if getattr(self, key) is not None]
        if len(endings) > 1:
            raise ValueError(f"{' and '.join(endings)} end a mail in different ways: keep one of them")
        return self

    def effects(self) -> tuple[Effect, ...]:
        """Give the effects in their order."""
        return (*self._values(), *self._marks(), *self._mails(), *self._ends())

    def _values(self) -> Iterator[Effect]:
        for key in ("queue", "category"):
            if getattr(self, key) is not None:
                yield SetValue(key, getattr(self, key))
        if self.impact is not None:
            yield self.impact.effect("impact")
        if self.urgency is not None:
            yield self.urgency.effect("urgency")
        if self.major is not None:
            yield MakeMajor()
        if self.confidential is not None:
            yield MakeConfidential(Confidence(self.confidential))
        for key in ("priority", "level", "agreement", "team", "assignee", "language"):
            if getattr(self, key) is not None:
                yield SetValue(key, getattr(self, key))
        if self.ladder is not None:
            yield SetValue("climbs", self.ladder)

    def _marks(self) -> Iterator[Effect]:
        yield from (SetField(name, value) for name, value in (self.field or {}).items())
        yield from (AddTag(tag) for tag in self.tags or ())
        yield from (AddStep(each.step, each.required) for each in self.checklist or ())
        if self.requester is not None:
            yield TakeRequester(self.requester)
        if self.treated is not None:
            yield TakeAsPerson()
        if self.same_ticket is not None and self.within is not None:
            yield SameTicket(self.same_ticket, self.within)
        if self.incident is not None:
            yield JoinIncident(self.incident)
        if self.child is not None:
            yield OpenChild(self.child.queue, self.child.subject)
        if self.approval is not None:
            yield AskApproval(self.approval)

    def _mails(self) -> Iterator[Effect]:
        if self.note is not None:
            yield AddNote(self.note)
        yield from (AddParticipant(address) for address in self.cc or ())
        yield from (Notify(whom) for whom in self.notify or ())
        yield from (UseTemplate(template, instead) for template, instead in (self.template or {}).items())
        if self.acknowledge is not None:
            yield DoNotAcknowledge()
        if self.survey is not None:
            yield DoNotSurvey()
        if self.reopen is not None:
            yield Reopen()

    def _ends(self) -> Iterator[Effect]:
        if self.pending is not None:
            yield Pend(self.pending)
        if self.resolve is not None:
            yield Resolve(self.resolve)
        if self.hold is not None:
            yield Hold(self.hold)
        if self.spam is not None:
            yield CallSpam()
        if self.refuse is not None:
            yield Refuse(self.refuse)
        if self.stop is not None:
            yield Stop()
