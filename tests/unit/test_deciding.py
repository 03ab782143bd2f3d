"""What follows from a customer's, a machine's or a forger's mail, and from mail of ours that did not arrive."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.config import AcknowledgementCaps
from maild.desk import ask, decide_undelivered, hold
from maild.model.decision import (
    AddParticipant,
    CloseDraft,
    LinkTickets,
    OpenTicket,
    OutcomeKind,
    RememberIds,
    Silence,
    Standing,
    Trust,
)
from maild.model.facts import AcknowledgementCounts, EarlierArrival, Facts, Undelivered
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Author, MailState, Meaning, Template, Thread
from maild.model.ticket import CauseKind, Contact, EntryKind, State
from maild.rules import Person
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    CAROL,
    DESK,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    PEOPLE,
    a_bounce,
    a_draft,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
    an_attachment,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    id_of,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)

TWO_ADMINISTRATORS = a_house({**PEOPLE, "ada": Person("ada", "Ada", ("ada@acme.example",), frozenset({"admin"}), None)})
ACKNOWLEDGEMENTS = (Template.ACKNOWLEDGED, Template.ACKNOWLEDGED_MINIMAL, Template.TOO_LARGE)


def acknowledged(decision) -> list[Template]:
    return [mail.template for mail in decision.mails if mail.template in ACKNOWLEDGEMENTS]


# New tickets


def test_a_new_customer_mail_opens_a_ticket():
    """A proved mail becomes a ticket with its words, is acknowledged, and every member of the team is told."""
    decision = decided(a_message(subject="Re: Printer", references=("<old@x>",)), authenticity=PASS)

    opened = steps_of(decision, OpenTicket)[0]
    entry = entries_of(decision)[0]
    assert (opened.number, opened.subject, opened.state, opened.queue) == (2001, "Printer", State.NEW, "support")
    assert (opened.requester, opened.team, opened.assignee) == (BOB, "first-line", None)
    assert (entry.n, entry.kind, entry.by, entry.text) == (1, EntryKind.CUSTOMER, BOB.address, "The printer is dead.")
    assert entry.cause.kind is CauseKind.MESSAGE
    assert decision.outcome.ticket == 2001
    assert recipients(wanted(decision, Template.ACKNOWLEDGED)) == [BOB.address]
    assert recipients(wanted(decision, Template.AGENT_NOTICE)) == [ALICE.address, ALEX.address]
    assert steps_of(decision, RememberIds) == [
        RememberIds(2001, "<first@customer.example>", ("<old@x>",), frozenset({BOB.address, DESK}))
    ]


def test_an_acknowledgement_is_an_automatic_answer_that_soon_expires():
    """It answers the mail in its thread, for four hours, and its answer is a customer's mail."""
    mail = wanted(decided(a_message(), authenticity=PASS), Template.ACKNOWLEDGED)[0]

    assert (mail.author, mail.thread, mail.meaning) == (Author.AUTO_REPLIED, Thread.CUSTOMER, Meaning.CUSTOMER)
    assert (mail.in_reply_to, mail.expires_in, mail.person) == ("<first@customer.example>", timedelta(hours=4), None)


def test_a_notice_is_answered_to_the_customer():
    """A plain answer to a notice is a relay; its mark is the agent's."""
    mail = wanted(decided(a_message(attachments=(an_attachment(),))), Template.AGENT_NOTICE)[0]

    assert (mail.meaning, mail.thread, mail.author, mail.person) == (
        Meaning.RELAY,
        Thread.NOTICE,
        Author.AUTO_GENERATED,
        "alice",
    )
    assert [each.name for each in mail.attachments] == ["log.txt"]


def test_an_unproved_sender_gets_nothing_of_their_words_back():
    """Without proof the acknowledgement is minimal, and the entry says so."""
    decision = decided(a_message(cc=(CAROL,)))

    assert acknowledged(decision) == [Template.ACKNOWLEDGED_MINIMAL]
    assert entries_of(decision)[0].flags == ("claimed",)
    assert steps_of(decision, AddParticipant) == []


