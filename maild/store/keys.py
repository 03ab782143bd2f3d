"""The desk's signing keys."""

from datetime import datetime

from sqlalchemy import func, select

from maild.marks import SigningKey
from maild.store.snapshot import Snapshot
from maild.store.tables import signing_key


class KeyReading(Snapshot):
    """Asking for the keys."""

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Give every key that ever signed, the newest last."""
        rows = self._connection.execute(select(signing_key).order_by(signing_key.c.position))
        return tuple(SigningKey(row.id, row.secret) for row in rows)

    def newest_key_at(self) -> datetime | None:
        """Say when the newest key was made; None without any."""
        made_at: datetime | None = self._connection.execute(select(func.max(signing_key.c.made_at))).scalar_one()
        return made_at


class KeyWriting(Snapshot):
    """Changing keys: one is added, none is ever taken away."""

    def add_signing_key(self, key: SigningKey, now: datetime) -> None:
        """Keep a new key; it signs from now on."""
        self._connection.execute(signing_key.insert().values(id=key.id, secret=key.secret, made_at=now))
