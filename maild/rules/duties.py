"""Who is named for what the desk writes by schedule, and is not there to read it."""

from collections.abc import Iterator

from maild.errors import Problem
from maild.rules.effects import WhomKind
from maild.rules.gathering import Gathering
from maild.rules.language.matters import CategorySection
from maild.rules.language.people import PersonSection
from maild.rules.language.reports import ReportSection

_ROLES = {WhomKind.MANAGERS: "manager", WhomKind.ADMINS: "admin"}


def duty_doubts(gathering: Gathering) -> Iterator[Problem]:
    """Say which report goes to roles that nobody has, and whose review is nobody's any more."""
    people = {entry.name: section.value(entry.name) for entry, section in gathering.sound("people", PersonSection)}
    roles = {role for person in people.values() if person.left is None for role in person.roles}
    for entry, report in gathering.sound("reports", ReportSection):
        if all(whom.kind in _ROLES and _ROLES[whom.kind] not in roles for whom in report.to):
            words = " and no ".join(whom.kind.value for whom in report.to)
            yield entry.problem(f"goes to nobody: there are no {words} among `people`", "to", at_key=True)
    for entry, category in gathering.sound("categories", CategorySection):
        reviewer = people.get(category.reviewed.by) if category.reviewed is not None else None
        if reviewer is not None and reviewer.left is not None:
            what = f"{reviewer.key} left, or leaves, on {reviewer.left}: from then on the managers are reminded"
            yield entry.problem(what, "reviewed", "by")
