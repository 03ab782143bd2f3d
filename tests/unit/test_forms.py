"""Forms: a program's mail is the matter of whoever filled it in, who is answered as anybody unproved is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.config import LimitsConfig
from maild.desk import House, ask
from maild.model.decision import Decision, MeetContact, OpenTicket, Trust
from maild.model.facts import AcknowledgementCounts, Facts
from maild.model.mail import Address, Automatic, Message
from maild.model.outgoing import Template
from maild.model.ticket import Contact
from tests.unit.desk_values import (
    BOB,
    DESK,
    FAIL,
    HOUSE,
    NOW,
    PASS,
    a_machines_message,
    a_message,
    an_arrival,
    decided,
    entries_of,
    facts,
    steps_of,
)
from tests.unit.rules_values import rules_of
from tests.unit.test_ruling import PEOPLE

FORM = Address("wordpress@acme.example")
RULES = """
rules:
  form: {when: {sender: wordpress@acme.example, reply_to: {exists: true}}, then: {requester: reply_to, as: person}}
"""
BY_FIELD = """
rules:
  form:
    when: {sender: wordpress@acme.example, text: {matches: 'E-Mail: (?P<email>\\S+)'}}
    then: {requester: "{email}", as: person}
"""


def a_house(rules: str = RULES) -> House:
    return replace(HOUSE, rules=rules_of(PEOPLE + rules))


def a_form(text: str = "My printer smokes.", **changes: object) -> Message:
    proof = "Auto-Submitted: auto-generated"
    return a_machines_message(
        Automatic.GENERATED,
        proof,
        **{"sender": FORM, "reply_to": (BOB,), "text": text, "reply": text, "may_answer": False, **changes},
    )


def answered(counts: AcknowledgementCounts | None = None, **more: object) -> Facts:
    return facts(requesters={BOB.address: counts or AcknowledgementCounts()}, **more)


def thanks(decision: Decision) -> list[tuple[Template, str]]:
    return [(mail.template, mail.to) for mail in decision.mails if mail.person is None]


def test_a_form_speaks_for_whoever_filled_it_in():
    """They are the requester, claimed however well the program is proved, and get the minimal acknowledgement."""
    decision = decided(a_form(), answered(), PASS, a_house())

    assert steps_of(decision, OpenTicket)[0].requester == BOB
    assert thanks(decision) == [(Template.ACKNOWLEDGED_MINIMAL, BOB.address)]
    assert decision.sender.trust is Trust.CLAIMED
    assert decision.sender.proof == "a form of wordpress@acme.example names them"
    assert "claimed" in entries_of(decision)[0].flags
    assert steps_of(decision, MeetContact) == [MeetContact(BOB)]


def test_the_address_may_stand_in_the_words():
    """A field that a pattern captures, from a program that answers nobody and says so in no header."""
    house = a_house(BY_FIELD)
    form = a_message(FORM, "E-Mail: Bob@Customer.example\nIt smokes.")
    assert ask(form, an_arrival(), house).requesters == ("Bob@customer.example",)
    decision = decided(form, answered(), PASS, house)

    assert steps_of(decision, OpenTicket)[0].requester == Address("Bob@customer.example")
    assert thanks(decision) == [(Template.ACKNOWLEDGED_MINIMAL, "Bob@customer.example")]


@pytest.mark.parametrize(
    "counts",
    [
        AcknowledgementCounts(address_hour=3),
        AcknowledgementCounts(address_day=10),
        AcknowledgementCounts(domain_hour=30),
        AcknowledgementCounts(all_hour=500),
    ],
)
def test_a_form_is_no_way_round_the_caps(counts: AcknowledgementCounts):
    """Of whoever is named, not of the program; what was proved of them before loosens none. A ticket there is."""
    decision = decided(a_form(), answered(counts, was_proved_lately=True), PASS, a_house())

    assert steps_of(decision, OpenTicket)[0].requester == BOB
    assert thanks(decision) == []
    assert decision.capped.startswith(BOB.address)


def test_how_often_they_were_answered_must_be_known():
    """Where it was not asked, because no rule could be seen to take the address, nobody is answered."""
    decision = decided(a_form(), facts(), PASS, a_house())

    assert thanks(decision) == []
    assert "no acknowledgement: how often they were answered was not asked" in decision.why


def test_a_forged_form_is_nobodys():
    """The sender of a form can be forged too: the ticket is flagged, names nobody else and draws no mail."""
    decision = decided(a_form(), answered(), FAIL, a_house())

    assert steps_of(decision, OpenTicket)[0].requester == FORM
    assert "forged" in entries_of(decision)[0].flags
    assert thanks(decision) == []
    assert steps_of(decision, MeetContact) == []


def test_a_form_that_names_nobody_answers_nobody():
    """No address, one that is none, the desk's own: and never the program itself."""
    house = a_house(BY_FIELD)
    for text in ("It smokes.\nE-Mail: none", f"E-Mail: {DESK}", "E-Mail: noreply@customer.example"):
        known = facts(requesters={one: AcknowledgementCounts() for one in (DESK, "noreply@customer.example")})
        assert thanks(decided(a_message(FORM, text), known, PASS, house)) == []


def test_whom_a_form_names_is_left_in_peace_as_anybody():
    """An address whose mail came back, or that is to hear nothing by itself for a day."""
    gone = Contact(BOB.address, "", undeliverable_at=NOW)
    quiet = Contact(BOB.address, "", silent_until=NOW + timedelta(hours=1))
    for contact in (gone, quiet):
        assert thanks(decided(a_form(), answered(contacts={BOB.address: contact}), PASS, a_house())) == []


def test_a_machine_that_names_somebody_is_no_form():
    """Without `as: person` it stays a machine's mail, which draws no acknowledgement."""
    house = a_house(RULES.replace(", as: person", ""))
    decision = decided(a_form(), answered(), PASS, house)

    assert steps_of(decision, OpenTicket)[0].requester == BOB
    assert thanks(decision) == []


def test_the_limits_are_those_of_the_desk():
    """What `limits.acknowledgements` says of unproved addresses holds for forms."""
    caps = {"unproved_address_hour": 1}
    house = replace(a_house(), limits=LimitsConfig.model_validate({"acknowledgements": caps}))
    assert thanks(decided(a_form(), answered(AcknowledgementCounts(address_hour=1)), PASS, house)) == []
