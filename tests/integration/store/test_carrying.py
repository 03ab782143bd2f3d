"""Carrying out: a decision is done whole, or found stale and not done at all."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from maild.errors import StaleError
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    ChangeTicket,
    CloseDraft,
    DropCode,
    KeepCode,
    KeepDraft,
    LinkTickets,
    OutcomeKind,
    StartTimer,
    StopTimers,
    TimerKind,
    Trust,
)
from maild.model.facts import DraftState
from maild.model.identity import IdentityCode
from maild.model.mail import Address, Arrival, Attachment
from maild.model.outgoing import MailState, Meaning, Template
from maild.model.saying import Said, say
from maild.model.search import Search
from maild.model.ticket import Cause, CauseKind, Change, EntryKind, State
from maild.store import Carrying, Store, pack
from tests.integration.store.values import (
    BOB,
    CLAIM,
    NOW,
    a_decision,
    a_mail,
    a_sender,
    a_work,
    an_entry,
    answer,
    asking,
    carry_out,
    claim,
    claim_due,
    open_ticket,
    opening,
    record,
    remembered,
    take_one,
)

LATER = NOW + timedelta(minutes=5)


def an_attachment(content: bytes = b"log line\n") -> Attachment:
    name = hashlib.sha256(content).hexdigest()
    return Attachment("log.txt", "text/plain", len(content), name, is_inline=False, content_id=None, content=content)


def a_draft(token: str, number: int, *attachments: Attachment) -> KeepDraft:
    return KeepDraft(token, number, "alice", Meaning.RELAY, "Try again.", ("a quote was cut",), attachments)


def nothing_written(store: Store, arrival: Arrival) -> bool:
    """Whether an arrival is still as it was when it was taken in hand."""
    row = store.read(lambda reader: reader.find_arrival(arrival.id))
    assert row is not None
    return row.is_claimed and row.outcome is None


def test_a_new_ticket_is_written_whole(store: Store):
    """Ticket, entry, participant, mails and outcome are there together after one commit."""
    arrival = take_one(store, 1)
    steps = (opening(1001), an_entry(1001, 1, "<a@b>"), AddParticipant(1001, Address("eve@customer.example", "Eve")))
    mail = a_mail(1001, template=Template.ACKNOWLEDGED)

    assert carry_out(store, a_work(arrival, a_decision(*steps), mail)) == ()

    ticket = store.read(lambda reader: reader.find_ticket(1001))
    assert ticket is not None
    assert (ticket.state, ticket.subject, ticket.requester, ticket.team) == (
        State.NEW,
        "No dial tone",
        BOB,
        "frontline",
    )
    assert ticket.participants == (Address("eve@customer.example", "Eve"),)
    (entry,) = store.read(lambda reader: reader.entries_of(1001))
    assert (entry.n, entry.kind, entry.text, entry.message_id, entry.arrival) == (
        1,
        EntryKind.CUSTOMER,
        "The line is dead.",
        "<a@b>",
        arrival.id,
    )
    row = store.read(lambda reader: reader.find_arrival(arrival.id))
    assert row is not None
    assert (row.outcome, row.ticket, row.entry, row.sender, row.trust, row.is_claimed) == (
        OutcomeKind.ENTRY,
        1001,
        1,
        BOB.address,
        Trust.PROVED,
        False,
    )
    (sent,) = store.read(lambda reader: reader.mails_of(1001))
    assert store.read(lambda reader: reader.wire_of(sent.id)) == mail.wire
    assert store.read(lambda reader: reader.find_explanation(arrival.id)) == '{"why": []}'


def test_a_change_names_every_field_that_it_changes(store: Store):
    """Fields change as the decision says, and the ticket's version grows with each change and entry."""
    open_ticket(store, 1001)
    arrival = take_one(store, 2)
    changes = (Change("state", "new", "open"), Change("assignee", None, "alice"))
    event = AddEntry(1001, 2, EntryKind.EVENT, "alice", Cause(CauseKind.MESSAGE, "<c@d>"), "", changes=changes)

    assert carry_out(store, a_work(arrival, a_decision(ChangeTicket(1001, changes), event)), now=LATER) == ()

    ticket = store.read(lambda reader: reader.find_ticket(1001))
    assert ticket is not None
    assert (ticket.state, ticket.assignee, ticket.version, ticket.updated_at) == (State.OPEN, "alice", 4, LATER)
    assert store.read(lambda reader: reader.entries_of(1001))[1].changes == changes


