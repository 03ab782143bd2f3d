"""The section `lifecycle`: what follows when nobody says anything."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.rules.agreements import WorkDuration
from maild.rules.calendars import Calendar
from maild.rules.effects import Whom, WhomKind
from maild.rules.ladders import REAL
from maild.rules.language.agreements import GradedForSection, Length, real_days
from maild.rules.language.forms import Duration, Passage, Several
from maild.rules.language.ladders import Colleague
from maild.rules.lifecycle import Closed, EscalationReview, FollowUp, Lifecycle, Resolved, Sending, Survey, Waiting

_MOST_REMINDERS = 5
_INVOLVED = (Whom(WhomKind.ASSIGNEE), Whom(WhomKind.LEAD))


class _Timed(Passage):
    """Lengths of time in a calendar."""

    calendar: kinds.Name | None = None

    def lengths(self) -> Iterator[tuple[str, WorkDuration]]:
        """Give every length of time that is written, and at which key."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            each = value if isinstance(value, tuple) else (value,)
            yield from ((name, work) for work in each if isinstance(work, WorkDuration))

    @model_validator(mode="after")
    def _days_are_real(self) -> "_Timed":
        real_days((work for _, work in self.lengths()), self.calendar)
        return self


class WaitingSection(_Timed):
    """While the customer is waited for."""

    remind: tuple[Length, ...] = ()
    resolve_after: Length | None = None

    @model_validator(mode="after")
    def _few(self) -> "WaitingSection":
        if len(self.remind) > _MOST_REMINDERS:
            raise ValueError(f"more than {_MOST_REMINDERS} reminders")
        return self


class ResolvedSection(_Timed):
    """Once it is resolved."""

    close_after: Length


class ClosedSection(_Timed):
    """Once it is closed."""

    reopen_within: Length


class UpdateSection(Passage):
    """Once an update of the customer is overdue."""

    send: Literal["draft", "auto", "off"]


class AtMostSection(Passage):
    """How often one customer is asked."""

    count: Annotated[int, Field(ge=1, le=100)]
    within: Duration
    of: Literal["address"] = "address"


class SurveySection(_Timed):
    """Once it is closed: how it was."""

    send: Literal["on-close"]
    at_most: AtMostSection | None = None
    expires: Length = Survey().expires
    scale: Annotated[int, Field(ge=2, le=10)] = 5
    low: Annotated[int, Field(ge=0, le=9)] = 2
    calendar: kinds.Name | None = REAL

    @model_validator(mode="after")
    def _low_is_low(self) -> "SurveySection":
        if self.low >= self.scale:
            raise ValueError(f"low: {self.low} is no low score of {self.scale}")
        return self

    def value(self) -> Survey:
        """Give it."""
        most, ours = self.at_most, Survey()
        count, within = (most.count, most.within) if most is not None else (ours.most, ours.within)
        return Survey(count, within, self.expires, self.calendar, self.scale, self.low)


class FollowUpSection(_Timed):
    """Some time after it was closed: whether it still holds."""

    after: Length
    fits: Annotated[GradedForSection, Field(alias="for")] = GradedForSection()

    def value(self) -> FollowUp:
        """Give it."""
        return FollowUp(self.after, self.calendar, self.fits.value())


class ReviewSection(Passage):
    """Once a ticket is closed that was escalated: what it taught."""

    fits: Annotated[GradedForSection, Field(alias="for")]
    ask: Annotated[tuple[Colleague, ...], BeforeValidator(kinds.one_or_many), Several] = _INVOLVED

    def value(self) -> EscalationReview:
        """Give it."""
        return EscalationReview(self.ask, self.fits.value())


class LifecycleSection(Passage):
    """The section `lifecycle`."""

    waiting: WaitingSection | None = None
    resolved: ResolvedSection | None = None
    closed: ClosedSection | None = None
    update: UpdateSection | None = None
    survey: SurveySection | None = None
    follow_up: FollowUpSection | None = None
    review: ReviewSection | None = None

    def value(self) -> Lifecycle:
        """Give it."""
        waiting, resolved, closed = self.waiting, self.resolved, self.closed
        return Lifecycle(
            Waiting(waiting.remind, waiting.resolve_after, waiting.calendar) if waiting is not None else Waiting(),
            Resolved(resolved.close_after, resolved.calendar) if resolved is not None else Resolved(),
            Closed(closed.reopen_within, closed.calendar) if closed is not None else Closed(),
            Sending(self.update.send) if self.update is not None else Sending.OFF,
            self.survey.value() if self.survey is not None else None,
            self.follow_up.value() if self.follow_up is not None else None,
            self.review.value() if self.review is not None else None,
        )

    def lengths(self) -> Iterator[tuple[str, str, str | None, WorkDuration]]:
        """Give every length of time: part, key, calendar."""
        for part in ("waiting", "resolved", "closed", "survey", "follow_up"):
            section: _Timed | None = getattr(self, part)
            if section is not None:
                yield from ((part, key, section.calendar, work) for key, work in section.lengths())


def waiting_complaints(section: WaitingSection, hours: Iterable[Calendar]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Say what of a wait says nothing, or does not come after what stands before it in one of some calendars."""
    lengths = tuple(section.lengths())
    if not lengths:
        yield (), "says nothing: write `remind` or `resolve_after`"
    for (_, before), (key, work) in pairwise(lengths):
        for calendar in hours:
            if work.within(calendar) <= before.within(calendar):
                yield (key,), f"{work} is not later than {before} in {calendar.key}: write the later one after it"
                break
