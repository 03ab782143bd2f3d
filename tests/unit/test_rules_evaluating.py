"""Rules asked one after another: what each sets, what later ones see, and how it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.model.decision import Sender, Standing, Trust
from maild.model.mail import Address
from maild.rules import On, Origin, RateAnswers, Rules, Seen, TicketView, Verdicts, ask_rules, effects, evaluate, see
from maild.rules.effects import Whom, WhomKind
from tests.unit.desk_values import a_message
from tests.unit.rules_values import ALICE, rules_of

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
NEW = frozenset({On.NEW})
DESK = """\
teams: {first: {members: [alice]}, network: {members: [alice]}, infra: {members: [alice]}, accounts: {members: [alice]}}
queues:
  support: {address: support@acme.example, name: Acme, team: first}
  billing: {address: billing@acme.example, name: Bills, team: accounts}
categories:
  network: {team: network, levels: {L3: infra}}
  network/vpn: {title: VPN access, levels: {L2: first}}
  printing: {}
customers:
  gold: {match: ["*@bigco.example"], language: de, urgency: {at_least: high}}
  all: {match: ["*@*.example"], language: fr}
fields: {error_code: {find: 'error[: ]+(?P<error_code>\\d+)'}}
"""
MAIL = Seen(subject="VPN down", reply="error: 4711", body="error: 4711", sender="bob@x.test", trust="proved")
TICKET = TicketView(state="new", queue="support", requester="bob@x.test", team="first")


def rules_that(text: str) -> Rules:
    return rules_of(ALICE, DESK, "rules:\n" + "\n".join(f"  {line}" for line in text.splitlines()))


def verdicts_of(
    text: str, seen: Seen = MAIL, ticket: TicketView = TICKET, on: frozenset[On] = NEW, *, in_full: bool = False
) -> Verdicts:
    return evaluate(rules_that(text), on, seen, ticket, RateAnswers(), NOW, in_full=in_full)


def after(text: str, seen: Seen = MAIL, ticket: TicketView = TICKET, on: frozenset[On] = NEW) -> TicketView:
    return verdicts_of(text, seen, ticket, on).after


def test_a_new_ticket_has_the_defaults_and_the_priority_of_the_matrix():
    """Without any rule it is moderate × medium; a ticket that is there already is left as it is."""
    view = after("r: {when: {subject: printer}, then: {tags: [x]}}")
    assert (view.impact, view.urgency, view.priority) == ("moderate", "medium", "p4")
    old = replace(TICKET, state="open")
    assert (
        after("r: {when: {subject: printer}, then: {tags: [x]}}", ticket=old, on=frozenset({On.REPLY})).priority is None
    )


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("impact: significant, urgency: high", ("significant", "high", "p2")),
        ("urgency: {raise: 1}", ("moderate", "high", "p3")),
        ("urgency: {raise: 9}", ("moderate", "critical", "p2")),
        ("urgency: {at_least: low}", ("moderate", "medium", "p4")),
        ("urgency: {at_least: critical}", ("moderate", "critical", "p2")),
        ("major: true", ("moderate", "medium", "p1")),
        ("priority: p5, urgency: critical", ("moderate", "critical", "p5")),
    ],
)
def test_priority_follows_impact_and_urgency(then: str, expected: tuple[str, str, str]):
    """`priority` overrides the matrix, `major` has its own."""
    view = after(f"r: {{when: always, then: {{{then}}}}}")
    assert (view.impact, view.urgency, view.priority) == expected


def test_a_priority_that_somebody_gave_stays():
    """What stands against the matrix was set by a person or a rule: weighing anew does not take it away."""
    given = replace(TICKET, impact="moderate", urgency="medium", priority="p1")
    rule = "r: {on: any, when: always, then: {urgency: high}}"
    assert after(rule, ticket=given, on=frozenset({On.REPLY})).priority == "p1"
    by_matrix = replace(given, priority="p4")
    assert after(rule, ticket=by_matrix, on=frozenset({On.REPLY})).priority == "p3"


@pytest.mark.parametrize(
    ("then", "team"),
    [
        ("category: network/vpn", "network"),
        ("category: printing", "first"),
        ("category: network/vpn, level: L2", "first"),
        ("category: network/vpn, level: L3", "infra"),
        ("team: accounts, category: network", "accounts"),
        ("queue: billing", "accounts"),
        ("queue: billing, category: network", "network"),
    ],
)
def test_the_team_follows_category_level_and_queue(then: str, team: str):
    """A team that the rule names goes before all; the order of the keys does not count."""
    assert after(f"r: {{when: always, then: {{{then}}}}}").team == team


def test_rules_see_what_earlier_ones_set_and_later_ones_override():
    """Order is the order written; whose value was replaced is told."""
    verdicts = verdicts_of(
        "z: {when: {subject: {words: vpn}}, then: {category: network, tags: [seen]}}\n"
        "a: {when: {category: network, tag: seen, priority: p4}, then: {category: printing}}\n"
        "b: {when: {category: network}, then: {tags: [never]}}\n"
    )
    assert (verdicts.after.category, verdicts.after.tags) == ("printing", ("seen",))
    (last,) = [done for done in verdicts.done if done.field == "category" and done.new == "printing"]
    assert (last.old, str(last.origin), str(last.replaced)) == ("network", "rules.a (3.yaml:3)", "rules.z (3.yaml:2)")


def test_stop_ends_the_asking():
    """No later rule is asked; explaining says who stopped."""
    text = "a: {when: always, then: {stop: true}}\nb: {when: always, then: {tags: [x]}}"
    assert after(text).tags == ()
    told = verdicts_of(text, in_full=True).verdicts[1]
    assert (told.is_matched, told.evidence[0].asked) == (False, "stopped by a")


def test_rules_are_asked_on_their_occasion():
    """`on` is new unless it says otherwise; a mail that reopens is a reply too."""
    text = (
        "a: {when: always, then: {tags: [new]}}\nb: {on: reply, when: always, then: {tags: [reply]}}\n"
        "c: {on: [reopened], when: always, then: {tags: [reopened]}}\nd: {on: any, when: always, then: {tags: [any]}}"
    )
    assert after(text).tags == ("new", "any")
    assert after(text, on=frozenset({On.REPLY, On.REOPENED})).tags == ("reply", "reopened", "any")


def test_captures_become_fields_and_fill_texts():
    """Also fields that are found in every mail; a key with a hole in it is no key."""
    text = (
        "a: {when: {subject: {matches: '(?P<host>vpn)( (?P<state>\\w+))?'}},"
        " then: {same_ticket: 'n/{host}/{state}', within: 7d, note: '{host} of {sender}: {state}, {error_code}'}}"
    )
    verdicts = verdicts_of(text)
    assert verdicts.after.fields == {"error_code": "4711", "host": "VPN", "state": "down"}
    wanted = [done.effect for done in verdicts.done]
    assert effects.SameTicket("n/vpn/down", timedelta(days=7)) in wanted
    assert effects.AddNote("VPN of bob@x.test: down, 4711") in wanted
    assert ask_rules(rules_that(text), MAIL).same_tickets == (effects.SameTicket("n/vpn/down", timedelta(days=7)),)
    shorter = replace(MAIL, subject="VPN")
    assert not any(isinstance(done.effect, effects.SameTicket) for done in verdicts_of(text, shorter).done)
    assert ask_rules(rules_that(text), shorter).same_tickets == ()


def test_a_field_that_is_known_is_not_found_again():
    """The first mail that says it counts; a later one is for agents to read."""
    ticket = replace(TICKET, fields={"error_code": "1"})
    assert after("a: {when: always, then: {tags: [x]}}", ticket=ticket).fields["error_code"] == "1"


def test_a_customer_has_language_and_urgency_before_any_rule():
    """The first written that fits; not for a forged sender; and known to `customer`."""
    text = "a: {when: {customer: gold}, then: {tags: [gold]}}"
    ticket = replace(TICKET, requester="ann@bigco.example")
    view = after(text, ticket=ticket)
    assert (view.language, view.urgency, view.priority, view.tags) == ("de", "high", "p3", ("gold",))
    assert after(text, replace(MAIL, trust="forged"), ticket).tags == ()
    assert after(text, ticket=replace(TICKET, requester="ann@other.example")).language == "fr"


def test_the_language_of_a_contact_goes_before_that_of_customers_and_rules():
    """Who is known to read Spanish is written to in Spanish; in a forged mail nobody is known."""
    text = "rules: {r: {when: always, then: {language: it}}}\ncontacts: {file: c.csv}\n"
    rules = rules_of(ALICE, DESK, text, data={"c.csv": "address,language\nann@bigco.example,es\n"})

    def language(requester: str, trust: str) -> tuple[str | None, str]:
        ticket, seen = replace(TICKET, requester=requester), replace(MAIL, trust=trust)
        verdicts = evaluate(rules, NEW, seen, ticket, RateAnswers(), NOW)
        return verdicts.after.language, str(next(each.origin for each in verdicts.done if each.field == "language"))

    assert language("Ann@BigCo.example", "proved") == ("es", "contacts (c.csv:2)")
    assert language("eve@bigco.example", "proved") == ("it", "customers.gold (2.yaml:10)")
    assert language("ann@bigco.example", "forged") == ("it", "rules.r (3.yaml:1)")


def test_a_form_speaks_for_who_filled_it_in():
    """The requester is Reply-To's, and so is the customer that later rules see."""
    text = (
        "form: {when: {sender: 'www@acme.test'}, then: {requester: reply_to, as: person}}\n"
        "gold: {when: {customer: gold}, then: {tags: [gold]}}"
    )
    seen = replace(MAIL, sender="www@acme.test", reply_to=("Ann@BigCo.example",))
    verdicts = verdicts_of(text, seen, replace(TICKET, requester="www@acme.test"))
    assert (verdicts.after.requester, verdicts.after.tags) == ("Ann@bigco.example", ("gold",))
    assert verdicts.after.urgency == "high"
    assert effects.TakeAsPerson() in [done.effect for done in verdicts.done]


