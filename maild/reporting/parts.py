"""The parts of reports by name: what the command line, pages, mails and `#report` are put together of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from maild.model.reports import ReportFacts
from maild.reporting import lists, promises, volumes, votes
from maild.reporting.periods import Period
from maild.reporting.tables import Part
from maild.reporting.views import Subject, View

PARTS: Mapping[str, Callable[[Subject], Part]] = MappingProxyType(
    {
        "volume": volumes.volume,
        "sla": promises.sla,
        "backlog": volumes.backlog,
        "escalations": promises.escalations,
        "csat": votes.csat,
        "load": volumes.load,
        "lessons": votes.lessons,
        "open-by-due": lists.open_by_due,
        "waiting": lists.waiting,
        "breached": lists.breached,
        "escalated": lists.escalated,
        "absences": lists.absences,
    }
)
# What each report of the command line is made of.
REPORTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sla": ("sla", "escalations"),
        "volume": ("volume", "load"),
        "csat": ("csat",),
        "backlog": ("backlog",),
        "handover": ("open-by-due", "waiting", "breached", "escalated", "absences"),
        "lessons": ("lessons",),
    }
)

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "sla": "Agreements",
        "volume": "Volume",
        "csat": "Satisfaction",
        "backlog": "Backlog",
        "handover": "Handover",
        "lessons": "Lessons",
    }
)


# What a mail is too narrow for: it is there for the command line, and in a page.
_WIDE = frozenset({"course", "oldest"})


def for_mail(shown: Sequence[Part]) -> tuple[Part, ...]:
    """Leave out what is too long for a mail."""
    return tuple(
        replace(part, tables=tuple(table for table in part.tables if table.key not in _WIDE)) for part in shown
    )


def parts(names: Sequence[str], period: Period, facts: ReportFacts, view: View) -> tuple[Part, ...]:
    """Compute parts of a report, in the order named; of a period that is not over, what there is by now.

    Raises KeyError for a name that is not one of PARTS.
    """
    subject = Subject(period, facts, view)
    return tuple(PARTS[name](subject) for name in names)
