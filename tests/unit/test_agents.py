"""What follows from an agent's mail: a relay, a note, a draft or a question, and nothing to a customer by mistake."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.desk import ask
from maild.model.decision import (
    AddParticipant,
    CloseDraft,
    Decision,
    KeepDraft,
    OpenTicket,
    OutcomeKind,
    RecordAbsence,
    RememberIds,
    Trust,
)
from maild.model.facts import DraftState, IssuedMail
from maild.model.mail import Address, Automatic
from maild.model.outgoing import Author, Meaning, Template, Thread
from maild.model.ticket import Change, EntryKind, KeptAttachment, State
from tests.unit.desk_values import (
    ALEX,
    ALICE,
    BOB,
    CAROL,
    DESK,
    EVE,
    FAIL,
    HOUSE,
    NONE,
    NOW,
    PASS,
    TOKEN,
    a_draft,
    a_house,
    a_machines_message,
    a_message,
    a_ticket,
    an_arrival,
    an_attachment,
    an_entry,
    answer_to,
    changes_of,
    decided,
    entries_of,
    facts,
    id_of,
    issued,
    known,
    recipients,
    steps_of,
    wanted,
)

NOTICE = issued()
ABOUT_NOTE = issued("n", meaning=Meaning.NOTE, thread=Thread.INTERNAL)
DRAFT = issued(
    "d", meaning=Meaning.DRAFT, template=Template.DRAFT, thread=Thread.INTERNAL, draft="kepttokenkepttok", seen=2
)
QUESTION = replace(DRAFT, template=Template.DID_YOU_SEND_THIS)
QUOTE = "\n\nOn 23 Nov 2026, Acme Support wrote:\n> " + NOTICE.ours.replace("\n", "\n> ")


def answered(text: str, mail: IssuedMail = NOTICE, ticket=None, **changes) -> Decision:
    """Decide about an answer of Alice's to a mail of ours."""
    drafts = {mail.draft: a_draft(mail)} if mail.draft else {}
    knowledge = facts(mail, ticket=known(*(ticket or (a_ticket(),))), drafts=changes.pop("drafts", drafts))
    return decided(answer_to(mail, text, **changes), knowledge)


def sent_to_customers(decision: Decision) -> list[str]:
    return recipients(wanted(decision, Template.REPLY))


def kept(decision: Decision) -> KeepDraft | None:
    drafts = steps_of(decision, KeepDraft)
    return drafts[0] if drafts else None


# Relays


def test_a_plain_answer_to_a_notice_reaches_the_customer():
    """The words go to requester and participants, one mail each, after the delay, in the agent's name."""
    ticket = (a_ticket(participants=(CAROL,)),)
    decision = answered("Please restart it.\nAlice" + QUOTE, ticket=ticket, attachments=(an_attachment(),))

    mails = wanted(decision, Template.REPLY)
    assert recipients(mails) == [BOB.address, CAROL.address]
    for mail in mails:
        assert (mail.text, mail.by, mail.person) == ("Please restart it.\nAlice", "alice", None)
        assert (mail.author, mail.thread, mail.meaning) == (Author.PERSON, Thread.CUSTOMER, Meaning.CUSTOMER)
        assert (mail.delay, mail.ticket) == (timedelta(seconds=60), 1042)
        assert [each.name for each in mail.attachments] == ["log.txt"]


def test_a_relay_is_an_entry_and_settles_the_ticket():
    """The history has the words, the state is what the desk is set to, and the writer has the ticket from now on."""
    decision = answered("Please restart it." + QUOTE)
    waiting = decided(
        answer_to(NOTICE), facts(NOTICE, ticket=known(a_ticket(assignee="alex"))), house=a_house(after_reply="waiting")
    )

    entry = entries_of(decision)[0]
    assert (entry.kind, entry.by, entry.text, entry.n) == (EntryKind.AGENT, "alice", "Please restart it.", 2)
    assert entry.changes == (Change("assignee", None, "alice"),)
    assert changes_of(decision) == {"assignee": "alice"}
    assert steps_of(decision, RememberIds)
    assert changes_of(waiting) == {"state": "waiting"}


def test_a_new_ticket_is_open_after_a_relay():
    """The first answer takes a ticket out of new."""
    assert changes_of(answered("Please restart it.", ticket=(a_ticket(state=State.NEW),)))["state"] == "open"


