"""A ticket's life by mail: told together, confirmed, reopened, followed, merged, asked about aside, hidden."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk import ask, tell_together
from maild.model.decision import (
    AddParticipant,
    Authenticity,
    ChangeTicket,
    KeepDraft,
    LinkTickets,
    MarkReachable,
    OpenTicket,
    StartTimer,
    Timer,
    TimerKind,
)
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Meaning, Template, Thread
from maild.model.ticket import Change, Confidence, Consulted, Contact, EntryKind, State
from maild.rules import Team
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    HOUSE,
    NONE,
    NOW,
    PASS,
    PEOPLE,
    QUEUES,
    TEAMS,
    a_bounce,
    a_draft,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_entry,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)


def test_what_comes_soon_after_a_notice_is_told_with_it():
    """One notice in two minutes: the next mail starts a timer, and then all of them are told together."""
    soon = replace(known(), noticed_at=NOW - timedelta(seconds=30))
    mail = to_bob()
    later = decided(answer_to(mail, "And one more thing.", BOB), facts(mail, ticket=soon), PASS)
    first = decided(answer_to(mail, "And one more thing.", BOB), facts(mail, ticket=known()), PASS)

    assert wanted(later, Template.AGENT_NOTICE) == []
    assert steps_of(later, StartTimer) == [StartTimer(TimerKind.NOTICE, 1042, NOW + timedelta(seconds=90))]
    assert wanted(first, Template.AGENT_NOTICE)

    entries = (an_entry(1), an_entry(2), an_entry(3))
    timer = Timer(1, TimerKind.NOTICE, 1042, 0, NOW)
    together = tell_together(
        timer, facts(ticket=replace(known(a_ticket(), *entries), noticed_at=NOW - timedelta(minutes=2))), HOUSE, NOW
    )
    assert recipients(together.mails) == ["alice@acme.example", "alex@acme.example"]
    assert tell_together(timer, facts(ticket=soon), HOUSE, NOW - timedelta(hours=1)).mails != ()
    told = replace(known(), noticed_at=NOW)
    assert tell_together(timer, facts(ticket=told), HOUSE, NOW).mails == ()


@pytest.mark.parametrize(
    ("words", "verdict", "state"),
    [
        ("Yes, thank you!\nBob", PASS, "closed"),
        ("No.", PASS, "open"),
        ("Yes, but the other one jams now.", PASS, "open"),
        ("Thanks a lot!\nBob", PASS, None),
        ("👍", PASS, None),
        ("Yes", NONE, None),
        ("It still jams.", NONE, "open"),
    ],
)
def test_only_a_bare_yes_closes_what_is_resolved(words: str, verdict: Authenticity, state: str | None):
    """Yes closes if it is proved and alone; no and more words reopen; courtesy alone is silence."""
    ticket = known(a_ticket(state=State.RESOLVED))
    message = a_message(BOB, words, subject="Re: [#1042] Printer")
    decision = decided(message, facts(ticket=ticket), verdict)

    assert changes_of(decision).get("state") == state
    assert [mail.to for mail in wanted(decision, Template.CLOSED)] == ([BOB.address] if state == "closed" else [])
    assert bool(wanted(decision, Template.AGENT_NOTICE)) == (words not in {"Thanks a lot!\nBob", "👍"})


def test_a_ticket_closed_long_ago_has_a_successor():
    """Beyond the window a new ticket is opened and linked, and the old one leads later mails to it."""
    old = known(a_ticket(state=State.CLOSED, state_at=NOW - timedelta(days=15)))
    message = a_message(BOB, "It jams again.", subject="Re: [#1042] Printer")
    decision = decided(message, facts(ticket=old), PASS)

    assert [step.number for step in steps_of(decision, OpenTicket)] == [2001]
    assert ChangeTicket(1042, (Change("successor", None, "2001"),)) in decision.steps
    assert (decision.mails[0].template, decision.mails[0].earlier) == (Template.NEW_AFTER_CLOSED, 1042)

    new = known(a_ticket(2001))
    led = replace(old, ticket=replace(old.ticket, successor=2001))
    later = decided(message, facts(tickets={1042: led, 2001: new}), PASS)
    assert [entry.number for entry in entries_of(later)] == [2001]
    recent = known(a_ticket(state=State.CLOSED, state_at=NOW - timedelta(days=13)))
    assert changes_of(decided(message, facts(ticket=recent), PASS))["state"] == "open"


def test_a_merged_ticket_leads_to_the_one_that_goes_on():
    """A mail about a merged ticket becomes an entry of its target."""
    gone = known(a_ticket(state=State.MERGED, merged_into=1017))
    target = known(a_ticket(1017))
    message = a_message(BOB, "Any news?", subject="Re: [#1042] Printer")
    decision = decided(message, facts(tickets={1042: gone, 1017: target}), PASS)

    assert [entry.number for entry in entries_of(decision)] == [1017]
    assert decision.evidence[-1].kind == "merged"


def test_who_is_asked_aside_answers_with_a_note():
    """No state, no command, no customer: the asker sees it, and their plain answer goes back."""
    legal = Address("legal@law.example", "Legal")
    ticket = known(a_ticket(state=State.WAITING, consulted=(Consulted(legal, "alice"),)))
    message = a_message(legal, "#close You may.", subject="Re: [#1042] Printer")
    mark = to_bob("l")
    asked = replace(mark, recipient=legal.address)
    decision = decided(answer_to(asked, "#close You may.", legal), facts(asked, ticket=ticket), PASS)

    assert entries_of(decision)[0].kind is EntryKind.NOTE
    assert changes_of(decision) == {}
    (notice,) = decision.mails
    assert (notice.to, notice.meaning, notice.consulted) == (ALICE.address, Meaning.CONSULT, legal)
    # By the number alone they are nobody.
    assert steps_of(decided(message, facts(ticket=ticket), PASS), OpenTicket)


def test_an_answer_to_who_was_asked_aside_goes_nowhere_else():
    """A forward of their note to a colleague is no answer to them; what is kept back is still for them when it goes."""
    legal = Address("legal@law.example", "Legal")
    ticket = a_ticket(consulted=(Consulted(legal, "alice"),))
    notice = issued(meaning=Meaning.CONSULT, thread=Thread.INTERNAL, seen=2)
    there = facts(notice, ticket=known(ticket, an_entry(), an_entry(2, EntryKind.NOTE, legal.address, "You may.")))
    plain = decided(answer_to(notice, "And if not?"), there)
    passed_on = decided(answer_to(notice, "Look at this.", cc=(ALEX,)), there)
    refused = decided(answer_to(notice, "#tag -vpn\nAnd if not?"), there)

    assert recipients(wanted(plain, Template.CONSULTED)) == [legal.address]
    assert wanted(passed_on, Template.CONSULTED) == [] and steps_of(passed_on, KeepDraft) == []
    assert entries_of(passed_on)[0].kind is EntryKind.NOTE
    assert f"your mail also went to {ALEX.address}" in wanted(passed_on, Template.TRANSCRIPT)[0].about[0]
    (draft,) = steps_of(refused, KeepDraft)
    shown = issued("d", meaning=Meaning.DRAFT, template=Template.DRAFT, draft="k" * 16)
    kept = a_draft(shown, draft.text, draft.meaning, commands=draft.commands)
    sent = decided(answer_to(shown, "#send"), replace(there, issued={shown.token: shown}, drafts={kept.token: kept}))
    assert [(mail.to, mail.text) for mail in wanted(sent, Template.CONSULTED)] == [(legal.address, "And if not?")]


def test_words_about_a_merged_ticket_are_asked_about():
    """A plain answer, a draft that was shown before, and `#undo`: none reaches other people unasked."""
    gone = known(a_ticket(state=State.MERGED, merged_into=1017))
    both = {1042: gone, 1017: known(a_ticket(1017, requester=Address("eve@elsewhere.example")))}
    shown = issued("d", meaning=Meaning.DRAFT, template=Template.DRAFT, draft="k" * 16)
    drafts = {"k" * 16: a_draft(shown, "Dear Bob,")}
    for mail, text in ((issued(), "Dear Bob,"), (shown, "#send"), (issued(), "#undo")):
        decision = decided(answer_to(mail, text), facts(mail, tickets=both, drafts=drafts))

        assert [wish for wish in decision.mails if wish.person is None] == []
        assert "goes on in #1017" in " ".join(line for wish in decision.mails for line in wish.about)


def test_commands_about_several_tickets_at_once_are_asked_about():
    """Of two numbers in a fresh subject nobody can tell which is meant; plain words are a note on the first."""
    both = {1042: known(), 1017: known(a_ticket(1017))}
    subject = "[#1042] [#1017] done"
    asked = decided(a_message(ALICE, "#close", subject=subject), facts(tickets=both), PASS)
    noted = decided(a_message(ALICE, "He called.", subject=subject), facts(tickets=both), PASS)

    assert changes_of(asked) == {}
    assert "#1042, #1017" in asked.mails[0].about[1]
    assert [(entry.number, entry.kind) for entry in entries_of(noted)] == [(1042, EntryKind.NOTE)]


def test_a_reply_that_bounced_waits_for_nobody():
    """A ticket that waits for an answer to words that never arrived is open again."""
    mail = to_bob()
    waiting = known(a_ticket(state=State.WAITING))

    assert changes_of(decided(a_bounce(mail), facts(mail, ticket=waiting)))["state"] == "open"
    delayed = decided(a_bounce(mail, "delayed", "4.4.1"), facts(mail, ticket=waiting))
    assert changes_of(delayed) == {}


def test_what_a_queue_hides_is_an_unknown_number():
    """An agent of another team gets what anybody gets for a number that is not there."""
    queues = {**QUEUES, "support": replace(QUEUES["support"], visible_to=("empty",))}
    rules = replace(HOUSE.rules, queues=queues)
    house = replace(HOUSE, rules=replace(rules, teams={**TEAMS, "other": Team("other", ("alex",), None)}))
    hidden = known(a_ticket(team="empty"))
    secret = known(a_ticket(team="empty", confidential=Confidence.TEAM))
    for ticket in (hidden, secret):
        decision = decided(
            a_message(ALEX, "#note Look", subject="[#1042] Printer"), facts(ticket=ticket), PASS, house=house
        )
        assert [entry.number for entry in entries_of(decision) if entry.number == 1042] == []
        assert steps_of(decision, LinkTickets) == []


def test_a_declined_meeting_is_told_and_an_accepted_one_is_not():
    """A calendar's answer is an event, and only "no" is worth a mail."""
    answered = "Content-Type: text/calendar; method=REPLY"
    declined = a_machines_message(Automatic.CALENDAR, f"{answered}; PARTSTAT=DECLINED", subject="[#1042] Meeting")
    accepted = replace(declined, automatic_proof=answered)

    assert recipients(decided(declined, facts(ticket=known()), PASS).mails) == [
        "alice@acme.example",
        "alex@acme.example",
    ]
    assert decided(accepted, facts(ticket=known()), PASS).mails == ()