def test_a_forged_sender_without_a_ticket_gets_no_mail():
    """The matter is kept for people to see; who was abused as a sender hears nothing."""
    decision = decided(a_message(), authenticity=FAIL)

    assert acknowledged(decision) == []
    assert entries_of(decision)[0].flags == ("forged",)
    assert wanted(decision, Template.AGENT_NOTICE)[0].about[0].startswith(f"{BOB.address} did not send this")


def test_an_unknown_sender_opens_a_ticket_for_nobody():
    """Two From headers or none: a ticket without requester, flagged, without acknowledgement."""
    decision = decided(a_message(None), authenticity=PASS)

    assert steps_of(decision, OpenTicket)[0].requester is None
    assert entries_of(decision)[0].flags == ("unknown-sender",)
    assert acknowledged(decision) == []
    assert wanted(decision, Template.AGENT_NOTICE)


def test_whom_a_proved_requester_names_takes_part():
    """To and Cc of a proved mail take part, but never agents, our addresses, or somebody twice."""
    decision = decided(
        a_message(to=(Address(DESK), CAROL), cc=(ALICE, Address("CAROL@customer.example"), EVE, BOB)), authenticity=PASS
    )

    assert [step.who for step in steps_of(decision, AddParticipant)] == [CAROL, EVE]


def test_a_crowd_does_not_take_part():
    """One mail to hundreds makes no mailing list of us."""
    crowd = tuple(Address(f"p{at}@customer.example") for at in range(300))

    assert len(steps_of(decided(a_message(cc=crowd), authenticity=PASS), AddParticipant)) < 20


def test_the_queue_is_the_first_of_ours_that_is_addressed():
    """To before Cc, then the mailbox; plus-addresses are ours too."""
    billing = Address("billing+x@acme.example")

    def queue(message, mailbox="support"):
        return steps_of(decided(message, arrival=an_arrival(mailbox)), OpenTicket)[0].queue

    assert queue(a_message(to=(billing, Address(DESK)))) == "billing"
    assert queue(a_message(to=(BOB,), cc=(billing,))) == "billing"
    assert queue(a_message(to=()), "bills") == "billing"
    assert queue(a_message(to=()), "unheard-of") == "support"


def test_without_members_the_lead_is_told_and_without_anybody_the_administrators():
    """A new matter always reaches somebody of the house."""
    empty = decided(a_message(to=(Address("billing@acme.example"),)))
    alone = decided(a_message(), house=a_house({"root": PEOPLE["root"]}))

    assert recipients(wanted(empty, Template.AGENT_NOTICE)) == ["dana@acme.example"]
    assert recipients(wanted(alone, Template.AGENT_NOTICE)) == ["rita@acme.example"]


@pytest.mark.parametrize(
    "address",
    [
        "mailer-daemon@x.example",
        "Postmaster@x.example",
        "noreply@x.example",
        "no-reply+17@x.example",
        "owner-list@x.example",
        "list-request@x.example",
        "abuse@x.example",
        "root@x.example",
        DESK,
        "support+x@acme.example",
    ],
)
def test_some_addresses_are_never_written_to(address: str):
    """What stands behind them is a machine, or ourselves."""
    decision = decided(a_message(Address(address)), authenticity=PASS)

    assert steps_of(decision, OpenTicket)
    assert acknowledged(decision) == []


def test_a_mail_may_forbid_our_automatic_answer():
    """X-Auto-Response-Suppress forbids the acknowledgement and nothing else."""
    decision = decided(a_message(may_answer=False), authenticity=PASS)

    assert acknowledged(decision) == []
    assert wanted(decision, Template.AGENT_NOTICE)


CAPS = AcknowledgementCaps()


