"""Plain values for the tests of the store: each with defaults, so that a test names only what its fact is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from maild.model.decision import (
    AddEntry,
    Decision,
    OpenTicket,
    Outcome,
    OutcomeKind,
    RememberIds,
    Sender,
    Standing,
    Step,
    Trust,
)
from maild.model.facts import Facts, Questions
from maild.model.mail import Address, Arrival, Fetched
from maild.model.outgoing import DueMail, Meaning, OutgoingMail, Template, Thread
from maild.model.ticket import Cause, CauseKind, EntryKind, State
from maild.parsing import fingerprint
from maild.store import ArrivalCounts, Carrying, NewArrival, Packed, Store, pack

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BOB = Address("bob@customer.example", "Bob Miller")
CLAIM = "a daemon's life"
FIRST = 1001

_tokens = count(1)


def a_message(uid: int, raw: bytes | None = None) -> NewArrival:
    """A fetched message; without `raw`, of a content of its own."""
    content = b"Subject: matter %d\r\n\r\nHelp.\r\n" % uid if raw is None else raw
    fetched = Fetched(uid=uid, raw=content, size=len(content), is_whole=True, received_at=NOW)
    return NewArrival(fetched, fingerprint(content), pack(content))


def record(store: Store, *uids: int, now: datetime = NOW, uidvalidity: int = 1, folder: str = "INBOX") -> ArrivalCounts:
    """Record messages of the support mailbox."""
    new = [a_message(uid) for uid in uids]
    return store.write(lambda tx: tx.record_arrivals("support", folder, uidvalidity, new, now))


def claim(store: Store, limit: int = 50) -> tuple[Arrival, ...]:
    """Take waiting arrivals in hand."""
    return store.write(lambda tx: tx.claim_arrivals(CLAIM, limit, NOW))


def a_sender(address: str = BOB.address, trust: Trust = Trust.PROVED) -> Sender:
    return Sender(address, "Bob", Standing.PARTICIPANT, trust, "spf=pass", None)


def opening(number: int, subject: str = "No dial tone") -> OpenTicket:
    return OpenTicket(number, subject, State.NEW, "support", "frontline", None, BOB, "en")


def an_entry(number: int, n: int = 1, message_id: str | None = None, text: str = "The line is dead.") -> AddEntry:
    cause = Cause(CauseKind.MESSAGE, message_id or "<x@y>")
    return AddEntry(number, n, EntryKind.CUSTOMER, BOB.address, cause, text, message_id=message_id)


def remembered(number: int, message_id: str, *references: str) -> RememberIds:
    return RememberIds(number, message_id, references, frozenset({BOB.address, "support@acme.example"}))


def a_decision(*steps: Step, kind: OutcomeKind = OutcomeKind.ENTRY, sender: Sender | None = None) -> Decision:
    numbers = [step.number for step in steps if isinstance(step, OpenTicket | AddEntry)]
    ticket = numbers[0] if numbers and kind is OutcomeKind.ENTRY else None
    return Decision(Outcome(kind, ticket), steps, (), (), sender or a_sender(), ())


def a_mail(ticket: int | None = None, recipient: str = BOB.address, **changes: object) -> OutgoingMail:
    """A finished mail with a token of its own."""
    letters = str(next(_tokens)).translate(str.maketrans("0123456789", "abcdefghij"))
    token = letters.rjust(16, "k")
    mail = OutgoingMail(
        token=token,
        ticket=ticket,
        recipient=recipient,
        envelope_from="support@acme.example",
        message_id=f"<m.{token}@acme.example>",
        root=token,
        template=Template.REPLY,
        person=None,
        thread=Thread.CUSTOMER,
        meaning=Meaning.CUSTOMER,
        seen=1,
        draft=None,
        relay="main",
        subject="[#1] No dial tone",
        headers=b"Subject: [#1] No dial tone\r\n\r\n",
        pieces=(b"We are looking into it.\r\n",),
        ours="We are looking into it.",
        quoted="",
        due_at=NOW,
        expires_at=NOW + timedelta(days=5),
    )
    return replace(mail, **changes)  # type: ignore[arg-type]  # the names of fields, with their values


def a_work(
    arrival: Arrival | int | None,
    decision: Decision,
    *mails: OutgoingMail,
    attachments: dict[str, Packed] | None = None,
    timer: int | None = None,
    by: str = CLAIM,
    explanation: str = '{"why": []}',
) -> Carrying:
    arrival_id = arrival.id if isinstance(arrival, Arrival) else arrival
    return Carrying(arrival_id, timer, by, decision, mails, attachments or {}, explanation)


def carry_out(store: Store, *works: Carrying, now: datetime = NOW) -> tuple[int, ...]:
    return tuple(store.write(lambda tx: tx.carry_out(works, now)))


def take_one(store: Store, uid: int, now: datetime = NOW) -> Arrival:
    """Record one message and take it in hand."""
    record(store, uid, now=now)
    (arrival,) = claim(store)
    return arrival


def open_ticket(store: Store, number: int, *mails: OutgoingMail, now: datetime = NOW) -> int:
    """Bring one message all the way to a new ticket; return the arrival's id."""
    arrival = take_one(store, number, now)
    decision = a_decision(opening(number), an_entry(number, 1, f"<{number}@c.example>"))
    assert carry_out(store, a_work(arrival, decision, *mails), now=now) == ()
    return arrival.id


def send(store: Store, *mails: OutgoingMail, now: datetime = NOW) -> None:
    """Write mails into the outbox, as a desk matter would."""
    with_uid = 1_000_000 + next(_tokens)
    arrival = take_one(store, with_uid, now)
    assert carry_out(store, a_work(arrival, a_decision(kind=OutcomeKind.DESK), *mails), now=now) == ()


def claim_due(store: Store, limit: int = 10, now: datetime = NOW, relays: tuple[str, ...] = ("main",)) -> list[DueMail]:
    """Take due mails in hand."""
    return list(store.write(lambda tx: tx.claim_due(CLAIM, limit, relays, now)))


def answer(store: Store, questions: Questions, now: datetime = NOW) -> Facts:
    """Ask one question."""
    return store.read(lambda reader: reader.answer([questions], now))[0]


def asking(**changes: object) -> Questions:
    questions = Questions(None, "support", "", "", None, (), (), ())
    return replace(questions, **changes)  # type: ignore[arg-type]  # the names of fields, with their values