def test_two_cannot_decide_on_an_approval_at_once(store: Store):
    """How far it has come is a field of the ticket: who decides on what it was before is stale."""
    open_ticket(store, 1001)
    record(store, 2, 3, 4)
    asked, first, second = claim(store)
    was, now = "open n=2 asked=dana,omar quorum=2", "open n=2 asked=dana,omar quorum=2 approved=dana"
    opened = ChangeTicket(1001, (Change("approval.spend", None, was),))
    decided = ChangeTicket(1001, (Change("approval.spend", was, now),))

    assert carry_out(store, a_work(asked, a_decision(an_entry(1001, 2), opened))) == ()
    works = [a_work(one, a_decision(an_entry(1001, n), decided)) for n, one in ((3, first), (4, second))]
    assert carry_out(store, *works) == (1,)

    ticket = store.read(lambda reader: reader.find_ticket(1001))
    assert ticket is not None and ticket.approvals == (("spend", now),)


def test_a_ticket_number_is_given_once(store: Store):
    """Of two decisions that open the same number, in one batch or later, the second is stale."""
    record(store, 1, 2, 3)
    first, second, third = claim(store)

    stale = carry_out(store, *(a_work(one, a_decision(opening(1001), an_entry(1001))) for one in (first, second)))
    assert stale == (1,)
    assert nothing_written(store, second)

    assert carry_out(store, a_work(third, a_decision(opening(1001), an_entry(1001)))) == (0,)
    assert len(store.read(lambda reader: reader.entries_of(1001))) == 1


def test_an_entry_number_is_given_once(store: Store):
    """A decision made before another entry came is stale."""
    open_ticket(store, 1001)
    record(store, 2, 3)
    second, third = claim(store)

    assert carry_out(store, *(a_work(one, a_decision(an_entry(1001, 2))) for one in (second, third))) == (1,)
    assert nothing_written(store, third)


def test_an_old_value_must_still_hold(store: Store):
    """A decision made on another state of the ticket is stale."""
    open_ticket(store, 1001)
    arrival = take_one(store, 2)
    change = ChangeTicket(1001, (Change("state", "open", "closed"),))

    assert carry_out(store, a_work(arrival, a_decision(an_entry(1001, 2), change))) == (0,)
    assert nothing_written(store, arrival)
    assert len(store.read(lambda reader: reader.entries_of(1001))) == 1


def test_works_of_one_batch_see_one_another(store: Store):
    """A second change of the batch is checked against what the first leaves behind."""
    open_ticket(store, 1001)
    record(store, 2, 3, 4)
    arrivals = claim(store)
    to_open = ChangeTicket(1001, (Change("state", "new", "open"),))
    to_waiting = ChangeTicket(1001, (Change("state", "open", "waiting"),))

    stale = carry_out(
        store, *(a_work(one, a_decision(it)) for one, it in zip(arrivals, (to_open, to_open, to_waiting), strict=True))
    )

    assert stale == (1,)
    ticket = store.read(lambda reader: reader.find_ticket(1001))
    assert ticket is not None
    assert ticket.state is State.WAITING


def test_a_batch_may_open_a_ticket_and_go_on_with_it(store: Store):
    """What a later work of the batch does to a new ticket is in the row that is inserted."""
    record(store, 1, 2)
    first, second = claim(store)
    change = ChangeTicket(1001, (Change("state", "new", "open"),))

    stale = carry_out(
        store,
        a_work(first, a_decision(opening(1001), an_entry(1001, 1))),
        a_work(second, a_decision(change, an_entry(1001, 2))),
    )

    assert stale == ()
    facts = answer(store, asking(numbers=(1001,))).tickets[1001]
    assert (facts.ticket.state, facts.last_n, len(facts.entries)) == (State.OPEN, 2, 2)


