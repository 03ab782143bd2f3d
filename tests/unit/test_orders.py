"""What commands come to: each changes what it says, or refuses with what to write instead; a mail is done whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desk import ask
from maild.desk.byhand import HandError, set_fields
from maild.desk.commands import BY_WORD, COMMANDS, commands_named, help_lines, parse_instant, read_commands
from maild.desk.orders.obeying import DOING
from maild.desk.searching import SearchError, parse_search, search_of
from maild.documents import Place
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    CancelMail,
    ChangeContact,
    ChangeTicket,
    CloseDraft,
    Decision,
    KeepDraft,
    LinkTickets,
    OpenTicket,
    OutcomeKind,
    RecordAbsence,
    RemoveParticipant,
    StartTimer,
    StopTimers,
    TimerKind,
)
from maild.model.facts import DraftState, Facts, SentMail, Want
from maild.model.mail import Address, Forwarded, Forwarding
from maild.model.outgoing import MailState, Meaning, Template, Thread
from maild.model.search import Term
from maild.model.ticket import Change, Contact, EntryKind, State
from maild.rules import Category, Field
from maild.rules import Contact as Listed
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    CAROL,
    HOUSE,
    NOW,
    PASS,
    PEOPLE,
    TOKEN,
    a_draft,
    a_message,
    a_ticket,
    an_attachment,
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
    wanted,
)

NOTICE = issued()
COST = Field("cost", "money", "EUR", (), None, {}, Place("fields.yaml", 1, 1))
VPN = Category("network/vpn", "VPN", "empty", {}, Place("categories.yaml", 1, 1))
LISTED = Listed(BOB.address, company="Miller & Sons", place=Place("c.csv", 2, 1))
FITTED = replace(
    HOUSE,
    rules=replace(HOUSE.rules, fields={"cost": COST}, categories={"network/vpn": VPN}, contacts={BOB.address: LISTED}),
    answers={"vpn-first-aid": "Restart the client, then the machine."},
)
ANSWERED = (an_entry(), an_entry(2, EntryKind.AGENT, "alice", "Restart it."))


def commanded(text: str, *entries, others: dict | None = None, more: dict | None = None, **ticket) -> Decision:
    """Decide about an answer of Alice's to a notice of #1042 that she has just read."""
    there = known(a_ticket(**ticket), *(entries or (an_entry(),)))
    mail = replace(NOTICE, seen=there.last_n)
    knowledge = facts(mail, tickets={1042: there, **(others or {})}, **(more or {}))
    return decided(answer_to(mail, text), knowledge, house=FITTED)


def refusals(decision: Decision) -> str:
    """Give what was refused, of a mail of which nothing at all was done."""
    assert changes_of(decision) == {}
    assert not [mail for mail in decision.mails if mail.person is None]
    told = [mail for mail in decision.mails if mail.template in {Template.TRANSCRIPT, Template.DRAFT}]
    return " ".join(line for mail in told for line in mail.about)


CHANGES = [
    ("#resolve Fixed.", {}, {"state": "resolved", "assignee": "alice"}),
    ("#close Bye.", {"assignee": "alex"}, {"state": "closed"}),
    ("#reopen", {"state": State.CLOSED}, {"state": "open", "assignee": "alice"}),
    ("#wait", {}, {"state": "waiting"}),
    ("#pending until friday", {}, {"state": "pending"}),
    ("#take", {"assignee": "alex"}, {"assignee": "alice"}),
    ("#assign alex", {}, {"assignee": "alex"}),
    ("#assign Alex Stone"[:12], {}, {"assignee": "alex"}),
    ("#assign alex@acme.example", {}, {"assignee": "alex"}),
    ("#unassign", {"assignee": "alice"}, {"assignee": None}),
    ("#team empty", {"assignee": "alice"}, {"team": "empty", "assignee": None}),
    ("#queue billing", {"assignee": "alice"}, {"queue": "billing", "team": "empty", "assignee": None}),
    ("#subject Printer on floor 3", {}, {"subject": "Printer on floor 3"}),
    ("#language DE", {}, {"language": "de"}),
    ("#tag +vpn", {}, {"tag": "vpn"}),
    ("#tag -vpn", {"tags": ("vpn",)}, {"tag": None}),
    ("#field cost=500", {}, {"field.cost": "500"}),
    ("#field cost=", {"fields": (("cost", "1"),)}, {"field.cost": None}),
    ("#requester carol@customer.example", {}, {"requester": CAROL.address, "requester_name": ""}),
    ("#kb", {}, {"tag": "kb"}),
    ("#p1", {}, {"priority": "p1"}),
    ("#impact extensive", {}, {"impact": "extensive", "priority": "p2"}),
    ("#urgency Critical", {"impact": "extensive"}, {"urgency": "critical", "priority": "p1"}),
    ("#category network/vpn", {"assignee": "alice"}, {"category": "network/vpn", "team": "empty", "assignee": None}),
    ("#spam", {}, {"state": "spam"}),
]