def test_who_wants_to_hear_of_problems_alone_hears_of_no_success():
    """`mail_me: {transcripts: problems}` spares the short word of what was done; refusals and lists still come."""
    alice = replace(PEOPLE["alice"], is_told_of_success=False)
    house = a_house({**PEOPLE, "alice": alice})
    done, refused, shown = (
        decided(answer_to(issued(), text), facts(issued(), ticket=known()), house=house)
        for text in ("#take", "#assign nobody", "#help take")
    )

    assert wanted(done, Template.TRANSCRIPT) == []
    assert wanted(refused, Template.TRANSCRIPT)
    assert wanted(shown, Template.TRANSCRIPT)


def test_an_address_that_is_gone_gets_no_automatic_mail_until_its_owner_writes():
    """5.1.1 is remembered; a ticket for them is not told to them; their own next mail is acknowledged as ever."""
    reply = to_bob()
    bounced = decided(a_bounce(reply), facts(reply, ticket=known()))
    passing = decided(a_bounce(reply, status="4.2.2"), facts(reply, ticket=known()))
    assert steps_of(bounced, MarkReachable) == [MarkReachable(BOB.address, is_reachable=False)]
    assert steps_of(passing, MarkReachable) == []

    gone = {"contacts": {BOB.address: Contact(BOB.address, "Bob", undeliverable_at=NOW)}}
    call = a_message(ALICE, f"#new for {BOB.address}\nHis printer smokes.")
    entered = decided(call, facts(**gone), PASS)
    own = decided(a_message(), facts(**gone), PASS)
    assert wanted(entered, Template.ACKNOWLEDGED) == []
    assert steps_of(entered, MarkReachable) == []
    assert wanted(own, Template.ACKNOWLEDGED)
    assert steps_of(own, MarkReachable) == [MarkReachable(BOB.address, is_reachable=True)]
    assert ask(call, None, HOUSE).contacts == (BOB.address,)


def test_a_storm_of_answers_to_all_draws_no_mail_of_ours_and_no_crowd():
    """Everybody answers everybody: each is an entry, nobody outside is written to, at most twenty take part."""
    crowd = tuple(Address(f"p{number}@customer.example") for number in range(40))
    ticket = known(a_ticket(participants=crowd[:18]))
    mail = to_bob()
    storm = answer_to(mail, "Please stop answering all!", BOB, cc=crowd)
    decision = decided(storm, facts(mail, ticket=replace(ticket, noticed_at=NOW)), PASS)

    assert [entry.kind for entry in entries_of(decision)] == [EntryKind.CUSTOMER]
    assert decision.mails == ()
    assert len(steps_of(decision, AddParticipant)) <= 2
    theirs = decided(replace(storm, sender=crowd[3]), facts(mail, ticket=ticket), NONE)
    assert steps_of(theirs, AddParticipant) == []
    assert [each for each in theirs.mails if each.person is None] == []
