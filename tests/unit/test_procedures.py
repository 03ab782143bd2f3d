"""Procedures: the checklist of a ticket, the commands about it, and what stands in the way of its end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.composing import Composer
from maild.composing.mime import Encoder
from maild.model.aftermath import ticket_after
from maild.model.decision import Decision, KeepDraft, OpenTicket
from maild.model.outgoing import Template
from maild.model.steps import StepMark, StepState
from maild.model.ticket import Confidence, EntryKind, Ticket
from maild.rules import Step, checklist
from tests.unit.desk_values import (
    BOB,
    HOUSE,
    NOW,
    PASS,
    RING,
    a_message,
    a_ticket,
    an_entry,
    answer_to,
    changes_of,
    decided,
    facts,
    issued,
    known,
    steps_of,
    wanted,
)
from tests.unit.rules_values import ALICE, problems_of, rules_of

ASK, CHECK, TEST = "Ask for the exact error", "Check the status page", "Let the customer test"
RULES = rules_of(
    ALICE,
    f"""\
categories:
  network:
    procedure: [{{step: {ASK}, required: true}}, {CHECK}]
    links: {{customer: ["https://kb.acme.example/vpn"], agent: ["https://wiki.acme.example/vpn"]}}
  network/vpn: {{}}
  mail: {{procedure: [{CHECK}]}}
rules:
  vpn: {{when: {{subject: {{words: [vpn]}}}}, then: {{category: network/vpn}}}}
  old:
    on: [new, reply]
    when: {{text: {{words: [windows]}}}}
    then: {{checklist: [{CHECK}, {{step: {TEST}, required: true}}]}}