def test_the_others_are_told_once_who_took_it():
    """The first to answer an unassigned ticket takes it; a taken one tells nobody."""
    first = answered("Please restart it.")
    later = answered("Please restart it.", ticket=(a_ticket(assignee="alice"),))

    assert recipients(wanted(first, Template.TRANSCRIPT)) == [ALEX.address]
    assert wanted(later, Template.TRANSCRIPT) == []


def test_nobody_gets_a_relay_twice():
    """Who stands in the agent's own To or Cc has it already; our own addresses never get one."""
    ticket = a_ticket(participants=(CAROL, Address("BOB@customer.example"), Address("support+x@acme.example")))
    decision = answered("Please restart it.", ticket=(ticket,), cc=(CAROL,))

    assert sent_to_customers(decision) == [BOB.address]


def test_a_reply_goes_to_the_requester_and_not_to_whoever_wrote_last():
    """A stranger's mail on the ticket, or a Reply-To, never becomes an audience (mail-facts 4)."""
    entries = (an_entry(1), an_entry(2, by=EVE.address))
    decision = answered("Please restart it.", ticket=(a_ticket(), *entries), reply_to=(EVE,))

    assert sent_to_customers(decision) == [BOB.address]


def test_a_quote_alone_is_never_sent():
    """An answer without own words sends nothing and says so (mail-facts 5.25)."""
    decision = answered(QUOTE)

    assert sent_to_customers(decision) == []
    assert "Nothing was sent" in wanted(decision, Template.TRANSCRIPT)[0].about[0]
    assert changes_of(decision) == {}


def test_our_words_in_a_relay_make_a_draft():
    """Words that would carry our facts to the customer are kept, and the agent is asked."""
    decision = answered("As we say: help begin with #note to tell only colleagues.")

    assert sent_to_customers(decision) == []
    draft = kept(decision)
    assert draft is not None
    assert (draft.token, draft.meaning, draft.author) == (TOKEN, Meaning.RELAY, "alice")
    mail = wanted(decision, Template.DRAFT)[0]
    assert (mail.draft, mail.meaning, mail.to, mail.thread) == (TOKEN, Meaning.DRAFT, ALICE.address, Thread.INTERNAL)
    assert mail.text == draft.text
    assert mail.about == draft.reasons


@pytest.mark.parametrize("attachment", ["mail", "log"])
def test_an_attached_notice_makes_a_draft(attachment: str):
    """A whole mail, or a file that holds a notice's random mark, is not passed on unasked."""
    content = b"Notice " + NOTICE.token[:10].upper().encode()
    files = {"mail": an_attachment("fw.eml", b"x", "message/rfc822"), "log": an_attachment("log.txt", content)}
    decision = answered("See the file.", attachments=(files[attachment],))

    assert sent_to_customers(decision) == []
    assert kept(decision)


def test_pictures_that_a_client_quotes_back_are_left_out():
    """An inline picture of the ticket that came back with the quote is not sent again; a new one is."""
    old = an_attachment("logo.png", b"old", "image/png", "<1@x>")
    new = an_attachment("shot.png", b"new", "image/png", "<2@x>")
    there = KeptAttachment(old.name, old.type, old.size, old.sha256, is_inline=True, content_id=old.content_id)
    decision = answered("See here.", ticket=(a_ticket(), an_entry(attachments=(there,))), attachments=(old, new))

    assert [each.name for each in wanted(decision, Template.REPLY)[0].attachments] == ["shot.png"]


@pytest.mark.parametrize("flag", ["text-cut", "addresses-cut", "recipients-cut", "headers-cut", "parts-cut"])
def test_what_was_not_read_is_not_sent(flag: str):
    """A mail of which a part was cut away is not passed on unasked, nor one over the size limit."""
    assert sent_to_customers(answered("Please restart it.", flags=(flag,))) == []
    large = decided(answer_to(NOTICE), facts(NOTICE, ticket=known()), arrival=an_arrival(is_whole=False))
    assert sent_to_customers(large) == []
    assert kept(large)


