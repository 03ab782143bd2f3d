"""The settings of `maild.yaml` that have an effect, section by section, named as they are written there.

A setting whose effect comes with a later version may be written with its default alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from maild.config import kinds
from maild.config.free_mail import free_mail_domains
from maild.documents import Section
from maild.model.limits import ReadingLimits
from maild.model.ticket import State

MAILBOX_PORTS = {"implicit": 993, "starttls": 143, "none": 143}
RELAY_PORTS = {"implicit": 465, "starttls": 587, "none": 25}
_LONGEST_TAG = 20
_A_MINUTE = timedelta(seconds=60)
_NEVER_HERE = (
    "a password is never written in this file: put it in a file that only maild may read and write password_file: FILE"
)

Tls = Literal["implicit", "starttls", "none"]
FilePath = Annotated[Path, BeforeValidator(lambda text: Path(text) if isinstance(text, str) and text else text)]
Credential = Annotated[str, kinds.matching(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}", "name of a credential")]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
ReadingSize = Annotated[int, kinds.size_from("1KB", "10MB")]


def _tag(text: str) -> str:
    if any(character in "[]#" or character.isspace() for character in text) or len(text) > _LONGEST_TAG:
        raise ValueError(f"'{text}' is no tag: at most {_LONGEST_TAG} characters without spaces, '[', ']' and '#'")
    return text


class DeskConfig(Section):
    """Who the desk is."""

    name: kinds.Line
    address: kinds.Address
    tag: Annotated[str, AfterValidator(_tag)] = ""
    old_tags: Annotated[tuple[kinds.Line, ...], AfterValidator(kinds.different)] = ()
    first_number: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1001
    locale: Annotated[
        str, kinds.matching(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", "language: write it like en or de")
    ] = "en"
    timezone: kinds.Timezone = "Europe/London"
    plus_addresses: bool = False
    null_sender: bool = False
    send_delay: Annotated[timedelta, kinds.duration_from("0s", "10m")] = _A_MINUTE
    notice_every: Annotated[timedelta, kinds.duration_from("0s", "1h")] = 2 * _A_MINUTE
    after_reply: Literal["open", "waiting"] = "open"


class StateConfig(Section):
    """Where the desk remembers."""

    directory: FilePath = Path("/var/lib/maild")
    database: kinds.PostgresUrl | None = None


class ShowAs(Section):
    """How an outcome is shown on the server: in another folder, by a keyword, or not at all."""

    move: kinds.Line | None = None
    keyword: Annotated[str, kinds.matching(r"\$?[A-Za-z0-9_-]{1,40}", "keyword: write it like $MaildDone")] | None = (
        None
    )

    @field_validator("keyword")
    @classmethod
    def _not_both(cls, keyword: str | None, info: ValidationInfo) -> str | None:
        if keyword is not None and info.data.get("move") is not None:
            raise ValueError("write either move or keyword, not both")
        return keyword


class AuthConfig(Section):
    """Signing in by OAuth 2 instead of a password.

    Microsoft without `secret_file` is a person's device sign-in, with it the application's own (client credentials);
    `authority` is another than the world-wide sign-in server, that of a national cloud. Google's `secret_file` is the
    JSON file of its console, of a desktop client or a service account. `secret_credential` is the same handed over by
    systemd.
    """

    refused: ClassVar[Mapping[str, str]] = {
        "client_secret": _NEVER_HERE.replace("password_file", "secret_file"),
        "secret": _NEVER_HERE.replace("password_file", "secret_file"),
    }

    oauth2: Literal["microsoft", "google"]
    client_id: kinds.Line | None = None
    tenant: (
        Annotated[str, kinds.matching(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}", "tenant: write its id or domain")] | None
    ) = None
    secret_file: FilePath | None = None
    secret_credential: Credential | None = None
    authority: Annotated[str, AfterValidator(kinds.https_url)] | None = None

    @property
    def has_secret(self) -> bool:
        """Whether a secret of the application's own is configured."""
        return self.secret_file is not None or self.secret_credential is not None


