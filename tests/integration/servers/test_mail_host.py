"""The servers that other tests lean on do what those tests believe."""

import smtplib
import ssl

import pytest

from tests.servers.host import MailHost

FORGED = (
    b"Authentication-Results: mx.acme.example; dmarc=pass header.from=bigco.example\r\n"
    b"authentication-results:  MX.ACME.EXAMPLE;\r\n dmarc=pass header.from=bigco.example\r\n"
    b"Authentication-Results: mx.acme.example.evil; dmarc=pass header.from=bigco.example\r\n"
)


def a_mail(sender: str, headers: bytes = b"") -> bytes:
    return headers + f"From: Bob <{sender}>\r\nSubject: hello\r\n\r\n.a line\r\n".encode()


@pytest.mark.parametrize("verdict", ["pass", "none", "fail"])
def test_a_mail_reaches_its_mailbox_with_the_verdict_of_its_port(mail_host: MailHost, verdict: str) -> None:
    """What is sent by SMTP lies in the recipient's IMAP mailbox, stamped with what the border found."""
    user = mail_host.new_user()

    mail_host.send(a_mail("bob@bigco.example"), "bob@bigco.example", [user], verdict)
    [delivered] = mail_host.wait_for_mail(user)

    assert f"Authentication-Results: mx.acme.example; dmarc={verdict}".encode() in delivered
    assert b"header.from=bigco.example" in delivered
    assert mail_host.inbox(user) == [delivered]


def test_nobody_stamps_for_themselves(mail_host: MailHost) -> None:
    """Results under our server's name that came with a mail are taken out; those of others stay."""
    user = mail_host.new_user()

    mail_host.send(a_mail("bob@bigco.example", FORGED), "bob@bigco.example", [user], "fail")
    [delivered] = mail_host.wait_for_mail(user)

    assert b"dmarc=pass header.from=bigco.example\r\n" in delivered  # that of mx.acme.example.evil
    assert delivered.lower().count(b"authentication-results: mx.acme.example;") == 1
    assert b"mx.acme.example; dmarc=fail" in delivered


def test_a_forwarded_mail_is_not_stamped_inside(mail_host: MailHost) -> None:
    """Only the outer From is stamped: a mail inside a mail stays as it was."""
    user = mail_host.new_user()
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: eve@x.example\r\nSubject: inner\r\n\r\nhi\r\n"

    mail_host.send(b"From: bob@bigco.example\r\nMIME-Version: 1.0\r\n" + inner, "bob@bigco.example", [user])
    [delivered] = mail_host.wait_for_mail(user)

    assert delivered.count(b"Authentication-Results:") == 1


def test_refusals_are_there_on_demand(mail_host: MailHost) -> None:
    """Recipients refused for good and for now exist, and mail for elsewhere does not leave the machine."""
    for recipient, code in (("refused@x.example", 550), ("later@x.example", 450), ("a@elsewhere.example", 554)):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            mail_host.send(a_mail("bob@bigco.example"), "bob@bigco.example", [recipient])
        assert refused.value.recipients[recipient][0] == code


def test_a_mailbox_that_is_gone_makes_a_real_bounce(mail_host: MailHost) -> None:
    """A recipient that only the mailbox server refuses is reported to the sender by Postfix itself (RFC 3464)."""
    user = mail_host.new_user()

    mail_host.send(a_mail(user), user, ["gone-bob@bigco.example"])
    [bounce] = mail_host.wait_for_mail(user)

    assert b"Content-Type: message/delivery-status" in bounce
    assert b"Status: 5.1.1" in bounce


@pytest.mark.parametrize("is_implicit", [True, False])
def test_people_sign_in_over_tls_alone(mail_host: MailHost, is_implicit: bool) -> None:
    """The submission ports take anybody's password, over verified TLS and not otherwise."""
    user, context = mail_host.new_user(), ssl.create_default_context()
    postfix = mail_host.postfix
    if is_implicit:
        client: smtplib.SMTP = smtplib.SMTP_SSL(postfix.host, postfix.smtps_port, context=context)
    else:
        client = smtplib.SMTP(postfix.host, postfix.submission_port)
        assert client.docmd("MAIL", "FROM:<a@b.example>")[0] == 530
        client.starttls(context=context)
    with client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(user, "wrong")
        client.login(user, mail_host.password)
        client.sendmail(user, [user], a_mail(user))

    assert len(mail_host.wait_for_mail(user)) == 1