@pytest.mark.parametrize(
    ("counts", "unproved", "proved"),
    [
        (AcknowledgementCounts(), True, True),
        (AcknowledgementCounts(address_hour=2, address_day=9, domain_hour=29, all_hour=499), True, True),
        (AcknowledgementCounts(address_hour=3), False, True),
        (AcknowledgementCounts(address_day=10), False, True),
        (AcknowledgementCounts(domain_hour=30), False, True),
        (AcknowledgementCounts(all_hour=500), False, True),
        (AcknowledgementCounts(address_hour=20), False, False),
    ],
)
def test_acknowledgements_are_capped(counts: AcknowledgementCounts, unproved: bool, proved: bool):
    """A flood in somebody's name reaches them a few times; proved senders have one cap alone (mail-facts 5.3)."""
    knowledge = facts(acknowledgements=counts)

    assert bool(acknowledged(decided(a_message(), knowledge))) == unproved
    assert bool(acknowledged(decided(a_message(), knowledge, PASS))) == proved
    assert bool(acknowledged(decided(a_message(), replace(knowledge, was_proved_lately=True)))) == proved


def test_who_says_the_same_five_times_gets_no_automatic_mail_for_a_day():
    """The fifth is a ticket and told inside as ever, nobody outside hears, and administrators hear as of a cap."""
    fourth, fifth = (decided(a_message(), facts(repeats=earlier), PASS) for earlier in (3, 4))
    forged = decided(a_message(), facts(repeats=4), FAIL)

    assert acknowledged(fourth)
    assert (steps_of(fourth, Silence), fourth.capped) == ([], "")
    assert acknowledged(fifth) == []
    assert wanted(fifth, Template.AGENT_NOTICE)
    assert steps_of(fifth, Silence) == [Silence(BOB.address, NOW + timedelta(hours=24))]
    assert fifth.capped.startswith(f"{BOB.address}: the same mail came 5 times")
    assert steps_of(forged, Silence) == []


@pytest.mark.parametrize(("left", "is_told"), [(timedelta(seconds=1), False), (timedelta(0), True)])
def test_until_the_day_is_over_nothing_goes_out_by_itself(left: timedelta, is_told: bool):
    """No acknowledgement, whoever enters the ticket, and no farewell; colleagues are told as ever."""
    quiet = {"contacts": {BOB.address: Contact(BOB.address, "Bob", silent_until=NOW + left)}}
    own = decided(a_message(subject="Another matter"), facts(**quiet), PASS)
    entered = decided(a_message(ALICE, f"#new for {BOB.address}\nHis printer smokes."), facts(**quiet), PASS)
    reply = to_bob()
    thanks = answer_to(reply, "Yes", BOB)
    solved = decided(thanks, facts(reply, ticket=known(a_ticket(state=State.RESOLVED)), **quiet), PASS)

    assert bool(acknowledged(own)) == is_told
    assert bool(own.capped) != is_told
    assert wanted(own, Template.AGENT_NOTICE)
    assert bool(wanted(entered, Template.ACKNOWLEDGED)) == is_told
    assert bool(wanted(solved, Template.CLOSED)) == is_told


def test_a_mail_is_the_same_by_its_sender_subject_words_and_files():
    """Prefixes, capitals of the address and line breaks make no other mail; colleagues' and machines' do not count."""
    bob = Address("BOB@customer.example")
    message = a_message(subject="Out of ink", text="Please\nhelp.")
    same = [message, replace(message, subject="Re: AW: Out of ink", message_id="<b@x>"), replace(message, sender=bob)]
    same.append(replace(message, reply="Please help. ", text="Please help.\n> On Monday you wrote"))
    others = [replace(message, **{name: "x"}) for name in ("subject", "reply")]
    others += [replace(message, sender=EVE), replace(message, attachments=(an_attachment(),))]
    none = [a_message(ALICE), a_message(None), a_machines_message(Automatic.GENERATED)]

    assert len({ask(each, None, HOUSE).gist for each in same}) == 1
    assert len({ask(each, None, HOUSE).gist for each in (message, *others)}) == 5
    assert {ask(each, None, HOUSE).gist for each in none} == {""}


def test_a_free_mail_domain_has_no_cap_of_its_own():
    """The users of a free mail domain are not one another's burden."""
    knowledge = facts(acknowledgements=AcknowledgementCounts(domain_hour=400))

    assert acknowledged(decided(a_message(Address("someone@gmail.com")), knowledge))