@pytest.mark.parametrize(("text", "ticket", "changes"), CHANGES, ids=[text for text, *_ in CHANGES])
def test_a_command_changes_what_it_says(text: str, ticket: dict, changes: dict):
    """The fields are those of the command, and one entry says so."""
    decision = commanded(text, **ticket)

    assert changes_of(decision) == changes
    entry = entries_of(decision)[0]
    assert {change.field for change in entry.changes} == set(changes)
    assert entry.by == "alice"


REFUSED = [
    ("#resolve", {}, "say what solved it"),
    ("#resolve", {"state": State.CLOSED}, "is closed already"),
    ("#close", {"state": State.MERGED}, "is merged already"),
    ("#reopen", {}, "#1042 is open"),
    ("#wait 900d", {}, "no time within a year"),
    ("#pending until yesterday", {}, "lacks what it needs"),
    ("#assign alcie", {}, "Did you mean 'alice'"),
    ("#assign erik", {}, "Erik Holm left"),
    ("#team nowhere", {}, "there is no such team"),
    ("#queue biling", {}, "Did you mean 'billing'"),
    ("#unassign", {}, "nobody has #1042"),
    ("#tag -vpn", {}, "has no such tag"),
    ("#field cots=5", {}, "Did you mean 'cost'"),
    ("#field cost=much", {}, "it takes a number"),
    ("#language klingonese", {}, "like en or de"),
    ("#requester support@acme.example", {}, "an address of this desk"),
    ("#cc +alex@acme.example", {}, "Alex Stone works here"),
    ("#cc +support@acme.example", {}, "address of the desk itself"),
    ("#cc -eve@elsewhere.example", {}, "they take no part"),
    ("#merge 1042", {}, "that is this ticket itself"),
    ("#merge 4711", {}, "there is no ticket #4711"),
    ("#link 4711", {}, "there is no ticket #4711"),
    ("#split", {}, "no later customer mail"),
    ("#ask alex@acme.example\nMay we?", {}, "they are of this desk"),
    ("#ask legal@law.example", {}, "no words to ask with"),
    ("#ask noreply@law.example\nMay we?", {}, "reads no mail of people"),
    ("#answer vpn-frist-aid", {}, "Did you mean 'vpn-first-aid'"),
    ("#get 3", {}, "no attachment 3"),
    ("#undo", {}, "nothing of yours"),
    ("#impact huge", {}, "there is no such impact"),
    ("#category network/vpm", {}, "Did you mean 'network/vpn'"),
    ("#help asign", {}, "Did you mean 'assign'"),
    ("#list stat:open", {}, "Did you mean 'state'"),
    ("#away alex until friday", {}, "only Alex Stone, their lead or a manager"),
    ("#assign", {}, "lacks what it needs: #assign alice"),
    ("#resolve\n#close\nDone.", {}, "contradict each other"),
    ("#resolve #assign alex Done.", {}, "leave open for whom the words are"),
    ("#send", {}, "there is no draft to #send"),
    ("#contact fone=123", {}, "a contact has name, company, phone, language, timezone. Did you mean 'phone'"),
    ("#contact verify=+49170", {}, "only the file of contacts says where a code is sent"),
    ("#contact address=eve@elsewhere.example", {}, "#requester says whose matter it is"),
    ("#contact timezone=Europe/Madird", {}, "Did you mean 'Europe/Madrid'"),
    ("#contact language=klingonese", {}, "write it like de"),
    ("#contact company=Mills", {}, "c.csv:2 says Miller & Sons, and the file goes before"),
    ('#contact name="Bob Smi', {}, "belongs to no value"),
    ('#contact phone="+49 30 1 name=Eve', {}, "belongs to no value"),
    ('#contact name=Bob "the" Smith', {}, "belongs to no value"),
    ('#contact phone="1" x', {}, "x belongs to no value"),
    ("#contact phone=1", {"requester": None}, "has no requester"),
    ("#contact phone=1", {"requester": ALEX}, "is of this desk"),
]


