"""The relay's door on a real server: what is handed over arrives, byte for byte, and refusals are told apart."""

from collections.abc import Callable

import pytest

from maild.errors import RelayRefusedError, RelayUnavailableError
from maild.model.outgoing import Accepted, Deferred, Offered, Refused
from maild.smtp import Relay
from tests.integration.smtp.conftest import WIRE, a_mail
from tests.servers.accounts import relay_at
from tests.servers.host import MailHost
from tests.servers.loopback import free_ports

Relays = Callable[..., Relay]


@pytest.mark.parametrize(("tls", "port"), [("starttls", "submission_port"), ("implicit", "smtps_port")])
async def test_a_mail_goes_over_verified_tls(mail_host: MailHost, relay_to: Relays, tls: str, port: str) -> None:
    """Signed in over TLS, a mail is offered, handed over and accepted, with the server's own words kept."""
    user = mail_host.new_user("bigco.example")
    settings = relay_at(mail_host.postfix, tls=tls, port=getattr(mail_host.postfix, port))
    relay = relay_to(settings, mail_host.password)

    assert await relay.offer(a_mail(user)) == Offered()
    outcome = await relay.hand_over(a_mail(user))

    assert isinstance(outcome, Accepted)
    assert "queued as" in outcome.reply
    [delivered] = mail_host.wait_for_mail(user)
    assert delivered.endswith(WIRE)


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n..\r\n.dot\r\n",
        b"From here\r\n",
        b"x" * 998 + b"\r\n",
        b"\r\n" * 5,
        b"l\xc3\xb6we\r\n",
        b"." * 3_000_000 + b"\r\n",
    ],
    ids=["dots", "From", "long line", "empty lines", "8-bit", "3 MB"],
)
async def test_the_body_arrives_as_it_was_written(mail_host: MailHost, relay_to: Relays, body: bytes) -> None:
    """Dots, long lines and eight bits go through; the bytes after our headers are the same."""
    user = mail_host.new_user("bigco.example")
    relay = relay_to(relay_at(mail_host.postfix), mail_host.password)
    body = body if len(body) < 10_000 else b"\r\n".join(body[start : start + 70] for start in range(0, len(body), 70))
    mail = a_mail(user, wire=b"From: desk@acme.example\r\n\r\n" + body)

    await relay.offer(mail)
    assert isinstance(await relay.hand_over(mail), Accepted)

    [delivered] = mail_host.wait_for_mail(user)
    assert delivered.partition(b"\r\n\r\n")[2] == body


async def test_one_connection_carries_many_mails_and_a_refusal_between(mail_host: MailHost, relay_to: Relays) -> None:
    """After a mail, and after a refused one, the connection is used again, and each mail has its own outcome."""
    relay = relay_to(relay_at(mail_host.postfix), mail_host.password)
    users = [mail_host.new_user("bigco.example") for _ in range(3)]

    for number, recipient in enumerate([users[0], "refused@x.example", users[1], "later@x.example", users[2]]):
        mail = a_mail(recipient, id_=number)
        match await relay.offer(mail):
            case Offered():
                assert isinstance(await relay.hand_over(mail), Accepted)
            case Refused(reason):
                assert (recipient, reason) == ("refused@x.example", reason)
                assert "5.1.1" in reason
            case Deferred(reason):
                assert (recipient, reason) == ("later@x.example", reason)
                assert "4.2.0" in reason

    for user in users:
        assert len(mail_host.wait_for_mail(user)) == 1
    connections = mail_host.postfix.log().count("sasl_username=desk@acme.example")
    assert connections >= 3


async def test_the_null_sender_is_written_as_such(mail_host: MailHost, relay_to: Relays) -> None:
    """A mail with an empty envelope sender cannot come back."""
    user = mail_host.new_user("bigco.example")
    relay = relay_to(relay_at(mail_host.postfix), mail_host.password)

    await relay.offer(a_mail(user, sender=""))
    await relay.hand_over(a_mail(user, sender=""))

    [delivered] = mail_host.wait_for_mail(user)
    assert delivered.startswith(b"Return-Path: <>\r\n")


async def test_an_address_of_another_alphabet_is_written_to(mail_host: MailHost, relay_to: Relays) -> None:
    """A local part beyond ASCII goes by SMTPUTF8 where the server has it."""
    user = "jürgen." + mail_host.new_user("bigco.example")
    relay = relay_to(relay_at(mail_host.postfix), mail_host.password)

    assert await relay.offer(a_mail(user)) == Offered()
    assert isinstance(await relay.hand_over(a_mail(user)), Accepted)

    assert len(mail_host.wait_for_mail(user)) == 1


async def test_a_wrong_password_is_for_a_person(mail_host: MailHost, relay_to: Relays) -> None:
    """535 stops the queue; the password is tried one time and not by every way that the server offers."""
    before = mail_host.postfix.log().count("authentication failed")
    relay = relay_to(relay_at(mail_host.postfix), "wrong")

    with pytest.raises(RelayRefusedError, match="535"):
        await relay.offer(a_mail())
    assert mail_host.postfix.log().count("authentication failed") == before + 1


async def test_a_relay_that_wants_a_password_and_gets_none_is_for_a_person(
    mail_host: MailHost, relay_to: Relays
) -> None:
    """Without a user the server's 554 to an outsider is the mail's; a border port takes local mail without one."""
    relay = relay_to(relay_at(mail_host.postfix, tls="none", user=None, port=mail_host.postfix.ports["pass"]))

    assert await relay.offer(a_mail("somebody@elsewhere.example")) == Refused(
        "554 5.7.1 <somebody@elsewhere.example>: Relay access denied"
    )


async def test_an_unknown_authority_is_refused(
    mail_host: MailHost, relay_to: Relays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No password is said to a server whose certificate nobody we trust has signed."""
    monkeypatch.delenv("SSL_CERT_FILE")
    for tls, port in (("starttls", mail_host.postfix.submission_port), ("implicit", mail_host.postfix.smtps_port)):
        with pytest.raises(RelayRefusedError, match="certificate"):
            await relay_to(relay_at(mail_host.postfix, tls=tls, port=port)).offer(a_mail())


async def test_a_closed_port_is_unavailable(mail_host: MailHost, relay_to: Relays) -> None:
    [port] = free_ports(1)
    with pytest.raises(RelayUnavailableError):
        await relay_to(relay_at(mail_host.postfix, port=port)).offer(a_mail())
