"""What rule files make of a mail: the ticket has what they say, the history says whose it was."""

from dataclasses import replace

from maild.desk import House
from maild.model.decision import AddParticipant, CountMail, OpenTicket, OutcomeKind
from maild.model.outgoing import Template
from maild.model.ticket import CauseKind, EntryKind, State
from tests.unit.desk_values import (
    BOB,
    EVE,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_message,
    a_ticket,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.rules_values import rules_of

PEOPLE = """
people:
  alice: {name: Alice Reyes, mail: alice@acme.example}
  alex:  {name: Alex Stone, mail: alex@acme.example}
  dana:  {name: Dana Cole, mail: dana@acme.example, role: manager}
  rita:  {name: Rita Root, mail: rita@acme.example, role: admin}
teams:
  first-line: {members: [alice, alex], lead: dana}
  network:    {members: [alex], lead: dana}
queues:
  support: {address: support@acme.example, name: Acme Support, relay: main, team: first-line}
  billing: {address: billing@acme.example, name: Acme Billing, relay: main, team: first-line}
categories:
  network:     {team: network}
  network/vpn: {title: VPN}
"""


def a_house_with(rules: str) -> House:
    return replace(HOUSE, rules=rules_of(PEOPLE + "rules:\n" + rules))


def test_where_rules_rest_none_is_asked():
    """Nothing is held, tagged or sorted; what stands beside the rules goes on, and the customer is answered."""
    house = a_house_with("  bad: {on: any, when: always, then: {hold: why, tags: [x], category: network}}\n")
    resting = replace(facts(), are_rules_resting=True)

    decision = decided(a_message(subject="VPN down"), resting, PASS, house)
    (opened,) = steps_of(decision, OpenTicket)
    mail = to_bob()
    on_ticket = replace(facts(mail, ticket=known(a_ticket())), are_rules_resting=True)
    reply = decided(answer_to(mail, "Hm.", BOB), on_ticket, PASS, house)

    assert decided(a_message(), authenticity=PASS, house=house).outcome.kind is OutcomeKind.HELD
    assert (opened.category, opened.tags, opened.priority) == (None, (), "p4")
    assert decision.mails[0].template is Template.ACKNOWLEDGED
    assert decision.rules == () and "rules rest" in " ".join(decision.why)
    assert reply.outcome.kind is OutcomeKind.ENTRY


def test_a_new_ticket_has_what_the_rules_say():
    """Category, its team, impact and urgency and the priority of both, with an event that says whose."""
    house = a_house_with(
        "  vpn:\n    when: {subject: {words: [vpn]}}\n"
        "    then: {category: network/vpn, impact: extensive, urgency: high, tags: [outage]}\n"
    )
    decision = decided(a_message(subject="VPN down"), authenticity=PASS, house=house)

    (opened,) = steps_of(decision, OpenTicket)
    assert (opened.category, opened.team, opened.priority, opened.tags) == ("network/vpn", "network", "p1", ("outage",))
    event = entries_of(decision)[1]
    assert (event.kind, event.by, event.cause.kind) == (EntryKind.EVENT, "rules", CauseKind.RULE)
    assert "rules.vpn" in event.text and event.cause.reference == house.rules.digest
    assert [(rule.name, rule.is_matched) for rule in decision.rules] == [("vpn", True)]
    assert recipients(wanted(decision, Template.AGENT_NOTICE)) == ["alex@acme.example"]


def test_without_a_rule_that_holds_a_ticket_has_the_defaults_and_no_event():
    """The matrix's defaults, and nothing in the history."""
    decision = decided(
        a_message(), authenticity=PASS, house=a_house_with("  x: {when: {subject: vpn}, then: {tags: [a]}}\n")
    )

    assert steps_of(decision, OpenTicket)[0].priority == "p4"
    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.CUSTOMER]


def test_rules_hold_and_call_spam():
    """A held mail is no ticket until somebody releases it; spam is one that nobody hears of."""
    house = a_house_with(
        "  watch: {when: {subject: {contains: watches}}, then: {hold: watches}}\n"
        "  junk:  {when: {subject: {contains: lottery}}, then: {spam: true}}\n"
    )
    held = decided(a_message(subject="Cheap watches"), authenticity=PASS, house=house)
    junk = decided(a_message(subject="The lottery"), authenticity=PASS, house=house)

    assert (held.outcome.kind, held.mails) == (OutcomeKind.HELD, ())
    assert [type(step) for step in held.steps] == [CountMail]
    assert "watches (rules.watch" in held.outcome.reason
    assert steps_of(junk, OpenTicket)[0].state is State.SPAM
    assert junk.mails == ()


