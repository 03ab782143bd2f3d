"""Which ticket a message belongs to: the evidence in its order, and every claim that is not believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild import marks
from maild.desk.asking import ask
from maild.desk.finding import Found, find
from maild.desk.house import House
from maild.marks import Keyring, SigningKey
from maild.model.facts import Facts, KnownId
from maild.model.mail import Address, Message
from tests.unit.desk_values import (
    ALICE,
    BOB,
    CAROL,
    DESK,
    EVE,
    HOUSE,
    NOW,
    a_bounce,
    a_house,
    a_message,
    a_ticket,
    an_arrival,
    answer_to,
    facts,
    id_of,
    issued,
    known,
    mark_of,
    to_bob,
)

THEIRS = "<first@customer.example>"


def found(message: Message, knowledge: Facts, house: House = HOUSE) -> Found:
    return find(message, knowledge, house, NOW)


def two_tickets(**changes: object) -> Facts:
    both = {1042: known(), 1050: known(a_ticket(1050, requester=CAROL))}
    return replace(Facts(next_number=2001, tickets=both), **changes)


def test_a_mark_finds_its_ticket():
    """Our own Message-ID in In-Reply-To names the ticket, and the mail that is answered."""
    mail = to_bob()
    evidence = found(answer_to(mail, sender=BOB), facts(mail, ticket=known()))

    assert evidence.number == 1042
    assert evidence.answered == mail
    assert evidence.is_direct


@pytest.mark.parametrize("place", ["references", "to", "cc", "delivered_to"])
def test_a_mark_counts_in_every_place(place: str):
    """References and the plus-address it was sent to are as good as In-Reply-To."""
    mail = to_bob()
    plus = marks.reply_address(mark_of(mail), DESK)
    value = {"references": ("<x@y>", id_of(mail), "<z@y>"), "delivered_to": (plus,)}.get(place, (Address(plus),))
    evidence = found(a_message(**{place: value}), facts(mail, ticket=known()))

    assert evidence.number == 1042
    assert evidence.answered == mail
    assert evidence.is_direct == (place != "references")


def test_a_pseudo_root_is_enough():
    """A client that keeps only the first reference still names the thread."""
    mail = to_bob()
    evidence = found(a_message(references=(marks.root_id(mark_of(mail), "x"),)), facts(mail, ticket=known()))

    assert evidence.number == 1042


def test_the_newest_reference_wins():
    """A thread that wandered from one ticket to another belongs to the newer one."""
    old, new = to_bob("b"), to_bob("c", ticket=1050)
    message = a_message(references=(id_of(old), id_of(new)))

    assert found(message, two_tickets(issued={old.token: old, new.token: new})).number == 1050


def test_a_mark_given_to_the_sender_beats_a_newer_one_of_somebody_else():
    """Who quotes somebody else's mail besides their own answers their own."""
    own, other = to_bob("b"), issued("c", CAROL.address, None, ticket=1050)
    message = a_message(references=(id_of(own), id_of(other)))
    evidence = found(message, two_tickets(issued={own.token: own, other.token: other}))

    assert (evidence.number, evidence.answered, evidence.shown) == (1042, own, other)


def test_a_mark_of_somebody_else_finds_and_proves_nothing():
    """A forwarded mail leads to its ticket, and its mark is not the forwarder's."""
    mail = to_bob()
    evidence = found(answer_to(mail, sender=EVE), facts(mail, ticket=known()))

    assert (evidence.number, evidence.answered, evidence.shown) == (1042, None, mail)


def test_an_agents_other_address_holds_the_same_marks():
    """A mark given to a person is theirs at each of their addresses."""
    mail = issued()
    evidence = found(answer_to(mail, sender=Address("alice.reyes@acme.example")), facts(mail, ticket=known()))

    assert evidence.answered == mail


def test_a_forged_mark_finds_nothing():
    """A known token under a signature of another key or for another address is no mark (CVE-2026-47123)."""
    mail = to_bob()
    foreign = Keyring(SigningKey("k1", b"guessed"), {})
    for ring, recipient in ((foreign, BOB.address), (HOUSE.keyring, EVE.address)):
        forged = marks.message_id(marks.sign(mail.token, recipient, ring), "acme.example")
        evidence = found(a_message(EVE, in_reply_to=(forged,)), facts(mail, ticket=known()))
        assert evidence.number is None
        assert [(claim.ticket, claim.is_accepted) for claim in evidence.evidence] == [(1042, False)]


def test_a_persons_mark_dies_and_a_customers_does_not():
    """After 90 days an agent's mark is void; a customer may answer after years."""
    long_ago = NOW - timedelta(days=91)
    agents, customers = issued(created_at=long_ago), to_bob(created_at=long_ago)

    assert found(answer_to(agents), facts(agents, ticket=known())).answered is None
    assert found(answer_to(customers, sender=BOB), facts(customers, ticket=known())).answered == customers


def test_the_mark_of_somebody_who_left_is_void():
    """Who left keeps their mails and loses what those prove."""
    mail = issued(recipient="erik@acme.example", person="erik")
    evidence = found(answer_to(mail, sender=Address("erik@acme.example")), facts(mail, ticket=known()))

    assert (evidence.number, evidence.answered) == (None, None)
    assert "left" in evidence.evidence[0].why


def test_a_known_id_counts_for_who_took_part():
    """An answer to a message of the thread finds the ticket: from the requester, an agent, or who was addressed."""
    known_id = KnownId("<x@y>", 1042, is_reference=False, addresses=frozenset({CAROL.address}))
    knowledge = facts(ticket=known(), known={"<x@y>": (known_id,)})

    for sender in (BOB, ALICE, CAROL):
        assert found(a_message(sender, in_reply_to=("<x@y>",)), knowledge).number == 1042
    assert found(a_message(EVE, in_reply_to=("<x@y>",)), knowledge).number is None


