"""Facts: what deciding is told, and what it is not told."""

from dataclasses import replace
from datetime import timedelta

from maild.model.decision import ChangeContact, MarkReachable, MeetContact, OutcomeKind, RememberKey, Trust
from maild.model.facts import AcknowledgementCounts, EarlierArrival, Facts, KeyedTicket, KnownId
from maild.model.mail import Address, Conversation
from maild.model.outgoing import OutgoingMail, Template, Thread
from maild.model.ticket import Contact, EntryKind
from maild.store import Carrying, Reader, Store
from tests.integration.store.values import (
    BOB,
    FIRST,
    NOW,
    a_decision,
    a_mail,
    a_message,
    a_sender,
    a_work,
    an_entry,
    answer,
    asking,
    carry_out,
    claim,
    open_ticket,
    opening,
    record,
    remembered,
    send,
    take_one,
)

ALICE = "alice@acme.example"


def test_the_first_ticket_has_the_configured_number(store: Store):
    """Numbers begin where the configuration says, and go on from the highest."""
    assert answer(store, asking()).next_number == FIRST

    open_ticket(store, 1500)

    assert answer(store, asking()).next_number == 1501


def test_a_ticket_is_found_by_each_thing_that_names_it(store: Store):
    """A mark, a Message-ID, a referenced id, a subject tag and a duplicate each bring their ticket; others stay out."""
    mail = a_mail(1001)
    open_ticket(store, 1001, mail)
    arrival = take_one(store, 2)
    steps = (opening(1002), an_entry(1002), remembered(1002, "<carried@c>", "<referenced@c>"))
    carry_out(store, a_work(arrival, a_decision(*steps)))
    open_ticket(store, 1003)

    named = {
        1001: asking(tokens=(mail.token, "unknown")),
        1002: asking(ids=("<carried@c>", "<unknown@c>")),
        1003: asking(numbers=(1003, 999, 2**80)),
    }

    for number, questions in named.items():
        assert set(answer(store, questions).tickets) == {number}
    assert set(answer(store, asking(ids=("<referenced@c>",))).tickets) == {1002}
    assert set(answer(store, asking(fingerprint=arrival.fingerprint)).tickets) == {1002}
    assert answer(store, asking()).tickets == {}


def test_an_issued_mail_comes_with_what_it_said(store: Store):
    """An answer is compared with the words that we sent, so they come back as they were."""
    mail = a_mail(1001, ALICE, person="alice", thread=Thread.NOTICE, ours="Facts\nabout", quoted="Their words", seen=1)
    open_ticket(store, 1001, mail)

    issued = answer(store, asking(tokens=(mail.token, "unknown"))).issued

    assert set(issued) == {mail.token}
    found = issued[mail.token]
    assert (found.ticket, found.recipient, found.person, found.thread) == (1001, ALICE, "alice", Thread.NOTICE)
    assert (found.ours, found.quoted, found.seen, found.created_at) == ("Facts\nabout", "Their words", 1, NOW)


def test_known_ids_say_who_stood_in_their_message(store: Store):
    """An id is known as carried or as merely referenced, with the addresses of the message that brought it."""
    arrival = take_one(store, 1)
    steps = (opening(1001), an_entry(1001), remembered(1001, "<carried@c>", "<referenced@c>"))
    carry_out(store, a_work(arrival, a_decision(*steps)))

    known = answer(store, asking(ids=("<carried@c>", "<referenced@c>", "<other@c>"))).known

    people = frozenset({BOB.address, "support@acme.example"})
    assert known == {
        "<carried@c>": (KnownId("<carried@c>", 1001, is_reference=False, addresses=people),),
        "<referenced@c>": (KnownId("<referenced@c>", 1001, is_reference=True, addresses=people),),
    }


def test_the_end_of_a_history_is_what_a_reader_may_have_missed(store: Store):
    """The last twenty entries come along; and all since the answered mail, with what it showed, if that is older."""
    old = a_mail(1001, seen=3)
    open_ticket(store, 1001, old)
    for n in range(2, 41):
        carry_out(store, a_work(take_one(store, 5000 + n), a_decision(an_entry(1001, n))))

    by_number = answer(store, asking(numbers=(1001,))).tickets[1001]
    by_mark = answer(store, asking(tokens=(old.token,))).tickets[1001]

    assert [entry.n for entry in by_number.entries] == list(range(21, 41))
    assert [entry.n for entry in by_mark.entries] == list(range(1, 41))
    assert by_number.last_n == by_mark.last_n == 40


