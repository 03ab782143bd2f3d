"""What an agent says of an incident reaches each who reported it, in their own thread, with the rights of any relay."""

from dataclasses import replace
from datetime import timedelta

from maild.model.decision import AddEntry, CancelMail, ChangeTicket, Decision, KeepDraft
from maild.model.facts import SentMail, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import MailState, Meaning, Template, Thread
from maild.model.ticket import Change, Confidence, Entry, EntryKind, State
from tests.unit.desk_values import (
    ALICE,
    HOUSE,
    NOW,
    PASS,
    a_draft,
    a_ticket,
    an_attachment,
    an_entry,
    answer_to,
    decided,
    facts,
    issued,
    steps_of,
    wanted,
)

CUSTOMERS = {1001: Address("a@x.example", "Ann"), 1002: Address("b@x.example", "Ben"), 1003: Address("c@x.example")}
NOTICE = issued(ticket=1500, subject="[#1500] VPN outage")


def report(number: int, *entries: Entry, **changes: object) -> TicketFacts:
    """One of the tickets of the incident, its report an hour old."""
    requester = CUSTOMERS.get(number, Address(f"user-{number}@x.example"))
    ticket = a_ticket(number, **{"requester": requester, "parent": 1500, "state": State.NEW, **changes})
    first = replace(an_entry(1, by=requester.address, text="VPN?"), at=NOW - timedelta(hours=2))
    every = (first, *entries)
    return TicketFacts(ticket, every, every[-1].n, {})


def later(n: int, kind: EntryKind, by: str, text: str, *changes: Change) -> Entry:
    return replace(an_entry(n, kind, by, text, changes=changes), at=NOW - timedelta(minutes=5))


def said(
    text: str, *reports: TicketFacts, state: State = State.OPEN, entries=(), mail=NOTICE, drafts=None, **changes
) -> Decision:
    """Decide Alice's answer to the notice of the incident."""
    reports = reports or (report(1001), report(1002))
    ticket = a_ticket(1500, requester=None, subject="VPN outage", incident="VPN outage", state=state, assignee="alice")
    first = an_entry(1, EntryKind.EVENT, "rules", "opened")
    every = (replace(first, at=NOW - timedelta(hours=2)), *entries)
    incident = TicketFacts(ticket, every, every[-1].n, {}, children=tuple(one.ticket.number for one in reports))
    tickets = {1500: incident, **{one.ticket.number: one for one in reports}}
    return decided(answer_to(mail, text, **changes), facts(mail, tickets=tickets, drafts=drafts or {}), PASS)


def entries(decision: Decision) -> dict[int, AddEntry]:
    return {step.number: step for step in steps_of(decision, AddEntry)}


def states(decision: Decision) -> dict[int, str | None]:
    return {
        step.number: change.new
        for step in steps_of(decision, ChangeTicket)
        for change in step.changes
        if change.field == "state"
    }


def kept(decision: Decision) -> str:
    (draft,) = steps_of(decision, KeepDraft)
    assert decision.mails and all(mail.person for mail in decision.mails)
    return "; ".join(draft.reasons)


def test_an_answer_goes_to_each_who_reported_it_in_their_own_thread():
    """One mail each from their own ticket, which has the words in its history; nobody sees another's address."""
    decision = said("We are on it.", attachments=(an_attachment(),))

    mails = wanted(decision, Template.REPLY)
    assert [(mail.to, mail.ticket) for mail in mails] == [("a@x.example", 1001), ("b@x.example", 1002)]
    for mail in mails:
        assert (mail.text, mail.by, mail.thread, mail.meaning) == (
            "We are on it.",
            "alice",
            Thread.CUSTOMER,
            Meaning.CUSTOMER,
        )
        assert (mail.delay, len(mail.attachments)) == (timedelta(seconds=60), 1)
    of_reports = [entries(decision)[number] for number in (1001, 1002)]
    assert {(one.kind, one.text, one.by, one.n) for one in of_reports} == {
        (EntryKind.AGENT, "We are on it.", "alice", 2)
    }
    assert entries(decision)[1500].kind is EntryKind.AGENT
    assert states(decision) == {1001: "open", 1002: "open"}
    assert {change.new for one in of_reports for change in one.changes if change.field == "assignee"} == {"alice"}


