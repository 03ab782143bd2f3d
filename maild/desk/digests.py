"""What the desk writes by schedule: reports and handovers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maild.desk.house import House
from maild.desk.listings import held_listing, listings_for
from maild.desk.scheduling import following, people_of, zone_of, zone_of_person
from maild.desk.telling import to_person
from maild.model.decision import Decision, Outcome, OutcomeKind, StartTimer, Step, Timer, TimerKind
from maild.model.facts import Facts
from maild.model.occasion import Occasion, OccasionKind, parse_occasion
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.rules import Person, Report

_PROMPT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Hour:
    """An occasion that has come, with all that is known."""

    occasion: Occasion
    due_at: datetime
    facts: Facts
    house: House
    now: datetime

    def late(self) -> tuple[str, ...]:
        """Say that it comes late, if it does; what was missed meanwhile is in it."""
        if self.now - self.due_at <= _PROMPT:
            return ()
        when = self.due_at.astimezone(ZoneInfo(self.occasion.zone))
        return (
            say("The desk stood still: this was due {when}, and stands for all since.", when=f"{when:%Y-%m-%d %H:%M}"),
        )


def hold_occasion(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Write what is due by schedule, and plan the next time: what was missed meanwhile is told once, together."""
    house = replace(house, absent=frozenset(facts.absences))
    occasion = parse_occasion(timer.about)
    hour = _Hour(occasion, timer.due_at, facts, house, now)
    steps, mails = _hold(hour)
    after = following(occasion, house, now)
    if after is not None:
        steps = (*steps, StartTimer(TimerKind.OCCASION, None, after.due_at, str(after.occasion)))
    outcome = Outcome(OutcomeKind.DESK, reason=f"{occasion}: {len(mails)} mails")
    return Decision(outcome, steps, mails, (), None, ())


def _hold(hour: _Hour) -> tuple[tuple[Step, ...], tuple[Wanted, ...]]:
    match hour.occasion.kind:
        case OccasionKind.REPORT:
            return _report(hour)
        case OccasionKind.HELD:
            return (), tuple(_held(hour))


def _held(hour: _Hour) -> Iterator[Wanted]:
    """List what is held to every administrator who lives by this clock, if anything is.

    Of those who are blocked only a count is told: that they are held is what somebody wanted.
    """
    listing = held_listing(hour.facts.desk.held)
    if not listing.items:
        return
    headline = say("held mail: {count}", count=len(listing.items) + listing.left_out)
    for person in hour.house.administrators(hour.now):
        if zone_of_person(person, hour.house) == hour.occasion.zone:
            mail = to_person(
                person, Template.HELD_DIGEST, None, Thread.INTERNAL, Meaning.NOTHING, about=(headline, *hour.late())
            )
            yield replace(mail, listings=(listing,))


def _report(hour: _Hour) -> tuple[tuple[Step, ...], tuple[Wanted, ...]]:
    """Tell a report to everybody of it who lives by this clock and is here."""
    report = hour.house.rules.reports.get(hour.occasion.name)
    if report is None:
        return (), ()
    return (), tuple(report_mail(report, person, hour.occasion, hour.late(), hour) for person in _told(report, hour))


def _told(report: Report, hour: _Hour) -> Iterator[Person]:
    house, now = hour.house, hour.now
    for person in people_of(report, house, now):
        if zone_of(report, person, house) == hour.occasion.zone and not house.is_absent(person.key, now):
            yield person


def report_mail(report: Report, person: Person, occasion: Occasion, about: tuple[str, ...], hour: _Hour) -> Wanted:
    """Write a report to one of its readers."""
    headline = say("{report}, {day}", report=report.key, day=occasion.day.isoformat())
    template = Template.HANDOVER if report.accept is not None else Template.DAILY_REPORT
    mail = to_person(person, template, None, Thread.INTERNAL, Meaning.NOTHING, about=(headline, *about))
    return replace(mail, listings=listings_for(person, report.parts, hour.facts, hour.house, hour.now))
