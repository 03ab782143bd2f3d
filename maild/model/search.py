"""What a list of tickets is asked for: the one query language of agents' mails and the command line, read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from maild.model.ticket import Confidence

MOST_FOUND = 100


class Placed(Protocol):
    """What of a ticket says who may see it."""

    @property
    def queue(self) -> str:
        """Give its queue."""

    @property
    def team(self) -> str | None:
        """Give its team."""

    @property
    def assignee(self) -> str | None:
        """Give who has it in hand."""

    @property
    def confidential(self) -> Confidence | None:
        """Say whether it is confidential, and how."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a ticket must be, or with `is_excluded` must not be.

    `name` is a condition's name of the rule files (state, queue, category, assignee, tag, field.NAME …), `sender` for
    the requester, `participant`, `draft` for whoever keeps a draft on it, `due` for a running clock that is due before
    an instant, `overdue` for one that is late, or `text` for words of its subject or entries. `*` is any value.
    """

    name: str
    value: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """Which tickets somebody of the house may see: those in their own hands, and others by queue and team.

    A ticket of a `hidden` queue is seen where one of their `teams` has it. A confidential one is seen by managers, and
    where one of their teams has it, or nobody but its queue's team, which is theirs in `own_queues`.
    """

    person: str
    teams: frozenset[str]
    hidden: frozenset[str]
    own_queues: frozenset[str]
    is_manager: bool

    def sees(self, ticket: Placed) -> bool:
        """Whether they may know of a ticket."""
        if ticket.assignee == self.person:
            return True
        is_theirs = ticket.team in self.teams
        if ticket.confidential is not None:
            return self.is_manager or is_theirs or (not ticket.team and ticket.queue in self.own_queues)
        return is_theirs or ticket.queue not in self.hidden


@dataclass(frozen=True, slots=True)
class Search:
    """Tickets for which every term holds, opened from `after` on and before `before`, and within somebody's `sight`."""

    terms: tuple[Term, ...]
    after: datetime | None = None
    before: datetime | None = None
    sight: Sight | None = None

    @property
    def is_by_words(self) -> bool:
        """Whether it finds tickets by their words."""
        return any(term.name == "text" for term in self.terms)
