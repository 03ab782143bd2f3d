"""Mails with the same key go to the same ticket: monitoring that tells of one host again and again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk import House, ask
from maild.model.decision import Decision, LinkTickets, OpenTicket, OutcomeKind, RememberKey
from maild.model.facts import AcknowledgementCounts, Facts, KeyedTicket, TicketFacts
from maild.model.mail import Address, Automatic, Message
from maild.model.outgoing import Template
from maild.model.ticket import EntryKind, State
from tests.unit.desk_values import (
    BOB,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_message,
    a_ticket,
    an_arrival,
    changes_of,
    decided,
    entries_of,
    facts,
    known,
    steps_of,
    wanted,
)
from tests.unit.rules_values import problems_of, rules_of
from tests.unit.test_ruling import PEOPLE

NAGIOS = Address("nagios@acme.example")
KEY = "nagios/mail01"
RULES = """
rules:
  monitoring:
    when: {subject: {matches: '^PROBLEM Host (?P<host>\\S+)'}}
    then: {category: network, same_ticket: "nagios/{host}", within: 7d, tags: [outage]}
  again:
    on: [reply]
    when: {subject: {contains: PROBLEM}}
    then: {tags: [again]}
"""


def a_house() -> House:
    return replace(HOUSE, rules=rules_of(PEOPLE + RULES))


def a_problem(sender: Address = NAGIOS, host: str = "mail01", **changes: object) -> Message:
    return a_message(sender, "It does not answer.", **{"subject": f"PROBLEM Host {host}", **changes})


def keyed(ticket: TicketFacts | None = None, ago: timedelta = timedelta(hours=2), *more: TicketFacts) -> Facts:
    """What is known where the key's ticket is this one; by default one of the monitoring's own that is open."""
    of_key = ticket or known(a_ticket(requester=NAGIOS))
    tickets = {one.ticket.number: one for one in (of_key, *more)}
    return facts(tickets=tickets, keyed={KEY: KeyedTicket(of_key.ticket.number, NOW - ago)})


def of_monitoring(decision: Decision) -> tuple[bool, int | None]:
    return bool(steps_of(decision, OpenTicket)), decision.outcome.ticket


def test_the_first_mail_opens_a_ticket_under_its_key():
    """The key is asked for, in any spelling the same, and the ticket takes it; a machine is not acknowledged."""
    house = a_house()
    assert ask(a_problem(), an_arrival(), house).keys == (KEY,)
    assert ask(a_problem(host="MAIL01"), an_arrival(), house).keys == (KEY,)
    assert ask(a_problem(), an_arrival(), house).gist == ""
    decision = decided(a_problem(), authenticity=PASS, house=house)

    assert of_monitoring(decision) == (True, 2001)
    assert steps_of(decision, RememberKey) == [RememberKey(2001, KEY, NAGIOS.address)]
    assert [mail.template for mail in decision.mails if mail.person is None] == []
    assert len(wanted(decision, Template.AGENT_NOTICE)) == 1


def test_the_next_mail_is_filed_there_and_tells_nobody():
    """An event on the open ticket with the rule, file and line that sent it there; rules on replies are asked."""
    house = a_house()
    decision = decided(a_problem(), keyed(), PASS, house)

    assert of_monitoring(decision) == (False, 1042)
    filed, event = entries_of(decision)
    assert (filed.kind, filed.flags) == (EntryKind.EVENT, ("automatic", "repeated"))
    assert event.text.splitlines() == [
        "same_ticket: nagios/mail01 within 7d by rules.monitoring (1.yaml:18)",
        "tags: – → again by rules.again (1.yaml:21)",
    ]
    assert event.cause.reference == house.rules.digest
    assert (changes_of(decision), decision.mails) == ({"tag": "again"}, ())
    (claim,) = decision.evidence
    assert (claim.kind, claim.value, claim.is_accepted) == ("key", KEY, True)
    assert claim.why == "rules.monitoring (1.yaml:18): within 7d of the last mail with this key"
    assert [rule.name for rule in decision.rules] == ["monitoring", "again"]
    assert steps_of(decision, RememberKey) == [RememberKey(1042, KEY, NAGIOS.address)]


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_settled_ticket_opens_again(state: State):
    """What was solved came back: the same history goes on, and those in charge see the words."""
    decision = decided(a_problem(), keyed(known(a_ticket(requester=NAGIOS, state=state))), PASS, a_house())

    assert of_monitoring(decision) == (False, 1042)
    assert changes_of(decision) == {"state": "open", "tag": "again"}
    assert entries_of(decision)[0].kind is EntryKind.CUSTOMER
    assert len(wanted(decision, Template.AGENT_NOTICE)) == 2
    assert [mail for mail in decision.mails if mail.person is None] == []


@pytest.mark.parametrize("state", [State.PENDING, State.WAITING, State.NEW])
def test_a_sleeping_ticket_sleeps_on(state: State):
    """Somebody knows of it already, and a machine's word changes no state."""
    decision = decided(a_problem(), keyed(known(a_ticket(requester=NAGIOS, state=state))), PASS, a_house())

    assert "state" not in changes_of(decision)
    assert decision.mails == ()


