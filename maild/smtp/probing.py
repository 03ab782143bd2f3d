"""Trying a relay without sending anything: connect, begin TLS, sign in, see what it offers, leave."""

from dataclasses import dataclass

from aiosmtplib import SMTPAuthenticationError, SMTPResponseException, SMTPServerDisconnected

from maild.config import RelayConfig, Secret
from maild.errors import MaildError, RelayRefusedError, RelayUnavailableError
from maild.reaching import Failure, Trouble, find_trouble
from maild.smtp.session import open_session


@dataclass(frozen=True, slots=True)
class ProbedRelay:
    """A relay that would take our mail.

    `tls` is empty in clear text; `limit` is the largest mail that it takes, in bytes, where it says so;
    `extensions` are in upper case.
    """

    tls: str
    is_signed_in: bool
    limit: int | None
    extensions: frozenset[str]


async def probe_relay(settings: RelayConfig, secret: Secret) -> ProbedRelay | Failure:
    """Open a session and end it; no failure is raised."""
    try:
        first = secret() if settings.user else ""
    except MaildError as error:
        return Failure(find_trouble(error) or Trouble.NO_PASSWORD, str(error))
    try:
        session = await open_session(settings, lambda refused=None: first if refused is None else secret(refused))
    except (RelayRefusedError, RelayUnavailableError) as error:
        return Failure(_trouble(error), str(error))
    offered = session.extensions
    size = offered.get("size", "")
    await session.end()
    return ProbedRelay(
        tls=session.tls,
        is_signed_in=settings.user is not None,
        limit=int(size) if size.isdigit() and int(size) else None,
        extensions=frozenset(name.upper() for name in offered),
    )


def _trouble(error: RelayRefusedError | RelayUnavailableError) -> Trouble:
    """Name why no session came about."""
    is_for_good = isinstance(error, RelayRefusedError)
    match error.__cause__:
        case SMTPAuthenticationError():
            return Trouble.SIGN_IN_REFUSED if is_for_good else Trouble.PASSING
        case SMTPResponseException():
            return Trouble.TURNED_AWAY if is_for_good else Trouble.PASSING
    if trouble := find_trouble(error):
        return trouble
    if isinstance(error.__cause__, SMTPServerDisconnected):
        return Trouble.HUNG_UP
    return Trouble.NO_TLS if is_for_good else Trouble.NOT_UNDERSTOOD
