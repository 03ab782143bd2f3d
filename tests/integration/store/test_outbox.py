"""The outbox: every mail ends once, and goes twice only when nobody can know."""

from datetime import timedelta

import pytest

from maild.errors import StaleError
from maild.model.decision import Timer, TimerKind
from maild.model.outgoing import MailState, Template
from maild.store import MailRow, Store
from tests.integration.store.values import CLAIM, NOW, a_mail, claim_due, open_ticket, send

LATER = NOW + timedelta(minutes=5)


def row_of(store: Store, mail_id: int) -> MailRow:
    """A mail as the command line shows it."""
    row = store.read(lambda reader: reader.find_mail(mail_id))
    assert row is not None
    return row


def hand_over(store: Store, mail_id: int, claim: str = CLAIM) -> None:
    store.write(lambda tx: tx.record_handing_over(mail_id, claim, NOW))


def defer(store: Store, mail_id: int, *, is_doubt: bool = False) -> None:
    store.write(
        lambda tx: tx.record_deferred(mail_id, CLAIM, "450 later", LATER, is_doubt=is_doubt, now=NOW),
    )


def give_up(store: Store, mail_id: int) -> None:
    store.write(lambda tx: tx.record_given_up(mail_id, CLAIM, MailState.REFUSED, "550 no such user", NOW))


def test_a_due_mail_is_what_was_written(store: Store):
    """The bytes that go over the wire are headers and body as they were composed."""
    mail = a_mail(None, headers=b"Subject: x\r\n\r\n", pieces=(b"." * 3_000_000,))
    send(store, mail)

    (due,) = claim_due(store)

    assert due.wire == mail.wire
    assert (due.token, due.recipient, due.envelope_from) == (mail.token, mail.recipient, mail.envelope_from)
    assert (due.attempts, due.doubts, due.created_at, due.expires_at) == (0, 0, NOW, mail.expires_at)


def test_a_mail_waits_for_its_time(store: Store):
    """A relay that may still be taken back is not due before its delay is over."""
    send(store, a_mail(None, due_at=LATER))

    assert claim_due(store) == []
    assert store.read(lambda reader: reader.next_due_at()) == LATER
    assert len(claim_due(store, now=LATER)) == 1
    assert store.read(lambda reader: reader.next_due_at()) is None


def test_each_line_knows_its_next_mail(store: Store):
    """A relay that is ill, its mails long due, does not keep another relay's channel awake."""
    send(store, a_mail(relay="ill"), a_mail(due_at=LATER))
    deferred = claim_due(store, relays=("ill",))[0]
    store.write(lambda tx: tx.put_back_mails([deferred.id], CLAIM, NOW))

    assert store.read(lambda reader: reader.next_due_at(["main"])) == LATER
    assert store.read(lambda reader: reader.next_due_at(["ill", "main"])) == NOW
    assert store.read(lambda reader: reader.next_due_at(["unknown"])) is None


def test_large_mails_come_few_at_a_time(store: Store):
    """A channel never holds more than memory should, and always something."""
    send(store, *(a_mail(pieces=(b"%d" % n + b"x" * 20_000_000,)) for n in range(2)))

    assert len(claim_due(store)) == 1
    assert len(claim_due(store)) == 1


def test_a_mail_is_in_one_hand_only(store: Store):
    """Two channels never get the same mail, and each only its own relay's."""
    send(store, *(a_mail() for _ in range(4)), a_mail(relay="other"))

    first, second = claim_due(store, limit=3), claim_due(store, limit=3)

    assert (len(first), len(second)) == (3, 1)
    assert not {mail.id for mail in first} & {mail.id for mail in second}
    assert [mail.relay for mail in claim_due(store, relays=("other",))] == ["other"]


def test_a_backlog_does_not_block_new_mail(store: Store):
    """One never tried, one deferred, and so on: neither line waits for the other."""
    send(store, *(a_mail() for _ in range(6)))
    deferred = claim_due(store)
    for mail in deferred:
        defer(store, mail.id)
    send(store, *(a_mail(subject="new") for _ in range(2)))

    claimed = claim_due(store, limit=6, now=LATER)

    assert [mail.attempts for mail in claimed] == [0, 1, 0, 1, 1, 1]


