"""Plain values for the tests of deciding: each with defaults, so that a test names only what its fact is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from maild import marks
from maild.config import DeskConfig, LimitsConfig, TrustConfig
from maild.desk import House, decide
from maild.marks import Keyring, Mark, SigningKey
from maild.model.decision import AddEntry, Authenticity, ChangeTicket, Decision, Step, Verdict
from maild.model.facts import Draft, DraftState, Facts, IssuedMail, ThreadFacts, TicketFacts
from maild.model.mail import Address, Arrival, Attachment, Automatic, Bounce, Message, Place
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import Cause, CauseKind, Change, Entry, EntryKind, KeptAttachment, State, Ticket
from maild.rules import Person, Queue, Rules, Team

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TOKEN = "drafttokenabcdef"
RING = Keyring(SigningKey("k1", b"a secret"), {"k1": SigningKey("k1", b"a secret")})

DESK = "support@acme.example"
BOB = Address("bob@customer.example", "Bob Miller")
CAROL = Address("carol@customer.example", "Carol Miller")
EVE = Address("eve@elsewhere.example", "Eve")
ALICE = Address("alice@acme.example", "Alice Reyes")
ALEX = Address("alex@acme.example", "Alex Stone")
PASS = Authenticity(Verdict.PASS, "mx.acme.example: dmarc=pass")
FAIL = Authenticity(Verdict.FAIL, "mx.acme.example: dmarc=fail (p=reject)")
NONE = Authenticity(Verdict.NONE, "")

PEOPLE = {
    "alice": Person("alice", "Alice Reyes", (ALICE.address, "alice.reyes@acme.example"), frozenset({"agent"}), None),
    "alex": Person("alex", "Alex Stone", (ALEX.address,), frozenset({"agent"}), None),
    "dana": Person("dana", "Dana Cole", ("dana@acme.example",), frozenset({"manager"}), None),
    "root": Person("root", "Rita Root", ("rita@acme.example",), frozenset({"admin"}), None),
    "erik": Person("erik", "Erik Holm", ("erik@acme.example",), frozenset({"agent"}), date(2026, 11, 1)),
}
TEAMS = {"first-line": Team("first-line", ("alice", "alex"), "dana"), "empty": Team("empty", (), "dana")}
QUEUES = {
    "support": Queue("support", DESK, "Acme Support", "main", "first-line", ("all",)),
    "billing": Queue("billing", "billing@acme.example", "Acme Billing", "main", "empty", ("all",)),
}


def a_house(people: dict[str, Person] | None = None, teams: dict[str, Team] | None = None, **desk: object) -> House:
    settings = DeskConfig.model_validate({"name": "Acme Support", "address": DESK, **desk})
    known = PEOPLE if people is None else people
    rules = Rules(people=known, teams=TEAMS if teams is None else teams, queues=QUEUES)
    return House(
        settings, TrustConfig(), LimitsConfig(), rules, RING, {"support": "support", "bills": "billing"}, frozenset()
    )


HOUSE = a_house()


def a_message(sender: Address | None = BOB, text: str = "The printer is dead.", **changes: object) -> Message:
    message = Message(
        sender=sender,
        to=(Address(DESK),),
        cc=(),
        reply_to=(),
        delivered_to=(),
        subject="Printer",
        message_id="<first@customer.example>",
        in_reply_to=(),
        references=(),
        date=NOW,
        text=text,
        reply=text,
        html=None,
        attachments=(),
        automatic=None,
        automatic_proof="",
        may_answer=True,
        bounce=None,
        authentication=(),
        headers=(("Received", "from x"),),
        flags=(),
    )
    return replace(message, **changes)


def a_machines_message(kind: Automatic, proof: str = "Auto-Submitted: auto-replied", **changes: object) -> Message:
    return a_message(**{"automatic": kind, "automatic_proof": proof, **changes})


def a_bounce(returned: IssuedMail, action: str = "failed", status: str = "5.1.1", **changes: object) -> Message:
    bounce = Bounce(action, status, returned.recipient, id_of(returned))
    daemon = Address("mailer-daemon@mx.example", "")
    return a_machines_message(
        Automatic.BOUNCE, "Content-Type: multipart/report", **{"sender": daemon, "bounce": bounce, **changes}
    )


def an_arrival(mailbox: str = "support", is_whole: bool = True) -> Arrival:
    return Arrival(7, Place(mailbox, "INBOX", 1, 7), b"", "f" * 64, 100, is_whole, NOW, 1)


def an_attachment(
    name: str = "log.txt", content: bytes = b"a log", kind: str = "text/plain", cid: str | None = None
) -> Attachment:
    return Attachment(name, kind, len(content), sha256(content).hexdigest(), cid is not None, cid, content)


def a_ticket(number: int = 1042, **changes: object) -> Ticket:
    ticket = Ticket(
        number=number,
        version=1,
        state=State.OPEN,
        subject="Printer",
        requester=BOB,
        participants=(),
        queue="support",
        category=None,
        impact=None,
        urgency=None,
        priority=None,
        level=None,
        team="first-line",
        assignee=None,
        tags=(),
        fields=(),
        language=None,
        created_at=NOW - timedelta(hours=1),
        updated_at=NOW - timedelta(hours=1),
        state_at=NOW - timedelta(hours=1),
    )
    return replace(ticket, **changes)


def an_entry(
    n: int = 1,
    kind: EntryKind = EntryKind.CUSTOMER,
    by: str = BOB.address,
    text: str = "The printer is dead.",
    *,
    changes: tuple[Change, ...] = (),
    attachments: tuple[KeptAttachment, ...] = (),
) -> Entry:
    cause = Cause(CauseKind.MESSAGE, "<first@customer.example>")
    return Entry(1042, n, NOW, kind, by, cause, text, changes, (), attachments, None, None)


def known(ticket: Ticket | None = None, *entries: Entry) -> TicketFacts:
    every = entries or (an_entry(),)
    threads: dict[tuple[str, Thread], ThreadFacts] = {}
    return TicketFacts(ticket or a_ticket(), every, every[-1].n, threads)


def issued(
    letter: str = "a",
    recipient: str = ALICE.address,
    person: str | None = "alice",
    meaning: Meaning = Meaning.RELAY,
    template: Template = Template.AGENT_NOTICE,
    **changes: object,
) -> IssuedMail:
    """A mail of ours; `letter` makes its token."""
    mail = IssuedMail(
        token=letter * 16,
        ticket=1042,
        recipient=recipient,
        person=person,
        template=template,
        thread=Thread.NOTICE,
        meaning=meaning,
        seen=1,
        draft=None,
        created_at=NOW - timedelta(hours=1),
        subject="[#1042] Printer",
        ours=f"Answer → Bob Miller (customer)\nHelp: begin with #note to tell only colleagues\nNotice {letter * 10}",
        quoted="The printer is dead.",
    )
    return replace(mail, **changes)


def to_bob(letter: str = "b", **changes: object) -> IssuedMail:
    """A mail of ours that a customer got."""
    return issued(letter, BOB.address, None, Meaning.CUSTOMER, Template.REPLY, **changes)


def mark_of(mail: IssuedMail) -> Mark:
    return marks.sign(mail.token, mail.recipient, RING)


def id_of(mail: IssuedMail) -> str:
    return marks.message_id(mark_of(mail), "acme.example")


def answer_to(
    mail: IssuedMail, text: str = "Please restart it.", sender: Address = ALICE, **changes: object
) -> Message:
    """An answer to a mail of ours, with its mark where a client puts it."""
    return a_message(
        sender,
        text,
        **{
            "in_reply_to": (id_of(mail),),
            "subject": f"Re: {mail.subject}",
            "message_id": "<answer@acme.example>",
            **changes,
        },
    )


def facts(*mails: IssuedMail, ticket: TicketFacts | None = None, **changes: object) -> Facts:
    """Facts about one ticket, or none, and the mails that a message may name."""
    tickets = {ticket.ticket.number: ticket} if ticket else {}
    found = Facts(next_number=2001, issued={mail.token: mail for mail in mails}, tickets=tickets)
    return replace(found, **changes)


def a_draft(mail: IssuedMail, text: str = "Kept words.", meaning: Meaning = Meaning.RELAY, **changes: object) -> Draft:
    draft = Draft(
        token=mail.draft or "",
        ticket=1042,
        author="alice",
        meaning=meaning,
        text=text,
        reasons=("why",),
        arrival=3,
        attachments=(),
        state=DraftState.OPEN,
        created_at=NOW - timedelta(hours=1),
    )
    return replace(draft, **changes)


def decided(
    message: Message,
    knowledge: Facts | None = None,
    authenticity: Authenticity = NONE,
    house: House = HOUSE,
    arrival: Arrival | None = None,
) -> Decision:
    return decide(message, arrival or an_arrival(), knowledge or facts(), authenticity, house, NOW, TOKEN)


def wanted(decision: Decision, template: Template) -> list[Wanted]:
    return [mail for mail in decision.mails if mail.template is template]


def recipients(mails: Iterable[Wanted]) -> list[str]:
    return [mail.to for mail in mails]


def steps_of(decision: Decision, kind: type[Step]) -> list[Step]:
    return [step for step in decision.steps if isinstance(step, kind)]


def entries_of(decision: Decision) -> list[AddEntry]:
    return [step for step in decision.steps if isinstance(step, AddEntry)]


def changes_of(decision: Decision) -> dict[str, str | None]:
    found = [step for step in decision.steps if isinstance(step, ChangeTicket)]
    return {change.field: change.new for step in found for change in step.changes}