def test_a_mail_that_went_elsewhere_too_is_a_note():
    """Anybody else in To or Cc makes it talk among colleagues; the agent is told how to send it."""
    decision = answered("Bob is right.", cc=(Address("legal@acme.example"),))

    assert sent_to_customers(decision) == []
    assert entries_of(decision)[0].kind is EntryKind.NOTE
    told = wanted(decision, Template.TRANSCRIPT)[0]
    assert "legal@acme.example" in told.about[0]
    assert (told.draft, told.meaning) == (TOKEN, Meaning.NOTE)


@pytest.mark.parametrize("changes", [{"subject": "Fwd: [#1042] Printer"}, {"to": (CAROL,)}, {"to": ()}])
def test_a_forward_or_a_blind_copy_is_a_note(changes: dict):
    """A forward is no answer, nor is a mail that names the desk nowhere."""
    decision = answered("Look at this.", ticket=(a_ticket(participants=(CAROL,)),), **changes)

    assert sent_to_customers(decision) == []
    assert entries_of(decision)[0].kind is EntryKind.NOTE


def test_the_requester_in_the_agents_own_mail_is_not_written_to_again():
    """An answer that the agent's client sent is filed as their answer, whoever else it names."""
    decision = answered("Please restart it.", to=(BOB, Address(DESK)), cc=(EVE,), ticket=(a_ticket(state=State.NEW),))

    assert sent_to_customers(decision) == []
    assert entries_of(decision)[0].kind is EntryKind.AGENT
    assert changes_of(decision) == {"state": "open", "assignee": "alice"}
    assert steps_of(decision, AddParticipant) == []


def test_a_ticket_without_requester_keeps_the_words():
    """Where nobody can be answered, the words wait."""
    decision = answered("Hello?", ticket=(a_ticket(requester=None),))

    draft = kept(decision)
    assert draft is not None
    assert "nobody to answer" in draft.reasons[0]


@pytest.mark.parametrize("state", [State.MERGED, State.SPAM])
def test_merged_and_spam_tickets_answer_nobody(state: State):
    """Nothing goes out of a ticket that is no more."""
    assert sent_to_customers(answered("Hello?", ticket=(a_ticket(state=state),))) == []


# Collisions


@pytest.mark.parametrize(
    "missed",
    [
        an_entry(2, EntryKind.AGENT, "alex", "I have sent a new one."),
        an_entry(2, EntryKind.NOTE, "alex", "", changes=(Change("state", "open", "waiting"),)),
    ],
)
def test_what_a_colleague_did_meanwhile_makes_a_draft(missed):
    """Two answers to one question are one too many: the second is shown what it missed."""
    decision = answered("Please restart it.", ticket=(a_ticket(), an_entry(1), missed))

    assert sent_to_customers(decision) == []
    draft = kept(decision)
    assert draft is not None
    assert draft.reasons[0].startswith("meanwhile Alex Stone")


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(2, EntryKind.AGENT, "alice", "Mine."),
        an_entry(2, EntryKind.NOTE, "alex", "A thought."),
        an_entry(2, EntryKind.CUSTOMER, BOB.address, "And?", changes=(Change("state", "waiting", "open"),)),
    ],
)
def test_own_answers_notes_and_customers_collide_with_nothing(entry):
    """An agent may write twice, colleagues may note, and a customer may add a word."""
    assert sent_to_customers(answered("Please restart it.", ticket=(a_ticket(), an_entry(1), entry))) == [BOB.address]


def test_a_gap_in_the_history_is_a_doubt():
    """Where not everything since the notice is at hand, nobody can say that nothing was missed."""
    decision = answered("Please restart it.", ticket=(a_ticket(), an_entry(9)))

    assert sent_to_customers(decision) == []


def test_a_notice_older_than_what_is_at_hand_is_a_doubt():
    """A notice may have shown notes that are no more among the last entries: they could go out unrecognised."""
    late = [an_entry(n) for n in range(4, 25)]

    assert (
        sent_to_customers(answered("Please restart it.", ticket=(a_ticket(), *late), mail=replace(NOTICE, seen=5)))
        == []
    )
    shown = replace(NOTICE, seen=6)
    assert sent_to_customers(answered("Please restart it.", ticket=(a_ticket(), *late), mail=shown)) == [BOB.address]


# Notes and commands


