"""Other rules are asked what was asked before: what was kept of it, and where they differ."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.desk import House
from maild.desk.again import Asked, longest_count, rates_asked, rule_again
from maild.desk.again import differ as differ_from
from maild.model.explaining import explanation
from maild.model.facts import KeyedTicket
from maild.model.mail import Automatic, Message
from maild.model.rates import RateOf
from maild.replaying import OwnCounts, Replay, Tally
from maild.rules.occasions import RateAnswers
from maild.rules.rulings import Difference, Said, parse_ruling
from maild.store import PastDecision
from tests.unit.desk_values import BOB, HOUSE, NOW, PASS, a_message, a_ticket, answer_to, decided, facts, known, to_bob
from tests.unit.rules_values import rules_of

PEOPLE = """
people:
  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}
teams:
  first-line: {members: [alice]}
  network:    {members: [alice]}
queues:
  support: {address: support@acme.example, name: Acme Support, relay: main, team: first-line}
categories:
  network:     {team: network}
  network/vpn: {title: VPN}
  printing:    {}
fields: {host: {type: text}}
"""
VPN = "vpn: {when: {text: {words: [vpn]}}, then: {category: network/vpn, tags: [outage]}}"
PRINTING = "printing: {when: {text: {words: [printer]}}, then: {category: printing, team: first-line}}"
MAIL = a_message(subject="VPN and printer", text="Neither works.")


def a_house_with(*rules: str, people: str = PEOPLE) -> House:
    return replace(HOUSE, rules=rules_of(people + "rules:\n" + "".join(f"  {rule}\n" for rule in rules)))


def asked(house: House, message: Message = MAIL, given=None) -> Asked:
    """What is kept of a mail once it was decided, as it comes back from the store."""
    decision = decided(message, given, authenticity=PASS, house=house)
    kept = json.loads(json.dumps(explanation(message, decision, ())))
    return Asked(parse_ruling(kept["decision"]["ruling"]), "support", 1000, is_first=given is None)


def differ(kept: Asked, message: Message, house: House) -> tuple[Difference, ...]:
    return differ_from(kept, message, rule_again(kept, message, house), house)


def differences(old: House, new: House, message: Message = MAIL) -> dict[str, tuple[str, str]]:
    return {one.what: (one.then.value, one.now.value) for one in differ(asked(old, message), message, new)}


def test_the_same_rules_say_the_same():
    """Whatever a rule can do: nothing differs from what was kept of it."""
    house = a_house_with(
        "all: {when: {subject: {matches: '(?P<host>vpn)'}}, then: {category: network/vpn, impact: extensive,"
        " urgency: {raise: 1}, major: true, tags: [a, b], field: {host: x}, language: de, acknowledge: false,"
        " note: N, notify: [managers], cc: [c@x.test]}}"
    )
    assert differ(asked(house), MAIL, house) == ()


def test_each_value_that_differs_is_told_with_whose_it_was_and_is():
    """Category, and the team that comes of it; the tag stays."""
    old, new = a_house_with(VPN), a_house_with(VPN, PRINTING)

    found = differ(asked(old), MAIL, new)

    assert found == (
        Difference("category", Said("network/vpn", "vpn (1.yaml:15)"), Said("printing", "printing (1.yaml:16)")),
        Difference("team", Said("network", "vpn (1.yaml:15)"), Said("first-line", "printing (1.yaml:16)")),
    )


@pytest.mark.parametrize(
    ("then", "outcome"),
    [("hold: because", "held"), ("spam: true", "spam"), ("refuse: refused", "refused")],
)
def test_mail_that_is_newly_lost_is_alarming(then, outcome):
    """And the way back is a difference like any other."""
    plain, bad = a_house_with(VPN), a_house_with(VPN, f"bad: {{when: always, then: {{{then}}}}}")

    (lost,) = differ(asked(plain), MAIL, bad)
    (found,) = differ(asked(bad), MAIL, plain)

    assert (lost.what, lost.now.value, lost.is_alarming) == ("outcome", outcome, True)
    assert (found.then.value, found.now.value, found.is_alarming) == (outcome, "filed", False)


def test_rules_see_the_ticket_as_it_stood_that_day():
    """An answer is asked about on the values of its ticket then, at the instant that it came."""
    house = a_house_with("late: {on: [reply], when: {age: {at_least: 2h}, priority: p3}, then: {priority: p2}}")
    ticket = a_ticket(priority="p3", created_at=NOW - timedelta(hours=3))
    mail = to_bob()
    message = answer_to(mail, "Still broken.", BOB)
    kept = asked(house, message, facts(mail, ticket=known(ticket)))

    assert rule_again(kept, message, house).after.priority == "p2"
    assert kept.ruling.before.opened_at == ticket.created_at
    assert kept.ruling.at == NOW


def test_a_new_queue_is_seen_and_a_new_colleague_too():
    """What stands beside the rules decides of a mail as well."""
    old = a_house_with(VPN)
    other_team = PEOPLE.replace("relay: main, team: first-line", "relay: main, team: network")
    bob_works_here = PEOPLE.replace("\nteams:", "\n  bob: {name: Bob, mail: bob@customer.example}\nteams:")
    plain = a_message(subject="Hello")

    assert differences(old, a_house_with(VPN, people=other_team), plain) == {"team": ("first-line", "network")}
    assert differences(old, a_house_with(VPN, people=bob_works_here), plain) == {"sender": ("stranger", "agent")}


def test_whether_a_machines_mail_goes_to_the_ticket_of_its_key_is_compared():
    """And what is done to that ticket then."""
    rule = "down: {{on: any, when: {{subject: {{matches: 'Host (?P<host>\\S+)'}}}}, then: {{{}, tags: [{}]}}}}"
    same = a_house_with(rule.format('same_ticket: "h/{host}", within: 7d', "a"))
    message = a_message(subject="Host mail01 is down", automatic=Automatic.GENERATED)
    on_ticket = facts(
        tickets={1042: known(a_ticket(requester=BOB))}, keyed={"h/mail01": KeyedTicket(1042, NOW - timedelta(hours=1))}
    )
    kept = asked(same, message, on_ticket)

    def found(then: str, tag: str) -> list[tuple[str, str]]:
        return [(one.what, one.now.value) for one in differ(kept, message, a_house_with(rule.format(then, tag)))]

    assert kept.ruling.opening is not None
    assert found('same_ticket: "h/{host}", within: 7d', "a") == []
    assert found('same_ticket: "h/{host}", within: 7d', "b") == [("tag", "b")]
    assert found('same_ticket: "all", within: 7d', "b") == [("same_ticket", "all within 7d")]
    assert found("category: printing", "a") == [("same_ticket", "")]


def test_who_gets_a_ticket_is_not_compared():
    """That depends on who was there."""
    given = "vpn: {when: {text: {words: [vpn]}}, then: {category: network/vpn, tags: [outage], assignee: alice}}"
    assert differences(a_house_with(VPN), a_house_with(given)) == {}


def test_a_rule_that_counts_itself_is_counted_in_the_replay():
    """Of an edited rule nobody counted that day; what others count is asked of the store."""
    house = a_house_with(
        "many: {when: {text: {words: [vpn]}, rate: {count: 3, within: 30m}}, then: {tags: [many]}}",
        "one: {when: {text: {words: [vpn]}, rate: {count: 5, within: 2h, of: address}}, then: {tags: [again]}}",
    )
    kept = asked(a_house_with(VPN))
    own, of_address = rates_asked(kept, MAIL, house)
    counts = OwnCounts(longest_count(house))
    verdicts = []
    for minutes in (0, 10, 29, 45):
        at = NOW + timedelta(minutes=minutes)
        verdict = rule_again(kept, MAIL, house, RateAnswers({own: counts.count(own, at)}))
        counts.add(verdict.counted, at)
        verdicts.append("many" in verdict.after.tags)

    assert (of_address.of, of_address.key, longest_count(house)) == (RateOf.ADDRESS, BOB.address, timedelta(minutes=30))
    assert verdicts == [False, False, True, False]


def tallied(*found: tuple[Difference, ...]) -> Replay:
    tally = Tally(NOW)
    for number, each in enumerate(found, 1):
        tally.add(PastDecision(number, NOW, "", number, "support", 1, 1000 + number), each)
    return tally.replay()


def test_mails_with_the_same_difference_are_one_group():
    """What is alarming stands first, then what most mails have; examples are few."""
    printed = Difference("category", Said("vpn", "a"), Said("printing", "b"))
    spam = Difference("outcome", Said("filed", ""), Said("spam", "c"))

    replay = tallied(*[(printed,)] * 9, (spam,), (), ())

    assert [(group.difference.what, group.count) for group in replay.groups] == [("outcome", 1), ("category", 9)]
    assert replay.groups[1].tickets == (1001, 1002, 1003, 1004, 1005)
    assert replay.alarming == replay.groups[:1]
    assert (replay.total, replay.changed, replay.share) == (12, 10, 10 / 12)


def test_groups_without_end_are_counted_together():
    """A field that has another value in each mail costs no memory; what is alarming keeps its group."""
    many = [(Difference("field.host", Said("", ""), Said(str(number), "r")),) for number in range(3000)]
    spam = Difference("outcome", Said("filed", ""), Said("spam", "c"))

    replay = tallied(*many, (spam,))

    assert len(replay.groups) == 502
    assert replay.groups[0].difference == spam
    assert (replay.groups[1].difference.now.value, replay.groups[1].count) == ("various", 2500)


def test_a_ruling_is_read_back_as_it_was_written():
    """Instants, spans and the ticket as it stood included."""
    kept = asked(a_house_with(VPN)).ruling
    assert kept.at == NOW
    assert kept.at.tzinfo is UTC or kept.at.utcoffset() == timedelta(0)
    assert kept.before.opened_at is None or isinstance(kept.before.opened_at, datetime)
    assert [deed.what for deed in kept.deeds][-3:] == ["category", "team", "tag"]
