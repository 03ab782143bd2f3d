"""What every test of the relay needs."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from maild.config import RelayConfig
from maild.model.outgoing import DueMail, Offered
from maild.smtp import Relay

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WIRE = (
    b"From: desk@acme.example\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\n"
    b"Subject: hello\r\n\r\nwords\r\n"
)


def a_mail(
    recipient: str = "bob@x.example", sender: str = "desk@acme.example", wire: bytes = WIRE, id_: int = 1
) -> DueMail:
    return DueMail(
        id=id_,
        claim="claim",
        token="token",
        recipient=recipient,
        envelope_from=sender,
        relay="main",
        attempts=0,
        doubts=0,
        created_at=NOW,
        expires_at=NOW + timedelta(days=5),
        wire=wire,
    )


async def send(channel: Relay, id_: int = 1) -> object:
    """Offer a mail and hand it over, as far as the server lets it go."""
    mail = a_mail(id_=id_)
    offered = await channel.offer(mail)
    return await channel.hand_over(mail) if isinstance(offered, Offered) else offered


@pytest.fixture
async def relay_to() -> AsyncIterator[Callable[..., Relay]]:
    """Make relays that are closed after the test."""
    relays: list[Relay] = []

    def make(settings: RelayConfig, password: str = "secret") -> Relay:
        relays.append(Relay(settings, lambda: password))
        return relays[-1]

    yield make
    for relay in relays:
        await relay.close()
