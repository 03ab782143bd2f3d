"""Taking a person out leaves alone what is others', and what is the desk's."""

import json
from dataclasses import replace
from datetime import timedelta

from maild.model.decision import AddParticipant, ChangeTicket, OutcomeKind, StartTimer, TimerKind
from maild.model.mail import Address
from maild.model.outgoing import MailState
from maild.model.ticket import Change, State
from maild.store import NOBODY, Removal, Store
from tests.integration.store.values import (
    BOB,
    CLAIM,
    NOW,
    a_decision,
    a_mail,
    a_work,
    an_entry,
    carry_out,
    open_ticket,
    take_one,
)

EVE = Address("eve@customer.example", "Support")
APPROVAL = Change("approval.support", None, f"open n=2 tier=support asked={EVE.address}")
RECORD = Removal("their person asked for it", "root", NOW + timedelta(hours=1))
STORY = {"message": {"from": "eve@customer.example", "text": "Support knows"}, "decision": {"queue": "support"}}


def let_her_take_part(store: Store, *mails) -> None:
    """Open a ticket of Bob's in which Eve, who calls herself Support, takes part."""
    open_ticket(store, 1001)
    changes = (Change("queue", "billing", "support"), Change("requester_name", "Support", "Bob"), APPROVAL)
    entry = replace(an_entry(1001, 2, text="Support said so."), changes=changes)
    steps = (AddParticipant(1001, EVE), ChangeTicket(1001, (APPROVAL,)), entry)
    work = a_work(take_one(store, 2), a_decision(*steps), *mails, explanation=json.dumps(STORY))
    assert carry_out(store, work) == ()


def erase(store: Store) -> bool:
    traces = store.read(lambda reader: reader.find_traces(EVE.address))
    assert traces.names == ("Support",)
    assert traces.shared == (1001,)
    done = store.write(lambda tx: tx.erase_shared(1001, traces, RECORD))
    store.write(lambda tx: tx.erase_rest(traces, RECORD))
    return done


def test_a_queue_that_is_called_as_somebody_is_stays_what_it_is(store: Store):
    """Names are taken out of words, and never out of what the desk decided."""
    let_her_take_part(store)

    assert erase(store)

    entry = store.read(lambda reader: reader.entries_of(1001))[1]
    assert entry.text == f"{NOBODY} said so."
    assert [(one.field, one.old, one.new) for one in entry.changes] == [
        ("queue", "billing", "support"),
        ("requester_name", NOBODY, "Bob"),
        ("approval.support", None, f"open n=2 tier=support asked={NOBODY}"),
    ]
    assert store.read(lambda reader: reader.find_ticket(1001)).approval("support") == entry.changes[-1].new


def test_mail_to_others_is_not_cancelled_for_one_who_goes(store: Store):
    """What is under way to Bob reaches him; Eve is taken out of his ticket when it is out."""
    let_her_take_part(store, a_mail(1001, BOB.address), a_mail(1001, EVE.address))

    assert not erase(store)

    states = {mail.recipient: mail.state for mail in store.read(lambda reader: reader.mails_of(1001))}
    assert states == {BOB.address: MailState.WAITING, NOBODY: MailState.CANCELLED}


def test_what_timers_decided_is_forgotten_with_their_ticket(store: Store):
    """Their stories name whoever was written to, and about what."""
    let_her_take_part(store)
    start = StartTimer(TimerKind.LIFECYCLE, 1001, NOW, "reminder 1")
    assert carry_out(store, a_work(take_one(store, 3), a_decision(start, an_entry(1001, 3)))) == ()
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 1, NOW))
    story = json.dumps({"mails": [{"to": EVE.address}]})
    assert carry_out(store, a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id, explanation=story)) == ()
    assert store.read(lambda reader: reader.fired_timers(1001))

    store.write(lambda tx: tx.forget_old_tickets([State.NEW], NOW + timedelta(days=1), RECORD))

    assert store.read(lambda reader: reader.fired_timers(1001)) == ()
    assert [text for _, text in store.read(lambda reader: reader.stories_after(0, 10)) if EVE.address in text] == []


def test_a_ticket_in_use_again_is_not_forgotten(store: Store):
    """Its state is asked for in the transaction that forgets: what was reopened a moment before has its words."""
    open_ticket(store, 1001)
    long_ago = NOW + timedelta(days=1)

    assert store.write(lambda tx: tx.forget_old_tickets([State.CLOSED], long_ago, RECORD)) == 0
    assert store.write(lambda tx: tx.forget_old_tickets([State.NEW], long_ago, RECORD)) == 1
    assert store.write(lambda tx: tx.forget_old_tickets([State.NEW], long_ago, RECORD)) == 0