def test_a_customer_thread_is_their_messages_and_our_mails_to_them(store: Store):
    """References are the customer's own ids and ours to them, in the order in which they were written.

    How their Outlook named the conversation is known until it names another.
    """
    first, named = a_mail(1001), Conversation("AdxE", "No dial tone")
    own = replace(remembered(1001, "<b1@c>", "<b0@c>"), conversation=named)
    steps = (opening(1001), an_entry(1001, 1, "<b1@c>"), own)
    carry_out(store, a_work(take_one(store, 1), a_decision(*steps), first))
    second = a_mail(1001, root=first.token)
    later = NOW + timedelta(minutes=1)
    steps_later = (an_entry(1001, 2, "<b2@c>"), remembered(1001, "<b2@c>", "<b1@c>", first.message_id))
    carry_out(store, a_work(take_one(store, 2), a_decision(*steps_later), second), now=later)

    thread = answer(store, asking(numbers=(1001,))).tickets[1001].threads[BOB.address, Thread.CUSTOMER]

    assert thread.root == first.token
    assert thread.references == ("<b0@c>", "<b1@c>", first.message_id, "<b2@c>", second.message_id)
    assert thread.last == "<b2@c>"
    assert thread.conversation == named


def test_a_mark_of_another_reader_never_joins_a_thread(store: Store):
    """What an agent's mail client put into References does not reach the customer's thread."""
    notice = a_mail(1001, ALICE, thread=Thread.NOTICE)
    mark = f"<m.{notice.token}.k1.abcdefghijklmnopqrstuvwxyz@acme.example>"
    steps = (opening(1001), an_entry(1001), remembered(1001, "<b1@c>", mark, "<free@c>"))
    carry_out(store, a_work(take_one(store, 1), a_decision(*steps), notice))

    threads = answer(store, asking(numbers=(1001,))).tickets[1001].threads

    assert threads[BOB.address, Thread.CUSTOMER].references == ("<free@c>", "<b1@c>")


def test_a_colleague_thread_is_our_mails_only(store: Store):
    """An agent's notices and their internal mails are threads of their own, rooted in their first mail."""
    notice, internal = a_mail(1001, ALICE, thread=Thread.NOTICE), a_mail(1001, ALICE, thread=Thread.INTERNAL)
    open_ticket(store, 1001, notice, internal)
    reply = (an_entry(1001, 2, "<a1@acme>"), remembered(1001, "<a1@acme>"))
    carry_out(store, a_work(take_one(store, 2), a_decision(*reply, sender=a_sender(ALICE))))

    threads = answer(store, asking(numbers=(1001,))).tickets[1001].threads

    assert (threads[ALICE, Thread.NOTICE].root, threads[ALICE, Thread.NOTICE].references) == (
        notice.token,
        (notice.message_id,),
    )
    assert threads[ALICE, Thread.INTERNAL].references == (internal.message_id,)
    assert threads[ALICE, Thread.NOTICE].last is None


def test_a_long_thread_is_cut_at_its_beginning(store: Store):
    """Thirty references are enough for any client; the newest are kept, and the root is still the first."""
    first = a_mail(1001)
    open_ticket(store, 1001, first)
    mails = [a_mail(1001, root=first.token) for _ in range(40)]
    send(store, *mails)

    thread = answer(store, asking(numbers=(1001,))).tickets[1001].threads[BOB.address, Thread.CUSTOMER]

    assert thread.references == tuple(mail.message_id for mail in mails[-30:])
    assert thread.root == first.token


def test_a_duplicate_names_the_first_of_its_kind(store: Store):
    """The earliest arrival of the same content that ended otherwise than as a duplicate is named, never itself."""
    raw = b"Subject: twice\r\n\r\ntwice\r\n"
    same = [a_message(uid, raw) for uid in (1, 2, 3)]
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, same, NOW))
    first, second, third = claim(store)
    of_first = asking(arrival=first.id, fingerprint=first.fingerprint)
    assert answer(store, of_first).duplicate is None

    carry_out(store, a_work(first, a_decision(opening(1001), an_entry(1001))))
    carry_out(store, a_work(second, a_decision(kind=OutcomeKind.DUPLICATE)))

    assert answer(store, of_first).duplicate is None
    found = answer(store, replace(of_first, arrival=third.id)).duplicate
    assert found == EarlierArrival(first.id, 1001, Trust.PROVED)


def test_a_held_mail_has_duplicates_too(store: Store):
    """A mail moved back into the inbox while its first arrival is held is a duplicate of it."""
    raw = b"Subject: held\r\n\r\nheld\r\n"
    store.write(lambda tx: tx.record_arrivals("support", "INBOX", 1, [a_message(1, raw), a_message(2, raw)], NOW))
    first, second = claim(store)
    carry_out(store, a_work(first, a_decision(kind=OutcomeKind.HELD)))

    facts = answer(store, asking(arrival=second.id, fingerprint=second.fingerprint))

    assert facts.duplicate == EarlierArrival(first.id, None, Trust.PROVED)


