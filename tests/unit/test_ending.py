"""To which state rules bring a ticket, and how confidential it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk import House
from maild.desk.byhand import set_fields
from maild.model.decision import (
    AddParticipant,
    Authenticity,
    ChangeTicket,
    Decision,
    OpenTicket,
    StartTimer,
    StopTimers,
    TimerKind,
)
from maild.model.facts import AcknowledgementCounts, KeyedTicket
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Author, Template
from maild.model.ticket import Confidence, EntryKind, State
from tests.unit.desk_values import (
    BOB,
    CAROL,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.rules_values import problems_of, rules_of
from tests.unit.test_ruling import PEOPLE

NAGIOS = Address("nagios@acme.example")


def a_house(then: str, on: str = "[new, reply]", people: str = PEOPLE) -> House:
    return replace(HOUSE, rules=rules_of(people + f"rules:\n  r: {{on: {on}, when: always, then: {{{then}}}}}\n"))


def opened(decision: Decision) -> OpenTicket:
    (step,) = steps_of(decision, OpenTicket)
    return step


def outside(decision: Decision) -> list[Template]:
    return [mail.template for mail in decision.mails if mail.person is None]


RESOLVING = a_house("resolve: 'Press F1 and it works again.'")


def test_a_rule_resolves_a_new_matter_with_words_to_the_customer():
    """One mail instead of the acknowledgement, by the desk itself; the words stand in the history, and no colleague is
    told.
    """
    decision = decided(a_message(), authenticity=PASS, house=RESOLVING)

    assert opened(decision).state is State.RESOLVED
    (mail,) = decision.mails
    assert (mail.template, mail.to, mail.text) == (Template.RESOLVED, BOB.address, "Press F1 and it works again.")
    assert (mail.author, mail.is_capped) == (Author.AUTO_REPLIED, True)
    said = entries_of(decision)[-1]
    assert (said.kind, said.by, said.flags, said.text) == (EntryKind.AGENT, "rules", ("automatic",), mail.text)
    assert said.cause.reference == "1.yaml:17"


@pytest.mark.parametrize("verdict", [NONE, FAIL])
def test_what_nobody_proves_is_not_resolved(verdict: Authenticity):
    """The words would go to whom a mail merely names: it stays a new ticket, and those in charge see it."""
    decision = decided(a_message(), authenticity=verdict, house=RESOLVING)

    assert opened(decision).state is State.NEW
    assert outside(decision) == ([Template.ACKNOWLEDGED_MINIMAL] if verdict is NONE else [])
    assert len(wanted(decision, Template.AGENT_NOTICE)) == 2
    assert any(why.startswith("not resolved: nothing proves who wrote") for why in decision.why)


def test_resolving_is_under_the_caps():
    """Whoever answers each of our answers is soon a ticket that people see."""
    counts = AcknowledgementCounts(address_hour=20)
    decision = decided(a_message(), facts(acknowledgements=counts), PASS, RESOLVING)

    assert opened(decision).state is State.NEW
    assert outside(decision) == []
    assert any("not resolved, for nobody can be told" in why for why in decision.why)


def test_a_rule_resolves_on_a_reply_of_whose_matter_it_is():
    """Of nobody else, and not what is settled already and only thanked for."""
    mail = to_bob()

    def replied(sender: Address = BOB, words: str = "It works now, I think.", **ticket: object) -> Decision:
        one = known(a_ticket(participants=(CAROL,), **ticket))
        return decided(answer_to(mail, words, sender), facts(mail, ticket=one), PASS, RESOLVING)

    by_bob = replied()
    assert changes_of(by_bob) == {"state": "resolved"}
    assert outside(by_bob) == [Template.RESOLVED]
    assert wanted(by_bob, Template.AGENT_NOTICE) == []
    assert steps_of(by_bob, StopTimers)
    by_carol = replied(CAROL, state=State.WAITING)
    assert changes_of(by_carol) == {"state": "open"}
    assert outside(by_carol) == []
    assert changes_of(replied(words="Thanks!", state=State.RESOLVED)) == {}


def test_a_machine_resolves_its_own_matter_alone():
    """A recovery with the key of the problem: silently, if it is proved and no person waits with it."""
    house = a_house("same_ticket: host, within: 7d, resolve: 'It is well again.'", "any")
    recovery = a_machines_message(Automatic.GENERATED, sender=NAGIOS)

    def recovered(authenticity: Authenticity = PASS, **ticket: object) -> Decision:
        one = a_ticket(**{"requester": NAGIOS, **ticket})
        known_by_key = facts(ticket=known(one), keyed={"host": KeyedTicket(1042, NOW)})
        return decided(recovery, known_by_key, authenticity, house)

    assert changes_of(recovered()) == {"state": "resolved"}
    assert recovered().mails == ()
    note = entries_of(recovered())[-1]
    assert (note.kind, note.text) == (EntryKind.NOTE, "It is well again.")
    assert changes_of(recovered(NONE)) == {}
    assert changes_of(recovered(requester=BOB)) == {}
    assert changes_of(recovered(participants=(BOB,))) == {}
    for settled in (State.RESOLVED, State.CLOSED):
        assert changes_of(recovered(state=settled)) == {}
    alone = decided(recovery, authenticity=PASS, house=house)
    assert (opened(alone).state, alone.mails) == (State.RESOLVED, ())


def test_a_rule_lets_a_ticket_wait():
    """The customer is acknowledged, those in charge hear of it when it wakes."""
    decision = decided(a_message(), authenticity=PASS, house=a_house("pending: 2h"))

    assert opened(decision).state is State.PENDING
    assert outside(decision) == [Template.ACKNOWLEDGED]
    assert wanted(decision, Template.AGENT_NOTICE) == []
    assert steps_of(decision, StartTimer) == [StartTimer(TimerKind.WAKE, 2001, NOW + timedelta(hours=2))]


def test_only_a_proved_mail_lets_a_ticket_that_is_there_wait():
    """Anybody could make colleagues forget it; a proved one stops the old timer and starts its own, and is told."""
    mail, house = to_bob(), a_house("pending: 2h")

    def replied(authenticity: Authenticity, is_marked: bool) -> Decision:
        reply = answer_to(mail, "Later.", BOB) if is_marked else a_message(subject="Re: [#1042] Printer")
        return decided(reply, facts(mail, ticket=known(a_ticket())), authenticity, house)

    proved = replied(PASS, is_marked=True)
    assert changes_of(proved) == {"state": "pending"}
    assert [type(step) for step in proved.steps if isinstance(step, StopTimers | StartTimer)] == [
        StopTimers,
        StartTimer,
    ]
    assert wanted(proved, Template.AGENT_NOTICE)
    claimed = replied(NONE, is_marked=False)
    assert changes_of(claimed) == {}


def test_a_reply_is_called_spam_once():
    """Whatever its words would have done to the state; nobody is told. A stranger's mail calls no ticket spam."""
    mail, house = to_bob(), a_house("spam: true")
    waiting = facts(mail, ticket=known(a_ticket(state=State.WAITING)))
    decision = decided(answer_to(mail, "Buy!", BOB), waiting, PASS, house)

    (change,) = [one for step in steps_of(decision, ChangeTicket) for one in step.changes]
    assert (change.field, change.old, change.new) == ("state", "waiting", "spam")
    assert decision.mails == ()
    strange = decided(answer_to(mail, "Buy!", EVE), waiting, NONE, house)
    assert changes_of(strange) == {}