class AccountConfig(Section):
    """An account on a server; at most one of the three ways to its password is given, or `auth`."""

    refused: ClassVar[Mapping[str, str]] = {"password": _NEVER_HERE, "pass": _NEVER_HERE}

    host: kinds.Host
    tls: Tls
    port: kinds.Port
    password_file: FilePath | None = None
    password_command: Annotated[tuple[kinds.Line, ...], Field(min_length=1)] | None = None
    password_credential: Credential | None = None
    auth: AuthConfig | None = None

    @field_validator("tls")
    @classmethod
    def _clear_text_stays_here(cls, tls: Tls, info: ValidationInfo) -> Tls:
        host = info.data.get("host")
        if tls == "none" and host is not None and not kinds.is_loopback(host):
            raise ValueError(
                f"'none' would send the password and every mail to {host} in clear text: use implicit or starttls"
            )
        return tls

    @field_validator("password_command", "password_credential")
    @classmethod
    def _one_way(cls, value: object, info: ValidationInfo) -> object:
        others = [name for name, given in info.data.items() if name.startswith("password_") and given is not None]
        if value is not None and others:
            raise ValueError(f"one way to the password is enough: leave this or {others[0]} out")
        return value


def _shown(value: object) -> object:
    return {} if value == "none" else value


def _cut_off(value: object) -> object:
    if value == "first-connection":
        return None
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is no cut-off: write first-connection, or an instant like 2026-11-28T09:00:00Z")  # noqa: TRY004 - pydantic takes ValueError
    return kinds.instant(value)


def _state(value: object) -> object:
    return State(value) if value in {"new", "open", "closed"} else value


class TakeoverConfig(Section):
    """What becomes of mail that lay in a folder when the desk first saw it; `before` None is all of it."""

    before: Annotated[datetime | None, BeforeValidator(_cut_off)] = None
    state: Annotated[Literal[State.NEW, State.OPEN, State.CLOSED], BeforeValidator(_state)] = State.CLOSED


class MailboxConfig(AccountConfig):
    """A mailbox that the desk reads."""

    tls: Tls = "implicit"
    port: kinds.Port = Field(default_factory=lambda data: MAILBOX_PORTS[data.get("tls", "implicit")])
    user: kinds.User
    folder: kinds.Line = "INBOX"
    also: Annotated[tuple[kinds.Line, ...], AfterValidator(kinds.different)] = ()
    queue: kinds.Name = "support"
    done: Annotated[ShowAs, BeforeValidator(_shown)] = ShowAs(move="Handled")
    held: Annotated[ShowAs, BeforeValidator(_shown)] = ShowAs(move="Held")
    takeover: TakeoverConfig = TakeoverConfig()
    poll: Annotated[timedelta, kinds.duration_from("1s", "1h")] = _A_MINUTE


class RelayConfig(AccountConfig):
    """A server that takes the desk's mail; `only` names the queues that may use it, none means all."""

    tls: Tls = "starttls"
    port: kinds.Port = Field(default_factory=lambda data: RELAY_PORTS[data.get("tls", "starttls")])
    user: kinds.User | None = None
    connections: Annotated[int, Field(ge=1, le=20)] = 4
    only: Annotated[tuple[kinds.Name, ...], AfterValidator(kinds.different)] = ()


class TrustConfig(Section):
    """Whose word on a sender counts; `resolver` is the address and port of the name server asked for DKIM keys."""

    authserv_id: kinds.Line | None = None
    internal: Annotated[str, AfterValidator(kinds.internal)] | None = None
    verify_dkim: bool = False
    resolver: Annotated[tuple[str, int], BeforeValidator(kinds.name_server)] | None = None

    @field_validator("internal")
    @classmethod
    def _is_grounded(cls, value: str | None, info: ValidationInfo) -> str | None:
        named = info.data.get("authserv_id")
        if value == "auth" and (named is None or named == "first-without-id"):
            raise ValueError("'auth' needs authserv_id: the name with which your server says who signed in")
        return value


def _admins_or_address(text: str) -> str:
    return text if text == "admins" else kinds.address(text)


