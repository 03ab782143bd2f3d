"""A round: the store is asked before it, and its last message still knows of its first."""

from dataclasses import replace
from datetime import timedelta

from maild.desk import ask
from maild.model.decision import AddEntry, ChangeTicket, CountMail, Decision, OpenTicket
from maild.model.facts import AcknowledgementCounts, Rate
from maild.model.mail import Address
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.rates import RateOf, RateQuestion
from maild.model.rounds import Round
from maild.model.ticket import State
from tests.unit.desk_values import HOUSE, NOW, PASS, a_message, an_arrival, decided, facts, steps_of
from tests.unit.test_ruling import a_house_with

BURST = """
  burst:
    when: {subject: {words: [vpn]}, rate: {count: 5, within: 30m}}
    then: {tags: [burst]}
"""


def a_round(house, subjects: list[str], times: int = 0) -> list[Decision]:
    """Decide messages in one round, after the store was asked once; `times` is what it counted for the rule."""
    so_far, decisions = Round(), []
    for number, subject in enumerate(subjects):
        message = a_message(Address(f"c{number}@x.example"), subject=subject, message_id=f"<{number}@x.example>")
        asked = ask(message, an_arrival(), house)
        known = so_far.known_to(asked, facts(rates={rate: Rate(times) for rate in asked.rates}, incidents={}), NOW)
        decisions.append(decided(message, known, PASS, house))
        so_far.add(decisions[-1], known, NOW)
    return decisions


def test_the_fifth_of_a_burst_in_one_round_is_the_fifth():
    """The counts of a round go on from what the store counted; what the rule does not touch counts nothing."""
    house = a_house_with(BURST)

    decisions = a_round(house, ["VPN", "VPN", "printer", "VPN", "VPN", "VPN", "VPN"])

    opened = [step for each in decisions for step in steps_of(each, OpenTicket)]
    assert [step.tags for step in opened] == [(), (), (), (), (), ("burst",), ("burst",)]
    assert [step.number for step in opened] == list(range(2001, 2008))
    assert [steps_of(each, OpenTicket)[0].tags for each in a_round(house, ["VPN", "VPN"], times=3)] == [(), ("burst",)]


def test_one_incident_comes_of_a_burst_in_one_round():
    """The fifth opens it with the four before it, and the sixth joins what is not in the store yet."""
    house = a_house_with(BURST.replace("tags: [burst]", "incident: Outage"))

    decisions = a_round(house, ["VPN"] * 7)

    opened = [[step.number for step in steps_of(each, OpenTicket)] for each in decisions]
    assert opened == [[2001], [2002], [2003], [2004], [2005, 2006], [2007], [2008]]
    changes = [(step.number, step.changes[0].new) for each in decisions for step in steps_of(each, ChangeTicket)]
    assert changes == [(number, "2006") for number in (2001, 2002, 2003, 2004, 2005, 2007, 2008)]
    entries = [step.n for each in decisions for step in steps_of(each, AddEntry) if step.number == 2006]
    assert entries == [1, 2, 3]


def test_rules_ask_under_which_category_a_mail_may_be_counted():
    """Of a rule that asks for a category only that one and its children are asked, not all that there are."""
    house = a_house_with(
        "  r: {when: {category: network/vpn, rate: {count: 2, within: 1h, of: category}}, then: {tags: [a]}}\n"
    )

    assert ask(a_message(), an_arrival(), house).rates == (
        RateQuestion(RateOf.CATEGORY, "network/vpn", timedelta(hours=1)),
    )


def test_a_flood_that_a_rule_stops_stays_stopped():
    """What is held counts too: with every mail that is held, the time begins anew."""
    house = a_house_with("  flood: {when: {rate: {count: 3, within: 10m, of: address}}, then: {hold: a flood}}\n")
    message = a_message()
    asked = ask(message, an_arrival(), house)

    decision = decided(message, facts(rates={rate: Rate(7) for rate in asked.rates}), PASS, house)

    assert decision.outcome.kind.value == "held"
    (count,) = decision.steps
    assert [each.key for each in count.counted if each.of is RateOf.ADDRESS] == ["bob@customer.example"]


def test_mail_that_is_taken_over_is_counted_nowhere():
    """Mails of years, filed within minutes, are no burst."""
    house = a_house_with(BURST)
    old = replace(an_arrival(), taken_over_as=State.CLOSED)
    message = a_message(subject="VPN")

    assert ask(message, old, house).rates == ()
    for is_told in (False, True):
        decision = decided(message, facts(), PASS, house, replace(old, is_told=is_told))
        assert not [step for step in decision.steps if isinstance(step, CountMail)]


def test_what_a_round_writes_to_somebody_counts_for_the_next_of_it():
    """Timers of one customer that are due together keep to the cap together."""
    mail = Wanted(
        Template.CLOSED, "Bob@c.example", "Bob", None, 1001, Thread.CUSTOMER, Meaning.CUSTOMER, is_capped=True
    )
    closing = replace(decided(a_message(), facts(), PASS), steps=(), mails=(mail,))
    so_far = Round()
    so_far.add(closing, facts(), NOW)

    known = facts(
        requesters={"bob@c.example": AcknowledgementCounts(address_hour=2), "eve@d.example": AcknowledgementCounts()}
    )
    counts = so_far.known_to(ask(a_message(), an_arrival(), HOUSE), known, NOW).requesters

    assert (counts["bob@c.example"].address_hour, counts["bob@c.example"].address_day) == (3, 1)
    assert (counts["eve@d.example"].address_hour, counts["eve@d.example"].all_hour) == (0, 1)
