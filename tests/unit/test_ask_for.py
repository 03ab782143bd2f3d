"""What must be known of a matter: asked in the acknowledgement, filled from the answer, named where it is missing."""

from dataclasses import replace

import pytest

from maild.composing import Composer
from maild.composing.mime import Encoder
from maild.model.decision import Decision
from maild.model.facts import TicketFacts
from maild.model.outgoing import Template
from maild.model.ticket import Ticket
from tests.unit.desk_values import (
    BOB,
    EVE,
    HOUSE,
    NONE,
    NOW,
    PASS,
    RING,
    a_message,
    a_ticket,
    answer_to,
    changes_of,
    decided,
    facts,
    known,
    to_bob,
    wanted,
)
from tests.unit.rules_values import ALICE, problems_of, rules_of

RULES = rules_of(
    ALICE,
    """\
categories:
  network: {ask_for: [error_code, affected, since, system]}
  printing: {ask_for: [error_code]}
  floor: {ask_for: [room]}
fields:
  error_code:
    find: '(?:error|code)[: ]+(?P<error_code>[0-9]{3,5})'
    ask: {en: "Which error code do you see?", de: "Welcher Fehlercode?"}
  affected: {type: number, ask: {en: "How many are affected?"}}
  since: {type: date, ask: {en: "Since which day?"}}
  system: {type: one-of, one_of: [Windows 11, macOS], ask: {en: "Which system?"}}
  room: {ask: {en: "Which room?"}}
rules:
  vpn: {when: {subject: {words: [vpn]}}, then: {category: network}}
""",
)
KNOWN = replace(HOUSE.rules, categories=RULES.categories, rules=RULES.rules, fields=RULES.fields, digest=RULES.digest)
ASKING = replace(HOUSE, rules=KNOWN)
ACKNOWLEDGEMENT = replace(to_bob(), template=Template.ACKNOWLEDGED)


def answered(words: str, ticket: Ticket, **changes: object) -> dict[str, str | None]:
    """Bob answers the acknowledgement of a ticket."""
    mail = answer_to(ACKNOWLEDGEMENT, words, **{"sender": BOB, **changes})
    decision = decided(mail, facts(ACKNOWLEDGEMENT, ticket=known(ticket)), PASS, ASKING)
    return {name: value for name, value in changes_of(decision).items() if name.startswith("field.")}


def printed(decision: Decision, template: Template, about: TicketFacts | None = None) -> str:
    composer = Composer(ASKING.desk, ASKING.rules, RING, {})
    asked = facts(ticket=about) if about is not None else facts()
    return composer.compose(wanted(decision, template)[0], decision, asked, "a" * 16, NOW, encoder=Encoder()).ours


@pytest.mark.parametrize(
    ("words", "category", "fields"),
    [
        ("809", "printing", {"error_code": "809"}),
        ("Hi,\n\n809.\n\nThanks, Bob", "printing", {"error_code": "809"}),
        ("The error: 809, as ever", "printing", {"error_code": "809"}),
        ("error code: 809", "printing", {"error_code": "809"}),
        ("Which error code do you see? 809", "printing", {"error_code": "809"}),
        ("No idea, sorry", "printing", {}),
        ("B 12", "floor", {"room": "B 12"}),
        ("Room: B 12", "floor", {"room": "B 12"}),
        ("Which one do you mean?", "floor", {}),
        ("It is the room above the kitchen, on the left, where the old printer used to be.", "floor", {}),
        (
            "809\n12 people\n2026-11-20\nmacos",
            "network",
            {"error_code": "809", "affected": "12", "since": "2026-11-20", "system": "macOS"},
        ),
        ("affected: 12\nsystem: Windows 11", "network", {"affected": "12", "system": "Windows 11"}),
        ("affected: many\nsince: yesterday\nsystem: Linux", "network", {}),
        ("12\n809", "network", {}),
        ("Thanks!", "printing", {}),
    ],
)
def test_a_direct_answer_fills_what_was_asked(words: str, category: str, fields: dict[str, str]):
    """By a field's pattern, by its name or question, or line by line; what its type does not allow is no answer."""
    assert answered(words, a_ticket(category=category)) == {f"field.{name}": value for name, value in fields.items()}


def test_what_is_known_is_not_filled_again():
    """A value that somebody wrote stays theirs."""
    assert answered("809", a_ticket(category="printing", fields=(("error_code", "4711"),))) == {}


@pytest.mark.parametrize("changes", [{"sender": EVE}, {"in_reply_to": (), "subject": "Re: Printer [#1042]"}])
def test_only_a_direct_answer_of_whoever_takes_part_fills(changes: dict[str, object]):
    """A stranger's line is a stranger's, and a mail that answers something else says something else."""
    mail = answer_to(ACKNOWLEDGEMENT, "B 12", **{"sender": BOB, **changes})
    decision = decided(mail, facts(ACKNOWLEDGEMENT, ticket=known(a_ticket(category="floor"))), NONE, ASKING)

    assert not [name for name in changes_of(decision) if name.startswith("field.")]


@pytest.mark.parametrize(
    ("language", "question"), [(None, "* Which error code do you see?"), ("de", "* Welcher Fehlercode?")]
)
def test_the_acknowledgement_asks_for_what_is_missing(language: str | None, question: str):
    """In the customer's language, what the mail said already left out; the notice names it."""
    mail = a_message(subject="VPN", text="Since today, affected: 5", language=language)
    decision = decided(mail, facts(), PASS, ASKING)

    assert question in printed(decision, Template.ACKNOWLEDGED)
    assert "Not known yet: error_code, affected, since, system" in printed(decision, Template.AGENT_NOTICE)


def test_whoever_is_not_proved_is_asked_nothing():
    """Their alleged mail may be anybody's, and the questions say what it was about."""
    assert "error code" not in printed(decided(a_message(subject="VPN"), house=ASKING), Template.ACKNOWLEDGED_MINIMAL)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("categories: {x: {ask_for: [colour]}}", "categories.x.ask_for[0]: there is no field 'colour'"),
        ("fields: {a: {}}\ncategories: {x: {ask_for: [a, a]}}", "categories.x.ask_for: 'a' stands in this list twice"),
        ("fields: {a: {ask: {english: x}}}", "'english' is no language"),
    ],
)
def test_questions_that_do_not_hold_are_refused(text: str, problem: str):
    """Where it stands."""
    assert any(problem in one for one in problems_of(ALICE, text)), problems_of(ALICE, text)
