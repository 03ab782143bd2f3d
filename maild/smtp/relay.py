"""MAIL, RCPT, and then, apart, DATA to the answer to the final dot.

The steps are driven one by one, because the store records "handing over" between RCPT and DATA. Until the first byte of
the message is on the wire every failure is definite; after it, only an answer of the server is, its absence is doubt.

One object is one connection, opened when needed and used again after RSET. Any exception closes it: a connection on
which an answer went missing would give the next mail this mail's answer.

BUGS
    A relay that takes a mail and dies before it says so gets the same bytes once more.
"""

from typing import Final

from aiosmtplib import SMTPResponse, SMTPServerDisconnected

from maild.config import RelayConfig, Secret
from maild.errors import RelayRefusedError
from maild.model.outgoing import Accepted, Deferred, DueMail, InDoubt, Offered, Refused
from maild.smtp.envelope import Path, choose_options, parse_path, stuff
from maild.smtp.session import FAULTS, FOR_GOOD, SUCCESS, Session, open_session, said

DOT_SECONDS: Final = 600.0  # RFC 5321, 4.5.3.2.6: a shorter patience makes duplicates
SLOWEST: Final = 20_000  # bytes a second of the slowest line that is waited for
FOR_NOW: Final = range(400, 500)
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

    def __init__(self, settings: RelayConfig, secret: Secret) -> None:
        self._settings = settings
        self._secret = secret
        self._session: Session | None = None
        self._offered: int | None = None

    async def offer(self, mail: DueMail) -> Offered | Deferred | Refused:
        """Say MAIL and RCPT; after Offered the same mail may be handed over on this connection."""
        self._offered = None
        try:
            sender, recipient = parse_path(mail.envelope_from), parse_path(mail.recipient)
        except ValueError as error:
            return Refused(str(error))
        try:
            session = await self._ready()
            options = choose_options(session.extensions, mail.wire, sender, recipient)
            if options is None:
                return Refused("the relay takes no address with letters beyond ASCII (SMTPUTF8)")
            return await self._offer(session, mail, sender, recipient, options)
        except FAULTS as error:
            self._drop()
            return _lost(error)
        except BaseException:
            self._drop()
            raise

    async def hand_over(self, mail: DueMail) -> Accepted | Deferred | Refused | InDoubt:
        """Say DATA, the message and the dot, and wait ten minutes and more for what becomes of it."""
        session, offered = self._session, self._offered
        self._offered = None
        if session is None or offered != mail.id:
            return _lost("it was not offered on this connection")
        lines = stuff(mail.wire)
        try:
            if refusal := await self._begin(session):
                return refusal
        except FAULTS as error:
            self._drop()
            return _lost(error)
        except BaseException:
            self._drop()
            raise
        return await self._finish(session, lines)

    async def close(self) -> None:
        """Say QUIT and hang up; a server that does not answer is not waited for."""
        session, self._session, self._offered = self._session, None, None
        if session:
            await session.end()

    async def _ready(self) -> Session:
        """Use the connection again if it is as we left it, else make a new one."""
        if self._session and await self._session.is_fresh():
            return self._session
        self._drop()
        self._session = await open_session(self._settings, self._secret)
        return self._session

    async def _offer(
        self, session: Session, mail: DueMail, sender: Path, recipient: Path, options: tuple[bytes, ...]
    ) -> Offered | Deferred | Refused:
        reply = await session.say(b"MAIL", b"FROM:" + sender.wire, *options)
        if reply.code in SUCCESS:
            reply = await session.say(b"RCPT", b"TO:" + recipient.wire)
        if reply.code in SUCCESS:
            self._offered = mail.id
            return Offered()
        self._check_welcome(reply)
        return _refusal(reply)

    async def _begin(self, session: Session) -> Deferred | Refused | None:
        """Say DATA; None when the server waits for the message.

        The library's own `data` says all in one call, and its errors do not tell whether the message was begun.
        """
        reply = await session.say(b"DATA")
        if reply.code != START_INPUT:
            self._check_welcome(reply)
            return _refusal(reply)
        session.check_silence()
        return None

    def _check_welcome(self, reply: SMTPResponse) -> None:
        """Raise RelayRefusedError where an answer refuses us, and not the mail in hand."""
        if reply.code in NOT_SIGNED_IN:
            raise RelayRefusedError(f"{self._settings.host}:{self._settings.port}: {_spoken(reply)}")

    async def _finish(self, session: Session, lines: bytes) -> Accepted | Deferred | Refused | InDoubt:
        """Send the message and the dot, and read what became of it: the only place of doubt."""
        try:
            reply = await session.send(lines, DOT_SECONDS + len(lines) / SLOWEST)
        except FAULTS as error:
            self._drop()
            return InDoubt(f"no answer to the final dot: {error}")
        except BaseException:
            self._drop()
            raise
        if reply.code in NOT_SIGNED_IN:
            self._drop()
        self._check_welcome(reply)
        outcome = Accepted(said(reply.message)) if reply.code in SUCCESS else _definite(reply)
        if outcome is None or reply.code == CLOSING:
            self._drop()
        return outcome or InDoubt(f"no answer to the final dot but {_spoken(reply)}")

    def _drop(self) -> None:
        session, self._session, self._offered = self._session, None, None
        if session:
            session.hang_up()


def _refusal(reply: SMTPResponse) -> Deferred | Refused:
    """Take an answer that is no success for what it means to the mail.

    Raises SMTPServerDisconnected when we and the server are not at the same place of the conversation.
    """
    outcome = _definite(reply)
    if outcome is None or reply.code == BAD_SEQUENCE:
        raise SMTPServerDisconnected(_spoken(reply))
    return outcome


def _definite(reply: SMTPResponse) -> Deferred | Refused | None:
    if reply.code in FOR_NOW:
        return Deferred(_spoken(reply))
    return Refused(_spoken(reply)) if reply.code in FOR_GOOD else None


def _spoken(reply: SMTPResponse) -> str:
    return f"{reply.code} {said(reply.message)}"


def _lost(why: object) -> Deferred:
    return Deferred(f"the connection was lost before the message was begun: {why}")
