"""Alarming: what is wrong with the desk itself is told to the administrators, once, and once more when it is over.

    look at the disk and the database → what is due on the board → the first door that opens → remember (commit)

The doors stand apart from what they tell of: mails go straight to a relay, without the outbox, and need no database. An
alarm about a relay never goes by that relay, and one that was ill when last tried is tried after all others.

BUGS
    Dying between a door's word and our commit tells the same again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import Final

from maild.clock import Step
from maild.config import Config
from maild.doors import Door
from maild.errors import MaildError, StoreBusyError, StoreUnusableError
from maild.journal import Event, journal
from maild.model.outgoing import OutgoingMail
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from maild.store import Packed, Store, Transaction, pack
from maild.troubles import Board

LOOK_SECONDS: Final = 5.0
DOOR_SECONDS: Final = 90.0
DATABASE: Final = TroubleSpot(TroubleKind.DATABASE)
DISK: Final = TroubleSpot(TroubleKind.DISK)
RULES: Final = TroubleSpot(TroubleKind.RULES)
CLOCK: Final = TroubleSpot(TroubleKind.CLOCK)

REST_FIRST: Final = 60.0
REST_MOST: Final = 600.0

log = journal("alarming")


@dataclass(frozen=True, slots=True)
class _Rest:
    """A door is left alone `until` then, and for twice as many `seconds` next time."""

    until: float
    seconds: float


_NO_REST: Final = _Rest(0.0, REST_FIRST / 2)


class Alarming:
    """The leg that tells. `limit` is the largest mail in bytes; `set_back` brings how far the clock was put back."""

    def __init__(
        self,
        board: Board,
        doors: Sequence[Door],
        store: Store,
        *,
        limit: int,
        now: Callable[[], datetime],
        set_back: "SimpleQueue[timedelta]",
    ) -> None:
        self._board = board
        self._doors = tuple(doors)
        self._store = store
        self._limit = limit
        self._now = now
        self._set_back = set_back
        self._behind = timedelta(0)
        self._rests: dict[str, _Rest] = {}
        self._unwritten: list[tuple[Alarm, list[tuple[OutgoingMail, Packed]], str]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Look and tell until told to stop."""
        while not stop.is_set():
            self.look()
            await self.tell()
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=LOOK_SECONDS)
            waiting.cancel()

    def look(self) -> None:
        """See how the disk is."""
        shortage = self._store.find_shortage(self._limit)
        if shortage is None:
            self._board.clear(DISK)
        elif times := self._board.note(DISK, shortage, is_urgent=True):
            log.error(Event.DISK_SHORT, reason=shortage, times=times)

    async def tell(self) -> None:
        """Tell what is due, and write down what was told."""
        for alarm in self._board.due():
            if await self._tell(alarm):
                self._board.settle(alarm)
        await self._write()

    async def _tell(self, alarm: Alarm) -> bool:
        for door in self._doors_for(alarm):
            try:
                async with asyncio.timeout(DOOR_SECONDS):
                    taken = await door.take(alarm)
            except (MaildError, TimeoutError) as error:
                rest = self._rest(door)
                reason = str(error) or f"no answer for {DOOR_SECONDS:.0f} s"
                log.warning(Event.ALARM_NOT_TAKEN, door=door.name, about=str(alarm.spot), reason=reason, again_in=rest)
            else:
                self._rests.pop(door.name, None)
                event = Event.ALL_CLEAR_GIVEN if alarm.is_over else Event.ALARM_GIVEN
                log.warning(event, about=str(alarm.spot), door=door.name, reason=alarm.reason)
                self._unwritten.append(
                    (alarm, [(mail, pack(b"".join(mail.pieces))) for mail in taken.mails], taken.reply)
                )
                return True
        return False

    def _doors_for(self, alarm: Alarm) -> list[Door]:
        """Give the doors in turn: a locked one is not the one to shout through."""
        now = asyncio.get_running_loop().time()
        doors = [door for door in self._doors if alarm.is_over or door.spot != alarm.spot]
        rested = [door for door in doors if self._rests.get(door.name, _NO_REST).until <= now]
        return sorted(rested, key=lambda door: door.spot is not None and self._board.is_ill(door.spot))

    def _rest(self, door: Door) -> float:
        """Leave a door alone that did not open: a sign-in that is refused shall not be tried all the time."""
        seconds = min(self._rests.get(door.name, _NO_REST).seconds * 2, REST_MOST)
        self._rests[door.name] = _Rest(asyncio.get_running_loop().time() + seconds, seconds)
        return seconds

    async def _write(self) -> None:
        """Write down what was told, and make up for a clock that was put back; so a database that was ill is tried."""
        while not self._set_back.empty():
            self._behind += self._set_back.get_nowait()
        told, behind, now = tuple(self._unwritten), self._behind, self._now()
        if not told and not behind and not self._board.is_ill(DATABASE):
            return

        def write(tx: Transaction) -> None:
            for alarm, mails, reply in told:
                tx.record_alarm(alarm, mails, reply, now)
            if behind:
                tx.bring_forward(behind, now)

        try:
            await asyncio.wrap_future(self._store.submit(write))
        except (StoreBusyError, StoreUnusableError) as error:
            event = Event.STORE_BUSY if isinstance(error, StoreBusyError) else Event.STORE_UNUSABLE
            if times := self._board.note(DATABASE, str(error)):
                log.warning(event, failed="alarming", reason=str(error), again_in=LOOK_SECONDS, times=times)
        else:
            del self._unwritten[: len(told)]
            self._behind -= behind
            self._board.clear(DATABASE)


def restore_alarms(board: Board, store: Store, config: Config, now: datetime) -> None:
    """Take up the alarms of an earlier life; what nobody watches any more, or was well on the way here, is over."""
    board.restore(store.read(lambda reader: reader.open_alarms(now)))
    for spot in set(board.spots()) - _watched(config):
        board.clear(spot)


def tell_step(board: Board, set_back: "SimpleQueue[timedelta]", step: Step, at: datetime) -> None:
    """Note that somebody set the clock; what was dated by a later clock must not wait for that time to come."""
    by = int(step.by.total_seconds())
    if by < 0:
        set_back.put(-step.by)
    if step.is_doubted:
        reason = f"it was put {'forward' if by > 0 else 'back'} by {abs(by)} s, to {at:%Y-%m-%d %H:%M:%S} UTC"
        if times := board.note(CLOCK, reason, is_urgent=True):
            log.error(Event.CLOCK_SET, reason=reason, times=times)
    else:
        board.clear(CLOCK)
        log.warning(Event.CLOCK_BELIEVED, by=by)


def _watched(config: Config) -> set[TroubleSpot]:
    """Name what is found ill or well only by its own leg."""
    mailboxes = config.mailboxes.items()
    places = [f"{name}/{folder}" for name, settings in mailboxes for folder in (settings.folder, *settings.also)]
    return {
        DATABASE,
        DISK,
        RULES,
        *(TroubleSpot(TroubleKind.MAILBOX, place) for place in places),
        *(TroubleSpot(TroubleKind.RELAY, name) for name in config.relays),
        *((TroubleSpot(TroubleKind.WEB),) if config.web.listen is not None else ()),
    }
