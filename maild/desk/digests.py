"""What the desk writes by schedule: reports and handovers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from maild.desk.figuring import figures_for, told_since
from maild.desk.hour import Hour
from maild.desk.house import House
from maild.desk.listings import held_listing, listings_for
from maild.desk.reviewing import knowledge_mails, review_mails
from maild.desk.scheduling import following, people_of, zone_of, zone_of_person
from maild.desk.telling import to_person
from maild.model.decision import Decision, Outcome, OutcomeKind, StartTimer, Step, Timer, TimerKind
from maild.model.facts import Facts, Want
from maild.model.occasion import DeskDeed, DeskEvent, Occasion, OccasionKind, parse_occasion
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.saying import say
from maild.rules import FIGURES, Person, Report, WhomKind


def wanted_on(occasion: Occasion, house: House) -> frozenset[Want]:
    """Say what a report must know besides lists: a month's figures are not read for a morning's tickets."""
    report = house.rules.reports.get(occasion.name) if occasion.kind is OccasionKind.REPORT else None
    has_figures = report is not None and not FIGURES.isdisjoint(report.parts)
    return frozenset({Want.FIGURES}) if has_figures else frozenset()


def hold_occasion(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Write what is due by schedule, and plan the next time: what was missed meanwhile is told once, together."""
    house = replace(house, absent=frozenset(facts.absences))
    occasion = parse_occasion(timer.about)
    hour = Hour(occasion, timer.due_at, facts, house, now)
    steps, mails = _hold(hour)
    after = following(occasion, house, now)
    if after is not None:
        steps = (*steps, StartTimer(TimerKind.OCCASION, None, after.due_at, str(after.occasion)))
    outcome = Outcome(OutcomeKind.DESK, reason=f"{occasion}: {len(mails)} mails")
    return Decision(outcome, steps, mails, (), None, ())


def _hold(hour: Hour) -> tuple[tuple[Step, ...], tuple[Wanted, ...]]:
    match hour.occasion.kind:
        case OccasionKind.REPORT:
            return _report(hour)
        case OccasionKind.HELD:
            return (), tuple(_held(hour))
        case OccasionKind.REVIEW:
            return (), tuple(review_mails(hour))
        case OccasionKind.KNOWLEDGE:
            return (), tuple(knowledge_mails(hour))


def _held(hour: Hour) -> Iterator[Wanted]:
    """List what is held to every administrator who lives by this clock, if anything is.

    Of those who are blocked only a count is told: that they are held is what somebody wanted.
    """
    held = tuple(each for each in hour.facts.desk.held if not each.is_blocked)
    if not held:
        return
    listing, blocked = held_listing(held), len(hour.facts.desk.held) - len(held)
    about = (say("held mail: {count}", count=len(held)), *hour.late())
    if blocked:
        about = (*about, say("Besides, {count} mails of blocked senders are held.", count=blocked))
    listed = tuple(str(each.arrival) for each in held[: len(listing.items)])
    for person in hour.house.administrators(hour.now):
        if zone_of_person(person, hour.house) == hour.occasion.zone:
            mail = to_person(person, Template.HELD_DIGEST, None, Thread.INTERNAL, Meaning.NOTHING, about=about)
            yield replace(mail, listings=(listing,), listed=listed)


def _report(hour: Hour) -> tuple[tuple[Step, ...], tuple[Wanted, ...]]:
    """Tell a report to everybody of it who lives by this clock and is here."""
    report = hour.house.rules.reports.get(hour.occasion.name)
    if report is None:
        return (), ()
    about = (*hour.late(), *_last_handover(report, hour))
    mails = tuple(_report_mail(report, person, hour, about) for person in _told(report, hour))
    if report.accept is None:
        return (), mails
    if not mails:
        return (), tuple(_to_leads(report, hour, say("Nobody of this shift is here to accept it.")))
    return (StartTimer(TimerKind.HANDOVER, None, hour.now + report.accept, str(hour.occasion)),), mails


