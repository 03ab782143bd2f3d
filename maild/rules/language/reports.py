"""Reports as they are written: to whom, when, and what they hold."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from maild.config import kinds
from maild.documents import Document, Path
from maild.rules.calendars import Calendar
from maild.rules.effects import Whom, WhomKind
from maild.rules.language.forms import DURATION_FORM, Passage, Several, WhomText, not_twice, weekdays
from maild.rules.schedules import EVERY_DAY, Report, ReportPart, Schedule

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_OF_THE_HOUSE = frozenset({WhomKind.MANAGERS, WhomKind.ADMINS, WhomKind.TEAM, WhomKind.EACH, WhomKind.PERSON})
_FIRST = "1st"


def _time(value: object) -> time:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"'{value}' is no time of day: write it in quotes, like \"17:30\"")
    return time(int(match[1]), int(match[2]))


def _of_the_house(whom: Whom) -> Whom:
    if whom.kind not in _OF_THE_HOUSE:
        raise ValueError(
            "a report has no ticket, and goes to nobody outside: write managers, admins, team:, each: or a person"
        )
    return whom


def _days(text: str) -> str:
    if text != _FIRST:
        weekdays(text)
    return text


Days = Annotated[str, AfterValidator(_days)]
Recipient = Annotated[WhomText, AfterValidator(_of_the_house)]
PartName = Literal[
    "open-by-due",
    "waiting",
    "breached",
    "absences",
    "mine-by-due",
    "drafts",
    "volume",
    "sla",
    "backlog",
    "escalations",
    "csat",
]
Acceptance = Annotated[timedelta, kinds.duration_from("1m", "1d"), WithJsonSchema(DURATION_FORM)]
TimeOfDay = Annotated[time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}$"})]


class ReportSection(Passage):
    """An entry of `reports`."""

    to: Annotated[
        tuple[Recipient, ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(not_twice),
        Field(min_length=1),
        Several,
    ]
    at: TimeOfDay
    days: Annotated[tuple[Days, ...], BeforeValidator(kinds.one_or_many), AfterValidator(not_twice), Several] = ()
    calendar: kinds.Name | None = None
    parts: Annotated[tuple[PartName, ...], AfterValidator(not_twice), Field(min_length=1)]
    accept: Acceptance | None = None

    def value(self, key: str, document: Document, path: Path, calendars: Mapping[str, Calendar]) -> Report:
        """Give the report that stands at a path."""
        is_monthly = _FIRST in self.days
        on = frozenset(number for text in self.days if text != _FIRST for number in weekdays(text))
        calendar = calendars.get(self.calendar) if self.calendar is not None else None
        return Report(
            key=key,
            place=document.place_of_key(path),
            to=self.to,
            schedule=Schedule(self.at, on or EVERY_DAY, is_monthly, calendar),
            parts=tuple(ReportPart(name) for name in self.parts),
            accept=self.accept,
        )
