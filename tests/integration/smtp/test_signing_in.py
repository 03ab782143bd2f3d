"""TLS and the sign-in: nothing is said to the wrong server, in clear text, or twice."""

import ssl
from collections.abc import Callable

import pytest

from maild.errors import RelayRefusedError, RelayUnavailableError
from maild.model.outgoing import Accepted, Refused
from maild.smtp import Relay
from tests.fakes.smtp import Act, FakeSmtp, reply
from tests.fakes.wire import cut
from tests.integration.smtp.conftest import a_mail, send
from tests.servers.accounts import relay_at

Relays = Callable[..., Relay]


@pytest.mark.parametrize(
    ("offered", "used"), [("AUTH PLAIN LOGIN CRAM-MD5", "PLAIN"), ("AUTH CRAM-MD5 LOGIN", "LOGIN")]
)
async def test_one_way_of_signing_in_is_tried_once(offered: str, used: str, relay_to: Relays) -> None:
    """A wrong password tried three ways would lock the account."""
    with FakeSmtp(extensions=(offered,)) as server:
        server.plan("AUTH", reply("535 5.7.8 no"))
        with pytest.raises(RelayRefusedError):
            await relay_to(relay_at(server)).offer(a_mail())
        assert [line.split()[1] for line in server.heard if line.startswith("AUTH")] == [used]


async def test_a_relay_without_a_way_to_sign_in_is_for_a_person(relay_to: Relays) -> None:
    """Where a password is set and the server takes none, mail does not go out unsigned-in."""
    with FakeSmtp(extensions=("AUTH GSSAPI",)) as server:
        with pytest.raises(RelayRefusedError, match="password"):
            await relay_to(relay_at(server)).offer(a_mail())
        assert not [line for line in server.heard if line.startswith("MAIL")]


async def test_a_relay_without_a_user_is_not_signed_in_to(relay_to: Relays) -> None:
    """No user: no password is asked for."""
    with FakeSmtp() as server:
        assert isinstance(await send(relay_to(relay_at(server, user=None))), Accepted)
        assert not [line for line in server.heard if line.startswith("AUTH")]


@pytest.mark.parametrize(
    "act",
    [
        None,
        reply("454 not now"),
        reply("502 what"),
        cut,
        reply("220 begin", "250 injected"),
        reply("220 begin", "no TLS"),
    ],
    ids=["not offered", "454", "502", "cut", "injected words", "no TLS"],
)
async def test_starttls_that_fails_never_goes_on_in_clear_text(act: Act | None, relay_to: Relays) -> None:
    """Without TLS neither the password nor a mail is said."""
    with FakeSmtp(extensions=("STARTTLS", "AUTH PLAIN") if act else ("AUTH PLAIN",)) as server:
        if act:
            server.plan("STARTTLS", act)
        with pytest.raises((RelayRefusedError, RelayUnavailableError)):
            await relay_to(relay_at(server, tls="starttls")).offer(a_mail())
        assert not [line for line in server.heard if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_for_another_name_is_refused(
    tls: str, relay_to: Relays, server_context: ssl.SSLContext
) -> None:
    """A trusted authority is not enough: the certificate must be for the host that was meant."""
    server = FakeSmtp(context=server_context, is_implicit=tls == "implicit", host="127.0.0.2")
    with server, pytest.raises(RelayRefusedError, match="certificate"):
        await relay_to(relay_at(server, tls=tls)).offer(a_mail())


async def test_offers_made_before_tls_do_not_count(relay_to: Relays, server_context: ssl.SSLContext) -> None:
    """What a server can is what it says inside TLS."""
    with FakeSmtp(extensions=("AUTH PLAIN",), context=server_context) as server:
        server.plan("EHLO", reply("250-fake", "250-STARTTLS", "250 SMTPUTF8"))
        channel = relay_to(relay_at(server, tls="starttls"))
        assert isinstance(await channel.offer(a_mail("jürgen@x.example")), Refused)