def test_an_answer_to_a_mail_about_a_note_is_a_note():
    """What is said among colleagues stays there; the assignee hears of it unless it is theirs."""
    decision = answered("He called again.", ABOUT_NOTE, ticket=(a_ticket(assignee="alex"),))
    own = answered("He called again.", ABOUT_NOTE, ticket=(a_ticket(assignee="alice"),))

    entry = entries_of(decision)[0]
    assert (entry.kind, entry.by, entry.text) == (EntryKind.NOTE, "alice", "He called again.")
    assert changes_of(decision) == {}
    mail = decision.mails[0]
    assert (mail.template, mail.to, mail.meaning, mail.thread) == (
        Template.AGENT_NOTICE,
        ALEX.address,
        Meaning.NOTE,
        Thread.INTERNAL,
    )
    assert own.mails == ()


@pytest.mark.parametrize("line", ["#ask legal@law.example", "#write eve@elsewhere.example about it", ""])
def test_what_the_customer_wrote_goes_to_nobody_aside_unasked(line: str):
    """A signature below the quote makes it lines between the agent's own: these go back to the customer alone."""
    asked = replace(NOTICE, meaning=NOTICE.meaning if line else Meaning.CONSULT)
    shown = f"{NOTICE.ours}\n{NOTICE.quoted}\n{NOTICE.ours}".replace("\n", "\n> ")
    quote = f"\n\nOn 23 Nov 2026, Acme Support wrote:\n> {shown}"
    decision = answered(f"{line}\nMay we?{quote}\nAlice", asked)

    assert not [mail for mail in decision.mails if mail.person is None]
    draft = kept(decision)
    assert draft is not None and any("quoted" in reason for reason in draft.reasons)


def test_note_and_reply_override():
    """What the agent says weighs more than the mail they answer; also as a tag in the subject."""
    noted = answered("#note\nHe called again." + QUOTE)
    tagged = answered("He called again.", subject="Re: [#1042] Printer [note]")
    replied = answered("#reply\nPlease restart it.", ABOUT_NOTE)

    for decision in (noted, tagged):
        assert sent_to_customers(decision) == []
        assert (entries_of(decision)[0].kind, entries_of(decision)[0].text) == (EntryKind.NOTE, "He called again.")
        assert decision.commands == ("#note",)
    assert sent_to_customers(replied) == [BOB.address]
    assert wanted(replied, Template.REPLY)[0].text == "Please restart it."


def test_a_tag_that_is_an_echo_commands_nothing():
    """A customer's tag in the subject, answered by an agent, is text (mail-facts 5.23)."""
    mail = replace(ABOUT_NOTE, subject="[#1042] (reply) Printer")
    echoed = answered(
        "He called.", mail, subject="Re: [#1042] [reply] Printer", ticket=(a_ticket(subject="[reply] Printer"),)
    )

    assert sent_to_customers(echoed) == []


def test_a_tag_further_down_a_thread_is_obeyed_only_to_keep_words_back():
    """Where an earlier mail may have set it, `[reply]` is no command any more, and `[note]` still is."""

    def later(mail: IssuedMail, tag: str) -> Decision:
        deeper = {"in_reply_to": ("<own@acme.example>",), "references": (id_of(mail), "<own@acme.example>")}
        return answered("He called.", mail, subject=f"Re: [#1042] Printer {tag}", **deeper)

    assert sent_to_customers(later(ABOUT_NOTE, "[reply]")) == []
    assert sent_to_customers(later(NOTICE, "[note]")) == []
    assert sent_to_customers(later(NOTICE, "")) == [BOB.address]


def test_a_customers_command_quoted_by_an_agent_commands_nothing():
    """Commands in a customer's words, echoed by the answer, are theirs and obeyed by nobody (mail-facts 5.23)."""
    mail = replace(NOTICE, quoted="#discard\nPlease help.\n#note")
    for quote in ("\n\n> #discard\n> Please help.\n> #note\n> " + mail.ours.replace("\n", "\n> "), ""):
        decision = answered("Please restart it." + quote, mail)
        assert sent_to_customers(decision) == [BOB.address]
        assert wanted(decision, Template.REPLY)[0].text == "Please restart it."
        assert decision.commands == ()