def test_resolving_an_incident_resolves_them_all():
    """Each customer is asked whether it is; without words the last words said of the incident are the resolution."""
    before = later(2, EntryKind.AGENT, "alice", "A line was cut; it is mended.")
    for text, words in (("#resolve Mended, try again.", "Mended, try again."), ("#resolve", before.text)):
        decision = said(text, entries=(before,))

        assert [(mail.to, mail.text) for mail in wanted(decision, Template.RESOLVED)] == [
            ("a@x.example", words),
            ("b@x.example", words),
        ]
        assert states(decision) == {1500: "resolved", 1001: "resolved", 1002: "resolved"}


def test_a_question_to_all_waits_for_all_of_them():
    """Their clocks pause with the incident's; who answers is open again alone, as any ticket."""
    decision = said("Which client do you use?\n\n#wait")

    assert [mail.to for mail in wanted(decision, Template.REPLY)] == ["a@x.example", "b@x.example"]
    assert states(decision) == {1500: "waiting", 1001: "waiting", 1002: "waiting"}


def test_words_that_were_kept_go_to_all_once_they_are_sent():
    """A draft of an incident is one draft, and its #send reaches whoever belongs to it by then."""
    mail = replace(NOTICE, meaning=Meaning.DRAFT, template=Template.DRAFT, thread=Thread.INTERNAL, draft="k" * 16)
    draft = a_draft(mail, "We are on it.", ticket=1500)

    decision = said("#send", report(1001), report(1003), mail=mail, drafts={draft.token: draft})

    assert [(each.to, each.text) for each in wanted(decision, Template.REPLY)] == [
        ("a@x.example", "We are on it."),
        ("c@x.example", "We are on it."),
    ]


def test_closing_quietly_mails_nobody():
    """The states change, and the histories say so."""
    decision = said("#close #quiet")

    assert states(decision) == {1500: "closed", 1001: "closed", 1002: "closed"}
    assert not [mail for mail in decision.mails if mail.person is None]
    assert entries(decision)[1001].kind is EntryKind.EVENT


def test_what_is_over_already_is_left_alone():
    """Closed or solved on its own: neither mailed nor changed; solved with the incident, it goes on with it."""
    closed, solved = report(1001, state=State.CLOSED), report(1002, state=State.RESOLVED)

    decision = said("#resolve Mended.", closed, solved, report(1003))
    assert [mail.to for mail in wanted(decision, Template.RESOLVED)] == ["c@x.example"]
    assert states(decision) == {1500: "resolved", 1003: "resolved"}

    again = said("#reopen Not yet, sorry.", closed, solved, state=State.RESOLVED)
    assert [mail.to for mail in wanted(again, Template.REOPENED)] == ["b@x.example"]
    assert states(again) == {1500: "open", 1002: "open"}


def test_a_note_on_an_incident_stays_there():
    """Colleagues' words are for nobody outside, and are not copied around."""
    decision = said("#note Carrier called.")

    assert set(entries(decision)) == {1500}
    assert not [mail for mail in decision.mails if mail.person is None]


def test_nobody_writes_where_they_may_not():
    """Of a confidential report of others its team is told what was said; its customer gets nothing from this agent."""
    secret = report(1002, confidential=Confidence.TEAM, team="empty")
    decision = said("#resolve Mended.", report(1001), secret)

    assert [mail.to for mail in wanted(decision, Template.RESOLVED)] == ["a@x.example"]
    note = entries(decision)[1002]
    assert (note.kind, note.by) == (EntryKind.NOTE, "maild") and "Mended." in note.text and "resolved" in note.text
    assert [(mail.to, mail.meaning) for mail in decision.mails if mail.ticket == 1002] == [
        ("dana@acme.example", Meaning.NOTE)
    ]
    shown = said("#show", report(1001), secret)
    words = " ".join(mail.text for mail in shown.mails)
    assert "#1001" in words and "#1002" not in words


def test_what_happened_in_a_report_since_is_told_first():
    """A colleague's answer always; the customer's words only where it is to be settled, and never the report itself."""
    answered = later(2, EntryKind.AGENT, "alex", "Restart it.")
    assert "Alex Stone answered the customer of #1001: Restart it." in kept(said("On it.", report(1001, answered)))

    wrote = later(2, EntryKind.CUSTOMER, "a@x.example", "Worse now!")
    assert "the customer of #1001 wrote: Worse now!" in kept(said("#resolve Mended.", report(1001, wrote)))
    assert wanted(said("On it.", report(1001, wrote)), Template.REPLY)

    fresh = replace(report(1001), entries=(later(1, EntryKind.CUSTOMER, "a@x.example", "VPN?"),))
    assert wanted(said("#resolve Mended.", fresh), Template.RESOLVED)


