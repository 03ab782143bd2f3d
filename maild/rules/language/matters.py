"""Categories, priorities, customers, contacts, fields: what matters are sorted by."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from maild.config import kinds
from maild.documents import Document, Place
from maild.errors import Problem
from maild.model.ticket import Confidence
from maild.rules.language.forms import (
    DURATION_FORM,
    TEXT_FORM,
    AlsoWritten,
    Day,
    FieldName,
    Language,
    Passage,
    Several,
    Text,
    field_name,
    not_twice,
)
from maild.rules.matters import Category as CategoryValue
from maild.rules.matters import Field as FieldValue
from maild.rules.matters import IdentityCheck, Priorities, Review
from maild.rules.patterns import Pattern
from maild.rules.procedures import Step

Level = Annotated[str, kinds.matching(r"L[1-9]", "level: write it like L2")]
Priority = Literal["p1", "p2", "p3", "p4", "p5"]


def _pattern(text: str) -> str:
    for name in Pattern(text).groups:
        field_name(name)
    return text


def customer_pattern(text: str) -> str:
    """Take a pattern of addresses that does not fit everybody."""
    local, at, domain = text.partition("@")
    if not at or not local or not domain or any(letter.isspace() for letter in text):
        raise ValueError(f"'{text}' is no pattern of addresses: write it like *@bigco.example")
    if not domain.strip("*?."):
        raise ValueError(f"'{text}' fits everybody: name a domain")
    return text.lower()


MOST_STEPS = 50
RegularExpression = Annotated[str, AfterValidator(_pattern)]
AddressPattern = Annotated[str, AfterValidator(customer_pattern)]
Words = Annotated[tuple[kinds.Name, ...], AfterValidator(not_twice), Field(min_length=2)]


def _step(value: object) -> object:
    """Let a text stand for a step that is not required."""
    return {"step": value} if isinstance(value, str) else value


def _different_steps(steps: "tuple[StepSection, ...] | None") -> "tuple[StepSection, ...] | None":
    kinds.different(tuple(each.step for each in steps or ()))
    return steps


class StepSection(Passage):
    """A step of a checklist."""

    step: kinds.Line
    required: bool = False

    def value(self) -> Step:
        """Give the step."""
        return Step(self.step, self.required)


StepForm = Annotated[StepSection, BeforeValidator(_step), AlsoWritten(TEXT_FORM)]
Steps = Annotated[tuple[StepForm, ...], AfterValidator(_different_steps), Field(min_length=1, max_length=MOST_STEPS)]


class LinksSection(Passage):
    """Pages that help, for customers and for agents."""

    customer: tuple[kinds.Line, ...] = ()
    agent: tuple[kinds.Line, ...] = ()


class ReviewSection(Passage):
    """Who looks through a procedure again, and when."""

    by: kinds.Name
    on: Day
    every: Annotated[timedelta, kinds.duration_from("1d", "3650d"), WithJsonSchema(DURATION_FORM)]


class VerifySection(Passage):
    """How it is made sure who asks, before anything is done for them."""

    send_code_to: Literal["verify"]
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    expires: Annotated[timedelta, kinds.duration_from("5m", "7d"), WithJsonSchema(DURATION_FORM)] = timedelta(hours=24)

    def value(self) -> IdentityCheck:
        """Give it."""
        return IdentityCheck(self.attempts, self.expires)


class CategorySection(Passage):
    """An entry of `categories`; what it does not say it has from its parent."""

    title: kinds.Line | None = None
    team: kinds.Name | None = None
    levels: dict[Level, kinds.Name] | None = None
    skills: Annotated[tuple[kinds.Name, ...] | None, AfterValidator(lambda names: names and not_twice(names))] = None
    procedure: Steps | None = None
    links: LinksSection | None = None
    ask_for: Annotated[tuple[FieldName, ...] | None, AfterValidator(lambda names: names and not_twice(names))] = None
    verify_identity: VerifySection | None = None
    reviewed: ReviewSection | None = None
    confidential: Literal["team", "sealed"] | None = None

    def value(self, key: str, parent: CategoryValue | None) -> CategoryValue:
        """Give the category on top of its parent."""
        above = parent or CategoryValue(key, "")
        review = self.reviewed
        return CategoryValue(
            key=key,
            title=self.title or key.rpartition("/")[2].replace("-", " ").capitalize(),
            team=self.team or above.team,
            levels={**above.levels, **(self.levels or {})},
            skills=above.skills if self.skills is None else frozenset(self.skills),
            procedure=above.procedure if self.procedure is None else tuple(each.value() for each in self.procedure),
            customer_links=above.customer_links if self.links is None else self.links.customer,
            agent_links=above.agent_links if self.links is None else self.links.agent,
            ask_for=above.ask_for if self.ask_for is None else self.ask_for,
            verify_identity=self.verify_identity.value() if self.verify_identity else above.verify_identity,
            reviewed=Review(review.by, review.on, review.every) if review else above.reviewed,
            confidential=above.confidential if self.confidential is None else Confidence(self.confidential),
        )


class DefaultSection(Passage):
    """What a matter is until somebody knows better."""

    impact: str
    urgency: str


class PrioritiesSection(Passage):
    """The section `priorities`."""

    impacts: Words
    urgencies: Words
    matrix: dict[str, tuple[Priority, ...]]
    default: DefaultSection
    major: Priority = "p1"

    def value(self, place: Place) -> Priorities:
        """Give the priorities."""
        return Priorities(
            impacts=self.impacts,
            urgencies=self.urgencies,
            matrix=dict(self.matrix),
            impact=self.default.impact,
            urgency=self.default.urgency,
            major=self.major,
            place=place,
        )


def priorities_problems(section: PrioritiesSection, document: Document) -> Iterator[Problem]:
    """Say where the matrix does not fit the words that it is about."""
    for urgency, row in section.matrix.items():
        path = ("priorities", "matrix", urgency)
        if urgency not in section.urgencies:
            yield document.problem(path, f"'{urgency}' is none of `urgencies`", at_key=True)
        if len(row) != len(section.impacts):
            yield document.problem(path, f"{len(row)} priorities for {len(section.impacts)} impacts: one for each")
    missing = [urgency for urgency in section.urgencies if urgency not in section.matrix]
    if missing:
        yield document.problem(("priorities", "matrix"), f"has no row for {', '.join(missing)}", at_key=True)
    for key, words in (("impact", section.impacts), ("urgency", section.urgencies)):
        word = getattr(section.default, key)
        if word not in words:
            yield document.problem(("priorities", "default", key), f"'{word}' is none of {', '.join(words)}")


class UrgencyAtLeast(Passage):
    """An urgency that is only raised."""

    at_least: str


class CustomerSection(Passage):
    """An entry of `customers`."""

    match: Annotated[tuple[AddressPattern, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    match_file: kinds.Line | None = None
    language: Language | None = None
    urgency: UrgencyAtLeast | None = None
    agreement: kinds.Name | None = None


class ContactsSection(Passage):
    """The section `contacts`."""

    file: kinds.Line


class FieldSection(Passage):
    """An entry of `fields`."""

    type: Literal["text", "number", "money", "date", "one-of"] = "text"
    unit: kinds.Line | None = None
    one_of: Annotated[tuple[kinds.Line, ...], AfterValidator(not_twice)] = ()
    find: RegularExpression | None = None
    ask: dict[Language, Text] = Field(default_factory=dict)

    def value(self, key: str, place: Place) -> FieldValue:
        """Give the field."""
        return FieldValue(key, self.type, self.unit or "", self.one_of, self.find, self.ask, place)


def field_complaints(name: str, section: FieldSection) -> Iterator[tuple[str, str]]:
    """Say what of a field does not fit together, and at which key."""
    if section.find is not None and name not in Pattern(section.find).groups:
        yield "find", f"captures no '{name}': write the part that counts as (?P<{name}>…)"
    if (section.type == "one-of") != bool(section.one_of):
        yield "type", "`type: one-of` and the list `one_of` go together"
    if section.unit is not None and section.type not in {"number", "money"}:
        yield "unit", "a unit belongs to a number or to money"
