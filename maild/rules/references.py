"""Every name that rule files use for something written elsewhere, held against what there is.

What is written is walked as it stands, sound or not, so that one mistake does not hide another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maild.documents import Path, Value, did_you_mean
from maild.errors import Problem
from maild.model.decision import Standing, Trust
from maild.model.mail import Automatic
from maild.model.ticket import State
from maild.rules.gathering import Gathering, Written
from maild.rules.ladders import REAL
from maild.rules.language.forms import language
from maild.rules.matters import PRIORITIES
from maild.rules.surroundings import Surroundings
from maild.rules.values import DEFAULT_PRIORITIES

LEVELS = tuple(f"L{number}" for number in range(1, 10))
_WHOM_PREFIXES = ("team:", "each:")
_WHOM_KINDS = ("assignee", "lead", "managers", "admins", "requester", "participants")
# What the keys of an entry name, by section: the path of the key within the entry, and of what it is the name.
_PLAIN: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "absences": ((("who",), "person"),),
    "categories": ((("team",), "team"), (("reviewed", "by"), "person"), (("ask_for",), "field")),
    "customers": ((("urgency", "at_least"), "urgency"), (("agreement",), "agreement")),
    "agreements": (
        (("calendar",), "calendar"),
        (("for", "customer"), "customer"),
        (("for", "category"), "category or group"),
        (("for", "queue"), "queue"),
    ),
    "lifecycle": tuple(
        ((part, "calendar"), "calendar or real") for part in ("waiting", "resolved", "closed", "survey", "follow_up")
    )
    + tuple(
        ((part, "for", key), kind)
        for part in ("follow_up", "review")
        for key, kind in (("customer", "customer"), ("category", "category or group"), ("queue", "queue"))
    ),
    "reports": ((("calendar",), "calendar"),),
    "approvals": ((("of",), "field"), (("calendar",), "calendar or real")),
    "ladders": (
        (("calendar",), "calendar or real"),
        (("for", "customer"), "customer"),
        (("for", "category"), "category or group"),
        (("for", "queue"), "queue"),
    ),
}
_ASKED = ("queue", "category", "team", "assignee", "customer", "mailbox", "impact", "urgency", "priority", "level",
          "state", "automatic", "standing", "trust")  # fmt: skip
_WANTED = ("queue", "category", "team", "assignee", "impact", "urgency", "agreement", "ladder",
           "approval")  # fmt: skip
_KINDS = {"assignee": "person"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in use: of what, and where within its entry."""

    kind: str
    word: str
    keys: Path
    is_key: bool = False


class Names:
    """All names there are, by what they are names of."""

    def __init__(self, gathering: Gathering, surroundings: Surroundings) -> None:
        categories = gathering.names("categories")
        document = surroundings.document
        self._known: dict[str, tuple[str, ...]] = {
            "person": gathering.names("people"),
            "team": gathering.names("teams"),
            "queue": gathering.names("queues") or ("support",),
            "category": categories,
            "category or group": tuple(dict.fromkeys(part for each in categories for part in _ancestry(each))),
            "customer": gathering.names("customers"),
            "field": gathering.names("fields"),
            "calendar": gathering.names("calendars"),
            "calendar or real": (*gathering.names("calendars"), REAL),
            "agreement": gathering.names("agreements"),
            "ladder": gathering.names("ladders"),
            "approval": gathering.names("approvals"),
            "rule": gathering.names("rules"),
            "mailbox": document.names(("mailboxes",)),
            "template": surroundings.templates(),
            "impact": _scale(gathering, "impacts"),
            "urgency": _scale(gathering, "urgencies"),
            "priority": PRIORITIES,
            "level": LEVELS,
            "state": tuple(state.value for state in State),
            "automatic": tuple(each.value for each in Automatic),
            "standing": tuple(each.value for each in Standing),
            "trust": tuple(each.value for each in Trust),
        }

    def of(self, kind: str) -> tuple[str, ...]:
        """Give all names of a kind."""
        return self._known[kind]

    def complaint(self, name: Name) -> str | None:
        """Say what is wrong with a name in use; None where nothing is."""
        if name.kind == "language":
            return _complaint_about_language(name.word)
        known = self._known[name.kind]
        if name.word in known:
            return None
        kind = name.kind.partition(" or ")[0]
        return f"there is no {kind} '{name.word}'{did_you_mean(name.word, known)}"


def _complaint_about_language(word: str) -> str | None:
    try:
        language(word)
    except ValueError as error:
        return str(error)
    return None


def reference_problems(gathering: Gathering, names: Names) -> Iterator[Problem]:
    """Say which names are nobody's and nothing's."""
    for section, entries in gathering.entries.items():
        for entry in entries.values():
            for name in _names_in(section, entry):
                complaint = names.complaint(name)
                if complaint is not None:
                    yield entry.problem(complaint, *name.keys, at_key=name.is_key)


