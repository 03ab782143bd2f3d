"""How it was: who is asked and when, what counts as a vote, and what follows from one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk.courtesy import Answer, find_answer
from maild.desk.surveying import may_vote, parse_vote, send_survey
from maild.marks import exposure
from maild.model.decision import AddEntry, StartTimer, Timer, TimerKind
from maild.model.facts import AcknowledgementCounts, Facts, KnownId, ThreadFacts
from maild.model.mail import Automatic
from maild.model.outgoing import Template, Thread
from maild.model.ticket import Contact, State
from maild.rules.lifecycle import Survey
from tests.unit.desk_values import (
    BOB,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    a_ticket,
    an_attachment,
    an_entry,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    known,
    mark_of,
    recipients,
    steps_of,
    to_bob,
    wanted,
)
from tests.unit.rules_values import ALICE, problems_of, rules_of
from tests.unit.test_clocks import at
from tests.unit.test_lifecycle import LIFE, Silent

SURVEYED = replace(HOUSE, rules=replace(HOUSE.rules, lifecycle=replace(HOUSE.rules.lifecycle, survey=Survey())))
CLOSED = known(a_ticket(state=State.CLOSED, state_at=NOW))
SENT = replace(to_bob(created_at=NOW - timedelta(days=1)), template=Template.SURVEY)
SEEN_OUTSIDE = {exposure(mark_of(SENT)): (KnownId(exposure(mark_of(SENT)), 1042, True, frozenset()),)}
DUE = Timer(1, TimerKind.SURVEY, 1042, 0, NOW)
ASKED = LIFE + "  survey: {send: on-close}\n"
UNHAPPY = "unhappy: {on: [survey], when: {score: {at_most: 1}}, then: {reopen: true, tags: [unhappy]}}"
THREADS = {(BOB.address, Thread.CUSTOMER): ThreadFacts("t", (), None)}


def voted(words: str, ticket=CLOSED, mail=SENT, authenticity=NONE, **changes):
    return decided(answer_to(mail, words, BOB, **changes), facts(mail, ticket=ticket), authenticity, SURVEYED)


def score_of(decision) -> str | None:
    return changes_of(decision).get("score") if any("vote" in entry.flags for entry in entries_of(decision)) else None


@pytest.mark.parametrize(
    ("words", "vote"),
    [
        ("4", (4, "")),
        (" 5 \n", (5, "")),
        ("4.", (4, "")),
        ("5!", (5, "")),
        ("3/5", (3, "")),
        ("3 of 5, so so", (3, "so so")),
        ("4 von 5 Punkten", (4, "")),
        ("5 stars", (5, "")),
        ("5\ufe0f\u20e3", (5, "")),
        ("2 - it took a week", (2, "it took a week")),
        ("1\n\nNobody called back.\nTwice.", (1, "Nobody called back.\nTwice.")),
        ("4\n\n5 of 5 would be too much", (4, "5 of 5 would be too much")),
        ("Hi Alice,\n\n5\n\nBest regards\nBob", (5, "Best regards\nBob")),
        ("Hallo,\n\n2\nniemand rief zurück", (2, "niemand rief zurück")),
        ("5 thanks!", (5, "thanks!")),
        ("(4)", (4, "")),
        ("*4*", (4, "")),
        ("1. It broke again", (1, "It broke again")),
        ("1. It broke again\n2. It smells", None),
        ("Hi,\n\n1. It broke again", None),
        ("It broke again.\n\n1", None),
        ("3.5", None),
        ("4-5", None),
        ("0", None),
        ("6", None),
        ("44", None),
        ("123", None),
        ("3/10", None),
        ("5 days later it broke again", None),
        ("2nd floor too", None),
        ("I give a 5", None),
        ("-1", None),
        ("½", None),
        ("٣", (3, "")),
        ("", None),
    ],
)
def test_a_vote_is_a_number_that_stands_alone(words: str, vote: tuple[int, str] | None):
    """Whatever is said after it is said with it; a number within words is words."""
    assert (
        parse_vote(words, 5, lambda said: find_answer(said, ["Alice Reyes", "Bob Miller"]) is Answer.COURTESY) == vote
    )


def test_a_participants_number_is_entered_and_moves_nothing():
    """An event with the score and the words; neither state nor notice nor acknowledgement."""
    decision = voted("4, thank you")

    (entry,) = entries_of(decision)
    assert (entry.kind.value, entry.by, entry.text, entry.flags) == ("event", BOB.address, "thank you", ("vote",))
    assert changes_of(decision) == {"score": "4"}
    assert decision.mails == ()


@pytest.mark.parametrize(
    "decision",
    [
        decided(answer_to(SENT, "4", EVE), facts(SENT, ticket=CLOSED), PASS, SURVEYED),
        decided(answer_to(SENT, "4", BOB), facts(SENT, ticket=CLOSED, known=SEEN_OUTSIDE), NONE, SURVEYED),
        voted("4", authenticity=FAIL),
        voted("4", mail=replace(SENT, template=Template.CLOSED)),
        voted("4", mail=replace(SENT, created_at=NOW - timedelta(days=15))),
        voted("4", automatic=Automatic.OUT_OF_OFFICE, automatic_proof="Auto-Submitted: auto-replied"),
        voted("4", attachments=(an_attachment(),)),
        voted("It works."),
    ],
    ids=["a stranger", "claimed", "forged", "no survey", "too late", "a machine", "with a file", "words"],
)
def test_nothing_else_is_a_vote(decision):
    """Of whom, to what, and when it counts is asked of every mail."""
    assert score_of(decision) is None


def test_a_mind_is_changed_for_a_week_and_not_without_end():
    """The first vote opens the week; after twenty no more is heard."""
    vote = replace(an_entry(3), flags=("vote",), at=NOW - timedelta(days=6))
    since = NOW - timedelta(days=18)
    again = known(CLOSED.ticket, vote)
    assert may_vote(again, since, SURVEYED, NOW)
    assert not may_vote(again, since, SURVEYED, NOW + timedelta(days=2))
    assert not may_vote(known(CLOSED.ticket, *(replace(vote, n=n) for n in range(20))), since, SURVEYED, NOW)


def test_a_low_score_is_told_to_the_manager_with_its_words():
    """Two and below of five, by a mail among colleagues; nobody else hears."""
    low = voted("2: it broke again")

    (mail,) = wanted(low, Template.LOW_SCORE)
    assert (recipients(low.mails), mail.text) == (["dana@acme.example"], "it broke again")
    assert "state" not in changes_of(low)
    assert voted("3").mails == ()


def ask(knowledge: Facts, house=SURVEYED) -> list[str]:
    return recipients(send_survey(DUE, knowledge, house, NOW).mails)


def test_who_is_asked_and_who_is_not():
    """The requester of a closed ticket, once in thirty days, if the desk may write to them by itself."""
    there = facts(ticket=replace(CLOSED, threads=THREADS))
    assert ask(there) == [BOB.address]
    lately = {BOB.address: (NOW - timedelta(days=29),)}
    assert ask(replace(there, surveys=lately)) == []
    assert ask(replace(there, surveys={BOB.address: (NOW - timedelta(days=31),)})) == [BOB.address]
    assert ask(facts(ticket=CLOSED)) == []  # nobody who never had a mail of the desk in this matter
    for ticket in (
        a_ticket(state=State.OPEN),
        replace(CLOSED.ticket, survey="no"),
        replace(CLOSED.ticket, requester=None),
    ):
        assert ask(facts(ticket=replace(known(ticket), threads=THREADS))) == []
    gone = Contact(BOB.address, "", undeliverable_at=NOW)
    assert ask(replace(there, contacts={BOB.address: gone})) == []
    assert ask(there, HOUSE) == []


def test_a_cap_of_automatic_mail_puts_the_question_off():
    """It comes an hour later."""
    capped = replace(
        facts(ticket=replace(CLOSED, threads=THREADS)), requesters={BOB.address: AcknowledgementCounts(20)}
    )
    decision = send_survey(DUE, capped, SURVEYED, NOW)

    assert decision.mails == ()
    assert [step.due_at for step in steps_of(decision, StartTimer)] == [NOW + timedelta(hours=1)]


def with_rule(rule: str) -> str:
    return ASKED.replace("rules:\n", f"rules:\n  {rule}\n", 1)


def begun(matter: Silent) -> list[str]:
    return [
        f"{step.due_at:%m-%d %H:%M}"
        for step in matter.last.steps
        if isinstance(step, StartTimer) and step.kind is TimerKind.SURVEY
    ]


def test_every_way_to_close_begins_a_survey_but_one_that_a_rule_forbids():
    """By silence, by an agent, by the customer's yes; not where `survey: false` was said, nor without the section."""
    silent = Silent(ASKED).customer("10:00").agent("11:00", "#resolve Restarted it.")
    silent.lapses("2026-11-26T11:00")
    assert (silent.state, begun(silent)) == (State.CLOSED, ["11-26 11:00"])
    assert begun(Silent(ASKED).customer("10:00").agent("11:00", "#close Done.")) == ["11-23 11:00"]
    said = Silent(ASKED).customer("10:00").agent("11:00", "#resolve Restarted it.").customer("12:00", "Yes")
    assert (said.state, begun(said)) == (State.CLOSED, ["11-23 12:00"])

    spared = Silent(with_rule("quiet: {when: always, then: {survey: false}}")).customer("10:00")
    assert spared.known.ticket.survey == "no"
    assert begun(spared.agent("11:00", "#close Done.")) == []
    assert begun(Silent(LIFE).customer("10:00").agent("11:00", "#close Done.")) == []


