"""Whole mails: what goes over the wire, read back as a client reads it."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from maild.composing.examples import EXAMPLES
from maild.marks import find_marks, find_tags, is_genuine
from maild.model.decision import AddParticipant, RememberIds, Standing, Trust
from maild.model.mail import Address
from maild.model.outgoing import Author, Meaning, Template, Thread
from maild.model.ticket import EntryKind
from tests.unit.composing_values import (
    ALICE,
    BOB,
    KEYS,
    NOW,
    TOKEN,
    a_composer,
    a_decision,
    an_attachment,
    an_entry,
    html_of,
    read,
    text_of,
    to_alice,
    to_customer,
    write,
)

HOSTILE = [
    "a\r\nBcc: everyone@x.example",
    "a\u2028Bcc: everyone@x.example",
    "=?utf-8?q?a=0d=0aBcc:_everyone@x.example?=",
    "nul\x00 and \x1b[31mred",
    "\ud800 lone",
    "x" * 5000,
    "ü" * 3000,
    "[#5] [#1017] [note]",
    "{{7*7}} {0.__class__} %(x)s ${x} <%= x %>",
    "<script>alert(1)</script>",
    "",
    "\n\n\n",
]
TO_ALL = [
    to_customer(Template.ACKNOWLEDGED),
    to_customer(Template.ACKNOWLEDGED_MINIMAL),
    to_customer(Template.REPLY, by="alice", text="Try again."),
    to_customer(Template.STATUS_UPDATE, by="alice", text="Try again."),
    to_customer(Template.WAITING_REMINDER),
    to_customer(Template.RESOLVED, by="alice", text="Try again."),
    to_customer(Template.RESOLVED),
    to_customer(Template.CLOSED),
    to_customer(Template.REOPENED),
    to_customer(Template.NEW_AFTER_CLOSED, earlier=1017),
    to_customer(Template.TOO_LARGE),
    to_customer(Template.CANNOT_READ),
    to_alice(),
    to_alice(Template.ASSIGNED),
    to_alice(Template.CONSULTED, Thread.INTERNAL, Meaning.NOTE, by="alice", person=None, text="Try again."),
    to_alice(thread=Thread.INTERNAL, meaning=Meaning.NOTE),
    to_alice(Template.DRAFT, meaning=Meaning.DRAFT, text="Kept words."),
    to_alice(Template.DID_YOU_SEND_THIS, meaning=Meaning.DRAFT, text="Kept words."),
    to_alice(Template.TRANSCRIPT, Thread.INTERNAL, Meaning.NOTE, about=("done",)),
    to_alice(Template.ALARM, Thread.INTERNAL, Meaning.NOTHING, about=("look",), ticket=None),
]


def names(wish):
    return f"{wish.template}-{wish.thread}-{wish.meaning}{'-by' if wish.by else ''}"


@pytest.mark.parametrize("wish", TO_ALL, ids=names)
def test_every_mail_is_whole_and_names_itself(wish):
    """From the queue to one recipient, dated, 7-bit with CRLF, text and HTML, under a Message-ID that proves itself."""
    mail = write(wish)
    wire, message = mail.wire, read(mail)

    assert wire.isascii()
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert len(set(message.keys())) == len(message.keys())
    assert [one.addr_spec for one in message["From"].addresses] == ["support@acme.example"]
    assert [one.addr_spec for one in message["To"].addresses] == [wish.to]
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == mail.message_id
    assert is_genuine(find_marks([mail.message_id])[0], wish.to, KEYS)
    assert message["References"].startswith("<r.")
    assert not message["Reply-To"]
    assert mail.envelope_from == "support@acme.example"
    assert message.get_body(("plain",)).get_content().strip()
    assert message.get_body(("html",)).get_content().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("wish", TO_ALL, ids=names)
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_a_stranger_writes_hurts_a_mail(wish, hostile):
    """Hostile subject, name, words, file name: the mail goes out, with the same fields and no tag but ours."""
    customer = Address(BOB.address, hostile)
    decided = a_decision(
        an_entry(text=hostile, attachments=(an_attachment(name=hostile),)),
        subject=hostile,
        requester=customer,
        sender=customer,
        more=(AddParticipant(1042, Address("c@customer.example", hostile)),),
    )
    is_customers = wish.thread is Thread.CUSTOMER
    wish = to_customer(wish.template, to_name=hostile, text=hostile, by=wish.by) if is_customers else wish
    mail, plain = write(wish, decided), write(wish)
    message = read(mail)

    assert message.keys() == read(plain).keys()
    assert mail.wire.isascii()
    assert max(map(len, mail.wire.split(b"\r\n"))) <= 998
    assert find_tags(message["Subject"], "", []) == ((1042,) if wish.ticket else ())
    assert "[" not in message["Subject"].replace("[#1042]", "").replace("[#1042 internal]", "")
    assert "<script" not in html_of(mail)
    assert "\x1b" not in text_of(mail) + html_of(mail)
    assert len(message["Subject"]) < 260


@pytest.mark.parametrize("wish", TO_ALL, ids=names)
def test_only_automatic_mail_says_so(wish):
    """A person's mail carries no automatic header, all others two; none has Precedence."""
    message = read(write(wish))

    if wish.author is Author.PERSON:
        assert message["Auto-Submitted"] is None
        assert message["X-Auto-Response-Suppress"] is None
    else:
        assert message["Auto-Submitted"] == wish.author.value
        assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert message["Precedence"] is None