def test_a_merely_referenced_id_needs_the_requester_too():
    """An id that the first mail only referenced finds the ticket if its requester is addressed now."""
    known_id = KnownId("<x@y>", 1042, is_reference=True, addresses=frozenset({CAROL.address, BOB.address}))
    knowledge = facts(ticket=known(), known={"<x@y>": (known_id,)})

    assert found(a_message(CAROL, in_reply_to=("<x@y>",)), knowledge).number is None
    assert found(a_message(CAROL, in_reply_to=("<x@y>",), cc=(BOB,)), knowledge).number == 1042


def test_a_strangers_claim_draws_nobody_into_their_ticket():
    """Who references somebody else's thread does not get that person's later mail (mail-facts 5.24)."""
    planted = KnownId("<carols@y>", 1042, is_reference=True, addresses=frozenset({EVE.address}))
    knowledge = facts(ticket=known(a_ticket(requester=EVE)), known={"<carols@y>": (planted,)})

    assert found(a_message(CAROL, in_reply_to=("<carols@y>",)), knowledge).number is None


def test_a_subject_tag_counts_for_participants_and_agents_only():
    """Guessing a number finds nothing (mail-facts 5.1), and the claim is kept as evidence."""
    knowledge = facts(ticket=known(a_ticket(participants=(CAROL,))))

    for sender in (BOB, CAROL, ALICE):
        assert found(a_message(sender, subject="AW: [#1042] Printer"), knowledge).number == 1042
    evidence = found(a_message(EVE, subject="[#1042]"), knowledge)
    assert evidence.number is None
    assert (evidence.evidence[0].ticket, evidence.evidence[0].is_accepted) == (1042, False)


def test_old_and_own_tags_are_configured():
    """With a tag of our own plain numbers are text, and the desk before us has its own tags."""
    house = a_house(tag="ACME", old_tags=("Ticket#",))

    assert found(a_message(subject="[#1042]"), facts(ticket=known()), house).number is None
    assert found(a_message(subject="[ACME #1042]"), facts(ticket=known()), house).number == 1042
    assert found(a_message(subject="[Ticket#1042]"), facts(ticket=known()), house).number == 1042


def test_an_unknown_sender_finds_by_marks_alone():
    """Two From headers name nobody: ids and tags count for nobody, a mark of ours still leads home."""
    mail = to_bob()
    knowledge = facts(mail, ticket=known(), known={"<x@y>": (KnownId("<x@y>", 1042, False, frozenset()),)})

    assert found(a_message(None, subject="[#1042]", in_reply_to=("<x@y>",)), knowledge).number is None
    evidence = found(a_message(None, in_reply_to=(id_of(mail),)), knowledge)
    assert (evidence.number, evidence.answered) == (1042, None)


def test_a_repeated_message_id_stays_with_its_people():
    """A mail that comes again, changed on the way, joins its ticket; somebody else's with that id does not."""
    same = KnownId(THEIRS, 1042, is_reference=False, addresses=frozenset({BOB.address, DESK}))
    named = replace(same, is_reference=True)

    assert found(a_message(), facts(ticket=known(), known={THEIRS: (same,)})).number == 1042
    assert found(a_message(EVE), facts(ticket=known(), known={THEIRS: (same,)})).number is None
    assert found(a_message(ALICE), facts(ticket=known(), known={THEIRS: (same,)})).number is None
    assert found(a_message(), facts(ticket=known(), known={THEIRS: (named,)})).number is None


def test_fifty_references_lead_to_one_ticket():
    """However many tickets a mail names, it belongs to one (mail-facts 5.18)."""
    mails = [to_bob(letter, ticket=1000 + at) for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz")]
    knowledge = Facts(
        next_number=2001,
        issued={mail.token: mail for mail in mails},
        tickets={mail.ticket: known(a_ticket(mail.ticket)) for mail in mails if mail.ticket},
    )

    assert found(a_message(references=tuple(id_of(mail) for mail in mails)), knowledge).number == 1025


def test_a_bounce_is_matched_by_address_or_returned_id():
    """A delivery report belongs to the mail that came back, whoever sent it and whatever its subject."""
    mail = to_bob()
    report = a_bounce(mail)
    by_address = replace(
        report,
        bounce=replace(report.bounce, original_message_id=None) if report.bounce else None,
        delivered_to=(marks.bounce_address(mark_of(mail), DESK),),
    )

    for message in (report, by_address):
        evidence = found(message, facts(mail, ticket=known()))
        assert (evidence.number, evidence.returned) == (1042, mail)
    assert found(replace(report, subject="[#1042]"), facts(ticket=known())).number is None


def test_all_that_a_mail_names_is_asked_for():
    """Own id, answered and referenced ids, every mark wherever it stands, and the numbers of tags."""
    mail, other = to_bob(), issued("c")
    message = answer_to(
        mail,
        sender=BOB,
        references=("<old@x>",),
        to=(Address(marks.reply_address(mark_of(other), DESK)),),
        subject="[#1042] [#7]",
    )
    questions = ask(message, an_arrival(), HOUSE)

    assert questions.ids[:3] == ("<answer@acme.example>", id_of(mail), "<old@x>")
    assert questions.ids[3:] == tuple(marks.exposure(mark_of(each)) for each in (mail, other))
    assert questions.tokens == (mail.token, other.token)
    assert questions.numbers == (1042, 7)
    assert (questions.arrival, questions.mailbox, questions.sender) == (7, "support", BOB.address)
    assert ask(a_bounce(mail), None, HOUSE).tokens == (mail.token,)
