"""What an agreement promised when a ticket came under it, as it is kept beside the ticket.

    p1 always first_response 30m next_response 1h; p3 office first_response 2h; pause waiting pending

An agreement that is edited is for tickets that are opened afterwards: these words are what the others were promised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from maild.model.clocks import ClockName
from maild.model.ticket import State
from maild.rules.agreements import Agreement, Targets
from maild.rules.language.agreements import work_duration

_BETWEEN = "; "
_PAUSE = "pause"
_VERSIONS_KNOWN = 64  # of all agreements; what is read again costs a tenth of a millisecond


@dataclass(frozen=True, slots=True)
class _Terms:
    """What was promised by priority, and the states in which the clocks stood still."""

    targets: Mapping[str, Targets]
    pause: frozenset[State]


def write_terms(agreement: Agreement) -> str:
    """Write what an agreement promises."""
    promised = (_written(priority, targets) for priority, targets in agreement.targets.items())
    return _BETWEEN.join((*promised, " ".join((_PAUSE, *sorted(agreement.pause)))))


def under_terms(agreement: Agreement, terms: str | None) -> Agreement:
    """Give an agreement as it was when these terms were written; None are those of today."""
    if terms is None:
        return agreement
    then = _parse_terms(terms)
    return replace(agreement, targets=then.targets, pause=then.pause)


def calendars_of(terms: str) -> frozenset[str]:
    """Name the calendars in which terms are counted."""
    return frozenset(targets.calendar for targets in _parse_terms(terms).targets.values())


def _written(priority: str, targets: Targets) -> str:
    clocks = (f"{name.value} {work}" for name, work in targets.clocks.items())
    return " ".join((priority, targets.calendar, *clocks))


@lru_cache(_VERSIONS_KNOWN)
def _parse_terms(terms: str) -> _Terms:
    *promised, pausing = terms.split(_BETWEEN)
    return _Terms(dict(map(_parse_targets, promised)), frozenset(State(each) for each in pausing.split()[1:]))


def _parse_targets(words: str) -> tuple[str, Targets]:
    priority, calendar, *clocks = words.split(" ")
    works = zip(clocks[::2], clocks[1::2], strict=True)
    return priority, Targets(calendar, {ClockName(name): work_duration(work) for name, work in works})
