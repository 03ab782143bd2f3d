"""A ticket's history without its words: what reports need of each entry, as it is read and as it is kept at closing.

Nothing here names anybody outside: of who did something only colleagues are kept, by their keys.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from maild.model.clocks import Clock, ClockName, ClockState
from maild.model.reports import FIELDS, LATE, REVIEW, SCORE, TAKEN_OVER, VOTE, Moment, Values
from maild.model.ticket import EntryKind

LADDER, BREACHED = "ladder", "breached"
_COUNTED = frozenset({*FIELDS, SCORE})
_KEPT_FLAGS = frozenset({LATE, REVIEW, VOTE, LADDER, BREACHED, TAKEN_OVER, *ClockName})
_NOBODYS = frozenset({"automatic", TAKEN_OVER})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Changes = Sequence[Sequence[str | None]]


def moment_of(  # noqa: PLR0917 - the columns of an entry
    n: int, at: datetime, kind: str, by: str, flags: Sequence[str], changes: Changes, clocks: Sequence[Clock]
) -> Moment | None:
    """Make an entry a moment; None where reports need nothing of it."""
    is_answer = kind == EntryKind.AGENT and (not flags or not _NOBODYS.intersection(flags))
    told = tuple(flag for flag in flags if flag in _KEPT_FLAGS and (n == 1 or flag != TAKEN_OVER)) if flags else ()
    changed = tuple((str(name), new) for name, _, new in changes if name in _COUNTED) if changes else ()
    if n > 1 and not (is_answer or told or changed or clocks):
        return None
    return Moment(n, at, "" if "@" in by else by, is_answer, told, changed, tuple(clocks))


def opening_of(now: Values, histories: Iterable[Changes]) -> dict[str, str | None]:
    """Give the values with which a ticket began: those of now, but for what its entries changed, oldest first."""
    first: dict[str, str | None] = {}
    for changes in histories:
        for name, old, _ in changes:
            if name in _COUNTED and name is not None:
                first.setdefault(name, old)
    return {name: first.get(name, now.get(name)) for name in FIELDS}


def write_kept(opening: Values, moments: Iterable[Moment]) -> str:
    """Write what is kept of a ticket when it closes."""
    rows = [_written(moment) for moment in moments]
    return json.dumps([[opening.get(name) for name in FIELDS], rows], ensure_ascii=False, separators=(",", ":"))


def parse_kept(text: str) -> tuple[dict[str, str | None], tuple[Moment, ...]]:
    """Read what was kept. Raises ValueError, KeyError or TypeError for what is nothing of the kind."""
    opening, rows = json.loads(text)
    return dict(zip(FIELDS, opening, strict=True)), tuple(_read(*row) for row in rows)


def _written(moment: Moment) -> list[object]:
    clocks = [
        [
            *(clock.name, clock.state, clock.target // _MICROSECOND, clock.calendar, clock.elapsed // _MICROSECOND),
            *(_micros(clock.at), None if clock.due_at is None else _micros(clock.due_at)),
        ]
        for clock in moment.clocks
    ]
    return [moment.n, _micros(moment.at), moment.by, int(moment.is_answer), moment.flags, moment.changes, clocks]


def _read(  # noqa: PLR0917 - what `_written` wrote, in its order
    n: int, at: int, by: str, is_answer: int, flags: list[str], changes: list[list[str]], clocks: list[list[object]]
) -> Moment:
    changed = tuple((name, new) for name, new in changes)
    return Moment(n, _instant(at), by, bool(is_answer), tuple(flags), changed, tuple(_clock(*each) for each in clocks))


def _clock(*kept: object) -> Clock:
    name, state, target, calendar, elapsed, at, due_at = kept
    if not isinstance(target, int) or not isinstance(elapsed, int) or not isinstance(at, int):
        raise TypeError(kept)
    return Clock(
        ClockName(str(name)),
        ClockState(str(state)),
        target * _MICROSECOND,
        str(calendar),
        "",
        elapsed * _MICROSECOND,
        _instant(at),
        _instant(due_at) if isinstance(due_at, int) else None,
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
