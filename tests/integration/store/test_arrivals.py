"""Arrivals: kept once, taken in hand by one, shown when done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.errors import StaleError
from maild.model.decision import OutcomeKind
from maild.model.ticket import State
from maild.store import ArrivalCounts, FirstSight, Store, Unshown
from tests.integration.store.values import (
    CLAIM,
    NOW,
    a_decision,
    a_message,
    a_work,
    carry_out,
    claim,
    open_ticket,
    record,
    take_one,
)


def test_an_arrival_is_kept_byte_for_byte(store: Store):
    """What the mailbox gave is what is taken in hand, and what is read later."""
    raw = b"Subject: \xff\x00\r\n\r\n" + bytes(range(256)) * 8000
    message = a_message(7, raw)

    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 3, [message], NOW))
    (arrival,) = claim(store)

    assert arrival.raw == raw
    assert store.read(lambda reader: reader.raw_of(arrival.id)) == raw
    assert (arrival.place.mailbox, arrival.place.folder, arrival.place.uidvalidity, arrival.place.uid) == (
        "support",
        "INBOX",
        3,
        7,
    )
    assert (arrival.recorded_at, arrival.attempts, arrival.fingerprint) == (NOW, 0, message.fingerprint)


def test_recording_twice_changes_nothing(store: Store):
    """A daemon killed between commit and marking records the same batch again, and nothing is doubled."""
    record(store, 1, 2)

    counts = record(store, 1, 2, 3)

    assert counts == ArrivalCounts(new=1, rekeyed=0, known=2)
    assert len(claim(store)) == 3
    assert store.read(lambda reader: reader.find_uids("support", "INBOX", 1, range(1, 10_000))) == {1, 2, 3}


def test_a_new_epoch_only_rekeys_what_is_known(store: Store):
    """500 old mails and 3 new ones under a new UIDVALIDITY are exactly 3 new arrivals."""
    record(store, *range(1, 501))
    old = [a_message(uid) for uid in range(1, 501)]
    moved = [replace(one, fetched=replace(one.fetched, uid=one.fetched.uid + 7000)) for one in old]

    new = [*moved, *(a_message(uid) for uid in range(9001, 9004))]
    counts = store.write(lambda tx: tx.record_arrivals("support", "INBOX", 2, new, NOW))

    assert counts == ArrivalCounts(new=3, rekeyed=500, known=0)
    assert len(store.read(lambda reader: reader.find_uids("support", "INBOX", 2, range(1, 10_000)))) == 503
    assert store.read(lambda reader: reader.find_uids("support", "INBOX", 1, range(1, 10_000))) == frozenset()


def test_of_two_alike_each_is_rekeyed_once(store: Store):
    """Two messages of one content in the old epoch stand for two in the new one, and a third is new."""
    raw = b"Subject: again\r\n\r\nagain\r\n"
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, [a_message(1, raw), a_message(2, raw)], NOW))

    three = [a_message(uid, raw) for uid in (11, 12, 13)]
    counts = store.write(lambda tx: tx.record_arrivals("support", "INBOX", 2, three, NOW))

    assert counts == ArrivalCounts(new=1, rekeyed=2, known=0)


def test_a_rekeyed_arrival_is_shown_again(store: Store):
    """A handled mail that lies in the folder again after a restore is moved away again, not handled again."""
    handled = open_ticket(store, 1001)
    store.write(lambda tx: tx.record_shown([handled], NOW))

    message = a_message(1001)
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 2, [message], NOW))

    assert claim(store) == ()
    unshown = store.read(lambda reader: reader.find_unshown("support", "INBOX", 2, 10))
    assert unshown == (Unshown(handled, 1001, OutcomeKind.ENTRY),)


def test_the_same_mail_in_another_folder_is_an_arrival_of_its_own(store: Store):
    """One content in two folders is one blob and two arrivals."""
    record(store, 1)
    assert record(store, 1, folder="Junk") == ArrivalCounts(new=1, rekeyed=0, known=0)

    first, second = claim(store)
    assert (first.raw, first.fingerprint) == (second.raw, second.fingerprint)


def test_messages_of_which_nothing_came_are_not_alike(store: Store):
    """Two stubs are two arrivals, neither the other's duplicate, whatever the epoch."""
    stubs = [a_message(uid, b"") for uid in (1, 2)]
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, stubs, NOW))
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 2, [a_message(5, b"")], NOW))

    arrivals = claim(store)

    assert len({arrival.fingerprint for arrival in arrivals}) == 3


def test_an_arrival_is_in_one_hand_only(store: Store):
    """What one has claimed another does not get; who claims again gets what they left undone, too."""
    record(store, 1, 2, 3)
    first = store.write(lambda tx: tx.claim_arrivals("one", 2, NOW))
    second = store.write(lambda tx: tx.claim_arrivals("two", 5, NOW))

    assert [arrival.place.uid for arrival in first] == [1, 2]
    assert [arrival.place.uid for arrival in second] == [3]

    carry_out(store, a_work(first[0], a_decision(kind=OutcomeKind.DESK), by="one"))
    again = store.write(lambda tx: tx.claim_arrivals("one", 5, NOW))
    assert [arrival.place.uid for arrival in again] == [2]


