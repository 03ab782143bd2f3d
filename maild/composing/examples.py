"""One example of every mail, to try templates with before they are needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from maild.model.aftermath import ticket_after
from maild.model.clocks import PROMISED, Clock, ClockName, ClockState
from maild.model.decision import (
    AddEntry,
    AddParticipant,
    Decision,
    OpenTicket,
    Outcome,
    OutcomeKind,
    Sender,
    Standing,
    Trust,
)
from maild.model.digest import Item, Listing
from maild.model.facts import Facts
from maild.model.mail import Address, Attachment
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.packet import Packet, Part
from maild.model.ticket import Cause, CauseKind, Contact, EntryKind, State
from maild.rules import ReportPart

EXAMPLE_NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
EXAMPLE_TOKEN = "k3x2q7abcdefgh2m"  # noqa: S105 - names a mail that is never sent
_CUSTOMER = Address("bob@customer.example", "Bob Miller")
_COLLEAGUE = Address("carol@customer.example", "Carol Jones")
_OTHER = Address("legal@acme.example")
_CAUSE = Cause(CauseKind.MESSAGE, "<example@customer.example>")
_FILE = Attachment("error.png", "image/png", 3, "0" * 64, is_inline=False, content_id=None, content=b"PNG")


_PACKET = Packet(
    ((Part.PROBLEM, "The printer on floor 3 prints blank pages."), (Part.STEPS, ""), (Part.ERRORS, "Error 809"))
)
_CLOCKS = tuple(
    Clock(name, ClockState.RUNNING, timedelta(hours=2), "office", "", timedelta(), EXAMPLE_NOW, EXAMPLE_NOW + left)
    for name, left in ((name, timedelta(hours=2 + number)) for number, name in enumerate(PROMISED))
)


_BY_SCHEDULE = (
    Template.DAILY_REPORT,
    Template.HANDOVER,
    Template.HELD_DIGEST,
    Template.REVIEW_DUE,
    Template.KNOWLEDGE,
)
_LISTED = (
    Item("p2 Printer on floor 3, with Alice Reyes", 1042, ClockName.RESOLUTION, EXAMPLE_NOW, True, "waited for a part"),
    Item("p3 VPN does not connect", 1017, ClockName.FIRST_RESPONSE, EXAMPLE_NOW + timedelta(hours=1)),
    Item("Carol Jones is away", at=EXAMPLE_NOW),
)
_LISTINGS = (
    *(Listing(part.value, _LISTED, 2) for part in ReportPart),
    Listing(ReportPart.DRAFTS.value, ()),
    Listing("held", _LISTED, is_numbered=True),
)


def _decision(trust: Trust) -> Decision:
    sender = Sender(_CUSTOMER.address, _CUSTOMER.name, Standing.STRANGER, trust, "an example", None)
    steps = (
        OpenTicket(1042, "Printer on floor 3", State.NEW, "support", "first-line", None, _CUSTOMER, "en"),
        AddParticipant(1042, _COLLEAGUE),
        replace(
            _entry(1, EntryKind.CUSTOMER, _CUSTOMER.address, "The printer on floor 3 prints blank pages."),
            clocks=_CLOCKS,
        ),
        _entry(2, EntryKind.AGENT, "alice", "Which tray do you use?"),
        _entry(3, EntryKind.NOTE, "alice", "It is the old one again."),
        _entry(4, EntryKind.CUSTOMER, _CUSTOMER.address, "The second one.\n\nHere is a picture."),
    )
    return Decision(Outcome(OutcomeKind.ENTRY, 1042), steps, (), (), sender, ())


def _entry(n: int, kind: EntryKind, by: str, text: str) -> AddEntry:
    return AddEntry(1042, n, kind, by, _CAUSE, text, flags=("doubtful",), attachments=(_FILE,) if n == 4 else ())  # noqa: PLR2004 - the last


def _to_customer(template: Template) -> Wanted:
    return Wanted(
        template=template,
        to=_CUSTOMER.address,
        to_name=_CUSTOMER.name,
        person=None,
        ticket=1042,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        about=("film.mp4 (40 MB)",),
        earlier=1017,
    )


def _spoken(template: Template) -> Wanted:
    words = "Hello Bob,\n\nplease try the first tray:\n\n- open it\n- close it\n\nSee https://kb.desk.example/17."
    return replace(_to_customer(template), text=words, by="alice")


def _to_colleague(template: Template, thread: Thread, meaning: Meaning) -> Wanted:
    return Wanted(
        template=template,
        to="alice@desk.example",
        to_name="Alice Reyes",
        person="alice",
        ticket=1042,
        thread=thread,
        meaning=meaning,
        text="Words of Alice.",
        by="alice",
        about=("something to know",),
        draft=EXAMPLE_TOKEN,
        attachments=(_FILE,),
        others=(_OTHER,),
        consulted=_OTHER,
        expires_in=timedelta(days=5),
    )


_ANSWERS = (
    Template.ACKNOWLEDGED,
    Template.ACKNOWLEDGED_MINIMAL,
    Template.NEW_AFTER_CLOSED,
    Template.TOO_LARGE,
    Template.CANNOT_READ,
)
_SPOKEN = (Template.REPLY, Template.STATUS_UPDATE, Template.RESOLVED, Template.CLOSED, Template.REOPENED)

_MAILS = (
    *(_to_customer(template) for template in _ANSWERS),
    replace(_to_customer(Template.REFUSED), ticket=None),
    replace(_to_customer(Template.IDENTITY_CODE), code="BKTR-WXQM", open_until=EXAMPLE_NOW + timedelta(hours=24)),
    *(_spoken(template) for template in (*_SPOKEN, Template.WAITING_REMINDER)),
    *(_to_customer(template) for template in _SPOKEN[1:]),
    _to_colleague(Template.AGENT_NOTICE, Thread.NOTICE, Meaning.RELAY),
    _to_colleague(Template.AGENT_NOTICE, Thread.INTERNAL, Meaning.NOTE),
    _to_colleague(Template.AGENT_NOTICE, Thread.INTERNAL, Meaning.CONSULT),
    _to_colleague(Template.ASSIGNED, Thread.NOTICE, Meaning.RELAY),
    replace(_to_colleague(Template.BREACHED, Thread.INTERNAL, Meaning.NOTE), clock=ClockName.FIRST_RESPONSE),
    replace(_to_colleague(Template.BREACH_WARNING, Thread.INTERNAL, Meaning.NOTE), clock=ClockName.FIRST_RESPONSE),
    _to_colleague(Template.ESCALATED, Thread.INTERNAL, Meaning.NOTE),
    replace(_to_colleague(Template.ESCALATED, Thread.INTERNAL, Meaning.NOTE), packet=_PACKET),
    _to_colleague(Template.POST_ESCALATION_REVIEW, Thread.INTERNAL, Meaning.NOTE),
    replace(_to_customer(Template.RESOLVED), is_by_silence=True),
    replace(_to_customer(Template.CLOSED), is_by_silence=True),
    _to_customer(Template.FOLLOW_UP),
    replace(_to_colleague(Template.ESCALATION_PACKET, Thread.INTERNAL, Meaning.FORM), packet=_PACKET),
    _to_colleague(Template.APPROVAL_ASKED, Thread.INTERNAL, Meaning.NOTHING),
    _to_customer(Template.APPROVAL_ASKED),
    _to_colleague(Template.DRAFT, Thread.NOTICE, Meaning.DRAFT),
    replace(_to_colleague(Template.DRAFT, Thread.NOTICE, Meaning.DRAFT), text="", clock=ClockName.UPDATE),
    _to_colleague(Template.DID_YOU_SEND_THIS, Thread.NOTICE, Meaning.DRAFT),
    _to_colleague(Template.TRANSCRIPT, Thread.NOTICE, Meaning.NOTE),
    replace(
        _to_colleague(Template.CONSULTED, Thread.INTERNAL, Meaning.NOTE), person=None, to=_OTHER.address, to_name=""
    ),
    replace(_to_customer(Template.SURVEY), scale=5, open_until=EXAMPLE_NOW + timedelta(days=14)),
    _to_colleague(Template.LOW_SCORE, Thread.INTERNAL, Meaning.NOTE),
    _to_colleague(Template.ALARM, Thread.INTERNAL, Meaning.NOTE),
    replace(_to_colleague(Template.ALARM, Thread.INTERNAL, Meaning.NOTHING), ticket=None, text=""),
    *(
        replace(_to_colleague(template, Thread.INTERNAL, Meaning.NOTHING), ticket=None, text="", listings=_LISTINGS)
        for template in _BY_SCHEDULE
    ),
)

_EARLIER = replace(
    ticket_after(_decision(Trust.PROVED), Facts(0), 1042, EXAMPLE_NOW).ticket,
    number=1017,
    subject="VPN does not connect",
)
EXAMPLE_FACTS = Facts(
    0,
    contacts={_CUSTOMER.address: Contact(_CUSTOMER.address, _CUSTOMER.name, "Miller & Sons", "+44 20 7946 0000")},
    open_tickets={_CUSTOMER.address: (_EARLIER,)},
)

# Wished for by whom, and because of what: a mail for each template, for the proved and the unproved.
EXAMPLES = tuple((wanted, _decision(trust)) for wanted in _MAILS for trust in (Trust.PROVED, Trust.CLAIMED))
