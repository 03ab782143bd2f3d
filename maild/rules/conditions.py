"""What a rule asks of a message and its ticket: a tree of frozen values."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from maild.model.rates import RateOf


class Operator(StrEnum):
    """How a text is held against what a rule says; letter case and Unicode form distinguish nothing."""

    IS = "is"
    WORDS = "words"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    GLOB = "glob"


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact by the key of `when`; `name` says which header, field or side of an attachment."""

    key: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.name}" if self.name else self.key


@dataclass(frozen=True, slots=True)
class TextTest:
    """Whether a text, or one of several, fits what is written."""

    asked: Asked
    operator: Operator
    operand: str


@dataclass(frozen=True, slots=True)
class OneOfTest:
    """Whether a fact with a closed vocabulary is one of these; of a category and its children all are written out."""

    asked: Asked
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class NumberTest:
    """Whether a number lies within bounds, both included; ages are seconds, sizes bytes."""

    asked: Asked
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class ExistsTest:
    """Whether there is anything at all."""

    asked: Asked


@dataclass(frozen=True, slots=True)
class HoursTest:
    """Whether a calendar has working time now."""

    calendar: str


@dataclass(frozen=True, slots=True)
class WeekdayTest:
    """Whether today, in the desk's time zone, is one of these days; Monday is 0."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class RateTest:
    """Whether this is at least the n-th within a span of time, counted together by `of`."""

    count: int
    within: timedelta
    of: RateOf


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these; none at all is `always`."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    condition: "Condition"


Test: TypeAlias = TextTest | OneOfTest | NumberTest | ExistsTest | HoursTest | WeekdayTest | RateTest
Condition: TypeAlias = Test | AllOf | AnyOf | Not

ALWAYS = AllOf(())
