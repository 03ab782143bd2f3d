"""People, their absences, teams and queues."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maild.config import kinds
from maild.rules.calendars import DAY_MINUTES, Absence
from maild.rules.language.forms import Day, Duration, Language, Names, Passage, Several, SpanText
from maild.rules.language.matters import Priority
from maild.rules.values import Person, Team

_MOST_BUNDLED = timedelta(hours=4)


class MailMe(Passage):
    """What mail somebody of the house wants besides what they must get."""

    transcripts: Literal["all", "problems"] = "all"
    notices: Literal["all", "mine"] = "all"
    quiet: SpanText | None = None
    bundle: Duration | None = None
    quiet_except: Annotated[tuple[Priority, ...], BeforeValidator(kinds.one_or_many), Several] = ("p1",)

    @model_validator(mode="after")
    def _leaves_some_time(self) -> "MailMe":
        if self.quiet is not None and self.quiet.end - self.quiet.start >= DAY_MINUTES:
            raise ValueError("`quiet` is the whole day: they would never hear of anything; leave some of it")
        if self.bundle is not None and self.bundle > _MOST_BUNDLED:
            raise ValueError("`bundle` is more than four hours: whoever has a ticket would hear of it too late")
        if self.quiet is None and "quiet_except" in self.model_fields_set:
            raise ValueError('`quiet_except` says nothing without `quiet`, like "18:00-08:00"')
        return self


class PersonSection(Passage):
    """An entry of `people`."""

    name: kinds.Line
    mail: kinds.Address
    also: tuple[kinds.Address, ...] = ()
    role: Annotated[
        tuple[Literal["agent", "manager", "admin"], ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(kinds.different),
        Field(min_length=1),
        Several,
    ] = ("agent",)
    timezone: kinds.Timezone | None = None
    language: Language | None = None
    skills: Annotated[tuple[kinds.Name, ...], AfterValidator(kinds.different)] = ()
    left: Day | None = None
    mail_me: MailMe = MailMe()

    def value(self, key: str) -> Person:
        """Give the person."""
        return Person(
            key=key,
            name=self.name,
            is_told_of_success=self.mail_me.transcripts == "all",
            is_told_of_own_alone=self.mail_me.notices == "mine",
            quiet=self.mail_me.quiet,
            bundle=self.mail_me.bundle or timedelta(),
            at_any_hour=frozenset(self.mail_me.quiet_except),
            addresses=tuple(dict.fromkeys((self.mail, *self.also))),
            roles=frozenset(self.role),
            left=self.left,
            timezone=self.timezone,
            language=self.language,
            skills=frozenset(self.skills),
        )


class AbsenceSection(Passage):
    """An entry of `absences`; the last day is included."""

    who: kinds.Name
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="until")]

    @model_validator(mode="after")
    def _in_order(self) -> "AbsenceSection":
        if self.last < self.first:
            raise ValueError(f"`until` ({self.last}) lies before `from` ({self.first}): nobody would be away")
        return self

    def value(self, key: str) -> Absence:
        """Give the absence."""
        return Absence(key, self.who, self.first, self.last)


class TeamSection(Passage):
    """An entry of `teams`."""

    members: Names
    lead: kinds.Name | None = None
    assign: Literal["none", "least-loaded", "round-robin"] = "none"
    was: Annotated[tuple[kinds.Name, ...], AfterValidator(kinds.different)] = ()

    def value(self, key: str) -> Team:
        """Give the team."""
        return Team(key, self.members, self.lead, self.assign, self.was)


class QueueSection(Passage):
    """An entry of `queues`."""

    address: kinds.Address
    name: kinds.Line
    relay: kinds.Name | None = None
    team: kinds.Name | None = None
    language: Language | None = None
    visible_to: Annotated[
        tuple[kinds.Name, ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(kinds.different),
        Field(min_length=1),
        Several,
    ] = ("all",)
