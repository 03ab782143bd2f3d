"""What can go wrong around the desk, by name, and the alarms that tell of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TroubleKind(StrEnum):
    """Kinds of trouble; docs/operating.md says what to do about each."""

    MAILBOX = "mailbox"
    RELAY = "relay"
    SIGN_IN = "sign-in"
    DATABASE = "database"
    DISK = "disk"
    READERS = "readers"
    LEG = "leg"
    RULES = "rules"
    CLOCK = "clock"
    ACKNOWLEDGEMENTS = "acknowledgements"
    WEB = "web"


@dataclass(frozen=True, slots=True, order=True)
class TroubleSpot:
    """What is in trouble: its kind, and which of them (`support/INBOX`, `main`) where there are several."""

    kind: TroubleKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to tell the administrators: a trouble, in the words of whoever met it, or (`is_over`) its end.

    `age` is how long ago the trouble began.
    """

    spot: TroubleSpot
    reason: str
    age: timedelta
    is_over: bool = False
