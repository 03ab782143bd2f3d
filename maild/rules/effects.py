"""What a rule wants done: frozen values, carried out by whoever decides.

`{name}` in a text of a rule stands for a capture or field of that name; in the effects of Verdicts it is filled in.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from maild.model.ticket import Confidence


class WhomKind(StrEnum):
    """The one grammar for people wherever somebody is told or asked."""

    ASSIGNEE = "assignee"
    LEAD = "lead"
    MANAGERS = "managers"
    ADMINS = "admins"
    REQUESTER = "requester"
    PARTICIPANTS = "participants"
    TEAM = "team"
    EACH = "each"
    PERSON = "person"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody; `name` is the team, person or address where the kind has one."""

    kind: WhomKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class SetValue:
    """Give queue, category, impact, urgency, priority, level, agreement, team, assignee or language a value.

    `climbs` is the ladder.
    """

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Raise impact or urgency to a value; where it is higher, it stays."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise impact or urgency by steps, to the highest at most."""

    field: str
    by: int


@dataclass(frozen=True, slots=True)
class MakeMajor:
    """Call it a major matter: it has the priority that `priorities.major` names."""


@dataclass(frozen=True, slots=True)
class SetField:
    """Write a field of the ticket."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True)
class AddStep:
    """Add a step to the ticket's checklist; one that is there stays as it is."""

    text: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class UseTemplate:
    """Write the mail called `template` with another one, `instead`."""

    template: str
    instead: str


@dataclass(frozen=True, slots=True)
class DoNotAcknowledge:
    """Open the ticket without a mail to whoever wrote."""


@dataclass(frozen=True, slots=True)
class DoNotSurvey:
    """Once it is closed, do not ask how it was."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A vote opens the closed ticket again."""


@dataclass(frozen=True, slots=True)
class AddNote:
    text: str


@dataclass(frozen=True, slots=True)
class Notify:
    whom: Whom


@dataclass(frozen=True, slots=True)
class AddParticipant:
    """Let an address take part from now on (`cc`)."""

    address: str


@dataclass(frozen=True, slots=True)
class TakeRequester:
    """The matter is this address's, not the sender's; "" where the mail names none."""

    address: str


@dataclass(frozen=True, slots=True)
class TakeAsPerson:
    """Handle the machine's mail as a person's: a form speaks for who filled it in."""


@dataclass(frozen=True, slots=True)
class SameTicket:
    """File it on the ticket of the last mail of the same sender with this key, if that came within the time."""

    key: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class JoinIncident:
    """Link the ticket to the one parent of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class OpenChild:
    """Open another ticket for part of the matter."""

    queue: str
    subject: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Set the mail aside for a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class CallSpam:
    """The ticket is spam: nobody is answered or told."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with this template alone: no ticket."""

    template: str


@dataclass(frozen=True, slots=True)
class MakeConfidential:
    """Only the ticket's team, assignee, lead and the managers may see it; what is sealed already stays so."""

    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Pend:
    """Wait until the span is over."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Resolve:
    """Resolve with these words to the customer."""

    text: str


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Ask for an approval of the rule files."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """No later rule is asked."""


Effect: TypeAlias = (
    SetValue | AtLeast | Raise | MakeMajor | SetField | AddTag | AddStep | UseTemplate | DoNotAcknowledge | AddNote
    | Notify | AddParticipant | TakeRequester | TakeAsPerson | SameTicket | JoinIncident | OpenChild | Hold | CallSpam
    | DoNotSurvey | Reopen | Refuse | Pend | Resolve | Stop | MakeConfidential | AskApproval
)  # fmt: skip