@pytest.mark.parametrize("wish", [wish for wish in TO_ALL if wish.thread is Thread.CUSTOMER], ids=names)
def test_no_mail_to_a_customer_shows_an_agents_address(wish):
    """Neither in a header nor in the words that the desk adds, not even by a template that asks for it."""
    decided = a_decision(an_entry(), an_entry(2, "internal words", EntryKind.NOTE, "alice"))
    curious = a_composer({"reply.txt": "Subject: x\n\n{{ by.full }} {{ by.address }} {{ by.label }}\n"})
    mail = write(wish, decided, curious)
    wire = mail.wire.decode("ascii").lower()

    assert ALICE not in wire + text_of(mail) + html_of(mail)
    assert "internal words" not in wire + text_of(mail) + html_of(mail)


@pytest.mark.parametrize("wish", TO_ALL, ids=names)
def test_the_lines_of_the_desk_and_of_others_make_up_the_text(wish):
    """What an answer will quote is either `ours` or `quoted`; nothing is both or neither. Buttons are ours too."""
    mail = write(wish)
    ours, quoted = mail.ours.split("\n"), mail.quoted.split("\n")
    lines = [line for line in text_of(mail).split("\n") if line]
    own = [line for line in lines if not re.match(r">|Try again", line)]

    assert ours[: len(own)] == own
    assert all(line.startswith(("Take ", "Mark ", "Write ", "subject=")) for line in ours[len(own) :])
    assert [line.removeprefix(">").strip() for line in lines if re.match(r">|Try again", line)] == [
        line for line in quoted if line
    ]


@pytest.mark.parametrize("wish", [wish for wish in TO_ALL if wish.thread is not Thread.CUSTOMER], ids=names)
def test_the_html_of_a_notice_has_the_lines_of_its_text(wish):
    """Whichever part a client quotes, the desk recognises its lines."""
    mail = write(wish, a_decision(an_entry(text="one\n\n  two\n> three"), an_entry(2, "no <b>tags</b>")))

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.lines = [""]

        def handle_starttag(self, tag, attrs):
            if tag in {"br", "p", "blockquote", "div"}:
                self.lines.append("")

        def handle_data(self, data):
            self.lines[-1] += data.replace("\n", " ").replace("\xa0", " ")

    reader = Reader()
    reader.feed(html_of(mail).split("<body", 1)[1])
    shown = [line.strip() for line in reader.lines[1:] if line.strip()]
    text = [bare for line in text_of(mail).split("\n") if (bare := re.sub(r"^> ?", "", line).strip())]
    buttons = set(mail.ours.split("\n")) - set(text)

    assert [line for line in shown if line not in buttons][1:] == text[1:]
    assert shown[0].endswith(text[0])
    assert len(buttons & set(shown)) == ("mailto:" in html_of(mail))


