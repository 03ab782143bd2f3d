"""Every verb of the store, used once or more on a small desk: what the guards over all statements look at."""

from dataclasses import replace
from datetime import timedelta

from maild.marks import SigningKey
from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.decision import (
    AddParticipant,
    ChangeContact,
    ChangeTicket,
    CloseDraft,
    CountMail,
    DropCode,
    KeepCode,
    KeepDraft,
    LinkTickets,
    MarkReachable,
    OutcomeKind,
    RememberKey,
    Silence,
)
from maild.model.edition import EditionFile, FileKind
from maild.model.facts import DraftState, Want
from maild.model.identity import IdentityCode
from maild.model.mail import Address
from maild.model.outgoing import MailState, Meaning, Template
from maild.model.rates import Counted, RateOf, RateQuestion
from maild.model.reports import ReportOrder, ReportQuestion
from maild.model.search import Search, Term
from maild.model.ticket import CONTACT_VALUES, Change, State
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.store import MAILD, Reader, Removal, Store, Transaction, pack, propose
from tests.integration.store.values import (
    BOB,
    CLAIM,
    NOW,
    a_decision,
    a_mail,
    a_work,
    an_entry,
    asking,
    carry_out,
    claim,
    claim_due,
    opening,
    record,
    remembered,
    send,
    take_one,
)

LATER = NOW + timedelta(hours=1)
A_CLOCK = Clock(ClockName.UPDATE, ClockState.RUNNING, LATER - NOW, "office", "1a2b", timedelta(), NOW, LATER)


def live_a_day(store: Store) -> None:
    """Take mail in, open and change tickets, deliver, defer and give up, hold and release, and look at all of it."""
    store.write(lambda tx: tx.add_signing_key(SigningKey("k1", b"secret"), NOW))
    _handle(store)
    _deliver(store)
    _hold(store)
    _reload(store)
    store.write(lambda tx: tx.void_claims(LATER))
    store.read(_look)
    _forget(store)


def _handle(store: Store) -> None:
    record(store, 1, 2, 3)
    record(store, 1, 2, 3, uidvalidity=2)
    first, second, third = claim(store)
    mails = (
        a_mail(1001, template=Template.ACKNOWLEDGED),
        a_mail(1001, "alice@acme.example", draft="draft-one", pieces=(b"a", b"b")),
    )
    steps = (
        replace(opening(1001), incident="Outage"),
        replace(an_entry(1001), clocks=(A_CLOCK,)),
        AddParticipant(1001, Address("eve@customer.example")),
    )
    key = RememberKey(1001, "monitoring/mail01", BOB.address)
    count = CountMail((Counted(RateOf.RULE, "outage"),), 1001)
    carry_out(store, a_work(first, a_decision(*steps, count, remembered(1001, "<a@c>", "<r@c>"), key), *mails))
    told = (MarkReachable(BOB.address, is_reachable=True), Silence(BOB.address, LATER))
    told += (*(ChangeContact(BOB, name, None, "x") for name in CONTACT_VALUES),)
    draft = KeepDraft("draft-one", 1001, "alice", Meaning.RELAY, "Try again.", (), ())
    carry_out(store, a_work(second, a_decision(draft, LinkTickets(1001, 1001, "itself"), *told, kind=OutcomeKind.DESK)))
    asked = Change("identity", None, "asked: 3")
    change = ChangeTicket(1001, (Change("state", "new", "open"), Change("parent", None, "1001"), asked))
    code = KeepCode(1001, IdentityCode("a" * 64, "b" * 64, expires_at=LATER))
    end = a_decision(change, an_entry(1001, 2), CloseDraft("draft-one", DraftState.SENT), DropCode(1001), code)
    carry_out(store, a_work(third, end))
    store.write(lambda tx: tx.record_shown([first.id, second.id], NOW))
    questions = asking(
        arrival=third.id,
        sender=BOB.address,
        fingerprint=first.fingerprint,
        ids=("<a@c>",),
        tokens=(mails[1].token,),
        numbers=(1001,),
        keys=("monitoring/mail01",),
        rates=(RateQuestion(RateOf.RULE, "outage", timedelta(hours=1)),),
        wants=frozenset({Want.INCIDENTS, Want.CHILDREN}),
        gist="g",
        person="alice",
        reports=(ReportQuestion("today", "UTC"),),
    )
    store.read(lambda reader: reader.answer([questions], NOW))
    store.write(lambda tx: tx.add_report_link("secret", ReportOrder("sla", "UTC"), "root", NOW, LATER))


