"""Mails by who reads them: their language and zone, what they may see, what they can press, who speaks to them."""

import re
from dataclasses import replace
from importlib.resources import files
from urllib.parse import unquote

import pytest

from maild.composing import Composer
from maild.composing.instants import written_instants
from maild.config import DeskConfig
from maild.marks import find_marks, is_genuine
from maild.model.decision import Decision
from maild.model.facts import Facts, TicketFacts
from maild.model.mail import Address
from maild.model.outgoing import Author, Meaning, Template, Thread
from maild.model.ticket import Confidence, Contact
from tests.unit.composing_values import (
    ALICE,
    BOB,
    KEYS,
    NOW,
    a_composer,
    a_decision,
    an_entry,
    html_of,
    read,
    text_of,
    to_alice,
    to_customer,
    write,
)
from tests.unit.desk_values import a_ticket
from tests.unit.rules_values import ALICE as RULES_OF_ALICE
from tests.unit.rules_values import rules_of


def test_every_shipped_language_has_every_sheet():
    """German lacks nothing that English has, and has nothing more."""
    folder = files("maild") / "templates"
    english, german = ({each.name for each in (folder / language).iterdir()} for language in ("en", "de"))

    assert english == german
    assert {f"{template.value}.txt" for template in Template} <= english


@pytest.mark.parametrize(
    ("of_ticket", "of_contact", "of_queue", "greeting"),
    [
        ("de", "en", "en", "Guten Tag"),
        (None, "de", "en", "Guten Tag"),
        (None, None, "de", "Guten Tag"),
        (None, None, None, "Hello"),
        ("fr", "de", "de", "Hello"),
    ],
)
def test_a_customer_is_written_to_in_the_tickets_language(of_ticket, of_contact, of_queue, greeting):
    """Else in the contact's, else in the queue's, else in the desk's; a language without sheets is the desk's."""
    opened, *steps = a_decision().steps
    decided = replace(a_decision(), steps=(replace(opened, language=of_ticket), *steps))
    facts = Facts(1042, contacts={BOB.address: Contact(BOB.address, BOB.name, language=of_contact)})
    mail = write(to_customer(), decided, a_composer(queue_language=of_queue), facts)

    assert text_of(mail).startswith(f"{greeting} Bob Miller,")


def test_a_colleague_reads_their_own_language_and_zone():
    """Whatever the customer's is: the notice is in the person's language, its times in their zone, with its name."""
    composer = a_composer(alice={"language": "de", "timezone": "Asia/Kathmandu"})
    text = text_of(write(to_alice(), composer=composer))

    assert text.startswith("Antwort → Bob Miller (Kunde)\n")
    assert "Bob Miller schrieb am 23.11.2026, 15:15 UTC+05:45:" in text


@pytest.mark.parametrize(
    ("locale", "zone", "written"),
    [
        ("en", "Europe/London", "23 Nov 2026, 09:30 GMT"),
        ("en_US", "America/New_York", "Nov 23, 2026, 4:30 AM EST"),
        ("de_AT.UTF-8", "Europe/Vienna", "23.11.2026, 10:30 CET"),
        ("fr", "Europe/Paris", "23 nov. 2026, 10:30 CET"),
        ("tlh", "Europe/London", "23 Nov 2026, 09:30 GMT"),
    ],
)
def test_instants_are_written_by_custom(locale, zone, written):
    """Day, month and hour as the language writes them; plain English is day first, an unknown one is English."""
    assert written_instants()(NOW, zone, locale).replace("\u202f", " ") == written