def test_an_acknowledgement_gives_the_number_and_quotes_a_little():
    """A proved sender gets subject, number and the first lines of their own words."""
    mail = write(to_customer(), a_decision(an_entry(text="\n".join(f"line {n}" for n in range(50)))))

    assert mail.subject == "Re: Printer on floor 3 [#1042]"
    assert "#1042" in text_of(mail)
    assert "> line 0\n" in text_of(mail)
    assert "line 40" not in text_of(mail)
    assert mail.quoted.startswith("line 0\nline 1\n")


def test_a_ticket_that_a_colleague_entered_is_acknowledged_by_its_name():
    """What they called it, and whom they named, stands there; the words that came with it do not."""
    entered = a_decision(an_entry(text="BUY-AT-EVIL"), trust=Trust.CLAIMED)
    mail = write(to_customer(is_vouched=True), entered)

    assert mail.subject == "Re: Printer on floor 3 [#1042]"
    assert "Hello Bob Miller," in text_of(mail)
    assert "BUY-AT-EVIL" not in text_of(mail)


@pytest.mark.parametrize("template", [Template.ACKNOWLEDGED, Template.ACKNOWLEDGED_MINIMAL, Template.TOO_LARGE])
def test_an_unproved_sender_gets_none_of_his_words_back(template):
    """Nobody can make the desk carry his text to a victim: not in subject, name, words, references or file names."""
    bait = "BUY-AT-EVIL"
    decided = a_decision(
        an_entry(text=bait, attachments=(an_attachment(name=bait),)),
        subject=bait,
        trust=Trust.CLAIMED,
        requester=Address(BOB.address, bait),
        more=(RememberIds(1042, "<1@customer.example>", (f"<{bait}@x.example>",), frozenset()),),
    )
    mail = write(to_customer(template, to_name=bait, about=(bait,)), decided)

    assert bait.encode() not in mail.headers
    assert bait not in text_of(mail) + html_of(mail)


def test_the_minimal_acknowledgement_has_a_subject_of_ours():
    """`We received your message [#1042]`, whoever wrote whatever."""
    assert write(to_customer(Template.ACKNOWLEDGED_MINIMAL)).subject == "We received your message [#1042]"


def test_a_relay_is_the_agents_words_and_a_signature():
    """Nothing but the words, the name and the desk; From is the agent's name at the queue's address."""
    mail = write(to_customer(Template.REPLY, by="alice", text="Hello Bob,\n\nsee https://kb.example/1.\n"))

    assert text_of(mail) == "Hello Bob,\n\nsee https://kb.example/1.\n\n-- \nAlice Reyes\nAcme Support\n"
    assert str(read(mail)["From"]) == '"Alice Reyes (Acme Support)" <support@acme.example>'
    assert '<a href="https://kb.example/1"' in html_of(mail)
    assert mail.quoted == "Hello Bob,\n\nsee https://kb.example/1."
    assert mail.ours == "-- \nAlice Reyes\nAcme Support"


def test_a_relay_is_the_same_octets_to_everybody():
    """A relay to the requester and a participant has one body, which the store keeps once."""
    wish = to_customer(Template.REPLY, by="alice", text="Hello", attachments=(an_attachment(),))
    other = to_customer(
        Template.REPLY, to="carol@customer.example", by="alice", text="Hello", attachments=(an_attachment(),)
    )

    assert write(wish).pieces == write(other).pieces


def test_pictures_stand_where_the_words_name_them():
    """An inline picture that the words name is shown there under an id of ours; any other is attached."""
    shown = an_attachment("photo.png", b"one", cid="ii_1@alices-laptop.acme.example")
    logo = an_attachment("logo.png", b"two", cid="logo@alices-laptop.acme.example")
    words = "Look:\n[cid:ii_1@alices-laptop.acme.example]\nHere."
    mail = write(to_customer(Template.REPLY, by="alice", text=words, attachments=(shown, logo)))
    parts = {part.get_filename(): part for part in read(mail).walk() if part.get_filename()}

    content_id = parts["photo.png"]["Content-ID"].strip("<>")
    assert f'src="cid:{content_id}"' in html_of(mail)
    assert parts["photo.png"].get_content_disposition() == "inline"
    assert parts["logo.png"].get_content_disposition() == "attachment"
    assert "Look:\n[image: photo.png]\nHere." in text_of(mail)
    assert b"alices-laptop" not in mail.wire


