"""How many mails the desk wrote by itself lately to whom: what the caps are measured by."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, func, select

from maild.model.facts import AcknowledgementCounts
from maild.model.outgoing import Template
from maild.store.dialect import in_chunks
from maild.store.tables import outgoing_mail

ENOUGH = 10_000  # beyond any cap; the count of all stops here, however many there were

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_mail = outgoing_mail.c


def domain_of(address: str) -> str:
    """Name the domain that an address counts for, in lower case."""
    return address.rpartition("@")[2].lower()


class Counting:
    """The counts for a batch of senders, each asked of the database once. Letter case does not matter."""

    def __init__(self, connection: Connection, senders: Iterable[str], now: datetime) -> None:
        addresses = {sender.lower() for sender in senders}
        domains = {domain_of(sender) for sender in addresses}
        self._hour = _count_by(connection, _mail.acknowledged, addresses, now - HOUR)
        self._day = _count_by(connection, _mail.acknowledged, addresses, now - DAY)
        self._domain = _count_by(connection, _mail.domain, domains, now - HOUR)
        self._all = _count_all(connection, now - HOUR)

    def counts_of(self, sender: str) -> AcknowledgementCounts:
        """Give the counts that concern one sender."""
        address = sender.lower()
        return AcknowledgementCounts(
            address_hour=self._hour.get(address, 0),
            address_day=self._day.get(address, 0),
            domain_hour=self._domain.get(domain_of(address), 0),
            all_hour=self._all,
        )


def count_questions(connection: Connection, people: Iterable[str], now: datetime) -> dict[str, int]:
    """Count how often people of the house were asked within the hour whether they sent something."""
    counts: dict[str, int] = {}
    for some in in_chunks(people):
        lately = (
            select(_mail.person, func.count())
            .where(_mail.person.in_(some), _mail.created_at > now - HOUR, _mail.draft.is_not(None))
            .where(_mail.template == Template.DID_YOU_SEND_THIS.value)
            .group_by(_mail.person)
        )
        counts.update((person, count) for person, count in connection.execute(lately))
    return counts


def read_surveys(connection: Connection, addresses: Iterable[str]) -> dict[str, tuple[datetime, ...]]:
    """Say when addresses, in lower case, were asked how it was, oldest first."""
    asked: dict[str, tuple[datetime, ...]] = {}
    for some in in_chunks({address.lower() for address in addresses}):
        rows = select(_mail.acknowledged, _mail.created_at).where(
            _mail.acknowledged.in_(some), _mail.template == Template.SURVEY.value
        )
        for row in connection.execute(rows.order_by(_mail.created_at)):
            asked[row.acknowledged] = (*asked.get(row.acknowledged, ()), row.created_at)
    return asked


def _count_by(connection: Connection, column: Column[Any], values: Iterable[str], since: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    for some in in_chunks(values):
        lately = (
            select(column, func.count())
            .where(column.in_(some), _mail.created_at > since, _mail.acknowledged.is_not(None))
            .group_by(column)
        )
        counts.update((value, count) for value, count in connection.execute(lately))
    return counts


def _count_all(connection: Connection, since: datetime) -> int:
    lately = select(_mail.id).where(_mail.created_at > since, _mail.acknowledged.is_not(None)).limit(ENOUGH)
    count: int = connection.execute(select(func.count()).select_from(lately.subquery())).scalar_one()
    return count
