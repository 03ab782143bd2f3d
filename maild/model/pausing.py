"""What keeps a desk from working, and where it is at home."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PauseKind(StrEnum):
    """What rests: the path of mail, the rules, the timers, or all of the desk until a person says how it goes on."""

    MAIL = "mail"
    RULES = "rules"
    TIMERS = "timers"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Pause:
    """Who stopped what, when and why; `since` is from when on the database may not know what happened."""

    kind: PauseKind
    at: datetime
    by: str
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Where a state directory lies: `machine` is "" where the machine has no name of its own."""

    machine: str
    path: str