def _told(report: Report, hour: Hour) -> Iterator[Person]:
    house, now = hour.house, hour.now
    for person in people_of(report, house, now):
        if zone_of(report, person, house) == hour.occasion.zone and not house.is_absent(person.key, now):
            yield person


def _report_mail(report: Report, person: Person, hour: Hour, about: tuple[str, ...]) -> Wanted:
    """Write a report to one of its readers; a handover is named in it, for `#ack` to accept."""
    headline = say("{report}, {day}", report=report.key, day=hour.occasion.day.isoformat())
    is_handover = report.accept is not None
    template = Template.HANDOVER if is_handover else Template.DAILY_REPORT
    lists = [part for part in report.parts if part not in FIGURES]
    figured = [part for part in report.parts if part in FIGURES]
    figures, charts = figures_for(person, figured, hour)
    about = (headline, *about, *(told_since(person, hour) if figured else ()))
    mail = to_person(person, template, None, Thread.INTERNAL, Meaning.NOTHING, about=about)
    listings = (*listings_for(person, lists, hour.facts, hour.house, hour.now), *figures)
    return replace(mail, listings=listings, charts=charts, listed=(str(hour.occasion),) if is_handover else ())


def miss_handover(timer: Timer, facts: Facts, house: House, now: datetime) -> Decision:
    """Tell the lead of a handover that nobody accepted in time."""
    house = replace(house, absent=frozenset(facts.absences))
    occasion = parse_occasion(timer.about)
    report = house.rules.reports.get(occasion.name)
    is_accepted = _accepted(timer.about, facts) is not None
    if report is None or is_accepted:
        why = "accepted" if is_accepted else "the rule files know it no more"
        return Decision(Outcome(OutcomeKind.DESK, reason=f"{occasion}: {why}"), (), (), (), None, ())
    hour = Hour(occasion, timer.due_at, facts, house, now)
    mails = tuple(_to_leads(report, hour, say("Nobody accepted this handover in time.")))
    return Decision(Outcome(OutcomeKind.DESK, reason=f"{occasion}: nobody accepted it"), (), mails, (), None, ())


def _accepted(handover: str, facts: Facts) -> DeskEvent | None:
    deeds = facts.desk.events
    return next((each for each in deeds if each.about == handover and each.what is DeskDeed.ACCEPTED), None)


def _last_handover(report: Report, hour: Hour) -> tuple[str, ...]:
    """Say who accepted the handover before this one."""
    before = hour.facts.desk.before
    if report.accept is None or not before:
        return ()
    accepted = _accepted(before, hour.facts)
    if accepted is None:
        return (say("Nobody accepted the handover before this one."),)
    person = hour.house.rules.people.get(accepted.by)
    when = accepted.at.astimezone(ZoneInfo(hour.occasion.zone))
    name = person.name if person is not None else accepted.by
    return (say("{name} accepted the handover before this one, {when}.", name=name, when=f"{when:%Y-%m-%d %H:%M}"),)


def _to_leads(report: Report, hour: Hour, story: str) -> Iterator[Wanted]:
    for person in _leads(report, hour):
        yield _report_mail(report, person, hour, (story, *hour.late()))


def _leads(report: Report, hour: Hour) -> tuple[Person, ...]:
    """Give the leads of whom a handover is for; where all are away the managers, and without these the admins."""
    house, now = hour.house, hour.now
    teams = [house.lead(whom.name, now) for whom in report.to if whom.kind in {WhomKind.TEAM, WhomKind.EACH}]
    people = [person for whom in report.to if whom.kind is WhomKind.PERSON for person in house.leads_of(whom.name, now)]
    leads = {person.key: person for person in (*teams, *people) if person is not None}
    for some in (tuple(leads.values()), house.managers(now)):
        here = tuple(person for person in some if not house.is_absent(person.key, now))
        if here:
            return here
    return house.managers(now) or house.administrators(now)