def test_a_notice_shows_the_contact_and_who_else_got_the_mail():
    """Company, phone, other open tickets in a few words, and a line to copy that adds whom a customer wrote to."""
    many = tuple(a_ticket(number, subject=f"matter {number}") for number in (1042, *range(1001, 1008)))
    facts = Facts(
        1042,
        contacts={BOB.address: Contact(BOB.address, BOB.name, "Miller & Sons", "+44 20")},
        open_tickets={BOB.address: many},
    )
    others = (Address("dave@x.example", "Dave"), Address(ALICE), Address("erin@y.example"))
    lines = text_of(write(to_alice(others=others), facts=facts)).split("\n")

    assert "Customer: Bob Miller <bob@customer.example> · Company: Miller & Sons · Phone: +44 20" in lines
    named = ", ".join(f"#{number} matter {number}" for number in range(1001, 1006))
    assert f"Their other open tickets: {named}, +2" in lines
    assert "It also went to: dave@x.example, alice@acme.example, erin@y.example" in lines
    assert "To add them, write: #cc +dave@x.example +erin@y.example" in lines


def test_buttons_write_to_the_ticket_with_a_tag_in_the_subject():
    """A command in brackets beside the ticket's tag; with plus-addresses, to one that proves the writer."""
    decided = a_decision(subject="Printer [on] floor 3 & 4?")
    plain = html_of(write(to_alice(), decided))
    marked = html_of(write(to_alice(thread=Thread.INTERNAL), decided, a_composer(plus_addresses=True)))

    subject = "?subject=%5B%231042%5D%20%5Btake%5D%20Printer%20%28on%29%20floor%203%20%26%204%3F"
    assert f'href="mailto:support@acme.example{subject}"' in plain
    reply_to = re.search(r'href="mailto:(support%2B[^?"]*)\?subject=%5B%231042%5D%20%5B', marked)
    assert reply_to is not None
    assert is_genuine(find_marks([unquote(reply_to[1])])[0], ALICE, KEYS)


def test_somebody_asked_aside_sees_the_question_and_nothing_else():
    """Neither entries nor facts of the ticket; the first line says who will read the answer."""
    asked = to_alice(Template.CONSULTED, Thread.INTERNAL, Meaning.NOTE, by="alice", person=None, text="May we?")
    mail = write(replace(asked, to="legal@acme.example", to_name=""), a_decision(an_entry(text="customer words")))

    assert text_of(mail).split("\n")[0] == (
        "Answer → Alice Reyes and colleagues of Acme Support; the customer does not see it"
    )
    assert str(read(mail)["From"]) == '"Alice Reyes (Acme Support)" <support@acme.example>'
    assert "customer words" not in text_of(mail) + html_of(mail)
    assert BOB.address.encode() not in mail.wire


@pytest.mark.parametrize(
    ("wish", "author"),
    [
        (to_customer(), Author.AUTO_REPLIED),
        (to_customer(Template.NEW_AFTER_CLOSED), Author.AUTO_REPLIED),
        (to_customer(Template.CANNOT_READ), Author.AUTO_REPLIED),
        (to_customer(Template.REPLY, by="alice"), Author.PERSON),
        (to_customer(Template.RESOLVED, by="alice"), Author.PERSON),
        (to_customer(Template.RESOLVED), Author.AUTO_GENERATED),
        (to_customer(Template.CLOSED, in_reply_to="<yes@customer.example>"), Author.AUTO_REPLIED),
        (to_customer(Template.WAITING_REMINDER, by="alice"), Author.AUTO_GENERATED),
        (to_alice(by="alice"), Author.AUTO_GENERATED),
        (to_alice(Template.DRAFT, by="alice"), Author.AUTO_GENERATED),
        (to_alice(Template.CONSULTED, by="alice"), Author.PERSON),
    ],
)
def test_who_speaks_follows_from_the_mail(wish, author):
    """A person only where their words go outside; a machine that answers says so, any other writes by itself."""
    assert wish.author is author


def test_a_sealed_ticket_says_how_its_words_are_read():
    """Its notices hold no words of it, and name the command that mails them."""
    opened, *steps = a_decision(an_entry(text="salary list")).steps
    sealed = replace(opened, subject="Dismissal of Mr X", confidential=Confidence.SEALED)
    text = text_of(write(to_alice(), replace(a_decision(), steps=(sealed, *steps))))

    assert "The words of this ticket are sealed: #show mails them to its assignee." in text
    assert "salary" not in text


