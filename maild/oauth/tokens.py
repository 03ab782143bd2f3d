"""What a provider gave: an access token for a while, and mostly a refresh token for the next. Pure."""

import json
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final

RENEW_AFTER: Final = 0.8  # of the life of an access token
_MARGIN: Final = timedelta(seconds=5)  # a token that ends on its way to the server is of no use


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one sign-in; `scopes` are what they are good for.

    `trouble` is why the provider refused to renew them, since `trouble_at`.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    scopes: tuple[str, ...]
    trouble: str = ""
    trouble_at: datetime | None = None

    @property
    def renew_at(self) -> datetime:
        """When 80 % of the access token's life are over."""
        return self.issued_at + RENEW_AFTER * (self.expires_at - self.issued_at)

    def is_good(self, now: datetime) -> bool:
        """Whether a server would take the access token."""
        return now + min(_MARGIN, (self.expires_at - self.issued_at) / 10) < self.expires_at


def tokens_to_text(tokens: Tokens) -> str:
    """Write tokens, to be sealed."""
    values = {each.name: getattr(tokens, each.name) for each in fields(tokens)}
    return json.dumps(values, default=lambda value: value.isoformat())


def parse_tokens(text: str) -> Tokens:
    """Read what `tokens_to_text` wrote; raises ValueError for anything else."""
    try:
        values = json.loads(text)
        trouble_at = values["trouble_at"]
        return Tokens(
            access_token=str(values["access_token"]),
            refresh_token=str(values["refresh_token"]),
            issued_at=datetime.fromisoformat(values["issued_at"]),
            expires_at=datetime.fromisoformat(values["expires_at"]),
            scopes=tuple(map(str, values["scopes"])),
            trouble=str(values["trouble"]),
            trouble_at=None if trouble_at is None else datetime.fromisoformat(trouble_at),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("no tokens") from error
