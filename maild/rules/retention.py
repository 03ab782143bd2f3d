"""How long is kept what nobody works with any more; None is for ever."""

from dataclasses import dataclass
from datetime import timedelta

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Retention:
    """`closed` and `spam` are tickets, counted from their end; `held`, `desk` and `raw` the bytes of mails.

    `desk` are mails that became no entry of a ticket, `raw` are those that did: the words of their entries stay.
    """

    closed: timedelta | None = None
    spam: timedelta | None = None
    held: timedelta | None = None
    desk: timedelta | None = None
    raw: timedelta | None = None


FOR_EVER = Retention()
