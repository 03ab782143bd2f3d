"""What customers said at the end: their scores and comments; and what reviews of escalations taught."""

from statistics import fmean

from maild.model.charts import Chart
from maild.reporting.stories import What
from maild.reporting.tables import Column, Kind, Part, Table, columns, share
from maild.reporting.views import Subject, Tally

_TOTAL = "all"
_FEWEST = 5  # of a scale that goes further as many as were given


def csat(subject: Subject) -> Part:
    """Count the scores that were given in the period, the last of each customer's; list what was said with them."""
    tally, by = Tally(), subject.by("category")
    votes = sorted(subject.happened(What.VOTED), key=lambda pair: (pair[1].at, pair[0].log.number))
    scores: dict[str, list[int]] = {}
    for story, one in votes:
        if not one.value.isdecimal():
            continue
        for group in (subject.group(story, one.where, "category"), _TOTAL):
            scores.setdefault(group, []).append(int(one.value))
        tally.add(_TOTAL, one.value)
    for story, one in subject.happened(What.CLOSED):
        for group in (subject.group(story, one.where, "category"), _TOTAL):
            scores.setdefault(group, [])
            tally.add(group, "closed")
    highest = max([_FEWEST, *scores.get(_TOTAL, [])])
    scale = tuple(range(1, highest + 1))
    rows = []
    for group in sorted(scores, key=lambda name: (name == _TOTAL, name)):
        given = scores[group]
        closed = tally.of(group, "closed")
        mean = fmean(given) if given else None
        rows.append((group, closed, len(given), share(len(given), closed), mean, *(given.count(n) for n in scale)))
    shown = (
        Column(by, Kind.TEXT),
        *columns("closed", "votes"),
        Column("answered", Kind.SHARE),
        Column("mean", Kind.MEAN),
        *columns(*map(str, scale)),
    )
    counted = Table("csat", f"Satisfaction by {by}", shown, tuple(rows), "Votes of the period beside its closings.")
    kinds = {"ticket": Kind.TICKET, "at": Kind.INSTANT} | dict.fromkeys(
        ("subject", "score", "agent", "comment"), Kind.TEXT
    )
    listed = tuple(
        (story.log.number, subject.subject_of(story.log), one.value, one.where["assignee"], one.at, said)
        for story, one in votes
        if (said := subject.words_of(story.log, one.entry))
    )
    names = columns("ticket", "subject", "score", "agent", "at", "comment", **kinds)
    every = scores.get(_TOTAL, [])
    told = f"{len(every)} votes, on average {fmean(every):.1f}." if every else "Nobody voted."
    votes_of = {"votes": tuple(float(every.count(n)) for n in scale)}
    chart = Chart("csat", "Votes by score", tuple(map(str, scale)), votes_of, told)
    return Part("csat", "Satisfaction", (counted, Table("comments", "What was said", names, listed)), (chart,))


def lessons(subject: Subject) -> Part:
    """Give what those involved in escalations wrote in their reviews."""
    found = sorted(subject.happened(What.REVIEWED), key=lambda pair: (pair[1].at, pair[0].log.number))
    rows = tuple(
        (
            story.log.number,
            subject.subject_of(story.log),
            one.where["category"],
            one.by,
            one.at,
            subject.words_of(story.log, one.entry),
        )
        for story, one in found
    )
    kinds = {"ticket": Kind.TICKET, "at": Kind.INSTANT}
    words = ("subject", "category", "by", "lesson")
    names = columns("ticket", "subject", "category", "by", "at", "lesson", **kinds, **dict.fromkeys(words, Kind.TEXT))
    return Part("lessons", "Lessons", (Table("lessons", "Lessons of reviews", names, rows),))
