"""Instants of the past, as a person says them."""

from datetime import datetime, timedelta

import pytest

from maild.cli.since import parse_since

NOW = datetime(2026, 11, 24, 10, 30).astimezone()  # by the clock of this machine


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30d", NOW - timedelta(days=30)),
        ("1d2h", NOW - timedelta(hours=26)),
        ("09:15", NOW.replace(hour=9, minute=15)),
        ("14:00", NOW.replace(hour=14, minute=0) - timedelta(days=1)),
        ("2026-11-20", NOW.replace(day=20, hour=0, minute=0)),
        ("2026-11-20T14:00", NOW.replace(day=20, hour=14, minute=0)),
        ("2026-11-20 14:00+00:00", datetime.fromisoformat("2026-11-20T14:00+00:00")),
        ("2026-11-25", None),
        ("0s", None),
        ("monday", None),
        ("25:00", None),
        ("", None),
    ],
)
def test_an_instant_of_the_past(text, expected):
    """How long ago, the last time that the clock showed it, a day, an instant; nothing that is still to come."""
    assert parse_since(text, NOW) == expected