@pytest.mark.parametrize(
    "text",
    [
        "#nte\nHe is a nuisance.",
        "#escalate Fixed.",
        "#note #reply Which?",
        "Hello\n#note\nHe is",
        "#send\nWords",
    ],
)
def test_a_doubtful_command_keeps_the_whole_mail(text: str):
    """A mail of which one command is refused is not half done, and none of its words reach the customer."""
    decision = answered(text)

    assert sent_to_customers(decision) == []
    assert kept(decision)
    assert changes_of(decision) == {}


def test_a_mail_that_takes_commands_only_sends_no_words():
    """Words in an answer to a digest are kept as a note, and the writer is told."""
    decision = answered("Hello all", replace(ABOUT_NOTE, meaning=Meaning.NOTHING))

    assert sent_to_customers(decision) == []
    assert entries_of(decision)[0].kind is EntryKind.NOTE
    assert wanted(decision, Template.TRANSCRIPT)


# An agent's mail that answers none of ours


def test_a_mail_found_without_our_mail_is_a_note_and_may_be_sent():
    """By the tag alone nothing goes out; the transcript says that `#reply` sends it, and it does."""
    message = a_message(ALICE, "Please restart it.", subject="[#1042] Printer", message_id="<new@acme.example>")
    first = decided(message, facts(ticket=known()), PASS)
    told = wanted(first, Template.TRANSCRIPT)[0]
    draft = kept(first)
    assert draft is not None
    mail = replace(ABOUT_NOTE, template=Template.TRANSCRIPT, draft=draft.token, quoted=told.text)
    second = answered("#reply", mail, drafts={draft.token: a_draft(mail, draft.text)})

    assert (sent_to_customers(first), entries_of(first)[0].kind) == ([], EntryKind.NOTE)
    assert "#reply" in told.about[1]
    assert sent_to_customers(second) == [BOB.address]
    assert wanted(second, Template.REPLY)[0].text == "Please restart it."
    assert steps_of(second, CloseDraft) == [CloseDraft(draft.token, DraftState.SENT)]


def test_reply_in_a_new_mail_sends_plain_words_only():
    """An explicit `#reply` is obeyed without our mail, unless something is quoted that cannot be compared."""

    def sent(text: str) -> list[str]:
        message = a_message(ALICE, text, subject="[#1042]", message_id="<new@acme.example>")
        return sent_to_customers(decided(message, facts(ticket=known()), PASS))

    assert sent("#reply\nPlease restart it.") == [BOB.address]
    assert sent("#reply\nPlease restart it.\n\n> he is a nuisance") == []
    assert sent("#reply\nYes.\n\nFrom: Alex <alex@acme.example>\nSent: today\nTo: Alice\nSubject: x\n\nhe is") == []


def test_a_notice_that_a_colleague_forwarded_means_nothing():
    """The mark of a colleague's notice finds the ticket; the words stay among colleagues."""
    message = answer_to(NOTICE, "I can do that.", sender=ALEX)
    decision = decided(message, facts(NOTICE, ticket=known()), PASS)

    assert sent_to_customers(decision) == []
    assert entries_of(decision)[0].kind is EntryKind.NOTE


def test_an_agents_own_matter_opens_a_ticket_for_them():
    """Without a ticket an agent is a customer like any: acknowledged, and the colleagues are told."""
    decision = decided(a_message(ALICE), authenticity=PASS)

    assert steps_of(decision, OpenTicket)[0].requester == ALICE
    assert recipients(wanted(decision, Template.ACKNOWLEDGED)) == [ALICE.address]
    assert recipients(wanted(decision, Template.AGENT_NOTICE)) == [ALEX.address]


def test_an_agent_who_is_the_requester_writes_as_a_customer():
    """On their own ticket an agent's answer is a customer's, commands are text, and no notice comes back to them."""
    ticket = a_ticket(requester=ALICE, state=State.WAITING)
    decision = decided(a_message(ALICE, "#note still dead", subject="[#1042]"), facts(ticket=known(ticket)), PASS)

    assert (entries_of(decision)[0].kind, entries_of(decision)[0].text) == (EntryKind.CUSTOMER, "#note still dead")
    assert changes_of(decision) == {"state": "open"}
    assert recipients(decision.mails) == [ALEX.address]
    relayed = decided(
        answer_to(issued("x", ALEX.address, "alex"), sender=ALEX),
        facts(issued("x", ALEX.address, "alex"), ticket=known(ticket)),
    )
    assert sent_to_customers(relayed) == [ALICE.address]


