"""What the single values of `maild.yaml` and the rule files may be: a type that checks, each with its remedy."""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from maild.documents import did_you_mean, format_duration, parse_duration, parse_size

T = TypeVar("T")

# What `maild init` writes where only the administrator knows the value; neither can be a real one (RFC 6761, 6.4).
_PLACEHOLDER_DOMAIN = ".invalid"
_PLACEHOLDER_WORDS = "CHANGE ME"
_LONGEST_LINE = 200
_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_TENANT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
_HOST_AND_PORT = re.compile(r"(?:\[([^\[\]]+)\]|([^:]+)):(\d{1,5})", re.ASCII)
DNS_PORT = 53
_PORTS = 65_536
_PORT_OF = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def one_line(text: str) -> str:
    """Take words that fit on one line of a header."""
    if not text.strip() or "\n" in text or len(text) > _LONGEST_LINE:
        raise ValueError(f"must be words on one line, at most {_LONGEST_LINE} characters")
    if text.startswith(_PLACEHOLDER_WORDS):
        raise ValueError("still to be written by you: `maild init` cannot know it")
    return text.strip()


def address(text: str) -> str:
    """Take one plain mail address; its domain comes out in lower case."""
    local, _, domain = text.rpartition("@")
    if not text.isascii():
        raise ValueError(f"'{text}' is not in ASCII: write an international domain in its xn-- form")
    is_short = len(text) <= _LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL
    if not is_short or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"'{text}' is no mail address: write it like support@acme.example")
    if _is_placeholder(domain):
        raise ValueError(f"'{text}' only holds the place: write the real address")
    return f"{local}@{domain.lower()}"


def host(text: str) -> str:
    """Take a server's name or IP address."""
    if not _is_ip(text) and not _DOMAIN.fullmatch(text):
        raise ValueError(f"'{text}' is no host name or IP address: write it like mail.acme.example, without a port")
    if _is_placeholder(text):
        raise ValueError(f"'{text}' only holds the place: write the name of your server")
    return text


def user(text: str) -> str:
    """Take the name that signs in to a server."""
    if _is_placeholder(text):
        raise ValueError(f"'{text}' only holds the place: write the account that signs in there")
    return one_line(text)


def is_loopback(text: str) -> bool:
    """Whether a host is this machine, by what is written alone: no name is resolved."""
    if text.lower() == "localhost":
        return True
    return _is_ip(text) and ipaddress.ip_address(text).is_loopback


def name(text: str) -> str:
    """Take the name of a mailbox, relay, person, team or queue."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"'{text}' is no name: a to z, 0 to 9, '-' and '_', at most 40, beginning with a letter or digit"
        )
    return text


def postgres_url(text: str) -> str:
    """Take the place of a database on PostgreSQL; what is wrong with it is told without it: a password may be in it."""
    shape = "write it like postgresql://user@host/database"
    try:
        url = urlsplit(text)
        is_whole = url.scheme == "postgresql" and len(url.path) > 1 and url.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"is no PostgreSQL database: {shape}, or null for SQLite")
    if url.password is not None or "password" in parse_qs(url.query):
        raise ValueError(f"take the password out, it belongs in ~/.pgpass (mode 0600): {shape}")
    return text


def https_url(text: str) -> str:
    """Take the beginning of an address on the web, without a trailing slash; clear text only to this machine."""
    shape = f"'{text}' is no address: write it like https://login.microsoftonline.us"
    try:
        url = urlsplit(text)
        is_whole = bool(url.hostname) and url.port != 0 and not (url.query or url.fragment or url.username)
    except ValueError:
        is_whole = False
    if not is_whole or url.scheme not in {"https", "http"}:
        raise ValueError(shape)
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise ValueError(f"'{text}' would send secrets in clear text: write https")
    return text.rstrip("/")


def site_url(text: str) -> str:
    """Take the address of a whole site: without a path, because its pages lie at the root."""
    whole = https_url(text)
    url = urlsplit(whole)
    if url.port == _PORT_OF[url.scheme]:
        whole = whole.rpartition(":")[0]  # no browser says it
    if url.path:
        raise ValueError(f"'{text}' has a path: write the site alone, like https://desk.acme.example")
    return whole


def timezone(text: str) -> str:
    """Take the name of a time zone."""
    zones = available_timezones()
    if text not in zones:
        question = did_you_mean(text, zones)
        raise ValueError(f"'{text}' is no time zone{question or ': write it like Europe/London'}")
    return text


def duration_from(least: str, most: str) -> object:
    """Make a type of durations within bounds."""

    def read(value: object) -> timedelta:
        if not isinstance(value, str):
            raise ValueError(f"'{value}' is no duration: write it with its unit, like 90s, 30m, 4h or 1d2h")  # noqa: TRY004 - pydantic takes ValueError
        duration = parse_duration(value)
        if not parse_duration(least) <= duration <= parse_duration(most):
            raise ValueError(f"{format_duration(duration)} is not between {least} and {most}")
        return duration

    return BeforeValidator(read)


def instant(text: str) -> datetime:
    """Take an instant with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"'{text}' is no instant: write it like 2026-11-28T09:00:00Z or 2026-11-28T10:00+01:00")
    return moment.astimezone(UTC)


