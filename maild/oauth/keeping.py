"""The tokens of one sign-in, for as long as the desk works: renewed in time, sealed, asked for by many.

Access tokens are renewed when 80 % of their life are over, and once when a server would not have one. Whoever is
refused a renewal asks again after ten minutes; whoever is put off, when the provider said, and then ever more slowly:
of what a provider answered, at most six tries in an hour are in vain. Another sign-in (another sealed file) begins
anew.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Final

from maild.errors import SignInRefusedError, SignInUnavailableError
from maild.oauth.clients import Client, rights_of
from maild.oauth.sealing import Stamp, Vault
from maild.oauth.tokens import Tokens

TRIES: Final = 6
AN_HOUR: Final = timedelta(hours=1)
PAUSE_REFUSED: Final = AN_HOUR / TRIES
_PAUSE_BUSY: Final = timedelta(minutes=1)
_PAUSE_FIRST: Final = timedelta(seconds=15)
_PAUSE_LAST: Final = timedelta(minutes=1)  # who is reached again is asked again within the minute


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no next token, and when it is asked for again."""

    error: SignInRefusedError | SignInUnavailableError
    until: datetime

    @property
    def is_refusal(self) -> bool:
        """Whether a person must act."""
        return isinstance(self.error, SignInRefusedError)

    def again(self) -> SignInRefusedError | SignInUnavailableError:
        """Make the error anew: one that is raised again and again would keep every one of its traces."""
        if isinstance(self.error, SignInRefusedError):
            return SignInRefusedError(str(self.error))
        return SignInUnavailableError(str(self.error), again_in=self.error.again_in)


