"""Of a confidential ticket nobody hears but its team, assignee, lead and managers; of a sealed one not even these."""

from dataclasses import replace
from datetime import timedelta

from maild.desk import remind_of_draft, wake
from maild.desk.searching import search_of
from maild.model.decision import AddEntry, AddParticipant, KeepDraft, OpenTicket, RecordAbsence, Timer, TimerKind
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Meaning, Template
from maild.model.ticket import Confidence, Consulted, EntryKind, State
from maild.rules import Team
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    CAROL,
    DESK,
    FAIL,
    HOUSE,
    NOW,
    PASS,
    PEOPLE,
    TEAMS,
    a_draft,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_entry,
    answer_to,
    decided,
    facts,
    issued,
    known,
    recipients,
    steps_of,
    to_bob,
    wanted,
)

SECRET = Confidence.TEAM
OTHERS = {**TEAMS, "empty": Team("empty", (), None), "first-line": Team("first-line", ("alice",), "dana")}
HOUSE_OF_TWO = a_house(teams={**OTHERS, "other": Team("other", ("alex",), "dana")})


def test_nobody_joins_a_confidential_ticket_by_cc():
    """Neither whom the proved requester names, nor a colleague of theirs who holds a mark."""
    mail = to_bob()
    named = answer_to(mail, "Carol too.", BOB, cc=(CAROL,))
    colleague = answer_to(mail, "Me too.", CAROL)
    for message in (named, colleague):
        open_one = decided(message, facts(mail, ticket=known()), PASS)
        secret = decided(message, facts(mail, ticket=known(a_ticket(confidential=SECRET))), PASS)

        assert [step.who.address for step in steps_of(open_one, AddParticipant)] == [CAROL.address]
        assert steps_of(secret, AddParticipant) == []


def test_what_follows_a_confidential_ticket_is_confidential():
    """The successor of one that was closed long ago is its team's, in its queue, and nobody joins it."""
    old = a_ticket(
        state=State.CLOSED, state_at=NOW - timedelta(days=15), confidential=SECRET, queue="billing", team="first-line"
    )
    message = a_message(BOB, "Once more.", subject="Re: [#1042] Printer", cc=(CAROL,))
    decision = decided(message, facts(ticket=known(old)), PASS)

    (opened,) = steps_of(decision, OpenTicket)
    assert (opened.confidential, opened.queue, opened.team) == (SECRET, "billing", "first-line")
    assert steps_of(decision, AddParticipant) == []


def test_a_mail_that_nobody_of_a_confidential_ticket_can_hear_of_is_told_without_its_words():
    """Administrators stand in for an empty team, but may not see it: managers hear, else of its number alone."""
    secret = a_ticket(confidential=SECRET, queue="billing", team="empty")
    mail = to_bob()
    told = decided(answer_to(mail, "It is about my boss.", BOB), facts(mail, ticket=known(secret)), PASS)
    people = {key: person for key, person in PEOPLE.items() if key != "dana"}
    house = a_house(people, {"empty": OTHERS["empty"]})
    alone = decided(answer_to(mail, "It is about my boss.", BOB), facts(mail, ticket=known(secret)), PASS, house=house)

    assert recipients(wanted(told, Template.AGENT_NOTICE)) == ["dana@acme.example"]
    assert wanted(alone, Template.AGENT_NOTICE) == []
    (alarm,) = wanted(alone, Template.ALARM)
    assert (alarm.to, alarm.ticket, alarm.text) == ("rita@acme.example", None, "")
    timer = Timer(1, TimerKind.WAKE, 1042, 0, NOW)
    woken = wake(timer, facts(ticket=known(replace(secret, state=State.PENDING))), house, NOW)
    assert woken.mails == ()


def test_who_may_not_see_a_ticket_any_more_is_shown_nothing_of_it():
    """Who asked aside, kept a draft, or had it: the answer goes to others, the draft is not shown, the word is bare."""
    legal = Address("legal@law.example", "Legal")
    secret = a_ticket(confidential=SECRET, consulted=(Consulted(legal, "alex"),), assignee="alice")
    asked = replace(to_bob("l"), recipient=legal.address)
    answered = decided(
        answer_to(asked, "You may.", legal), facts(asked, ticket=known(secret)), PASS, house=HOUSE_OF_TWO
    )
    shown = issued("d", draft="k" * 16, meaning=Meaning.DRAFT)
    timer = Timer(1, TimerKind.DRAFT, 1042, 0, NOW, "k" * 16)
    drafted = facts(ticket=known(secret), drafts={"k" * 16: a_draft(shown, author="alex")})
    taken = decided(
        answer_to(issued(), "#take"),
        facts(issued(), ticket=known(replace(secret, assignee="alex"))),
        house=HOUSE_OF_TWO,
    )

    assert recipients(answered.mails) == ["alice@acme.example"]
    assert remind_of_draft(timer, drafted, HOUSE_OF_TWO, NOW).mails == ()
    assert remind_of_draft(timer, drafted, HOUSE, NOW).mails != ()
    assert [(mail.to, mail.ticket) for mail in taken.mails if mail.to == ALEX.address] == [(ALEX.address, None)]