class AlarmConfig(Section):
    """Who is told when the desk itself is in trouble, by which doors, and after how long a trouble."""

    to: Annotated[
        tuple[Annotated[str, AfterValidator(_admins_or_address)], ...],
        Field(min_length=1),
        AfterValidator(kinds.different),
    ] = ("admins",)
    command: Annotated[tuple[kinds.Line, ...], Field(min_length=1)] | None = None
    relay: kinds.Name | None = None
    after: Annotated[timedelta, kinds.duration_from("10s", "1h")] = timedelta(minutes=2)


class AcknowledgementCaps(Section):
    """The most acknowledgements, by address, domain and in all; `unproved` are senders without a proved mail lately."""

    address_hour: Count = 20
    unproved_address_hour: Count = 3
    unproved_address_day: Count = 10
    unproved_domain_hour: Count = 30
    unproved_all_hour: Count = 500


class ReadingConfig(Section):
    """How much of one mail is read; what is cut stays in the raw mail and is flagged."""

    levels: Annotated[int, Field(ge=5, le=100)] = 50
    parts: Annotated[int, Field(ge=10, le=5000)] = 500
    fields: Annotated[int, Field(ge=50, le=5000)] = 1000
    header_block: ReadingSize = 100 * 1024
    field: ReadingSize = 16 * 1024
    address_field: ReadingSize = 10 * 1024
    recipients: Annotated[int, Field(ge=10, le=5000)] = 500
    references: Annotated[int, Field(ge=10, le=1000)] = 100
    text: ReadingSize = 1024 * 1024
    marks: Annotated[int, Field(ge=1000, le=1_000_000)] = 100_000


def _free_mail(value: object) -> object:
    words = kinds.one_or_many(value)
    if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
        raise ValueError("write 'shipped', or a list of domains, like [shipped, mail.example]")
    return frozenset().union(*(free_mail_domains() if word == "shipped" else {word.lower()} for word in words))


class LimitsConfig(Section):
    """How large, how many; sizes are bytes. `free_mail` are domains whose users are strangers to one another."""

    message: Annotated[int, kinds.size_from("1MB", "100MB")] = 25 * 1024 * 1024
    notice: Annotated[int, kinds.size_from("0B", "50MB")] = 10 * 1024 * 1024
    free_mail: Annotated[frozenset[str], BeforeValidator(_free_mail)] = Field(default_factory=free_mail_domains)
    acknowledgements: AcknowledgementCaps = AcknowledgementCaps()
    read: ReadingConfig = Field(default=ReadingConfig(), alias="reading")

    @property
    def reading(self) -> ReadingLimits:
        """What a reader may read of one mail."""
        return ReadingLimits(size=self.message, **self.read.model_dump())


class WebConfig(Section):
    """The desk's web page: where it listens (None: nowhere), and how those outside reach it (None: not at all)."""

    listen: Annotated[tuple[str, int], BeforeValidator(kinds.listener)] | None = None
    public_url: Annotated[str, AfterValidator(kinds.site_url)] | None = None

    @field_validator("public_url")
    @classmethod
    def _is_served(cls, public_url: str | None, info: ValidationInfo) -> str | None:
        if public_url is not None and info.data.get("listen") is None:
            raise ValueError("links would lead nowhere: write where the page listens, like listen: 127.0.0.1:8025")
        return public_url


class Written(Section):
    """The whole of `maild.yaml`."""

    version: Literal[1]
    desk: DeskConfig
    state: StateConfig = StateConfig()
    mailboxes: Annotated[dict[kinds.Name, MailboxConfig], Field(min_length=1)]
    relays: Annotated[dict[kinds.Name, RelayConfig], Field(min_length=1)]
    trust: TrustConfig = TrustConfig()
    alarm: AlarmConfig = AlarmConfig()
    limits: LimitsConfig = LimitsConfig()
    web: WebConfig = WebConfig()
    rules: FilePath = Path("rules")
    templates: FilePath = Path("templates")
    answers: FilePath = Path("answers")
    reload: Literal["command", "watch"] = "command"
