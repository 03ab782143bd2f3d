"""One signed-in SMTP session: from nothing to it, its commands in step, and its end."""

import asyncio
import contextlib
import re
import select
import socket
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPResponse, SMTPServerDisconnected

from maild.apart import begin_apart
from maild.config import RelayConfig, Secret
from maild.errors import MaildError, RelayRefusedError, RelayUnavailableError

CONNECT_SECONDS: Final = 60.0
COMMAND_SECONDS: Final = 300.0  # RFC 5321, 4.5.3.2
GOODBYE_SECONDS: Final = 1.0
FAULTS: Final = (aiosmtplib.SMTPException, OSError, ValueError)
SUCCESS: Final = range(200, 300)
FOR_GOOD: Final = range(500, 600)
FULL_NAME: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
KEEPALIVE: Final = (  # the kernel finds a dead peer during the ten minutes at the dot
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)


class Session:
    """A connection that is signed in. Its methods raise what `FAULTS` names; after that, only `hang_up` is of use."""

    def __init__(self, client: SMTP) -> None:
        transport, protocol = client.transport, client.protocol
        if protocol is None or not isinstance(transport, asyncio.Transport):
            raise SMTPServerDisconnected("the connection is gone")
        self._client = client
        self._protocol = protocol
        # The library forgets its transport when it closes gently, which over TLS may take half a minute.
        self._transport = transport
        self.socket: socket.socket = transport.get_extra_info("socket")
        for level, option, value in KEEPALIVE:
            self.socket.setsockopt(level, option, value)

    @property
    def extensions(self) -> Mapping[str, str]:
        """What the server offers, in lower case, with what it says about each."""
        return self._client.esmtp_extensions

    @property
    def tls(self) -> str:
        """The version of TLS; empty in clear text."""
        wrapped = self._transport.get_extra_info("ssl_object")
        return (wrapped.version() or "") if isinstance(wrapped, ssl.SSLObject) else ""

    async def say(self, *words: bytes) -> SMTPResponse:
        """Say a command, and read its answer."""
        self.check_silence()
        return await self._client.execute_command(*words)

    async def send(self, lines: bytes, seconds: float) -> SMTPResponse:
        """Send a message with its dot, and read the answer. After DATA and its 354 only."""
        self._protocol.write(lines)
        return await self._protocol.read_response(timeout=seconds)

    def check_silence(self) -> None:
        """Raise SMTPServerDisconnected unless the connection is alive and silent.

        A line that nobody asked for would be taken for the next answer, and the mail's own answer for the next mail's.
        """
        if not self._client.is_connected:
            raise SMTPServerDisconnected("the connection is gone")
        poll = select.poll()
        poll.register(self.socket.fileno(), select.POLLIN)
        # The library keeps what followed an answer in the same packet where no public door leads.
        if self._protocol._buffer or poll.poll(0):  # noqa: SLF001
            raise SMTPServerDisconnected("the server spoke out of turn")

    async def is_fresh(self) -> bool:
        """Check by RSET that the session can be used again."""
        try:
            reply = await self.say(b"RSET")
        except FAULTS:
            return False
        return reply.code in SUCCESS

    async def end(self) -> None:
        """Say QUIT and hang up; a server that does not answer is not waited for."""
        try:
            await self._client.execute_command(b"QUIT", timeout=GOODBYE_SECONDS)
        except FAULTS:
            pass
        finally:
            self.hang_up()
        await asyncio.sleep(0)  # the loop closes the socket in its next turn

    def hang_up(self) -> None:
        """Close without a word."""
        self._client.close()
        self._transport.abort()


async def open_session(settings: RelayConfig, secret: Secret) -> Session:
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
    session = None
    try:
        await client.connect(timeout=CONNECT_SECONDS)
        session = Session(client)
        await client.ehlo()
        if settings.user and settings.auth:
            await _sign_in_by_token(client, where, settings.user, secret)
        elif settings.user:
            await _sign_in(client, where, settings.user, await _ask(secret))
    except BaseException as error:
        if session:
            session.hang_up()
        client.close()
        await asyncio.sleep(0)
        if isinstance(error, FAULTS):
            raise _failure(where, error) from error
        raise
    return session


async def _sign_in(client: SMTP, where: str, user: str, password: str) -> None:
    """Sign in by one way only: a wrong password tried three ways locks the account."""
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    for name, way in ways.items():
        if name in client.server_auth_methods:
            await way(user, password)
            return
    raise RelayRefusedError(f"{where} offers no sign-in by password on this connection")


async def _sign_in_by_token(client: SMTP, where: str, user: str, secret: Secret) -> None:
    """Sign in by XOAUTH2; a token that is refused for good is renewed, once."""
    if "xoauth2" not in client.server_auth_methods:
        raise RelayRefusedError(f"{where} offers no sign-in by OAuth 2 (XOAUTH2) on this connection")
    token = await _ask(secret)
    try:
        await client.auth_xoauth2(user, token)
    except SMTPAuthenticationError as error:
        if error.code not in FOR_GOOD:
            raise
        await _sign_in_by_next_token(client, user, token, secret)


async def _sign_in_by_next_token(client: SMTP, user: str, refused: str, secret: Secret) -> None:
    token = await _ask(partial(secret, refused))
    try:
        await client.auth_xoauth2(user, token)
    except SMTPAuthenticationError as error:
        if error.code in FOR_GOOD:
            # It is not asked for a third: this is how it learns of the second.
            with contextlib.suppress(MaildError):
                await _ask(partial(secret, token))
        raise


async def _ask(secret: Callable[[], str]) -> str:
    """Ask for a secret apart: a program or a provider may have to be waited for."""
    return await asyncio.wrap_future(begin_apart(secret, "secret"))


def _failure(where: str, error: Exception) -> RelayRefusedError | RelayUnavailableError:
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
            kind = RelayRefusedError if code in FOR_GOOD else RelayUnavailableError
            return kind(f"{where}: {code} {said(words)}")
        case _, OSError():
            return RelayUnavailableError(f"{where}: {error}")
        case _:  # the library's words for a server without STARTTLS
            return RelayRefusedError(f"{where}: {error}")


def said(words: str) -> str:
    """Put a server's words on one line."""
    return " ".join(words.split())


def _own_name() -> str:
    """Name ourselves without asking a DNS that may hang: a full host name, else an address literal."""
    name = socket.gethostname()
    return name if FULL_NAME.fullmatch(name) else "[127.0.0.1]"