def test_a_lead_hears_of_an_absence_and_not_of_the_ticket():
    """Their lead may see nothing of what the out-of-office answers; nobody is sent home by a forged one."""
    mail = issued(person="alex", recipient=ALEX.address)
    absent = a_machines_message(
        Automatic.OUT_OF_OFFICE, sender=ALEX, to=(Address(DESK),), in_reply_to=answer_to(mail).in_reply_to
    )
    secret = a_ticket(confidential=SECRET, assignee="alex")
    decision = decided(absent, facts(mail, ticket=known(secret, an_entry())), PASS, house=HOUSE_OF_TWO)

    assert [(told.to, told.ticket) for told in decision.mails] == [("dana@acme.example", None)]
    assert [step.person for step in steps_of(decision, RecordAbsence)] == ["alex"]
    claimed = decided(absent, facts(mail, ticket=known(secret, an_entry())), FAIL, house=HOUSE_OF_TWO)
    assert steps_of(claimed, RecordAbsence) == [] and claimed.mails == ()


SEALED = a_ticket(confidential=Confidence.SEALED, assignee="alex", subject="My boss")
THERE = known(SEALED, an_entry(), an_entry(2, text="He hits me."))


def by_alice(text: str, ticket=THERE, number: int = 1042, **more):
    """Decide about an answer of Alice's, who is of the team and has not the ticket, to a notice read before entry 2."""
    return decided(answer_to(issued(), text), facts(issued(), tickets={number: ticket}, **more))


def test_sealed_words_are_their_assignees_alone():
    """No command gets them for anybody else of the team: neither shown, listed, split, sent on, nor missed."""
    for text in ("#show", "#history", "#get 1", "#split", "#forward eve@elsewhere.example\nSee below."):
        decision = by_alice(text)
        told = " ".join(mail.text + " ".join(mail.about) for mail in decision.mails)

        assert "sealed" in told and "hits" not in told and "My boss" not in told
        assert not steps_of(decision, OpenTicket)
        assert not [mail for mail in decision.mails if mail.person is None]
    (draft,) = steps_of(by_alice("#resolve Fixed."), KeepDraft)
    assert "meanwhile the customer wrote" in draft.reasons
    words, state = (search_of(query, PEOPLE["alice"], HOUSE) for query in ("hits", "state:open"))
    assert "1042" not in by_alice("#list hits", listings={words: (SEALED,)}).mails[0].text
    assert (
        "#1042 open alex bob@customer.example (sealed)"
        in by_alice("#list state:open", listings={state: (SEALED,)}).mails[0].text
    )


def test_who_reads_a_confidential_ticket_is_entered_in_its_own_history():
    """From whichever mail they ask, and once for a mail; a merge with it in the same mail enters behind."""
    secret = known(a_ticket(1017, confidential=SECRET, assignee="alice"), an_entry(), an_entry(2))
    both = {1042: known(a_ticket(confidential=SECRET)), 1017: secret}
    other = decided(answer_to(issued(), "#show 1017\n#history 1017"), facts(issued(), tickets=both))
    alone = decided(a_message(ALICE, "#show 1017"), facts(tickets={1017: secret}), PASS)
    merged = decided(answer_to(issued(), "#show 1017\n#merge 1017"), facts(issued(), tickets=both))

    for decision in (other, alone):
        entered = [(step.number, step.n, step.flags) for step in steps_of(decision, AddEntry)]
        assert entered[0] == (1017, 3, ("read",))
        assert {number for number, *_ in entered} == {1017}
    assert [step.n for step in steps_of(merged, AddEntry) if step.number == 1017] == [3, 4]


def test_what_comes_of_a_confidential_ticket_is_confidential():
    """A customer who is written to from it, and a caller's matter."""
    secret = known(a_ticket(confidential=SECRET, team="first-line"))
    for text in ("#write carol@customer.example about him\nMay we call?", "#new carol@customer.example\nShe called."):
        (opened,) = steps_of(by_alice(text, secret), OpenTicket)

        assert (opened.confidential, opened.team) == (SECRET, "first-line")


def test_an_agent_is_a_customer_of_their_own_ticket_by_any_address():
    """No state command of theirs counts on it, from the other address either."""
    own = known(a_ticket(requester=ALICE))
    mail = issued()
    message = answer_to(mail, "#close", replace(ALICE, address="alice.reyes@acme.example"))
    decision = decided(message, facts(mail, ticket=own))

    assert [step.kind for step in steps_of(decision, AddEntry)] == [EntryKind.CUSTOMER]


def test_a_confidential_ticket_is_not_merged_with_an_open_one():
    """Its words would be everybody's, or everybody's would be hidden."""
    secret = known(a_ticket(1017, confidential=SECRET))
    decision = decided(answer_to(issued(), "#merge 1017"), facts(issued(), tickets={1042: known(), 1017: secret}))

    assert "confidential and the other not" in " ".join(decision.mails[0].about)
    assert [step.number for step in steps_of(decision, AddEntry)] == [1042]
