"""What reports are computed from: every ticket that a period concerns, kept at its end or read, on both databases."""

from datetime import datetime, timedelta

from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import AddEntry, ChangeTicket, Decision, OutcomeKind
from maild.model.reports import ReportFacts, ReportOrder, ReportQuestion
from maild.model.ticket import Cause, CauseKind, Change, EntryKind
from maild.reporting import write_kept
from maild.store import Store
from tests.integration.store.values import NOW, a_decision, a_work, answer, asking, carry_out, open_ticket, take_one

DAY = timedelta(days=1)


def stopped(at: datetime) -> Clock:
    hours = timedelta(hours=2)
    return Clock(ClockName.FIRST_RESPONSE, ClockState.STOPPED, hours, "office", "x", hours / 2, at, at + hours)


def happens(store: Store, number: int, n: int, at: datetime, *changes: Change, **entry: object) -> None:
    """Let an entry with changes be written."""
    kind, flags = EntryKind(str(entry.get("kind", "event"))), tuple(entry.get("flags", ()))
    cause, words = Cause(CauseKind.MESSAGE, "<x@y>"), str(entry.get("text", ""))
    added = AddEntry(number, n, kind, "alice", cause, words, changes, flags, clocks=tuple(entry.get("clocks", ())))
    arrival = take_one(store, 1000 * number + n, at)
    decision: Decision = a_decision(ChangeTicket(number, changes), added, kind=OutcomeKind.ENTRY)
    assert carry_out(store, a_work(arrival, decision), now=at) == ()


def facts(store: Store, since: datetime, until: datetime) -> ReportFacts:
    return store.read(lambda reader: reader.report_facts(since, until))


def numbers(store: Store, since: datetime, until: datetime) -> list[int]:
    return [log.number for log in facts(store, since, until).logs]


def test_a_period_concerns_what_befell_in_it_and_what_was_unfinished_at_its_end(store: Store):
    """Also what ended later, though nothing was entered in the period; not what had ended, nor what came later."""
    open_ticket(store, 1001, now=NOW)  # is open still
    open_ticket(store, 1002, now=NOW)
    open_ticket(store, 1003, now=NOW)
    open_ticket(store, 1004, now=NOW + 9 * DAY)
    happens(store, 1002, 2, NOW + DAY, Change("state", "new", "closed"))
    happens(store, 1003, 2, NOW + 9 * DAY, Change("state", "new", "closed"))

    assert numbers(store, NOW + 3 * DAY, NOW + 4 * DAY) == [1001, 1003]
    assert numbers(store, NOW + DAY, NOW + 4 * DAY) == [1001, 1002, 1003]
    assert numbers(store, NOW - 4 * DAY, NOW - 3 * DAY) == []


def test_what_comes_after_the_end_is_read_beside_what_was_kept(store: Store):
    """A reason, a vote, another life: none of it is lost, and nothing comes twice."""
    open_ticket(store, 1001, now=NOW)
    answered = NOW + timedelta(hours=1)
    happens(store, 1001, 2, answered, Change("state", "new", "open"), kind="agent-reply", clocks=[stopped(answered)])
    before = facts(store, NOW, NOW + DAY).logs
    happens(store, 1001, 3, NOW + 2 * DAY, Change("state", "open", "closed"), Change("team", "frontline", "network"))
    happens(store, 1001, 4, NOW + 3 * DAY, kind="note", flags=["late", "first_response"], text="I was ill.")
    happens(store, 1001, 5, NOW + 4 * DAY, Change("state", "closed", "open"))

    (log,) = facts(store, NOW, NOW + 9 * DAY).logs
    words = facts(store, NOW, NOW + 9 * DAY).words

    assert (log.opening["team"], log.opening["state"], log.team) == ("frontline", "new", "network")
    assert [moment.n for moment in log.moments] == [1, 2, 3, 4, 5]
    assert write_kept(log.opening, log.moments[:2]) == write_kept(before[0].opening, before[0].moments)
    (clock,) = log.moments[1].clocks
    assert (clock.elapsed, clock.due_at) == (timedelta(hours=1), answered + timedelta(hours=2))
    assert words == {(1001, 4): "I was ill."}


def test_what_is_kept_is_computed_again(store: Store):
    """From the entries up to the ticket's end; of one that lives again from those up to its last one."""
    open_ticket(store, 1001, now=NOW)
    happens(store, 1001, 2, NOW + DAY, Change("state", "new", "closed"))
    happens(store, 1001, 3, NOW + 2 * DAY, Change("state", "closed", "open"))

    (first,) = store.read(lambda reader: reader.figures_after(0))
    happens(store, 1001, 4, NOW + 3 * DAY, Change("state", "open", "closed"))
    (second,) = store.read(lambda reader: reader.figures_after(0))

    assert first.kept == first.computed and second.kept == second.computed
    assert first.kept != second.kept and "closed" in first.kept


def test_a_link_shows_its_report_until_it_is_over(store: Store):
    """Found by its secret alone, of which nothing is kept; what is over is forgotten with the next one."""
    order = ReportOrder("sla", "Europe/London", first="2026-11-01", by="team")
    store.write(lambda tx: tx.add_report_link("secret", order, "root", NOW, NOW + DAY))

    def found(secret: str, at: datetime) -> ReportOrder | None:
        return store.read(lambda reader: reader.find_report_link(secret, at))

    assert found("secret", NOW) == order
    assert [found("secret", NOW + DAY), found("Secret", NOW), found("", NOW)] == [None] * 3
    store.write(lambda tx: tx.add_report_link("other", order, "root", NOW + DAY, NOW + 2 * DAY))
    assert found("secret", NOW) is None


def test_by_mail_a_month_is_read_at_most(store: Store):
    """A year, and what is no period, costs nothing: mails wait behind one another."""
    open_ticket(store, 1001, now=NOW)
    month, others = ReportQuestion("2026-11", "UTC"), [ReportQuestion(each, "UTC") for each in ("2026", "soon", "2027")]

    found = answer(store, asking(reports=(month, *others)), NOW + DAY).reports

    assert [log.number for log in found[month].logs] == [1001]
    assert list(found) == [month]
