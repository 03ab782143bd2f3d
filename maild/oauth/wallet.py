"""Which secret each account signs in with: its password, or a token that all accounts of one sign-in share."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, NoReturn

from maild.config import (
    AccountConfig,
    Config,
    MailboxConfig,
    Secret,
    read_client_secret,
    read_secret,
    secret_stamp,
)
from maild.errors import (
    MailboxRefusedError,
    MailboxUnavailableError,
    RelayRefusedError,
    RelayUnavailableError,
    SignInRefusedError,
    SignInUnavailableError,
)
from maild.oauth.clients import Client, identity_of, parse_client
from maild.oauth.keeping import AN_HOUR, TRIES, Keeper
from maild.oauth.sealing import Vault

_PAUSE: Final = AN_HOUR / TRIES * 2  # two sign-ins each time: with the token that is refused, and with the next


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in at a provider and the accounts that use it, as `maild auth` calls them."""

    provider: str
    user: str
    mailboxes: tuple[str, ...]
    relays: tuple[str, ...]
    keeper: Keeper
    client: Callable[[], Client]

    @property
    def name(self) -> str:
        """Name it in words, as alarms do."""
        return f"{self.provider} {self.user}"


class Wallet:
    """The secrets of all accounts of a configuration; `sign_ins` are those at a provider."""

    def __init__(self, config: Config, environ: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._now = now
        self._accounts: dict[tuple[str, str], AccountConfig] = {
            **{("mailbox", name): settings for name, settings in config.mailboxes.items()},
            **{("relay", name): settings for name, settings in config.relays.items()},
        }
        vault = Vault(config.state.directory, environ)
        self._sign_ins = {name: self._sign_in(name, vault) for name in dict.fromkeys(self._identities().values())}
        self.sign_ins = tuple(self._sign_ins.values())
        self._secrets = {key: self._secret(key) for key in self._accounts}

    def of_mailbox(self, name: str) -> Secret:
        """Give the secret of a mailbox; its folders share it."""
        return self._secrets["mailbox", name]

    def of_relay(self, name: str) -> Secret:
        """Give the secret of a relay; its connections share it."""
        return self._secrets["relay", name]

    def stamp_of(self, account: AccountConfig) -> object:
        """Tell one version of an account's secret from another: whoever signs in anew shall not wait for a next try."""
        if account.auth is None:
            return secret_stamp(account)
        return self._sign_ins[identity_of(account, account.auth)].keeper.version()

    def _identities(self) -> dict[tuple[str, str], str]:
        return {key: identity_of(each, each.auth) for key, each in self._accounts.items() if each.auth}

    def _secret(self, key: tuple[str, str]) -> Secret:
        account = self._accounts[key]
        identity = self._identities().get(key)
        if identity is None:
            return partial(read_secret, account)
        return TokenSecret(account, self._sign_ins[identity], self._now)

    def _sign_in(self, identity: str, vault: Vault) -> SignIn:
        keys = [key for key, name in self._identities().items() if name == identity]
        mailboxes, relays = (tuple(name for kind, name in keys if kind == wanted) for wanted in ("mailbox", "relay"))
        account = self._accounts[keys[0]]
        services = frozenset({"mailbox": "imap", "relay": "smtp"}[kind] for kind, _ in keys)
        client = partial(_client, account, services)
        login = f"maild auth login {keys[0][1]}"
        keeper = Keeper(identity, client, partial(secret_stamp, account), login, vault=vault, now=self._now)
        provider = account.auth.oauth2 if account.auth else ""
        return SignIn(provider, str(getattr(account, "user", "")), mailboxes, relays, keeper, client)

    def find(self, name: str) -> Iterator[SignIn]:
        """Find the sign-ins that a mailbox or relay of this name uses."""
        return (each for each in self.sign_ins if name in {*each.mailboxes, *each.relays})


class TokenSecret:
    """The access token of an account, for all its connections.

    A token that the server would not have is renewed once; if the next is refused too, nothing is tried for twenty
    minutes: two sign-ins each time are six in an hour. Another sign-in ends the pause.

    BUGS
        Connections that sign in at the same moment count as one.
    """

    def __init__(self, account: AccountConfig, sign_in: SignIn, now: Callable[[], datetime]) -> None:
        self._account = account
        self._sign_in = sign_in.name
        self._keeper = sign_in.keeper
        self._now = now
        self._lock = Lock()
        self._epoch = 0
        self._renewed_at: datetime | None = None
        self._blocked_until: datetime | None = None

    def __call__(self, refused: str | None = None) -> str:
        """Give a token (see Secret)."""
        with self._lock, self._told():
            current = self._keeper.token() if self._is_open() or refused is not None else self._say_blocked()
            return current if current != refused else self._next(current)

    def _is_open(self) -> bool:
        """Whether the server may be tried; a sign-in that we have not seen opens it."""
        if self._keeper.epoch() != self._epoch:
            self._epoch = self._keeper.epoch()
            self._renewed_at = self._blocked_until = None
        return self._blocked_until is None or self._now() >= self._blocked_until

    def _next(self, refused: str) -> str:
        now = self._now()
        if self._renewed_at and now < self._renewed_at + _PAUSE:
            self._blocked_until = now + _PAUSE
            self._say_blocked()
        self._renewed_at = now
        return self._keeper.token(refused)

    def _say_blocked(self) -> NoReturn:
        until = self._blocked_until.strftime("%H:%M") if self._blocked_until else ""
        refused = MailboxRefusedError if self._is_mailbox else RelayRefusedError
        raise refused(
            f"{self._where}: two tokens in a row were refused: see that the account may use IMAP or SMTP with OAuth, "
            f"and that `user` is the one who signed in; not tried again before {until} UTC"
        )

    @property
    def _is_mailbox(self) -> bool:
        return isinstance(self._account, MailboxConfig)

    @property
    def _where(self) -> str:
        return f"{self._account.host}:{self._account.port}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say it of the account, and whose fault it is."""
        try:
            yield
        except SignInRefusedError as error:
            refused = MailboxRefusedError if self._is_mailbox else RelayRefusedError
            raise refused(f"{self._where}: no access token: {error}", sign_in=self._sign_in) from error
        except SignInUnavailableError as error:
            words = f"{self._where}: no access token: {error}"
            if self._is_mailbox:
                raise MailboxUnavailableError(words, error.again_in, sign_in=self._sign_in) from error
            raise RelayUnavailableError(words, sign_in=self._sign_in) from error


def _client(account: AccountConfig, services: Collection[str]) -> Client:
    """Read who we are to the provider, with the secret as it is now."""
    assert account.auth  # noqa: S101 - it is asked only of those who have it
    try:
        secret = read_client_secret(account)
    except (MailboxRefusedError, RelayRefusedError) as error:
        raise SignInRefusedError(str(error)) from error
    return parse_client(account, account.auth, secret, services)