def test_the_same_id_on_another_body_is_noticed(store: Store):
    """Whoever sends a coming Message-ID first does not pass for the mail that really carries it."""
    arrival = take_one(store, 1)
    steps = (opening(1001), an_entry(1001), remembered(1001, "<a@c>", "<r@c>"))
    carry_out(store, a_work(arrival, a_decision(*steps)))

    same = asking(ids=("<a@c>",), message_id="<a@c>", fingerprint=arrival.fingerprint)

    assert not answer(store, same).same_id_other_body
    assert answer(store, replace(same, fingerprint="another")).same_id_other_body
    assert not answer(store, asking(ids=("<r@c>",), message_id="<r@c>", fingerprint="another")).same_id_other_body


def test_a_proof_lasts_ninety_days(store: Store):
    """A sender who was proved lately is known to be able to prove themselves, whatever the letter case."""
    sender = a_sender("Bob@Customer.example")
    carry_out(store, a_work(take_one(store, 1), a_decision(kind=OutcomeKind.DESK, sender=sender)))

    assert answer(store, asking(sender="bob@customer.example")).was_proved_lately
    assert answer(store, asking(sender=BOB.address), now=NOW + timedelta(days=89)).was_proved_lately
    assert not answer(store, asking(sender=BOB.address), now=NOW + timedelta(days=91)).was_proved_lately
    assert not answer(store, asking(sender="eve@customer.example")).was_proved_lately


def test_a_later_proof_renews_the_first(store: Store):
    """The ninety days count from the last proved mail."""
    for uid, days in ((1, 0), (2, 60)):
        arrival = take_one(store, uid)
        carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.DESK)), now=NOW + timedelta(days=days))

    assert answer(store, asking(sender=BOB.address), now=NOW + timedelta(days=140)).was_proved_lately


def test_acknowledgements_are_counted_for_the_caps(store: Store):
    """Counted are acknowledgements by address and by domain, and what rules answer as such, not other mails; letter
    case hides nothing.
    """

    def acknowledged(to: str) -> OutgoingMail:
        return a_mail(None, to, template=Template.ACKNOWLEDGED_MINIMAL)

    send(store, acknowledged("VICTIM@customer.example"), now=NOW - timedelta(hours=3))
    send(store, acknowledged("victim@Customer.Example"), acknowledged("other@customer.example"))
    send(store, a_mail(None, "far@away.example", is_capped=True), a_mail(None, "victim@customer.example"))
    send(store, acknowledged("victim@customer.example"), now=NOW - timedelta(days=2))

    counts = answer(store, asking(sender="Victim@customer.example")).acknowledgements

    assert counts == AcknowledgementCounts(address_hour=1, address_day=2, domain_hour=2, all_hour=3)


def test_a_batch_is_answered_as_its_questions_one_by_one(store: Store):
    """Answering set-wise changes no answer."""
    mails = [a_mail(number) for number in (1001, 1002, 1003)]
    for mail in mails:
        open_ticket(store, mail.ticket or 0, mail)
    batch = [
        asking(sender=BOB.address, tokens=(mails[0].token,), numbers=(1002,)),
        asking(sender="x@y.example", ids=("<1003@c.example>",)),
        asking(tokens=(mails[2].token, mails[1].token)),
        asking(),
    ]

    together = store.read(lambda reader: reader.answer(batch, NOW))

    assert together == [answer(store, questions) for questions in batch]
    assert [set(facts.tickets) for facts in together] == [{1001, 1002}, set(), {1002, 1003}, set()]


def test_no_questions_have_no_answers(store: Store):
    """An empty batch costs nothing and fails nowhere."""
    assert store.read(lambda reader: reader.answer([], NOW)) == []


def test_facts_are_one_moment(store: Store):
    """What is written while a reader reads does not come in halfway."""
    open_ticket(store, 1001)

    def read_twice(reader: Reader) -> tuple[list[Facts], list[Facts]]:
        before = reader.answer([asking(numbers=(1001,))], NOW)
        carry_out(store, a_work(take_one(store, 2), a_decision(an_entry(1001, 2))))
        return before, reader.answer([asking(numbers=(1001,))], NOW)

    before, after = store.read(read_twice)

    assert before == after
    assert answer(store, asking(numbers=(1001,))).tickets[1001].last_n == 2


