"""`#report`: figures of a period for whoever asks, of the tickets that they may see, by mail."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from maild.desk.hints import hint
from maild.desk.house import House
from maild.desk.orders.plan import Plan
from maild.model.reports import ReportQuestion
from maild.model.saying import say
from maild.reporting import GROUPS, PARTS, PeriodError, View, for_mail, parse_period, parts
from maild.reporting.rendering import as_lines
from maild.reporting.words import in_language
from maild.rules import Person

_USUAL = ("volume", "sla", "backlog")
_TODAY = "today"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a line asks for: a period, parts of a report, and what they are parted by."""

    period: str
    names: tuple[str, ...]
    by: str


def parse_asked(line: str) -> Asked:
    """Read what stands behind `#report`: names of parts, `by` a group, and a period; today's where none is named."""
    words = line.lower().replace(",", " ").split()
    by = ""
    if "by" in words[:-1]:
        at = words.index("by")
        by, words = words[at + 1], words[:at] + words[at + 2 :]
    names = tuple(dict.fromkeys(word for word in words if word in PARTS))
    left = [word for word in words if word not in PARTS]
    return Asked(" ".join(left) or _TODAY, names or _USUAL, by)


def question_of(line: str, person: Person, house: House) -> ReportQuestion:
    """Give what must be known for a report that somebody asks for."""
    return ReportQuestion(parse_asked(line).period, person.timezone or house.desk.timezone)


def report(plan: Plan, argument: str) -> None:
    """Show figures, in the zone of whoever asks; those of tickets that they may not see are in none."""
    asked, house = parse_asked(argument), plan.house
    if asked.by and asked.by not in GROUPS:
        plan.refuse(say("#report by {by}: there is no such group{hint}", by=asked.by, hint=hint(asked.by, GROUPS)))
        return
    try:
        period = parse_period(asked.period, ZoneInfo(question_of(argument, plan.person, house).zone), plan.now)
    except PeriodError as error:
        plan.refuse(say("#report {argument}: {problem}", argument=argument, problem=error))
        return
    facts = plan.case.facts.reports.get(question_of(argument, plan.person, house))
    if facts is None:
        plan.refuse(say("#report {argument}: by mail one report at a time, of a month at most", argument=argument))
        return
    view = View(plan.now, house.rules.customer_key, asked.by, sight=house.sight_of(plan.person))
    shown = in_language(parts(asked.names, period, facts, view), plan.person.language or house.desk.locale)
    plan.shown += as_lines(for_mail(shown), period.as_of(plan.now))