def _deliver(store: Store) -> None:
    send(store, *(a_mail(1001) for _ in range(6)))
    taken, deferred, refused, put_back, doubted, *_ = claim_due(store)

    written = a_mail(template=Template.ALARM)

    def record_all(tx: Transaction) -> None:
        tx.record_handing_over(taken.id, CLAIM, NOW)
        tx.record_accepted(taken.id, CLAIM, "250", NOW)
        tx.record_deferred(deferred.id, CLAIM, "450", LATER, is_doubt=False, now=NOW)
        tx.record_given_up(refused.id, CLAIM, MailState.REFUSED, "550", NOW)
        tx.put_back_mails([put_back.id], CLAIM, LATER)
        tx.record_handing_over(doubted.id, CLAIM, NOW)
        tx.retry_mail(refused.id, "root", NOW)
        tx.cancel_mail(put_back.id, "root", NOW)
        tx.reroute_mails(["main"], "main")
        tx.bring_forward(timedelta(hours=2), NOW)
        alarm = Alarm(TroubleSpot(TroubleKind.RELAY, "main"), "gone", timedelta(minutes=2))
        tx.record_alarm(alarm, [(written, pack(written.pieces[0]))], "250", NOW)
        tx.open_alarms(NOW)
        tx.record_alarm(replace(alarm, is_over=True), [], "", LATER)

    store.write(record_all)
    (timer,) = store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    store.write(lambda tx: tx.postpone_timer(timer.id, CLAIM, NOW))
    store.write(lambda tx: tx.claim_timers(CLAIM, 10, NOW))
    carry_out(store, a_work(None, a_decision(kind=OutcomeKind.DESK), timer=timer.id))


def _hold(store: Store) -> None:
    for uid in (11, 12):
        arrival = take_one(store, uid)
        store.write(lambda tx, one=arrival: tx.count_attempt(one.id, CLAIM))
        carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.HELD)))
    held = store.read(lambda reader: reader.list_held())
    store.write(lambda tx: tx.release_held(held[0].id, "root", NOW))
    store.write(lambda tx: tx.discard_held(held[1].id, "root", NOW))
    store.write(lambda tx: tx.release_refused(held[1].id, "root", NOW))
    store.write(lambda tx: tx.release_spam(held[1].id, "root", NOW))
    claim(store)


def _reload(store: Store) -> None:
    proposal = propose("d" * 64, [EditionFile(FileKind.ANSWER, "vpn", "Restart it.")], "root", is_attended=True)
    for settle in (
        lambda tx, one: tx.take_edition(one, (), NOW),
        lambda tx, one: tx.refuse_edition(one, ("no",)),
    ):
        one = store.write(lambda tx: tx.propose_edition(proposal, NOW))
        store.write(lambda tx, settle=settle, one=one: settle(tx, one))
    store.write(lambda tx: tx.record_refusal(proposal, ("no",), NOW))


def _forget(store: Store) -> None:
    record = Removal("kept long enough", MAILD, LATER)
    store.write(lambda tx: tx.forget_old_arrivals((OutcomeKind.DESK,), LATER + timedelta(days=1), record))
    assert store.write(lambda tx: tx.forget_old_tickets((State.OPEN,), LATER + timedelta(days=1), record))


def _look(reader: Reader) -> None:
    in_force = reader.edition_in_force()
    assert in_force is not None
    reader.files_of_edition(in_force.id)
    reader.find_edition(in_force.id)
    reader.newest_edition()
    reader.proposed_editions()
    reader.holdings()
    reader.open_tickets_with("team", "first-line", 10)
    reader.open_tickets_with("assignee", "alice", 10)
    reader.find_uids("support", "INBOX", 2, range(1, 10_000))
    reader.find_uidvalidity("support", "INBOX")
    reader.find_unshown("support", "INBOX", 2, 10)
    reader.next_due_at()
    reader.next_due_at(["main"])
    reader.next_timer_at()
    reader.signing_keys()
    reader.search(
        Search((Term("state", "open"), Term("tag", "vpn"), Term("text", "line", is_excluded=True)), after=NOW), 10, NOW
    )
    reader.search(
        Search((Term("participant", "*@x.example"), Term("draft", "alice"), Term("field.cost", "*")), before=NOW),
        10,
        NOW,
    )
    reader.search(Search((Term("overdue", "*"), Term("due", LATER.isoformat()))), 10, NOW)
    reader.clocks_of(1001)
    reader.clocks_after(0)
    reader.find_ticket(1001)
    reader.entries_of(1001)
    reader.children_of(1001)
    reader.list_held()
    reader.list_arrivals(10)
    reader.list_mails(list(MailState), 10)
    reader.list_mails(None, 10)
    for mail in reader.mails_of(1001):
        reader.find_mail(mail.id)
        reader.wire_of(mail.id)
        reader.find_undelivered(mail.id)
        reader.happenings_of_mail(mail.id)
    reader.find_arrival(1)
    reader.raw_of(1)
    reader.find_explanation(1)
    reader.edition_at(NOW)
    reader.past_decisions(reader.find_story_since(NOW), 10)
    reader.raws_of([1, 2])
    reader.happenings_of_arrival(1)
    reader.find_blob("0" * 64)
    reader.report_facts(NOW, LATER)
    reader.figures_after(0)
    reader.find_report_link("secret", NOW)
