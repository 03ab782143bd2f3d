"""When to try again, or None: give up."""

from datetime import datetime, timedelta
from typing import Final

FIRST_PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(minutes=60),
)
PAUSE: Final = timedelta(hours=2)
SPREAD: Final = 0.2
LONGEST: Final = timedelta(days=5)  # RFC 5321, 4.5.4.1


def next_attempt(
    first_at: datetime, now: datetime, attempts: int, expires_at: datetime, jitter: float
) -> datetime | None:
    """Say when a mail tried `attempts` times is tried again: after 1, 5, 15, 30, 60 minutes, then every 2 h ± 20 %.

    `jitter` lies in [0, 1) and spreads the two hours, so that mails deferred together do not come back together. None
    when the next attempt would come after `expires_at` or more than five days after `first_at`.
    """
    pause = FIRST_PAUSES[max(attempts, 1) - 1] if attempts <= len(FIRST_PAUSES) else _spread(jitter)
    next_at = now + pause
    return next_at if next_at <= min(expires_at, first_at + LONGEST) else None


def _spread(jitter: float) -> timedelta:
    return PAUSE * (1 - SPREAD + 2 * SPREAD * jitter)