@pytest.mark.parametrize("by", ["another", ""])
def test_who_lost_the_arrival_records_nothing(store: Store, by: str):
    """A daemon that was paused and wakes late writes nothing: its claim is no longer the arrival's."""
    arrival = take_one(store, 1)

    assert carry_out(store, a_work(arrival, a_decision(opening(1001), an_entry(1001)), by=by)) == (0,)
    assert store.read(lambda reader: reader.find_ticket(1001)) is None


def test_an_arrival_has_one_outcome(store: Store):
    """The same arrival cannot be carried out twice, neither in one batch nor after it is done."""
    arrival = take_one(store, 1)
    works = [a_work(arrival, a_decision(opening(number), an_entry(number))) for number in (1001, 1002)]

    assert carry_out(store, *works) == (1,)
    assert carry_out(store, works[1]) == (0,)
    assert store.read(lambda reader: reader.find_ticket(1002)) is None


def test_a_stale_work_leaves_nothing_behind(store: Store):
    """Not even the bytes of its attachments and mails are kept."""
    open_ticket(store, 1001)
    arrival = take_one(store, 2)
    kept = an_attachment(b"only the stale work has this")
    entry = AddEntry(1001, 1, EntryKind.CUSTOMER, BOB.address, Cause(CauseKind.MESSAGE, "<m>"), "", attachments=(kept,))
    mail = a_mail(1001, pieces=(b"nor this",))

    work = a_work(arrival, a_decision(entry), mail, attachments={kept.sha256: pack(kept.content)})
    assert carry_out(store, work) == (0,)

    assert store.read(lambda reader: reader.find_blob(kept.sha256)) is None
    assert store.read(lambda reader: reader.find_blob(hashlib.sha256(mail.pieces[0]).hexdigest())) is None


def test_attachments_are_kept_once_for_all_their_entries(store: Store):
    """The same signature image in two mails is one content; each entry names it."""
    record(store, 1, 2)
    arrivals = claim(store)
    kept = an_attachment()
    packed = {kept.sha256: pack(kept.content)}
    entries = [
        AddEntry(n, 1, EntryKind.CUSTOMER, BOB.address, Cause(CauseKind.MESSAGE, "<m>"), "", attachments=(kept, kept))
        for n in (1001, 1002)
    ]

    works = [
        a_work(arrival, a_decision(opening(entry.number), entry), attachments=packed)
        for arrival, entry in zip(arrivals, entries, strict=True)
    ]
    assert carry_out(store, *works) == ()

    for number in (1001, 1002):
        (entry,) = store.read(lambda reader, number=number: reader.entries_of(number))
        assert [(one.name, one.sha256, one.size) for one in entry.attachments] == [("log.txt", kept.sha256, 9)] * 2
    assert store.read(lambda reader: reader.find_blob(kept.sha256)) == kept.content


def test_a_draft_is_closed_once(store: Store):
    """`#send` twice sends once: the second finds the draft closed and is stale."""
    open_ticket(store, 1001)
    record(store, 2, 3, 4)
    first, second, third = claim(store)
    kept = an_attachment()
    words = replace(a_draft("draft-one", 1001, kept), reasons=("why", say("the ticket is {state}", state="open")))
    keeping = a_work(first, a_decision(words), attachments={kept.sha256: pack(kept.content)})
    assert carry_out(store, keeping) == ()

    send = a_decision(CloseDraft("draft-one", DraftState.SENT))
    assert carry_out(store, a_work(second, send), a_work(third, send)) == (1,)
    assert carry_out(store, a_work(third, send)) == (0,)

    mail = a_mail(1001, draft="draft-one")
    carry_out(store, a_work(third, a_decision(kind=OutcomeKind.DESK), mail))
    draft = answer(store, asking(tokens=(mail.token,))).drafts["draft-one"]
    assert (draft.state, draft.text, draft.meaning, draft.arrival) == (
        "sent",
        "Try again.",
        Meaning.RELAY,
        first.id,
    )
    assert [one.content for one in draft.attachments] == [kept.content]
    assert (draft.reasons, [type(each) for each in draft.reasons]) == (words.reasons, [str, Said])


