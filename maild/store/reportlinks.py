"""Links to reports: which report a secret shows, by the secret's hash, until when."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from maild.model.reports import ReportOrder
from maild.store.snapshot import Snapshot
from maild.store.tables import report_link


def digest_of(secret: str) -> str:
    """Hash a link's secret, which no other thing of the desk is hashed like."""
    return hashlib.sha256(f"maild-report-1\0{secret}".encode("utf-8", "replace")).hexdigest()


class ReportLinkReading(Snapshot):
    """Asking what a link shows."""

    def find_report_link(self, secret: str, now: datetime) -> ReportOrder | None:
        """Give the report that a secret shows; None where there is no such link, or it is over."""
        found = select(report_link.c.order).where(
            report_link.c.digest == digest_of(secret), report_link.c.expires_at > now
        )
        order = self._connection.execute(found).scalar_one_or_none()
        return None if order is None else ReportOrder(**order)


class ReportLinkWriting(Snapshot):
    """Giving links."""

    def add_report_link(self, secret: str, order: ReportOrder, by: str, now: datetime, expires_at: datetime) -> None:
        """Let a secret show a report; what is over is forgotten."""
        self._connection.execute(delete(report_link).where(report_link.c.expires_at <= now))
        row = {"digest": digest_of(secret), "made_at": now, "expires_at": expires_at, "by": by, "order": asdict(order)}
        self._connection.execute(report_link.insert(), [row])