def test_after_the_time_a_new_ticket_is_linked_with_the_old_one():
    """Counted from the last mail with the key, not from the first."""
    decision = decided(a_problem(), keyed(ago=timedelta(days=8)), PASS, a_house())

    assert of_monitoring(decision) == (True, 2001)
    (link,) = steps_of(decision, LinkTickets)
    assert (link.number, link.other) == (2001, 1042)
    assert "longer ago than 7d" in link.why
    assert steps_of(decision, RememberKey) == [RememberKey(2001, KEY, NAGIOS.address)]


def test_spam_is_no_place_and_a_merged_ticket_leads_on():
    """A new matter beside spam; where the ticket was merged, its target gets the mail and the key stays as it was."""
    spam = decided(a_problem(), keyed(known(a_ticket(requester=NAGIOS, state=State.SPAM))), PASS, a_house())
    assert of_monitoring(spam) == (True, 2001)

    merged = known(a_ticket(requester=NAGIOS, state=State.MERGED, merged_into=1050))
    target = known(a_ticket(1050, requester=BOB))
    decision = decided(a_problem(), keyed(merged, timedelta(0), target), NONE, a_house())
    assert of_monitoring(decision) == (False, 1050)
    assert steps_of(decision, RememberKey) == [RememberKey(1042, KEY, NAGIOS.address)]


def test_a_forged_mail_goes_nowhere_and_takes_no_key():
    """It is a ticket of its own, flagged, and whoever forged it does not hold the host's key afterwards."""
    decision = decided(a_problem(), keyed(), FAIL, a_house())

    assert of_monitoring(decision) == (True, 2001)
    assert steps_of(decision, RememberKey) == []
    assert "forged" in entries_of(decision)[0].flags


def test_a_claimed_mail_goes_only_where_its_sender_takes_part():
    """As with a subject tag; the others of the ticket must not hear of what anybody can write."""
    house = a_house()
    theirs = decided(a_problem(), keyed(), NONE, house)
    others = decided(a_problem(), keyed(known(a_ticket(requester=BOB))), NONE, house)
    proved = decided(a_problem(), keyed(known(a_ticket(requester=BOB))), PASS, house)

    assert of_monitoring(theirs) == (False, 1042)
    assert "claimed" in entries_of(theirs)[0].flags
    assert of_monitoring(others) == (True, 2001)
    assert of_monitoring(proved) == (False, 1042)


def test_a_ticket_that_the_sender_names_goes_before_its_key():
    """A tag of a ticket in which they take part is an answer to that one."""
    named = known(a_ticket(1050, requester=NAGIOS))
    decision = decided(
        a_problem(subject="PROBLEM Host mail01 [#1050]"), keyed(None, timedelta(0), named), PASS, a_house()
    )

    assert decision.outcome.ticket == 1050


def test_a_mail_with_a_key_is_a_machines_though_it_does_not_say_so():
    """Old monitoring writes without a header that tells; a person who writes the same words is no customer either."""
    plain = decided(a_problem(), authenticity=PASS, house=a_house())
    marked = decided(a_problem(automatic=Automatic.GENERATED), authenticity=PASS, house=a_house())

    for decision in (plain, marked):
        assert any(why.startswith("no acknowledgement: a machine wrote it") for why in decision.why)
        assert decision.outcome.kind is OutcomeKind.ENTRY


def test_a_form_has_no_key():
    """Whoever fills it in writes what they like: the key would be theirs to choose."""
    text = "{when: always, then: {requester: reply_to, as: person, same_ticket: '{sender}', within: 1d}}"
    (problem,) = problems_of(PEOPLE + f"rules:\n  form: {text}\n")
    assert "same_ticket and as: person" in problem

    form = "  form: {when: {reply_to: {exists: true}}, then: {requester: reply_to, as: person}}\n"
    house = replace(HOUSE, rules=rules_of(PEOPLE + RULES + form))
    decision = decided(
        a_problem(reply_to=(BOB,)), replace(keyed(), requesters={BOB.address: AcknowledgementCounts()}), PASS, house
    )
    assert of_monitoring(decision) == (True, 2001)
    assert steps_of(decision, RememberKey) == []


def test_a_long_key_is_one_key():
    """A pattern may capture a whole mail: the database's index takes no such words."""
    long = "x" * 300
    (key,) = ask(a_problem(host=long), an_arrival(), a_house()).keys
    (other,) = ask(a_problem(host=long + "y"), an_arrival(), a_house()).keys

    assert len(key) < 300
    assert key != other