def test_facts_can_be_asked_about_a_mail_in_nobodys_hands(store: Store):
    """`explain` asks what handling would be told, and claims nothing."""
    record(store, 1)

    assert answer(store, asking(fingerprint=a_message(1).fingerprint)).duplicate is None
    assert len(claim(store)) == 1


def test_what_agents_say_of_a_contact_stands_beside_what_is_known(store: Store):
    """Of somebody met or not; what was changed meanwhile makes the decision stale, in one batch too."""

    def changing(*changes: tuple[str, str | None, str | None], who: Address = BOB) -> Carrying:
        steps = (ChangeContact(who, *change) for change in changes)
        return a_work(None, a_decision(*steps, kind=OutcomeKind.DESK))

    carry_out(store, a_work(None, a_decision(MeetContact(BOB), kind=OutcomeKind.DESK)))
    stale = changing(("phone", None, "2"))
    assert carry_out(store, changing(("phone", None, "1"), ("language", None, "de")), stale) == (1,)
    assert carry_out(store, stale) == (0,)
    assert carry_out(store, changing(("phone", "1", None), ("language", "de", None), ("company", None, "Mill"))) == ()
    assert carry_out(store, changing(("name", "Eve", "Eva"), who=Address("EVE@x.example", "Eve"))) == ()

    known = answer(store, asking(contacts=(BOB.address, "eve@x.example"))).contacts
    assert known[BOB.address] == Contact(BOB.address, BOB.name, company="Mill")
    assert known["eve@x.example"] == Contact("eve@x.example", "Eva")


def test_an_address_that_is_gone_is_known_until_its_owner_writes(store: Store):
    """Marked and unmarked, known and unknown contacts alike; the rest of a contact stays as it is."""
    steps = (MeetContact(BOB), MarkReachable("BOB@customer.example", is_reachable=False))
    carry_out(store, a_work(take_one(store, 1), a_decision(*steps, kind=OutcomeKind.DESK)))
    (gone,) = answer(store, asking(contacts=(BOB.address,))).contacts.values()
    back = a_decision(MarkReachable(BOB.address, is_reachable=True), kind=OutcomeKind.DESK)
    carry_out(store, a_work(take_one(store, 2), back))
    (known,) = answer(store, asking(contacts=(BOB.address,))).contacts.values()

    assert (gone.name, gone.undeliverable_at) == (BOB.name, NOW)
    assert (known.name, known.undeliverable_at) == (BOB.name, None)


def test_a_key_finds_the_ticket_of_its_own_sender(store: Store):
    """Whoever else sends the same key has none, or another; the last mail with it says until when it holds."""
    open_ticket(store, 1001)
    open_ticket(store, 1002)
    later = NOW + timedelta(hours=3)
    taken = (
        RememberKey(1001, "nagios/mail01", "Nagios@acme.example"),
        RememberKey(1002, "nagios/mail01", "other@x.example"),
    )
    carry_out(store, a_work(take_one(store, 3), a_decision(*taken, kind=OutcomeKind.DESK)))
    again = RememberKey(1001, "nagios/mail01", "nagios@acme.example")
    carry_out(store, a_work(take_one(store, 4), a_decision(again, kind=OutcomeKind.DESK)), now=later)

    theirs = answer(store, asking(sender="NAGIOS@acme.example", keys=("nagios/mail01", "nagios/web")))
    assert theirs.keyed == {"nagios/mail01": KeyedTicket(1001, later)}
    assert set(theirs.tickets) == {1001}
    assert (
        answer(store, asking(sender="other@x.example", keys=("nagios/mail01",))).keyed["nagios/mail01"].ticket == 1002
    )
    assert answer(store, asking(sender=BOB.address, keys=("nagios/mail01",))).keyed == {}


def test_an_old_notices_words_are_found_behind_many_events(store: Store):
    """An answer is compared with the notes that the mail showed: the last three before it, however much came after."""
    mail = a_mail(1001, ALICE, person="alice", thread=Thread.NOTICE, seen=5)
    open_ticket(store, 1001, mail)
    kinds = [EntryKind.NOTE, EntryKind.NOTE, EntryKind.EVENT, EntryKind.NOTE, *[EntryKind.EVENT] * 25]
    for n, kind in enumerate(kinds, start=2):
        arrival = take_one(store, 2000 + n)
        assert carry_out(store, a_work(arrival, a_decision(replace(an_entry(1001, n), kind=kind)))) == ()

    (known,) = answer(store, asking(tokens=(mail.token,))).tickets.values()
    assert [entry.n for entry in known.entries] == list(range(2, 31))
    (latest,) = answer(store, asking(numbers=(1001,))).tickets.values()
    assert len(latest.entries) == 20