def test_an_answer_to_a_mail_about_no_ticket_opens_none():
    """An administrator's answer to an alarm is the desk's own matter."""
    alarm = issued("z", ticket=None, meaning=Meaning.NOTHING, template=Template.ALARM)

    assert decided(answer_to(alarm, "Thanks"), facts(alarm)).outcome.kind is OutcomeKind.DESK


@pytest.mark.parametrize("kind", [Automatic.OUT_OF_OFFICE, Automatic.REPLY, Automatic.GENERATED])
def test_an_agents_machine_is_never_relayed(kind: Automatic):
    """An out-of-office to a notice is an event, whatever it says."""
    message = replace(answer_to(NOTICE, "#reply I am away"), automatic=kind, automatic_proof="Auto-Submitted: x")
    decision = decided(message, facts(NOTICE, ticket=known()), PASS)

    assert (entries_of(decision)[0].kind, sent_to_customers(decision)) == (EntryKind.EVENT, [])
    assert (
        decided(a_machines_message(Automatic.OUT_OF_OFFICE, sender=ALICE), facts(), PASS).outcome.kind
        is OutcomeKind.DESK
    )


def test_an_out_of_office_to_a_notice_marks_its_agent_absent_once():
    """Until the next day, where they are; their lead is told; an unproved one sends nobody home."""
    away = {"automatic": Automatic.OUT_OF_OFFICE, "automatic_proof": "Auto-Submitted: auto-replied"}
    message = replace(answer_to(NOTICE, "I am on leave"), **away)

    decision = decided(message, facts(NOTICE, ticket=known()), PASS)
    again = decided(message, facts(NOTICE, ticket=known(), absences={"alice": NOW + timedelta(days=1)}), PASS)
    forged = decided(message, facts(NOTICE, ticket=known()), FAIL)

    assert steps_of(decision, RecordAbsence) == [RecordAbsence("alice", datetime(2026, 11, 24, tzinfo=UTC), "maild")]
    assert recipients(wanted(decision, Template.TRANSCRIPT)) == ["dana@acme.example"]
    assert (steps_of(again, RecordAbsence), again.mails) == ([], ())
    assert steps_of(forged, RecordAbsence) == []


# Drafts


def test_send_sends_the_draft():
    """`#send` alone lets the kept words go, with the files kept beside them."""
    drafts = {DRAFT.draft: a_draft(DRAFT, attachments=(an_attachment(),))}
    decision = answered("#send", DRAFT, ticket=(a_ticket(), an_entry(1), an_entry(2)), drafts=drafts)

    mail = wanted(decision, Template.REPLY)[0]
    assert (mail.to, mail.text, [each.name for each in mail.attachments]) == (BOB.address, "Kept words.", ["log.txt"])
    assert steps_of(decision, CloseDraft) == [CloseDraft("kepttokenkepttok", DraftState.SENT)]
    assert entries_of(decision)[0].kind is EntryKind.AGENT


def test_words_above_send_replace_the_draft():
    """New words go out instead of the kept ones, also where they repeat most of them."""
    mail = replace(DRAFT, ours=f"{DRAFT.ours}\nKept words are these and none of the others")
    drafts = {mail.draft: a_draft(mail, "Kept words are these and none of the others")}
    decision = answered(
        "#send\nKept words are these and none of the others, sorry.",
        mail,
        ticket=(a_ticket(), an_entry(1), an_entry(2)),
        drafts=drafts,
    )

    assert wanted(decision, Template.REPLY)[0].text == "Kept words are these and none of the others, sorry."


def test_words_without_send_only_replace_and_ask_again():
    """Nothing goes out without `#send`: the new words take the draft's place and are shown."""
    decision = answered("Better words.", DRAFT, ticket=(a_ticket(), an_entry(1), an_entry(2)))

    assert sent_to_customers(decision) == []
    assert steps_of(decision, CloseDraft) == [CloseDraft("kepttokenkepttok", DraftState.DISCARDED)]
    draft = kept(decision)
    assert draft is not None
    assert (draft.text, draft.token) == ("Better words.", TOKEN)
    assert wanted(decision, Template.DRAFT)[0].text == "Better words."


