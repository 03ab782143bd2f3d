"""What is said to a relay, and that nothing else can be made to be said."""

from collections.abc import Callable

import pytest

from maild.model.outgoing import Accepted, Offered, Refused
from maild.smtp import Relay
from tests.fakes.smtp import EXTENSIONS, FakeSmtp
from tests.integration.smtp.conftest import WIRE, a_mail
from tests.servers.accounts import relay_at

Relays = Callable[..., Relay]


@pytest.mark.parametrize(
    "address",
    [
        "victim@y.example <evil@z.example>",
        "<bob@x.example>",
        "bob@x.example>",
        "bob@x.example\r\nDATA",
        "bob@x.example NOTIFY=NEVER",
        "bob\x00@x.example",
        "bob\x85@x.example",
        "bob@x\u2028.example",
        "bob@",
        "bob",
        "@x.example",
        "a,b@x.example",
        "a@b@x.example",
        '"a\r\nb"@x.example',
        '"a<b"@x.example',
        "bob@x example",
        "bob@-x.example",
        "bob@a\uff20b.example",
        "bob@xn--a.bücher.example",
        "bob@bücher\u202e.example",
        "bob@bücher..example",
        "bob@" + "x" * 300,
    ],
)
async def test_an_address_that_says_more_than_an_address_is_refused(address: str, relay_to: Relays) -> None:
    """Nothing of it reaches the wire, as recipient or as sender, and nothing else is written to instead."""
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        assert isinstance(await channel.offer(a_mail(address)), Refused)
        assert isinstance(await channel.offer(a_mail(sender=address)), Refused)
        assert server.heard == []


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("bob@x.example", "<bob@x.example>"),
        ("bob+tag=1@x.example", "<bob+tag=1@x.example>"),
        ("o'brien{}@x.example", "<o'brien{}@x.example>"),
        ('"a b"@x.example', '<"a b"@x.example>'),
        ('"a@b"@x.example', '<"a@b"@x.example>'),
        ("bob@[127.0.0.1]", "<bob@[127.0.0.1]>"),
        ("bob@bücher.example", "<bob@xn--bcher-kva.example>"),
        ("bob@BÜCHER.example", "<bob@xn--bcher-kva.example>"),
        ("bob@faß.example", "<bob@xn--fa-hia.example>"),
        ("bob@βόλος.example", "<bob@xn--nxasmm1c.example>"),
        ("боб@пример.example", "<боб@xn--e1afmkfd.example>"),
    ],
)
async def test_an_address_is_said_as_it_is(address: str, path: str, relay_to: Relays) -> None:
    """Unusual addresses are written unchanged; domains of other alphabets in their ASCII form."""
    with FakeSmtp() as server:
        await send_to(relay_to(relay_at(server)), address)
        [rcpt] = [line for line in server.heard if line.startswith("RCPT")]
        assert rcpt == f"RCPT TO:{path}"


async def send_to(channel: Relay, address: str) -> object:
    return await channel.offer(a_mail(address))


async def test_without_smtputf8_an_address_beyond_ascii_is_refused(relay_to: Relays) -> None:
    """A server that cannot carry the address gets no question marks instead; an ASCII local part needs nothing."""
    with FakeSmtp(extensions=("8BITMIME", "AUTH PLAIN")) as server:
        channel = relay_to(relay_at(server))
        assert isinstance(await channel.offer(a_mail("jürgen@x.example")), Refused)
        assert await channel.offer(a_mail("bob@bücher.example")) == Offered()


@pytest.mark.parametrize(
    ("extensions", "wire", "parameters"),
    [
        (EXTENSIONS, WIRE, f" SIZE={len(WIRE)}"),
        (EXTENSIONS, b"X: y\r\n\r\n\xff\r\n", " SIZE=11 BODY=8BITMIME"),
        (("AUTH PLAIN",), b"X: y\r\n\r\n\xff\r\n", ""),
    ],
)
async def test_parameters_follow_what_the_server_offers(
    extensions: tuple[str, ...], wire: bytes, parameters: str, relay_to: Relays
) -> None:
    """Size and eight bits are announced where the server understands it."""
    with FakeSmtp(extensions=extensions) as server:
        await relay_to(relay_at(server)).offer(a_mail(wire=wire))
        assert f"MAIL FROM:<desk@acme.example>{parameters}" in server.heard


async def test_bare_line_ends_smuggle_nothing(relay_to: Relays) -> None:
    """A message that contains a bare LF, a dot and commands is still one message."""
    wire = b"Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@x.example>\r.\r\nend"
    with FakeSmtp() as server:
        channel = relay_to(relay_at(server))
        mail = a_mail(wire=wire)
        await channel.offer(mail)
        assert isinstance(await channel.hand_over(mail), Accepted)
        [taken] = server.taken
        assert taken.raw == b"Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@x.example>\r\n.\r\nend\r\n"
