"""How promises were held: response, update and resolution against the agreements, each breach with its reason."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from maild.model.charts import Chart
from maild.model.clocks import PROMISED
from maild.reporting.stories import Happening, Story, What
from maild.reporting.tables import Cell, Column, Kind, Part, Table, columns, middle, ninetieth, share
from maild.reporting.views import Subject, Tally

_MEASURED = (What.FIRST_RESPONSE, What.RESOLUTION)
_UNEXPLAINED = "no reason given"
_TOTAL = "all"


def sla(subject: Subject) -> Part:
    """Tell which promises were kept and which broken in the period; each counts where its ticket stood then."""
    kept = _kept(subject)
    return Part("sla", "Agreements", (kept, _times(subject), _breaches(subject)), (_chart(subject, kept),))


def escalations(subject: Subject) -> Part:
    """Count and list what was brought to a higher level."""
    tally, by = Tally(), subject.by("category")
    happened = sorted(subject.happened(What.ESCALATED), key=lambda pair: (pair[1].at, pair[0].log.number))
    levels = sorted({one.value for _, one in happened})
    for story, one in happened:
        tally.add(subject.group(story, one.where, "category"), one.value)
    rows: list[tuple[Cell, ...]] = [(group, *(tally.of(group, level) for level in levels)) for group in tally.groups()]
    rows.append((_TOTAL, *(tally.total(level) for level in levels)))
    shown = (Column(by, Kind.TEXT), *(Column(f"to_{level}") for level in levels))
    listed = tuple(
        (story.log.number, subject.subject_of(story.log), one.value, one.at, one.by or "ladder")
        for story, one in happened
    )
    kinds = {"ticket": Kind.TICKET, "at": Kind.INSTANT} | dict.fromkeys(("subject", "level", "by"), Kind.TEXT)
    names = columns("ticket", "subject", "level", "at", "by", **kinds)
    counted = Table("escalations", f"Escalations by {by}", shown, tuple(rows))
    return Part("escalations", "Escalations", (counted, Table("escalated", "What was escalated", names, listed)))


def _kept(subject: Subject) -> Table:
    tally, by = Tally(), subject.by("priority")
    for story, one in subject.happened(What.KEPT, What.BROKEN):
        tally.add(subject.group(story, one.where, "priority"), f"{one.value} {one.what}")
    rows = []
    for group in tally.groups():
        for clock in PROMISED:
            kept, broken = (tally.of(group, f"{clock} {what}") for what in (What.KEPT, What.BROKEN))
            if kept or broken:
                rows.append((group, clock.value, kept, broken, share(kept, kept + broken)))
    for clock in PROMISED:
        kept, broken = (tally.total(f"{clock} {what}") for what in (What.KEPT, What.BROKEN))
        if kept or broken:
            rows.append((_TOTAL, clock.value, kept, broken, share(kept, kept + broken)))
    shown = (Column(by, Kind.TEXT), Column("promise", Kind.NAME), *columns("kept", "broken"))
    note = "A promise counts when it is decided: kept when it was met in time, broken when its time was over."
    return Table("compliance", f"Compliance by {by}", (*shown, Column("compliance", Kind.SHARE)), tuple(rows), note)


def _times(subject: Subject) -> Table:
    by = subject.by("priority")
    lengths: defaultdict[str, dict[What, list[timedelta]]] = defaultdict(lambda: {what: [] for what in _MEASURED})
    for story, one in subject.happened(*_MEASURED):
        if one.took is not None:
            for group in (subject.group(story, one.where, "priority"), _TOTAL):
                lengths[group][one.what].append(one.took)
    ordered = sorted(lengths, key=lambda group: (group == _TOTAL, group))
    rows = tuple((group, *_measures(lengths[group])) for group in ordered)
    names = [
        Column(f"{what}_{name}", Kind.COUNT if name == "count" else Kind.LENGTH)
        for what in _MEASURED
        for name in ("count", "median", "90th")
    ]
    note = "Working time of each ticket's own calendar; real time where it is under no agreement."
    if subject.view.hours is not None:
        note = "Working time of the calendar that was asked for, in which waiting for customers does not count."
    return Table("times", f"First response and resolution by {by}", (Column(by, Kind.TEXT), *names), rows, note)


def _measures(lengths: dict[What, list[timedelta]]) -> Iterator[Cell]:
    for what in _MEASURED:
        yield from (len(lengths[what]), middle(lengths[what]), ninetieth(lengths[what]))


def _breaches(subject: Subject) -> Table:
    found = sorted(subject.happened(What.BROKEN), key=lambda pair: (pair[1].at, pair[0].log.number))
    kinds = {"ticket": Kind.TICKET, "due": Kind.INSTANT, "late_by": Kind.LENGTH, "promise": Kind.NAME}
    words = ("subject", "priority", "team", "agent", "reason")
    shown = ("ticket", "subject", "promise", "priority", "team", "agent", "due", "late_by", "reason")
    rows = tuple(_breach(subject, story, one) for story, one in found)
    note = "Reasons are those of #late; a ticket that is late still counts up to the end of the period."
    names = columns(*shown, **kinds, **dict.fromkeys(words, Kind.TEXT))
    return Table("breaches", "Breaches and their reasons", names, rows, note)


def _breach(subject: Subject, story: Story, one: Happening) -> tuple[Cell, ...]:
    reason = subject.words_of(story.log, one.entry) or _UNEXPLAINED
    where = one.where
    hands = (where["priority"], where["team"], where["assignee"])
    return (story.log.number, subject.subject_of(story.log), one.value, *hands, one.at, one.took, reason)


def _chart(subject: Subject, kept: Table) -> Chart:
    shares: dict[tuple[str, str], float] = {}
    for group, clock, _, _, value in kept.rows:
        if group != _TOTAL:
            shares[str(group), str(clock)] = float(value) if isinstance(value, float) else 0.0
    groups = tuple(dict.fromkeys(group for group, _ in shares))
    clocks = [clock.value for clock in PROMISED if any(name == clock.value for _, name in shares)]
    series = {_words(clock): tuple(shares.get((group, clock), 0.0) for group in groups) for clock in clocks}
    totals = (row for row in kept.rows if row[0] == _TOTAL)
    told = "; ".join(f"{_words(str(row[1]))}: {row[2]} kept, {row[3]} broken" for row in totals)
    title = f"Promises kept by {subject.by('priority')}"
    return Chart("compliance", title, groups, series, told or "No promise was due.", is_share=True)


def _words(clock: str) -> str:
    return clock.replace("_", " ")
