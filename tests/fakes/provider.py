"""A token server on loopback that is both Microsoft and Google: it issues, expires, revokes and throttles.

Whoever was given a token is asked by GET /tokeninfo, as a mail server asks; a token that is not good is answered 400.
"""

import base64
import hashlib
import json
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

PATIENCE = 60
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TENANT = "acme.example"
CLIENT_ID = "desk-client"
CLIENT_SECRET = "s3cret-of-the-app"


@dataclass
class Grant:
    """A sign-in of somebody, good until it is revoked."""

    user: str
    scope: str
    is_revoked: bool = False


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def no(error: str, words: str = "", status: int = 400) -> Answer:
    return Answer(status, {"error": error, "error_description": words or f"AADSTS: {error}"})


class Provider:
    """`life` is an access token's in seconds; `asked` are the token requests so far, each with its time."""

    def __init__(self, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.life = 3600
        self.interval = 1
        self.asked: list[tuple[float, str]] = []
        self.heard: list[dict[str, str]] = []
        self.plan: list[Answer] = []
        self.key = jwk.RSAKey.generate_key(2048)
        self._grants: dict[str, Grant] = {}
        self._access: dict[str, tuple[Grant, float]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._devices: dict[str, tuple[str, str, Grant | None]] = {}
        self._changed = Condition()
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://{host}:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def microsoft(self, *, secret_file: object = None) -> str:
        """Write `auth` for maild.yaml."""
        own = f", secret_file: {secret_file}" if secret_file else ""
        return f"{{oauth2: microsoft, client_id: {CLIENT_ID}, tenant: {TENANT}, authority: '{self.url}'{own}}}"

    def desktop_file(self) -> str:
        """What Google's console gives for a desktop client."""
        place = {"auth_uri": f"{self.url}/auth", "token_uri": f"{self.url}/token"}
        return json.dumps({"installed": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **place}})

    def service_file(self) -> str:
        """What Google's console gives for a service account's key."""
        key = self.key.as_pem(private=True).decode()
        place = {"client_email": "desk@acme.iam", "private_key": key, "token_uri": f"{self.url}/token"}
        return json.dumps({"type": "service_account", **place})

    def sign_in(self, user_code: str, user: str) -> None:
        """A person types the code and signs in."""
        with self._changed:
            [device] = [device for device, (code, _, _) in self._devices.items() if code == user_code]
            code, scope, _ = self._devices[device]
            self._devices[device] = (code, scope, Grant(user, scope))

    def new_sign_in(self, user: str, scope: str = "") -> str:
        """Sign somebody in out of sight; give the refresh token."""
        refresh = secrets.token_urlsafe(24)
        self._grants[refresh] = Grant(user, scope)
        return refresh

    def revoke(self) -> None:
        """Everybody's sign-in ends, and what was given by it."""
        with self._changed:
            for grant in self._grants.values():
                grant.is_revoked = True
            self._access.clear()

    def end_access(self) -> None:
        """What was given is worth nothing any more; the sign-ins stay."""
        with self._changed:
            self._access.clear()

    def tokens(self) -> set[str]:
        """Everything that may stand in no log."""
        with self._changed:
            return {*self._access, *self._grants, *self._codes, CLIENT_SECRET}

    def wait_for_asked(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= count, PATIENCE), self.asked

    def _token(self, said: dict[str, str]) -> Answer:
        with self._changed:
            kind = said.get("grant_type", "")
            if kind != DEVICE or not self._is_pending(said):
                self.asked.append((time.monotonic(), kind))
            self.heard.append(said)
            self._changed.notify_all()
            if self.plan:
                return self.plan.pop(0)
            if kind != BEARER and said.get("client_id") != CLIENT_ID:
                return no("unauthorized_client")
            ways: dict[str, Callable[[dict[str, str]], Answer]] = {
                DEVICE: self._by_device,
                BEARER: self._by_assertion,
                "client_credentials": self._by_secret,
                "authorization_code": self._by_code,
                "refresh_token": self._by_refresh,
            }
            return ways[kind](said) if kind in ways else no("unsupported_grant_type")

    def _is_pending(self, said: dict[str, str]) -> bool:
        return self._devices.get(said.get("device_code", ""), ("", "", None))[2] is None

    def _by_device(self, said: dict[str, str]) -> Answer:
        if said["device_code"] not in self._devices:
            return no("expired_token")
        grant = self._devices[said["device_code"]][2]
        return self._issue(grant, refresh=None) if grant else no("authorization_pending")

    def _by_refresh(self, said: dict[str, str]) -> Answer:
        grant = self._grants.get(said["refresh_token"])
        if grant is None or grant.is_revoked:
            # The token is said back, as a careless provider might.
            return no("invalid_grant", f"AADSTS50173: the token {said['refresh_token']} was revoked")
        return self._issue(grant, refresh=said["refresh_token"])

    def _by_secret(self, said: dict[str, str]) -> Answer:
        if said.get("client_secret") != CLIENT_SECRET:
            return no("invalid_client", f"AADSTS7000215: not {said.get('client_secret')}", 401)
        assert said["scope"].endswith("/.default")
        return self._issue(Grant("", said["scope"]), refresh="")

    def _by_assertion(self, said: dict[str, str]) -> Answer:
        claims = jwt.decode(said["assertion"], self.key, algorithms=["RS256"]).claims
        assert claims["aud"] == f"{self.url}/token"
        return self._issue(Grant(str(claims["sub"]), str(claims["scope"])), refresh="")

    def _by_code(self, said: dict[str, str]) -> Answer:
        asked = self._codes.pop(said["code"], None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == said["redirect_uri"]
        if not asked or not is_right or said.get("client_secret") != CLIENT_SECRET:
            return no("invalid_grant")
        return self._issue(Grant(asked["login_hint"], asked["scope"]), refresh=None)

    def _issue(self, grant: Grant, refresh: str | None) -> Answer:
        """Give an access token; with a new refresh token (None), with the same as before, or ("") with none."""
        access = secrets.token_urlsafe(24)
        self._access[access] = (grant, time.time() + self.life)
        body = {"access_token": access, "token_type": "Bearer", "expires_in": self.life, "scope": grant.scope}
        if refresh is None:
            refresh = secrets.token_urlsafe(24)
            self._grants[refresh] = grant
        return Answer(200, body | ({"refresh_token": refresh} if refresh else {}))

    def _device(self, said: dict[str, str]) -> Answer:
        device, code = secrets.token_urlsafe(24), secrets.token_hex(4).upper()
        with self._changed:
            self._devices[device] = (code, said["scope"].replace(" offline_access", ""), None)
        place = {"verification_uri": f"{self.url}/device", "expires_in": 900, "interval": self.interval}
        return Answer(200, {"device_code": device, "user_code": code, **place})

    def _consent(self, said: dict[str, str]) -> Answer:
        """A person presses "allow": the browser is sent on with a code."""
        code = secrets.token_urlsafe(24)
        with self._changed:
            self._codes[code] = said
        where = f"{said['redirect_uri']}?{urlencode({'state': said['state'], 'code': code})}"
        return Answer(302, {}, {"Location": where})

    def _info(self, said: dict[str, str]) -> Answer:
        with self._changed:
            grant, until = self._access.get(said.get("access_token", ""), (None, 0.0))
            if grant is None or until < time.time():
                return no("invalid_token")
            return Answer(200, {"username": grant.user, "scope": grant.scope})

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler's own self is another
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                said = _fields(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._give(provider._device(said) if self.path.endswith("/devicecode") else provider._token(said))

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                said = _fields(url.query)
                self._give(provider._consent(said) if url.path == "/auth" else provider._info(said))

            def _give(self, answer: Answer) -> None:
                body = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
                for name, value in (headers | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