def test_a_notice_says_first_whom_an_answer_reaches():
    """The first line names the customer and the participants; the tracer is the last."""
    mail = write(to_alice(), a_decision(more=(AddParticipant(1042, Address("carol@customer.example")),)))
    lines = text_of(mail).strip().split("\n")

    assert lines[0] == "Answer → Bob Miller (customer), carol@customer.example"
    assert lines[1] == ""
    assert lines[-1] == f"Notice {TOKEN[:10]}"
    assert str(read(mail)["From"]) == "Bob Miller via Acme Support <support@acme.example>"
    assert mail.subject == "[#1042] Printer on floor 3"


@pytest.mark.parametrize(
    ("meaning", "line"),
    [
        (Meaning.RELAY, "Answer → Bob Miller (customer)"),
        (Meaning.NOTE, "Answer → colleagues only"),
        (Meaning.DRAFT, "Answer → nobody: only #send or #discard count"),
        (Meaning.NOTHING, "Answer → nobody: only lines of # commands count"),
    ],
)
@pytest.mark.parametrize("template", [Template.AGENT_NOTICE, Template.DRAFT, Template.TRANSCRIPT, Template.ALARM])
def test_the_first_line_follows_the_meaning(template, meaning, line):
    """What a plain answer is stands in the first line of every mail to colleagues."""
    assert text_of(write(to_alice(template, Thread.INTERNAL, meaning))).split("\n")[0] == line


@pytest.mark.parametrize(
    ("sender", "trust", "warning"),
    [
        (BOB, Trust.PROVED, ""),
        (BOB, Trust.CLAIMED, "Careful: nothing proves that Bob Miller <bob@customer.example> wrote this"),
        (
            Address("eve@x.example", "Bob Miller"),
            Trust.PROVED,
            "Careful: Bob Miller <eve@x.example> wrote this and is not the one who will be answered",
        ),
        (
            Address("eve@x.example"),
            Trust.CLAIMED,
            "Careful: eve@x.example wrote this, unproved, and is not the one who will be answered",
        ),
    ],
)
def test_the_second_line_warns_of_another_writer(sender, trust, warning):
    """Whoever answers sees at once that the writer is not the one answered, or that nothing proves them."""
    decided = a_decision(sender=sender, trust=trust, standing=Standing.STRANGER)

    assert text_of(write(to_alice(), decided)).split("\n")[1] == warning


def test_a_notice_shows_the_newest_words_whole_and_two_before():
    """Newest first and in full, two earlier ones cut short, older ones and events not at all."""
    long = "\n".join(f"long {n}" for n in range(100))
    decided = a_decision(
        an_entry(1, "the very first"),
        an_entry(2, long),
        an_entry(3, "It is the old one.", EntryKind.NOTE, "alice"),
        an_entry(4, "state: new → open", EntryKind.EVENT, "maild"),
        an_entry(5, long.replace("long", "newest")),
    )
    text = text_of(write(to_alice(), decided))

    assert (
        text.index("> newest 0")
        < text.index("> newest 99")
        < text.index("> It is the old one.")
        < text.index("> long 0")
    )
    assert "long 50" not in text
    assert "(… 92 more lines are on ticket #1042, entry 2)" in text
    assert "the very first" not in text
    assert "state: new" not in text
    assert "Alice Reyes noted for colleagues on 23 Nov 2026, 09:30 GMT:" in text


def test_a_notice_names_all_files_and_carries_those_that_fit():
    """Files with sizes; what is too large to go along is named as such."""
    small, large = an_attachment("small.png"), an_attachment("film.mp4", b"x" * 2_000_000, "video/mp4")
    mail = write(to_alice(attachments=(small,)), a_decision(an_entry(attachments=(small, large))))

    assert "Files of entry 1: small.png (3 B), film.mp4 (2.0 MB, not attached)" in text_of(mail)
    assert [part.get_filename() for part in read(mail).iter_attachments()] == ["small.png"]


def test_no_line_of_a_notice_is_a_command():
    """A client that quotes without marks cannot turn our help into commands, nor a line into a common word."""
    for wish in TO_ALL:
        if wish.thread is not Thread.CUSTOMER and wish.template is not Template.CONSULTED:
            lines = write(wish).ours.split("\n")
            assert not [line for line in lines if line.lstrip().startswith("#")]
            assert not [line for line in lines if len(line.split()) < 2 and not line.startswith("subject=")]


