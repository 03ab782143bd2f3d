"""`--since`: an instant of the past, as a person says it."""

from datetime import UTC, datetime, time, timedelta

import click

from maild.cli.opening import now
from maild.documents import ScalarError, parse_duration

_SHAPES = "write it like 30d, 4h, 14:00, 2026-11-20 or 2026-11-20T14:00"


class Since(click.ParamType[datetime]):
    """How long ago (30d), the last time that it was 14:00, or a day or instant; in the time zone of this machine.

    That is the zone in which every command shows its times.
    """

    name = "since"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read what was written."""
        if isinstance(value, datetime):
            return value
        found = parse_since(value, now())
        if found is None:
            self.fail(f"'{value}' is no instant of the past: {_SHAPES}", param, ctx)
        return found


def parse_since(text: str, at: datetime) -> datetime | None:
    """Read an instant before `at`; None where it is none."""
    try:
        since: datetime | None = at - parse_duration(text)
    except (ScalarError, OverflowError):
        since = _by_the_clock(text, at)
    return since if since is not None and since < at else None


def _by_the_clock(text: str, at: datetime) -> datetime | None:
    local = at.astimezone()
    try:
        if "-" in text:
            return datetime.fromisoformat(text).astimezone(UTC)
        today = datetime.combine(local.date(), time.fromisoformat(text))
    except ValueError:
        return None
    since = today.astimezone(UTC)
    return since if since < at else (today - timedelta(days=1)).astimezone(UTC)
