"""A round of messages: the store is asked once, before all of them, and each must know what those before it want."""

from collections import Counter, defaultdict
from dataclasses import replace

from maild.model.decision import CountMail, Decision, OpenTicket
from maild.model.facts import AcknowledgementCounts, Facts, Questions, Rate
from maild.model.outgoing import ACKNOWLEDGEMENTS
from maild.model.rates import Counted


class Round:
    """What the decisions of a round want so far.

    BUGS
        One that turns out stale was known to those after it all the same: it is decided again at once, after them.
    """

    def __init__(self) -> None:
        self._opened = 0
        self._thanked: Counter[str] = Counter()
        self._assigned: Counter[str] = Counter()
        self._counted: defaultdict[Counted, int] = defaultdict(int)

    def known_to(self, asked: Questions, facts: Facts) -> Facts:
        """Give the store's answer as it would be, had the decisions so far been carried out."""
        return replace(
            facts,
            next_number=facts.next_number + self._opened,
            acknowledgements=self._with_thanked(asked.sender, facts.acknowledgements),
            requesters={each: self._with_thanked(each, counts) for each, counts in facts.requesters.items()},
            loads={person: load + self._assigned[person] for person, load in facts.loads.items()},
            rates={
                rate: Rate(facts.rates.get(rate, Rate()).times + self._counted[rate.counted]) for rate in asked.rates
            },
        )

    def _with_thanked(self, address: str, counts: AcknowledgementCounts) -> AcknowledgementCounts:
        domain_hour = counts.domain_hour + self._thanked[_domain_of(address)]
        return replace(counts, domain_hour=domain_hour, all_hour=counts.all_hour + self._thanked.total())

    def add(self, decision: Decision) -> None:
        """Let those that come after know what one wants."""
        for step in decision.steps:
            match step:
                case OpenTicket(assignee=assignee):
                    self._opened += 1
                    self._assigned.update([assignee] if assignee is not None else [])
                case CountMail(counted):
                    for each in counted:
                        self._counted[each] += 1
                case _:
                    pass
        self._thanked.update(
            _domain_of(mail.to) for mail in decision.mails if mail.is_capped or mail.template in ACKNOWLEDGEMENTS
        )


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