def test_an_accepted_mail_has_ended(store: Store):
    """The relay's words are kept, where a provider tells its own id."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    hand_over(store, mail.id)
    assert row_of(store, mail.id).state is MailState.HANDING_OVER

    store.write(lambda tx: tx.record_accepted(mail.id, CLAIM, "250 queued as 7F", LATER))

    row = row_of(store, mail.id)
    assert (row.state, row.ended_at, row.last_reply, row.attempts) == (MailState.ACCEPTED, LATER, "250 queued as 7F", 1)
    assert claim_due(store, now=LATER) == []


def test_a_deferred_mail_comes_again(store: Store):
    """A mail that was not taken is due when the schedule says, with the attempt counted and its reason kept."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    defer(store, mail.id)

    assert claim_due(store) == []
    (again,) = claim_due(store, now=LATER)
    assert (again.id, again.attempts, again.doubts, again.wire) == (mail.id, 1, 0, mail.wire)
    (event,) = store.read(lambda reader: reader.happenings_of_mail(mail.id))
    assert (event.what, event.words) == ("deferred", "450 later")


def test_a_doubt_is_counted_apart(store: Store):
    """A mail that may have been sent already carries its doubt to the next attempt."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    hand_over(store, mail.id)
    defer(store, mail.id, is_doubt=True)

    (again,) = claim_due(store, now=LATER)

    assert (again.attempts, again.doubts, again.wire) == (1, 1, mail.wire)


def test_a_mail_given_up_starts_the_timer_that_tells_someone(store: Store):
    """End and timer are one transaction, and the timer finds what there is to tell."""
    open_ticket(store, 1001, a_mail(1001))
    (mail,) = claim_due(store)

    give_up(store, mail.id)

    assert store.read(lambda reader: reader.next_timer_at()) == NOW
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    assert timer == Timer(timer.id, TimerKind.UNDELIVERED, 1001, mail.id, NOW)
    undelivered = store.read(lambda reader: reader.find_undelivered(mail.id))
    assert undelivered is not None
    assert (undelivered.state, undelivered.reason, undelivered.mail.token) == (
        MailState.REFUSED,
        "550 no such user",
        mail.token,
    )


def test_an_alarm_given_up_is_no_new_alarm(store: Store):
    """An alarm that cannot be delivered does not raise another that cannot be either."""
    send(store, a_mail(template=Template.ALARM))
    (mail,) = claim_due(store)

    give_up(store, mail.id)

    assert store.read(lambda reader: reader.next_timer_at()) is None


def test_a_timer_is_given_again_to_whom_left_it_undone(store: Store):
    """A timer whose decision was stale fires again for the same daemon, and for no other."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    give_up(store, mail.id)

    first = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))

    assert store.write(lambda tx: tx.claim_timers("another", 10, NOW)) == ()
    assert store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW)) == first


def test_a_timer_put_off_is_free_and_due_later(store: Store):
    """Who cannot carry a timer out gives it another instant; who has lost it cannot."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    give_up(store, mail.id)
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    later = NOW + timedelta(minutes=10)

    with pytest.raises(StaleError):
        store.write(lambda tx: tx.postpone_timer(timer.id, "another", later))
    store.write(lambda tx: tx.postpone_timer(timer.id, CLAIM, later))

    assert store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW)) == ()
    (again,) = store.write(lambda tx: tx.claim_timers("another", 10, later))
    assert (again.id, again.due_at) == (timer.id, later)


@pytest.mark.parametrize("verb", ["handing_over", "accepted", "deferred", "given_up"])
def test_a_lost_claim_records_nothing(store: Store, verb: str):
    """A daemon that slept through its lease can record no outcome of a mail that is not its own any more."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    store.write(lambda tx: tx.void_claims(NOW))
    store.write(lambda tx: tx.claim_due("another", 1, ("main",), NOW))
    before = row_of(store, mail.id)
    late = {
        "handing_over": lambda tx: tx.record_handing_over(mail.id, CLAIM, NOW),
        "accepted": lambda tx: tx.record_accepted(mail.id, CLAIM, "250", NOW),
        "deferred": lambda tx: tx.record_deferred(mail.id, CLAIM, "450", LATER, is_doubt=False, now=NOW),
        "given_up": lambda tx: tx.record_given_up(mail.id, CLAIM, MailState.REFUSED, "550", NOW),
    }

    with pytest.raises(StaleError):
        store.write(late[verb])

    assert row_of(store, mail.id) == before