def test_a_rule_for_votes_opens_a_ticket_again_and_is_asked_of_no_mail():
    """`on: [survey]` with a score; the change is the rule's, and those in charge hear of it."""
    matter = Silent(with_rule(UNHAPPY)).customer("10:00").agent("11:00", "#close Done.")
    survey = replace(to_bob(ticket=matter.number, created_at=at("11:30")), template=Template.SURVEY)

    matter.take(answer_to(survey, "2", BOB), "12:00", survey)
    assert (matter.state, matter.known.ticket.score, matter.known.ticket.tags) == (State.CLOSED, "2", ())
    matter.take(answer_to(survey, "1", BOB), "12:30", survey)

    assert (matter.state, matter.known.ticket.score, matter.known.ticket.tags) == (State.OPEN, "1", ("unhappy",))
    (ruled,) = [step for step in matter.last.steps if isinstance(step, AddEntry) and step.by == "rules"]
    assert {change.field for change in ruled.changes} == {"state", "tag"}
    assert matter.last.rules[0].name == "unhappy"


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (
            "{on: [new, survey], when: always, then: {note: x}}",
            "rules.r.on: a vote is no mail: write a rule of its own",
        ),
        ("{on: [survey], when: always, then: {spam: true}}", "rules.r.then.spam: has no effect on a vote"),
        ("{on: [survey], when: always, then: {resolve: x}}", "rules.r.then.resolve: has no effect on a vote"),
        ("{on: [reply], when: always, then: {reopen: true}}", "rules.r.then.reopen: has its effect on a vote alone"),
        ("{on: [any], when: {score: 1}, then: {note: x}}", "rules.r.when.score: a mail has no score"),
        ("{when: {any: [{subject: x}, {not: {score: 1}}]}, then: {note: x}}", "a mail has no score"),
    ],
)
def test_what_a_vote_cannot_have_is_refused(rule: str, complaint: str):
    """And what only a vote can; nothing is written in vain."""
    (problem,) = problems_of(ALICE, f"rules:\n  r: {rule}\n")
    assert complaint in problem


def test_any_mail_is_not_a_vote():
    """Whoever wrote `on: any` before there were votes meant mail."""
    (rule,) = rules_of(ALICE, "rules:\n  r: {on: any, when: always, then: {note: x}}\n").rules
    assert sorted(on.value for on in rule.on) == ["new", "reopened", "reply"]
