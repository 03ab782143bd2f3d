"""Timing: a due timer is decided and carried out, one transaction each.

    claim the due timers → facts → decide → compose → carry out

A timer that cannot be carried out, because maild stumbles over it or its decision stays stale, is put off, and stops no
other.

BUGS
    A timer that can never be carried out is tried for ever, every ten minutes, and says so in the log each time.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event as Bell

from maild import desk
from maild.carrying import InForce, pack_attachments
from maild.desk import House
from maild.errors import StaleError, StoreBusyError, StoreUnusableError
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.model.decision import Decision, Outcome, OutcomeKind, Timer, TimerKind
from maild.model.explaining import explanation
from maild.model.facts import Facts
from maild.stopwatch import Stopwatch
from maild.store import Carrying, Store, Transaction

BATCH = 50
ROUNDS = 5
NAP_SECONDS = 5
AGAIN_AFTER = timedelta(minutes=10)

log = journal("timing")


class Timing:
    """The leg that fires timers. One thread; `claim` names this daemon's life.

    `watch` is told how long deciding takes.
    """

    def __init__(self, store: Store, in_force: InForce, claim: str, watch: Stopwatch | None = None) -> None:
        self._store = store
        self._in_force = in_force
        self._house, self._desk = in_force.get()
        self._claim = claim
        self._watch = watch or Stopwatch()
        self._planned: tuple[House, datetime] | None = None

    def run(self, stop: Bell, bell: Bell, done: Callable[[], None]) -> None:
        """Fire what is due until told to stop; `bell` is rung when a timer may have been started."""
        while not stop.is_set():
            bell.clear()
            if self.fire_due():
                done()
            elif not stop.is_set():
                bell.wait(timeout=NAP_SECONDS)

    def fire_due(self) -> int:
        """Fire the timers that are due; return how many were carried out."""
        now = self._desk.now()
        self._plan(now)
        timers = self._store.write(lambda tx: tx.claim_timers(self._claim, BATCH, now))
        return sum([self._fire(timer) for timer in timers])

    def _plan(self, now: datetime) -> None:
        """Plan what the desk does by schedule: at first, when rules are exchanged, and when the clock is put back."""
        house, _ = self._in_force.get()
        if self._planned is not None and self._planned[0] is house and self._planned[1] <= now:
            return
        self._store.write(lambda tx: tx.plan_occasions(desk.plan_occasions(house, tx.occasions(now), now)))
        self._planned = house, now

    def _fire(self, timer: Timer) -> bool:
        reach(Failpoint.TIMING_CLAIMED)
        about = {"timer": timer.id, "kind": timer.kind.value, "ticket": timer.ticket}
        try:
            is_fired = self._carry_out_fresh(timer, about)
        except (StoreBusyError, StoreUnusableError):
            raise  # no timer's fault: all of them stay in hand and come again
        except Exception:
            log.exception(Event.DECISION_FAILED, **about)
            is_fired = False
        if not is_fired:
            again_at = self._desk.now() + AGAIN_AFTER
            with suppress(StaleError):  # it was stopped while it was in hand: there is nothing to put off
                self._store.write(lambda tx: tx.postpone_timer(timer.id, self._claim, again_at))
        return is_fired

    def _carry_out_fresh(self, timer: Timer, about: Mapping[str, object]) -> bool:
        """Decide a timer and carry it out, again where its facts changed meanwhile; False if they did each time."""
        why = None
        for _ in range(ROUNDS):
            why = self._carry_out(timer)
            if why is None:
                log.info(Event.TIMER_FIRED, **about)
                return True
        log.warning(Event.DECISION_STALE, **about, reason=why)
        return False

    def _carry_out(self, timer: Timer) -> str | None:
        """Decide a timer and carry it out; where that was in vain because its facts changed meanwhile, say how."""
        self._house, self._desk = self._in_force.get()
        now = self._desk.now()
        facts = self._store.read(lambda reader: reader.answer([desk.ask_of_timer(timer)], now))[0]
        with self._watch.timed("timer", 1):
            decision = self._decide(timer, facts, now)
        mails = self._desk.write_mails(decision, facts, now)
        story = json.dumps(explanation(None, decision, mails), ensure_ascii=False)
        work = Carrying(None, timer.id, self._claim, decision, mails, pack_attachments(decision), story)

        def carry_out(tx: Transaction) -> dict[int, str]:
            stale = tx.carry_out([work], now)
            reach(Failpoint.TIMING_CARRIED_OUT)
            return stale

        stale = self._store.write(carry_out)
        reach(Failpoint.TIMING_COMMITTED)
        return stale.get(0)

    def _decide(self, timer: Timer, facts: Facts, now: datetime) -> Decision:
        if timer.kind is not TimerKind.UNDELIVERED:
            return desk.decide_timer(timer, facts, self._house, now)
        undelivered = self._store.read(lambda reader: reader.find_undelivered(timer.subject_id))
        if undelivered is None:
            return Decision(Outcome(OutcomeKind.DESK, reason="the mail is gone"), (), (), (), None, ())
        return desk.keep_time(desk.decide_undelivered(undelivered, facts, self._house, now), facts, self._house, now)
