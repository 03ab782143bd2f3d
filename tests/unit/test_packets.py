"""The packet of an escalation: what a ticket knows of it, the form for the rest, and answers as clients write them."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from maild.composing.composer import Composer
from maild.composing.mime import Encoder
from maild.desk import ask, climb, remind_of_draft
from maild.desk.packets import parse_fields, parse_form
from maild.model.decision import CloseDraft, KeepDraft, Timer, TimerKind
from maild.model.facts import Draft, DraftState, Facts, Want
from maild.model.outgoing import Meaning, OutgoingMail, Template, Thread
from maild.model.packet import Part
from maild.model.ticket import Confidence, EntryKind
from maild.parsing import parse
from tests.unit.desk_values import ALICE, DESK, NOW, RING, TOKEN, a_message, answer_to, issued
from tests.unit.test_clocks import at
from tests.unit.test_ladders import LADDERS, Climbing

PACKET = LADDERS.replace(
    "{after: 2h, if: unresolved, level: L2, notify: [lead]}",
    "{after: 2h, if: unresolved, level: L2, notify: [lead], needs: packet}",
).replace(
    "  standard:\n    steps:",
    "    packet: [problem, steps_tried, logs_or_errors, contact, impact]\n  standard:\n    steps:",
)


class Packing(Climbing):
    """A ticket that climbs with its packet; drafts are kept, and the last form can be answered."""

    def __init__(self, text: str = PACKET) -> None:
        super().__init__(text)
        self.drafts: dict[str, Draft] = {}
        self.last = None
        self.now = NOW

    def facts(self, *mails) -> Facts:
        return replace(super().facts(*mails), drafts=self.drafts)

    def _carry_out(self, decision, facts, now):
        self.last, self.now = decision, now
        for step in decision.steps:
            if isinstance(step, KeepDraft):
                self.drafts[step.token] = Draft(
                    *(step.token, step.number, step.author, step.meaning, step.text, step.reasons, 1),
                    *(step.attachments, DraftState.OPEN, now, step.commands),
                )
            if isinstance(step, CloseDraft):
                self.drafts[step.token] = replace(self.drafts[step.token], state=step.state)
        return super()._carry_out(decision, facts, now)

    def wanted(self, template: Template):
        return [mail for mail in self.last.mails if mail.template is template]

    def form(self) -> OutgoingMail:
        """Write the form that the last decision asks for."""
        (mail,) = self.wanted(Template.ESCALATION_PACKET)
        composer = Composer(self.house.desk, self.house.rules, RING, {})
        return composer.compose(mail, self.last, self.facts(), "f" * 16, self.now, encoder=Encoder())

    def fills(self, when: str, text: str, form: OutgoingMail) -> "Packing":
        """Answer the form, as a client writes it."""
        mail = issued(
            "f",
            template=Template.ESCALATION_PACKET,
            meaning=Meaning.FORM,
            thread=Thread.INTERNAL,
            ticket=self.number,
            seen=form.seen,
            draft=form.draft,
            ours=form.ours,
            quoted=form.quoted,
            subject=form.subject,
        )
        return self.take(answer_to(mail, text, ALICE, message_id=f"<{when}@acme.example>"), when, mail)


def burning() -> Packing:
    return Packing().customer("10:00", "There is fire.\nThe panel says error 809.").agent("10:05", "Is the door shut?")


def text_of(form: OutgoingMail) -> str:
    return form.wire.decode("utf-8", "replace")


def test_a_step_happens_in_time_with_the_packet_as_far_as_it_is_known():
    """The new level gets it at once; who has the ticket is asked for the rest."""
    matter = burning()
    matter.until("12:00")
    parts = dict(matter.wanted(Template.ESCALATED)[0].packet.parts)
    assert parts == {
        Part.PROBLEM: "Printer\nThere is fire.\nThe panel says error 809.",
        Part.STEPS: "- Is the door shut?",
        Part.ERRORS: "The panel says error 809.",
        Part.CONTACT: "Bob Miller, bob@customer.example",
        Part.IMPACT: "",
    }
    assert matter.known.ticket.level == "L2"
    (asked,) = matter.wanted(Template.ESCALATION_PACKET)
    assert (asked.to, asked.meaning, asked.packet.lacking) == (ALICE.address, Meaning.FORM, (Part.IMPACT,))
    assert "Alice Reyes is asked for what the packet lacks." in matter.known.entries[-1].text


def test_the_packet_of_a_sealed_ticket_holds_no_words():
    """Neither who takes it on nor who is asked reads them unasked; what is missing is asked all the same."""
    matter = burning()
    matter.known = replace(matter.known, ticket=replace(matter.known.ticket, confidential=Confidence.SEALED))
    matter.until("12:00")
    composer = Composer(matter.house.desk, matter.house.rules, RING, {})
    for mail in matter.last.mails:
        written = composer.compose(mail, matter.last, matter.facts(), "f" * 16, matter.now, encoder=Encoder())
        assert "809" not in f"{written.ours}{written.quoted}{written.subject}"
    assert "Impact:" in written.ours.split("\n")


def test_what_was_done_of_the_checklist_was_tried():
    """A step that was skipped, or is open, was not."""
    matter = burning()
    steps = (("Ask where it burns", "done"), ("Call the brigade", "skipped: nobody answers"))
    matter.known = replace(matter.known, ticket=replace(matter.known.ticket, steps=steps))
    matter.until("12:00")
    parts = dict(matter.wanted(Template.ESCALATED)[0].packet.parts)
    assert parts[Part.STEPS] == "- Ask where it burns\n- Is the door shut?"


def test_who_is_asked_leads_where_nobody_has_the_ticket_or_they_are_away():
    """The lead; where they are away too, a manager or an administrator who is here."""
    matter = Packing().customer("10:00", "There is fire.")
    matter.until("11:59")
    timer = Timer(1, TimerKind.LADDER, matter.number, 0, at("12:00"))
    for away, asked in (({}, "dana@acme.example"), ({"dana": at("18:00")}, "rita@acme.example")):
        decision = climb(timer, replace(matter.facts(), absences=away), matter.house, at("12:00"))
        assert [mail.to for mail in decision.mails if mail.template is Template.ESCALATION_PACKET] == [asked]


def test_a_ladder_with_nobody_here_tells_somebody_all_the_same():
    """Lead and managers are away: the administrators; they too: all of these, rather than nobody."""
    matter = Packing().customer("10:00", "There is fire.")
    timer = Timer(1, TimerKind.LADDER, matter.number, 0, at("10:20"))
    for away in (("dana",), ("dana", "rita", "root")):
        facts = replace(matter.facts(), absences=dict.fromkeys(away, at("2026-11-24T10:00")))
        decision = climb(timer, facts, matter.house, at("10:20"))
        assert [mail.to for mail in decision.mails] == ["rita@acme.example"]


WROTE = "On Mon, 23 Nov 2026 at 12:00, Acme Support <support@acme.example> wrote:\n"
OUTLOOK = """\
-----Original Message-----
From: Acme Support <support@acme.example>
Sent: Monday, 23 November 2026 12:00
To: Alice Reyes <alice@acme.example>
Subject: [#2001 internal] Printer

"""
ANSWERS = {
    "above": "Impact: all of floor 3\n\n" + WROTE + "{quoted}",
    "inside": WROTE + "{filled}",
    "inside-without-marks": OUTLOOK + "{plain}",
    "below-the-label": WROTE + "{below}",
    "bold": "*Impact:* all of floor 3\n",
    "german": "Auswirkung: all of floor 3\n",
    "its-own-word": "impact : all of floor 3",
}


@pytest.mark.parametrize("how", ANSWERS)
def test_a_form_is_filled_in_as_clients_quote_it(how: str):
    """Above it, inside it, by bars or not at all; what the form itself says is no field."""
    matter = burning()
    matter.until("12:00")
    form = matter.form()
    sent = "\n".join((*form.ours.split("\n"), *form.quoted.split("\n")))
    quoted = "\n".join(f"> {line}" for line in sent.split("\n"))
    text = ANSWERS[how].format(
        quoted=quoted,
        filled=quoted.replace("> Impact:", "> Impact: all of floor 3"),
        plain=sent.replace("\nImpact:", "\nImpact: all of floor 3"),
        below=quoted.replace("> Impact:", "> Impact:\nall of floor 3"),
    )
    matter.fills("12:10", text, form)
    note = next(entry for entry in reversed(matter.known.entries) if entry.kind is EntryKind.NOTE)
    assert (note.text, note.flags) == ("Impact: all of floor 3", ("packet",))
    (told, *_) = matter.wanted(Template.ESCALATED)
    assert dict(told.packet.parts)[Part.IMPACT] == "all of floor 3"
    assert told.about == ("Alice Reyes filled in the packet.",)
    assert ALICE.address not in {mail.to for mail in matter.last.mails}
    matter.until("14:00")
    assert matter.wanted(Template.ESCALATION_PACKET) == []


GMAIL = (
    '<div class="gmail_quote"><div class="gmail_attr">On Mon, 23 Nov 2026 at 12:00, Acme Support &lt;{desk}&gt; wrote:'
)
BY_HTML = {
    "above": f'<div dir="ltr">Impact: all of floor 3</div>{GMAIL}<br></div><blockquote>{{form}}</blockquote></div>',
    "inside": f"{GMAIL}<br></div><blockquote>{{filled}}</blockquote></div>",
    "inside, not marked as a quote": "<hr><p><b>From:</b> Acme Support &lt;{desk}&gt;<br><b>Sent:</b> Monday,"
    " 23 November 2026 12:00<br><b>To:</b> Alice Reyes<br><b>Subject:</b> [#2001 internal] Printer</p>{filled}",
}


@pytest.mark.parametrize("how", BY_HTML)
def test_a_form_is_filled_in_by_clients_that_write_html_alone(how: str):
    """The form's own HTML, quoted as two families of clients do, read by the desk's own reader."""
    matter = burning()
    matter.until("12:00")
    form = matter.form()
    page = message_from_bytes(form.wire, policy=default).get_body(("html",)).get_content()
    body = page.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    filled = body.replace("Impact:", 'Impact: <span style="color:red">all of floor 3</span>', 1)
    answer = EmailMessage()
    answer["From"], answer["Subject"] = ALICE.address, "Re: [#2001 internal] Printer"
    answer.set_content(BY_HTML[how].format(form=body, filled=filled, desk=DESK), subtype="html")
    matter.fills("12:10", parse(answer.as_bytes()).text, form)
    note = next(entry for entry in reversed(matter.known.entries) if entry.kind is EntryKind.NOTE)
    assert (note.text, note.flags) == ("Impact: all of floor 3", ("packet",))


def test_an_answer_with_nonsense_is_a_note_and_its_writer_and_the_lead_hear_so():
    """The packet stays as it is, and nothing goes to the customer."""
    matter = burning()
    matter.until("12:00")
    matter.fills("12:10", "I am at lunch.", matter.form())
    assert sorted(matter.mails) == ["agent-notice to dana@acme.example", "transcript to alice@acme.example"]
    assert (matter.known.entries[-1].kind, matter.known.entries[-1].text) == (EntryKind.NOTE, "I am at lunch.")
    (told,) = matter.wanted(Template.TRANSCRIPT)
    assert "each field on a line of its own, like Steps tried: …" in told.about[1]


def test_an_escalation_without_its_packet_comes_back_as_a_form_and_goes_on_once_it_is_complete():
    """What is filled in bit by bit adds up, with what stood beside the command."""
    matter = Packing().customer("10:00", "There is fire.").agent("10:05", "#escalate\nWe tried water.")
    assert (matter.known.ticket.level, matter.mails) == (None, [f"escalation-packet to {ALICE.address}"])
    assert matter.wanted(Template.ESCALATION_PACKET)[0].packet.lacking == (Part.ERRORS, Part.IMPACT)
    form = matter.form()
    matter.fills("10:10", "Logs or errors: none", form)
    assert (matter.known.ticket.level, matter.mails) == (None, [f"escalation-packet to {ALICE.address}"])
    assert matter.wanted(Template.ESCALATION_PACKET)[0].packet.lacking == (Part.IMPACT,)
    matter.fills("10:20", "Impact: the cellar\nThe door is warm.", form)
    assert matter.known.ticket.level == "L2"
    packet = dict(matter.wanted(Template.ESCALATED)[0].packet.parts)
    assert (packet[Part.STEPS], packet[Part.ERRORS]) == ("We tried water.", "none")
    assert matter.drafts[TOKEN].state == DraftState.SENT
    assert "The door is warm." in [entry for entry in matter.known.entries if entry.kind is EntryKind.NOTE][-1].text


def test_an_escalation_with_its_packet_goes_at_once():
    """Labelled lines beside the command are enough; the words are a note."""
    words = "#escalate\nSteps tried: water\nErrors: none\nImpact: the cellar"
    matter = Packing().customer("10:00", "There is fire.").agent("10:05", words)
    assert matter.known.ticket.level == "L2"


def test_who_leaves_a_form_lying_is_reminded_by_it_and_may_drop_it():
    """`#discard` ends the escalation that waits for it."""
    matter = Packing().customer("10:00", "There is fire.").agent("10:05", "#escalate\nWe tried water.")
    form = matter.form()
    timer = Timer(1, TimerKind.DRAFT, matter.number, 0, at("10:35"), TOKEN)
    matter.kept(remind_of_draft(timer, matter.facts(), matter.house, at("10:35")), "10:35")
    assert matter.mails == [f"escalation-packet to {ALICE.address}"]
    matter.fills("10:40", "#discard", form)
    assert (matter.drafts[TOKEN].state, matter.known.ticket.level) == (DraftState.DISCARDED, None)


def test_words_of_other_commands_beside_a_form_are_heard():
    """`#reply` writes to the customer, `#p2` is done besides the fields."""
    matter = burning()
    matter.until("12:00")
    form = matter.form()
    matter.fills("12:10", "#p2\nImpact: all", form)
    assert matter.known.ticket.priority == "p2"
    matter.fills("12:11", "#reply\nWe are on it.", form)
    assert "reply to bob@customer.example" in matter.mails


def test_a_whole_history_is_asked_for_where_a_packet_may_be_drawn():
    """By the command, or by fields in the mail of somebody of the house."""
    house = Packing().house
    for text, sender, is_wanted in (
        ("#escalate\nwords", ALICE, True),
        ("Impact: all", ALICE, True),
        ("Thanks", ALICE, False),
        ("Impact: all", None, False),
    ):
        message = a_message(sender, text) if sender else a_message(text=text)
        assert (Want.HISTORY in ask(message, None, house).wants) is is_wanted


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Steps tried: a\nb\n\nc\nImpact: d", {Part.STEPS: "a\nb\n\nc", Part.IMPACT: "d"}),
        ("- Versuchte Schritte： a", {Part.STEPS: "a"}),
        ("steps_tried: a", {Part.STEPS: "a"}),
        ("Contact:", {}),
        ("The problem: it burns", {}),
        ("Problems: two", {}),
        ("", {}),
    ],
)
def test_fields_are_labelled_lines(text: str, parts: dict[Part, str]):
    """A label is one of its words and a colon; a field goes on to the next label."""
    assert dict(parse_fields(text).parts) == parts


def test_the_customers_own_labels_in_a_quoted_form_are_no_fields():
    """They were shown, not filled in."""
    shown = "Impact:\nError: 809 on the panel"
    filled = parse_form("", "> Impact: all\n> Error: 809 on the panel", shown)
    assert dict(filled.parts) == {Part.IMPACT: "all"}
