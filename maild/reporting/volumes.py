"""How much there was: tickets that came and went, what is left by age, and what each agent did."""

from collections.abc import Sequence
from datetime import timedelta

from maild.model.charts import Chart
from maild.reporting.stories import What
from maild.reporting.tables import Cell, Column, Kind, Part, Rows, Table, columns, share
from maild.reporting.views import NOBODY, Subject, Tally

_CAME = (What.OPENED, What.REOPENED)
_WENT = (What.RESOLVED, What.CLOSED, What.MERGED, What.SPAM)
_COUNTED = (*_CAME, *_WENT)
_DAY = timedelta(days=1)
AGES = (
    ("under 1 day", _DAY),
    ("1 to 3 days", 3 * _DAY),
    ("3 to 7 days", 7 * _DAY),
    ("7 to 30 days", 30 * _DAY),
    ("over 30 days", timedelta.max),
)
_MOST_LISTED = 20
_TOTAL = "all"


def volume(subject: Subject) -> Part:
    """Count what came and went. A ticket counts where it stood at the end of the period."""
    tally, by = Tally(), subject.by("category")
    for story in subject.stories:
        group = subject.group(story, story.stands, "category")
        if story.was_unsolved(subject.period.since):
            tally.add(group, "before")
        if story.is_unsolved:
            tally.add(group, "left")
    for story, one in subject.happened(*_COUNTED):
        tally.add(subject.group(story, story.stands, "category"), one.what.value)
    names = ("before", *(what.value for what in _COUNTED), "left")
    rows: list[tuple[Cell, ...]] = [_row(tally, group, names) for group in tally.groups()]
    rows.append((_TOTAL, *(tally.total(name) for name in names), _rate(tally)))
    shown = (Column(by, Kind.TEXT), *columns(*names), Column("reopen_rate", Kind.SHARE))
    note = "Before and left are unsolved tickets at either end. The reopen rate is of those resolved or closed."
    table = Table("volume", f"Tickets by {by}", shown, tuple(rows), note)
    course, chart = _course(subject)
    return Part("volume", "Volume", (table, course), (chart,))


def _row(tally: Tally, group: str, names: Sequence[str]) -> tuple[Cell, ...]:
    ended = tally.of(group, "resolved") + tally.of(group, "closed")
    return (group, *(tally.of(group, name) for name in names), share(tally.of(group, "reopened"), ended))


def _rate(tally: Tally) -> float | None:
    return share(tally.total("reopened"), tally.total("resolved") + tally.total("closed"))


def _course(subject: Subject) -> tuple[Table, Chart]:
    """Count what came and went day by day, or week by week."""
    spans = list(subject.period.parts())
    tally = Tally()
    at = 0
    ordered = sorted((one for _, one in subject.happened(*_COUNTED)), key=lambda one: one.at)
    for one in ordered:
        while at < len(spans) - 1 and one.at >= spans[at].until:
            at += 1
        tally.add(spans[at].name, one.what.value)
    names = tuple(what.value for what in _COUNTED)
    rows: Rows = tuple((span.name, *(tally.of(span.name, name) for name in names)) for span in spans)
    table = Table("course", "Tickets over time", (Column("period", Kind.TEXT), *columns(*names)), rows)
    opened = tuple(float(tally.of(span.name, "opened")) for span in spans)
    resolved = tuple(float(tally.of(span.name, "resolved")) for span in spans)
    told = f"Tickets opened: {tally.total('opened')}; resolved: {tally.total('resolved')}."
    year = f"{spans[0].name[:4]}-"
    labels = tuple(span.name.removeprefix(year) for span in spans)
    return table, Chart("course", "Opened and resolved", labels, {"opened": opened, "resolved": resolved}, told)


def backlog(subject: Subject) -> Part:
    """Count what is unsolved at the end of the period, by age since it was opened."""
    tally, by, until = Tally(), subject.by("state"), subject.period.until
    left = [story for story in subject.stories if story.is_unsolved]
    for story in left:
        age = until - story.log.opened_at
        name = next(name for name, limit in AGES if age < limit)
        tally.add(subject.group(story, story.stands, "state"), name)
    ages = [name for name, _ in AGES]
    groups = tally.groups()
    rows: list[tuple[Cell, ...]] = [
        (group, *(tally.of(group, age) for age in ages), _sum(tally, group, ages)) for group in groups
    ]
    rows.append((_TOTAL, *(tally.total(age) for age in ages), len(left)))
    shown = (Column(by, Kind.TEXT), *columns(*(age.replace(" ", "_") for age in ages), "tickets"))
    table = Table("backlog", f"Unsolved tickets by {by} and age", shown, tuple(rows))
    oldest = sorted(left, key=lambda story: (story.log.opened_at, story.log.number))[:_MOST_LISTED]
    listed: Rows = tuple(
        (
            one.log.number,
            subject.subject_of(one.log),
            one.stands["state"],
            one.stands["team"],
            one.stands["assignee"],
            until - one.log.opened_at,
        )
        for one in oldest
    )
    kinds = {"ticket": Kind.TICKET, "age": Kind.AGE} | dict.fromkeys(("subject", "state", "team", "agent"), Kind.TEXT)
    names = columns("ticket", "subject", "state", "team", "agent", "age", **kinds)
    told = f"Unsolved tickets: {len(left)}; opened more than 30 days ago: {tally.total(ages[-1])}."
    series = {group: tuple(float(tally.of(group, age)) for age in ages) for group in groups}
    chart = Chart("backlog", f"Backlog by {by}", tuple(ages), series, told, is_stacked=True)
    return Part("backlog", "Backlog", (table, Table("oldest", "The oldest", names, listed)), (chart,))


def load(subject: Subject) -> Part:
    """Count what each agent did, and what lies with them."""
    tally = Tally()
    for _, one in subject.happened(What.ANSWERED, What.RESOLVED, What.CLOSED):
        if one.by and one.by != "maild":
            tally.add(one.by, one.what.value)
    for story in subject.stories:
        if story.is_unsolved and story.stands["assignee"]:
            tally.add(story.stands["assignee"] or NOBODY, "assigned")
    names = ("answered", "resolved", "closed", "assigned")
    rows: Rows = tuple((agent, *(tally.of(agent, name) for name in names)) for agent in tally.groups())
    note = "Answers to customers, and tickets resolved and closed by hand; assigned are unsolved at the end."
    table = Table("load", "Load of each agent", (Column("agent", Kind.TEXT), *columns(*names)), rows, note)
    agents = tuple(tally.groups())
    series = {name: tuple(float(tally.of(agent, name)) for agent in agents) for name in ("answered", "assigned")}
    told = f"Agents: {len(agents)}; answers: {tally.total('answered')}; tickets with them: {tally.total('assigned')}."
    return Part("load", "Load", (table,), (Chart("load", "Answers and assigned tickets", agents, series, told),))


def _sum(tally: Tally, group: str, names: Sequence[str]) -> int:
    return sum(tally.of(group, name) for name in names)
