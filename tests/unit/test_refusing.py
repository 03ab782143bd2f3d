"""Rules that answer otherwise: a mail refused with a template, an acknowledgement written with another."""

from dataclasses import replace

import pytest

from maild.composing import Composer, Encoder
from maild.desk import House
from maild.model.decision import Decision, OpenTicket, OutcomeKind
from maild.model.facts import AcknowledgementCounts
from maild.model.mail import Automatic
from maild.model.outgoing import OutgoingMail, Template
from tests.unit.desk_values import (
    BOB,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    RING,
    TOKEN,
    a_bounce,
    a_machines_message,
    a_message,
    an_arrival,
    answer_to,
    decided,
    facts,
    issued,
    steps_of,
    wanted,
)
from tests.unit.rules_values import a_config, problems_of, rules_of
from tests.unit.test_ruling import PEOPLE

VIP = "Subject: Dear customer {{ tag }}\n\nAt once, {{ to.name }}. {{ number }}\n"
TEMPLATES = {"no-sales.txt": "Subject: No, thank you\n\nWe buy nothing.\n", "vip.txt": VIP}
RULES = """
rules:
  sales:
    when: {subject: {words: [offer]}}
    then: {refuse: no-sales}
  vip:
    when: {sender: "*@customer.example"}
    then: {queue: billing, template: {acknowledged: vip}}
"""


def a_house(rules: str = RULES, templates: dict[str, str] = TEMPLATES) -> House:
    return replace(HOUSE, rules=rules_of(PEOPLE + rules, templates=templates))


def an_offer(**changes: object):
    return a_message(**{"subject": "An offer", **changes})


def written(decision: Decision, house: House) -> list[OutgoingMail]:
    composer = Composer(house.desk, house.rules, RING, TEMPLATES)
    outside = [mail for mail in decision.mails if mail.person is None]
    return [composer.compose(mail, decision, facts(), TOKEN, NOW, encoder=Encoder()) for mail in outside]


def test_a_refused_mail_is_no_ticket_and_answered_once():
    """A matter of the desk's that says which rule it was; the rule's template answers, from the queue written to."""
    house = a_house()
    decision = decided(an_offer(), authenticity=PASS, house=house)

    assert (decision.outcome.kind, decision.outcome.ticket) == (OutcomeKind.DESK, None)
    assert decision.outcome.reason == "refused by rules.sales (1.yaml:18)"
    assert steps_of(decision, OpenTicket) == []
    assert [rule.name for rule in decision.rules] == ["sales", "vip"]
    (mail,) = written(decision, house)
    assert (mail.recipient, mail.subject, mail.sheet) == (BOB.address, "No, thank you", "no-sales")
    assert mail.template is Template.REFUSED
    assert mail.envelope_from == "billing@acme.example"
    assert b"Auto-Submitted: auto-replied" in mail.headers


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"automatic": Automatic.GENERATED, "automatic_proof": "Auto-Submitted"}, {}),
        ({"may_answer": False}, {}),
        ({"sender": None}, {}),
        ({}, {"address_hour": 3}),
        ({}, {"all_hour": 500}),
    ],
)
def test_a_refusal_is_under_all_caps(changes: dict[str, object], counts: dict[str, int]):
    """Nobody is flooded with refusals: it stays the desk's matter, and nothing goes out."""
    known = facts(acknowledgements=AcknowledgementCounts(**counts))
    decision = decided(an_offer(**changes), known, NONE, a_house())

    assert decision.outcome.reason.startswith("refused by rules.sales")
    assert decision.mails == ()
    assert bool(decision.capped) is bool(counts)


def test_a_forged_mail_is_refused_in_silence():
    """Whoever stands in From did not write it."""
    decision = decided(an_offer(), authenticity=FAIL, house=a_house())

    assert (decision.outcome.kind, decision.mails) == (OutcomeKind.DESK, ())


def test_what_an_unproved_mail_says_is_not_sent_to_whom_it_names():
    """A template that names the customer's subject or name finds nothing there, as in any acknowledgement."""
    talking = {**TEMPLATES, "no-sales.txt": "Subject: No {{ subject }}\n\nNo {{ to.name }}\n"}
    house = a_house(templates=talking)
    decision = decided(an_offer(), authenticity=NONE, house=house)
    composer = Composer(house.desk, house.rules, RING, talking)
    (mail,) = (composer.compose(one, decision, facts(), TOKEN, NOW, encoder=Encoder()) for one in decision.mails)

    assert mail.subject == "No"
    assert b"Bob" not in mail.wire
    assert b"offer" not in mail.wire


