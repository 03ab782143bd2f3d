"""What goes along with an escalation, so that whoever takes it on need not ask first."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """One part of a packet, by its word in the rule files."""

    PROBLEM = "problem"
    STEPS = "steps_tried"
    ERRORS = "logs_or_errors"
    CONTACT = "contact"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True)
class Packet:
    """The parts that a ladder asks for, in its order, each with what is known of it; "" is missing."""

    parts: tuple[tuple[Part, str], ...] = ()

    @property
    def lacking(self) -> tuple[Part, ...]:
        """Give the parts of which nothing is known."""
        return tuple(part for part, words in self.parts if not words)


NO_PACKET = Packet()
