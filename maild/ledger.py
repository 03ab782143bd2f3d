"""What delivery records of its mails, written together: while one commit is under way, the next gathers.

Every mail is recorded twice, and each time its channel waits for the commit. Works that several channels wait for are
one work of the store; one that the database refuses is done again alone, so that it harms no other mail's.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from maild.errors import StaleError, StoreBusyError, StoreUnusableError
from maild.journal import Event, journal
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.store import Store, Transaction
from maild.troubles import Board

PAUSE = timedelta(seconds=1)

Work = Callable[[Transaction], None]
_Waiter = asyncio.Future[StaleError | None]

log = journal("delivery")


class Ledger:
    """The one pen of all channels of a loop."""

    def __init__(self, store: Store, board: Board) -> None:
        self._store = store
        self._board = board
        self._gathered: list[tuple[Work, _Waiter]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, work: Work) -> None:
        """Write what happened to one mail, however long the store takes; return after the commit.

        An end that is not recorded would be a second mail. Raises StaleError, and then the work must have written
        nothing.
        """
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._gathered.append((work, waiter))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_gathered())
        try:
            stale = await waiter
        except Exception:  # noqa: BLE001 - it may be another's fault: alone it tells its own
            stale = await self._write_alone(work)
        if stale:
            raise stale

    async def _write_gathered(self) -> None:
        while self._gathered:
            taken, self._gathered = self._gathered, []
            try:
                outcomes = await self._write([work for work, _ in taken])
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                for _, waiter in taken:
                    if not waiter.done():
                        waiter.set_exception(error)
            else:
                for (_, waiter), outcome in zip(taken, outcomes, strict=True):
                    if not waiter.done():
                        waiter.set_result(outcome)

    async def _write_alone(self, work: Work) -> StaleError | None:
        while True:
            try:
                (outcome,) = await self._write([work])
            except (StoreBusyError, StoreUnusableError) as error:
                event = Event.STORE_BUSY if isinstance(error, StoreBusyError) else Event.STORE_UNUSABLE
                if times := self._board.note(TroubleSpot(TroubleKind.DATABASE), str(error)):
                    about = {"reason": str(error), "again_in": PAUSE.total_seconds(), "times": times}
                    log.warning(event, failed="delivery", **about)
                await asyncio.sleep(PAUSE.total_seconds())
            else:
                return outcome

    async def _write(self, works: Sequence[Work]) -> list[StaleError | None]:
        return await asyncio.wrap_future(self._store.submit(lambda tx: [_outcome(work, tx) for work in works]))


def _outcome(work: Work, tx: Transaction) -> StaleError | None:
    try:
        work(tx)
    except StaleError as error:
        return error
    return None