def test_mails_put_back_were_not_tried(store: Store):
    """The relay's illness is not counted against the mails; they are due again when it may be well."""
    send(store, a_mail(), a_mail())
    mails = claim_due(store)
    hand_over(store, mails[0].id)

    store.write(lambda tx: tx.put_back_mails([mail.id for mail in mails], CLAIM, LATER))

    assert claim_due(store) == []
    assert [(mail.attempts, mail.doubts) for mail in claim_due(store, now=LATER)] == [(0, 0), (0, 0)]


def test_a_killed_daemon_leaves_its_mails_to_the_next(store: Store):
    """Claims are lifted at start; a mail between DATA and the answer goes once more, the same bytes."""
    send(store, a_mail(), a_mail())
    first, second = claim_due(store)
    hand_over(store, first.id)

    store.write(lambda tx: tx.void_claims(LATER))

    again = {mail.id: mail for mail in claim_due(store, now=LATER)}
    assert (again[first.id].doubts, again[second.id].doubts) == (1, 0)
    assert again[first.id].wire == first.wire


def test_a_mail_twice_in_doubt_ends(store: Store):
    """The second kill between DATA and the answer ends the mail as expired, and someone is told."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    for _ in range(2):
        hand_over(store, mail.id)
        store.write(lambda tx: tx.void_claims(NOW))
        claim_due(store)

    row = row_of(store, mail.id)
    assert (row.state, row.doubts, row.is_claimed) == (MailState.EXPIRED, 2, False)
    assert store.read(lambda reader: reader.next_timer_at()) == NOW
    assert store.read(lambda reader: reader.find_undelivered(mail.id)) is not None


def test_a_mail_of_a_relay_that_is_gone_goes_by_another(store: Store):
    """A mail that waits for a relay nobody serves any more waits for another; what has ended stays as it was."""
    send(store, a_mail(relay="old"), a_mail(relay="old"), a_mail(relay="other"))
    (ended,) = claim_due(store, 1, relays=("old",))
    store.write(lambda tx: tx.record_accepted(ended.id, CLAIM, "ok", NOW))

    assert store.write(lambda tx: tx.reroute_mails(["main", "other"], "main")) == 1

    assert row_of(store, ended.id).relay == "old"
    assert [mail.relay for mail in claim_due(store, relays=("main", "other"))] == ["main", "other"]


def test_a_person_retries_what_was_given_up(store: Store):
    """A mail given up is due again with all its time, and says who wanted it."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    give_up(store, mail.id)
    much_later = NOW + timedelta(days=30)

    assert store.write(lambda tx: tx.retry_mail(mail.id, "root", much_later))

    (again,) = claim_due(store, now=much_later)
    assert (again.attempts, again.wire) == (0, mail.wire)
    assert again.expires_at == much_later + timedelta(days=5)
    assert store.read(lambda reader: reader.find_undelivered(mail.id)) is None
    events = store.read(lambda reader: reader.happenings_of_mail(mail.id))
    assert [(event.what, event.by) for event in events] == [("refused", ""), ("retried", "root")]


def test_a_person_hastens_what_waits(store: Store):
    """Retrying a deferred mail makes it due now, its attempts still counted."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    defer(store, mail.id)

    assert store.write(lambda tx: tx.retry_mail(mail.id, "root", NOW))

    assert [one.attempts for one in claim_due(store)] == [1]


def test_what_is_in_hand_or_accepted_is_not_retried(store: Store):
    """Nobody sends a mail a second time that the relay has, or that is on its way."""
    send(store, a_mail())
    (mail,) = claim_due(store)
    assert not store.write(lambda tx: tx.retry_mail(mail.id, "root", NOW))
    hand_over(store, mail.id)
    store.write(lambda tx: tx.record_accepted(mail.id, CLAIM, "250", NOW))

    assert not store.write(lambda tx: tx.retry_mail(mail.id, "root", NOW))
    assert not store.write(lambda tx: tx.retry_mail(99, "root", NOW))


def test_a_person_cancels_what_waits(store: Store):
    """A cancelled mail never goes; one in hand may be on its way already and is not cancelled."""
    send(store, a_mail(), a_mail())
    (in_hand,) = claim_due(store, limit=1)
    waiting = next(row for row in store.read(lambda reader: reader.list_mails(None, 9)) if row.id != in_hand.id)

    assert store.write(lambda tx: tx.cancel_mail(waiting.id, "root", NOW))

    assert not store.write(lambda tx: tx.cancel_mail(in_hand.id, "root", NOW))
    assert claim_due(store) == []
    row = row_of(store, waiting.id)
    assert (row.state, row.last_reply) == (MailState.CANCELLED, "cancelled by root")
