"""Ladders as they are written: for whom, in which calendar, and their steps."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.documents import Document, Path
from maild.model.clocks import PROMISED, ClockName
from maild.model.packet import Part
from maild.rules.agreements import WorkDuration
from maild.rules.effects import Whom, WhomKind
from maild.rules.ladders import Ladder, Rung, Unless
from maild.rules.language.agreements import LENGTH_FORM, GradedForSection, Length, real_days
from maild.rules.language.forms import AlsoWritten, Passage, Several, WhomText, not_twice
from maild.rules.language.matters import Level

_AT = re.compile(r"([a-z_]+) (\d{1,3})%", re.ASCII)
_CLOCKS = tuple(name.value for name in PROMISED)
_OFTEN = timedelta(minutes=5)
_OUTSIDE = frozenset({WhomKind.REQUESTER, WhomKind.PARTICIPANTS, WhomKind.ADDRESS})


def _at(text: str) -> str:
    match = _AT.fullmatch(text)
    if match is None or match[1] not in _CLOCKS or not int(match[2]):
        raise ValueError(f"'{text}': write a clock and a part of its target, like first_response 80%")
    return text


def _inside(whom: Whom) -> Whom:
    if whom.kind in _OUTSIDE:
        raise ValueError("nobody outside is told by this: write a person, a team, assignee, lead, managers or admins")
    return whom


def _for_all(value: object) -> object:
    return value if isinstance(value, dict) else {"": value}


Colleague = Annotated[WhomText, AfterValidator(_inside)]
After = Annotated[
    dict[Literal["", "p1", "p2", "p3", "p4", "p5"], Length], BeforeValidator(_for_all), AlsoWritten(LENGTH_FORM)
]


PartWord = Literal["problem", "steps_tried", "logs_or_errors", "contact", "impact"]


class RaiseSection(Passage):
    """Steps of urgency up."""

    up: Annotated[int, Field(alias="raise", ge=1, le=9)]


class StepSection(Passage):
    """One step of a ladder."""

    at: Annotated[str | None, AfterValidator(lambda text: text and _at(text))] = None
    after: After | None = None
    unless: Annotated[Literal["unassigned", "unanswered", "unresolved"] | None, Field(alias="if")] = None
    notify: Annotated[tuple[Colleague, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    level: Level | None = None
    urgency: RaiseSection | None = None
    repeat: Length | None = None
    needs: Literal["packet"] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "StepSection":
        if (self.at is None) == (self.after is None):
            raise ValueError("write when: `at` a part of a clock's target, or `after` a time since it was opened")
        if not self.notify and self.level is None and self.urgency is None:
            raise ValueError("does nothing: write whom to notify, a level or {urgency: {raise: 1}}")
        if self.repeat is not None and self.after is None:
            raise ValueError("only what is due `after` a time can repeat")
        if self.repeat is not None and not self.repeat.days and self.repeat.time < _OFTEN:
            raise ValueError(f"repeat: {self.repeat} is too often for a mail: write 5m or more")
        if self.needs is not None and not self.notify and self.level is None:
            raise ValueError("`needs: packet` goes along with mails: write whom to notify, or a level")
        return self

    def lengths(self) -> Iterator[tuple[str, WorkDuration]]:
        """Give every length of time that is written, and at which key."""
        yield from (("after", work) for work in (self.after or {}).values())
        if self.repeat is not None:
            yield "repeat", self.repeat

    @property
    def when(self) -> str:
        """Name the step by when it is due."""
        if self.at is not None:
            return self.at
        return "after " + ", ".join(f"{priority} {work}".strip() for priority, work in (self.after or {}).items())


class LadderSection(Passage):
    """An entry of `ladders`."""

    fits: Annotated[GradedForSection, Field(alias="for")] = GradedForSection()
    calendar: kinds.Name | None = None
    count_paused: bool = False
    steps: Annotated[tuple[StepSection, ...], Field(min_length=1)]
    packet: Annotated[tuple[PartWord, ...], BeforeValidator(kinds.one_or_many), AfterValidator(not_twice), Several] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "LadderSection":
        real_days((work for step in self.steps for _, work in step.lengths()), self.calendar)
        if any(step.needs for step in self.steps) and not self.packet:
            parts = ", ".join(Part)
            raise ValueError(f"a step needs a packet, and there is none: write `packet` with any of {parts}")
        return self

    def value(self, key: str, document: Document, path: Path) -> Ladder:
        """Give the ladder that stands at a path."""
        return Ladder(
            key=key,
            place=document.place_of_key(path),
            steps=tuple(self._rungs(document, path)),
            fits=self.fits.value(),
            calendar=self.calendar,
            counts_paused=self.count_paused,
            packet=tuple(Part(each) for each in self.packet),
        )

    def _rungs(self, document: Document, path: Path) -> Iterator[Rung]:
        seen: dict[str, int] = {}
        for number, step in enumerate(self.steps):
            seen[step.when] = seen.get(step.when, 0) + 1
            twin = f" #{seen[step.when]}" if seen[step.when] > 1 else ""
            clock, percent = _parts(step.at)
            yield Rung(
                key=f"{step.when}{twin}",
                place=document.place((*path, "steps", number)),
                clock=clock,
                percent=percent,
                after={str(each): work for each, work in step.after.items()} if step.after is not None else None,
                unless=Unless(step.unless) if step.unless else None,
                notify=step.notify,
                level=step.level,
                raised=step.urgency.up if step.urgency else 0,
                again=step.repeat,
                needs_packet=step.needs is not None,
            )


def _parts(at: str | None) -> tuple[ClockName | None, int]:
    match = _AT.fullmatch(at) if at is not None else None
    return (ClockName(match[1]), int(match[2])) if match is not None else (None, 100)
