"""A rule as it was written, and the tests that stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maild.documents import Place
from maild.model.clocks import ClockName
from maild.model.outgoing import Template
from maild.rules.conditions import Condition
from maild.rules.effects import Effect
from maild.rules.occasions import On


@dataclass(frozen=True, slots=True)
class TrialMail:
    """A mail of a rule's test; no To is the desk's address, and the sender is proved unless `trust` says otherwise.

    `attachments` are names of files. `answers` is the kind of the desk's mail that it answers: the last of that kind
    that its sender got.
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
    answers: Template | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a test expects of the ticket and the mails; what it does not name may be anything.

    `values` are by the names of `maild explain`; None is a value that must not be there. `tags` must be among the
    ticket's, `fields` are theirs, `rules` must have held, `mails` are templates of which one must be written.
    `outcome` is entry, desk or held, "" for any. `due` says, in the desk's time zone, when clocks that run are due, to
    the minute; None is a clock that does not run.
    """

    values: Mapping[str, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    outcome: str = ""
    due: Mapping[ClockName, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialStep:
    """What happens in a test at an instant of the desk's time zone: a mail comes, something is expected, or both."""

    place: Place
    at: datetime
    mail: TrialMail | None = None
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of a rule, step by step; the first one is a mail."""

    place: Place
    steps: tuple[TrialStep, ...]

    @property
    def mails(self) -> tuple[tuple[TrialMail, datetime], ...]:
        """Give all mails of the test in their order, and when each comes."""
        return tuple((step.mail, step.at) for step in self.steps if step.mail is not None)

    @property
    def title(self) -> str:
        """Call the test by its first mail."""
        mail, _ = self.mails[0]
        return f"'{mail.subject}' from {mail.sender}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as it stands in a file."""

    name: str
    place: Place
    on: frozenset[On]
    when: Condition
    then: tuple[Effect, ...]
    tests: tuple[Trial, ...] = ()
