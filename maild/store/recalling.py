"""What was decided of mails some time ago, with the bytes that it was decided on, for whoever asks again."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from maild.store.blobs import read_blobs
from maild.store.dialect import in_chunks
from maild.store.snapshot import Snapshot, light
from maild.store.tables import arrival, explanation

_ABOUT = (arrival.c.id, arrival.c.mailbox, arrival.c.size, arrival.c.ticket, arrival.c.taken_over_as)
_later = explanation.alias("later")
# Of a mail that was decided again, after a release or a restore, the last word counts; of one that is forgotten, none.
_LAST_WORDS = (
    select(explanation.c.id.label("key"), explanation.c.at, explanation.c.text, *_ABOUT)
    .join(arrival, arrival.c.id == explanation.c.arrival)
    .where(arrival.c.forgotten_at.is_(None))
    .where(~exists().where(_later.c.arrival == explanation.c.arrival, _later.c.id > explanation.c.id))
    .order_by(explanation.c.id)
)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """The last decision about an arrival: `story` is its JSON, `key` its place among all; `size` is of the mail.

    `is_old`: it was older than the desk's work, and taken over.
    """

    key: int
    at: datetime
    story: str
    arrival: int
    mailbox: str
    size: int
    ticket: int | None
    is_old: bool = False


class Recalling(Snapshot):
    """Asking for what was decided, the oldest first."""

    def find_story_since(self, since: datetime) -> int:
        """Give the key before the first story at or after an instant: stories are written in the order of time."""
        last: int | None = self._connection.execute(select(func.max(explanation.c.id))).scalar_one()
        keys = range(1, (last or 0) + 1)
        return bisect_left(keys, since, key=lambda key: self._instant_of(key, since))

    def past_decisions(self, key: int, limit: int) -> tuple[PastDecision, ...]:
        """Give the next decisions about arrivals whose stories come after a key; fewer where mails are large."""
        rows = self._connection.execute(_LAST_WORDS.where(explanation.c.id > key).limit(limit)).all()
        return tuple(
            PastDecision(row.key, row.at, row.text, row.id, row.mailbox, row.size, row.ticket, bool(row.taken_over_as))
            for row in light(rows)
        )

    def raws_of(self, arrival_ids: Iterable[int]) -> dict[int, bytes]:
        """Give the bytes of arrivals; those whose bytes are not kept any more are left out."""
        blobs: dict[int, int] = {}
        for some in in_chunks(arrival_ids):
            about = select(arrival.c.id, arrival.c.raw, arrival.c.forgotten_at).where(arrival.c.id.in_(some))
            blobs.update((row.id, row.raw) for row in self._connection.execute(about) if row.forgotten_at is None)
        contents = read_blobs(self._connection, blobs.values())
        return {one: contents[raw] for one, raw in blobs.items() if raw in contents}

    def _instant_of(self, key: int, none: datetime) -> datetime:
        """Give the instant of the first story from a key on; a number may be missing."""
        first = select(explanation.c.at).where(explanation.c.id >= key).order_by(explanation.c.id).limit(1)
        at: datetime | None = self._connection.execute(first).scalar_one_or_none()
        return none if at is None else at