def test_discard_drops_the_draft():
    """`#discard` ends it, and says so."""
    decision = answered("#discard", DRAFT)

    assert steps_of(decision, CloseDraft) == [CloseDraft("kepttokenkepttok", DraftState.DISCARDED)]
    assert (sent_to_customers(decision), kept(decision)) == ([], None)
    assert wanted(decision, Template.TRANSCRIPT)


def test_note_makes_the_draft_a_note():
    """Words that were kept from the customer may become what colleagues read."""
    decision = answered("#note", DRAFT)

    assert (entries_of(decision)[0].kind, entries_of(decision)[0].text) == (EntryKind.NOTE, "Kept words.")
    assert sent_to_customers(decision) == []
    assert steps_of(decision, CloseDraft)


def test_an_empty_answer_leaves_the_draft():
    """Without words and commands the draft stays as it is and is shown once more."""
    decision = answered("", DRAFT)

    assert steps_of(decision, CloseDraft) == []
    assert wanted(decision, Template.DRAFT)[0].draft == "kepttokenkepttok"


@pytest.mark.parametrize("state", [DraftState.SENT, DraftState.DISCARDED])
def test_a_draft_is_sent_once(state: str):
    """A second `#send` sends nothing; words with it become a new draft."""
    drafts = {DRAFT.draft: a_draft(DRAFT, state=state)}
    again, words = (answered(text, DRAFT, drafts=drafts) for text in ("#send", "#send\nMore words."))

    for decision in (again, words, answered("#send", DRAFT, drafts={})):
        assert sent_to_customers(decision) == []
        assert steps_of(decision, CloseDraft) == []
    assert kept(words)
    assert f"was {state} already" in wanted(again, Template.TRANSCRIPT)[0].about[0]


def test_a_collision_after_the_draft_was_shown_asks_again():
    """`#send` overrules what the draft said, not what happened since."""
    alex = an_entry(3, EntryKind.AGENT, "alex", "Done already.")
    decision = answered("#send", DRAFT, ticket=(a_ticket(), an_entry(2), alex))

    assert sent_to_customers(decision) == []
    assert kept(decision)
    before = an_entry(2, EntryKind.AGENT, "alex", "Done already.")
    assert sent_to_customers(answered("#send", DRAFT, ticket=(a_ticket(), before))) == [BOB.address]


def test_somebody_elses_draft_is_nobodys():
    """Only its author ends a draft."""
    drafts = {DRAFT.draft: a_draft(DRAFT, author="alex")}

    assert sent_to_customers(answered("#send", DRAFT, drafts=drafts)) == []


# Unproved agents


def unproved(text: str, authenticity, **changes) -> Decision:
    """Decide about a mail in Alice's name that carries no mark."""
    message = a_message(ALICE, text, subject="[#1042] Printer", **changes)
    return decided(message, facts(ticket=known()), authenticity)


@pytest.mark.parametrize(
    "text", ["#reply\nGive me your password.", "Give me your password.", "#note hm", "#resolve done"]
)
def test_an_unproved_agent_is_asked_and_obeyed_in_nothing(text: str):
    """From alone gives no rights: the words are kept and the address of `people` is asked once (mail-facts 5.5)."""
    for authenticity in (NONE, FAIL):
        decision = unproved(text, authenticity)
        assert decision.sender is not None
        assert decision.sender.trust is Trust.CLAIMED
        assert [(mail.template, mail.to) for mail in decision.mails] == [(Template.DID_YOU_SEND_THIS, ALICE.address)]
        assert decision.mails[0].expires_in == timedelta(hours=24)
        assert decision.mails[0].draft == TOKEN
        assert changes_of(decision) == {}
        assert [entry.kind for entry in entries_of(decision)] == [EntryKind.EVENT]


def test_an_agent_is_not_flooded_with_questions():
    """After three questions in an hour, whatever they were about, unproved mails are kept and nobody is asked."""
    assert decided(a_message(ALICE, subject="[#1042]"), facts(ticket=known(), asked_lately=2)).mails
    flooded = decided(a_message(ALICE, subject="[#1042]"), facts(ticket=known(), asked_lately=3))
    assert ask(a_message(Address("Alice.Reyes@acme.example")), None, HOUSE).person == "alice"
    assert flooded.mails == ()
    assert kept(flooded)


