"""Figures are what the entries add up to: of each kind of history, and of any against a naive recount."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.model.clocks import ClockName, ClockState
from maild.model.reports import Logged, Moment
from maild.model.ticket import Confidence, EntryKind
from maild.reporting import GROUPS, PARTS, Period, parts
from maild.reporting.moments import moment_of, opening_of, parse_kept, write_kept
from maild.reporting.stories import UNSOLVED, What, tell
from maild.reporting.tables import middle, ninetieth
from maild.reporting.words import in_language
from maild.rules import Calendar, Span
from tests.unit.report_values import (
    MONDAY,
    NOW,
    OPENING,
    WEEK,
    Told,
    a_clock,
    a_view,
    after,
    facts,
    report,
    rows,
    sight,
)
from tests.unit.test_clocks import HAPPENINGS, Matter, at

STOPPED, PAUSED = ClockState.STOPPED, ClockState.PAUSED
RESOLUTION, UPDATE, NEXT = ClockName.RESOLUTION, ClockName.UPDATE, ClockName.NEXT_RESPONSE


def total(name: str, *told: Told, **view: object) -> dict[str, object]:
    return rows(report("volume", *told, **view), "volume")[-1] if name == "volume" else {}


def test_what_came_and_went_is_counted():
    """Opened, resolved, closed, reopened, merged, spam: each once, where it happened in the period."""
    told = [
        Told(1001).then(1, state="open").then(5, state="resolved").then(80, state="closed"),
        Told(1002).then(5, state="resolved").then(9, state="open").then(20, state="resolved"),
        Told(1003).then(2, state="merged"),
        Told(1004, state="spam"),
        Told(1005, -200).then(30, state="waiting"),
        Told(1006, -400).then(-300, state="closed"),
    ]

    counted = total("volume", *told)

    assert counted == {
        "category": "all",
        "before": 1,
        "opened": 4,
        "reopened": 1,
        "resolved": 3,
        "closed": 1,
        "merged": 1,
        "spam": 1,
        "left": 1,
        "reopen_rate": pytest.approx(1 / 4),
    }


def test_a_ticket_of_an_old_desk_neither_came_nor_was_solved_here():
    """Taken over closed, it took no time at all, and open, it is left; what befalls it since counts as ever."""
    told = [
        Told(1001, state="closed").of_an_old_desk(),
        Told(1002, state="closed").of_an_old_desk().then(3, state="open").then(5, answer=True, state="resolved"),
        Told(1003, state="open").of_an_old_desk(),
    ]

    counted, times = total("volume", *told), rows(report("sla", *told), "times")

    assert {name: counted[name] for name in ("opened", "reopened", "resolved", "closed", "left")} == {
        "opened": 0,
        "reopened": 1,
        "resolved": 1,
        "closed": 0,
        "left": 1,
    }
    assert times == []
    assert rows(report("load", *told), "load")[0]["answered"] == 1


def test_a_report_is_of_the_history_as_it_stood():
    """What happens after a period changes nothing of its report, however late that is asked for."""
    first = Told().then(5, state="resolved").then(7 * 24 + 1, state="open").then(7 * 24 + 9, state="resolved")

    week = report("volume", first, now=NOW + timedelta(days=30))

    assert rows(week, "volume")[-1]["reopened"] == 0
    assert rows(report("sla", first, now=NOW + timedelta(days=30)), "times")[-1]["resolution_count"] == 1


@pytest.mark.parametrize("by", ["queue", "category", "customer", "team", "priority", "agent", "state"])
def test_every_group_adds_up_to_all(by: str):
    """Whatever a report is parted by, no ticket is lost, and none is counted twice."""
    told = [
        Told(1001).then(1, assignee="alice", category="mail"),
        Told(1002, queue="billing", priority="p1").then(3, state="resolved", team="network"),
        Told(1003, category=None, team=None),
    ]
    told[0].log = replace(told[0].log, requester="ann@gold.example")
    told[2].log = replace(told[2].log, requester=None)

    *groups, every = rows(report("volume", *told, by=by), "volume")

    for name in ("opened", "resolved", "left"):
        assert sum(group[name] for group in groups) == every[name]
    if by == "customer":
        assert [group["customer"] for group in groups] == ["customer.example", "gold", "–"]


def test_promises_are_decided_once():
    """Kept when stopped in time, broken when the time was over, and what is not decided does not count."""
    told = [
        Told(1001).then(0, a_clock(0)).then(1, a_clock(1, STOPPED, elapsed=1, due=2), answer=True),
        Told(1002).then(0, a_clock(0)).then(5, a_clock(5, STOPPED, elapsed=5, due=2), answer=True),
        Told(1003).then(0, a_clock(0)),  # late, and still running
        Told(1004).then(0, a_clock(0, due=24 * 9)),  # neither
        Told(1005).then(0, a_clock(0)).then(1, a_clock(1, PAUSED, elapsed=1)),
    ]

    (kept,) = [row for row in rows(report("sla", *told), "compliance") if row["priority"] == "all"]
    breaches = rows(report("sla", *told), "breaches")

    assert (kept["kept"], kept["broken"], kept["compliance"]) == (1, 2, pytest.approx(1 / 3))
    assert [row["ticket"] for row in breaches] == [1002, 1003]
    assert [row["due"] for row in breaches] == [after(2), after(2)]
    assert breaches[0]["late_by"] == timedelta(hours=3)
    assert breaches[1]["late_by"] == NOW - after(2)


def test_a_promise_that_begins_again_is_another_one():
    """Each answer is due by itself, and so is each update."""
    told = (
        Told()
        .then(0, a_clock(0, name=UPDATE, due=2))
        .then(1, a_clock(1, name=UPDATE, due=3), answer=True)  # in time
        .then(9, a_clock(9, name=UPDATE, due=11), answer=True)  # late
        .then(10, a_clock(10, STOPPED, UPDATE, elapsed=1, due=11), state="resolved")
        .then(20, a_clock(20, name=NEXT, due=22), state="open", by="")
        .then(21, a_clock(21, STOPPED, NEXT, elapsed=1, due=22), answer=True)
        .then(30, a_clock(30, name=NEXT, due=32), by="")
        .then(33, a_clock(33, STOPPED, NEXT, elapsed=3, due=32), answer=True)
    )

    by_clock = {row["promise"]: (row["kept"], row["broken"]) for row in rows(report("sla", told), "compliance")}

    assert by_clock == {"update": (2, 1), "next_response": (1, 1)}


def test_words_that_never_arrived_answered_nobody():
    """A stop that was taken back counts neither as kept nor as an answer; the next one does."""
    lost = Told().then(0, a_clock(0, due=4)).then(1, a_clock(1, STOPPED, elapsed=1, due=4), answer=True)
    lost.then(2, a_clock(1, elapsed=1, due=4))

    assert rows(report("sla", lost, period=Period("x", MONDAY, after(3), "UTC")), "compliance") == []

    lost.then(6, a_clock(6, STOPPED, elapsed=6, due=4), answer=True)
    (row,) = rows(report("sla", lost), "times")[-1:]
    assert (row["first_response_count"], row["first_response_median"]) == (1, timedelta(hours=6))


def test_a_breach_counts_where_it_happened_and_says_why():
    """The team that let it pass is named, not the one that has it now; a reason given later is its reason."""
    told = (
        Told()
        .then(0, a_clock(0, name=RESOLUTION, target=8))
        .then(9, team="network", level="L2", flags=("ladder",), by="maild")
        .then(12, flags=("late", "resolution"))
        .then(13, flags=("late", "resolution"))
        .then(14, a_clock(14, STOPPED, RESOLUTION, elapsed=14, target=8, due=8), state="resolved")
    )
    seen = facts(told, w1001_4="I was ill", w1001_5="waited for a part")

    (part,) = parts(["sla"], WEEK, seen, a_view(by="team"))

    (breach,) = rows(part, "breaches")
    assert (breach["team"], breach["reason"], breach["late_by"]) == (
        "first-line",
        "waited for a part",
        timedelta(hours=6),
    )
    assert [row["team"] for row in rows(part, "compliance")] == ["first-line", "all"]
    (climbed,) = rows(report("escalations", told), "escalated")
    assert (climbed["level"], climbed["by"]) == ("L2", "ladder")


def test_nobody_reads_a_confidential_ticket_in_a_report():
    """Neither its name nor what colleagues or the customer wrote of it."""
    told = (
        Told()
        .then(0, a_clock(0))
        .then(9, flags=("late", "first_response"))
        .then(10, flags=("vote",), score="1")
        .then(11, flags=("review",))
    )
    told.log = replace(told.log, confidential=Confidence.TEAM)
    seen = facts(told, w1001_3="her salary", w1001_4="my salary", w1001_5="their salary")

    shown = repr(parts(["sla", "csat", "lessons", "backlog", "open-by-due", "breached"], WEEK, seen, a_view()))

    assert "salary" not in shown and "Matter" not in shown


def test_an_agent_sees_the_figures_of_their_queues():
    """A ticket that they may not know of is not counted either."""
    hidden = Told(1002)
    hidden.log = replace(hidden.log, queue="board", team="board")

    assert rows(report("volume", Told(), hidden, sight=sight("board")), "volume")[-1]["opened"] == 1
    assert rows(report("volume", Told(), hidden), "volume")[-1]["opened"] == 2


def test_times_are_those_of_the_clock_or_of_a_calendar():
    """By itself each is what its clock ran; asked for, it is that of one calendar, in which waiting does not count."""
    office = Calendar("office", "UTC", ((Span(540, 1020),),) * 5 + ((), ()), timedelta(hours=8))
    told = (
        Told()  # Monday, 9:00
        .then(0, a_clock(0, target=99), a_clock(0, name=RESOLUTION, target=99))
        .then(25, a_clock(25, STOPPED, elapsed=2.5, target=99), answer=True, state="waiting")  # Tuesday, 10:00
        .then(48, state="open")  # Wednesday, 9:00
        .then(50, a_clock(50, STOPPED, RESOLUTION, elapsed=4, target=99), state="resolved")
    )

    own = rows(report("sla", told), "times")[-1]
    asked = rows(report("sla", told, hours=office), "times")[-1]

    assert (own["first_response_median"], own["resolution_median"]) == (timedelta(hours=2.5), timedelta(hours=4))
    assert (asked["first_response_median"], asked["resolution_median"]) == (timedelta(hours=9), timedelta(hours=11))


def test_the_last_vote_counts():
    """Whoever thinks better of it is counted once, by the last score, with what they said then."""
    told = Told(1001).then(1, state="closed").then(2, flags=("vote",), score="1").then(3, flags=("vote",), score="4")
    told.then(4, flags=("vote",))
    other = Told(1002).then(1, state="closed")

    part = parts(["csat"], WEEK, facts(told, other, w1001_3="Bad!", w1001_4="Better.", w1001_5="Really."), a_view())[0]

    counted = rows(part, "csat")[-1]
    assert (counted["closed"], counted["votes"], counted["answered"], counted["mean"]) == (2, 1, 0.5, 4.0)
    assert [row["comment"] for row in rows(part, "comments")] == ["Really."]


def test_the_backlog_is_by_age_at_the_end():
    """What was unsolved then, whatever became of it since."""
    told = [
        Told(1001, 4),
        Told(1002, 4 - 24 * 40),
        Told(1003).then(2, state="resolved"),
        Told(1004).then(24 * 8, state="closed"),
    ]
    period = Period("mon", WEEK.since, after(6), "UTC")

    every = rows(report("backlog", *told, period=period), "backlog")[-1]

    assert (every["under_1_day"], every["over_30_days"], every["tickets"]) == (2, 1, 3)


def test_the_handover_says_what_is_due_and_who_waits():
    """The next due first, what has no clock last; whoever is away is named."""
    told = [
        Told(1001).then(1, a_clock(1, due=300)),
        Told(1002).then(1, a_clock(1, due=200)),
        Told(1003),
        Told(1004).then(1, state="pending"),
        Told(1005).then(2, state="resolved"),
    ]

    assert [row["ticket"] for row in rows(report("open-by-due", *told), "open-by-due")] == [1002, 1001, 1003, 1004]
    waits = {row["ticket"]: row["waits_for"] for row in rows(report("waiting", *told), "waiting")}
    assert waits == {1004: "its time", 1005: "the customer"}


@pytest.mark.parametrize(
    ("hours", "half", "most"),
    [([], None, None), ([3], 3, 3), ([1, 4], 2.5, 4), (range(1, 11), 5.5, 9), (range(1, 12), 6, 10)],
)
def test_nine_in_ten_took_no_longer(hours: list[int], half: float | None, most: float | None):
    lengths = [timedelta(hours=each) for each in reversed(hours)]

    assert middle(lengths) == (None if half is None else timedelta(hours=half))
    assert ninetieth(lengths) == (None if most is None else timedelta(hours=most))


STATES = ("new", "open", "waiting", "pending", "resolved", "closed")
step = st.tuples(st.integers(1, 5000), st.sampled_from(STATES), st.sampled_from(("vpn", "mail", None)))


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    logs = []
    for number in range(1001, 1001 + draw(st.integers(1, 6))):
        told = Told(number, draw(st.integers(-300, 300)))
        minutes = 0
        for gap, state, category in draw(st.lists(step, max_size=8)):
            minutes += gap
            at = (told.log.opened_at - MONDAY) / timedelta(hours=1) + minutes / 60
            told.then(at, state=state, category=category)  # type: ignore[arg-type]
        logs.append(told.log)
    return logs


@given(logs=histories(), begin=st.integers(-400, 400), length=st.integers(1, 400))
def test_figures_are_a_naive_recount(logs: list[Logged], begin: int, length: int):
    """Counted ticket by ticket and state by state, with nothing remembered, it comes to the same."""
    period = Period("any", after(begin), after(begin + length), "UTC")
    told = [Told() for _ in logs]
    for one, log in zip(told, logs, strict=True):
        one.log = log
    counted = rows(report("volume", *told, period=period, now=NOW + timedelta(days=99)), "volume")[-1]

    naive: Counter[str] = Counter()
    for log in logs:
        path = [
            (log.opened_at, "new"),
            *((m.at, new) for m in log.moments for name, new in m.changes if name == "state"),
        ]
        naive["opened"] += period.since <= log.opened_at < period.until
        for (_, old), (then, new) in itertools.pairwise(path):
            if period.since <= then < period.until:
                naive[new or ""] += 1
                naive["reopened"] += old not in UNSOLVED and new in UNSOLVED
        for name, edge in (("before", period.since), ("left", period.until)):
            past = [state for at, state in path if at < edge]
            naive[name] += bool(past) and past[-1] in UNSOLVED
    assert {name: counted[name] for name in ("opened", "resolved", "closed", "reopened", "before", "left")} == {
        name: naive[name] for name in ("opened", "resolved", "closed", "reopened", "before", "left")
    }


@given(logs=histories())
def test_what_is_kept_is_what_was(logs: list[Logged]):
    """A history comes back from being kept as it went."""
    for log in logs:
        opening, moments = parse_kept(write_kept(log.opening, log.moments))

        assert (opening, moments) == (log.opening, log.moments)


def test_nothing_that_is_kept_names_a_customer():
    """Of an entry of theirs only the instant is kept; whoever erases a person leaves figures without them."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    moment = moment_of(1, at, EntryKind.CUSTOMER, "bob@x.example", ["entered"], [["subject", "a", "Bob's"]], ())
    voted = moment_of(2, at, EntryKind.EVENT, "bob@x.example", ["vote"], [["score", None, "5"]], [a_clock(1)])

    assert moment is not None and voted is not None
    assert "ob" not in write_kept(OPENING, [moment, voted])
    assert parse_kept(write_kept(OPENING, [voted])) == (OPENING, (voted,))
    assert moment_of(3, at, EntryKind.NOTE, "alice", [], [], ()) is None


