"""From nothing to a signed-in SMTP session, and whether an old one can be used again."""

import re
import select
import socket
import ssl
from collections.abc import Callable
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP, SMTPResponse, SMTPServerDisconnected

from maild.config import RelayConfig
from maild.errors import RelayRefusedError, RelayUnavailableError

CONNECT_SECONDS: Final = 60.0
COMMAND_SECONDS: Final = 300.0  # RFC 5321, 4.5.3.2
FAULTS: Final = (aiosmtplib.SMTPException, OSError, ValueError)
SUCCESS: Final = range(200, 300)
FOR_NOW: Final = range(400, 500)
FOR_GOOD: Final = range(500, 600)
FULL_NAME: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
KEEPALIVE: Final = (  # the kernel finds a dead peer during the ten minutes at the dot
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)


async def open_session(settings: RelayConfig, secret: Callable[[], str]) -> SMTP:
    """Connect, verify, begin TLS as the settings demand, and sign in once.

    Raises RelayUnavailableError for what passes and RelayRefusedError for what a person must mend.
    """
    where = f"{settings.host}:{settings.port}"
    client = SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.tls == "implicit",
        start_tls=settings.tls == "starttls",
        tls_context=None if settings.tls == "none" else ssl.create_default_context(),
        local_hostname=_own_name(),
        timeout=COMMAND_SECONDS,
    )
    try:
        await client.connect(timeout=CONNECT_SECONDS)
        bare: socket.socket = client.get_transport_info("socket")
        for level, option, value in KEEPALIVE:
            bare.setsockopt(level, option, value)
        await client.ehlo()
        if settings.user:
            await _sign_in(client, where, settings.user, secret())
    except FAULTS as error:
        client.close()
        raise failure(where, error) from error
    except BaseException:
        client.close()
        raise
    return client


async def is_fresh(client: SMTP) -> bool:
    """Check that a connection can be used again."""
    try:
        reply = await say(client, b"RSET")
    except FAULTS:
        return False
    return reply.code in SUCCESS


async def say(client: SMTP, *words: bytes) -> SMTPResponse:
    """Say a command on a connection in step, and read its answer."""
    check_silence(client)
    return await client.execute_command(*words)


def check_silence(client: SMTP) -> None:
    """Raise SMTPServerDisconnected unless the connection is alive and silent.

    A line that nobody asked for would be taken for the next answer, and the mail's own answer for the next mail's.
    """
    if client.protocol is None or not client.is_connected:
        raise SMTPServerDisconnected("the connection is gone")
    poll = select.poll()
    poll.register(client.get_transport_info("socket").fileno(), select.POLLIN)
    # The library keeps what followed an answer in the same packet where no public door leads.
    if client.protocol._buffer or poll.poll(0):  # noqa: SLF001
        raise SMTPServerDisconnected("the server spoke out of turn")


async def _sign_in(client: SMTP, where: str, user: str, password: str) -> None:
    """Sign in by one way only: a wrong password tried three ways locks the account."""
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    for name, way in ways.items():
        if name in client.server_auth_methods:
            await way(user, password)
            return
    raise RelayRefusedError(f"{where} offers no sign-in by password on this connection")


def failure(where: str, error: Exception) -> RelayRefusedError | RelayUnavailableError:
    """Tell what a person must mend from what passes."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    match cause, error:
        case ssl.SSLCertVerificationError(verify_message=why), _:
            return RelayRefusedError(f"{where} shows a certificate we cannot trust: {why}")
        case ((ssl.SSLEOFError() | ssl.SSLZeroReturnError()), _):
            return RelayUnavailableError(f"{where} hung up while TLS was begun")
        case ssl.SSLError(reason=why), _:
            return RelayRefusedError(f"{where} cannot do TLS with us: {why}")
        case _, aiosmtplib.SMTPResponseException(code=code, message=words):
            is_final = code in FOR_GOOD
            kind = RelayRefusedError if is_final else RelayUnavailableError
            return kind(f"{where}: {code} {said(words)}")
        case _, OSError():
            return RelayUnavailableError(f"{where}: {error}")
        case _:  # the library's words for a server without STARTTLS, or for one that talks nonsense in TLS
            return RelayRefusedError(f"{where}: {error}")


def said(words: str) -> str:
    """Put a server's words on one line."""
    return " ".join(words.split())


def spoken(reply: SMTPResponse) -> str:
    """Quote an answer, on one line."""
    return f"{reply.code} {said(reply.message)}"


def _own_name() -> str:
    """Name ourselves without asking a DNS that may hang: a full host name, else an address literal."""
    name = socket.gethostname()
    return name if FULL_NAME.fullmatch(name) else "[127.0.0.1]"
