"""From nothing to a signed-in connection, or the reason why not."""

import contextlib
import re
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from maild.config import MailboxConfig, Secret
from maild.errors import MailboxRefusedError, MailboxUnavailableError, MaildError
from maild.imap.wire import Client, Wire

# Response codes of a NO that pass by themselves (RFC 5530; RFC 9051, 7.1); any other NO to a sign-in is for a person.
PASSING: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"})
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CODE: Final = re.compile(r"\[([A-Z-]+)")
# Microsoft's words to those whom it slows down, and for a mailbox that its servers cannot open at present.
BACK_OFF: Final = re.compile(r"Suggested Backoff Time: (\d{1,9}) milliseconds", re.IGNORECASE)
NOT_CONNECTED: Final = "User is authenticated but not connected"
PAUSE_NOT_CONNECTED: Final = timedelta(minutes=1)


def sign_in(settings: MailboxConfig, secret: Secret) -> Client:
    """Connect, verify, begin TLS as the settings demand, and sign in.

    Raises MailboxRefusedError where a person must act, else what imaplib raises.
    """
    context = None if settings.tls == "none" else ssl.create_default_context()
    with _tls_told(settings):
        client = Client(settings.host, settings.port, context if settings.tls == "implicit" else None)
    try:
        _introduce(client.wire, settings, context, secret)
    except BaseException:
        client.wire.shutdown()
        raise
    return client


def _introduce(wire: Wire, settings: MailboxConfig, context: ssl.SSLContext | None, secret: Secret) -> None:
    if wire.state != "NONAUTH":
        # On a STARTTLS port this is how an attacker would keep us in clear text.
        raise MailboxRefusedError(f"{place(settings)} let us in before we said who we are (PREAUTH)")
    if settings.tls == "starttls":
        _begin_tls(wire, settings, context)
    if settings.auth:
        _authenticate_by_token(wire, settings, secret)
    else:
        _authenticate(wire, settings, secret())


def place(settings: MailboxConfig) -> str:
    """Name a mailbox for an operator."""
    return f"{settings.user} at {settings.host}:{settings.port}"


@contextlib.contextmanager
def _tls_told(settings: MailboxConfig) -> Iterator[None]:
    """Tell TLS that a person must mend from a connection that broke."""
    where = f"{settings.host}:{settings.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxRefusedError(f"{where} shows a certificate we cannot trust: {error.verify_message}") from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise
    except ssl.SSLError as error:
        raise MailboxRefusedError(f"{where} cannot do TLS with us: {error.reason}") from error


def refusal(text: str, where: str) -> MailboxRefusedError | MailboxUnavailableError:
    """Tell a NO for a person from one that passes, by its response code or Microsoft's words."""
    code = CODE.search(text)
    again_in = asked_pause(text)
    if again_in or (code and code[1] in PASSING):
        return MailboxUnavailableError(f"{where}: {text}", again_in)
    return MailboxRefusedError(f"{where}: {text}")


def asked_pause(text: str) -> timedelta | None:
    """Say how long a server's words ask us to stay away; None where they do not."""
    if told := BACK_OFF.search(text):
        return timedelta(milliseconds=int(told[1]))
    return PAUSE_NOT_CONNECTED if NOT_CONNECTED in text else None


def _begin_tls(wire: Wire, settings: MailboxConfig, context: ssl.SSLContext | None) -> None:
    if "STARTTLS" not in wire.capabilities:
        raise MailboxRefusedError(f"{settings.host}:{settings.port} offers no STARTTLS")
    with _tls_told(settings):
        wire.starttls(context)


def _authenticate(wire: Wire, settings: MailboxConfig, password: str) -> None:
    user = settings.user
    if CONTROL.search(user) or CONTROL.search(password):
        raise MailboxRefusedError(f"{place(settings)}: a name or password with control characters is never sent")
    try:
        if "AUTH=PLAIN" in wire.capabilities:
            wire.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        elif "LOGINDISABLED" in wire.capabilities:
            raise MailboxRefusedError(f"{settings.host}:{settings.port} takes no password on this connection")
        else:
            wire.login(quoted(user), password)
    except UnicodeEncodeError as error:
        raise MailboxRefusedError(f"{place(settings)}: the server takes names and passwords in ASCII only") from error
    except wire.abort:
        raise
    except wire.error as error:
        raise refusal(str(error), f"{place(settings)}: the sign-in was refused") from error


def _authenticate_by_token(wire: Wire, settings: MailboxConfig, secret: Secret) -> None:
    """Sign in by XOAUTH2; a token that is refused is renewed, once."""
    if "AUTH=XOAUTH2" not in wire.capabilities:
        raise MailboxRefusedError(f"{settings.host}:{settings.port} offers no sign-in by OAuth 2 (XOAUTH2)")
    token = secret()
    refused = _try_token(wire, settings, token)
    if isinstance(refused, MailboxRefusedError):
        token = secret(token)
        refused = _try_token(wire, settings, token)
        if isinstance(refused, MailboxRefusedError):
            # It is not asked for a third: this is how it learns of the second.
            with contextlib.suppress(MaildError):
                secret(token)
    if refused:
        raise refused


def _try_token(wire: Wire, settings: MailboxConfig, token: str) -> MailboxRefusedError | MailboxUnavailableError | None:
    if CONTROL.search(settings.user) or CONTROL.search(token):
        raise MailboxRefusedError(f"{place(settings)}: a name or token with control characters is never sent")
    words = iter([f"user={settings.user}\x01auth=Bearer {token}\x01\x01".encode()])
    try:
        # To the error that a server tells first, the answer is an empty line.
        wire.authenticate("XOAUTH2", lambda _: next(words, b""))
    except wire.abort:
        raise
    except wire.error as error:
        refused = refusal(str(error), f"{place(settings)}: the sign-in was refused")
        refused.__cause__ = error
        return refused
    return None


def quoted(text: str) -> str:
    """Write an IMAP quoted string (RFC 9051, 4.3); the text has no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
