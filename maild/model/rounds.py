"""A round of messages: the store is asked once, before all of them, and each must know what those before it want."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maild.model.aftermath import ticket_after
from maild.model.decision import AddEntry, ChangeTicket, CountMail, Decision, OpenTicket
from maild.model.facts import AcknowledgementCounts, Facts, Questions, Rate, TicketFacts
from maild.model.outgoing import ACKNOWLEDGEMENTS
from maild.model.rates import Counted, RateQuestion
from maild.model.ticket import folded


class Round:
    """What the decisions of a round want so far.

    BUGS
        One that turns out stale was known to those after it all the same: it is decided again at once, after them.
    """

    def __init__(self) -> None:
        self._opened = 0
        self._thanked: Counter[str] = Counter()
        self._written_to: Counter[str] = Counter()
        self._assigned: Counter[str] = Counter()
        self._counted: list[tuple[datetime, Counted, int | None]] = []
        self._tickets: dict[int, TicketFacts] = {}
        self._incidents: dict[str, int] = {}

    def known_to(self, asked: Questions, facts: Facts, now: datetime) -> Facts:
        """Give the store's answer as it would be, had the decisions so far been carried out."""
        knows_incidents = facts.incidents is not None
        new = {number: self._tickets[number] for number in self._incidents.values()} if knows_incidents else {}
        return replace(
            facts,
            next_number=facts.next_number + self._opened,
            acknowledgements=self._with_thanked(asked.sender, facts.acknowledgements),
            requesters={each: self._with_thanked(each, counts) for each, counts in facts.requesters.items()},
            loads={person: load + self._assigned[person] for person, load in facts.loads.items()},
            rates={rate: self._rate(rate, facts.rates.get(rate, Rate()), now) for rate in asked.rates},
            tickets={number: self._tickets.get(number, one) for number, one in facts.tickets.items()} | new,
            incidents={**facts.incidents, **self._incidents} if facts.incidents is not None else None,
        )

    def _with_thanked(self, address: str, counts: AcknowledgementCounts) -> AcknowledgementCounts:
        mine = self._written_to[address.lower()]
        return replace(
            counts,
            address_hour=counts.address_hour + mine,
            address_day=counts.address_day + mine,
            domain_hour=counts.domain_hour + self._thanked[_domain_of(address)],
            all_hour=counts.all_hour + self._thanked.total(),
        )

    def add(self, decision: Decision, facts: Facts, now: datetime) -> None:
        """Let those that come after know what one wants, which was decided on these facts."""
        for step in decision.steps:
            match step:
                case OpenTicket(assignee=assignee):
                    self._opened += 1
                    self._assigned.update([assignee] if assignee is not None else [])
                    if step.incident is not None:
                        self._incidents[folded(step.incident)] = step.number
                case CountMail(counted, ticket):
                    self._counted += [(now, each, ticket) for each in counted]
                case _:
                    pass
        thanked = [mail.to for mail in decision.mails if mail.is_capped or mail.template in ACKNOWLEDGEMENTS]
        self._thanked.update(map(_domain_of, thanked))
        self._written_to.update(to.lower() for to in thanked)
        known = facts.with_counted()
        self._tickets |= {number: ticket_after(decision, known, number, now) for number in set(_touched(decision))}

    def _rate(self, rate: RateQuestion, before: Rate, now: datetime) -> Rate:
        """Count on, and leave out the tickets that have found their incident meanwhile."""
        since = now - rate.within
        here = [number for at, counted, number in self._counted if counted == rate.counted and at >= since]
        tickets = [self._tickets.get(one.ticket.number, one) for one in before.tickets]
        tickets += [self._tickets[number] for number in here if number is not None and number in self._tickets]
        return Rate(before.times + len(here), tuple(one for one in tickets if one.ticket.parent is None))


def _touched(decision: Decision) -> Iterator[int]:
    for step in decision.steps:
        if isinstance(step, OpenTicket | ChangeTicket | AddEntry):
            yield step.number


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
