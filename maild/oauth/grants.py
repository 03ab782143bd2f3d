"""The talk with a provider: each grant as one request. The only importer of authlib and httpx2.

Blocking, some seconds at most. Raises SignInRefusedError where a person must act and SignInUnavailableError for what
passes; neither holds a token or a secret, even where the provider's answer does.

Device sign-in: RFC 8628. Browser sign-in on a loopback port, with PKCE: RFC 8252, RFC 7636. Client credentials: RFC
6749, 4.4. Service account: RFC 7523. Refreshing: RFC 6749, 6.

BUGS
    The time-out is for each read: a provider that drips a byte at a time holds the thread. An answer is read whole,
    however long it is.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AssertionClient, OAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from maild.errors import SignInRefusedError, SignInUnavailableError
from maild.oauth.clients import Client, Way
from maild.oauth.tokens import Tokens

_PATIENCE: Final = 15.0  # seconds
_USUAL_LIFE: Final = 3600
_SLOWER: Final = timedelta(seconds=5)  # RFC 8628, 3.5
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_TOO_MANY, _TROUBLE = 429, 500
_LONGEST: Final = 300
_SHORTEST_SECRET: Final = 4


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """What a person types where: their code, at an address, until an instant; asked for every `interval`."""

    user_code: str
    url: str
    expires_at: datetime
    interval: timedelta
    device_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """The address that a browser opens, and where it is sent afterwards."""

    url: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def begin_device(client: Client, now: datetime) -> DeviceSignIn:
    """Ask for a code that a person types into a browser anywhere."""
    with _told(client), _http() as http:
        answer = http.post(client.sign_in_url, data={"client_id": client.id, "scope": " ".join(client.scopes)})
        _check_pace(answer)
        said = _mapping(answer.json())
        if "error" in said:
            raise OAuthError(said["error"], said.get("error_description"))
        return DeviceSignIn(
            user_code=str(said["user_code"]),
            url=str(said.get("verification_uri") or said["verification_url"]),
            expires_at=now + timedelta(seconds=int(said["expires_in"])),
            interval=timedelta(seconds=int(said.get("interval", 5))),
            device_code=str(said["device_code"]),
        )


def ask_device(client: Client, began: DeviceSignIn, interval: timedelta, now: datetime) -> Tokens | timedelta:
    """Ask whether the person has signed in; if not yet, say after how long to ask again."""
    with _told(client, began.device_code), _session(client) as session:
        try:
            answer = session.fetch_token(client.token_url, grant_type=_DEVICE_GRANT, device_code=began.device_code)
        except OAuthError as error:
            if error.error == "authorization_pending":
                return interval
            if error.error == "slow_down":
                return interval + _SLOWER
            raise
        return _tokens(client, answer, "", now)


def begin_browser(client: Client, redirect: str) -> BrowserSignIn:
    """Make the address that asks a person for their consent. `redirect` is a loopback address of ours."""
    verifier = generate_token(64)
    with _session(client, redirect_uri=redirect, code_challenge_method="S256") as session:
        # Without consent asked anew, Google gives a refresh token the first time only.
        url, state = session.create_authorization_url(
            client.sign_in_url,
            code_verifier=verifier,
            access_type="offline",
            prompt="consent",
            login_hint=client.user,
        )
    return BrowserSignIn(str(url), redirect, str(state), verifier)


def is_answer_to(began: BrowserSignIn, address: str) -> bool:
    """Whether an address is one to which the browser was sent after this sign-in, and no other's."""
    said = parse_qs(urlsplit(address.strip()).query)
    return said.get("state") == [began.state] and bool(said.keys() & {"code", "error"})


def finish_browser(client: Client, began: BrowserSignIn, address: str, now: datetime) -> Tokens:
    """Take the code out of the address to which the browser was sent, and change it for tokens."""
    said = parse_qs(urlsplit(address.strip()).query)
    code = said.get("code", [""])[0]
    with _told(client, code, began.verifier), _session(client, redirect_uri=began.redirect) as session:
        if not is_answer_to(began, address) or not code:
            raise OAuthError(said.get("error", ["no code"])[0], None)
        answer = session.fetch_token(
            client.token_url, grant_type="authorization_code", code=code, code_verifier=began.verifier
        )
        return _tokens(client, answer, "", now)


