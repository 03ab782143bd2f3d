"""What customers said at the end: their scores and comments; and what reviews of escalations taught."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from maild.model.charts import Chart
from maild.reporting.stories import Happening, Story, What
from maild.reporting.tables import Column, Kind, Part, Table, columns, share
from maild.reporting.views import Subject, Tally

_TOTAL = "all"
_FEWEST = 5  # of a scale that goes further as many as were given


def csat(subject: Subject) -> Part:
    """Count the scores that were given in the period, the last of each customer's; list what was said with them."""
    votes = sorted(subject.happened(What.VOTED), key=lambda pair: (pair[1].at, pair[0].log.number))
    scores: dict[str, list[int]] = {}
    for story, one in votes:
        if one.value.isdecimal():
            for group in (subject.group(story, one.where, "category"), _TOTAL):
                scores.setdefault(group, []).append(int(one.value))
    closings = Tally()
    for story, one in subject.happened(What.CLOSED):
        for group in (subject.group(story, one.where, "category"), _TOTAL):
            scores.setdefault(group, [])
            closings.add(group, "closed")
    scale = range(1, max([_FEWEST, *scores.get(_TOTAL, [])]) + 1)
    counted = _counted(subject.by("category"), scores, closings, scale)
    chart = _chart(scores.get(_TOTAL, []), scale)
    return Part("csat", "Satisfaction", (counted, _said(subject, votes)), (chart,))


def _counted(by: str, scores: Mapping[str, Sequence[int]], closings: Tally, scale: range) -> Table:
    """Write a line for each group, and one for all."""
    rows = []
    for group in sorted(scores, key=lambda name: (name == _TOTAL, name)):
        given = scores[group]
        closed = closings.of(group, "closed")
        mean = fmean(given) if given else None
        rows.append((group, closed, len(given), share(len(given), closed), mean, *(given.count(n) for n in scale)))
    shown = (
        Column(by, Kind.TEXT),
        *columns("closed", "votes"),
        Column("answered", Kind.SHARE),
        Column("mean", Kind.MEAN),
        *columns(*map(str, scale)),
    )
    return Table("csat", f"Satisfaction by {by}", shown, tuple(rows), "Votes of the period beside its closings.")


def _said(subject: Subject, votes: Iterable[tuple[Story, Happening]]) -> Table:
    """List the words that came with a score."""
    kinds = {"ticket": Kind.TICKET, "at": Kind.INSTANT} | dict.fromkeys(
        ("subject", "score", "agent", "comment"), Kind.TEXT
    )
    names = columns("ticket", "subject", "score", "agent", "at", "comment", **kinds)
    rows = tuple(
        (story.log.number, subject.subject_of(story.log), one.value, one.where["assignee"], one.at, said)
        for story, one in votes
        if (said := subject.words_of(story.log, one.entry))
    )
    return Table("comments", "What was said", names, rows)


def _chart(given: Sequence[int], scale: range) -> Chart:
    """Draw how often each score was given."""
    told = f"Votes: {len(given)}, on average {fmean(given):.1f}." if given else "Nobody voted."
    votes_of = {"votes": tuple(float(given.count(n)) for n in scale)}
    return Chart("csat", "Votes by score", tuple(map(str, scale)), votes_of, told)


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
