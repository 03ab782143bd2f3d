"""How a report looks at tickets: as of when, by what, for whose eyes, in which hours; and what it has to look at."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from maild.model.reports import Logged, ReportFacts, Values
from maild.model.search import Sight
from maild.reporting.periods import Period
from maild.reporting.stories import Happening, Hours, Story, What, stories

NOBODY = "–"
GROUPS = ("queue", "category", "customer", "team", "priority", "agent", "state")


@dataclass(frozen=True, slots=True)
class View:
    """`by` parts the figures by one of GROUPS, "" as each part does by itself. `sight` None sees all.

    `customer_of` names the group of customers of an address. `hours` None measures in each clock's own calendar.
    `queue` "" is every queue.
    """

    now: datetime
    customer_of: Callable[[str], str | None]
    by: str = ""
    hours: Hours | None = None
    sight: Sight | None = None
    queue: str = ""


class Subject:
    """The tickets of a report as they stood at the end of its period, for the parts to look at."""

    def __init__(self, period: Period, facts: ReportFacts, view: View) -> None:
        self.period = period.as_of(view.now)
        self.facts = facts
        self.view = view
        self.zone = ZoneInfo(period.zone)
        self._customers: dict[str, str] = {}

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """Every ticket that the reader may know of, by number."""
        view, seen = self.view, self.view.sight
        logs = [log for log in self.facts.logs if seen is None or seen.sees(log)]
        told = stories(sorted(logs, key=lambda log: log.number), self.period.until, view.hours)
        return tuple(one for one in told if view.queue in {"", one.stands["queue"]})

    def happened(self, *what: What) -> Iterable[tuple[Story, Happening]]:
        """Give what happened in the period, ticket by ticket."""
        wanted = frozenset(what)
        for story in self.stories:
            for one in story.happenings:
                if one.what in wanted and self.period.holds(one.at):
                    yield story, one

    def group(self, story: Story, values: Values, otherwise: str) -> str:
        """Say where a ticket counts that stood so; `otherwise` names what the part is parted by by itself."""
        by = self.view.by or otherwise
        match by:
            case "customer":
                return self._customer(story.log.requester)
            case "agent":
                return values["assignee"] or NOBODY
        return values[by] or NOBODY

    def by(self, otherwise: str) -> str:
        """Name what a part is parted by."""
        return self.view.by or otherwise

    def subject_of(self, log: Logged) -> str:
        """Give what a ticket is called; of a confidential one nobody reads that in a report."""
        return "(confidential)" if log.confidential is not None else log.subject

    def words_of(self, log: Logged, entry: int) -> str:
        """Give the words of an entry; none of a confidential ticket's."""
        text = self.facts.words.get((log.number, entry), "") if entry else ""
        return "(confidential)" if text and log.confidential is not None else " ".join(text.split())

    def _customer(self, address: str | None) -> str:
        if address is None:
            return NOBODY
        if address not in self._customers:
            self._customers[address] = self.view.customer_of(address) or address.rpartition("@")[2].lower()
        return self._customers[address]


class Tally:
    """Counts by group, in the order of the groups' names."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, group: str, what: str, number: int = 1) -> None:
        """Count one more."""
        self._counts[group][what] += number

    def groups(self) -> list[str]:
        """Name the groups in their order; who has none comes last."""
        return sorted(self._counts, key=lambda group: (group == NOBODY, group.casefold()))

    def of(self, group: str, what: str) -> int:
        """Give a count."""
        return self._counts[group][what] if group in self._counts else 0

    def total(self, what: str) -> int:
        """Give the sum of a count over all groups."""
        return sum(counts[what] for counts in self._counts.values())
