"""Ladders: who hears of a ticket that waits, when, and which level it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maild.documents import Place
from maild.model.clocks import ClockName
from maild.model.packet import Part
from maild.rules.agreements import FITS_ALL, Fits, Matter, WorkDuration
from maild.rules.effects import Whom

REAL = "real"


class Unless(StrEnum):
    """What must still be so for a step to happen."""

    UNASSIGNED = "unassigned"
    UNANSWERED = "unanswered"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: due when a clock reaches a part of its target, or so long after the ticket was opened.

    `key` names it within its ladder, and stays when others are written before it. `after` is by priority, "" for all.
    `raised` are steps of urgency. `again` is how long after itself it is due once more. `needs_packet`: the ladder's
    packet goes along with it, and who works on the ticket is asked for what is missing.
    """

    key: str
    place: Place
    clock: ClockName | None = None
    percent: int = 100
    after: Mapping[str, WorkDuration] | None = None
    unless: Unless | None = None
    notify: tuple[Whom, ...] = ()
    level: str | None = None
    raised: int = 0
    again: WorkDuration | None = None
    needs_packet: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps for the tickets that it fits; `calendar` None is that of the ticket's agreement, `real` wall time.

    `counts_paused`: what `after` waits for passes though the ticket waits for its customer. `packet` is what goes along
    with an escalation.
    """

    key: str
    place: Place
    steps: tuple[Rung, ...]
    fits: Fits = FITS_ALL
    calendar: str | None = None
    counts_paused: bool = False
    packet: tuple[Part, ...] = ()


def find_ladder(ladders: Mapping[str, Ladder], matter: Matter, named: str | None = None) -> Ladder | None:
    """Find the ladder that a rule named for a ticket, else the first that fits."""
    chosen = ladders.get(named) if named is not None else None
    return chosen or next((ladder for ladder in ladders.values() if ladder.fits.holds(matter)), None)