""",
)
DESK_HOUSE = replace(
    HOUSE, rules=replace(HOUSE.rules, categories=RULES.categories, rules=RULES.rules, digest=RULES.digest)
)
NOTICE = issued()


def vpn(**changes: object) -> Ticket:
    return a_ticket(**{"category": "network/vpn", **changes})


def said(words: str, ticket: Ticket, *entries: object) -> Decision:
    """Alice answers the notice of a ticket."""
    entries = entries or (an_entry(), an_entry(2, EntryKind.AGENT, "alice", "Restart it."))
    return decided(
        answer_to(replace(NOTICE, seen=2), words),
        facts(replace(NOTICE, seen=2), ticket=known(ticket, *entries)),
        PASS,
        DESK_HOUSE,
    )


def refusal_of(decision: Decision) -> str:
    (mail,) = [*wanted(decision, Template.DRAFT), *wanted(decision, Template.TRANSCRIPT)]
    return "\n".join(mail.about)


def printed(decision: Decision, template: Template, ticket: Ticket | None = None, language: str = "en") -> str:
    """Print a mail of a decision, without what it is wrapped in."""
    mail = wanted(decision, template)[0]
    composer = Composer(DESK_HOUSE.desk, replace(DESK_HOUSE.rules, queues=HOUSE.rules.queues), RING, {})
    about = facts(ticket=known(ticket)) if ticket is not None else facts()
    written = composer.compose(mail, decision, about, "a" * 16, NOW, encoder=Encoder())
    return f"{written.subject}\n{written.ours}\n{written.quoted}"


@given(
    st.builds(
        StepMark,
        state=st.sampled_from(StepState),
        why=st.text(st.characters(categories=["L", "P"]), max_size=9),
        is_added=st.booleans(),
        is_required=st.just(value=False),
    )
)
def test_a_step_is_read_as_it_is_written(mark: StepMark):
    """Whatever the reason that it was skipped for."""
    mark = mark if mark.state is StepState.SKIPPED else replace(mark, why="")
    assert StepMark.parse(mark.written()) == mark
    assert StepMark.parse(replace(mark, is_added=True, is_required=True).written()).is_required


def test_a_checklist_follows_the_rule_files_and_keeps_what_was_done():
    """Steps are known by their texts: an edited procedure numbers them anew, and loses no mark of those that stay."""
    kept = ((CHECK, "done"), ("An old step", "done"), (TEST, "added, required, open"))

    items = checklist((Step("A new step"), Step(CHECK, is_required=True)), kept)

    assert [(item.n, item.text, item.is_required, item.mark.state) for item in items] == [
        (1, "A new step", False, StepState.OPEN),
        (2, CHECK, True, StepState.DONE),
        (3, TEST, True, StepState.OPEN),
    ]


def test_children_have_the_procedure_of_their_parent():
    """And its links, until they say their own."""
    assert RULES.categories["network/vpn"].procedure == (Step(ASK, is_required=True), Step(CHECK))
    assert RULES.categories["network/vpn"].agent_links == ("https://wiki.acme.example/vpn",)


@pytest.mark.parametrize(
    ("words", "ticket", "changes"),
    [
        ("#done 1", vpn(), {f"step.{ASK}": "done"}),
        ("#done 2,1", vpn(), {f"step.{CHECK}": "done", f"step.{ASK}": "done"}),
        ("#done 2", vpn(steps=((CHECK, "done"),)), {}),
        ("#skip 1 no error is shown", vpn(), {f"step.{ASK}": "skipped: no error is shown"}),
        ("#done 1", vpn(steps=((ASK, "skipped: later"),)), {f"step.{ASK}": "done"}),
        ("#done 3", vpn(steps=((TEST, "added, required, open"),)), {f"step.{TEST}": "added, required, done"}),
        ("#category mail\n#done 1", vpn(steps=((CHECK, "done"),)), {"category": "mail"}),
    ],
)
def test_steps_are_done_and_skipped_by_their_numbers(words: str, ticket: Ticket, changes: dict[str, str]):
    """Each is a change of the ticket, which its history keeps."""
    assert changes_of(said(words, ticket)) == changes


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("#done 1,9", f"#done 9: there is no such step; the checklist is 1 {ASK}; 2 {CHECK}"),
        ("#skip 7 gone", f"#skip 7: there is no such step; the checklist is 1 {ASK}; 2 {CHECK}"),
        ("#done 0", "#done 0: there is no such step"),
        ("#skip 1", "#skip lacks what it needs: #skip 3"),
        ("#resolve It works again.", f"#resolve: required steps are neither done nor skipped: 1 {ASK}; write #done 1"),
        ("#close It works again.", f"#close: required steps are neither done nor skipped: 1 {ASK}; write #done 1"),
    ],
)
def test_what_cannot_be_is_refused_whole(words: str, why: str):
    """Nothing of the mail is done, and the answer shows the list or the steps that are missing."""
    decision = said(words, vpn())

    assert why in refusal_of(decision)
    assert changes_of(decision) == {}
    assert not wanted(decision, Template.RESOLVED)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("#resolve It works again.\n#done 1", "resolved"),
        ("#skip 1 no error\n#close Bye.", "closed"),
        ("#category mail\n#resolve It works again.", "resolved"),
    ],
)
def test_a_mail_may_end_what_it_completes(words: str, state: str):
    """What counts is how the checklist stands once all of the mail is done."""
    assert changes_of(said(words, vpn()))["state"] == state


def test_a_refused_resolution_is_kept_for_the_corrected_line():
    """As with every refusal that had words."""
    assert steps_of(said("#resolve It works again.", vpn()), KeepDraft)


def test_a_step_is_taken_back_by_undo():
    """It stands as it stood before; and what ended the ticket again is no end that wants its steps."""
    done = an_entry(3, EntryKind.EVENT, "alice", "", changes=changed(said("#done 1", vpn())))

    decision = said("#undo", vpn(steps=((ASK, "done"),)), an_entry(), done)

    assert changes_of(decision) == {f"step.{ASK}": None}


def changed(decision: Decision) -> tuple:
    return next(step.changes for step in decision.steps if hasattr(step, "changes"))


def test_a_rule_adds_steps_to_its_tickets():
    """To a new one and to one that is there; what the procedure names, or was added before, is not added twice."""
    opened = decided(a_message(subject="VPN", text="On Windows 11."), facts(), PASS, DESK_HOUSE)
    (step,) = steps_of(opened, OpenTicket)
    assert step.steps == ((TEST, "added, required, open"),)

    ticket = ticket_after(opened, facts(), 2001, NOW).ticket
    again = a_message(subject="Re: VPN [#2001]", text="Windows 11 again.", message_id="<second@customer.example>")
    answered = decided(again, facts(ticket=known(replace(ticket, number=2001))), PASS, DESK_HOUSE)
    assert f"step.{TEST}" not in changes_of(answered)


def test_a_notice_shows_the_checklist_and_links():
    """With what is required, and what became of each step."""
    ticket = vpn(steps=((CHECK, "skipped: it is down itself"),))
    decision = decided(answer_to_bob(), facts(ticket=known(ticket)), PASS, DESK_HOUSE)

    text = printed(decision, Template.AGENT_NOTICE, ticket)

    assert f"[ ] 1: {ASK} (required)" in text
    assert f"[-] 2: {CHECK}, it is down itself" in text
    assert "Link: https://wiki.acme.example/vpn" in text
    assert "kb.acme.example" not in text


def answer_to_bob():
    return a_message(subject="Re: Printer [#1042]", message_id="<second@customer.example>")


def test_why_a_step_was_skipped_is_sealed():
    """It is somebody's words about the matter; the procedure itself is nobody's secret."""
    ticket = vpn(confidential=Confidence.SEALED, assignee="alice", steps=((CHECK, "skipped: the boss is ill"),))
    decision = decided(answer_to_bob(), facts(ticket=known(ticket)), PASS, DESK_HOUSE)

    text = printed(decision, Template.AGENT_NOTICE, ticket)

    assert f"[-] 2: {CHECK}" in text
    assert "boss" not in text


@pytest.mark.parametrize("authenticity", [PASS, None])
def test_first_aid_stands_in_the_acknowledgement(authenticity: object):
    """For whoever is proved; nobody else learns what the desk takes the matter for."""
    message = a_message(BOB, subject="VPN")
    decision = decided(message, facts(), PASS, DESK_HOUSE) if authenticity else decided(message, house=DESK_HOUSE)
    template = Template.ACKNOWLEDGED if authenticity else Template.ACKNOWLEDGED_MINIMAL

    text = printed(decision, template)

    assert ("* https://kb.acme.example/vpn" in text) is bool(authenticity)
    assert "wiki.acme.example" not in text


def test_show_shows_the_checklist():
    """With the numbers that #done and #skip take."""
    (mail,) = wanted(said("#show", vpn(steps=((ASK, "done"),))), Template.TRANSCRIPT)

    assert f"[x] 1 {ASK}\n[ ] 2 {CHECK}\nhttps://wiki.acme.example/vpn" in mail.text


@pytest.mark.parametrize(
    ("category", "problem"),
    [
        ("{procedure: [a, a]}", "categories.x.procedure: 'a' stands in this list twice"),
        ("{procedure: []}", "categories.x.procedure: must not be empty"),
        ("{procedure: ['']}", "categories.x.procedure[0]: must be words on one line"),
        ("{procedure: [{step: '  ', required: true}]}", "categories.x.procedure[0].step: must be words on one line"),
        ("{procedure: [{step: a, needed: true}]}", "categories.x.procedure[0]: unknown key 'needed'"),
        ("{procedure: [{required: true}]}", "categories.x.procedure[0]: 'step' is missing: write it"),
        ("{links: {customers: [x]}}", "categories.x.links: unknown key 'customers'. Did you mean 'customer'?"),
    ],
)
def test_procedures_that_do_not_hold_are_refused(category: str, problem: str):
    """Where it stands, and what to do."""
    assert any(problem in one for one in problems_of(ALICE, f"categories: {{x: {category}}}"))


def test_a_desk_without_categories_has_no_checklists():
    """And says so."""
    assert "#done: #1042 has no checklist" in refusal_of(said("#done 1", a_ticket()))
