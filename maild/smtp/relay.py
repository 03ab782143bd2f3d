"""MAIL, RCPT, and then, apart, DATA to the answer to the final dot.

The steps are driven one by one, because the store records "handing over" between RCPT and DATA. Until the first byte of
the message is on the wire every failure is definite; after it, only an answer of the server is, its absence is doubt.

One object is one connection, opened when needed and used again after RSET. Any exception closes it: a connection on
which an answer went missing would give the next mail this mail's answer.

BUGS
    A relay that takes a mail and dies before it says so gets the same bytes once more.
"""

import contextlib
from collections.abc import Callable
from typing import Final

from aiosmtplib import SMTP, SMTPResponse, SMTPServerDisconnected

from maild.config import RelayConfig
from maild.errors import RelayRefusedError
from maild.model.outgoing import Accepted, Deferred, DueMail, InDoubt, Offered, Refused
from maild.smtp.envelope import Path, choose_options, parse_path, stuff
from maild.smtp.session import (
    FAULTS,
    FOR_GOOD,
    FOR_NOW,
    SUCCESS,
    check_silence,
    is_fresh,
    open_session,
    said,
    say,
    spoken,
)

DOT_SECONDS: Final = 600.0  # RFC 5321, 4.5.3.2.6: a shorter patience makes duplicates
SLOWEST: Final = 20_000  # bytes a second of the slowest line that is waited for
START_INPUT: Final = 354
CLOSING: Final = 421
BAD_SEQUENCE: Final = 503
# The relay does not know us, or wants TLS or another way of signing in (RFC 4954, 6; RFC 3207, 4).
NOT_SIGNED_IN: Final = frozenset({530, 534, 535, 538})


class Relay:
    """One connection to one relay.

    Raises RelayUnavailableError when no session can be had and RelayRefusedError when a person must act; what the
    server says of one mail is an outcome.
    """

    def __init__(self, settings: RelayConfig, secret: Callable[[], str]) -> None:
        self._settings = settings
        self._secret = secret
        self._client: SMTP | None = None
        self._offered: int | None = None

    async def offer(self, mail: DueMail) -> Offered | Deferred | Refused:
        """Say MAIL and RCPT; after Offered the same mail may be handed over on this connection."""
        self._offered = None
        try:
            sender, recipient = parse_path(mail.envelope_from), parse_path(mail.recipient)
        except ValueError as error:
            return Refused(str(error))
        try:
            client = await self._session()
            options = choose_options(client.esmtp_extensions, mail.wire, sender, recipient)
            if options is None:
                return Refused("the relay takes no address with letters beyond ASCII (SMTPUTF8)")
            return await self._offer(client, mail, sender, recipient, options)
        except FAULTS as error:
            self._drop()
            return _lost(error)
        except BaseException:
            self._drop()
            raise

    async def hand_over(self, mail: DueMail) -> Accepted | Deferred | Refused | InDoubt:
        """Say DATA, the message and the dot, and wait up to ten minutes for what becomes of it."""
        client, offered = self._client, self._offered
        self._offered = None
        if client is None or offered != mail.id:
            return Deferred("the connection was lost before the message was begun")
        try:
            outcome = await _begin(client) or await _finish(client, mail.wire)
        except BaseException:
            self._drop()
            raise
        if isinstance(outcome, InDoubt):
            self._drop()
        return outcome

    async def close(self) -> None:
        """Say QUIT and hang up; a server that does not answer is not waited for."""
        if self._client and self._client.is_connected:
            with contextlib.suppress(*FAULTS):
                await self._client.quit(timeout=1)
        self._drop()

    async def _session(self) -> SMTP:
        """Use the connection again if it is as we left it, else make a new one."""
        if self._client and await is_fresh(self._client):
            return self._client
        self._drop()
        self._client = await open_session(self._settings, self._secret)
        return self._client

    async def _offer(
        self, client: SMTP, mail: DueMail, sender: Path, recipient: Path, options: tuple[bytes, ...]
    ) -> Offered | Deferred | Refused:
        reply = await say(client, b"MAIL", b"FROM:" + sender.wire, *options)
        if reply.code in SUCCESS:
            reply = await say(client, b"RCPT", b"TO:" + recipient.wire)
        if reply.code in SUCCESS:
            self._offered = mail.id
            return Offered()
        if reply.code in NOT_SIGNED_IN:
            raise RelayRefusedError(f"{self._settings.host}:{self._settings.port}: {spoken(reply)}")
        outcome = _definite(reply)
        if outcome is None or reply.code == BAD_SEQUENCE:
            # We and the server are not at the same place of the conversation.
            raise SMTPServerDisconnected(spoken(reply))
        return outcome

    def _drop(self) -> None:
        client, self._client, self._offered = self._client, None, None
        if client:
            client.close()


async def _begin(client: SMTP) -> Deferred | Refused | None:
    """Say DATA; None when the server waits for the message.

    The library's own `data` says all in one call, and its errors do not tell whether the message was begun.
    """
    try:
        reply = await say(client, b"DATA")
    except FAULTS as error:
        client.close()
        return _lost(error)
    if reply.code == START_INPUT:
        return None
    outcome = _definite(reply)
    if outcome is None:
        client.close()
    return outcome or Deferred(spoken(reply))


async def _finish(client: SMTP, wire: bytes) -> Accepted | Deferred | Refused | InDoubt:
    """Send the message and the dot, and read what became of it."""
    lines = stuff(wire)
    try:
        check_silence(client)
    except FAULTS as error:
        client.close()
        return _lost(error)
    try:
        reply = await _send(client, lines)
    except FAULTS as error:
        return InDoubt(f"no answer to the final dot: {error}")
    if reply.code == CLOSING:
        client.close()
    if reply.code in SUCCESS:
        return Accepted(said(reply.message))
    return _definite(reply) or InDoubt(f"no answer to the final dot but {spoken(reply)}")


async def _send(client: SMTP, lines: bytes) -> SMTPResponse:
    protocol = client.protocol
    if protocol is None:
        raise SMTPServerDisconnected("the connection is gone")
    protocol.write(lines)
    return await protocol.read_response(timeout=DOT_SECONDS + len(lines) / SLOWEST)


def _definite(reply: SMTPResponse) -> Deferred | Refused | None:
    if reply.code in FOR_NOW:
        return Deferred(spoken(reply))
    return Refused(spoken(reply)) if reply.code in FOR_GOOD else None


def _lost(why: object) -> Deferred:
    return Deferred(f"the connection was lost before the message was begun: {why}")