def test_an_unproved_claim_links_the_tickets():
    """A guessed tag opens a ticket of its own; the claimed one is untouched (mail-facts 5.1)."""
    decision = decided(a_message(EVE, subject="[#1042] hello"), facts(ticket=known()), PASS)

    assert steps_of(decision, OpenTicket)[0].number == 2001
    assert [(step.number, step.other) for step in steps_of(decision, LinkTickets)] == [(2001, 1042)]
    assert {step.number for step in entries_of(decision)} == {2001}


# Answers of customers


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.NEW, State.NEW),
        (State.OPEN, State.OPEN),
        (State.WAITING, State.OPEN),
        (State.PENDING, State.OPEN),
        (State.RESOLVED, State.OPEN),
        (State.CLOSED, State.OPEN),
        (State.MERGED, State.MERGED),
        (State.SPAM, State.SPAM),
    ],
)
def test_a_customers_answer_opens_the_ticket(state: State, expected: State):
    """More words of the customer wake a ticket that waits or was done; a new one stays new."""
    mail = to_bob()
    decision = decided(answer_to(mail, sender=BOB), facts(mail, ticket=known(a_ticket(state=state))))

    assert changes_of(decision).get("state", state) == expected
    entry = entries_of(decision)[0]
    assert (entry.number, entry.n, entry.kind, entry.flags) == (1042, 2, EntryKind.CUSTOMER, ())
    assert [change.new for change in entry.changes] == ([] if expected is state else ["open"])
    assert acknowledged(decision) == []


def test_an_answer_is_told_to_the_assignee_alone():
    """Once somebody has the ticket, the others are left in peace."""
    mail = to_bob()
    taken = decided(answer_to(mail, sender=BOB), facts(mail, ticket=known(a_ticket(assignee="alex"))))
    free = decided(answer_to(mail, sender=BOB), facts(mail, ticket=known()))
    left = decided(answer_to(mail, sender=BOB), facts(mail, ticket=known(a_ticket(assignee="erik"))))

    assert recipients(taken.mails) == [ALEX.address]
    assert recipients(free.mails) == recipients(left.mails) == [ALICE.address, ALEX.address]


def test_a_claimed_participant_counts_and_adds_nobody():
    """An unproved answer is the customer's, flagged; whom it copies gets nothing (CVE-2024-49193)."""
    message = a_message(subject="[#1042]", cc=(EVE,))
    decision = decided(message, facts(ticket=known(a_ticket(state=State.WAITING))))

    assert changes_of(decision) == {"state": "open"}
    assert entries_of(decision)[0].flags == ("claimed",)
    assert steps_of(decision, AddParticipant) == []
    assert EVE.address not in recipients(decision.mails)


def test_a_proved_requester_adds_whom_they_copy():
    """From the next relay on, who stands in Cc of the requester's proved mail takes part."""
    message = a_message(subject="[#1042]", cc=(CAROL,))

    assert [step.who for step in steps_of(decided(message, facts(ticket=known()), PASS), AddParticipant)] == [CAROL]


def test_a_forged_participant_is_held():
    """A mail that its domain disowns changes nothing and is answered to nobody."""
    decision = decided(a_message(subject="[#1042]"), facts(ticket=known()), FAIL)

    assert decision.outcome.kind is OutcomeKind.HELD
    assert (decision.steps, decision.mails) == ((), ())


def test_what_a_person_released_is_not_held_again():
    """A held mail that somebody let go is filed, with what is known against it in sight."""
    arrival = replace(an_arrival(), released_by="rita")
    forged = decided(a_message(subject="[#1042]"), facts(ticket=known()), FAIL, arrival=arrival)
    looped = decided(a_message(headers=(("Received", "x"),) * 60), authenticity=PASS, arrival=arrival)

    assert entries_of(forged)[0].flags == ("released", "forged")
    assert steps_of(forged, AddParticipant) == []
    assert looped.outcome.kind is OutcomeKind.ENTRY


