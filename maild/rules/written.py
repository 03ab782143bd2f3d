"""A rule as it was written, and the tests that stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.documents import Place
from maild.rules.conditions import Condition
from maild.rules.effects import Effect
from maild.rules.occasions import On


@dataclass(frozen=True, slots=True)
class TrialMail:
    """A mail of a rule's test; no To is the desk's address, and the sender is proved unless `trust` says otherwise.

    `attachments` are names of files.
    """

    sender: str
    subject: str = ""
    text: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    trust: str = "proved"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a test expects of the ticket and the mails; what it does not name may be anything.

    `values` are by the names of `maild explain`; None is a value that must not be there. `tags` must be among the
    ticket's, `fields` are theirs, `rules` must have held, `mails` are templates of which one must be written.
    `outcome` is entry, desk or held, "" for any.
    """

    values: Mapping[str, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class TimedMail:
    """A mail of a test and when it comes, in the desk's time zone; None is one Monday morning."""

    mail: TrialMail
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of a rule: a mail, those that came before it, the oldest first, and what must come of it."""

    place: Place
    mail: TrialMail
    expected: Expected
    at: datetime | None = None
    before: tuple[TimedMail, ...] = ()

    @property
    def mails(self) -> tuple[TimedMail, ...]:
        """Give all mails of the test in their order."""
        return (*self.before, TimedMail(self.mail, self.at))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as it stands in a file."""

    name: str
    place: Place
    on: frozenset[On]
    when: Condition
    then: tuple[Effect, ...]
    tests: tuple[Trial, ...] = ()