@pytest.mark.parametrize(("text", "ticket", "why"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_what_cannot_be_done_is_refused_with_what_can(text: str, ticket: dict, why: str):
    """Nothing is done of it, nobody outside is written to, and the agent reads what instead."""
    assert why in refusals(commanded(text, **ticket))


def test_every_command_with_help_has_its_doing_and_the_other_way_round():
    """The registry and what is done are one list; `#help` names each."""
    assert {command.word for command in COMMANDS} == set(DOING)
    told = "\n".join(help_lines())
    assert all(f"#{word}" in told for word in DOING)


def test_a_mail_of_which_one_command_is_refused_is_not_half_done():
    """All of it is kept, shown with every refusal at once, and a corrected line or #send finishes it."""
    decision = commanded("#tag +vpn\n#assign alcie\n#field cots=1\nIt is the old client.")
    (draft,) = steps_of(decision, KeepDraft)

    assert "alcie" in refusals(decision) and "cots" in refusals(decision)
    assert draft.commands == ("#tag +vpn", "#assign alcie", "#field cots=1")
    assert draft.text == "It is the old client."
    assert steps_of(decision, StartTimer) == [
        StartTimer(TimerKind.DRAFT, 1042, NOW + timedelta(minutes=30), draft.token)
    ]

    shown = issued("d", meaning=Meaning.DRAFT, template=Template.DRAFT, thread=Thread.INTERNAL, draft=draft.token)
    kept = a_draft(shown, draft.text, Meaning.NOTE, commands=draft.commands)
    there = facts(shown, ticket=known(), drafts={draft.token: kept})
    corrected = decided(answer_to(shown, "#assign alex"), there, house=FITTED)
    sent = decided(answer_to(shown, "#send"), there, house=FITTED)
    asked = decided(answer_to(shown, "Hm."), there, house=FITTED)

    assert changes_of(corrected) == {"tag": "vpn", "assignee": "alex"}
    assert entries_of(corrected)[0].text == "It is the old client."
    assert changes_of(sent) == {"tag": "vpn"}
    assert "#assign alcie" in " ".join(wanted(sent, Template.TRANSCRIPT)[0].about)
    assert changes_of(asked) == {} and steps_of(asked, KeepDraft)
    assert [step.state for step in steps_of(corrected, CloseDraft)] == ["sent"]


def test_resolving_speaks_to_the_customer():
    """The words, or without any the last ones that the customer got, are the resolution; quiet sends nothing."""
    spoken = commanded("#resolve Install 4.0.")
    last = commanded("#resolve", *ANSWERED)
    quiet = commanded("#resolve\n#quiet", *ANSWERED)

    assert [(mail.to, mail.text) for mail in wanted(spoken, Template.RESOLVED)] == [(BOB.address, "Install 4.0.")]
    assert [mail.text for mail in wanted(last, Template.RESOLVED)] == ["Restart it."]
    assert [mail for mail in quiet.mails if mail.person is None] == []
    assert changes_of(quiet)["state"] == "resolved"
    assert entries_of(spoken)[0].kind is EntryKind.AGENT


def test_a_stored_answer_follows_the_words():
    """`#answer NAME` sends the words and then the stored ones."""
    (mail,) = wanted(commanded("#answer vpn-first-aid\nHello Bob,"), Template.REPLY)

    assert mail.text == "Hello Bob,\n\nRestart the client, then the machine."


def test_the_customers_own_mail_stops_a_resolve_that_has_not_seen_it():
    """A collision: what was missed is told, and the words wait as a draft; a plain answer goes out all the same."""
    there = known(a_ticket(), an_entry(), an_entry(2, text="It is worse now."))
    resolved = decided(answer_to(NOTICE, "#resolve Fixed."), facts(NOTICE, ticket=there))
    plain = decided(answer_to(NOTICE, "We are on it."), facts(NOTICE, ticket=there))
    alone = decided(answer_to(NOTICE, "#close"), facts(NOTICE, ticket=there))

    assert "meanwhile the customer wrote: It is worse now." in refusals(resolved)
    assert steps_of(resolved, KeepDraft)[0].commands == ("#resolve",)
    assert wanted(plain, Template.REPLY)
    assert changes_of(alone) == {}


def test_a_merge_leads_on_and_joins_only_when_told():
    """The source is merged, the target says so; other requesters are asked about, `join` lets them take part."""
    target = known(a_ticket(1017, requester=CAROL))
    same = known(a_ticket(1017))
    refused = commanded("#merge 1017", others={1017: target})
    joined = commanded("#merge 1017 join", others={1017: target})
    merged = commanded("#merge 1017", others={1017: same})

    assert "would read one another's mail" in refusals(refused)
    assert changes_of(merged) == {"merged_into": "1017", "state": "merged"}
    assert [step.number for step in steps_of(merged, AddEntry)] == [1042, 1017]
    assert LinkTickets(1042, 1017, "merged") in merged.steps
    assert [step.who for step in steps_of(joined, AddParticipant)] == [BOB]


def test_people_come_and_go_by_cc():
    """Who is added gets the next mail, this one included; who is removed does not; nobody is added twice."""
    decision = commanded("#cc +x@y.example, -carol@customer.example\nHello both.\n#reply", participants=(CAROL,))

    assert [step.who.address for step in steps_of(decision, AddParticipant)] == ["x@y.example"]
    assert [step.address for step in steps_of(decision, RemoveParticipant)] == [CAROL.address]
    assert recipients(wanted(decision, Template.REPLY)) == [BOB.address, "x@y.example"]
    assert steps_of(commanded(f"#cc +{CAROL.address.upper()}", participants=(CAROL,)), AddParticipant) == []


def test_agents_complete_a_contact():
    """Each value is a change of the ticket's history and a step of its own; a name is the ticket's requester's too."""
    met = {"contacts": {BOB.address: Contact(BOB.address, BOB.name, phone="old")}}
    line = "#contact phone=+44 20 7946 0000 timezone=Europe/Madrid name=“Bob R. Miller” language= #take\nCall him."
    decision = commanded(f"{line}\n#note", more=met)

    expected = [("phone", "old", "+44 20 7946 0000"), ("timezone", None, "Europe/Madrid")]
    expected.append(("name", BOB.name, "Bob R. Miller"))
    assert steps_of(decision, ChangeContact) == [ChangeContact(BOB, *each) for each in expected]
    entered = {change.field: change.new for change in entries_of(decision)[0].changes}
    assert entered == changes_of(decision)
    assert entered == {
        **{f"contact.{name}": new for name, _, new in expected},
        "requester_name": "Bob R. Miller",
        "assignee": "alice",
    }
    assert steps_of(commanded("#contact phone=old", more=met), ChangeContact) == []
    moved = answer_to(NOTICE, f"#requester {CAROL.address}\n#contact phone=1")
    assert CAROL.address in ask(moved, None, HOUSE).contacts
    (of_carol,) = steps_of(commanded(moved.text, more=met), ChangeContact)
    assert (of_carol.who.address, of_carol.old) == (CAROL.address, None)


@pytest.mark.parametrize(
    ("phone", "later", "put_back", "said"),
    [
        ("new", (), [ChangeContact(BOB, "phone", "new", "old")], "phone is old again"),
        ("newer", (), [], "phone was changed since and stays newer"),
        ("new", (Change("requester", CAROL.address, BOB.address),), [], "the requester is somebody else now"),
    ],
)
def test_undo_puts_a_contact_back(phone: str, later: tuple, put_back: list, said: str):
    """What nobody changed since is as it was; of whoever the ticket is now, nothing is changed."""
    entries = [an_entry(), an_entry(2, EntryKind.EVENT, "alice", changes=(Change("contact.phone", "old", "new"),))]
    entries += [an_entry(3, EntryKind.EVENT, "alex", changes=later)] if later else []
    met = {"contacts": {BOB.address: Contact(BOB.address, BOB.name, phone=phone)}}
    decision = commanded("#undo", *entries, more=met)

    assert steps_of(decision, ChangeContact) == put_back
    (told,) = wanted(decision, Template.TRANSCRIPT)
    assert any(said in line for line in told.about)


def test_undo_takes_back_what_it_can_line_by_line():
    """A mail that waits is stopped, a value that nobody changed since is put back, the rest is told."""
    changes = (Change("state", "new", "resolved"), Change("assignee", None, "alice"), Change("tag", None, "vpn"))
    entry = an_entry(2, EntryKind.AGENT, "alice", "Fixed.", changes=changes)
    sent = (
        SentMail("w" * 16, BOB.address, Template.RESOLVED, 2, MailState.WAITING, is_in_hand=False),
        SentMail("s" * 16, CAROL.address, Template.RESOLVED, 2, MailState.ACCEPTED, is_in_hand=False),
        SentMail("o" * 16, BOB.address, Template.REPLY, 1, MailState.WAITING, is_in_hand=False),
    )
    ticket = a_ticket(state=State.RESOLVED, assignee="alex", tags=("vpn",))
    there = replace(known(ticket, an_entry(), entry), sent=sent)
    mail = replace(NOTICE, seen=2)
    decision = decided(answer_to(mail, "#undo"), facts(mail, ticket=there))

    assert [step.token for step in steps_of(decision, CancelMail)] == ["w" * 16]
    assert changes_of(decision) == {"state": "new", "tag": None}
    (told,) = wanted(decision, Template.TRANSCRIPT)
    assert any("nothing was delivered" in line for line in told.about)
    assert any(CAROL.address in line and "delivered and cannot" in line for line in told.about)
    assert any("assignee was changed since" in line for line in told.about)
    undone = replace(there, entries=(*there.entries, *[replace(an_entry(3), by="alice", flags=("undone", "undone:2"))]))
    assert "nothing of yours" in refusals(
        decided(answer_to(mail, "#undo"), facts(mail, ticket=replace(undone, last_n=3)))
    )


def test_undo_lets_no_ticket_sleep_without_an_end():
    """What slept until an instant that nobody knows any more is open, and its writer hears how to say so again."""
    entry = an_entry(2, EntryKind.AGENT, "alice", "Fixed.", changes=(Change("state", "pending", "resolved"),))
    mail = replace(NOTICE, seen=2)
    there = known(a_ticket(state=State.RESOLVED), an_entry(), entry)
    decision = decided(answer_to(mail, "#undo"), facts(mail, ticket=there))

    assert changes_of(decision) == {"state": "open"}
    (told,) = wanted(decision, Template.TRANSCRIPT)
    assert "it was pending: write #pending until … if it is to sleep again" in told.about
    slept = replace(entry, changes=(Change("state", "open", "pending"),))
    there = known(a_ticket(state=State.PENDING), an_entry(), slept)
    decision = decided(answer_to(mail, "#undo"), facts(mail, ticket=there))
    assert changes_of(decision) == {"state": "open"}
    assert StopTimers(TimerKind.WAKE, 1042) in decision.steps


def test_an_answer_wakes_what_slept_until_later():
    """Where answers leave a ticket waiting, the instant of before must not open it."""
    house = replace(HOUSE, desk=HOUSE.desk.model_copy(update={"after_reply": "waiting"}))
    there = facts(NOTICE, ticket=known(a_ticket(state=State.PENDING)))
    decision = decided(answer_to(NOTICE, "Which version is it?"), there, house=house)

    assert changes_of(decision)["state"] == "waiting"
    assert StopTimers(TimerKind.WAKE, 1042) in decision.steps


def test_no_ticket_is_set_to_sleep_without_an_end():
    """The command line knows no instant: it says who does."""
    with pytest.raises(HandError, match="until when it is pending"):
        set_fields(known(a_ticket()), {"state": "pending"}, facts=facts(), house=HOUSE, by="root")


def test_a_ticket_wakes_when_it_was_told_to():
    """`wait` and `pending` with a time start one timer; whoever opens it earlier stops it."""
    timers = steps_of(commanded("#wait 3d"), StartTimer)

    assert timers == [StartTimer(TimerKind.WAKE, 1042, NOW + timedelta(days=3))]
    assert steps_of(commanded("#wait"), StartTimer) == []


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("3d", datetime(2026, 11, 26, 9, 30, tzinfo=UTC)),
        ("1d2h", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("until monday 9:00", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        ("friday at 5pm", datetime(2026, 11, 27, 16, tzinfo=UTC)),
        ("bis freitag 14 Uhr", datetime(2026, 11, 27, 13, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-12-24 14:30", datetime(2026, 12, 24, 13, 30, tzinfo=UTC)),
        ("24.12.", datetime(2026, 12, 24, 8, tzinfo=UTC)),
        ("until 17:00", datetime(2026, 11, 23, 16, tzinfo=UTC)),
        ("until 9", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("2020-01-01", None),
        ("2026-13-45", None),
        ("25:61", None),
        ("400d", None),
        ("29.2.", None),
    ],
)
def test_times_are_read_as_people_write_them(words: str, instant: datetime | None):
    """In the writer's zone, a day without a time at nine in the morning; never what has passed."""
    assert parse_instant(words, NOW, ZoneInfo("Europe/Berlin")) == instant


def test_lists_and_help_change_nothing_and_go_back_to_whoever_asks():
    """A query is a matter of the desk: no entry, one transcript."""
    search = search_of("mine", PEOPLE["alice"], HOUSE)
    hers = a_ticket(1077, assignee="alice", subject="Theirs")
    decision = commanded("#list mine\n#help resolve", more={"listings": {search: (hers,)}})

    assert decision.outcome.kind is OutcomeKind.DESK
    assert entries_of(decision) == []
    (told,) = decision.mails
    assert told.to == ALICE.address
    assert "#1077" in told.text and "#resolve" in told.text


def test_what_commands_name_is_asked_of_the_store():
    """Numbers, searches, files, histories and mails that can be taken back; of an agent's name alone."""
    text = "#merge 1017\n> #link #1018\n#list state:open\n#get 1\n#undo\n#history 1019"
    agents = ask(a_message(ALICE, text), None, HOUSE)
    customers = ask(a_message(BOB, text), None, HOUSE)

    assert set(agents.numbers) == {1017, 1018, 1019}
    assert agents.wants == {Want.FILES, Want.SENT, Want.HISTORY, Want.CHILDREN}
    assert [search.terms for search in agents.searches] == [(Term("state", "open"),)]
    assert (customers.numbers, customers.wants, customers.searches) == ((), frozenset(), ())


def test_a_mail_without_a_ticket_does_what_needs_none():
    """`#away` records, `#new for` opens a ticket for a caller, `#take` is refused with what to write."""
    away = decided(a_message(ALICE, "#away until friday"), facts(), PASS)
    new = decided(a_message(ALICE, "#new for bob@customer.example\nHis printer smokes.", subject="call"), facts(), PASS)
    take = decided(a_message(ALICE, "#take"), facts(), PASS)
    unproved = decided(a_message(ALICE, "#away until friday"), facts())

    assert [(step.person, step.by) for step in steps_of(away, RecordAbsence)] == [("alice", "alice")]
    (opened,) = steps_of(new, OpenTicket)
    assert (opened.requester, opened.state) == (Address(BOB.address, ""), State.NEW)
    assert recipients(wanted(new, Template.ACKNOWLEDGED)) == [BOB.address]
    assert "put its number into the subject" in " ".join(take.mails[0].about)
    assert steps_of(unproved, RecordAbsence) == []


def test_words_about_no_ticket_wait_for_the_corrected_line():
    """Of a mail of which a command is refused all is kept and shown; an answer with the line put right finishes it."""
    call = a_message(ALICE, "#new for support@acme.example\nHis printer smokes.", attachments=(an_attachment(),))
    refused = decided(call, facts(), PASS)
    (shown,), (kept,) = refused.mails, steps_of(refused, KeepDraft)
    assert (shown.template, shown.meaning, shown.ticket, shown.draft) == (Template.DRAFT, Meaning.DRAFT, None, TOKEN)
    assert shown.text == "#new for support@acme.example\n\nHis printer smokes."
    assert (kept.number, kept.text, kept.commands) == (None, "His printer smokes.", ("#new for support@acme.example",))
    assert [(step.number, step.about) for step in steps_of(refused, StartTimer)] == [(None, TOKEN)]

    mail = issued("d", meaning=Meaning.DRAFT, template=Template.DRAFT, ticket=None, draft="d" * 16, quoted=shown.text)
    draft = a_draft(mail, kept.text, Meaning.NOTE, ticket=None, commands=kept.commands, attachments=kept.attachments)
    there = facts(mail, drafts={draft.token: draft})

    def answered(text: str, knowledge: Facts = there, **changes: object) -> Decision:
        quoted = "\n".join(f"> {line}" for line in shown.text.split("\n"))
        return decided(answer_to(mail, f"{text}\n\n{quoted}", **changes), knowledge)

    done = answered("#new for bob@customer.example")
    assert steps_of(done, CloseDraft) == [CloseDraft(draft.token, DraftState.SENT)]
    (entry,) = entries_of(done)
    assert (entry.by, entry.text, entry.attachments) == (BOB.address, "His printer smokes.", kept.attachments)
    assert recipients(wanted(done, Template.ACKNOWLEDGED)) == [BOB.address]
    (other,) = entries_of(answered("#new for bob@customer.example\nIt burns."))
    assert other.text == "It burns."

    again = answered("#new for alex@acme.example")
    assert steps_of(again, CloseDraft) == [CloseDraft(draft.token, DraftState.DISCARDED)]
    assert steps_of(again, KeepDraft)[0].commands == ("#new for alex@acme.example",)
    assert steps_of(answered("Well?"), KeepDraft)[0].reasons == (
        "there was no #send and no corrected line in your answer",
    )
    assert "no command says for whom" in steps_of(answered("#send"), KeepDraft)[0].reasons[-1]
    assert steps_of(answered("#discard"), CloseDraft) == [CloseDraft(draft.token, DraftState.DISCARDED)]
    repeated = answered("#new for bob@customer.example", replace(there, same_id_other_body=True))
    assert entries_of(repeated) == []
    for changed in ({"state": DraftState.SENT}, {"author": "alex"}):
        ended = replace(there, drafts={draft.token: replace(draft, **changed)})
        assert answered("#send", ended).mails[0].draft is None
        assert answered("Well?", ended).steps == ()


def test_a_forwarded_mail_is_the_customers_ticket():
    """The customer is its requester and hears of it; a colleague's own mail that is passed on is none."""
    passed = Forwarded(BOB, "Printer", "today", "It smokes.", "It smokes.", (an_attachment(),), None, None)
    message = a_message(ALICE, "See below.", forwarding=Forwarding("See below.", (passed,)))
    decision = decided(message, facts(), PASS)
    inside = replace(passed, sender=ALEX)
    own = decided(replace(message, forwarding=Forwarding("", (inside,))), facts(), PASS)

    assert steps_of(decision, OpenTicket)[0].requester == BOB
    assert [(entry.kind, entry.by, entry.text) for entry in entries_of(decision)] == [
        (EntryKind.CUSTOMER, BOB.address, "It smokes."),
        (EntryKind.NOTE, "alice", "See below."),
    ]
    (told,) = wanted(decision, Template.ACKNOWLEDGED)
    assert (told.to, told.is_vouched) == (BOB.address, True)
    assert steps_of(own, OpenTicket)[0].requester == ALICE
    claimed = decided(message, facts())
    assert steps_of(claimed, OpenTicket)[0].requester == ALICE


@pytest.mark.parametrize("words", ["state:opne", "colour:red", "before:soon", "due:soon", " ".join("x" * 25)])
def test_a_search_that_makes_no_sense_is_refused_with_what_does(words: str):
    """Unknown words, states and days are met with the nearest known."""
    with pytest.raises(SearchError):
        parse_search(words, None, ZoneInfo("UTC"))


@given(st.text(alphabet=st.sampled_from("#+-@=., \n>" + "abcdeimnorstvwk0123456789\u200b：＃“”"), max_size=120))
def test_no_words_of_an_agent_break_the_desk(text: str):
    """Whatever stands in an agent's mail is decided: done, kept or refused, and nothing is half done."""
    decision = commanded(text)

    drafts = steps_of(decision, KeepDraft)
    if drafts and not wanted(decision, Template.TRANSCRIPT):
        assert changes_of(decision) == {}
        assert not [mail for mail in decision.mails if mail.person is None]


@given(st.sampled_from(sorted(BY_WORD)), st.text(max_size=60))
def test_no_argument_breaks_a_command(word: str, argument: str):
    """Whatever stands behind a command's word is an argument, words, or a doubt."""
    reading = read_commands(f"#{word} {argument}")

    assert all(each.word in BY_WORD for each in reading.commands)
    assert list(commands_named(f"#{word} {argument}")) or reading.doubts or "\n" in argument
    assert isinstance(commanded(f"#{word} {argument}"), Decision)
    assert isinstance(decided(a_message(ALICE, f"#{word} {argument}"), Facts(2001), PASS), Decision)


def test_a_tag_that_stays_in_the_subject_is_obeyed_once():
    """Further mails of the same agent in the thread carry the tag on, and it counts no more."""
    subject = "Re: [#1042] [take] Printer"
    first = decided(answer_to(NOTICE, "", subject=subject), facts(NOTICE, ticket=known(a_ticket(assignee="alex"))))
    (entry,) = entries_of(first)
    before = replace(an_entry(2, EntryKind.EVENT, "alice"), flags=entry.flags)
    there = known(a_ticket(assignee="alex"), an_entry(), before)
    mail = replace(NOTICE, seen=2)
    again = decided(answer_to(mail, "#note He called.", subject=subject), facts(mail, ticket=there))

    assert changes_of(first) == {"assignee": "alice"}
    assert changes_of(again) == {}


def test_steps_of_a_decision_name_existing_tickets_alone():
    """A split opens one ticket of the newest mail and links both."""
    decision = commanded("#split", an_entry(), an_entry(2, text="And the scanner too."))

    (opened,) = steps_of(decision, OpenTicket)
    assert (opened.number, opened.assignee) == (2001, "alice")
    assert [(step.number, step.text) for step in steps_of(decision, AddEntry) if step.number == 2001] == [
        (2001, "And the scanner too.")
    ]
    assert LinkTickets(2001, 1042, "split") in decision.steps
    assert not [step for step in steps_of(decision, ChangeTicket) if step.number != 1042]


def test_no_words_are_lost_beside_what_is_filed_otherwise():
    """Feedback and lists beside a note that was not sent, words beside commands that are about no ticket."""
    fresh = a_message(ALICE, "#feedback Step 2 is old.\nHe called again.", subject="[#1042] Printer")
    unsent = decided(fresh, facts(ticket=known()), PASS)
    alone = decided(a_message(ALICE, "#help take\nThe printer is dead."), facts(), PASS)

    assert [entry.text for entry in entries_of(unsent)] == ["He called again.", "Step 2 is old"]
    assert any("filed nowhere" in line for mail in alone.mails for line in mail.about)
    assert any("The printer is dead." in mail.text for mail in alone.mails)


def test_doubtful_words_go_to_nobody_outside():
    """Whom a command names is outside too, whatever else stands beside it or in the agent's own To and Cc."""
    asked = "#ask legal@law.example\nMay we?"
    for message in (
        answer_to(NOTICE, asked, flags=("text-cut",)),
        answer_to(NOTICE, asked, cc=(BOB,), flags=("text-cut",)),
        answer_to(NOTICE, f"#undo\n{asked}", flags=("text-cut",)),
    ):
        mine = an_entry(1, EntryKind.AGENT, "alice", "Restart it.")
        decision = decided(message, facts(NOTICE, ticket=known(a_ticket(), mine)))

        assert [mail for mail in decision.mails if mail.person is None] == []
        assert steps_of(decision, KeepDraft)


def test_what_a_list_showed_goes_to_nobody_outside():
    """Whoever writes first from an answer to a list sends their own words alone; other quotes are asked about."""
    listing = issued(
        "l",
        ticket=None,
        meaning=Meaning.NOTHING,
        template=Template.TRANSCRIPT,
        subject="mine",
        ours="Answer → # commands only\nHelp: answer with #help",
        quoted="mine: 1 found\n#1043 open alice carol@customer.example The salary of our director was published",
    )
    shown = f"{listing.quoted}\n{listing.ours}".replace("\n", "\n> ")
    quote = f"\n\nOn 23 Nov 2026, Acme Support wrote:\n> {shown}"
    to_eve = "#write eve@elsewhere.example about your order\nIt is on its way."
    written = decided(answer_to(listing, to_eve + quote), facts(listing))
    between = decided(answer_to(listing, f"{to_eve}{quote}\nAlice"), facts(listing))
    on_ticket = replace(listing, ticket=1042, meaning=Meaning.NOTE)
    told = facts(on_ticket, ticket=known())
    replied = decided(answer_to(on_ticket, f"#reply\nIt is on its way.{quote}\nAlice"), told)
    copied = decided(answer_to(on_ticket, "#reply\nThe salary of our director was published"), told)
    strange = decided(answer_to(listing, f"{to_eve}\n> #1044 alex Another{quote}"), facts(listing))
    unmarked = decided(a_message(ALICE, to_eve + quote), facts(), PASS)

    assert [mail.text for mail in wanted(written, Template.REPLY)] == ["It is on its way."]
    for mail in (*wanted(between, Template.REPLY), *wanted(replied, Template.REPLY)):
        assert "salary" not in mail.text
    assert not [mail for mail in copied.mails if mail.person is None]
    for doubtful in (strange, unmarked):
        assert not [mail for mail in doubtful.mails if mail.person is None]
        assert "is quoted" in refusals(doubtful) and steps_of(doubtful, KeepDraft)


def test_a_mail_that_repeats_an_id_commands_nothing():
    """Neither the ticket, nor a draft, nor the desk: a signed mail can be sent again by whoever got it."""
    again = {"same_id_other_body": True}
    shown = issued("d", meaning=Meaning.DRAFT, template=Template.DRAFT, draft="k" * 16)
    drafts = {"k" * 16: a_draft(shown)}
    for message, there in (
        (answer_to(NOTICE, "#close"), facts(NOTICE, ticket=known(), **again)),
        (answer_to(shown, "#send"), facts(shown, ticket=known(), drafts=drafts, **again)),
        (a_message(ALICE, "#new eve@elsewhere.example\nBuy this."), facts(**again)),
    ):
        decision = decided(message, there, PASS)
        assert "the same Message-ID" in " ".join(line for mail in decision.mails for line in mail.about)
        assert [mail for mail in decision.mails if mail.person is None] == []
        assert changes_of(decision) == {} and not steps_of(decision, OpenTicket)


def test_a_crowd_is_not_added_by_one_line():
    """Twenty people take part at most, those of the same line counted; nobody twice."""
    many = " ".join(f"+p{n}@x.example" for n in range(25))

    assert "20 people take part already" in refusals(commanded(f"#cc {many}"))
    assert len(steps_of(commanded("#cc +x@y.example +X@y.example"), AddParticipant)) == 1