@pytest.mark.parametrize("reply_to", [(), ("not an address",), ("a@b@c.example",)])
def test_a_form_without_an_address_changes_no_requester(reply_to: tuple[str, ...]):
    """It is told, and whoever decides keeps the sender."""
    verdicts = verdicts_of("f: {when: always, then: {requester: reply_to}}", replace(MAIL, reply_to=reply_to))
    assert verdicts.after.requester == "bob@x.test"
    assert effects.TakeRequester("") in [done.effect for done in verdicts.done]


def test_every_effect_comes_out_with_its_origin():
    """In one order, whatever the order written."""
    text = """\
r:
  when: always
  then:
    stop: true
    refuse: refused
    acknowledge: false
    template: {acknowledged: refused}
    notify: [assignee, team:network, each:first, alice, managers]
    cc: [boss@bigco.example]
    note: look at this
    child: {queue: billing, subject: "Invoice for {subject}"}
    incident: VPN outage
    tags: vip
    field: {host: "{sender_domain}"}
    language: de
    assignee: alice
    level: L2"""
    done = [each for each in verdicts_of(text).done if each.origin.name == "rules.r"]
    assert {each.origin for each in done} == {Origin("rules.r", done[0].origin.place)}
    assert [each.effect for each in done] == [
        effects.SetValue("level", "L2"),
        effects.SetValue("assignee", "alice"),
        effects.SetValue("language", "de"),
        effects.SetField("host", "x.test"),
        effects.AddTag("vip"),
        effects.JoinIncident("VPN outage"),
        effects.OpenChild("billing", "Invoice for VPN down"),
        effects.AddNote("look at this"),
        effects.AddParticipant("boss@bigco.example"),
        effects.Notify(Whom(WhomKind.ASSIGNEE)),
        effects.Notify(Whom(WhomKind.TEAM, "network")),
        effects.Notify(Whom(WhomKind.EACH, "first")),
        effects.Notify(Whom(WhomKind.PERSON, "alice")),
        effects.Notify(Whom(WhomKind.MANAGERS)),
        effects.UseTemplate("acknowledged", "refused"),
        effects.DoNotAcknowledge(),
        effects.Refuse("refused"),
        effects.Stop(),
    ]


