"""Delivery: the outbox becomes delivered mail.

    claim due → offer (MAIL, RCPT) → record "handing over" (commit) → hand over (DATA … dot) → record the end (commit)

A mail goes twice only if the answer to its final dot was not recorded; then the same bytes go once more, and if that is
in doubt too, it ends as expired and someone is told.

BUGS
    Dying between the relay's 250 and our commit sends the mail a second time, under the same Message-ID.
    A mail on which something fails that nobody foresaw stays in hand until the daemon is started again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.errors import AccountError, RelayRefusedError, RelayUnavailableError, StaleError
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.ledger import Ledger
from maild.model.outgoing import Accepted, Deferred, DueMail, InDoubt, MailState, Offered, Refused
from maild.model.trouble import TroubleKind, TroubleSpot
from maild.retry import LONGEST, next_attempt
from maild.smtp import Relay
from maild.store import Store
from maild.troubles import Board

CLAIM = 8
NAP = timedelta(seconds=30)
SOON = timedelta(milliseconds=50)
PAUSE_FIRST = timedelta(seconds=1)
PAUSE_LAST = timedelta(seconds=30)  # a relay that is back is used again within the minute
PAUSE_REFUSED = timedelta(minutes=10)

log = journal("delivery")


@dataclass(frozen=True, slots=True)
class Tools:
    """What every channel shares. `given_up` is called after a mail ended undelivered."""

    store: Store
    ledger: Ledger
    claim: str
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    given_up: Callable[[], None]
    board: Board

    @property
    def is_time_doubted(self) -> bool:
        """Whether the clock was set, so that no mail may be given up for its age."""
        return self.board.is_ill(TroubleSpot(TroubleKind.CLOCK))


class Ward:
    """What all connections to one relay know of its health: while it is ill one of them tries, and the others wait.

    `stamp` tells one version of the password from another: a new one is tried at once.
    """

    def __init__(self, name: str, board: Board, stamp: Callable[[], object]) -> None:
        self.name = name
        self.stamp = stamp
        self.well = asyncio.Event()
        self.well.set()
        self._spot = TroubleSpot(TroubleKind.RELAY, name)
        self._board = board
        self._nurse: object = None

    def falls_ill(self, nurse: object, error: AccountError, *, is_urgent: bool) -> int:
        """Note why; the first who found it ill is who tries again. Returns what Board.note returns.

        A relay to which we cannot sign in for want of a token was reached: it is the sign-in that is ill.
        """
        self.well.clear()
        self._nurse = self._nurse or nurse
        spot = TroubleSpot(TroubleKind.SIGN_IN, error.sign_in) if error.sign_in else self._spot
        if spot != self._spot:
            self._board.clear(self._spot)
        return self._board.note(spot, str(error), is_urgent=is_urgent)

    def recovers(self) -> None:
        """Note that a session was to be had."""
        self._nurse = None
        self.well.set()
        self._board.clear(self._spot)

    def may_try(self, channel: object) -> bool:
        """Whether it is this channel's turn."""
        return self.well.is_set() or self._nurse is channel


