"""Procedures: the steps that are taken in a matter of a category, and the checklist of one ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maild.model.steps import StepMark, StepState

# How a step is shown wherever a checklist is.
BOXES: Mapping[StepState, str] = {StepState.OPEN: "[ ]", StepState.DONE: "[x]", StepState.SKIPPED: "[-]"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure; a required one is done, or skipped with a reason, before the matter is resolved."""

    text: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A step of a ticket's checklist by the number that people call it by."""

    n: int
    text: str
    is_required: bool
    mark: StepMark

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor skipped."""
        return self.mark.state is StepState.OPEN


def checklist(procedure: Iterable[Step], kept: Iterable[tuple[str, str]]) -> tuple[Item, ...]:
    """Give a ticket's checklist: the steps of its category as they are today, then those that were added to it.

    `kept` is what the ticket's history says of steps, by their texts; of a step that stands nowhere any more it rests.
    """
    marks = {text: StepMark.parse(written) for text, written in kept}
    steps: Mapping[str, bool] = {step.text: step.is_required for step in procedure}
    added = {text: mark.is_required for text, mark in marks.items() if mark.is_added}
    return tuple(
        Item(n, text, steps.get(text, False) or added.get(text, False), marks.get(text, StepMark()))
        for n, text in enumerate(dict.fromkeys((*steps, *added)), 1)
    )