def test_the_question_says_why():
    """An agent whose mail was disowned by its domain reads that."""
    assert FAIL.proof in unproved("Hello", FAIL).mails[0].about


def test_the_question_goes_to_the_main_address():
    """Whatever address of theirs was used, the first one of `people` is asked."""
    message = a_message(Address("alice.reyes@acme.example"), subject="[#1042]")

    assert recipients(decided(message, facts(ticket=known())).mails) == [ALICE.address]


def test_send_in_a_proved_answer_carries_it_out():
    """Within a day `#send` does what the mail would have done: a relay, or a note."""
    relay = {QUESTION.draft: a_draft(QUESTION)}
    note = {QUESTION.draft: a_draft(QUESTION, meaning=Meaning.NOTE)}
    ticket = (a_ticket(), an_entry(1), an_entry(2))
    relayed, noted = (answered("#send", QUESTION, ticket=ticket, drafts=drafts) for drafts in (relay, note))

    assert sent_to_customers(relayed) == [BOB.address]
    assert sent_to_customers(noted) == []
    assert (entries_of(noted)[0].kind, entries_of(noted)[0].text) == (EntryKind.NOTE, "Kept words.")


def test_a_question_is_open_for_a_day():
    """After 24 hours nothing is carried out; an ordinary draft stays open longer."""
    old = NOW - timedelta(hours=25)
    ticket = (a_ticket(), an_entry(1), an_entry(2))
    late = answered("#send", QUESTION, ticket=ticket, drafts={QUESTION.draft: a_draft(QUESTION, created_at=old)})
    own = answered("#send", DRAFT, ticket=ticket, drafts={DRAFT.draft: a_draft(DRAFT, created_at=old)})

    assert sent_to_customers(late) == []
    assert sent_to_customers(own) == [BOB.address]


def test_an_unproved_send_sends_nothing():
    """A forged answer to the question carries nothing out, and the agent is told."""
    message = answer_to(QUESTION, "#send", message_id="<forged@acme.example>")
    knowledge = facts(QUESTION, ticket=known(), drafts={QUESTION.draft: a_draft(QUESTION)})
    decision = decided(message, knowledge, FAIL)

    assert sent_to_customers(decision) == []
    assert steps_of(decision, CloseDraft) == []
    assert recipients(wanted(decision, Template.TRANSCRIPT)) == [ALICE.address]


def test_an_unproved_agent_without_a_ticket_is_any_unproved_sender():
    """Their matter gets a ticket and the minimal acknowledgement, and nothing in it is obeyed."""
    decision = decided(a_message(ALICE, "#resolve 5"))

    assert steps_of(decision, OpenTicket)
    assert recipients(wanted(decision, Template.ACKNOWLEDGED_MINIMAL)) == [ALICE.address]
    assert entries_of(decision)[0].flags == ("claimed",)


def test_reply_to_of_an_agent_gives_no_rights():
    """Only From names the sender (mail-facts 5.6)."""
    decision = decided(a_message(EVE, "#reply\nx", subject="[#1042]", reply_to=(ALICE,)), facts(ticket=known()), PASS)

    assert steps_of(decision, OpenTicket)
    assert sent_to_customers(decision) == []


# What never happens


@pytest.mark.parametrize("meaning", [Meaning.NOTE, Meaning.DRAFT, Meaning.NOTHING, Meaning.CUSTOMER])
@pytest.mark.parametrize("text", ["Plain words.", "Words" + QUOTE, "", QUOTE])
def test_only_a_relay_or_a_command_reaches_a_customer(meaning: Meaning, text: str):
    """A plain answer to any other mail than a notice sends nothing."""
    mail = replace(ABOUT_NOTE, meaning=meaning, draft="kepttokenkepttok")

    assert sent_to_customers(answered(text, mail, drafts={mail.draft: a_draft(mail)})) == []


def test_no_mail_to_a_customer_names_an_agents_address():
    """Neither recipient nor words of a relay come from the house's own addresses."""
    decision = answered("Please restart it.", ticket=(a_ticket(participants=(CAROL,)),))

    for mail in wanted(decision, Template.REPLY):
        assert not HOUSE.is_ours(mail.to)
        assert HOUSE.find_agent(mail.to, NOW) is None
