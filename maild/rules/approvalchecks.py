"""What approvals say that can never be: nobody to ask, more to agree than are asked, a field that is no amount."""

from collections.abc import Iterator, Mapping

from maild.documents import Path, did_you_mean
from maild.errors import Problem
from maild.rules.approvals import Tier
from maild.rules.calendars import WALL_TIME, Calendar
from maild.rules.effects import Whom, WhomKind
from maild.rules.gathering import Gathering, Written
from maild.rules.language.agreements import too_late
from maild.rules.language.approvals import CONDITIONS, ApprovalSection
from maild.rules.language.hours import CalendarSection
from maild.rules.language.matters import FieldSection
from maild.rules.language.people import PersonSection, TeamSection
from maild.rules.references import branches

_AMOUNTS = frozenset({"number", "money"})
_ROLES: Mapping[WhomKind, str] = {WhomKind.MANAGERS: "manager", WhomKind.ADMINS: "admin"}


def approval_problems(gathering: Gathering) -> Iterator[Problem]:
    """Say what of approvals can never be."""
    calendars = {entry.name: section for entry, section in gathering.sound("calendars", CalendarSection)}
    fields = {entry.name: section for entry, section in gathering.sound("fields", FieldSection)}
    for entry in gathering.entries["approvals"].values():
        yield from _condition_problems(entry, gathering, ("when",))
    for entry, section in gathering.sound("approvals", ApprovalSection):
        field = fields.get(section.of or "")
        if field is not None and field.type not in _AMOUNTS:
            yield entry.problem(f"'{section.of}' is {field.type}: tiers need a field of type money or number", "of")
        hours = calendars.get(section.calendar or "")
        calendar: Calendar = hours.value(section.calendar or "", {}) if hours is not None else WALL_TIME
        for key, work in section.lengths():
            complaint = too_late(work, calendar)
            if complaint is not None:
                yield entry.problem(complaint, key)
        yield from _address_problems(entry, gathering)
        for path, tier in section.asks() if _knows_people(gathering) else ():
            yield from _tier_problems(entry, section, path, tier, gathering)


def _knows_people(gathering: Gathering) -> bool:
    """Whether every person and team holds: while one is still to be mended nobody knows who can be asked."""
    every = (*gathering.entries["people"].values(), *gathering.entries["teams"].values())
    return all(isinstance(each.value, PersonSection | TeamSection) for each in every)


def _condition_problems(entry: Written, gathering: Gathering, path: Path) -> Iterator[Problem]:
    """Say what a condition asks that no ticket has by itself."""
    value = entry.document.find((*entry.path, *path))
    if not isinstance(value, dict):
        return
    for key in value:
        if key not in CONDITIONS:
            what = f"an approval asks of the ticket, not of a mail: one of {', '.join(sorted(CONDITIONS))}"
            yield entry.problem(what, *path, key, at_key=True)
    known = gathering.names("fields")
    for name in entry.document.names((*entry.path, *path, "field")):
        if name not in known:
            what = f"there is no field '{name}'{did_you_mean(name, known)}"
            yield entry.problem(what, *path, "field", name, at_key=True)
    for inner in branches(value, path):
        yield from _condition_problems(entry, gathering, inner)


def _address_problems(entry: Written, gathering: Gathering) -> Iterator[Problem]:
    """Say who works here and is named by an address: only under their key do they decide as themselves."""
    owners = {
        address.lower(): person.name
        for person in gathering.entries["people"].values()
        for key in ("mail", "also")
        for _, address in person.words(key)
    }
    tiers = entry.document.find((*entry.path, "tiers"))
    places: list[Path] = [("tiers", number, "ask") for number in range(len(tiers) if isinstance(tiers, tuple) else 0)]
    for path in (("ask",), ("never",), *places):
        for keys, word in entry.words(*path):
            if word.lower() in owners:
                yield entry.problem(f"{word} is {owners[word.lower()]}'s: name them by their key", *keys)


def _tier_problems(
    entry: Written, section: ApprovalSection, path: Path, tier: Tier, gathering: Gathering
) -> Iterator[Problem]:
    asked = _together(tier.ask, gathering)
    left = asked - _together(section.never or (), gathering)
    if not asked:
        yield entry.problem("there is nobody to ask: nobody has this role, or the team has no members", *path, "ask")
    elif not left:
        yield entry.problem(f"`never` leaves nobody to ask: it takes out {', '.join(sorted(asked))}", *path, "ask")
    elif tier.quorum > len(left) and not any(whom.kind is WhomKind.PARTICIPANTS for whom in tier.ask):
        what = f"{tier.quorum} must agree, and no more than {len(left)} can be asked"
        yield entry.problem(what, *path, "quorum")


def _together(whoms: tuple[Whom, ...], gathering: Gathering) -> frozenset[str]:
    """Name all who are meant: people by their keys, and by its word whoever a ticket says."""
    return frozenset(name for whom in whoms for name in _named(whom, gathering))


def _named(whom: Whom, gathering: Gathering) -> Iterator[str]:
    match whom.kind:
        case WhomKind.TEAM | WhomKind.EACH:
            for entry, team in gathering.sound("teams", TeamSection):
                if entry.name == whom.name:
                    yield from team.members or ((team.lead,) if team.lead else ())
        case WhomKind.MANAGERS | WhomKind.ADMINS:
            for entry, person in gathering.sound("people", PersonSection):
                if _ROLES[whom.kind] in person.role:
                    yield entry.name
        case WhomKind.PERSON | WhomKind.ADDRESS:
            yield whom.name
        case _:
            yield whom.kind.value
