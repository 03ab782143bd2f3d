"""Mail that somebody wrote to break the deciding: each is decided like any other, and gains its writer nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild import marks
from maild.desk.answering import outgoing_words
from maild.desk.commands import read_commands
from maild.desk.dress import is_rule
from maild.model.decision import Trust
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import EntryKind
from tests.unit.desk_values import (
    ALICE,
    BOB,
    DESK,
    EVE,
    NONE,
    NOW,
    PASS,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_entry,
    answer_to,
    decided,
    entries_of,
    facts,
    id_of,
    issued,
    known,
    mark_of,
    recipients,
    to_bob,
    wanted,
)

NOTICE = issued()
TICKET = known(a_ticket(subject="Printer"))


@pytest.mark.parametrize("line", ["_" * 250_000 + "x", "- " * 100_000 + "x" * 90, "-" * 290_000 + "x" * 90])
def test_a_line_of_drawn_characters_is_read_once(line: str):
    """No line makes the desk think for hours: anybody may write in an agent's name, and everybody else's mail waits."""
    assert outgoing_words(line, None, ("Acme Support",)).text == line
    assert outgoing_words(f"{line}\n> The printer is dead.", NOTICE, ("Acme Support",)).text
    assert not is_rule(line)


@pytest.mark.parametrize(
    "rule", ["-----Original Message-----", "- - - -", "_____", "*** forwarded by Bob ***", "-----\n"]
)
def test_a_drawn_line_is_a_rule(rule: str):
    """What clients draw above a quote is known, a few words in it included."""
    assert is_rule(rule)


@pytest.mark.parametrize("words", ["#resovle now\n" * 20_000, "#note " * 40_000, "hashtag noet " * 20_000])
def test_a_crowd_of_commands_is_asked_about_as_one(words: str):
    """Twenty thousand near commands are not compared one by one, and none is obeyed."""
    reading = read_commands(words)

    assert reading.commands == ()
    assert len(reading.doubts) == 1


def test_a_mark_is_ascii():
    """A letter that only some readers fold into another one makes no mark, and no exception."""
    notice = issued("s")
    text = id_of(notice).replace("s", "\u017f")

    assert marks.find_marks([text]) == ()
    assert decided(a_message(ALICE, in_reply_to=(text,)), facts(notice, ticket=TICKET)).outcome.ticket == 2001


def test_the_mark_of_an_agent_dies_though_it_was_given_to_a_customer():
    """An agent who once wrote to the desk as its customer is a person all the same: 90 days."""
    thanked = issued("c", ALICE.address, None, Meaning.CUSTOMER, Template.ACKNOWLEDGED, created_at=NOW - timedelta(91))

    decision = decided(answer_to(thanked, "#reply Pay to this account."), facts(thanked, ticket=TICKET), NONE)

    assert decision.sender is not None and decision.sender.trust is Trust.CLAIMED
    assert not wanted(decision, Template.REPLY)


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        (Automatic.OUT_OF_OFFICE, "Precedence: bulk"),
        (Automatic.REPLY, "Precedence: auto_reply"),
        (Automatic.LIST, "Precedence: bulk"),
        (Automatic.LIST, "X-Precedence: junk"),
    ],
)
def test_an_agents_responder_is_never_relayed(kind: Automatic, proof: str):
    """A vacation program that says no more than "Precedence: bulk" speaks to no customer."""
    vacation = a_machines_message(kind, proof)
    answer = replace(
        vacation, sender=ALICE, in_reply_to=(id_of(NOTICE),), message_id="<v@acme.example>", text="I am at the beach."
    )

    decision = decided(answer, facts(NOTICE, ticket=TICKET), PASS)

    assert not wanted(decision, Template.REPLY)
    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.EVENT]


def test_an_agent_behind_a_list_is_still_an_agent():
    """A desk whose address is a list gets everybody's answers with the list's headers."""
    answer = answer_to(NOTICE, automatic=Automatic.LIST, automatic_proof="List-Id: <support.acme.example>")

    assert recipients(wanted(decided(answer, facts(NOTICE, ticket=TICKET), PASS), Template.REPLY)) == [BOB.address]


@pytest.mark.parametrize("proof", ["Precedence: auto_reply", "X-Precedence: auto-reply"])
def test_a_responder_is_no_list(proof: str):
    """A customer's responder that uses Precedence to say so wakes no ticket."""
    notice = to_bob()
    answer = answer_to(notice, sender=BOB, automatic=Automatic.REPLY, automatic_proof=proof)

    assert [entry.kind for entry in entries_of(decided(answer, facts(notice, ticket=TICKET), PASS))] == [
        EntryKind.EVENT
    ]


