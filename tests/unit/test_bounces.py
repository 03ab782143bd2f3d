"""What came back, of whom, and why: reports for machines, and notices in words."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.mail import Bounce
from maild.parsing import parse
from maild.parsing.bounces import find_bounce
from maild.parsing.view import MailView
from tests.unit.machine_views import a_part, a_view

OURS = "<m.abc.k1.def@acme.example>"
RETURNED = f"Received: from x by y\nMessage-ID: {OURS}\nSubject: Your ticket\n\nMessage-ID: <within@the.body>\n"


def a_report(status: str, *more, returned: str = RETURNED, returned_type: str = "message/rfc822") -> MailView:
    parts = (
        a_part("text/plain", "It failed."),
        a_part("message/delivery-status", status),
        a_part(returned_type, returned),
    )
    return a_view(
        *more,
        type_="multipart/report",
        parameters={"report-type": "delivery-status"},
        parts=parts,
        text="It failed.",
        sender="MAILER-DAEMON@mx.example",
    )


def a_notice(
    text: str, *headers: tuple[str, str], sender: str = "MAILER-DAEMON@mx.example", subject: str = "x"
) -> Bounce:
    bounce = find_bounce(a_view(*headers, text=text, sender=sender, subject=subject))
    assert bounce is not None
    return bounce


def test_a_report_of_rfc_3464():
    """Status and recipient, and the id of the mail from its returned copy; its words and its body are not looked at."""
    report = a_report(
        "Reporting-MTA: dns; mx.example\nArrival-Date: Mon, 23 Nov 2026 08:00:00 +0000\n\n"
        "Final-Recipient: rfc822; Bob@B.Example\nOriginal-Recipient: rfc822;bob@b.example\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550-5.1.1 The account\n    does not exist\n"
    )

    assert find_bounce(report) == Bounce("failed", "5.1.1", "Bob@b.example", OURS)


@pytest.mark.parametrize("type_", ["message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"])
def test_the_returned_copy_may_be_whole_or_headers_only(type_):
    """Its id may be folded and of any letter case."""
    report = a_report(
        "Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.0.0",
        returned=f"Subject: x\nMESSAGE-id:\n {OURS}\n",
        returned_type=type_,
    )

    bounce = find_bounce(report)

    assert bounce is not None
    assert bounce.original_message_id == OURS


@pytest.mark.parametrize(
    ("fields", "action", "status", "recipient"),
    [
        ("Final-Recipient: RFC822; <u@ci.example>\nAction: failed\nStatus: 5.3.0", "failed", "5.3.0", "u@ci.example"),
        ("Final-Recipient: rfc822;a@b.example\nAction: delayed\nStatus: 4.4.7", "delayed", "4.4.7", "a@b.example"),
        ("Final-Recipient: rfc822;a@b.example\nStatus: 4.2.2 (mailbox full)", "delayed", "4.2.2", "a@b.example"),
        ("Final-Recipient: rfc822;a@b.example\nStatus: 5.1.10", "failed", "5.1.10", "a@b.example"),
        ("Final-Recipient: rfc822;a@b.example\nAction: FAILED (bounced)\n", "failed", None, "a@b.example"),
        ("Final-Recipient: rfc822;a@b.example\nAction: relayed\nStatus: 2.1.9", "relayed", "2.1.9", "a@b.example"),
        (
            "Original-Recipient: rfc822;bob+2Bx@b.example\nFinal-Recipient: x-local;\nAction: failed\nStatus: 5.7.1",
            "failed",
            "5.7.1",
            "bob+x@b.example",
        ),
        (
            (
                "Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.0.0\n"
                "Diagnostic-Code: smtp; 550 5.1.1 <a@b.example>: User unknown"
            ),
            "failed",
            "5.1.1",
            "a@b.example",
        ),
        (
            "Final-Recipient: rfc822;a@b.example\nAction: delayed\nStatus: 4.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no",
            "delayed",
            "4.0.0",
            "a@b.example",
        ),
        (
            "Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@b.example\n\nAction: failed\n\nStatus: 5.2.1\n\n",
            "failed",
            "5.2.1",
            "a@b.example",
        ),
        (
            (
                "Final-Recipient: rfc822;first@b.example\nAction: delayed\nStatus: 4.4.1\n\n"
                "Final-Recipient: rfc822;second@b.example\nAction: failed\nStatus: 5.1.1"
            ),
            "failed",
            "5.1.1",
            "second@b.example",
        ),
    ],
)
def test_the_fields_as_servers_write_them(fields, action, status, recipient):
    """Angle brackets, comments, missing ones, several recipients, blank lines; a general status where it is refined."""
    bounce = find_bounce(a_report(fields))

    assert bounce is not None
    assert (bounce.action, bounce.status, bounce.recipient) == (action, status, recipient)


def test_words_labelled_as_a_report_do_not_hide_the_report():
    """Some servers call both parts a delivery status."""
    words = a_part("message/delivery-status", "This message was undeliverable.\n\n<u@ci.example> has restricted mail\n")
    status = a_part(
        "message/delivery-status", "Final-Recipient: RFC822; <u@ci.example>\nAction: failed\nStatus: 5.3.0\n"
    )
    view = a_view(type_="multipart/report", parts=(words, status))

    assert find_bounce(view) == Bounce("failed", "5.3.0", "u@ci.example", None)


def test_a_report_without_a_copy_names_the_mail_that_it_answers():
    """Exchange and Gmail thread their reports."""
    report = a_report(
        "Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1",
        ("In-Reply-To", OURS),
        returned="Subject: nothing here",
    )

    bounce = find_bounce(report)

    assert bounce is not None
    assert bounce.original_message_id == OURS


NOTICES = {
    "exim": (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  bob@b.example\n    host mx.b.example [192.0.2.1]\n"
        "    SMTP error from remote mail server after RCPT TO:<bob@b.example>:\n    550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"Return-path: <support@acme.example>\nMessage-ID: {OURS}\nSubject: Your ticket\n"
    ),
    "qmail": (
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<bob@b.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n"
        "Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <support@acme.example>\nMessage-ID: {OURS}\n"
    ),
    "postfix": (
        "This is the mail system at host mx.example.\n\n"
        "I'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n"
        "<bob@b.example>: host mx.b.example[192.0.2.1] said: 550 5.1.1 <bob@b.example>:\n"
        "    Recipient address rejected (in reply to RCPT TO command)\n\n"
        f"Received: from x\nMessage-ID: {OURS}\n"
    ),
    "sendmail": (
        "The original message was received at Mon, 23 Nov 2026 10:03:47 +1100\nfrom x.example [192.0.2.2]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<bob@b.example>\n"
        "    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n"
        "... while talking to mx.b.example.:\n>>> DATA\n<<< 550 5.1.1 User unknown\n\n"
        f"   ----- Original message follows -----\n\nMessage-ID: {OURS}\n"
    ),
    "exchange": (
        "Your message did not reach some or all of the intended recipients.\n\n"
        "      Subject:\tYour ticket\n      Sent:\t11/23/2026 8:31 AM\n\n"
        "The following recipient(s) could not be reached:\n\n"
        "      'bob@b.example' on 11/23/2026 8:32 AM\n"
        "            The e-mail account does not exist at the organization this message was sent to.\n"
        "            <mx.b.example #5.1.1 smtp;550 5.1.1 User unknown>\n"
    ),
    "gmail": (
        "Delivery to the following recipient failed permanently:\n\n     bob@b.example\n\n"
        "Technical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected.\n"
        "The error that the other server returned was:\n550 5.1.1 <bob@b.example>... User unknown\n\n"
        f"----- Original message -----\n\nReceived: by 192.0.2.3\nMessage-ID: {OURS}\n"
    ),
    "gmail today": (
        "** Address not found **\n\nYour message wasn't delivered to bob@b.example because the address couldn't be"
        " found, or is unable to receive mail.\n\nThe response was:\n\n550 5.1.1 The email account does not exist.\n"
    ),
    "yahoo": (
        "Sorry, we were unable to deliver your message to the following address.\n\n<bob@b.example>:\n"
        "Remote host said: 550 5.1.1 user unknown [RCPT_TO]\n\n--- Below this line is a copy of the message.\n\n"
        f"Received: from x\nMessage-ID: {OURS}\n"
    ),
    "domino": (
        "Your message\n\n  Subject: Your ticket\n\nwas not delivered to:\n\n  bob@b.example\n\nbecause:\n\n"
        "  User bob (bob@b.example) not listed in Domino Directory\n"
    ),
    "groupwise": (
        "The message that you sent was undeliverable to the following:\n\tbob@b.example (user not found)\n\n"
        "Possibly truncated original message follows:\n"
    ),
    "mdaemon": (
        "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts "
        "the attached message has\nbeen removed from the mail queue.\n\n"
        "Failed address: bob@b.example\n\n--- Session Transcript ---\n<-- 550 5.1.1 User unknown\n"
    ),
    "smail": (
        "|------------------------- Message log follows: -------------------------|\n"
        " no valid recipients were found for this message\n"
        "|------------------------- Failed addresses follow: ---------------------|\n"
        " <bob@b.example> ... unknown user\n"
        "|------------------------- Message text follows: ------------------------|\n"
        f"Received: from x\nMessage-ID: {OURS}\n"
    ),
    "imail": "Unknown user: bob@b.example\n\nOriginal message follows.\n\nMessage-ID: <x@y>\n",
    "gmx": (
        "This message was created automatically by mail delivery software.\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n"
        "The following addresses failed:\n\n    <bob@b.example>\n\nSMTP error: 550 5.1.1 no such user\n"
    ),
    "german": (
        "Ihre Nachricht konnte nicht zugestellt werden an:\n\n  bob@b.example\n\nEmpfänger unbekannt\n\n"
        f"----- Ursprüngliche Nachricht -----\nMessage-ID: {OURS}\n"
    ),
}


@pytest.mark.parametrize("server", NOTICES)
def test_a_notice_for_people_is_read_as_people_read_it(server):
    """Who was not reached, and why; of what, where a copy hangs below the words."""
    bounce = a_notice(NOTICES[server])

    assert (bounce.action, bounce.status, bounce.recipient) == ("failed", "5.1.1", "bob@b.example")
    if OURS in NOTICES[server]:
        assert bounce.original_message_id == OURS


@pytest.mark.parametrize(
    "text",
    [
        "Unable to deliver mail, the mailbox is full: <bob@b.example>",
        "The following addresses did NOT receive a copy, delivery failed:\n\n> bob@b.example\n\n-- Transcript --",
        "Permanent errors, these addresses failed:\n\n>>> bob@b.example <bob@b.example>",
        "Failed to deliver to the following:\n\n   * bob@b.example",
        "did not reach the following recipient(s):\n\nbob@b.example on Mon, 23 Nov 2026 08:00:00 +0000\n    Unknown",
        "  To:  everybody@b.example\n\ndid not reach:\n\nc=GB;a= ;p=B;o=East;dda:SMTP=bob@B.example; on Mon, 23 Nov",
        "Message could not be delivered.\n\tRecipient: [SMTP:bob@b.example]\n\tReason: 550 mailbox unavailable",
        "Undeliverable.\nError-for:  bob@b.example\nError-Text: looping",
        "It was not delivered.\nAsk postmaster@b.example if user bob (originally addressed to bob@b.example) is gone.",
        "Could not be delivered from support@acme.example.\nReason: local mailbox bob@b.example is unavailable.",
        "The user is unknown.\n\n--- Unsent message follows ---\nReceived: x\nTo: bob@b.example\n",
    ],
)
def test_who_was_not_reached_is_read_in_any_shape(text):
    """Marks before the address, X.400, or the only address that is neither the server's nor the reader's."""
    assert a_notice(text).recipient == "bob@b.example"


@pytest.mark.parametrize(
    "text",
    [
        "Nie udało się.\n\nbob@b.example\n#550 5.1.1 RESOLVER ##",
        "Ngomkhuba, akufikanga:\n\n  bob@b.example\n\n550-5.1.1 it does not exist",
        "Doručení se nezdařilo:\n\nbob@b.example\n\nno such user",
        "Levering mislykkedes:\n\nbob@b.example\n\nno such user",
        "Toimitus epäonnistui:\n\nbob@b.example\n\nno such user",
        "Bu alıcıya teslim edilemedi:\n\nbob@b.example\n\nno such user",
        "Не удалось выполнить доставку:\n\nbob@b.example\n\nno such user",
        "배달하지 못했습니다.\n\nbob@b.example\n\nno such user",
        "המסירה נכשלה:\n\nbob@b.example\n\nno such user",
        "您的邮件被退回（bob@b.example）\n\nno such user",
    ],
)
def test_notices_are_read_in_the_languages_of_the_world(text):
    """By their words, and in any language by the numbered answer that the server got."""
    bounce = a_notice(text)

    assert (bounce.action, bounce.status, bounce.recipient) == ("failed", "5.1.1", "bob@b.example")


def test_a_postmasters_own_words_are_no_bounce():
    """Of no mail and nobody in particular: a question about servers is one that somebody has to read."""
    view = a_view(text="Your server could not be reached from ours. Could you look?", sender="postmaster@b.example")

    assert find_bounce(view) is None


def test_of_several_addresses_none_is_guessed():
    """Advice to try another spelling names examples; the customer of one of them must not lose their mail."""
    assert a_notice("No such user. Where a.b@b.example fails, try a.x.b@b.example instead.").recipient is None


@pytest.mark.parametrize("sender", ["<>", "Mail Delivery System <>"])
def test_a_report_from_nobody_needs_no_right_type(sender):
    """Gateways write `From: <>` and call the whole multipart/mixed; a reason in words amounts to a status."""
    status = a_part("message/delivery-status", "Original-Recipient: <bob@b.example>\nAction: failed\n"
                    "Diagnostic-Code: smtp; 550 bob@b.example... No such user", "attachment")  # fmt: skip
    view = a_view(sender=sender, type_="multipart/mixed", parts=(a_part("text/plain", "It failed."), status))

    assert find_bounce(view) == Bounce("failed", "5.1.1", "bob@b.example", None)


def test_a_name_within_the_other_house_is_not_who_we_wrote_to():
    """A source route or a host without a domain is known there alone; the original recipient is ours."""
    report = a_report(
        "Original-Recipient: rfc822;bob@b.example\nFinal-Recipient: rfc822;@smtp.b.example:bob@store\n"
        "Action: failed\nStatus: 5.2.0"
    )

    bounce = find_bounce(report)

    assert bounce is not None
    assert bounce.recipient == "bob@b.example"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Your message could not be delivered to bob@b.example: mailbox full", "5.2.2"),
        ("Your message could not be delivered to bob@b.example: the user is over quota", "5.2.2"),
        ("Your message could not be delivered to bob@b.example: unknown host", "5.1.2"),
        ("Your message could not be delivered to bob@b.example: we do not like you", None),
        ("Your message could not be delivered to bob@b.example by Exim 4.94.2 on 5.6.7.8 at 10:00", None),
        ("Your message could not be delivered to bob@b.example (#5.7.1)", "5.7.1"),
        ("Your message could not be delivered to bob@b.example: mailfolder is full", "5.2.2"),
        ("Your message could not be delivered to bob@b.example, which is over its disk quota", "5.2.2"),
        ("Your message could not be delivered to bob@b.example: it would exceed the mailbox quota", "5.2.2"),
        ("<bob@b.example>: 送信できませんでした。メールボックスが一杯です。", "5.2.2"),
        ("Unable to deliver to <bob@b.example>: she doesn't have a b.example account", "5.1.1"),
        ("Undeliverable. Invalid final delivery userid: bob@b.example", "5.1.1"),
        ("An error has occurred while attempting to deliver: bob@b.example: domain does not exist", "5.1.2"),
    ],
)
def test_words_without_a_number_amount_to_one_or_to_none(text, status):
    """Versions and addresses of hosts are no status."""
    assert a_notice(text).status == status


@pytest.mark.parametrize(
    "text",
    [
        (
            "THIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\n"
            "Delivery to the following recipient has been delayed:\n\n     bob@b.example\n\nMessage will be retried"
        ),
        (
            "This message was created automatically by mail delivery software.\nA message that you have sent has not "
            "yet been delivered to one or more of its recipients after more than 24 hours on the queue.\n\n"
            "The address to which the message has not yet been delivered is:\n\n  bob@b.example\n"
        ),
        (
            "There was a temporary problem delivering to bob@b.example. We will retry for 46 more hours and tell you "
            "if the delivery fails permanently."
        ),
        "Warning: message still undelivered after 4 hours\nWill keep trying until it is 5 days old\n\n<bob@b.example>",
    ],
)
def test_a_delay_is_no_failure(text):
    """Gmail, Exim, sendmail: nobody needs to act yet."""
    bounce = a_notice(text)

    assert (bounce.action, bounce.recipient) == ("delayed", "bob@b.example")


def test_exims_header_names_who_failed():
    """Whatever the words are, and in whatever language."""
    bounce = a_notice("Något gick fel.", ("X-Failed-Recipients", "bob@B.example, eve@e.example"), sender="x@y.example")

    assert (bounce.action, bounce.recipient) == ("failed", "bob@b.example")


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ([], {"text": NOTICES["qmail"], "subject": "Fwd: failure notice"}),
        ([], {"text": "My mail to bob@b.example could not be delivered, 550 5.1.1. What now?"}),
        (
            [("Return-Path", "<>")],
            {"text": "I am away and could not be reached; my mailbox is full.", "subject": "Away"},
        ),
        (
            [],
            {
                "type_": "multipart/mixed",
                "parts": (
                    a_part("text/plain", "Look what I got"),
                    a_part("message/delivery-status", "Final-Recipient: rfc822;a@b.example\nAction: failed\n"),
                ),
            },
        ),
        (
            [("Return-Path", "<>")],
            {
                "type_": "multipart/report",
                "parameters": {"report-type": "disposition-notification"},
                "text": "Your message was deleted; it did not reach its reader.",
            },
        ),
        ([], {"sender": "postmaster@b.example", "text": "Welcome to our mail server."}),
    ],
)
def test_words_of_people_and_other_machines_are_no_bounce(headers, changes):
    """A forwarded notice, a question, an absence, a receipt: none of them stops a mail."""
    assert find_bounce(a_view(*headers, **changes)) is None


def test_a_notice_of_nobody_counts_if_its_subject_speaks_of_delivery():
    """Some servers write as System Administrator, without an envelope sender."""
    bounce = a_notice(
        NOTICES["exchange"],
        ("Return-Path", "<>"),
        sender="administrator@b.example",
        subject="Undeliverable: Your ticket",
    )

    assert bounce.recipient == "bob@b.example"


CORPUS = {
    "mail-gem/multipart_report_emails/multi_address_bounce1.eml": Bounce(
        "failed", "5.1.1", "bbbbvhvbbvkjbhfbvbvjhb@gmail.com", "<118707422.15521266992174819.JavaMail.root@lvmail01>"
    ),
    "mail-gem/multipart_report_emails/multi_address_bounce2.eml": Bounce(
        "failed", "5.1.1", "bbbbvhvbbvkjbhfbvbvjhb@gmail.com", "<118707422.15521266992174819.JavaMail.root@lvmail01>"
    ),
    "mail-gem/multipart_report_emails/multipart_report_multiple_status.eml": Bounce(
        "failed", "5.3.0", "u@ci.com", "<4c2a146147ac8_61ff157c4ec1652df@s.h.c.mail>"
    ),
    "mail-gem/multipart_report_emails/report_422.eml": Bounce(
        "delayed",
        "4.2.2",
        "fraser@oooooooo.com.au",
        "<15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au>",
    ),
    "mail-gem/multipart_report_emails/report_530.eml": Bounce(
        "failed", "5.3.0", "edwin@zzzzzzz.com", "<200712232303.lBNN3jDq002941@mail12.rrrr.com.au>"
    ),
    "mail-gem/mime_emails/raw_email_with_mimepart_without_content_type.eml": Bounce(
        "delayed",
        "4.5.0",
        "larose.julie@courrier.uqam.ca",
        "<89d7557c0610181510r6fa5ebd8n66a7deec71ade118@mail.gmail.com>",
    ),
    "mail-parser/mail_malformed_2": Bounce(
        "failed", "4.2.2", "abh@netpar.com.br", "<004801d1fc84$01c934ac$b247f0b7$@infospacemail.com>"
    ),
}


def test_the_bounces_of_the_corpus():
    """These and no other mail of it came back; each says automatic: bounce."""
    folder = os.environ.get("MAILD_CORPUS")
    if folder is None and not os.environ.get("CI"):
        pytest.skip("MAILD_CORPUS names no folder of mails")
    assert folder, "MAILD_CORPUS names no folder of mails, and CI does not do without"
    root = Path(folder)
    messages = {
        path.relative_to(root).as_posix(): parse(path.read_bytes()) for path in root.rglob("*") if path.is_file()
    }
    found = {name: message.bounce for name, message in messages.items() if message.bounce is not None}

    assert found == CORPUS
    assert {messages[name].automatic for name in CORPUS} == {"bounce"}


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=100))
def test_any_report_is_read_or_not(status, returned, words):
    """Nothing raises."""
    find_bounce(a_report(status, returned=returned))
    find_bounce(a_view(text=words, sender="mailer-daemon@x.example"))


@pytest.mark.parametrize(
    "text", ["<" * 60_000, "a@" * 30_000, "\n" * 60_000, "deliver to " * 6_000, "- " * 30_000, "a" * 60_000]
)
def test_hostile_reports_are_read_quickly(text):
    """Each piece of them is looked at a bounded number of times: this ends."""
    find_bounce(a_report(text, returned=text))
    find_bounce(a_view(text=text, sender="mailer-daemon@x.example", subject="Undeliverable"))
