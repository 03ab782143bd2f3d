"""What stands before every page: who is asked for, how much is sent, and what no answer leaves without.

A page is shown under its public name alone; under the address that the server listens on there is only what an
operator watches. So neither a foreign name that leads here (DNS rebinding) nor a proxy that does not say for whom it
asks gets anything.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maild.journal import Event, journal

LONGEST_PATH: Final = 512
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}
_YEAR: Final = "max-age=31536000"
_PROXIED: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")

log = journal("web")


class Guard:
    """Passes on to the pages what is asked in the site's name; the rest is answered here."""

    def __init__(self, pages: ASGIApp, public_url: str | None) -> None:
        self._pages = pages
        self._host = urlsplit(public_url).netloc.lower() if public_url else ""
        self._is_tls = public_url is not None and public_url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever goes wrong in a page is logged here and nowhere else."""
        if scope["type"] != "http":
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._dress(message)
            await send(message)

        try:
            await self._answering(scope)(scope, receive, guarded)
        except Exception:
            log.exception(Event.PAGE_FAILED, path=_first_step(scope))
            if begun:
                raise  # the connection is cut: half an answer must not look like a whole one
            await PlainTextResponse("Something went wrong here.\n", 500)(scope, receive, guarded)

    def _answering(self, scope: Scope) -> ASGIApp:
        host = Headers(scope=scope).get("host", "").lower()
        if len(scope["path"]) > LONGEST_PATH:
            return PlainTextResponse("The address is too long.\n", 414)
        is_public = bool(self._host) and host == self._host
        is_watched = _is_address(host) and not any(name in Headers(scope=scope) for name in _PROXIED)
        if not is_public and not is_watched:
            return PlainTextResponse("There is no such site here.\n", 421)
        scope["state"] = {"is_public": is_public, "is_watched": is_watched}
        return self._pages

    def _dress(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._is_tls:
            headers.setdefault("strict-transport-security", _YEAR)


def _is_address(host: str) -> bool:
    """Whether somebody asks for an IP address or this machine, and not for a name that anybody could let lead here."""
    name = urlsplit(f"//{host}").hostname if host.isascii() and host else None
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name or "")
    except ValueError:
        return False
    return True


def _first_step(scope: Scope) -> str:
    """Name a page without what stands behind it: that may be a token."""
    return f"/{str(scope['path']).split('/')[1]}"[:40]
