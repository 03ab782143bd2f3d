"""An occasion that has come, with all that is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maild.desk.house import House
from maild.model.facts import Facts
from maild.model.occasion import Occasion
from maild.model.saying import say

_PROMPT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Hour:
    """What is due by schedule, when it was due, and by when it is held."""

    occasion: Occasion
    due_at: datetime
    facts: Facts
    house: House
    now: datetime

    def late(self) -> tuple[str, ...]:
        """Say that it comes late, if it does; what was missed meanwhile is in it."""
        if self.now - self.due_at <= _PROMPT:
            return ()
        when = self.due_at.astimezone(ZoneInfo(self.occasion.zone))
        return (
            say("The desk stood still: this was due {when}, and stands for all since.", when=f"{when:%Y-%m-%d %H:%M}"),
        )
