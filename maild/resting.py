"""Whether the desk rests: a person's pause is told when it begins and ends, and everybody is woken by its end.

What rests is kept in the database, and whoever takes work in hand asks there; this only tells of it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from maild.errors import StoreBusyError, StoreUnusableError
from maild.journal import Event, journal
from maild.model.pausing import Pause, PauseKind
from maild.store import Store

LOOK_SECONDS = 2.0

log = journal("daemon")


async def watch_pauses(
    store: Store, stop: asyncio.Event, tell: Callable[[str], None], wake: Callable[[], None]
) -> None:
    """Look for pauses until told to stop.

    `tell` is given a line for the operator, `wake` is called when a pause has ended.
    """
    known: dict[PauseKind, Pause] = {}
    while not stop.is_set():
        try:
            pauses = {one.kind: one for one in await asyncio.to_thread(store.read, lambda reader: reader.pauses())}
        except (StoreBusyError, StoreUnusableError):
            pauses = known  # those who work tell of it
        _tell(known, pauses, tell, wake)
        known = pauses
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)


def _tell(
    before: dict[PauseKind, Pause],
    pauses: dict[PauseKind, Pause],
    tell: Callable[[str], None],
    wake: Callable[[], None],
) -> None:
    if before.keys() == pauses.keys():
        return
    for kind in pauses.keys() - before.keys():
        log.warning(Event.DESK_PAUSED, what=kind.value, by=pauses[kind].by)
    for kind in before.keys() - pauses.keys():
        log.info(Event.DESK_RESUMED, what=kind.value)
    tell("; ".join(f"{kind} paused by {one.by}" for kind, one in pauses.items()) or "at work")
    if before.keys() - pauses.keys():
        wake()