def test_who_answers_a_refusal_is_heard():
    """Only a person answers so: their mail opens a ticket, though the same rule would refuse it."""
    refused = issued("b", BOB.address, None, template=Template.REFUSED, ticket=None)
    answer = answer_to(refused, "I ask about your offer!", BOB, subject="Re: offer")
    decision = decided(answer, facts(refused), NONE, a_house())

    assert decision.outcome.kind is OutcomeKind.ENTRY
    (opened,) = steps_of(decision, OpenTicket)
    assert opened.requester == BOB


def test_nobody_hears_of_a_refusal_that_comes_back():
    """Whoever sells may have no address; an administrator need not know each time."""
    refused = issued("b", BOB.address, None, template=Template.REFUSED, ticket=None)
    assert decided(a_bounce(refused), facts(refused), NONE, a_house()).mails == ()


def test_a_mail_that_a_person_released_is_not_refused():
    """Somebody wants it as a ticket."""
    released = replace(an_arrival(), released_by="alice")
    decision = decided(an_offer(), authenticity=PASS, house=a_house(), arrival=released)

    assert len(steps_of(decision, OpenTicket)) == 1


def test_an_acknowledgement_is_written_with_the_rules_template():
    """That of a proved customer alone: an unproved one still gets the minimal one."""
    house = a_house()
    proved = decided(a_message(), authenticity=PASS, house=house)
    unproved = decided(a_message(), authenticity=NONE, house=house)

    (mail,) = written(proved, house)
    assert (mail.template, mail.subject) == (Template.ACKNOWLEDGED, "Dear customer [#2001]")
    assert [one.name for one in unproved.mails if one.person is None] == ["acknowledged-minimal"]


def test_templates_that_rules_name_are_checked():
    """One that is not there, one for a mail that answers nothing, one that names what customers must not read."""
    rules = "rules:\n  r: {{when: always, then: {{{}}}}}\n"
    (unknown,) = problems_of(PEOPLE + rules.format("refuse: no-sale"), templates=TEMPLATES)
    (other,) = problems_of(PEOPLE + rules.format("template: {resolved: vip}"), templates=TEMPLATES)
    assert "there is no template 'no-sale'. Did you mean 'no-sales'?" in unknown
    assert "template.resolved: only what answers the mail itself can be another: acknowledged," in other

    telling = {"vip.txt": "Subject: {{ tag }}\n\n{{ tracer }}\n"}
    (problem, *_) = a_composer(telling, "template: {acknowledged: vip}").check()
    assert (problem.file, problem.line, problem.what) == ("vip.txt", 3, "'tracer' is undefined")
    assert a_composer(TEMPLATES, "template: {acknowledged: vip}").check()[0].file == "no-sales.txt"
    assert a_composer({"vip.txt": VIP}, "template: {acknowledged: vip}").check() == ()


def test_a_language_without_its_sheet_is_told():
    """Of a template that rules name there is no German one of ours: German customers would read English."""
    (doubt,) = a_composer({"vip.txt": VIP}, "template: {acknowledged: vip}").doubts()
    assert "rules.r.then: there is no sheet vip in de" in str(doubt)
    assert a_composer({"vip.txt": VIP, "de/vip.txt": VIP}, "template: {acknowledged: vip}").doubts() == ()
    assert a_composer({}, "refuse: refused").doubts() == ()
    missing = a_composer({"de/vip.txt": VIP}, "template: {acknowledged: vip}").check()
    assert [(each.file, each.what) for each in missing] == [("vip.txt", "there is no such template")]


def test_the_shipped_refusal_is_there_in_both_languages():
    """`refuse: refused` needs no file of one's own; in the customer's language as the rules know it."""
    house = a_house("rules:\n  r: {when: always, then: {language: de, refuse: refused}}\n", {})
    decision = decided(an_offer(), authenticity=PASS, house=house)

    assert written(decision, house)[0].subject == "Ihre Nachricht wurde nicht angenommen"
    assert wanted(decision, Template.REFUSED)[0].queue == "support"
    assert decided(a_machines_message(Automatic.GENERATED), authenticity=PASS, house=house).mails == ()


def a_composer(templates: dict[str, str], then: str) -> Composer:
    rules = rules_of(PEOPLE + f"rules:\n  r: {{when: always, then: {{{then}}}}}\n", templates=templates)
    return Composer(a_config().desk, rules, RING, templates)


def test_a_sheet_for_what_is_refused_tells_of_no_ticket():
    """There is none: whoever reads "Its number is #None" waits for an answer that nobody writes."""
    talking = {"no-sales.txt": "Subject: No\n\nIts number is #{{ number }}.\n"}
    (problem, *_) = a_composer(talking, "refuse: no-sales").check()
    assert (problem.file, problem.line, problem.what) == ("no-sales.txt", 3, "'number' is undefined")