def test_a_draft_that_never_was_cannot_be_closed(store: Store):
    """Closing an unknown draft is stale."""
    arrival = take_one(store, 1)

    assert carry_out(store, a_work(arrival, a_decision(CloseDraft("nobody's", DraftState.SENT)))) == (0,)


def test_a_step_on_a_ticket_that_is_not_there_is_stale(store: Store):
    """Nothing is written for a ticket that does not exist, and its neighbours are not disturbed."""
    record(store, 1, 2, 3)
    first, second, third = claim(store)

    stale = carry_out(
        store,
        a_work(first, a_decision(opening(1001), an_entry(1001))),
        a_work(second, a_decision(LinkTickets(1001, 77, "says so"), kind=OutcomeKind.DESK)),
        a_work(third, a_decision(an_entry(55, 1))),
    )

    assert stale == (1, 2)
    assert nothing_written(store, second)
    assert store.read(lambda reader: reader.find_ticket(1001)) is not None


def test_what_the_database_cannot_hold_disturbs_nobody_else(store: Store):
    """One impossible row makes its own work fail and leaves the others of the batch whole."""
    record(store, 1, 2, 3)
    first, second, third = claim(store)
    mail = a_mail(1002)

    stale = carry_out(
        store,
        a_work(first, a_decision(opening(1001), an_entry(1001)), a_mail(1001)),
        a_work(second, a_decision(opening(1002), an_entry(1002)), mail, mail),
        a_work(third, a_decision(opening(2**70), an_entry(2**70))),
    )

    assert stale == (1, 2)
    assert [one.number for one in store.read(lambda reader: reader.search(Search(()), 9, NOW))] == [1001]
    assert len(claim_due(store)) == 1


def test_words_that_no_database_holds_are_softened(store: Store):
    """NUL and lone surrogates of a hostile mail do not keep it out of the store."""
    arrival = take_one(store, 1)
    decision = a_decision(opening(1001, "a\0b\ud800c"), an_entry(1001, text="naïve \ud83d 你好"))

    assert carry_out(store, a_work(arrival, decision)) == ()

    ticket = store.read(lambda reader: reader.find_ticket(1001))
    assert ticket is not None
    assert ticket.subject == "a?b?c"
    assert store.read(lambda reader: reader.entries_of(1001))[0].text == "naïve ? 你好"


def test_steps_that_are_true_already_do_no_harm(store: Store):
    """A participant, a link or an id that is there already is left as it is."""
    open_ticket(store, 1001)
    open_ticket(store, 1002)
    record(store, 2, 3)
    eve = AddParticipant(1001, Address("eve@customer.example", "Eve"))
    steps = (eve, LinkTickets(1001, 1002, "the same matter"), remembered(1001, "<x@y>", "<r@y>", "<r@y>"))

    for arrival in claim(store):
        assert carry_out(store, a_work(arrival, a_decision(*steps, kind=OutcomeKind.DESK))) == ()

    facts = answer(store, asking(numbers=(1001,), ids=("<x@y>", "<r@y>")))
    assert facts.tickets[1001].ticket.participants == (eve.who,)
    assert [len(facts.known[one]) for one in ("<x@y>", "<r@y>")] == [1, 1]


