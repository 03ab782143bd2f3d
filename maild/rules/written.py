"""A rule as it was written, and the tests that stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from maild.documents import Place
from maild.rules.conditions import Condition
from maild.rules.effects import Effect
from maild.rules.occasions import On


@dataclass(frozen=True, slots=True)
class TrialMail:
    """A mail of a rule's test; no To is the desk's address, and the sender is proved unless `trust` says otherwise."""

    sender: str
    subject: str = ""
    text: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    trust: str = "proved"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a test expects, by the names of `maild explain`: None is a value that must not be there."""

    place: Place
    values: Mapping[str, str | bool | tuple[str, ...] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One moment of a test that goes through time: `at` is a time of day, or `mon 09:20` of a later day."""

    place: Place
    at: str | None
    mail: TrialMail | None
    expect: Expected | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of a rule: one mail and what comes of it, or steps through the time of a day."""

    place: Place
    day: date | None
    steps: tuple[TrialStep, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `stops` is part of `then`. `captures` are the names that its patterns can fill."""

    name: str
    place: Place
    on: frozenset[On]
    when: Condition
    then: tuple[Effect, ...]
    tests: tuple[Trial, ...] = ()