def test_a_proved_stranger_on_a_ticket_is_filed_and_named():
    """Somebody a customer's mail was forwarded to is heard; agents are told, and the requester stays."""
    mail = to_bob()
    decision = decided(answer_to(mail, sender=EVE), facts(mail, ticket=known(a_ticket(state=State.WAITING))), PASS)

    assert decision.sender is not None
    assert (decision.sender.standing, decision.sender.trust) == (Standing.STRANGER, Trust.PROVED)
    assert entries_of(decision)[0].flags == ("stranger",)
    assert changes_of(decision) == {"state": "open"}
    assert steps_of(decision, AddParticipant) == []


def test_an_unproved_stranger_on_a_ticket_changes_nothing():
    """A mark shown by somebody else is filed with a flag: no state, nobody added (mail-facts 5.19)."""
    mail = to_bob()
    decision = decided(answer_to(mail, sender=EVE), facts(mail, ticket=known(a_ticket(state=State.WAITING))))

    assert changes_of(decision) == {}
    assert entries_of(decision)[0].flags == ("stranger", "claimed")
    assert EVE.address not in recipients(decision.mails)


def test_a_proved_colleague_of_the_requester_joins():
    """Who holds a mark and shares the requester's domain takes part; at a free mail domain nobody does."""
    mail = to_bob()
    joined = decided(answer_to(mail, sender=CAROL), facts(mail, ticket=known()), PASS)
    free = Address("bob@gmail.com")
    shown = replace(to_bob(), recipient=free.address)
    other = Address("carol@gmail.com")
    alone = decided(answer_to(shown, sender=other), facts(shown, ticket=known(a_ticket(requester=free))), PASS)

    assert [step.who for step in steps_of(joined, AddParticipant)] == [CAROL]
    assert steps_of(alone, AddParticipant) == []


def test_a_repeated_message_id_is_flagged_and_draws_no_answers():
    """The same Message-ID with another body is an entry of its own, by which later mails find nothing."""
    decision = decided(a_message(), facts(same_id_other_body=True), PASS)

    assert "repeated-message-id" in entries_of(decision)[0].flags
    assert steps_of(decision, RememberIds)[0].message_id is None


def test_an_oversized_mail_counts_and_its_sender_is_told():
    """Headers and words of a mail over the limit move the ticket; sender and team hear what happened."""
    arrival = an_arrival(is_whole=False)
    new = decided(a_message(), authenticity=PASS, arrival=arrival)
    answer = decided(a_message(subject="[#1042]"), facts(ticket=known()), PASS, arrival=arrival)

    for decision in (new, answer):
        assert acknowledged(decision) == [Template.TOO_LARGE]
        assert "too-large" in entries_of(decision)[0].flags
        assert any("size limit" in line for line in wanted(decision, Template.AGENT_NOTICE)[0].about)


def test_empty_words_fall_back_to_the_whole_text():
    """Stripping a quote never loses words."""
    decision = decided(a_message(text="> all of it", reply=""))

    assert entries_of(decision)[0].text == "> all of it"


# Duplicates and loops


def test_the_same_mail_again_is_a_duplicate():
    """A mail in two of our mailboxes, or moved back by a person, is decided once."""
    first = EarlierArrival(3, 1042, "proved")
    decision = decided(a_message(), facts(duplicate=first, ticket=known()), PASS)

    assert (decision.outcome.kind, decision.outcome.of) == (OutcomeKind.DUPLICATE, 3)
    assert (decision.steps, decision.mails) == ((), ())


def test_a_better_proof_is_decided_again():
    """A mail that was held as forged and comes again proved is the customer's; to a ticket it had it is flagged."""
    held = decided(a_message(), facts(duplicate=EarlierArrival(3, None, "forged")), PASS)
    claimed = decided(a_message(), facts(duplicate=EarlierArrival(3, 1042, "claimed"), ticket=known()), PASS)

    assert steps_of(held, OpenTicket)
    assert (entries_of(claimed)[0].number, "decided-again" in entries_of(claimed)[0].flags) == (1042, True)
    assert (
        decided(a_message(), facts(duplicate=EarlierArrival(3, None, None)), PASS).outcome.kind is OutcomeKind.DUPLICATE
    )