def test_what_changes_nothing_is_not_done():
    """A tag that is there, a value that holds already: nothing to record."""
    ticket = replace(TICKET, impact="moderate", urgency="medium", priority="p4", tags=("x",), category="printing")
    text = "r: {on: any, when: always, then: {tags: [x], category: printing, urgency: {at_least: low}}}"
    assert not verdicts_of(text, replace(MAIL, reply=""), ticket, frozenset({On.REPLY})).done


def test_explaining_tells_the_tests_that_decided():
    """Of a rule that held the words it held on; of one that did not the tests that failed, and no others."""
    text = (
        "a: {when: {subject: {words: [vpn, tunnel]}, not: {sender: '*@news.test'}}, then: {tags: [x]}}\n"
        "b: {when: {any: [{subject: printer}, {size: {at_least: 1MB}}], sender: '*@x.test'}, then: {tags: [y]}}"
    )
    one, other = verdicts_of(text, in_full=True).verdicts
    assert [(each.asked, each.words, each.is_met) for each in one.evidence] == [
        ("subject words 'vpn'", "vpn", True), ("sender glob '*@news.test'", "", False),
    ]  # fmt: skip
    assert [(each.asked, each.words) for each in other.evidence] == [
        ("subject is 'printer'", ""), ("size at least 1MB", "0B"),
    ]  # fmt: skip
    assert len(verdicts_of(text).verdicts) == 1


def test_a_message_is_seen_with_its_sender():
    """While only questions are asked nobody has been judged yet."""
    message = a_message(to=(Address("support@acme.example"),), delivered_to=("desk@acme.example",))
    sender = Sender("bob@customer.example", "Bob", Standing.STRANGER, Trust.CLAIMED, "", None)
    seen = see(message, sender, "support", 1234, "en")
    assert (seen.addressees, seen.trust, seen.size) == (("support@acme.example", "desk@acme.example"), "claimed", 1234)
    assert seen.text == f"{message.subject}\n{message.reply}"
    assert see(message, None, "", 0, None).standing is None