def test_rules_notify_note_and_stay_silent():
    """Whom a rule names is told once, a note is the rule's, and no acknowledgement goes out."""
    house = a_house_with(
        "  big:\n    when: always\n"
        "    then: {notify: [managers, team:first-line], note: Call them., acknowledge: false}\n"
    )
    decision = decided(a_message(), authenticity=PASS, house=house)

    assert wanted(decision, Template.ACKNOWLEDGED) == []
    told = recipients(wanted(decision, Template.AGENT_NOTICE))
    assert sorted(told) == ["alex@acme.example", "alice@acme.example", "dana@acme.example"]
    assert [entry.text for entry in entries_of(decision) if entry.kind is EntryKind.NOTE] == ["Call them."]


def test_a_rule_on_replies_changes_the_ticket_that_is_there():
    """Only rules that are asked on replies, and only what differs."""
    house = a_house_with(
        "  again: {on: [reply], when: {reply: {contains: billing}}, then: {queue: billing, tags: [moved]}}\n"
        "  new:   {when: always, then: {tags: [fresh]}}\n"
    )
    mail = to_bob()
    decision = decided(answer_to(mail, "It is about billing.", BOB), facts(mail, ticket=known(a_ticket())), PASS, house)

    assert changes_of(decision) == {"queue": "billing", "tag": "moved"}
    plain = decided(answer_to(mail, "It smokes.", BOB), facts(mail, ticket=known(a_ticket())), PASS, house)
    assert changes_of(plain) == {}


def test_a_strangers_mail_lets_rules_move_no_ticket():
    """By somebody else's mark it is filed; what rules say of it changes nothing and lets nobody join, and is noted."""
    house = a_house_with(
        "  urgent: {on: any, when: {reply: {contains: now}}, then: {priority: p1, queue: billing, note: Look!}}\n"
        "  every:  {on: any, when: always, then: {cc: [boss@partner.example], child: {queue: billing, subject: A}}}\n"
    )
    mail = to_bob()
    there = facts(mail, ticket=known(a_ticket()))
    strange = decided(answer_to(mail, "Do it now.", EVE), there, NONE, house)

    assert changes_of(strange) == {}
    assert not steps_of(strange, AddParticipant) and not steps_of(strange, OpenTicket)
    assert [entry.text for entry in entries_of(strange) if entry.kind is EntryKind.NOTE] == ["Look!"]
    assert len(decided(answer_to(mail, "Hm.", EVE), there, NONE, house).steps) == 2
    for believed in (PASS, NONE):
        theirs = decided(answer_to(mail, "Do it now.", BOB), there, believed, house)
        assert changes_of(theirs) == {"priority": "p1", "queue": "billing"}
        assert steps_of(theirs, AddParticipant) and steps_of(theirs, OpenTicket)


def test_a_team_shares_its_tickets_out():
    """To the least loaded who is present, to whoever has the skill first; or each in turn."""
    base = PEOPLE.replace("alex@acme.example}", "alex@acme.example, skills: [vpn]}")
    least = base.replace("lead: dana}\n  network", "lead: dana, assign: least-loaded}\n  network")
    turn = base.replace("lead: dana}\n  network", "lead: dana, assign: round-robin}\n  network")
    vpn = "rules:\n  vpn: {when: {subject: vpn}, then: {tags: [vpn]}}\n"
    house = replace(HOUSE, rules=rules_of(least + vpn))

    def given_to(subject: str = "x", of: House = house, **more) -> str | None:
        knowledge = facts(loads={"alice": 1, "alex": 4}, **more)
        return steps_of(decided(a_message(subject=subject), knowledge, PASS, of), OpenTicket)[0].assignee

    assert given_to() == "alice"
    assert given_to(absences={"alice": NOW}) == "alex"
    assert given_to("vpn") == "alex"
    assert given_to("vpn", absences={"alex": NOW}) == "alice"
    assert given_to(of=replace(HOUSE, rules=rules_of(turn))) == "alex"
    assert given_to(of=replace(HOUSE, rules=rules_of(turn)), next_number=2002) == "alice"
    assert given_to(of=replace(HOUSE, rules=rules_of(base))) is None
