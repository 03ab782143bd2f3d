"""From rule files to Rules: the entries joined, and every one that names another checked against it."""

from collections.abc import Sequence
from types import MappingProxyType

from maild.config import Config, DeskConfig, Draft, SourceFile
from maild.documents import Document
from maild.errors import ConfigurationError, Problem
from maild.rules.crosschecks import relay_of, rule_problems
from maild.rules.gathering import Gathering, gather
from maild.rules.sections import PersonSection, QueueSection, TeamSection
from maild.rules.values import Person, Queue, Rules, Team

DEFAULT_QUEUE = "support"


def parse_rules(files: Sequence[SourceFile], config: Config) -> Rules:
    """Read rule files against the configuration that they belong to; raises ConfigurationError with every problem."""
    gathering = gather(files)
    problems = (*gathering.problems, *rule_problems(gathering, config.document))
    if problems:
        raise ConfigurationError(_sorted(problems))
    return _rules(gathering, config.document, config.desk)


def read_together(draft: Draft) -> tuple[Config, Rules]:
    """Read configuration and rules as one; raises ConfigurationError with every problem of both."""
    gathering = gather(draft.rule_files)
    problems = (*draft.problems, *gathering.problems, *rule_problems(gathering, draft.document))
    if problems or draft.config is None:
        raise ConfigurationError(_sorted(problems))
    return draft.config, _rules(gathering, draft.document, draft.config.desk)


def default_queue(desk: DeskConfig, relay: str = "main", team: str | None = None) -> Queue:
    """Give the one queue of a desk for which none is written."""
    return Queue(DEFAULT_QUEUE, desk.address, desk.name, relay, team)


def _rules(gathering: Gathering, document: Document, desk: DeskConfig) -> Rules:
    people = {entry.name: _person(entry.name, value) for entry, value in gathering.sound("people", PersonSection)}
    teams = {
        entry.name: Team(entry.name, value.members, value.lead)
        for entry, value in gathering.sound("teams", TeamSection)
    }
    queues = {
        entry.name: Queue(
            key=entry.name,
            address=value.address,
            name=value.name,
            relay=value.relay or relay_of(entry.name, document),
            team=value.team,
        )
        for entry, value in gathering.sound("queues", QueueSection)
    }
    if not queues:
        team = next(iter(teams), None)
        queues[DEFAULT_QUEUE] = default_queue(desk, relay_of(DEFAULT_QUEUE, document), team)
    return Rules(MappingProxyType(people), MappingProxyType(teams), MappingProxyType(queues))


def _person(name: str, written: PersonSection) -> Person:
    addresses = tuple(dict.fromkeys((written.mail, *written.also)))
    return Person(name, written.name, addresses, frozenset(written.role), written.left)


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