class Channel:
    """One connection to one relay, handing over one mail at a time."""

    def __init__(self, ward: Ward, relay: Relay, tools: Tools) -> None:
        self._ward = ward
        self._name = ward.name
        self._relay = relay
        self._tools = tools
        self._pause = PAUSE_FIRST
        self._rest = timedelta(0)
        self._ending: asyncio.Task[None] | None = None
        self._log = log.bind(relay=ward.name)

    async def run(self, stop: asyncio.Event, bell: asyncio.Event) -> None:
        """Deliver what is due until told to stop, never stopping in the middle of a mail."""
        try:
            while not stop.is_set():
                bell.clear()
                if not self._ward.may_try(self):
                    await wait_for_any(stop, self._ward.well, seconds=NAP.total_seconds())
                    continue
                stamp = self._ward.stamp()
                was_busy = await self.deliver_due(stop)
                if self._rest:
                    await self._rest_from(stamp, stop)
                elif not was_busy:
                    await wait_for_any(stop, bell, seconds=await self._idle_time())
        finally:
            await self._relay.close()

    async def _rest_from(self, stamp: object, stop: asyncio.Event) -> None:
        """Leave a relay alone that is ill; not longer than it takes somebody to mend the password."""
        until = asyncio.get_running_loop().time() + self._rest.total_seconds()
        while (left := until - asyncio.get_running_loop().time()) > 0 and not stop.is_set():
            if self._ward.stamp() != stamp:
                return
            await wait_for_any(stop, seconds=min(left, NAP.total_seconds()))

    async def deliver_due(self, stop: asyncio.Event) -> int:
        """Hand the mails of one claim to the relay once; return how many were claimed."""
        tools = self._tools
        self._rest = timedelta(0)
        mails = await asyncio.wrap_future(
            tools.store.submit(lambda tx: tx.claim_due(tools.claim, CLAIM, (self._name,), tools.now()))
        )
        waiting = deque(mails)
        try:
            await self._deliver_each(waiting, stop)
        except Exception:
            await self._put_back(waiting)
            raise
        finally:
            await self._ended()
        await self._put_back(waiting)
        return len(mails)

    async def _deliver_each(self, waiting: deque[DueMail], stop: asyncio.Event) -> None:
        """Take mail after mail out of `waiting`; what is left there was not tried."""
        while waiting and not stop.is_set():
            reach(Failpoint.DELIVERY_CLAIMED)
            mail = waiting.popleft()
            await self._deliver(mail)
            if self._rest:
                waiting.appendleft(mail)
                return

    async def _deliver(self, mail: DueMail) -> None:
        """Bring one mail to its next state; when it is the relay that is not well, say how long to leave it alone."""
        try:
            if self._tools.now() >= mail.expires_at and not self._tools.is_time_doubted:
                await self._give_up(mail, MailState.EXPIRED, "it could not be delivered in time")
                return
            await self._offer(mail)
            self._pause = PAUSE_FIRST
            self._ward.recovers()
        except StaleError as error:
            self._log.warning(Event.CLAIM_LOST, mail=mail.id, to=mail.recipient, reason=str(error))
        except RelayUnavailableError as error:
            self._rest, self._pause = self._pause, min(self._pause * 2, PAUSE_LAST)
            if times := self._ward.falls_ill(self, error, is_urgent=False):
                seconds = self._rest.total_seconds()
                self._log.warning(Event.RELAY_LOST, reason=str(error), again_in=seconds, times=times)
        except RelayRefusedError as error:
            self._rest = PAUSE_REFUSED
            if times := self._ward.falls_ill(self, error, is_urgent=True):
                seconds = self._rest.total_seconds()
                self._log.error(Event.RELAY_REFUSED, reason=str(error), again_in=seconds, times=times)

    async def _offer(self, mail: DueMail) -> None:
        match await self._relay.offer(mail):
            case Offered():
                reach(Failpoint.DELIVERY_OFFERED)
                tools = self._tools
                handing_over = tools.ledger.record(lambda tx: tx.record_handing_over(mail.id, mail.claim, tools.now()))
                await asyncio.gather(handing_over, self._ended())
                reach(Failpoint.DELIVERY_HANDING_OVER)
                await self._hand_over(mail)
            case Deferred(reason):
                await self._defer(mail, reason, is_doubt=False)
            case Refused(reason):
                await self._give_up(mail, MailState.REFUSED, reason)

    async def _hand_over(self, mail: DueMail) -> None:
        outcome = await self._relay.hand_over(mail)
        reach(Failpoint.DELIVERY_HANDED_OVER)
        match outcome:
            case Accepted(reply):
                self._ending = asyncio.create_task(self._end(mail, reply, self._tools.now()))
                return
            case Deferred(reason):
                await self._defer(mail, reason, is_doubt=False)
            case Refused(reason):
                await self._give_up(mail, MailState.REFUSED, reason)
            case InDoubt(reason) if mail.doubts:
                await self._give_up(mail, MailState.EXPIRED, f"twice in doubt whether it was taken: {reason}")
            case InDoubt(reason):
                await self._defer(mail, reason, is_doubt=True)
        reach(Failpoint.DELIVERY_RECORDED)

    async def _end(self, mail: DueMail, reply: str, now: datetime) -> None:
        """Record that a mail was accepted, while the next is offered."""
        try:
            await self._tools.ledger.record(lambda tx: tx.record_accepted(mail.id, mail.claim, reply, now))
            self._log.info(Event.MAIL_ACCEPTED, mail=mail.id, to=mail.recipient)
            reach(Failpoint.DELIVERY_RECORDED)
        except StaleError as error:
            self._log.warning(Event.CLAIM_LOST, mail=mail.id, to=mail.recipient, reason=str(error))

    async def _ended(self) -> None:
        """Wait until the end of the mail before is recorded: of two at once nobody shall be in doubt."""
        ending, self._ending = self._ending, None
        if ending:
            await ending

    async def _defer(self, mail: DueMail, reason: str, *, is_doubt: bool) -> None:
        tools, now = self._tools, self._tools.now()
        first_at, expires_at = mail.created_at, mail.expires_at
        if tools.is_time_doubted:
            first_at, expires_at = now, now + LONGEST
        next_at = next_attempt(first_at, now, mail.attempts + 1, expires_at, tools.jitter())
        if next_at is None:
            await self._give_up(mail, MailState.EXPIRED, reason)
            return
        await self._tools.ledger.record(
            lambda tx: tx.record_deferred(mail.id, mail.claim, reason, next_at, is_doubt=is_doubt, now=now)
        )
        event = Event.MAIL_IN_DOUBT if is_doubt else Event.MAIL_DEFERRED
        self._log.warning(event, mail=mail.id, to=mail.recipient, reason=reason, next_at=next_at.isoformat())

    async def _give_up(self, mail: DueMail, state: MailState, reason: str) -> None:
        await self._tools.ledger.record(
            lambda tx: tx.record_given_up(mail.id, mail.claim, state, reason, self._tools.now())
        )
        event = Event.MAIL_REFUSED if state is MailState.REFUSED else Event.MAIL_EXPIRED
        self._log.error(event, mail=mail.id, to=mail.recipient, reason=reason)
        self._tools.given_up()

    async def _put_back(self, mails: Collection[DueMail]) -> None:
        """Return mails that were not tried: the relay's illness is not counted against them."""
        # Not longer than the channel itself rests, should the password be mended: nobody else tries meanwhile.
        tools, due_at = self._tools, self._tools.now() + min(self._rest, PAUSE_LAST)
        if mails:
            await self._tools.ledger.record(
                lambda tx: tx.put_back_mails([mail.id for mail in mails], tools.claim, due_at)
            )

    async def _idle_time(self) -> float:
        """Say in how many seconds the next mail is due, or a bell not heard is made up for."""
        due_at: datetime | None = await asyncio.to_thread(
            self._tools.store.read, lambda reader: reader.next_due_at((self._name,))
        )
        wait = NAP if due_at is None else min(max(due_at - self._tools.now(), SOON), NAP)
        return wait.total_seconds()


async def wait_for_any(*events: asyncio.Event, seconds: float) -> None:
    """Return when one of the events is set, or after so many seconds."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