def test_internal_mail_says_so_in_its_subject():
    """Notices of internal matters have a subject of their own, so that clients keep them apart."""
    assert write(to_alice(thread=Thread.INTERNAL)).subject == "[#1042 internal] Printer on floor 3"
    tagged = write(to_alice(thread=Thread.INTERNAL), composer=a_composer(tag="ACME"))
    assert tagged.subject == "[ACME #1042 internal] Printer on floor 3"


@pytest.mark.parametrize(("left", "right"), ["[]", "\uff3b\uff3d", "\ufe47\ufe48"])
def test_brackets_of_the_customer_become_parentheses(left, right):
    """Only the desk's own tag is a tag, whatever another program makes of wide brackets."""
    subject = f"{left}#5{right} help {left}note{right}"

    assert write(to_customer(), a_decision(subject=subject)).subject == "Re: (#5) help (note) [#1042]"


def test_a_long_subject_keeps_its_tag():
    """The customer's subject is cut, never the tag after it."""
    assert write(to_customer(), a_decision(subject="word " * 200)).subject.endswith("… [#1042]")


def test_plus_addresses_stand_where_they_are_switched_on():
    """Reply-To and envelope carry the mark only by configuration."""
    mail = write(to_customer(), composer=a_composer(plus_addresses=True))
    reply_to = read(mail)["Reply-To"].addresses[0].addr_spec

    for address, kind in ((reply_to, "r"), (mail.envelope_from, "b")):
        assert address.startswith(f"support+{kind}.{TOKEN}.")
        assert is_genuine(find_marks([address])[0], BOB.address, KEYS)


def test_only_the_minimal_acknowledgement_has_no_envelope_sender():
    """Where the relay takes it, what goes to an unproved address comes back to nobody; all else has an address."""
    quiet = a_composer(null_sender=True, plus_addresses=True)

    minimal, full = (
        write(to_customer(template), composer=quiet)
        for template in (Template.ACKNOWLEDGED_MINIMAL, Template.ACKNOWLEDGED)
    )

    assert (minimal.envelope_from, full.envelope_from.startswith("support+b.")) == ("", True)
    assert write(to_customer(Template.ACKNOWLEDGED_MINIMAL)).envelope_from == "support@acme.example"


def test_times_follow_what_was_wanted():
    """Due after the delay, given up so long after that."""
    mail = write(to_customer(delay=timedelta(seconds=60), expires_in=timedelta(hours=4)))

    assert (mail.due_at, mail.expires_at) == (NOW + timedelta(seconds=60), NOW + timedelta(seconds=60, hours=4))


def test_a_mail_knows_what_its_reader_has_seen():
    """`seen` is the newest entry of the ticket at the moment of writing."""
    assert write(to_alice(), a_decision(an_entry(1), an_entry(2))).seen == 2


def test_an_unknown_ticket_is_an_error():
    """A mail about a ticket that neither facts nor decision know is never written."""
    with pytest.raises(KeyError):
        write(to_customer(ticket=7))


def test_all_shipped_templates_pass_the_check():
    """What we ship can be printed, and there is an example of every mail."""
    assert a_composer().check() == ()
    assert {wish.template for wish, _ in EXAMPLES} == set(Template)


def test_the_check_names_file_line_and_remedy():
    """Problems of templates are told as all others: where, what, and what was meant."""
    overrides = {
        "reply.txt": "Subject: x\n\n{{ wrods }}\n",
        "de/alarm.txt": "Subject: x\n\n{% for %}\n",
        "acknowleged.txt": "Subject: x\n\nx\n",
        "acknowledged.txt": "Subject: x\n\n{{ requester.full }}\n",
    }
    problems = [str(problem) for problem in a_composer(overrides).check()]

    assert [problem.split(":")[:2] for problem in problems] == [
        ["acknowledged.txt", "3"],
        ["acknowleged.txt", "1"],
        ["de/alarm.txt", "3"],
        ["reply.txt", "3"],
    ]
    assert "Did you mean 'acknowledged.txt'?" in problems[1]
    assert "'wrods' is undefined" in problems[3]