def test_a_rule_makes_a_new_ticket_confidential():
    """Nobody joins it, and only those who may see it hear of it: the lead, not the colleagues of other teams."""
    house = a_house("confidential: sealed, team: network")
    mail = a_message(to=(Address("support@acme.example"), CAROL))
    decision = decided(mail, authenticity=PASS, house=house)

    assert opened(decision).confidential is Confidence.SEALED
    assert steps_of(decision, AddParticipant) == []
    assert recipients(wanted(decision, Template.AGENT_NOTICE)) == ["alex@acme.example"]


def test_a_rule_on_a_reply_makes_a_ticket_confidential_before_it_is_told():
    """Also to whom it names; what was sealed is never less."""
    mail = to_bob()
    house = a_house("confidential: team, team: network, notify: [alice, dana]")
    reply = answer_to(mail, "My salary is wrong.", BOB, to=(Address("support@acme.example"), CAROL))
    decision = decided(reply, facts(mail, ticket=known(a_ticket())), PASS, house)

    assert changes_of(decision)["confidential"] == "team"
    assert steps_of(decision, AddParticipant) == []
    assert sorted(recipients(wanted(decision, Template.AGENT_NOTICE))) == ["alex@acme.example", "dana@acme.example"]
    sealed = facts(mail, ticket=known(a_ticket(confidential=Confidence.SEALED)))
    assert "confidential" not in changes_of(decided(reply, sealed, PASS, house))


