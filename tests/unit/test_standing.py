"""Who the sender is and whether to believe it: every cell of the contract's table."""

import pytest

from maild.desk.finding import find
from maild.desk.standing import stand
from maild.model.decision import Authenticity, Sender, Standing, Trust
from maild.model.facts import Facts
from maild.model.mail import Address, Message
from maild.model.ticket import Ticket
from tests.unit.desk_values import (
    ALICE,
    BOB,
    CAROL,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_message,
    a_ticket,
    answer_to,
    facts,
    issued,
    known,
    to_bob,
)

TICKET = a_ticket(participants=(CAROL,))


def standing(message: Message, knowledge: Facts, authenticity: Authenticity, ticket: Ticket | None = TICKET) -> Sender:
    assert message.sender is not None
    found = find(message, knowledge, HOUSE, NOW)
    return stand(message.sender, found, ticket, authenticity, house=HOUSE, now=NOW)


@pytest.mark.parametrize(
    ("sender", "authenticity", "has_mark", "expected"),
    [
        (ALICE, PASS, False, (Standing.AGENT, Trust.PROVED)),
        (ALICE, NONE, True, (Standing.AGENT, Trust.PROVED)),
        (ALICE, NONE, False, (Standing.AGENT, Trust.CLAIMED)),
        (ALICE, FAIL, False, (Standing.AGENT, Trust.CLAIMED)),
        (ALICE, FAIL, True, (Standing.AGENT, Trust.CLAIMED)),
        (BOB, PASS, False, (Standing.PARTICIPANT, Trust.PROVED)),
        (BOB, NONE, True, (Standing.PARTICIPANT, Trust.PROVED)),
        (BOB, NONE, False, (Standing.PARTICIPANT, Trust.CLAIMED)),
        (BOB, FAIL, False, (Standing.PARTICIPANT, Trust.FORGED)),
        (BOB, FAIL, True, (Standing.PARTICIPANT, Trust.FORGED)),
        (CAROL, PASS, False, (Standing.PARTICIPANT, Trust.PROVED)),
        (CAROL, NONE, False, (Standing.PARTICIPANT, Trust.CLAIMED)),
        (EVE, PASS, False, (Standing.STRANGER, Trust.PROVED)),
        (EVE, NONE, False, (Standing.STRANGER, Trust.CLAIMED)),
        (EVE, FAIL, False, (Standing.STRANGER, Trust.FORGED)),
    ],
)
def test_every_cell_of_the_table(
    sender: Address, authenticity: Authenticity, has_mark: bool, expected: tuple[Standing, Trust]
):
    """Verdict and own mark decide, by what the sender is to the ticket."""
    mail = issued() if sender is ALICE else to_bob()
    message = answer_to(mail, sender=sender) if has_mark else a_message(sender)
    who = standing(message, facts(mail, ticket=known(TICKET)), authenticity)

    assert (who.standing, who.trust) == expected


def test_the_mark_of_somebody_else_proves_nothing():
    """Who shows another's mark is as unproved as without."""
    mail = to_bob()
    who = standing(answer_to(mail, sender=CAROL), facts(mail, ticket=known(TICKET)), NONE)

    assert who.trust is Trust.CLAIMED


def test_an_agent_who_is_the_requester_stands_as_a_customer():
    """On their own matter agents are customers, and a forgery of them is held like any."""
    ticket = a_ticket(requester=ALICE)

    assert standing(a_message(ALICE), facts(ticket=known(ticket)), PASS, ticket).standing is Standing.PARTICIPANT
    assert standing(a_message(ALICE), facts(ticket=known(ticket)), FAIL, ticket).trust is Trust.FORGED


def test_who_left_is_a_stranger():
    """The address of somebody who left is no agent's."""
    who = standing(a_message(Address("erik@acme.example")), facts(), PASS, None)

    assert (who.standing, who.person) == (Standing.STRANGER, None)


def test_case_distinguishes_nobody():
    """Mailboxes differ in no letter case that a person would know of."""
    who = standing(a_message(Address("Bob@customer.example")), facts(ticket=known(TICKET)), PASS)

    assert who.standing is Standing.PARTICIPANT


def test_display_names_give_nothing():
    """A name that looks like an agent's address is a name (mail-facts 5.8)."""
    who = standing(a_message(Address(EVE.address, f'"{ALICE.name}" <{ALICE.address}>')), facts(), PASS, None)

    assert (who.standing, who.person) == (Standing.STRANGER, None)


def test_the_proof_is_told():
    """Whoever asks why reads the server's words or the mark."""
    mail = to_bob()

    assert standing(a_message(BOB), facts(), PASS, None).proof == PASS.proof
    assert mail.token in standing(answer_to(mail, sender=BOB), facts(mail, ticket=known()), NONE).proof
    assert standing(a_message(EVE), facts(), NONE, None).proof == "nothing proves it"