def test_a_ticket_began_as_what_its_first_changes_replaced():
    """What no entry changed is as it stands now."""
    now = {**OPENING, "state": "closed", "team": "network"}

    began = opening_of(now, [[["state", "new", "open"], ["tag", None, "x"]], [["state", "open", "closed"]]])

    assert began == {**OPENING, "team": "network"}


def test_a_machine_answers_nobody():
    """An automatic agent reply, and one that was taken over, are no answer of an agent."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    by_hand = moment_of(2, at, EntryKind.AGENT, "alice", [], [], ())

    assert by_hand == Moment(2, at, "alice", is_answer=True)
    assert moment_of(2, at, EntryKind.AGENT, "maild", ["automatic"], [], ()) is None


def fall_due(matter: Matter, until: datetime) -> None:
    """Let whatever is due by then be late."""
    while matter.timers and min(matter.timers.values()) <= until:
        name = min(matter.timers, key=lambda each: matter.timers[each])
        matter.falls_due(name, f"{matter.timers.pop(name):%Y-%m-%dT%H:%M:%S}")


@settings(max_examples=10)
@given(HAPPENINGS)
def test_in_any_life_a_promise_is_broken_where_its_clock_said_so(happenings: list[tuple[int, str]]):
    """What is decided of real clocks, entry by entry: each breach that was entered is told, and none besides."""
    matter, now = Matter().customer("10:00"), at("10:00")
    for minutes, what in happenings:
        now += timedelta(minutes=minutes)
        fall_due(matter, now)
        if what not in {"p1", "p3"}:  # of one promise with other targets several breaches may be entered
            matter.live(what, now)
    fall_due(matter, now)

    entries = matter.known.entries
    made = ((each.n, each.at, each.kind, each.by, each.flags, [], each.clocks) for each in entries)
    changed = {each.n: [(one.field, one.old, one.new) for one in each.changes] for each in entries}
    moments = (moment_of(n, *rest[:4], changed[n], clocks) for n, *rest, _, clocks in made)
    opening = {**OPENING, "state": "new", "priority": None}
    log = Logged(2001, entries[0].at, opening, tuple(each for each in moments if each is not None))
    told = [(one.value, one.at) for one in tell(log, now + timedelta(seconds=1)).happenings if one.what is What.BROKEN]

    entered = [(each.flags[1], each.at) for each in entries if each.flags[:1] == ("breached",)]
    assert Counter(told) == Counter(entered)


def test_every_heading_has_its_german():
    """Of every part, by every group; what people and administrators wrote stays as it is, whatever it is."""
    told = Told(category="reason").then(0, a_clock(0)).then(9, flags=("late", "first_response"))
    told.then(10, state="resolved", level="L2").then(11, state="closed").then(12, flags=("vote",), score="3").then(
        13, flags=("review",)
    )
    left = Told(1002, category="all").then(0, a_clock(0), state="waiting")
    seen = facts(told, left, w1001_3="the customer", w1001_6="no reason given", w1001_7="all")

    for by in ("", *GROUPS):
        english = parts(tuple(PARTS), WEEK, seen, a_view(by=by))
        german = in_language(english, "de-AT")
        for one, other in zip(english, german, strict=True):
            words = [(one.title, other.title)]
            for table, worded in zip(one.tables, other.tables, strict=True):
                words += [(table.title, worded.title), (table.note, worded.note), (table.empty, worded.empty)]
                words += [(a.title, b.title) for a, b in zip(table.columns, worded.columns, strict=True)]
            words += [(a.title, b.title) for a, b in zip(one.charts, other.charts, strict=True)]
            same = {a for a, b in words if a == b} - {"", "Tickets", "tickets", "team", "ticket", "spam"}
            assert not {each for each in same if not each.isdecimal()}
    (breach,) = [row for row in rows(in_language(english, "de")[1], "breaches") if row["ticket"] == 1001]
    assert (breach["promise"], breach["reason"]) == ("erste Antwort", "the customer")
    assert [row["comment"] for row in rows(in_language(english, "de")[4], "comments")] == ["no reason given"]
    assert rows(in_language(english, "fr")[0], "volume") == rows(english[0], "volume")