def test_too_many_hops_are_a_loop():
    """More than fifty servers on the way: held, whatever it says."""
    headers = (("Received", "from x"),) * 51

    assert decided(a_message(headers=headers), authenticity=PASS).outcome.kind is OutcomeKind.HELD
    assert decided(a_message(headers=headers[1:]), authenticity=PASS).outcome.kind is OutcomeKind.ENTRY


def test_our_own_mail_coming_back_is_filed_and_answered_to_nobody():
    """A forward to ourselves ends here; a forged header about loops ends nothing."""
    mail = to_bob()
    back = decided(a_message(Address(DESK), message_id=id_of(mail)), facts(mail, ticket=known()))
    forged = decided(a_message(headers=(("X-Maild-Loop", "yes"), ("X-Loop", "support"))), authenticity=PASS)

    assert (entries_of(back)[0].kind, back.mails) == (EntryKind.EVENT, ())
    assert acknowledged(forged) == [Template.ACKNOWLEDGED]


def test_an_unreadable_arrival_is_held_with_its_reason():
    """What could not even be read waits for a person."""
    assert hold("it killed three readers").outcome.reason == "it killed three readers"


# Machines


@pytest.mark.parametrize("kind", [kind for kind in Automatic if kind is not Automatic.BOUNCE])
def test_a_machines_mail_on_a_ticket_is_an_event(kind: Automatic):
    """No machine moves a state, and none gets an answer."""
    mail = to_bob()
    message = a_machines_message(kind, "Auto-Submitted: x", in_reply_to=(id_of(mail),))
    decision = decided(message, facts(mail, ticket=known(a_ticket(state=State.WAITING))), PASS)

    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.EVENT]
    assert (changes_of(decision), decision.mails) == ({}, ())


@pytest.mark.parametrize(
    "proof", ["Precedence: bulk", "X-Precedence: list", "List-Unsubscribe: <x>", "Mailing-List: y"]
)
def test_list_headers_alone_make_no_machine_on_a_found_ticket(proof: str):
    """Other desks mark their people's answers as bulk: on a ticket those are a customer's words, never answered."""
    mail = to_bob()
    message = a_machines_message(Automatic.LIST, proof, in_reply_to=(id_of(mail),))
    decision = decided(
        message, facts(mail, ticket=known(a_ticket(state=State.WAITING))), arrival=an_arrival(is_whole=False)
    )

    assert changes_of(decision) == {"state": "open"}
    assert acknowledged(decision) == []
    assert wanted(decision, Template.AGENT_NOTICE)


@pytest.mark.parametrize(
    "kind", [Automatic.BOUNCE, Automatic.OUT_OF_OFFICE, Automatic.REPLY, Automatic.RECEIPT, Automatic.CALENDAR]
)
def test_a_machines_answer_without_a_ticket_is_a_desk_matter(kind: Automatic):
    """A bounce or an out-of-office opens no ticket."""
    decision = decided(a_machines_message(kind), authenticity=PASS)

    assert (decision.outcome.kind, decision.steps, decision.mails) == (OutcomeKind.DESK, (), ())


@pytest.mark.parametrize("kind", [Automatic.GENERATED, Automatic.LIST])
def test_monitoring_opens_a_ticket_without_acknowledgement(kind: Automatic):
    """What a machine reports on its own may be the only sign of a matter; people are told, the machine is not."""
    decision = decided(a_machines_message(kind, cc=(CAROL,)), authenticity=PASS)

    assert steps_of(decision, OpenTicket)
    assert acknowledged(decision) == []
    assert steps_of(decision, AddParticipant) == []
    assert wanted(decision, Template.AGENT_NOTICE)


def test_a_bounce_is_shown_on_its_ticket_and_told():
    """Who is in charge learns that the customer's mail came back; a delay is only filed."""
    mail = to_bob()
    failed = decided(a_bounce(mail), facts(mail, ticket=known(a_ticket(assignee="alice"))))
    delayed = decided(a_bounce(mail, "delayed", "4.4.1"), facts(mail, ticket=known()))

    assert entries_of(failed)[0].kind is EntryKind.EVENT
    assert "5.1.1" in entries_of(failed)[0].text
    assert [(wish.template, wish.to) for wish in failed.mails] == [(Template.TRANSCRIPT, ALICE.address)]
    assert (len(entries_of(delayed)), delayed.mails) == (1, ())


