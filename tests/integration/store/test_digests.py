"""What the store knows of mails by schedule: what is held and whom it is from, what answers did, what was learned."""

import json
from datetime import date, timedelta

from maild.model.decision import AddEntry, BlockSender, ChangeTicket, EndHeld, OutcomeKind, RecordDeed, TimerKind, Trust
from maild.model.facts import Want
from maild.model.occasion import DeskDeed, Occasion, OccasionKind
from maild.model.outgoing import Template
from maild.model.ticket import Cause, CauseKind, Change, EntryKind
from maild.store import Store
from maild.store.promises import check_timer
from tests.integration.store.values import (
    CLAIM,
    FIRST,
    NOW,
    a_decision,
    a_mail,
    a_sender,
    a_work,
    answer,
    asking,
    carry_out,
    claim,
    open_ticket,
    record,
    send,
    take_one,
)

MORNING = Occasion(OccasionKind.HELD, "", "Europe/London", date(2026, 11, 23))
DAY = timedelta(days=1)


def hold(store: Store, uid: int, trust: Trust = Trust.CLAIMED) -> int:
    arrival = take_one(store, uid)
    held = a_decision(kind=OutcomeKind.HELD, sender=a_sender("x@spam.example", trust))
    story = json.dumps({"message": {"subject": f"Offer {uid}"}})
    assert carry_out(store, a_work(arrival, held, explanation=story)) == ()
    return arrival.id


def test_held_mail_is_ended_once(store: Store):
    """By a decision, recorded with who did it; what somebody else ended meanwhile makes the decision stale."""
    first, second = hold(store, 1), hold(store, 2, Trust.FORGED)
    listed = answer(store, asking(wants=frozenset({Want.HELD}))).desk.held
    assert [(each.arrival, each.subject, each.is_forged) for each in listed] == [
        (first, "Offer 1", False),
        (second, "Offer 2", True),
    ]
    steps = EndHeld(first, True, "root"), EndHeld(second, False, "root"), BlockSender("X@spam.example", "root")
    answered = take_one(store, 3)
    assert carry_out(store, a_work(answered, a_decision(*steps, kind=OutcomeKind.DESK))) == ()

    record(store, 4)
    released, again = claim(store)
    assert released.id == first
    late = a_work(again, a_decision(EndHeld(second, True, "eve"), kind=OutcomeKind.DESK))
    assert carry_out(store, late) == (0,)
    told = [store.read(lambda reader, one=one: reader.happenings_of_arrival(one)) for one in (first, second)]
    assert [(each.what, each.by) for some in told for each in some] == [("released", "root"), ("discarded", "root")]
    assert answer(store, asking(sender="x@SPAM.example")).is_blocked
    assert store.write(lambda tx: tx.unblock("x@spam.example"))
    assert not answer(store, asking(sender="x@spam.example")).is_blocked


def test_a_mail_knows_what_its_numbers_stand_for(store: Store):
    """And whether the handover that it tells of was accepted."""
    mail = a_mail(template=Template.HANDOVER, listed=("report a b 2026-11-23", "7"))
    send(store, mail)
    deed = RecordDeed(DeskDeed.ACCEPTED, "report a b 2026-11-23", "alice")
    assert carry_out(store, a_work(take_one(store, 1), a_decision(deed, kind=OutcomeKind.DESK))) == ()

    found = answer(store, asking(tokens=(mail.token,)))
    assert found.issued[mail.token].listed == mail.listed
    assert [(each.by, each.at) for each in found.desk.events] == [("alice", NOW)]


def test_occasions_are_planned_and_replaced(store: Store):
    """What is planned so already stays; what is wanted no more goes; one that is done is known."""
    other = Occasion(OccasionKind.REPORT, "a", "UTC", date(2026, 11, 24))
    store.write(lambda tx: tx.plan_occasions({MORNING: NOW, other: NOW + DAY}))
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 9, NOW))
    assert (timer.kind, timer.ticket, timer.about) == (TimerKind.OCCASION, None, str(MORNING))
    assert carry_out(store, a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id)) == ()

    store.write(lambda tx: tx.plan_occasions({other: NOW + 2 * DAY}))

    known = store.read(lambda reader: reader.occasions(NOW))
    assert [(each.occasion, each.due_at, each.done_at) for each in known] == [
        (MORNING, NOW, NOW),
        (other, NOW + 2 * DAY, None),
    ]
    assert [fault for seen in store.read(lambda reader: reader.timers_after(0)) for fault in check_timer(seen)] == []
    store.write(lambda tx: tx.plan_occasions({}))
    assert [each.occasion for each in store.read(lambda reader: reader.occasions(NOW))] == [MORNING]
    tomorrow = asking(occasion=Occasion(MORNING.kind, "", MORNING.zone, date(2026, 11, 24)))
    assert (answer(store, tomorrow).desk.since, answer(store, tomorrow).desk.before) == (NOW, str(MORNING))


def test_what_was_learned_is_found_with_its_words(store: Store):
    """Marked resolutions by question and answer, and feedback; nothing that was said before."""
    open_ticket(store, FIRST)
    cause = Cause(CauseKind.MESSAGE, "<2@acme.example>")
    mark = Change("tag", None, "kb")
    told = AddEntry(FIRST, 2, EntryKind.AGENT, "alice", cause, "Plug it in.", (mark,))
    said = AddEntry(FIRST, 3, EntryKind.NOTE, "alex", cause, "Step 2 is old", flags=("feedback",))
    steps = ChangeTicket(FIRST, (mark,)), told, said
    assert carry_out(store, a_work(take_one(store, 1), a_decision(*steps)), now=NOW + DAY) == ()
    month = asking(occasion=Occasion(OccasionKind.KNOWLEDGE, "", "UTC", date(2026, 12, 1)))

    learned = answer(store, month, NOW + 8 * DAY).desk.learned

    assert [(each.question, each.answer, each.is_feedback) for each in learned] == [
        ("The line is dead.", "Plug it in.", False),
        ("", "Step 2 is old", True),
    ]
    assert answer(store, month, NOW + 60 * DAY).desk.learned == ()