def test_a_question_aside_about_a_sealed_ticket_keeps_its_words():
    """They are the colleague's own, to somebody whom they chose; its subject stays behind, in transcripts too."""
    opened, *steps = a_decision().steps
    sealed = replace(opened, subject="Dismissal of Mr X", confidential=Confidence.SEALED)
    asked = to_alice(Template.CONSULTED, Thread.CUSTOMER, Meaning.NOTE, by="alice", person=None, text="May we?")
    told = to_alice(Template.TRANSCRIPT, Thread.INTERNAL, Meaning.NOTE, about=("It bounced.",), text="May we?")
    for wish in (asked, told):
        mail = write(wish, replace(a_decision(), steps=(sealed, *steps)))

        assert "May we?" in text_of(mail)
        assert "Dismissal" not in mail.subject + text_of(mail)


def test_other_tickets_are_named_only_where_all_may_see_them():
    """Not those that are confidential, nor those of a queue that is unknown or that some people do not see."""
    seen, secret, elsewhere = a_ticket(1001), a_ticket(1002, confidential=Confidence.TEAM), a_ticket(1003, queue="hr")
    facts = Facts(1042, open_tickets={BOB.address: (seen, secret, elsewhere)})

    assert "Their other open tickets: #1001 Printer\n" in text_of(write(to_alice(), facts=facts))


def test_colleagues_read_what_was_written_down_of_a_ticket():
    """A category by its title, a field with its unit; a long value is cut."""
    desk = "categories: {network/vpn: {title: VPN access}}\nfields: {cost: {type: money, unit: EUR}}\n"
    composer = Composer(
        DeskConfig(name="Acme", address="support@acme.example"), rules_of(RULES_OF_ALICE, desk), KEYS, {}
    )
    opened, *steps = a_decision().steps
    fields = (("cost", "120.50"), ("device", "NB-1 " + "x" * 99))
    decided = replace(a_decision(), steps=(replace(opened, category="network/vpn", fields=fields), *steps))
    lines = text_of(write(to_alice(), decided, composer)).split("\n")

    assert any("Category: VPN access (network/vpn)" in line for line in lines)
    assert f"cost: 120.50 EUR · device: NB-1 {'x' * 54}…" in lines


def an_incident(**changes: object) -> Decision:
    """A new incident of which Bob's mail is one report."""
    opened, *steps = a_decision(subject="VPN outage", requester=None).steps
    incident = replace(opened, incident="VPN outage", **changes)
    return replace(a_decision(), steps=(incident, *steps))


def test_an_incident_is_told_without_whoever_reported_it_last():
    """Its first line says who gets an answer; what belongs to it is listed, and no reporter's name stands in From."""
    for language, first in (
        ("en", "Answer → the customers of every ticket"),
        ("de", "Antwort → die Kunden aller Tickets"),
    ):
        composer = a_composer(alice={"language": language})
        mail = write(to_alice(tickets=("#1001 a@x.example VPN", "+3")), an_incident(), composer)

        assert text_of(mail).startswith(first)
        assert "#1001 a@x.example VPN; +3" in text_of(mail)
        assert "Bob" not in str(read(mail)["From"]) and "Careful" not in text_of(mail)


def test_a_report_names_its_incident_to_whom_may_see_it():
    """In the same queue or in one that all see; of a confidential one nothing is said."""
    for confidential, is_named in ((None, True), (Confidence.TEAM, False)):
        parent = a_ticket(1500, subject="VPN outage", incident="VPN outage", confidential=confidential)
        known = Facts(1042, tickets={1500: TicketFacts(parent, (), 1, {})})
        opened, *steps = a_decision().steps
        decided = replace(a_decision(), steps=(replace(opened, parent=1500), *steps))

        assert ("#1500 VPN outage" in text_of(write(to_alice(), decided, facts=known))) is is_named
        assert "VPN outage" not in text_of(write(to_customer(), decided, facts=known))
