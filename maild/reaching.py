"""Why an account cannot be used, by name: what a person has to do follows from it."""

import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from maild.errors import SignInRefusedError, SignInUnavailableError


class Trouble(StrEnum):
    """What stands between us and an account."""

    NAME_UNKNOWN = "name-unknown"
    PORT_CLOSED = "port-closed"
    NOT_REACHED = "not-reached"
    NO_ANSWER = "no-answer"
    HUNG_UP = "hung-up"
    NOT_UNDERSTOOD = "not-understood"
    NOT_TRUSTED = "not-trusted"
    NO_TLS = "no-tls"
    NO_PASSWORD = "no-password"  # noqa: S105 - the name of a trouble
    NO_TOKEN = "no-token"  # noqa: S105 - as above
    SIGN_IN_REFUSED = "sign-in-refused"
    TURNED_AWAY = "turned-away"
    PASSING = "passing"
    FOLDER_MISSING = "folder-missing"
    FOLDER_REFUSED = "folder-refused"


@dataclass(frozen=True, slots=True)
class Failure:
    """A trouble and the words that came with it; `known` are names that the server has instead of a missing one."""

    trouble: Trouble
    words: str
    known: tuple[str, ...] = ()


# The first that fits counts: TLS errors and time-outs are OSErrors, and a certificate's is a TLS error.
_BY_KIND: Final[tuple[tuple[type[BaseException], Trouble], ...]] = (
    (SignInRefusedError, Trouble.NO_TOKEN),
    (SignInUnavailableError, Trouble.PASSING),
    (ssl.SSLCertVerificationError, Trouble.NOT_TRUSTED),
    (ssl.SSLEOFError, Trouble.HUNG_UP),
    (ssl.SSLZeroReturnError, Trouble.HUNG_UP),
    (ssl.SSLError, Trouble.NO_TLS),
    (socket.gaierror, Trouble.NAME_UNKNOWN),
    (ConnectionRefusedError, Trouble.PORT_CLOSED),
    (ConnectionResetError, Trouble.HUNG_UP),
    (BrokenPipeError, Trouble.HUNG_UP),
    (TimeoutError, Trouble.NO_ANSWER),
)


def find_trouble(error: BaseException | None) -> Trouble | None:
    """Name what the network, TLS or a provider of tokens did, from an error or one that caused it; else None."""
    while error is not None:
        for kind, trouble in _BY_KIND:
            if isinstance(error, kind):
                return trouble
        if isinstance(error, OSError) and error.errno is not None:
            return Trouble.NOT_REACHED
        error = error.__cause__
    return None