def test_large_arrivals_come_few_at_a_time(store: Store):
    """A batch never holds more than memory should, and always something."""
    large = [a_message(uid, b"%d" % uid + b"x" * 20_000_000) for uid in (1, 2)]
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, large, NOW))

    (first,) = claim(store)
    carry_out(store, a_work(first, a_decision(kind=OutcomeKind.DESK)))
    (second,) = claim(store)

    assert (first.place.uid, second.place.uid) == (1, 2)


def test_attempts_are_counted_by_the_one_who_holds_the_arrival(store: Store):
    """A daemon that woke up late cannot count against a mail that another has in hand."""
    arrival = take_one(store, 1)

    assert store.write(lambda tx: tx.count_attempt(arrival.id, CLAIM)) == 1
    assert store.write(lambda tx: tx.count_attempt(arrival.id, CLAIM)) == 2
    with pytest.raises(StaleError):
        store.write(lambda tx: tx.count_attempt(arrival.id, "another"))


def test_outcomes_are_shown_once(store: Store):
    """An outcome is on the list until its server shows it."""
    arrival = take_one(store, 4)
    assert store.read(lambda reader: reader.find_unshown("support", "INBOX", 1, 10)) == ()
    carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.HELD)))
    unshown = store.read(lambda reader: reader.find_unshown("support", "INBOX", 1, 10))
    assert unshown == (Unshown(arrival.id, 4, OutcomeKind.HELD),)

    store.write(lambda tx: tx.record_shown([arrival.id], NOW))

    assert store.read(lambda reader: reader.find_unshown("support", "INBOX", 1, 10)) == ()


def test_a_released_mail_waits_as_if_it_were_new(store: Store):
    """Release gives a held mail all its attempts back, and says who did it: to whoever decides anew, too."""
    arrival = take_one(store, 1)
    store.write(lambda tx: tx.count_attempt(arrival.id, CLAIM))
    carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.HELD)))
    later = NOW + timedelta(hours=1)

    assert store.write(lambda tx: tx.release_held(arrival.id, "root", later))

    (again,) = claim(store)
    assert (again.id, again.attempts, again.released_by) == (arrival.id, 0, "root")
    assert arrival.released_by == ""
    assert store.read(lambda reader: reader.list_held()) == ()
    (event,) = store.read(lambda reader: reader.happenings_of_arrival(arrival.id))
    assert (event.at, event.what, event.by) == (later, "released", "root")


def test_a_discarded_mail_is_kept_and_listed_no_more(store: Store):
    """Discarding takes a mail off the list; its outcome and its bytes stay, and it cannot be released any more."""
    arrival = take_one(store, 1)
    carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.HELD)))
    assert [row.id for row in store.read(lambda reader: reader.list_held())] == [arrival.id]

    assert store.write(lambda tx: tx.discard_held(arrival.id, "root", NOW))

    assert store.read(lambda reader: reader.list_held()) == ()
    assert store.read(lambda reader: reader.raw_of(arrival.id)) == arrival.raw
    row = store.read(lambda reader: reader.find_arrival(arrival.id))
    assert row is not None
    assert (row.outcome, row.discarded_at) == (OutcomeKind.HELD, NOW)
    assert not store.write(lambda tx: tx.release_held(arrival.id, "root", NOW))


def test_only_what_is_held_is_released_or_discarded(store: Store):
    """An arrival that became an entry cannot be released a second time."""
    handled = open_ticket(store, 1001)

    assert not store.write(lambda tx: tx.release_held(handled, "root", NOW))
    assert not store.write(lambda tx: tx.discard_held(handled, "root", NOW))
    assert not store.write(lambda tx: tx.discard_held(99, "root", NOW))


def test_old_mail_comes_after_new_and_a_few_at_a_time(store: Store):
    """20,000 old mails are no queue before a new one, and one claim of them is soon done."""
    old = [replace(a_message(uid), taken_over_as=State.CLOSED) for uid in range(1, 101)]
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, old, NOW))
    record(store, 101, 102)

    taken = claim(store, 200)

    assert [one.place.uid for one in taken] == [101, 102, *range(1, 51)]
    assert [one.taken_over_as for one in taken[1:3]] == [None, State.CLOSED]
    assert store.read(lambda reader: reader.count_old_left("support", "INBOX")) == 100


def test_a_folder_is_seen_first_but_once(store: Store):
    """What lay there then is kept beside the number of its epoch; later epochs of the folder add nothing to it."""
    store.write(lambda tx: tx.begin_epoch("support", "INBOX", 7, 42, NOW))
    store.write(lambda tx: tx.begin_epoch("support", "INBOX", 8, None, NOW))

    assert store.read(lambda reader: reader.find_uidvalidity("support", "INBOX")) == 8
    assert store.read(lambda reader: reader.find_first_sight("support", "INBOX")) == FirstSight(7, 42, NOW)
    assert store.read(lambda reader: reader.find_first_sight("support", "Junk")) is None
