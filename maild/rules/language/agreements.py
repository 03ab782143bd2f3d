"""Agreements: for whom, from when, in which calendar, and how soon by priority."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from maild.config import kinds
from maild.documents import Place, parse_duration
from maild.model.clocks import PROMISED
from maild.model.ticket import State
from maild.rules.agreements import Agreement, Fits, Targets, WorkDuration
from maild.rules.calendars import Calendar
from maild.rules.ladders import REAL
from maild.rules.language.forms import TEXT_FORM, AlsoWritten, Category, Day, Passage, Several
from maild.rules.language.matters import Level, Priority

_WORK = re.compile(r"(?:(\d{1,4})wd)?((?:\d{1,6}h)?(?:\d{1,7}m)?(?:\d{1,8}s)?)", re.ASCII)
# What is promised for later than this is no promise, and most often a slip of the unit.
_LATEST = timedelta(days=3 * 366)
_A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def work_duration(value: object) -> WorkDuration:
    """Read a length of working time: `2wd` are working days; a day as such has no length in a calendar."""
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is no duration: write it with its unit, like 30m, 4h or 2wd")  # noqa: TRY004 - pydantic takes ValueError
    if re.search(r"\dd", value):
        raise ValueError(f"'{value}': days have no length in a calendar: write 2wd for two working days, or hours")
    match = _WORK.fullmatch(value)
    if match is None or not value:
        raise ValueError(f"'{value}' is no duration: write it like 30m, 4h, 1h30m or 2wd")
    work = WorkDuration(int(match[1] or 0), parse_duration(match[2]) if match[2] else timedelta())
    if not work.days and not work.time:
        raise ValueError(f"'{value}' is no time at all")
    return work


_DAYS = re.compile(r"(\d{1,4})d", re.ASCII)
LENGTH_FORM = {"type": "string", "minLength": 2, "pattern": r"^(\d+d|(\d+wd)?(\d+h)?(\d+m)?(\d+s)?)$"}
WORK_FORM = {"type": "string", "minLength": 2, "pattern": r"^(\d+wd)?(\d+h)?(\d+m)?(\d+s)?$"}
Work = Annotated[WorkDuration, BeforeValidator(work_duration), WithJsonSchema(WORK_FORM)]


def _days_or_work(value: object) -> WorkDuration:
    """Read a length of time; days are those of the wall."""
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return work_duration(value)
    if not int(match[1]):
        raise ValueError(f"'{value}' is no time at all")
    return WorkDuration(0, timedelta(days=int(match[1])), is_in_days=True)


Length = Annotated[WorkDuration, BeforeValidator(_days_or_work), WithJsonSchema(LENGTH_FORM)]


def real_days(lengths: Iterable[WorkDuration], calendar: str | None) -> None:
    """Take lengths of time of which days are written only where they are the wall's. Raises ValueError."""
    for work in lengths:
        if work.is_in_days and calendar != REAL:
            raise ValueError(f"'{work}': days have no length in a calendar: write wd, or `calendar: real`")


NamesOrOne = Annotated[tuple[kinds.Name, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]
Categories = Annotated[tuple[Category, ...], BeforeValidator(kinds.one_or_many), Field(min_length=1), Several]


class ForSection(Passage):
    """Which tickets something is for; all that is named must fit."""

    may_be_empty: ClassVar[bool] = False

    customer: NamesOrOne = ()
    category: Categories = ()
    queue: NamesOrOne = ()

    def value(self) -> Fits:
        """Give it as a test."""
        return Fits(frozenset(self.customer), self.category, frozenset(self.queue))


class GradedForSection(ForSection):
    """Which tickets something is for, by their priority and level, too."""

    priority: Annotated[tuple[Priority, ...], BeforeValidator(kinds.one_or_many), Several] = ()
    level: Annotated[tuple[Level, ...], BeforeValidator(kinds.one_or_many), Several] = ()

    def value(self) -> Fits:
        """Give it as a test."""
        return replace(super().value(), priorities=frozenset(self.priority), levels=frozenset(self.level))


class ClocksSection(Passage):
    """How soon, for one priority; a clock that is not named does not run."""

    calendar: kinds.Name | None = None
    first_response: Work | None = None
    next_response: Work | None = None
    update: Work | None = None
    resolution: Work | None = None

    def value(self, calendar: str) -> Targets:
        """Give the targets; `calendar` is the agreement's."""
        written = {name: getattr(self, name.value) for name in PROMISED}
        return Targets(self.calendar or calendar, {name: work for name, work in written.items() if work is not None})


class AgreementSection(Passage):
    """An entry of `agreements`."""

    fits: Annotated[ForSection, Field(alias="for")] = ForSection()
    valid_from: Day | None = None
    calendar: kinds.Name | None = None
    pause: Annotated[
        tuple[Literal["waiting", "pending"], ...], BeforeValidator(kinds.one_or_many), AlsoWritten(TEXT_FORM)
    ] = ("waiting", "pending")
    clocks: dict[Priority, ClocksSection]

    def value(self, key: str, place: Place) -> Agreement:
        """Give the agreement."""
        return Agreement(
            key=key,
            place=place,
            targets={priority: clocks.value(self.calendar or "") for priority, clocks in self.clocks.items()},
            fits=self.fits.value(),
            pause=frozenset(State(state) for state in self.pause),
            valid_from=self.valid_from,
        )


def agreement_complaints(section: AgreementSection) -> Iterator[tuple[tuple[str, ...], str]]:
    """Say what an agreement lacks, and at which key."""
    if "fits" in section.model_fields_set and not section.fits.model_fields_set:
        yield ("for",), "names nobody: leave it out, and it is for all"
    if not section.clocks:
        yield ("clocks",), "promises nothing: write the clocks of a priority, like p3: {first_response: 2h}"
    for priority, clocks in section.clocks.items():
        if section.calendar is None and clocks.calendar is None:
            yield ("clocks", priority), "is counted in no calendar: write `calendar` here or for the whole agreement"


def too_late(work: WorkDuration, calendar: Calendar) -> str | None:
    """Say that a length of time is none that anybody waits for."""
    due_at = calendar.add(_A_MONDAY, work.within(calendar))
    if due_at is None:
        return f"{work} in {calendar.key} is never over: write less, or give the calendar more hours"
    if due_at - _A_MONDAY > _LATEST:
        return f"{work} in {calendar.key}: from {_A_MONDAY:%Y-%m-%d} it is due on {due_at:%Y-%m-%d}; write less"
    return None
