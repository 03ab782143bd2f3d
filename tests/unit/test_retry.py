"""When a mail is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from maild.retry import next_attempt

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIVE_DAYS = NOW + timedelta(days=5)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60)])
def test_the_first_pauses_grow(attempts: int, minutes: int) -> None:
    """After the first five attempts: 1, 5, 15, 30 and 60 minutes, whatever the jitter."""
    for jitter in (0.0, 0.999):
        assert next_attempt(NOW, NOW, attempts, FIVE_DAYS, jitter) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("jitter", "minutes"), [(0.0, 96), (0.5, 120), (1.0, 144)])
@pytest.mark.parametrize("attempts", [6, 7, 50])
def test_later_pauses_are_two_hours_give_or_take_a_fifth(attempts: int, jitter: float, minutes: int) -> None:
    """Mails deferred together do not come back together."""
    assert next_attempt(NOW, NOW, attempts, FIVE_DAYS, jitter) == NOW + timedelta(minutes=minutes)


def test_nothing_is_tried_after_its_end() -> None:
    """The next attempt lies before `expires_at`, or there is none."""
    assert next_attempt(NOW, NOW, 1, NOW + timedelta(minutes=1), 0.5) == NOW + timedelta(minutes=1)
    assert next_attempt(NOW, NOW, 1, NOW + timedelta(seconds=59), 0.5) is None


def test_five_days_are_the_longest() -> None:
    """A mail that expires later than that is given up all the same."""
    now = NOW + timedelta(days=4, hours=23)
    assert next_attempt(NOW, now, 60, NOW + timedelta(days=30), 0.0) is None


def test_a_mail_of_five_days_is_tried_some_sixty_times() -> None:
    """The schedule ends by itself."""
    at: datetime | None = NOW
    attempts = 0
    while at is not None:
        attempts += 1
        at = next_attempt(NOW, at, attempts, FIVE_DAYS, 0.5)
    assert attempts == 65
