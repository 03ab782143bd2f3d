"""A ticket that was spam begins once more with its own mail: same number, today's rules, answered and told."""

from dataclasses import replace

from maild.desk import House
from maild.desk.asking import ask
from maild.model.decision import ChangeTicket, Decision, OpenTicket, RememberIds
from maild.model.mail import Arrival
from maild.model.outgoing import Template
from maild.model.ticket import Cause, CauseKind, Change, Confidence, EntryKind, State
from tests.unit.desk_values import (
    HOUSE,
    PASS,
    a_message,
    a_ticket,
    an_arrival,
    an_entry,
    decided,
    entries_of,
    facts,
    known,
    steps_of,
)
from tests.unit.rules_values import rules_of

ROOT = "command line: root"
PEOPLE = """
people:
  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}
teams:
  first-line: {members: [alice]}
queues:
  support: {address: support@acme.example, name: Acme Support, relay: main, team: first-line}
categories: {printing: {}}
rules:
"""


def a_house_with(rule: str) -> House:
    return replace(HOUSE, rules=rules_of(f"{PEOPLE}  r: {{when: always, then: {{{rule}}}}}\n"))


def released() -> Arrival:
    return replace(an_arrival(), opened=1042, released_by=ROOT)


def spam(**changes: object):
    ticket = a_ticket(state=State.SPAM, tags=("junk",), category="network", **changes)
    return facts(ticket=known(ticket, an_entry(1), replace(an_entry(2), kind=EntryKind.EVENT)))


def changes_of(decision: Decision) -> list[Change]:
    return [change for step in steps_of(decision, ChangeTicket) for change in step.changes]


def test_its_ticket_changes_to_what_it_would_open_today():
    """The mail stays the entry that it is; an event says who released it and what became of the values."""
    house = a_house_with("category: printing, tags: [urgent]")

    decision = decided(a_message(), spam(), PASS, house, released())

    assert steps_of(decision, OpenTicket) == []
    assert decision.outcome.ticket == 1042
    event, by_rules = entries_of(decision)
    assert (event.n, event.kind, event.by, event.cause) == (
        3,
        EntryKind.EVENT,
        ROOT,
        Cause(CauseKind.COMMAND_LINE, ROOT),
    )
    assert (by_rules.n, by_rules.cause.kind) == (4, CauseKind.RULE)
    wanted = {
        Change("state", "spam", "new"), Change("category", "network", "printing"), Change("tag", "junk", None),
        Change("tag", None, "urgent"), Change("priority", None, "p4"),
    }  # fmt: skip
    assert wanted <= set(event.changes) == set(changes_of(decision))
    assert {(mail.template, mail.ticket) for mail in decision.mails} == {
        (Template.ACKNOWLEDGED, 1042),
        (Template.AGENT_NOTICE, 1042),
    }
    assert steps_of(decision, RememberIds)[0].number == 1042


def test_it_becomes_as_confidential_as_it_would_be_today():
    """Before anybody is told of it; what was sealed stays so."""
    house = a_house_with("confidential: team")

    decision = decided(a_message(), spam(), PASS, house, released())
    sealed = decided(a_message(), spam(confidential=Confidence.SEALED), PASS, house, released())

    assert Change("confidential", None, "team") in changes_of(decision)
    assert all(change.field != "confidential" for change in changes_of(sealed))


def test_rules_that_still_call_it_spam_leave_it_there():
    """Nobody is answered or told."""
    decision = decided(a_message(), spam(), PASS, a_house_with("spam: true"), released())

    assert decision.mails == ()
    assert all(change.field != "state" for change in changes_of(decision))


def test_a_ticket_that_a_person_has_in_hand_is_left_alone():
    """Taken up before the mail was handled again: only the event is kept, and the mail is no second entry."""
    taken = facts(ticket=known(a_ticket(state=State.OPEN)))

    decision = decided(a_message(), taken, PASS, a_house_with("category: printing"), released())

    (event,) = entries_of(decision)
    assert (decision.outcome.ticket, event.kind, event.changes, decision.mails) == (1042, EntryKind.EVENT, (), ())


def test_its_own_ticket_is_asked_for():
    """Though the mail names no number."""
    assert ask(a_message(), released(), HOUSE).numbers == (1042,)
