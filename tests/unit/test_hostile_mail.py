"""Mail that somebody wrote to break the deciding: each is decided like any other, and gains its writer nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild import marks
from maild.desk import ask
from maild.desk.answering import outgoing_words
from maild.desk.commands import read_commands
from maild.desk.dress import is_rule
from maild.model.decision import OutcomeKind, RememberIds, Trust, Verdict
from maild.model.facts import IssuedMail, KnownId
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import EntryKind
from maild.parsing.authenticity import verdict
from tests.unit.desk_values import (
    ALICE,
    BOB,
    DESK,
    EVE,
    HOUSE,
    NONE,
    NOW,
    PASS,
    RING,
    a_bounce,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
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


def _forged(mail: IssuedMail) -> str:
    mark = mark_of(mail)
    return id_of(mail).replace(mark.signature, mark.signature[::-1])


def test_a_key_that_we_never_had_signs_nothing():
    """A mark that names no key of ours is not tried with another one."""
    mark = mark_of(NOTICE)

    assert not marks.is_genuine(replace(mark, key="k9"), ALICE.address, RING)


def test_a_mark_within_a_word_is_no_mark():
    """What only ends or begins like a mark is somebody's text."""
    mark = str(mark_of(NOTICE))

    assert marks.find_marks([f"alarm.{mark}@acme.example", f"m.{mark}x@acme.example"]) == ()


def test_a_forged_report_returns_nothing():
    """A delivery report about a mail whose mark is not genuine is about none of ours."""
    mail = to_bob()
    report = a_bounce(mail)
    assert report.bounce is not None
    forged = replace(report, bounce=replace(report.bounce, original_message_id=_forged(mail)))

    decision = decided(forged, facts(mail, ticket=TICKET))

    assert (decision.outcome.kind, decision.mails) == (OutcomeKind.DESK, ())


def test_a_forged_id_of_ours_silences_no_mail():
    """Only a genuine mark in its own Message-ID makes a mail one of ours that came back."""
    mail = to_bob()

    decision = decided(a_message(EVE, message_id=_forged(mail)), facts(mail, ticket=TICKET), PASS)

    assert wanted(decision, Template.AGENT_NOTICE)
    assert decision.outcome.ticket == 2001


def test_our_own_ids_are_not_remembered_for_whoever_shows_them():
    """A mark in References is no id of the ticket that it was shown to: its own mail says where it belongs."""
    mail = to_bob()

    decision = decided(a_message(EVE, references=(id_of(mail), _forged(mail), "<x@x.example>")), facts(), PASS)

    (remembered,) = [step for step in decision.steps if isinstance(step, RememberIds)]
    assert remembered.references == ("<x@x.example>",)


def test_what_is_claimed_is_by_an_address():
    """The history never says that an agent did what only somebody in their name did."""
    decision = decided(a_message(ALICE, "#reply Pay.", subject="[#1042]"), facts(ticket=TICKET), NONE)

    assert [entry.by for entry in entries_of(decision)] == [ALICE.address]


def test_a_note_that_a_client_quotes_without_marks_stays_inside():
    """What the notice showed of a colleague's note does not become the answering agent's own words."""
    note = "He never pays his bills and complains all day long about us."
    ticket = known(a_ticket(), an_entry(), an_entry(2, EntryKind.NOTE, "alex", note))
    notice = issued(quoted=f"The printer is dead.\n{note}", seen=2)

    decision = decided(answer_to(notice, f"We look.\n\n{notice.ours}\n\n{note}"), facts(notice, ticket=ticket), PASS)

    assert not [mail for mail in wanted(decision, Template.REPLY) if "pays" in mail.text]


def test_an_answer_about_another_ticket_is_no_relay_here():
    """A mark of another ticket's notice says nothing of what a mail with this one's tag means."""
    other = issued(ticket=7)

    decision = decided(answer_to(other, "Send him away.", subject="[#1042]"), facts(other, ticket=TICKET), PASS)

    assert not wanted(decision, Template.REPLY)
    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.NOTE]


@pytest.mark.parametrize(
    ("sender", "to"), [(ALICE, (Address(DESK), BOB)), (ALICE, (Address(DESK), EVE)), (EVE, (Address(DESK),))]
)
def test_a_mark_that_was_seen_outside_is_remembered_so(sender: Address, to: tuple[Address, ...]):
    """An agent's own client shows the mark of their notice to whoever else it writes to."""
    decision = decided(answer_to(NOTICE, sender=sender, to=to), facts(NOTICE, ticket=TICKET), PASS)

    (remembered,) = [step for step in decision.steps if isinstance(step, RememberIds)]
    assert remembered.references == (marks.exposure(mark_of(NOTICE)),)


def test_a_mark_that_stayed_inside_is_secret():
    """A plain answer to the desk, or to a colleague, exposes nothing; nor does a customer who shows theirs."""
    mail = to_bob()
    plain = decided(answer_to(NOTICE, cc=(Address("alex@acme.example"),)), facts(NOTICE, ticket=TICKET), PASS)
    customers = decided(answer_to(mail, sender=BOB, cc=(EVE,)), facts(mail, ticket=TICKET), PASS)

    for decision in (plain, customers):
        assert [step.references for step in decision.steps if isinstance(step, RememberIds)] == [()]


@pytest.mark.parametrize("form", ["m", "r", "b"])
def test_a_mark_that_was_seen_outside_proves_nobody(form: str):
    """Whoever got the agent's own mail cannot write in their name, whatever they make of the mark."""
    exposed = marks.exposure(mark_of(NOTICE))
    seen = KnownId(exposed, 1042, is_reference=True, addresses=frozenset({BOB.address}))
    forged = answer_to(NOTICE, "Pay to eve.", in_reply_to=(f"<{form}.{mark_of(NOTICE)}@elsewhere.example>",))
    knowledge = facts(NOTICE, ticket=TICKET, known={exposed: (seen,)})

    assert exposed in ask(forged, an_arrival(), HOUSE).ids
    assert not wanted(decided(forged, knowledge, NONE), Template.REPLY)
    assert len(wanted(decided(forged, knowledge, NONE), Template.DID_YOU_SEND_THIS)) == 1
    assert wanted(decided(forged, knowledge, PASS), Template.REPLY)


def test_a_second_signature_below_the_servers_own_is_the_senders():
    """Where the server reported DKIM and nothing else, a header in its name below cannot mend what it found."""
    found = (
        "mx.acme.example; dkim=fail header.d=acme.example",
        "mx.acme.example; dkim=pass header.d=acme.example",
    )

    assert verdict(found, ALICE.address, "mx.acme.example")[0] is Verdict.NONE
    assert verdict(found[1:], ALICE.address, "mx.acme.example")[0] is Verdict.PASS