def renew(client: Client, tokens: Tokens | None, now: datetime) -> Tokens:
    """Get the next access token: by the refresh token of a person's sign-in, else by the application's own secret."""
    refresh = tokens.refresh_token if tokens else ""
    if client.way.needs_person and not refresh:
        raise SignInRefusedError("nobody has signed in yet")
    with _told(client, refresh):
        if client.way is Way.SERVICE_ACCOUNT:
            with _assertion(client) as session:
                return _tokens(client, session.refresh_token(), "", now)
        with _session(client) as session:
            if client.way is Way.APPLICATION:
                answer = session.fetch_token(client.token_url, grant_type="client_credentials")
            else:
                answer = session.refresh_token(client.token_url, refresh_token=refresh)
            return _tokens(client, answer, refresh, now)


def _tokens(client: Client, answer: object, refresh: str, now: datetime) -> Tokens:
    """Read a token endpoint's answer (RFC 6749, 5.1); a refresh token that is not replaced stays."""
    said = _mapping(answer)
    seconds = int(said.get("expires_in") or _USUAL_LIFE)
    granted = str(said.get("scope") or "").split()
    return Tokens(
        access_token=str(said["access_token"]),
        refresh_token=str(said.get("refresh_token") or refresh),
        issued_at=now,
        expires_at=now + timedelta(seconds=max(seconds, 1)),
        scopes=tuple(granted) or client.scopes,
    )


def _http() -> httpx2.Client:
    return httpx2.Client(verify=ssl.create_default_context(), timeout=_PATIENCE)


def _session(client: Client, **more: object) -> Any:
    """Make a session; the client's secret goes into the request's body, which both providers take."""
    session = OAuth2Client(
        client_id=client.id,
        client_secret=client.secret or None,
        token_endpoint_auth_method="client_secret_post" if client.secret else "none",
        scope=" ".join(client.scopes),
        verify=ssl.create_default_context(),
        timeout=_PATIENCE,
        **more,
    )
    for step in ("access_token_response", "refresh_token_response"):
        session.register_compliance_hook(step, _check_pace)
    return session


def _assertion(client: Client) -> Any:
    try:
        key = RSAKey.import_key(client.secret)
    except (ValueError, JoseError):
        raise SignInRefusedError("the private_key in secret_file cannot sign") from None
    return AssertionClient(
        client.token_url,
        issuer=client.id,
        subject=client.user,
        audience=client.token_url,
        claims={"scope": " ".join(client.scopes)},
        header={"alg": "RS256"},
        key=key,
        verify=ssl.create_default_context(),
        timeout=_PATIENCE,
        event_hooks={"response": [_check_pace]},
    )


def _check_pace(answer: httpx2.Response) -> httpx2.Response:
    """Raise SignInUnavailableError where the provider has trouble, or wants to be left alone (RFC 6585, 4)."""
    if answer.status_code == _TOO_MANY or answer.status_code >= _TROUBLE:
        again_in = _parse_wait(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
        what = "wants fewer questions" if answer.status_code == _TOO_MANY else "has trouble of its own"
        raise SignInUnavailableError(f"{answer.url.host} {what} (HTTP {answer.status_code})", again_in=again_in)
    return answer


def _parse_wait(text: str, date: str) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds, or an instant by the provider's own clock."""
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 86_400))
    try:
        return max(parsedate_to_datetime(text) - parsedate_to_datetime(date), timedelta(0))
    except (ValueError, TypeError):
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("no JSON object")  # noqa: TRY004 - as the library raises for what it cannot read
    return value


@contextmanager
def _told(client: Client, *secrets: str) -> Iterator[None]:
    """Turn the libraries' errors into ours."""
    host = urlsplit(client.token_url).netloc
    fit = _scrubber(client.secret, *secrets)
    try:
        yield
    except OAuthError as error:
        words = fit(f"{host}: {error.error}: {error.description or 'without a reason'}")
        if error.error in _PASSING:
            raise SignInUnavailableError(words) from None
        raise SignInRefusedError(words) from None
    except httpx2.HTTPStatusError as error:
        raise SignInRefusedError(f"{host} answered HTTP {error.response.status_code}") from None
    except httpx2.HTTPError as error:
        words = fit(f"{host} cannot be reached: {error or type(error).__name__}")
        raise SignInUnavailableError(words, is_answered=False) from None
    except (ValueError, TypeError, KeyError, ArithmeticError):
        # Not the error's own words: they may quote the answer.
        raise SignInUnavailableError(f"{host} did not answer as a token server does") from None


def _scrubber(*secrets: str) -> Callable[[str], str]:
    """Make what takes secrets out of a provider's words and puts those on one line."""
    hidden = sorted((secret for secret in secrets if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)

    def fit(words: str) -> str:
        for secret in hidden:
            words = words.replace(secret, "…")
        line = " ".join("".join(one if one.isprintable() else " " for one in words).split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"

    return fit