def test_old_mail_that_is_taken_over_is_neither_resolved_nor_put_to_sleep():
    """Its state is the one that the administrator gave; nothing in its history says that words went out."""
    old = replace(an_arrival(), taken_over_as=State.CLOSED)
    for house in (RESOLVING, a_house("pending: 2h")):
        decision = decided(a_message(), authenticity=PASS, house=house, arrival=old)
        assert opened(decision).state is State.CLOSED
        assert [entry.kind for entry in entries_of(decision)] == [EntryKind.CUSTOMER, EntryKind.EVENT]
        assert steps_of(decision, StartTimer) == []


def test_a_rule_ends_a_mail_in_one_way():
    """What is held is not resolved."""
    (problem,) = problems_of(PEOPLE + "rules:\n  r: {when: always, then: {resolve: Done., hold: why}}\n")
    assert "resolve and hold end a mail in different ways: keep one of them" in problem


SECRET = """
categories:
  staff:        {confidential: team}
  staff/salary: {confidential: sealed}
  staff/party:  {title: Parties}
  printing:     {title: Printing}
"""


def a_secret_house(rules: str = "") -> House:
    people = PEOPLE.partition("categories:")[0]
    return replace(HOUSE, rules=rules_of(people + SECRET + ("rules:\n" + rules if rules else "")))


def test_a_category_makes_its_tickets_confidential():
    """The one that the rules end with, on a new ticket and on one that is there; a child has it from its parent."""
    by_word = "".join(
        f"  {name}: {{on: any, when: {{text: {{words: [{name}]}}}}, then: {{category: {category}}}}}\n"
        for name, category in (("salary", "staff/salary"), ("party", "staff/party"), ("printer", "printing"))
    )
    house = a_secret_house(by_word)

    def of(words: str) -> Confidence | None:
        return opened(decided(a_message(text=words, subject="x"), authenticity=PASS, house=house)).confidential

    assert of("My salary is wrong.") is Confidence.SEALED
    assert of("The party is when?") is Confidence.TEAM
    assert of("The printer is dead.") is None
    assert of("My salary slip is in the printer.") is None  # a later rule says that it is about printing
    mail = to_bob()
    answer = answer_to(mail, "It is about my salary.", BOB, subject="Re: x")
    reply = decided(answer, facts(mail, ticket=known(a_ticket())), PASS, house)
    assert changes_of(reply) == {"category": "staff/salary", "confidential": "sealed"}


@pytest.mark.parametrize(
    ("category", "before", "after"),
    [
        ("staff", None, "team"),
        ("staff/salary", Confidence.TEAM, "sealed"),
        ("staff", Confidence.SEALED, None),
        ("printing", Confidence.TEAM, None),
    ],
)
def test_people_who_give_a_category_make_its_ticket_confidential(category: str, before: Confidence, after: str | None):
    """By mail and on the command line; never less than it was."""
    house = a_secret_house()
    ticket = known(a_ticket(assignee="alice", confidential=before))
    notice = issued()
    mail = answer_to(notice, f"#category {category}")
    changes = changes_of(decided(mail, facts(notice, ticket=ticket), PASS, house))
    by_hand = changes_of(set_fields(ticket, {"category": category}, facts=facts(), house=house, by="root"))

    assert changes.get("confidential") == by_hand.get("confidential") == after
    assert changes["category"] == by_hand["category"] == category
