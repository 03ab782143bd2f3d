"""How a step of a ticket's checklist stands, and how the ticket's history writes it.

A ticket keeps what was done by a step's text: rule files that are edited, and another category, lose nothing of it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

STEP_PREFIX = "step."
_ADDED, _REQUIRED, _BETWEEN = "added", "required", ", "


class StepState(StrEnum):
    """Whether anybody did it."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepMark:
    """How a step stands; `why` it was skipped. One that was added stands in no procedure but on this ticket alone."""

    state: StepState = StepState.OPEN
    why: str = ""
    is_added: bool = False
    is_required: bool = False

    def written(self) -> str | None:
        """Write it as the ticket's history does; None for a step of the procedure that is open."""
        added = [_ADDED] * self.is_added + [_REQUIRED] * (self.is_added and self.is_required)
        if not added and self.state is StepState.OPEN:
            return None
        return _BETWEEN.join((*added, f"{self.state.value}: {self.why}" if self.why else self.state.value))

    @classmethod
    def parse(cls, written: str | None) -> "StepMark":
        """Read it back. Raises ValueError for what no history writes."""
        rest, found = written or StepState.OPEN.value, cls()
        for word in (_ADDED, _REQUIRED):
            if rest.startswith(f"{word}{_BETWEEN}"):
                rest = rest.removeprefix(f"{word}{_BETWEEN}")
                found = replace(found, is_added=True, is_required=found.is_required or word == _REQUIRED)
        state, _, why = rest.partition(": ")
        return replace(found, state=StepState(state), why=why)

    def without_why(self) -> "StepMark":
        """Leave out why it was skipped: somebody's words about the matter."""
        return replace(self, why="")

    def as_done(self) -> "StepMark":
        """Say that it was done."""
        return replace(self, state=StepState.DONE, why="")

    def as_skipped(self, why: str) -> "StepMark":
        """Say that it is left out, and why."""
        return replace(self, state=StepState.SKIPPED, why=why)
