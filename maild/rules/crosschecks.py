"""What an entry of the rule files says about another one, or about `maild.yaml`, held against it.

Names are known as soon as they are written, sound or not, so that one mistake is told once.
"""

from collections.abc import Iterator

from maild.documents import Document, Path, did_you_mean
from maild.errors import Problem
from maild.marks import Mark, reply_address
from maild.rules.consistency import consistency_problems
from maild.rules.gathering import Gathering, Written
from maild.rules.references import Names, reference_problems
from maild.rules.surroundings import Surroundings

_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_A_MARK = Mark("a" * 16, "a" * 4, "a" * 26)


def rule_problems(gathering: Gathering, surroundings: Surroundings) -> Iterator[Problem]:
    """Say what does not fit together."""
    document = surroundings.document
    yield from _administrator_problems(gathering, document)
    yield from _team_problems(gathering)
    yield from _queue_problems(gathering, document)
    yield from _address_problems(gathering, document)
    yield from _main_file_problems(gathering, document)
    yield from reference_problems(gathering, Names(gathering, surroundings))
    yield from consistency_problems(gathering, surroundings)


def relay_of(queue: str, document: Document) -> str:
    """Give the relay of a queue that names none: the first that it may use; empty where there is none."""
    return next((relay for relay in document.names(("relays",)) if _may_use(queue, relay, document)), "")


def _administrator_problems(gathering: Gathering, document: Document) -> Iterator[Problem]:
    people = tuple(gathering.entries["people"].values())
    if not people and not document.value:
        return  # nothing is there at all, which is told elsewhere
    roles = {role for entry in people for _, role in entry.words("role")}
    if roles <= {"agent", "manager"} and (people or not gathering.problems):
        what = "nobody is an administrator: give one of `people` role: admin"
        yield people[0].problem(what) if people else document.problem(("rules",), what)


def _team_problems(gathering: Gathering) -> Iterator[Problem]:
    people = gathering.names("people")
    for entry in gathering.entries["teams"].values():
        for keys, person in (*entry.words("members"), *entry.words("lead")):
            if person not in people:
                yield entry.problem(_nobody("person", person, people), *keys)


def _queue_problems(gathering: Gathering, document: Document) -> Iterator[Problem]:
    relays, teams = document.names(("relays",)), gathering.names("teams")
    for entry in gathering.entries["queues"].values():
        for keys, team in entry.words("team"):
            if team not in teams:
                yield entry.problem(_nobody("team", team, teams), *keys)
        yield from _viewer_problems(entry, (*teams, "managers", "all"))
        named = tuple(entry.words("relay"))
        for keys, relay in named:
            if relay not in relays and relays:
                yield entry.problem(_nobody("relay", relay, relays), *keys)
            elif not _may_use(entry.name, relay, document):
                yield entry.problem(f"relays.{relay}.only does not name this queue: add '{entry.name}' there", *keys)
        if not named and relays and not relay_of(entry.name, document):
            yield entry.problem("every relay is kept for other queues (`only`): name this queue in one of them")
        if document.find(("desk", "plus_addresses")) is True:
            yield from _plus_problems(entry)


def _viewer_problems(entry: Written, viewers: tuple[str, ...]) -> Iterator[Problem]:
    for keys, viewer in entry.words("visible_to"):
        if viewer not in viewers:
            yield entry.problem(_nobody("team", viewer, viewers), *keys)


def _plus_problems(entry: Written) -> Iterator[Problem]:
    for keys, address in entry.words("address"):
        local = address.rpartition("@")[0]
        room = _LONGEST_LOCAL - len(reply_address(_A_MARK, address).rpartition("@")[0]) + len(local)
        if len(local) > room:
            what = f"too long for plus-addresses: at most {room} letters before '@', or desk.plus_addresses: false"
            yield entry.problem(what, *keys)


def _address_problems(gathering: Gathering, document: Document) -> Iterator[Problem]:
    """Say which address is somebody else's already; mail to an agent at the desk's own address would never end."""
    owners = {address.lower(): owner for address, owner in _desk_addresses(document)}
    queues: dict[str, str] = {}
    for entry in gathering.entries["queues"].values():
        for keys, address in entry.words("address"):
            if address.lower() in queues:
                yield entry.problem(f"{address} is already the address of {queues[address.lower()]}", *keys)
            queues.setdefault(address.lower(), f"queues.{entry.name} at {entry.place}")
    owners |= queues
    for entry in gathering.entries["people"].values():
        for keys, address in (*entry.words("mail"), *entry.words("also")):
            if address.lower() in owners:
                yield entry.problem(f"{address} is already the address of {owners[address.lower()]}", *keys)
            owners.setdefault(address.lower(), f"people.{entry.name} at {entry.place}")
    for entry in gathering.entries["rules"].values():
        for keys, address in (*entry.words("then", "cc"), *entry.words("then", "notify")):
            owner = owners.get(address.lower())
            if owner is not None:
                whom = (
                    "name them by their key in `notify`" if owner.startswith("people.") else "it would write to itself"
                )
                yield entry.problem(f"{address} is the address of {owner}: {whom}", *keys)


def _desk_addresses(document: Document) -> Iterator[tuple[str, str]]:
    paths: dict[Path, str] = {
        ("mailboxes", name, "user"): f"mailboxes.{name}" for name in document.names(("mailboxes",))
    }
    for path, owner in (*paths.items(), (("desk", "address"), "desk")):
        address = document.find(path)
        if isinstance(address, str) and "@" in address:
            yield address, f"{owner} at {document.place(path)}"


def _main_file_problems(gathering: Gathering, document: Document) -> Iterator[Problem]:
    """Say which queue that `maild.yaml` names is none."""
    queues = gathering.names("queues") or ("support",)
    for name in document.names(("mailboxes",)):
        path: Path = ("mailboxes", name, "queue")
        queue = document.find(path)
        if isinstance(queue, str) and queue not in queues:
            yield document.problem(path, _nobody("queue", queue, queues))
        elif queue is None and "support" not in queues:
            what = f"write `queue`, one of: {', '.join(queues)}"
            yield document.problem(path[:-1], what, at_key=True)
    for relay in document.names(("relays",)):
        for index, only in enumerate(_only(relay, document)):
            if only not in queues:
                yield document.problem(("relays", relay, "only", index), _nobody("queue", str(only), queues))


def _may_use(queue: str, relay: str, document: Document) -> bool:
    only = _only(relay, document)
    return not only or queue in only


def _only(relay: str, document: Document) -> tuple[object, ...]:
    only = document.find(("relays", relay, "only"))
    return only if isinstance(only, tuple) else ()


def _nobody(kind: str, word: str, known: tuple[str, ...]) -> str:
    return f"there is no {kind} '{word}'{did_you_mean(word, known)}"