def test_a_code_is_out_until_it_is_dropped(store: Store):
    """The newer one alone, and only where the ticket says that one is; steps are kept by their texts."""
    open_ticket(store, 1001)
    asked = (Change("identity", None, "asked: 3"), Change("step.Reset it", None, "done"))
    codes = [IdentityCode(letter * 64, letter * 64, expires_at=LATER) for letter in "ab"]
    step = ChangeTicket(1001, asked)
    for code, steps in zip(codes, ((step,), ()), strict=True):
        arrival = take_one(store, 2 + len(steps))
        assert carry_out(store, a_work(arrival, a_decision(*steps, KeepCode(1001, code)))) == ()

    known = answer(store, asking(numbers=(1001,))).tickets[1001]
    assert known.code == codes[1]
    assert (known.ticket.identity, known.ticket.steps) == ("asked: 3", (("Reset it", "done"),))

    ended = (ChangeTicket(1001, (Change("identity", "asked: 3", "verified: in person"),)), DropCode(1001))
    assert carry_out(store, a_work(take_one(store, 9), a_decision(*ended))) == ()
    late = ChangeTicket(1001, (Change("identity", "asked: 3", "asked: 2"),))
    assert carry_out(store, a_work(take_one(store, 10), a_decision(late))) == (0,)
    assert answer(store, asking(numbers=(1001,))).tickets[1001].code is None


def test_a_timer_is_done_once(store: Store):
    """A timer's work ends the timer, and only whoever claimed it may do it."""
    open_ticket(store, 1001, a_mail(1001))
    (mail,) = claim_due(store)
    store.write(lambda tx: tx.record_given_up(mail.id, CLAIM, MailState.REFUSED, "no such user", NOW))
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    work = a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id)

    late = a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id, by="another")
    assert carry_out(store, late) == (0,)
    assert carry_out(store, work) == ()
    assert carry_out(store, work) == (0,)
    assert store.write(lambda tx: tx.claim_timers(CLAIM, 10, LATER)) == ()


def test_a_timer_in_hand_is_stopped_too(store: Store):
    """A ticket that is put to sleep anew is not woken by the timer that was in hand meanwhile; the new one runs."""
    open_ticket(store, 1001)
    sleep, anew = (StartTimer(TimerKind.WAKE, 1001, at) for at in (NOW, LATER))
    carry_out(store, a_work(take_one(store, 2), a_decision(sleep)))
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    carry_out(store, a_work(take_one(store, 3), a_decision(StopTimers(TimerKind.WAKE, 1001), anew)))

    assert carry_out(store, a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id)) == (0,)
    with pytest.raises(StaleError):
        store.write(lambda tx: tx.postpone_timer(timer.id, CLAIM, LATER))
    (woken,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, LATER))
    assert woken.due_at == LATER


def test_pieces_are_packed_before_the_transaction():
    """Equal pieces of one work are packed once, when the work is made."""
    work = Carrying(1, None, CLAIM, a_decision(), (a_mail(1), a_mail(1), a_mail(1, pieces=(b"other",))), {}, "")

    assert work.pieces[0][0] is work.pieces[1][0]
    assert [one.size for pieces in work.pieces for one in pieces] == [25, 25, 5]


def test_what_mails_share_is_kept_once(store: Store):
    """A mail in pieces goes over the wire as one, and an attachment to all of a team is one blob."""
    arrival = take_one(store, 1)
    large = b"AAAA" * 100_000
    mails = [a_mail(1001, pieces=(b"%d " % n, large, b" end")) for n in range(3)]
    before = store.read(lambda reader: reader.sizes()).blobs

    carry_out(store, a_work(arrival, a_decision(opening(1001)), *mails))

    assert [due.wire for due in claim_due(store)] == [mail.wire for mail in mails]
    assert store.read(lambda reader: reader.sizes()).blobs - before == 5


def test_a_claimed_sender_proves_nothing(store: Store):
    """Only a proved mail makes its sender's address proved for later."""
    for uid, trust in enumerate((Trust.CLAIMED, Trust.FORGED), start=1):
        arrival = take_one(store, uid)
        sender = a_sender(trust=trust)
        carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.DESK, sender=sender)))

    assert not answer(store, asking(sender=BOB.address)).was_proved_lately
