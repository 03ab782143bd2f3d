"""Parts of a matter: a rule opens a ticket for other hands, and the matter hears when it is done."""

from maild.model.decision import AddEntry, ChangeTicket, Decision, KeepDraft, OpenTicket
from maild.model.facts import TicketFacts
from maild.model.outgoing import Meaning, Template
from maild.model.ticket import Confidence, EntryKind, State
from tests.unit.desk_values import (
    BOB,
    FAIL,
    HOUSE,
    PASS,
    a_message,
    a_ticket,
    an_attachment,
    an_entry,
    answer_to,
    decided,
    facts,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.test_ruling import a_house_with

ONBOARDING = """
  onboarding:
    when: {subject: {words: [newcomer]}}
    then: {child: {queue: billing, subject: "Laptop for {sender}"}}
"""


def newcomer(authenticity=PASS, **changes) -> Decision:
    message = a_message(subject="A newcomer", text="She begins on Monday.", attachments=(an_attachment(),), **changes)
    return decided(message, facts(), authenticity, a_house_with(ONBOARDING))


def ended(text: str, **changes: object) -> Decision:
    """Decide Alice's answer about a part of #1042, which she was told of."""
    part = a_ticket(1500, subject="Laptop", requester=None, parent=1042, **changes)
    tickets = {1042: known(a_ticket(assignee="alex")), 1500: TicketFacts(part, (an_entry(1, EntryKind.NOTE),), 1, {})}
    notice = issued(ticket=1500, meaning=Meaning.NOTE, subject="[#1500 internal] Laptop")
    return decided(answer_to(notice, text), facts(notice, tickets=tickets), PASS, HOUSE)


def test_a_rule_opens_a_part_in_another_queue():
    """Without a customer, with the words and files of the mail; that queue's team hears of it as of a note."""
    decision = newcomer()

    matter, part = steps_of(decision, OpenTicket)
    assert (part.number, part.parent, part.queue, part.requester) == (2002, matter.number, "billing", None)
    assert part.subject == "Laptop for bob@customer.example"
    (note,) = [step for step in steps_of(decision, AddEntry) if step.number == 2002]
    assert note.kind is EntryKind.NOTE and "She begins on Monday." in note.text and note.attachments
    of_part = [mail for mail in decision.mails if mail.ticket == 2002]
    assert of_part and {mail.meaning for mail in of_part} == {Meaning.NOTE}


def test_the_notice_of_the_matter_names_its_part():
    """And so does its history."""
    decision = newcomer()

    assert wanted(decision, Template.AGENT_NOTICE)[0].ticket == 2002
    of_matter = [mail for mail in wanted(decision, Template.AGENT_NOTICE) if mail.ticket == 2001]
    assert {mail.tickets for mail in of_matter} == {("#2002 Laptop for bob@customer.example",)}
    events = [
        step.text for step in steps_of(decision, AddEntry) if step.number == 2001 and step.kind is EntryKind.EVENT
    ]
    assert any("#2002 “Laptop for bob@customer.example” was opened in billing" in text for text in events)


def test_a_forged_mail_opens_no_part():
    """Other teams are not put to work by whoever writes in a customer's name."""
    assert len(steps_of(newcomer(FAIL), OpenTicket)) == 1


def test_a_matter_that_this_very_mail_makes_confidential_is_so_for_its_part():
    """A reply that a rule keeps to the team: the part does not carry its words to another queue."""
    house = a_house_with("""
  secret:
    on: reply
    when: {text: {words: [salary]}}
    then: {confidential: team, child: {queue: billing, subject: "A raise"}}
""")
    mail = to_bob()
    message = answer_to(mail, "My salary is too low.", BOB, attachments=(an_attachment(),))
    decision = decided(message, facts(mail, ticket=known(a_ticket())), PASS, house)

    (part,) = steps_of(decision, OpenTicket)
    assert part.confidential is Confidence.TEAM
    (note,) = [step for step in steps_of(decision, AddEntry) if step.number == part.number]
    assert "salary" not in note.text and not note.attachments


def test_the_end_of_a_part_is_told_to_its_matter():
    """The words stay with the part as a note, since nobody outside waits; the matter's holder hears that it is done."""
    decision = ended("#resolve It lies on her desk.")

    assert not steps_of(decision, KeepDraft)
    changes = {step.number: step.changes[-1].new for step in steps_of(decision, ChangeTicket)}
    assert changes == {1500: "resolved"}
    entries = {step.number: step for step in steps_of(decision, AddEntry)}
    assert (entries[1500].kind, entries[1500].text) == (EntryKind.NOTE, "It lies on her desk.")
    assert entries[1042].text == "Its part #1500 “Laptop” is resolved, says Alice Reyes."
    assert recipients(mail for mail in decision.mails if mail.ticket == 1042) == ["alex@acme.example"]
    assert not [mail for mail in decision.mails if mail.person is None]


def test_a_confidential_part_is_told_of_by_its_number():
    """Its subject is for its own team."""
    decision = ended("#close", confidential=Confidence.TEAM)

    (told,) = [step.text for step in steps_of(decision, AddEntry) if step.number == 1042]
    assert told == "Its part #1500 is closed, says Alice Reyes."


def test_words_for_a_customer_whom_a_part_has_not_are_kept():
    """An explicit #reply still is one, and there is nobody to get it."""
    assert "nobody to answer" in steps_of(ended("#reply Hello?"), KeepDraft)[0].reasons[0]
    assert State.RESOLVED.value not in str(ended("#reply Hello?").steps)