def test_a_report_that_could_not_be_read_keeps_the_words_back():
    """Fail closed: whoever is left out is told to the agent first."""
    ticket = a_ticket(1500, requester=None, incident="VPN outage")
    incident = TicketFacts(ticket, (an_entry(1, EntryKind.EVENT),), 1, {}, children=(1001, 1002))
    knowledge = facts(NOTICE, tickets={1500: incident, 1001: report(1001)})
    assert "#1002 could not be read" in kept(decided(answer_to(NOTICE, "On it."), knowledge, PASS))


def test_an_incident_without_anybody_to_answer_keeps_the_words():
    """As any ticket without a customer."""
    assert "nobody to answer" in kept(said("On it.", report(1001, state=State.CLOSED)))


def test_words_to_very_many_are_asked_about_once():
    """The notice named a few; a flood of reports since, which anybody may have written, is told of first."""
    flood = [report(number) for number in range(2001, 2052)]
    assert len(wanted(said("On it.", *flood[:50]), Template.REPLY)) == 50
    assert "your words would go to 51 people" in kept(said("On it.", *flood))
    assert "your words would go to 51 people" in kept(said("#resolve Mended.", *flood))
    assert not steps_of(said("#note Hm.", *flood), KeepDraft)

    shown = replace(NOTICE, template=Template.DRAFT, meaning=Meaning.DRAFT, thread=Thread.INTERNAL, draft="keptwords")
    confirmed = said("#send", *flood, mail=shown, drafts={"keptwords": a_draft(shown, ticket=1500)})
    assert len(wanted(confirmed, Template.REPLY)) == 51


def test_machines_get_no_answer():
    """Monitoring that reported the outage is set to its state and mailed nothing."""
    machine = report(1002, requester=Address("noreply@monitor.example"))
    decision = said("#resolve Mended.", report(1001), machine)

    assert [mail.to for mail in wanted(decision, Template.RESOLVED)] == ["a@x.example"]
    assert states(decision)[1002] == "resolved"


def test_undo_takes_back_what_went_to_all_of_them():
    """Mails that wait are stopped, states and hands are as before, each ticket's history says so."""
    at, change = NOW - timedelta(seconds=20), Change("state", "new", "resolved")
    done = replace(an_entry(2, EntryKind.AGENT, "alice", "Mended.", changes=(change,)), at=at)
    sent = SentMail("t" * 16, "a@x.example", Template.RESOLVED, 2, MailState.WAITING, is_in_hand=False)
    one = replace(report(1001, done, state=State.RESOLVED), sent=(sent,))
    own = replace(
        an_entry(2, EntryKind.AGENT, "alice", "Mended.", changes=(Change("state", "open", "resolved"),)), at=at
    )

    decision = said("#undo", one, state=State.RESOLVED, entries=(own,))

    assert [step.token for step in steps_of(decision, CancelMail)] == ["t" * 16]
    assert states(decision) == {1500: "open", 1001: "new"}
    slept = replace(done, changes=(Change("state", "pending", "resolved"),))
    slept_one = replace(report(1001, slept, state=State.RESOLVED), sent=(sent,))
    assert states(said("#undo", slept_one, state=State.RESOLVED, entries=(own,)))[1001] == "open"
    assert "undone:2" in entries(decision)[1001].flags
    assert not [mail for mail in decision.mails if mail.person is None]


def test_tickets_join_and_leave_an_incident_by_command():
    """From either side, and with a word in both histories; what left gets no more of it."""
    loose = report(1003, parent=None)
    joins = said("#link 1003", report(1001))
    assert "there is no ticket #1003" in " ".join(line for mail in joins.mails for line in mail.about)

    ticket = a_ticket(1500, requester=None, incident="VPN outage")
    incident = TicketFacts(ticket, (an_entry(1, EntryKind.EVENT),), 1, {}, children=(1001,))
    tickets = {1500: incident, 1001: report(1001), 1003: loose}

    def commanded(text: str, mail=NOTICE) -> dict[int, tuple[Change, ...]]:
        decision = decided(answer_to(mail, text, ALICE), facts(mail, tickets=tickets), PASS, HOUSE)
        return {
            step.number: step.changes
            for step in steps_of(decision, ChangeTicket)
            if any(change.field == "parent" for change in step.changes)
        }

    assert commanded("#link 1003") == {1003: (Change("parent", None, "1500"),)}
    assert commanded("#link -1001") == {1001: (Change("parent", "1500", None),)}
    of_child = issued(ticket=1001)
    assert commanded("#link -1500", of_child)[1001] == (Change("parent", "1500", None),)
    of_loose = issued(ticket=1003)
    assert commanded("#link 1500", of_loose)[1003] == (Change("parent", None, "1500"),)