@pytest.mark.parametrize("left", ["\uff3b", "\ufe47", "["])
@pytest.mark.parametrize("word", ["reply", "Reply", "\uff52\uff45\uff50\uff4c\uff59"])
def test_a_tag_of_the_customers_is_no_command(left: str, word: str):
    """A subject that a customer chose makes no relay of an agent's answer to colleagues, whatever its brackets are."""
    right = {"\uff3b": "\uff3d", "\ufe47": "\ufe48", "[": "]"}[left]
    subject = f"{left}{word}{right} Printer"
    note = issued(meaning=Meaning.NOTE, thread=Thread.INTERNAL, subject=f"[#1042 internal] {subject}")
    ticket = known(a_ticket(subject=subject), an_entry())

    decision = decided(answer_to(note, "He is a fool."), facts(note, ticket=ticket), PASS)

    assert not wanted(decision, Template.REPLY)
    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.NOTE]


def test_whoever_writes_in_an_agents_name_does_not_keep_the_agent_in_the_dark():
    """An unproved mail in an agent's name leaves that agent among those who are told."""
    house = a_house(teams={"first-line": replace(a_house().rules.teams["first-line"], members=("alice",))})

    decision = decided(a_message(ALICE, "I am on leave."), facts(), NONE, house)

    assert recipients(wanted(decision, Template.AGENT_NOTICE)) == [ALICE.address]


def test_a_colleague_joins_by_a_mark_of_this_ticket_alone():
    """A mark of another ticket that is shown beside the evidence opens no door to this one."""
    other = to_bob("o", ticket=7)
    mine = issued("n", "bea@customer.example", None, Meaning.CUSTOMER, Template.REPLY)
    bea = Address("bea@customer.example")
    mail = a_message(bea, in_reply_to=(id_of(mine),), references=(id_of(other),))
    ticket = known(a_ticket(requester=BOB))

    decision = decided(mail, replace(facts(mine, other, ticket=ticket)), PASS)

    assert [step for step in decision.steps if type(step).__name__ == "AddParticipant"] == []


def test_a_machine_of_the_requesters_domain_takes_no_part():
    """A service's verification mail to somebody's reply address does not make the service a participant (17)."""
    mail = to_bob()
    service = Address("no-reply@customer.example")

    decision = decided(a_message(service, in_reply_to=(id_of(mail),)), facts(mail, ticket=TICKET), PASS)

    assert [step for step in decision.steps if type(step).__name__ == "AddParticipant"] == []


def test_an_agents_mail_that_repeats_an_id_is_asked_about():
    """A signed mail of an agent, sent again with other headers, is not carried out a second time."""
    again = answer_to(NOTICE, "Please pay to the usual account.")

    decision = decided(again, facts(NOTICE, ticket=TICKET, same_id_other_body=True), PASS)

    assert not wanted(decision, Template.REPLY)
    assert len(wanted(decision, Template.DRAFT)) == 1


def test_a_mark_in_a_cc_of_somebody_else_proves_nothing():
    """Bob's reply address in Eve's Cc finds the ticket, and makes her nobody."""
    mail = to_bob()
    address = Address(marks.reply_address(mark_of(mail), DESK))

    decision = decided(a_message(EVE, cc=(address,)), facts(mail, ticket=TICKET), NONE)

    assert entries_of(decision)[0].flags == ("stranger", "claimed")
    assert decision.mails and set(recipients(decision.mails)).isdisjoint({EVE.address, BOB.address})
