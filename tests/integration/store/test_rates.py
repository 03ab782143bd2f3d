"""Counts: how often it happened before a message, exact at the edge of the time, and as of any day."""

from datetime import datetime, timedelta

from maild.model.decision import CountMail
from maild.model.facts import Rate, Want
from maild.model.rates import Counted, RateOf, RateQuestion
from maild.store import Store
from tests.integration.store.values import (
    NOW,
    a_decision,
    a_work,
    an_entry,
    answer,
    asking,
    carry_out,
    opening,
    take_one,
)

VPN = Counted(RateOf.RULE, "vpn")
HALF_HOUR = RateQuestion(RateOf.RULE, "vpn", timedelta(minutes=30))


def count(store: Store, number: int, at: datetime, *under: Counted) -> int:
    """Open a ticket and count its mail; return the arrival's id."""
    arrival = take_one(store, number)
    steps = (opening(number), an_entry(number), CountMail(under or (VPN,), number))
    assert carry_out(store, a_work(arrival, a_decision(*steps)), now=at) == ()
    return arrival.id


def rate(store: Store, question: RateQuestion = HALF_HOUR, now: datetime = NOW, arrival: int | None = None) -> Rate:
    asked = asking(arrival=arrival, rates=(question,), wants=frozenset({Want.INCIDENTS}))
    return answer(store, asked, now).rates[question]


def test_a_rate_is_exact_at_the_edge_of_its_time(store: Store):
    """What came exactly so long ago counts; a microsecond earlier it does not."""
    count(store, 1001, NOW - timedelta(minutes=30))
    count(store, 1002, NOW - timedelta(minutes=30, microseconds=1))
    count(store, 1003, NOW - timedelta(minutes=1))

    assert rate(store).times == 2
    assert [one.ticket.number for one in rate(store).tickets] == [1001, 1003]


def test_each_key_and_time_is_counted_apart(store: Store):
    """One query's rows never answer another question."""
    count(store, 1001, NOW - timedelta(minutes=40), VPN, Counted(RateOf.CATEGORY, "vpn"))
    count(store, 1002, NOW - timedelta(minutes=10), VPN, Counted(RateOf.RULE, "other"))

    def times(of: RateOf, key: str, hours: float) -> int:
        return rate(store, RateQuestion(of, key, timedelta(hours=hours))).times

    assert [times(RateOf.RULE, "vpn", hours) for hours in (0.5, 1)] == [1, 2]
    assert [times(RateOf.CATEGORY, "vpn", hours) for hours in (0.5, 1)] == [0, 1]
    assert (times(RateOf.RULE, "other", 1), times(RateOf.RULE, "none", 1)) == (1, 0)


def test_a_day_that_is_over_is_counted_as_it_was(store: Store):
    """As of its instant a mail finds what it found: of one instant only those before it, and never itself."""
    ids = [count(store, 1001 + n, NOW + timedelta(minutes=n // 3)) for n in range(5)]

    found = [rate(store, now=NOW + timedelta(minutes=n // 3), arrival=one).times for n, one in enumerate(ids)]

    assert found == [0, 1, 2, 3, 4]


def test_a_mail_that_was_held_counts_once(store: Store):
    """Released, it is no second mail: not for itself, and not for those after it."""
    arrival = take_one(store, 1)
    held = a_decision(CountMail((VPN,), None))
    assert carry_out(store, a_work(arrival, held), now=NOW - timedelta(minutes=2)) == ()

    assert rate(store, arrival=arrival.id).times == 0
    assert rate(store).times == 1
    assert rate(store).tickets == ()
