"""Incidents: many tickets of one matter, opened by a rule, joined by whoever reports it after."""

from dataclasses import replace
from datetime import timedelta

from maild.model.decision import AddEntry, ChangeTicket, CountMail, Decision, OpenTicket
from maild.model.facts import Rate, TicketFacts
from maild.model.outgoing import Meaning, Template
from maild.model.rates import RateOf, RateQuestion
from maild.model.ticket import Change, Confidence, EntryKind, State
from tests.unit.desk_values import (
    BOB,
    EVE,
    FAIL,
    NONE,
    PASS,
    a_message,
    a_ticket,
    answer_to,
    decided,
    facts,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.test_ruling import a_house_with

HOUSE = a_house_with("""
  vpn: {when: {subject: {words: [vpn]}}, then: {category: network/vpn}}
  repeated:
    when: {category: network/vpn, rate: {count: 3, within: 30m}}
    then: {incident: "VPN outage", urgency: critical, notify: [managers]}
""")
ASKED = RateQuestion(RateOf.RULE, "repeated", timedelta(minutes=30))


def report(number: int, **changes: object) -> TicketFacts:
    """A ticket that was counted: without history, as the store gives it."""
    return TicketFacts(a_ticket(number, subject="VPN", category="network/vpn", **changes), (), 4, {})


def incident(state: State = State.OPEN, **changes: object) -> TicketFacts:
    ticket = a_ticket(1500, requester=None, subject="VPN outage", incident="VPN outage", state=state, **changes)
    return TicketFacts(ticket, (), 7, {}, children=(1001, 1002))


def the_third(*reports: TicketFacts, is_open: TicketFacts | None = None, authenticity=PASS, **changes) -> Decision:
    """Decide the mail that makes the rule hold, the store having counted these."""
    knowledge = facts(
        rates={ASKED: Rate(2, reports)},
        incidents={"vpn outage": 1500} if is_open else {},
        tickets={1500: is_open} if is_open else {},
    )
    return decided(a_message(subject="VPN down"), replace(knowledge, **changes), authenticity, HOUSE)


def parents(decision: Decision) -> dict[int, str | None]:
    return {
        step.number: change.new
        for step in steps_of(decision, ChangeTicket)
        for change in step.changes
        if change.field == "parent"
    }


def test_the_mail_that_makes_it_an_incident_brings_those_that_were_counted():
    """One parent without a customer, urgent as the rule says; it and the reports know of one another."""
    decision = the_third(report(1001), report(1002))

    own, opened = steps_of(decision, OpenTicket)
    assert (own.number, opened.number, opened.incident, opened.requester) == (2001, 2002, "VPN outage", None)
    assert (opened.category, opened.team, opened.urgency) == ("network/vpn", "network", "critical")
    assert parents(decision) == {1001: "2002", 1002: "2002", 2001: "2002"}
    story = next(step.text for step in steps_of(decision, AddEntry) if step.number == 2002)
    assert "#1001, #1002, #2001" in story and "rules.repeated" in story
    assert {step.n for step in steps_of(decision, AddEntry) if step.number == 1001} == {5}


def test_an_incident_is_told_to_its_team_and_to_whom_the_rule_notifies_once():
    """Their plain answer is for the reporters; of the single report the team hears as of any, the manager does not."""
    decision = the_third(report(1001), report(1002))

    notices = wanted(decision, Template.AGENT_NOTICE)
    of_incident = [mail for mail in notices if mail.ticket == 2002]
    assert sorted(recipients(of_incident)) == ["alex@acme.example", "dana@acme.example"]
    assert {mail.meaning for mail in of_incident} == {Meaning.RELAY}
    assert [line.split()[0] for line in of_incident[0].tickets] == ["#1001", "#1002", "#2001"]
    assert recipients(mail for mail in notices if mail.ticket == 2001) == ["alex@acme.example"]


def test_later_reports_join_and_nobody_is_told_of_the_incident_again():
    """A line in its history, and in theirs."""
    decision = the_third(is_open=incident())

    assert [step.number for step in steps_of(decision, OpenTicket)] == [2001]
    assert parents(decision) == {2001: "1500"}
    (joined,) = [step for step in steps_of(decision, AddEntry) if step.number == 1500]
    assert (joined.n, joined.kind, joined.text) == (8, EntryKind.EVENT, "#2001 joined.")
    assert not [mail for mail in decision.mails if mail.ticket == 1500]


def test_a_report_after_the_solution_opens_the_incident_again():
    """What was called solved and is reported again is not: those in charge hear of it."""
    decision = the_third(is_open=incident(State.RESOLVED))

    changes = [step.changes for step in steps_of(decision, ChangeTicket) if step.number == 1500]
    assert changes == [(Change("state", "resolved", "open"),)]
    assert [mail.to for mail in decision.mails if mail.ticket == 1500] == ["alice@acme.example", "alex@acme.example"]


def test_what_belongs_elsewhere_or_is_over_is_not_brought_along():
    """A ticket of another incident, and one that is closed, stay as they are."""
    decision = the_third(report(1001, parent=1400), report(1002, state=State.CLOSED), report(1003))

    assert parents(decision) == {1003: "2002", 2001: "2002"}


def test_an_incident_says_nothing_of_a_confidential_ticket():
    """Neither its history nor a notice to whom may not see it; the ticket's own history names the incident."""
    decision = the_third(report(1001, confidential=Confidence.TEAM, team="empty"), report(1002))

    assert parents(decision)[1001] == "2002"
    story = next(step.text for step in steps_of(decision, AddEntry) if step.number == 2002)
    assert "#1001" not in story and "#1002" in story
    lines = {mail.to: mail.tickets for mail in decision.mails if mail.ticket == 2002}
    assert [line.split()[0] for line in lines["alex@acme.example"]] == ["#1002", "#2001"]
    assert lines["dana@acme.example"][0] == "#1001 bob@customer.example"


def test_nor_of_one_that_this_very_mail_makes_confidential():
    """A reply that a rule keeps to the team opens the incident: neither history nor notice names its ticket."""
    house = a_house_with("""
  secret:
    on: reply
    when: {text: {words: [salary]}}
    then: {team: network, confidential: team, incident: "Pay day", notify: ["team:first-line"]}
""")
    mail = to_bob()
    knowledge = replace(facts(mail, ticket=known(a_ticket())), incidents={})
    decision = decided(answer_to(mail, "My salary is too low.", BOB), knowledge, PASS, house)

    (opened,) = steps_of(decision, OpenTicket)
    story = next(step.text for step in steps_of(decision, AddEntry) if step.number == opened.number)
    assert "#1042" not in story
    lines = {notice.to: notice.tickets for notice in decision.mails if notice.ticket == opened.number}
    assert lines["alice@acme.example"] == ()
    assert lines["alex@acme.example"] == (f"#1042 {BOB.address}",)


def test_who_takes_no_part_in_a_ticket_brings_it_into_no_incident():
    """By an answer that they came by: its customer would get what is said of a matter that is not theirs."""
    house = a_house_with("  outage: {on: any, when: {text: {words: [vpn]}}, then: {incident: VPN outage}}\n")
    mail = to_bob()
    knowledge = replace(facts(mail, ticket=known(a_ticket())), incidents={})
    for sender, authenticity, joined in ((BOB, NONE, [1042]), (EVE, PASS, [1042]), (EVE, NONE, [])):
        decision = decided(answer_to(mail, "The vpn is down.", sender), knowledge, authenticity, house)
        assert list(parents(decision)) == joined


def test_nor_does_their_answer_let_it_be_brought_along_later():
    """It is counted, for a rate counts mails, and its ticket is none of those that the rate has met."""
    house = a_house_with("""
  outage: {on: any, when: {text: {words: [vpn]}, rate: {count: 3, within: 30m}}, then: {incident: VPN outage}}
""")
    mail = to_bob()
    for sender, authenticity, ticket in ((BOB, NONE, 1042), (EVE, PASS, 1042), (EVE, NONE, None)):
        answer = answer_to(mail, "The vpn is down.", sender)
        (count,) = steps_of(decided(answer, facts(mail, ticket=known(a_ticket())), authenticity, house), CountMail)
        assert count.counted and count.ticket == ticket


def test_a_forged_mail_joins_nothing():
    """What goes to all of an incident shall not go to whom a forger names."""
    assert parents(the_third(is_open=incident(), authenticity=FAIL)) == {}


def test_a_forged_mail_is_counted_and_its_ticket_is_not_brought_along():
    """A rate knows of it; the incident that comes of the rate later writes nothing to whom the forger named."""
    for authenticity, number in ((PASS, 2001), (FAIL, None)):
        decision = decided(a_message(subject="VPN down"), facts(rates={ASKED: Rate()}), authenticity, HOUSE)
        (count,) = steps_of(decision, CountMail)
        assert count.counted and count.ticket == number


def test_mail_of_which_no_incident_was_asked_opens_none():
    """Mail that is older than the desk is filed, and that is all."""
    assert len(steps_of(the_third(incidents=None), OpenTicket)) == 1