def size_from(least: str, most: str) -> object:
    """Make a type of sizes within bounds; its values are bytes."""

    def read(value: object) -> int:
        if not isinstance(value, str):
            raise ValueError(f"'{value}' is no size: write it with its unit, like 512KB or 25MB")  # noqa: TRY004 - pydantic takes ValueError
        size = parse_size(value)
        if not parse_size(least) <= size <= parse_size(most):
            raise ValueError(f"{value} is not between {least} and {most}")
        return size

    return BeforeValidator(read)


def matching(pattern: str, what: str) -> object:
    """Make a type of texts of one form; `what` goes on from "is no"."""
    form = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"'{text}' is no {what}")
        return text

    return AfterValidator(read)


def one_or_many(value: object) -> object:
    """Let a single word stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def different(values: tuple[T, ...]) -> tuple[T, ...]:
    """Take a list in which nothing stands twice."""
    for position, value in enumerate(values):
        if value in values[:position]:
            raise ValueError(f"'{value}' stands in this list twice")
    return values


def _is_placeholder(text: str) -> bool:
    return text.lower().endswith(_PLACEHOLDER_DOMAIN)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


Line = Annotated[str, AfterValidator(one_line)]
Address = Annotated[str, AfterValidator(address)]
Host = Annotated[str, AfterValidator(host)]
User = Annotated[str, AfterValidator(user)]
Name = Annotated[str, AfterValidator(name)]
Timezone = Annotated[str, AfterValidator(timezone)]
PostgresUrl = Annotated[str, AfterValidator(postgres_url)]
Port = Annotated[int, Field(ge=1, le=65535)]


def internal(text: str) -> str:
    """Take what proves internal senders: `auth`, or the id of a Microsoft 365 tenant."""
    if text != "auth" and not _TENANT.fullmatch(text.lower()):
        raise ValueError(
            f"'{text}' is neither: write auth, where your server says who signed in, or the id of your Microsoft 365"
            " tenant, like 11111111-2222-3333-4444-555555555555"
        )
    return text.lower()


def name_server(value: object) -> object:
    """Take the IP address of a name server, with a port behind it if that is not 53."""
    text = value if isinstance(value, str) else ""
    found = _HOST_AND_PORT.fullmatch(text)
    host, port = _host_and_port(found) if found is not None else (text, DNS_PORT)
    if not _is_ip(host) or not 0 < port < _PORTS:
        raise ValueError(f"'{value}' is no name server: write its IP address, like 127.0.0.1 or 127.0.0.1:5353")
    return (host, port)


def listener(value: object) -> object:
    """Take the IP address and port where a server listens: an address, not a name, so that nobody else decides it."""
    if value is None:
        return None
    found = _HOST_AND_PORT.fullmatch(value) if isinstance(value, str) else None
    host, port = _host_and_port(found) if found is not None else ("", 0)
    if not _is_ip(host) or not 0 < port < _PORTS:
        raise ValueError(f"'{value}' is no place to listen: write IP address and port, like 127.0.0.1:8025, or null")
    return (host, port)


def _host_and_port(found: re.Match[str]) -> tuple[str, int]:
    return found[1] or found[2], int(found[3])
