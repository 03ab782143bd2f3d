"""XOAUTH2: a token instead of a password, renewed once."""

import asyncio
import base64
import threading
import time
from collections.abc import AsyncIterator

import pytest

from maild.config import Secret
from maild.errors import RelayRefusedError, RelayUnavailableError
from maild.model.outgoing import Accepted
from maild.smtp import Relay
from tests.fakes.smtp import Act, FakeSmtp, reply
from tests.fakes.wire import Talk
from tests.integration.imap.test_tokens import AUTH, Tokens
from tests.integration.smtp.conftest import a_mail, send
from tests.servers.accounts import relay_at

OFFERED = ("AUTH LOGIN XOAUTH2",)
REFUSED = "535 5.7.3 Authentication unsuccessful"


def no(last: str) -> Act:
    """Say why not as a challenge, and want the empty answer before the end."""

    def act(talk: Talk, _line: str) -> None:
        talk.say("334 " + base64.b64encode(b'{"status":"401"}').decode())
        assert talk.hear() == ""
        talk.say(last)

    return act


@pytest.fixture
async def server() -> AsyncIterator[FakeSmtp]:
    with FakeSmtp(extensions=OFFERED) as fake:
        yield fake


def relay_by(server: FakeSmtp, tokens: Secret) -> Relay:
    return Relay(relay_at(server, password_file=None, auth=AUTH), tokens)


async def test_a_token_that_is_refused_is_renewed_once(server: FakeSmtp) -> None:
    """The mail goes by the second; the password's way is not tried."""
    server.plan("AUTH", no(REFUSED))
    relay = relay_by(server, tokens := Tokens())
    assert isinstance(await send(relay), Accepted)
    await relay.close()
    asked = [line.split() for line in server.heard if line.startswith("AUTH")]
    assert [way for _, way, _ in asked] == ["XOAUTH2"] * 2
    assert base64.b64decode(asked[1][2]) == b"user=desk@acme.example\x01auth=Bearer token-2\x01\x01"
    assert tokens.refused == ["token-1"]


async def test_two_refused_tokens_are_for_a_person(server: FakeSmtp) -> None:
    """There is no third try, and no token is in the words."""
    server.plan("AUTH", no(REFUSED), no(REFUSED))
    with pytest.raises(RelayRefusedError, match=r"5\.7\.3") as caught:
        await relay_by(server, tokens := Tokens()).offer(a_mail())
    assert tokens.refused == ["token-1", "token-2"]
    assert "token-" not in str(caught.value)


async def test_a_no_that_passes_renews_nothing(server: FakeSmtp) -> None:
    """454 says nothing of the token."""
    server.plan("AUTH", reply("454 4.7.0 Temporary authentication failure"))
    with pytest.raises(RelayUnavailableError):
        await relay_by(server, tokens := Tokens()).offer(a_mail())
    assert tokens.refused == []


async def test_a_server_without_xoauth2_gets_no_token() -> None:
    """Neither by XOAUTH2 nor as a password."""
    with FakeSmtp(extensions=("AUTH PLAIN LOGIN",)) as server:
        with pytest.raises(RelayRefusedError, match="offers no sign-in by OAuth 2"):
            await relay_by(server, Tokens()).offer(a_mail())
        assert not any(line.startswith("AUTH") for line in server.heard)


def test_a_secret_that_hangs_holds_no_end() -> None:
    """A provider that does not answer is not waited for when the day is over."""
    asked, answered = threading.Event(), threading.Event()

    def hang(_refused: str | None = None) -> str:
        asked.set()
        answered.wait(30)
        return "too late"

    async def give_up(server: FakeSmtp) -> None:
        offering = asyncio.create_task(relay_by(server, hang).offer(a_mail()))
        await asyncio.to_thread(asked.wait)
        offering.cancel()
        await asyncio.gather(offering, return_exceptions=True)

    begun = time.monotonic()
    with FakeSmtp(extensions=OFFERED) as server:
        asyncio.run(give_up(server))
        took = time.monotonic() - begun
        answered.set()
    assert took < 5
