"""How often something happened before a message: what the rates of rules are measured by."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from maild.model.facts import Questions, Rate, TicketFacts, Want
from maild.model.rates import Counted, RateOf, RateQuestion
from maild.model.ticket import FINISHED, State
from maild.store.dialect import in_chunks
from maild.store.history import read_tickets
from maild.store.snapshot import Snapshot
from maild.store.tables import counted, ticket

MOST_TICKETS = 200  # of one rate: what an incident begins with at most

_UNFINISHED = [state.value for state in State if state not in FINISHED]
_count = counted.c


class RateReading(Snapshot):
    """Asking how often something happened."""

    def count_before(self, arrival_id: int, rates: Sequence[RateQuestion], at: datetime) -> Mapping[RateQuestion, int]:
        """Count what was counted before an arrival that was decided at an instant."""
        asked = Questions(arrival_id, "", "", "", None, (), (), (), rates=tuple(rates))
        (found,) = read_rates(self._connection, [asked], at)
        return {rate: one.times for rate, one in found.items()}


def read_rates(connection: Connection, asked: Sequence[Questions], now: datetime) -> list[dict[RateQuestion, Rate]]:
    """Count, as of an instant, what each of the questions asks: the mails that were counted before theirs.

    Any instant will do, since what was counted is never changed. Of mails that were counted at one instant, those of
    older arrivals come first, as they were decided.
    """
    rates = {rate for one in asked for rate in one.rates}
    if not rates:
        return [{} for _ in asked]
    times = _times(connection, rates, now)
    own = _own(connection, asked, now)
    beside = _beside(connection, rates, now)
    gathered = _gather(connection, {rate for one in asked if Want.INCIDENTS in one.wants for rate in one.rates}, now)

    def rate_of(one: Questions, rate: RateQuestion) -> Rate:
        before = sum(one.arrival is None or arrival < one.arrival for arrival in beside.get(rate.counted, ()))
        return Rate(times[rate] - own[one.arrival, rate] + before, gathered.get(rate, ()))

    return [{rate: rate_of(one, rate) for rate in one.rates} for one in asked]


def _times(connection: Connection, rates: Iterable[RateQuestion], now: datetime) -> Counter[RateQuestion]:
    keys: defaultdict[tuple[RateOf, timedelta], list[str]] = defaultdict(list)
    for rate in rates:
        keys[rate.of, rate.within].append(rate.key)
    times: Counter[RateQuestion] = Counter()
    for (of, within), every in keys.items():
        for some in in_chunks(every):
            rows = select(_count.key, func.count()).where(_count.kind == of.value, _count.key.in_(some))
            rows = rows.where(_count.at >= now - within, _count.at < now).group_by(_count.key)
            times.update({RateQuestion(of, row[0], within): row[1] for row in connection.execute(rows)})
    return times


def _own(connection: Connection, asked: Sequence[Questions], now: datetime) -> Counter[tuple[int | None, RateQuestion]]:
    """Find what the messages in hand were counted under before: those that were held, and released."""
    by_arrival = {one.arrival: one.rates for one in asked if one.arrival is not None and one.rates}
    own: Counter[tuple[int | None, RateQuestion]] = Counter()
    for some in in_chunks(by_arrival):
        for row in connection.execute(select(counted).where(_count.arrival.in_(some), _count.at < now)):
            for rate in by_arrival[row.arrival]:
                is_same = rate.counted == Counted(RateOf(row.kind), row.key)
                own[row.arrival, rate] += is_same and row.at >= now - rate.within
    return own


def _beside(connection: Connection, rates: Iterable[RateQuestion], now: datetime) -> Mapping[Counted, list[int]]:
    """Give the arrivals that were counted at this very instant."""
    arrivals: defaultdict[Counted, list[int]] = defaultdict(list)
    for of in {rate.of for rate in rates}:
        for some in in_chunks({rate.key for rate in rates if rate.of is of}):
            rows = select(_count.key, _count.arrival).where(_count.kind == of.value, _count.key.in_(some))
            for row in connection.execute(rows.where(_count.at == now)):
                arrivals[Counted(of, row.key)].append(row.arrival)
    return arrivals


def _gather(
    connection: Connection, rates: Iterable[RateQuestion], now: datetime
) -> dict[RateQuestion, tuple[TicketFacts, ...]]:
    """Give the unfinished tickets with which something happened, the newest of each rate, oldest first."""
    numbers = {rate: _numbers(connection, rate, _count.at.between(now - rate.within, now)) for rate in rates}
    tickets = read_tickets(connection, {number for some in numbers.values() for number in some})
    light = {number: TicketFacts(one, (), last_n, {}) for number, (one, last_n) in tickets.items()}
    return {rate: tuple(light[number] for number in some) for rate, some in numbers.items()}


def _numbers(connection: Connection, rate: RateQuestion, is_within: ColumnElement[bool]) -> list[int]:
    rows = (
        select(_count.ticket)
        .join(ticket, ticket.c.number == _count.ticket)
        .where(_count.kind == rate.of.value, _count.key == rate.key, is_within)
        .where(ticket.c.state.in_(_UNFINISHED), ticket.c.parent.is_(None))
        .order_by(_count.at.desc(), _count.ticket.desc())
        .limit(MOST_TICKETS)
    )
    return list(dict.fromkeys(connection.execute(rows).scalars()))[::-1]