def test_a_bounced_notice_goes_to_the_others():
    """An agent's mailbox that refuses our notices hides nothing from team and lead; other mails to them alarm."""
    notice = issued()
    transcript = issued(template=Template.TRANSCRIPT)

    assert recipients(decided(a_bounce(notice), facts(notice, ticket=known())).mails) == [
        ALEX.address,
        "dana@acme.example",
    ]
    alarm = decided(a_bounce(transcript), facts(transcript, ticket=known()))
    assert [(wish.template, wish.to) for wish in alarm.mails] == [(Template.ALARM, "rita@acme.example")]


def test_nothing_is_said_about_a_bounced_alarm():
    """One dead address of an administrator must not make a circle."""
    alarm = issued(recipient="rita@acme.example", person="root", template=Template.ALARM, ticket=None)

    decision = decided(a_bounce(alarm), facts(alarm), house=TWO_ADMINISTRATORS)
    assert (decision.outcome.kind, decision.mails) == (OutcomeKind.DESK, ())


def test_a_forged_machine_on_a_ticket_is_held():
    """An auto-reply that its domain disowns is no event of the ticket."""
    mail = to_bob()
    message = a_machines_message(Automatic.REPLY, in_reply_to=(id_of(mail),))

    assert decided(message, facts(mail, ticket=known()), FAIL).outcome.kind is OutcomeKind.HELD


# Mail of ours that was given up


def given_up(mail, knowledge: Facts | None = None, house=HOUSE):
    undelivered = Undelivered(mail, 5, MailState.REFUSED, "550 5.1.1 unknown")
    return decide_undelivered(undelivered, knowledge or facts(ticket=known()), house, NOW)


def test_an_undelivered_mail_to_a_customer_is_told_to_those_in_charge():
    """The ticket shows it, its people hear of it, and a reply that never arrived settles nothing."""
    decision = given_up(to_bob(), facts(ticket=known(a_ticket(state=State.RESOLVED))))

    assert changes_of(decision) == {"state": "open"}
    entry = entries_of(decision)[0]
    assert (entry.kind, entry.cause.kind, entry.cause.reference) == (EntryKind.EVENT, CauseKind.DELIVERY, "5")
    assert "550 5.1.1 unknown" in entry.text
    assert [(wish.template, wish.to) for wish in decision.mails] == [
        (Template.TRANSCRIPT, ALICE.address),
        (Template.TRANSCRIPT, ALEX.address),
    ]


def test_an_undelivered_acknowledgement_moves_no_state():
    """Only a person's answer settles a ticket, so only its loss unsettles it."""
    mail = replace(to_bob(), template=Template.ACKNOWLEDGED)

    assert changes_of(given_up(mail, facts(ticket=known(a_ticket(state=State.WAITING))))) == {}


def test_an_undelivered_notice_goes_to_the_others_else_to_the_administrators():
    """A notice that one agent cannot get is told to another; where there is none, an alarm goes out."""
    alone = a_house({"alice": PEOPLE["alice"], "root": PEOPLE["root"]})

    assert recipients(given_up(issued()).mails) == [ALEX.address]
    assert [(wish.template, wish.to) for wish in given_up(issued(), house=alone).mails] == [
        (Template.TRANSCRIPT, "rita@acme.example")
    ]


def test_an_undelivered_mail_never_makes_a_circle():
    """Transcripts that are lost alarm the administrators; alarms that are lost are only filed."""
    lost = given_up(issued(template=Template.TRANSCRIPT))
    mail = issued(recipient="rita@acme.example", person="root", template=Template.ALARM, ticket=None)
    alarm = given_up(mail, facts(), TWO_ADMINISTRATORS)

    assert [(wish.template, wish.to, wish.ticket) for wish in lost.mails] == [
        (Template.ALARM, "rita@acme.example", None)
    ]
    assert (alarm.mails, alarm.outcome.kind) == ((), OutcomeKind.DESK)


