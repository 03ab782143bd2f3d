"""What the command line is shown."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product

from maild.marks import SigningKey
from maild.model.decision import OutcomeKind
from maild.model.outgoing import MailState
from maild.model.search import Search, Sight, Term
from maild.model.ticket import Confidence
from maild.store import Reader, Store
from tests.integration.store.values import (
    CLAIM,
    NOW,
    a_decision,
    a_mail,
    a_work,
    carry_out,
    claim,
    claim_due,
    open_ticket,
    opening,
    record,
    send,
    take_one,
)


def test_tickets_are_listed_newest_first(store: Store):
    """A list holds the states that were asked for, the highest numbers first, and no more than wanted."""
    for number in (1001, 1002, 1003):
        open_ticket(store, number)

    assert [one.number for one in store.read(lambda reader: reader.search(Search(()), 2, NOW))] == [1003, 1002]
    both = store.read(lambda reader: reader.search(Search((Term("state", "closed", is_excluded=True),)), 9, NOW))
    assert [one.number for one in both] == [1003, 1002, 1001]
    assert store.read(lambda reader: reader.search(Search((Term("state", "closed"),)), 9, NOW)) == ()


def test_a_search_finds_only_what_the_one_who_asks_may_see(store: Store):
    """By queue, team, hands and confidence, each ticket as deciding would say of it; the limit counts only these."""
    teams, hands = (None, "front", "back"), (None, "alice", "nina")
    secrets = (None, Confidence.TEAM, Confidence.SEALED)
    kinds = product(("open", "hidden", "gone"), teams, hands, secrets)
    for number, (queue, team, assignee, secret) in enumerate(kinds, 1001):
        ticket = replace(opening(number), queue=queue, team=team, assignee=assignee, confidential=secret)
        carry_out(store, a_work(None, a_decision(ticket)))
    every = store.read(lambda reader: reader.search(Search(()), 99, NOW))
    alice = Sight("alice", frozenset({"front"}), frozenset({"hidden"}), frozenset({"open"}), is_manager=False)
    sights = [alice, replace(alice, is_manager=True), replace(alice, teams=frozenset(), own_queues=frozenset())]

    for sight in sights:
        seen = [one for one in every if sight.sees(one)]
        assert 0 < len(seen) < len(every)
        assert list(store.read(partial(Reader.search, search=Search((), sight=sight), limit=99, now=NOW))) == seen
        assert list(store.read(partial(Reader.search, search=Search((), sight=sight), limit=5, now=NOW))) == seen[:5]
        words = Search((Term("text", "dial"),), sight=sight)
        told = [one for one in seen if one.confidential is not Confidence.SEALED or one.assignee == "alice"]
        assert list(store.read(partial(Reader.search, search=words, limit=99, now=NOW))) == told


def test_a_ticket_that_is_not_there_is_none(store: Store):
    """Asking for what is not there is no error."""
    assert store.read(lambda reader: reader.find_ticket(1001)) is None
    assert store.read(lambda reader: reader.entries_of(1001)) == ()
    assert store.read(lambda reader: reader.find_arrival(1)) is None
    assert store.read(lambda reader: reader.raw_of(1)) is None
    assert store.read(lambda reader: reader.find_explanation(1)) is None
    assert store.read(lambda reader: reader.find_mail(1)) is None
    assert store.read(lambda reader: reader.wire_of(1)) is None
    assert store.read(lambda reader: reader.find_undelivered(1)) is None
    assert store.read(lambda reader: reader.find_blob("0" * 64)) is None


def test_mails_are_listed_by_state_and_by_ticket(store: Store):
    """The outbox can be looked at as a whole, newest first, or as one ticket's, oldest first."""
    open_ticket(store, 1001, a_mail(1001, subject="first"))
    (mail,) = claim_due(store)
    store.write(lambda tx: tx.record_given_up(mail.id, CLAIM, MailState.EXPIRED, "too late", NOW))
    send(store, a_mail(1001, subject="second"), a_mail(None, subject="third"))

    def subjects(states: list[MailState] | None) -> list[str]:
        return [row.subject for row in store.read(lambda reader: reader.list_mails(states, 9))]

    assert subjects(None) == ["third", "second", "first"]
    assert subjects([MailState.EXPIRED]) == ["first"]
    assert subjects([MailState.WAITING, MailState.EXPIRED]) == ["third", "second", "first"]
    assert [row.subject for row in store.read(lambda reader: reader.mails_of(1001))] == ["first", "second"]


def test_arrivals_are_listed_newest_first(store: Store):
    """What came last is seen first, and what waits has no outcome yet."""
    record(store, 1, 2)
    record(store, 3, now=NOW + timedelta(minutes=1))

    rows = store.read(lambda reader: reader.list_arrivals(2))

    assert [(row.place.uid, row.outcome, row.is_claimed) for row in rows] == [(3, None, False), (2, None, False)]


def test_the_last_story_of_an_arrival_is_told(store: Store):
    """A mail that was held, released and handled again is explained by its last decision."""
    arrival = take_one(store, 1)
    carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.HELD)))
    store.write(lambda tx: tx.release_held(arrival.id, "root", NOW))
    (again,) = store.write(lambda tx: tx.claim_arrivals(CLAIM, 1, NOW))
    work = a_work(again, a_decision(kind=OutcomeKind.DESK), explanation='{"why": ["better"]}')
    carry_out(store, work)

    assert store.read(lambda reader: reader.find_explanation(arrival.id)) == '{"why": ["better"]}'


def test_past_decisions_begin_at_an_instant(store: Store):
    """The last word about each arrival since then, oldest first, in pages; with the bytes that are still kept."""
    days = [NOW + timedelta(days=day) for day in range(5)]
    arrivals = [open_ticket(store, 1001 + day, now=at) for day, at in enumerate(days)]
    held = take_one(store, 1, days[4])
    carry_out(store, a_work(held, a_decision(kind=OutcomeKind.HELD)), now=days[4])
    store.write(lambda tx: tx.release_held(held.id, "root", days[4]))
    claim(store)
    carry_out(store, a_work(held, a_decision(kind=OutcomeKind.DESK), explanation='{"why": ["better"]}'), now=days[4])

    def ids(since: datetime, limit: int = 9) -> list[int]:
        past = store.read(lambda reader: reader.past_decisions(reader.find_story_since(since), limit))
        assert all(one.at >= since for one in past)
        return [one.arrival for one in past]

    assert ids(NOW - timedelta(days=9)) == [*arrivals, held.id]
    assert ids(days[2] - timedelta(seconds=1)) == ids(days[2]) == [*arrivals[2:], held.id]
    assert ids(days[2], limit=2) == arrivals[2:4]
    assert ids(days[4] + timedelta(seconds=1)) == []
    (last,) = store.read(lambda reader: reader.past_decisions(reader.find_story_since(days[4]) + 2, 9))
    assert (last.story, last.mailbox, last.ticket) == ('{"why": ["better"]}', "support", None)
    raws = store.read(lambda reader: reader.raws_of([held.id, arrivals[0], 999]))
    assert raws == {held.id: held.raw, arrivals[0]: store.read(lambda reader: reader.raw_of(arrivals[0]))}


def test_keys_come_back_newest_last(store: Store):
    """The last key made is the one that signs."""
    keys = (SigningKey("b2", b"\x00first"), SigningKey("a1", b"second"))
    for key in keys:
        store.write(lambda tx, key=key: tx.add_signing_key(key, NOW))

    assert store.read(lambda reader: reader.signing_keys()) == keys