class Keeper:
    """Keeps the tokens of one sign-in. Any thread; whoever comes second waits for the first's request.

    `client` reads the settings' secret anew each time, `secret_stamp` tells one version of it from another; `login` is
    the command that signs in.
    """

    def __init__(
        self,
        name: str,
        client: Callable[[], Client],
        secret_stamp: Callable[[], object],
        login: str,
        *,
        vault: Vault,
        now: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._client = client
        self._login = login
        self._secret_stamp = secret_stamp
        self._secret: object = secret_stamp()
        self._vault = vault
        self._now = now
        self._lock = RLock()
        self._tokens: Tokens | None = None
        self._stamp: Stamp | None = None
        self._is_sealed = True
        self._epoch = 0
        self._trouble: Trouble | None = None
        self._failed: deque[datetime] = deque(maxlen=TRIES)
        self._unreached = 0

    def token(self, refused: str | None = None) -> str:
        """Give an access token, asking the provider only where there is no good one, or it was `refused`.

        Raises SignInRefusedError or SignInUnavailableError.
        """
        with self._lock:
            self._look()
            tokens, trouble, now = self._tokens, self._trouble, self._now()
            is_refused = trouble is not None and trouble.is_refusal
            if tokens and tokens.is_good(now) and tokens.access_token != refused and not is_refused:
                return tokens.access_token
            return self._renew(refused).access_token

    def look_after(self) -> Trouble | None:
        """Renew the tokens if it is time, and notice another sign-in; say what trouble there is now."""
        with self._lock:
            self._look()
            tokens, trouble, now = self._tokens, self._trouble, self._now()
            is_due = now >= trouble.until if trouble else tokens is None or now >= tokens.renew_at
            if is_due:
                # The trouble is kept, and given below.
                with suppress(SignInRefusedError, SignInUnavailableError):
                    self._renew(None)
            return self._trouble

    @property
    def renewed_at(self) -> datetime | None:
        """When the present tokens were given."""
        return self._tokens.issued_at if self._tokens else None

    def epoch(self) -> int:
        """Count the sign-ins that others made, as far as we saw them."""
        with self._lock:
            self._look()
            return self._epoch

    def version(self) -> object:
        """Say which tokens and which secret there are, to be compared; waits for nobody."""
        return self._vault.stamp(self._name), self._secret_stamp()

    def find(self) -> Tokens | None:
        """Give the tokens as they are, None where nobody signed in. Raises SignInRefusedError."""
        with self._lock:
            self._look()
            if self._trouble and not self._tokens:
                raise self._trouble.again()
            return self._tokens

    def accept(self, tokens: Tokens) -> None:
        """Take the tokens of a person's sign-in. Raises SignInRefusedError, SignInUnavailableError."""
        with self._lock, self._vault.turn():
            self._tokens = tokens
            self._check_rights(self._client())
            self._keep(tokens)

    def _look(self) -> bool:
        """Take up what another process sealed; say whether it was something else than before.

        Another secret makes no other tokens, but what was refused for the old one may be asked for again.
        """
        secret, self._secret = self._secret, self._secret_stamp()
        if self._secret != secret:
            self._trouble = None
            self._epoch += 1
        stamp = self._vault.stamp(self._name)
        if stamp == self._stamp:
            return False
        self._stamp, self._tokens, self._trouble = stamp, None, None
        self._epoch += 1
        self._failed.clear()
        try:
            self._tokens = self._vault.find(self._name)
        except SignInRefusedError as error:
            self._trouble = Trouble(error, self._now() + PAUSE_REFUSED)
        if self._tokens and self._tokens.trouble_at:
            # It was refused in another process's hands, or before we were started: that counts, too.
            until = self._tokens.trouble_at + PAUSE_REFUSED
            self._trouble = Trouble(SignInRefusedError(self._tokens.trouble), until)
        return True

    def _renew(self, refused: str | None) -> Tokens:
        if self._trouble and self._now() < self._trouble.until:
            raise self._trouble.again()
        try:
            with self._vault.turn():
                return self._renew_in_turn(refused)
        except SignInRefusedError as error:
            self._trouble = Trouble(error, self._now() + PAUSE_REFUSED)
            raise
        except SignInUnavailableError as error:
            raise self._put_off(error) from error

    def _renew_in_turn(self, refused: str | None) -> Tokens:
        is_other, now = self._look(), self._now()
        if is_other and self._trouble:
            raise self._trouble.again()
        tokens = self._tokens
        if tokens and (is_other or not self._is_sealed) and now < tokens.renew_at and tokens.access_token != refused:
            return tokens if self._is_sealed else self._keep(tokens)
        try:
            return self._keep(self._ask(tokens, now))
        except SignInRefusedError as error:
            if tokens:
                self._keep(replace(tokens, trouble=str(error), trouble_at=now))
            raise

    def _ask(self, tokens: Tokens | None, now: datetime) -> Tokens:
        """Ask the provider; say of a refusal what can be done about it."""
        from maild.oauth import grants  # noqa: PLC0415 - 0.4 s and 30 MB, for a desk that may sign in by passwords alone

        client = self._client()
        try:
            self._check_rights(client)
            return grants.renew(client, tokens, now)
        except SignInRefusedError as error:
            remedy = f"sign in by `{self._login}`" if client.way.needs_person else "mend its secret or its registration"
            raise SignInRefusedError(f"{error}: {remedy}") from error

    def _check_rights(self, client: Client) -> None:
        """Refuse tokens that were given for less than the accounts need now."""
        missing = rights_of(client.scopes) - rights_of(self._tokens.scopes) if self._tokens else frozenset()
        if client.way.needs_person and missing:
            raise SignInRefusedError(f"the sign-in was for less than is needed now: {', '.join(sorted(missing))}")

    def _keep(self, tokens: Tokens) -> Tokens:
        """Use tokens from now on, and seal them: what could not be sealed is not lost yet, and is sealed later."""
        self._tokens, self._is_sealed = tokens, False
        try:
            self._vault.keep(self._name, tokens)
        except SignInRefusedError as error:
            raise SignInUnavailableError(str(error), is_answered=False) from error
        self._stamp, self._is_sealed = self._vault.stamp(self._name), True
        self._trouble, self._unreached = None, 0
        self._failed.clear()
        return tokens

    def _put_off(self, error: SignInUnavailableError) -> SignInUnavailableError:
        now = self._now()
        if error.is_answered:
            self._failed.append(now)
            recent = sum(at > now - AN_HOUR for at in self._failed)
            pause = _PAUSE_BUSY * 2 ** max(recent - 2, 0)
            pause = error.again_in if recent == 1 and error.again_in else max(pause, error.again_in or pause)
            until = now + pause
            if len(self._failed) == TRIES:
                until = max(until, self._failed[0] + AN_HOUR)
        else:
            self._unreached += 1
            until = now + min(_PAUSE_FIRST * 2 ** min(self._unreached - 1, 4), _PAUSE_LAST)
        told = SignInUnavailableError(str(error), again_in=until - now, is_answered=error.is_answered)
        self._trouble = Trouble(told, until)
        return told