# Properties of every decision


SENDERS = [None, BOB, CAROL, EVE, ALICE, Address(DESK), Address("mailer-daemon@x")]


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("authenticity", [PASS, NONE, FAIL], ids=["pass", "none", "fail"])
@pytest.mark.parametrize("subject", ["Printer", "[#1042] Printer"])
def test_every_mail_ends_in_one_outcome(sender, authenticity, subject):
    """Whoever writes whatever: one outcome, entries numbered without a gap, and one mail to nobody twice."""
    for automatic in (None, *Automatic):
        message = a_message(sender, subject=subject, automatic=automatic, automatic_proof="x", cc=(CAROL, ALICE))
        decision = decided(message, facts(ticket=known()), authenticity)
        by_recipient = [(mail.to, mail.template) for mail in decision.mails]

        assert len(by_recipient) == len(set(by_recipient))
        assert [entry.n for entry in entries_of(decision)] in ([], [1], [2])
        assert (decision.outcome.ticket is not None) == (decision.outcome.kind is OutcomeKind.ENTRY)
        assert not (automatic and acknowledged(decision))
        assert (
            NONE is not authenticity
            or sender is None
            or Template.REPLY not in {wish.template for wish in decision.mails}
        )


MAILS = [
    to_bob(),
    issued(),
    issued("n", meaning=Meaning.NOTE),
    issued("d", meaning=Meaning.DRAFT, draft="kepttokenkepttok"),
]
TEXTS = st.text(max_size=60) | st.sampled_from(
    ["#send", "#note x", "#discard", "Yes.", "", "[#1042]", "> quoted\nmine"]
)


@given(
    sender=st.sampled_from(SENDERS),
    subject=st.text(max_size=30) | st.sampled_from(["[#1042]", "Fwd: [#1042] x", "[note] [#1042]"]),
    text=TEXTS,
    shown=st.lists(st.sampled_from(MAILS), max_size=3),
    copied=st.lists(st.sampled_from([BOB, CAROL, EVE, ALICE, Address("x y@")]), max_size=3),
    authenticity=st.sampled_from([PASS, NONE, FAIL]),
    state=st.sampled_from(State),
)
def test_no_mail_breaks_deciding(*, sender, subject, text, shown, copied, authenticity, state):
    """Whatever a mail says and shows, it is decided; strangers change no ticket, and no unproved agent is obeyed."""
    references = tuple(id_of(mail) for mail in shown)
    message = a_message(
        sender, text, subject=subject, references=references, in_reply_to=references[-1:], cc=tuple(copied)
    )
    knowledge = facts(*MAILS, ticket=known(a_ticket(state=state)), drafts={MAILS[3].draft: a_draft(MAILS[3])})

    decision = decided(message, knowledge, authenticity)

    who = decision.sender
    if who is None or who.trust is not Trust.PROVED:
        assert wanted(decision, Template.REPLY) == []
        assert steps_of(decision, AddParticipant) == []
        assert steps_of(decision, CloseDraft) == []
    if who is not None and (who.standing is not Standing.AGENT):
        assert wanted(decision, Template.REPLY) == []
    if who is None or (who.standing is Standing.STRANGER and who.trust is not Trust.PROVED):
        assert changes_of(decision) == {}
    assert EVE.address not in recipients(wanted(decision, Template.REPLY))


@pytest.mark.parametrize(
    ("of_contact", "of_words", "language"), [("fr", "de", "fr"), (None, "de", "de"), (None, None, None)]
)
def test_a_new_ticket_is_in_the_language_of_its_contact_or_words(of_contact, of_words, language):
    """What is known of the contact comes before what the first mail's words tell; else it stays unknown."""
    met = {BOB.address: Contact(BOB.address, BOB.name, language=of_contact)}
    decision = decided(a_message(language=of_words), facts(contacts=met))

    assert steps_of(decision, OpenTicket)[0].language == language
