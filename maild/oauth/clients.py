"""Who we are to Microsoft or Google, and where they are asked: from an account's settings. Pure.

Microsoft: the endpoints of its identity platform, version 2.0; a person signs in for delegated permissions, an
application for `.default` (client credentials, RFC 6749, 4.4). Google: the file of its console says all but the scope.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from maild.config import AccountConfig, AuthConfig
from maild.config.kinds import https_url
from maild.errors import SignInRefusedError

MICROSOFT: Final = "https://login.microsoftonline.com"
# Whose the rights are in each of Microsoft's clouds, by its sign-in server: a person's, and an application's.
_OUTLOOK: Final[Mapping[str, tuple[str, str]]] = {
    "https://login.microsoftonline.us": ("https://outlook.office365.us", "https://outlook.office365.us"),
    "https://login.partner.microsoftonline.cn": ("https://partner.outlook.cn", "https://partner.outlook.cn"),
}
_WORLD: Final = ("https://outlook.office.com", "https://outlook.office365.com")
_MICROSOFT_SCOPES: Final = {"imap": "IMAP.AccessAsUser.All", "smtp": "SMTP.Send"}
_STAY: Final = "offline_access"  # asks for a refresh token; it is no right to anything
_GOOGLE_SCOPE: Final = "https://mail.google.com/"


class Way(StrEnum):
    """How an account comes to its tokens; the first two need a person, once."""

    DEVICE = "device sign-in"
    BROWSER = "browser sign-in"
    APPLICATION = "client credentials"
    SERVICE_ACCOUNT = "service account"

    @property
    def needs_person(self) -> bool:
        """Whether somebody must sign in before there are tokens."""
        return self in {Way.DEVICE, Way.BROWSER}


@dataclass(frozen=True, slots=True)
class Client:
    """What is said to a provider: for `user`, by which way, where, and for which rights.

    `sign_in_url` is where a person's sign-in begins; `secret` is a client's secret, or a service account's key in PEM.
    """

    way: Way
    id: str
    user: str
    token_url: str
    scopes: tuple[str, ...]
    sign_in_url: str = ""
    secret: str = field(default="", repr=False)


def identity_of(account: AccountConfig, auth: AuthConfig) -> str:
    """Name who an account signs in as; accounts of one name share their tokens. Fit for a file's name."""
    parts = [auth.oauth2, auth.authority or "", auth.tenant or "", auth.client_id or "", _user(account).lower()]
    parts.append("by secret" if auth.has_secret else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def parse_client(account: AccountConfig, auth: AuthConfig, secret: str, services: Collection[str]) -> Client:
    """Read settings and the text of the secret file; `services` are imap and smtp, as far as tokens are for them.

    Raises SignInRefusedError where the file is not what the provider's console gives.
    """
    if auth.oauth2 == "google":
        return _google(auth, secret, _user(account))
    authority, id_, user = auth.authority or MICROSOFT, auth.client_id or "", _user(account)
    of_person, of_application = _OUTLOOK.get(authority, _WORLD)
    place = f"{authority}/{auth.tenant}/oauth2/v2.0"
    token_url = f"{place}/token"
    if secret:
        return Client(Way.APPLICATION, id_, user, token_url, (f"{of_application}/.default",), secret=secret)
    rights = tuple(f"{of_person}/{_MICROSOFT_SCOPES[service]}" for service in sorted(services))
    return Client(Way.DEVICE, id_, user, token_url, (*rights, _STAY), f"{place}/devicecode")


def rights_of(scopes: Collection[str]) -> frozenset[str]:
    """Give the rights to mail among scopes; a provider may write the same right under another of its names."""
    return frozenset(scope.rstrip("/").rpartition("/")[2].lower() for scope in scopes) - {_STAY}


def _user(account: AccountConfig) -> str:
    user = getattr(account, "user", None)
    return user if isinstance(user, str) else ""


def _google(auth: AuthConfig, text: str, user: str) -> Client:
    file = _parse_console_file(text)
    if file.get("type") == "service_account":
        way, id_key, secret_key, begin = Way.SERVICE_ACCOUNT, "client_email", "private_key", "token_uri"
    elif isinstance(installed := file.get("installed"), dict):
        file = installed
        way, id_key, secret_key, begin = Way.BROWSER, "client_id", "client_secret", "auth_uri"
    else:
        raise _strange("is neither of a desktop client nor of a service account")
    values = [file.get(key) for key in (id_key, secret_key, "token_uri", begin)]
    given = [value for value in values if isinstance(value, str) and value]
    if len(given) < len(values):
        raise _strange(f"lacks one of {id_key}, {secret_key}, token_uri, {begin}")
    if auth.client_id not in {None, file.get("client_id")}:
        raise _strange("is of another client than client_id names: leave client_id out, or fetch its file")
    id_, secret, token_url, sign_in_url = given
    return Client(way, id_, user, _secure(token_url), (_GOOGLE_SCOPE,), _secure(sign_in_url), secret)


def _parse_console_file(text: str) -> dict[str, object]:
    try:
        file = json.loads(text)
    except (ValueError, RecursionError):
        file = None
    if not isinstance(file, dict):
        raise _strange("is no JSON")
    return file


def _secure(url: str) -> str:
    try:
        return https_url(url)
    except ValueError as error:
        raise _strange(f"names an address that is not used: {error}") from None


def _strange(what: str) -> SignInRefusedError:
    remedy = "take the JSON file that Google's console gives for the client or the account's key"
    return SignInRefusedError(f"secret_file {what}; {remedy}")