def _names_in(section: str, entry: Written) -> Iterator[Name]:
    for keys, kind in _PLAIN.get(section, ()):
        yield from (Name(kind, word, path) for path, word in entry.words(*keys))
    match section:
        case "categories":
            for level in entry.document.names((*entry.path, "levels")):
                yield from (Name("team", word, path) for path, word in entry.words("levels", level))
        case "agreements":
            for priority in entry.document.names((*entry.path, "clocks")):
                at: Path = ("clocks", priority, "calendar")
                yield from (Name("calendar", word, path) for path, word in entry.words(*at))
        case "ladders" | "lifecycle":
            yield from _told_in(section, entry)
        case "reports":
            yield from _whom(entry, ("to",))
        case "approvals":
            yield from _whom_of_each(entry, "tiers", "ask")
            yield from (*_whom(entry, ("ask",)), *_whom(entry, ("never",)), *_asked(entry, ("when",)))
        case "rules":
            yield from _asked(entry, ("when",))
            yield from _wanted(entry)
            yield from _expected(entry)
        case _:
            pass


def _whom_of_each(entry: Written, several: str, key: str) -> Iterator[Name]:
    listed = entry.document.find((*entry.path, several))
    for number in range(len(listed) if isinstance(listed, tuple) else 0):
        yield from _whom(entry, (several, number, key))


def _told_in(section: str, entry: Written) -> Iterator[Name]:
    """Name the people whom a ladder's steps tell, or whom a review asks."""
    if section == "lifecycle":
        yield from _whom(entry, ("review", "ask"))
    else:
        yield from _whom_of_each(entry, "steps", "notify")


def _asked(entry: Written, path: Path) -> Iterator[Name]:
    """Walk a condition."""
    value = entry.document.find((*entry.path, *path))
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key in _ASKED:
            kind = "category or group" if key == "category" else _KINDS.get(key, key)
            yield from (Name(kind, word, at) for at, word in _words(inner, (*path, key)))
        elif key == "language":
            yield from (Name("language", word, at) for at, word in _words(inner, (*path, key)))
        elif key == "hours" and isinstance(inner, dict):
            yield from (Name("calendar", calendar, (*path, key, calendar), is_key=True) for calendar in inner)
    for inner_path in branches(value, path):
        yield from _asked(entry, inner_path)


def branches(value: Mapping[str, Value], path: Path) -> Iterator[Path]:
    """Give the paths of the conditions that stand within one."""
    for key in ("all", "any"):
        several = value.get(key)
        yield from ((*path, key, index) for index in range(len(several) if isinstance(several, tuple) else 0))
    if "not" in value:
        yield (*path, "not")


def patterns_in(entry: Written, path: Path = ("when",)) -> Iterator[tuple[Path, str]]:
    """Give every pattern of a rule's conditions and where it stands."""
    value = entry.document.find((*entry.path, *path))
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "matches":
            yield from _words(inner, (*path, key))
        elif isinstance(inner, dict):
            yield from patterns_in(entry, (*path, key))
    for inner_path in branches(value, path):
        if inner_path[-1] != "not":
            yield from patterns_in(entry, inner_path)


def _words(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    """Give every word that is written at a fact: bare, in a list, or under operators."""
    match value:
        case str():
            yield path, value
        case tuple():
            for index, each in enumerate(value):
                yield from _words(each, (*path, index))
        case dict():
            for key, each in value.items():
                yield from _words(each, (*path, key))


def _wanted(entry: Written) -> Iterator[Name]:
    for key in _WANTED:
        value = entry.document.find((*entry.path, "then", key))
        yield from (Name(_KINDS.get(key, key), word, at) for at, word in _words(value, ("then", key)))
    yield from (Name("queue", word, at) for at, word in entry.words("then", "child", "queue"))
    yield from (Name("template", word, at) for at, word in entry.words("then", "refuse"))
    for template in entry.document.names((*entry.path, "then", "template")):
        path: Path = ("then", "template", template)
        yield Name("template", template, path, is_key=True)
        yield from (Name("template", word, at) for at, word in entry.words(*path))
    yield from _whom(entry, ("then", "notify"))


def _whom(entry: Written, path: Path) -> Iterator[Name]:
    for at, word in entry.words(*path):
        prefix = next((each for each in _WHOM_PREFIXES if word.startswith(each)), "")
        if prefix:
            yield Name("team", word.removeprefix(prefix), at)
        elif word not in _WHOM_KINDS and "@" not in word and ":" not in word:
            yield Name("person", word, at)


def _expected(entry: Written) -> Iterator[Name]:
    tests = entry.document.find((*entry.path, "tests"))
    for index in range(len(tests) if isinstance(tests, tuple) else 0):
        path: Path = ("tests", index)
        steps = entry.document.find((*entry.path, *path, "steps"))
        yield from _expected_at(entry, (*path, "expect"))
        for step in range(len(steps) if isinstance(steps, tuple) else 0):
            yield from _expected_at(entry, (*path, "steps", step, "expect"))


def _expected_at(entry: Written, path: Path) -> Iterator[Name]:
    for key in _WANTED:
        yield from (Name(_KINDS.get(key, key), word, at) for at, word in entry.words(*path, key))
    yield from (Name("rule", word, at) for at, word in entry.words(*path, "rules"))
    yield from (Name("template", word, at) for at, word in entry.words(*path, "mails"))


def _ancestry(category: str) -> Iterator[str]:
    parts = category.split("/")
    yield from ("/".join(parts[:length]) for length in range(1, len(parts) + 1))


def _scale(gathering: Gathering, key: str) -> tuple[str, ...]:
    written = gathering.entries["priorities"].get("")
    if written is None:
        return DEFAULT_PRIORITIES.impacts if key == "impacts" else DEFAULT_PRIORITIES.urgencies
    return tuple(word for _, word in written.words(key))
