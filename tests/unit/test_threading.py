"""Threading, both ways: what headers our mails carry, and how each client's answer to them finds its ticket again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from maild.composing import Composer
from maild.desk.finding import find
from maild.marks import find_marks, reply_address
from maild.model.facts import Facts, ThreadFacts
from maild.model.mail import Address, Conversation
from maild.model.outgoing import Meaning, OutgoingMail, Template, Thread, Wanted
from tests.unit import composing_values, desk_values
from tests.unit.composing_values import read
from tests.unit.desk_values import ALICE, BOB, DESK, HOUSE, NOW, RING, a_message, a_ticket, known

THEIRS = tuple(f"<{n}@customer.example>" for n in range(20))
OUTLOOK = Conversation("AdxEAAAAAAAAAAAAAAAAAAAAAAAAAA==", "Printer")


@dataclass(frozen=True)
class Answer:
    """The headers of an answer by which it can be found."""

    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = "other words"
    to: str = DESK


def usual(ours: Answer, own: str) -> Answer:
    return Answer((own,), (*ours.references, own), ours.subject)


CLIENTS: dict[str, Callable[[Answer, str], Answer]] = {
    "gmail, apple mail, thunderbird, k-9, outlook 365": usual,
    "outlook without references": lambda ours, own: Answer((own,), (), ours.subject),
    "notes: one reference": lambda ours, own: Answer((own,), (own,), ours.subject),
    "references without in-reply-to": lambda ours, own: Answer((), (*ours.references, own), ours.subject),
    "references cut to the first": lambda ours, own: Answer((), ours.references[:1], ours.subject),
    "references cut to the last three": lambda ours, own: Answer((), (*ours.references, own)[-3:], ours.subject),
    "ids in capitals": lambda ours, own: Answer((own.upper(),), (), ours.subject),
    "another subject": lambda ours, own: replace(usual(ours, own), subject="Something else"),
    "exchange 2003: the subject alone": lambda ours, own: Answer(subject=f"RE: {ours.subject}"),
    "a translated prefix": lambda ours, own: Answer(subject=f"AW: Antw.: {ours.subject}"),
    "a new mail to the reply address": lambda ours, own: Answer(to=reply_address(find_marks([own])[0], DESK)),
}


def composed(wanted: Wanted, thread: ThreadFacts) -> OutgoingMail:
    """A mail of ours in a conversation that has gone on for a while."""
    ticket = replace(known(a_ticket(language="en")), threads={(wanted.to, wanted.thread): thread})
    decision = replace(composing_values.a_decision(), steps=(), sender=None)
    facts = Facts(2001, tickets={1042: ticket})
    return composing_values.write(wanted, decision, Composer(HOUSE.desk, HOUSE.rules, RING, {}), facts)


def a_relay(thread: ThreadFacts) -> OutgoingMail:
    wish = composing_values.to_customer(Template.REPLY, to=BOB.address, by="alice", text="Try again.")
    return composed(wish, thread)


def a_notice() -> OutgoingMail:
    return composed(composing_values.to_alice(to=ALICE.address), ThreadFacts(None, (), None))


def headers_of(mail: OutgoingMail) -> Answer:
    message = read(mail)
    return Answer(references=tuple(message["References"].split()), subject=str(message["Subject"]))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("who", ["customer", "agent"])
def test_every_clients_answer_comes_back_to_the_ticket(client: str, who: str):
    """By whatever the client kept of our headers; its own way of threading proves nothing and needs nothing."""
    is_customer = who == "customer"
    mail = a_relay(ThreadFacts("c" * 16, THEIRS, THEIRS[-1])) if is_customer else a_notice()
    answer = CLIENTS[client](headers_of(mail), mail.message_id)
    message = a_message(
        BOB if is_customer else ALICE,
        in_reply_to=answer.in_reply_to,
        references=answer.references,
        subject=answer.subject,
        to=(Address(answer.to),),
    )
    meaning, person = (Meaning.CUSTOMER, None) if is_customer else (Meaning.RELAY, "alice")
    sent = [
        desk_values.issued(recipient=mail.recipient, person=person, meaning=meaning, token=token, subject=mail.subject)
        for token in (mail.token, mail.root)
    ]
    knowledge = desk_values.facts(*sent, ticket=known())

    assert find(message, knowledge, HOUSE, NOW).number == 1042


def test_a_long_conversation_keeps_its_beginning_and_its_end():
    """Twelve references: the pseudo-root and three more, then the newest eight, all of them the reader's own."""
    references = headers_of(a_relay(ThreadFacts("c" * 16, THEIRS, THEIRS[-1]))).references

    assert references[0].startswith("<r.cccccccccccccccc.")
    assert references[1:] == (*THEIRS[:3], *THEIRS[-8:])


def test_outlook_gets_its_own_name_of_the_conversation_back():
    """Thread-Topic and Thread-Index as their Outlook wrote them, though our subject has a tag; else neither."""
    message = read(a_relay(ThreadFacts("c" * 16, THEIRS, THEIRS[-1], OUTLOOK)))
    plain = read(a_relay(ThreadFacts("c" * 16, THEIRS, THEIRS[-1])))

    assert (message["Thread-Topic"], message["Thread-Index"]) == ("Printer", OUTLOOK.index)
    assert (plain["Thread-Topic"], plain["Thread-Index"]) == (None, None)


def test_a_topic_is_cleaned_before_it_is_a_header():
    """Whoever chose it cannot begin another field with it."""
    hostile = Conversation(OUTLOOK.index, "x\r\nBcc: everyone@x.example\u2028y" + "ü" * 200)
    message = read(a_relay(ThreadFacts("c" * 16, (), None, hostile)))

    assert message["Bcc"] is None
    assert message["Thread-Topic"].startswith("x Bcc: everyone@x.example y")


def test_notices_of_internal_matters_are_a_conversation_of_their_own():
    """Another root and another subject, so that no client puts them among those that answer the customer."""
    notice = a_notice()
    internal = composed(
        composing_values.to_alice(to=ALICE.address, thread=Thread.INTERNAL, meaning=Meaning.NOTE),
        ThreadFacts("d" * 16, (), None),
    )

    assert headers_of(notice).subject == "[#1042] Printer"
    assert headers_of(internal).subject == "[#1042 internal] Printer"
    assert not set(headers_of(notice).references) & set(headers_of(internal).references)
