"""Timing: due timers are decided and carried out, a portion at a time.

    claim the due timers → facts → decide → compose → carry out

Each is carried out whole or not at all; of one ticket, one after the other. A timer that cannot be carried out, because
maild stumbles over it or its decision stays stale, is put off, and stops no other.

BUGS
    A timer that can never be carried out is tried for ever, every ten minutes, and says so in the log each time.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event as Bell

from maild import desk
from maild.carrying import InForce, draw_charts, pack_attachments
from maild.desk import House
from maild.errors import DrawingFailedError, StaleError, StoreBusyError, StoreUnusableError
from maild.failpoints import Failpoint, reach
from maild.journal import Event, journal
from maild.model.decision import Decision, Outcome, OutcomeKind, Timer, TimerKind
from maild.model.explaining import explanation
from maild.model.facts import Facts
from maild.model.rounds import Round
from maild.stopwatch import Stopwatch
from maild.store import Carrying, Store, Transaction

BATCH = 200
PORTION = 50  # decided together, carried out together
ROUNDS = 5
NAP_SECONDS = 5.0
AGAIN_AFTER = timedelta(minutes=10)

log = journal("timing")


class Timing:
    """The leg that fires timers. One thread; `claim` names this daemon's life.

    `watch` is told how long deciding takes.
    """

    def __init__(
        self,
        store: Store,
        in_force: InForce,
        claim: str,
        watch: Stopwatch | None = None,
        *,
        nap_seconds: float = NAP_SECONDS,
    ) -> None:
        self._store = store
        self._in_force = in_force
        self._house, self._desk = in_force.get()
        self._claim = claim
        self._watch = watch or Stopwatch()
        self._nap_seconds = nap_seconds
        self._planned: tuple[House, datetime] | None = None

    def run(self, stop: Bell, bell: Bell, done: Callable[[], None]) -> None:
        """Fire what is due until told to stop; `bell` is rung when a timer may have been started."""
        while not stop.is_set():
            bell.clear()
            if self.fire_due():
                done()
            elif not stop.is_set():
                bell.wait(timeout=self._nap_seconds)

    def fire_due(self) -> int:
        """Fire the timers that are due; return how many were carried out."""
        now = self._desk.now()
        self._plan(now)
        timers = self._store.write(lambda tx: tx.claim_timers(self._claim, BATCH, now))
        if not timers:
            return 0
        reach(Failpoint.TIMING_CLAIMED)
        return sum(self._fire(timers[start : start + PORTION]) for start in range(0, len(timers), PORTION))

    def _plan(self, now: datetime) -> None:
        """Plan what the desk does by schedule: at first, when rules are exchanged, and when the clock is put back."""
        house, _ = self._in_force.get()
        if self._planned is not None and self._planned[0] is house and self._planned[1] <= now:
            return
        self._store.write(lambda tx: tx.plan_occasions(desk.plan_occasions(house, tx.occasions(now), now)))
        self._planned = house, now

    def _fire(self, timers: Sequence[Timer]) -> int:
        """Fire timers in rounds; return how many were carried out.

        What is stale round after round, though nothing else changes, is put off.
        """
        left, fruitless, fired = list(timers), 0, 0
        while left:
            taken, later = next_round(left)
            done, stale = self._fire_round(taken)
            fired, fruitless = fired + done, 0 if done else fruitless + 1
            if fruitless == ROUNDS:
                for timer, why in stale:
                    log.warning(Event.DECISION_STALE, **_about(timer), reason=why)
                    self._put_off(timer)
                stale, fruitless = [], 0
            left = self._still_ours([*(timer for timer, _ in stale), *later])
        return fired

    def _still_ours(self, timers: Sequence[Timer]) -> list[Timer]:
        """Leave out the timers that what was done meanwhile has stopped."""
        ids = [timer.id for timer in timers]
        ours = self._store.read(lambda reader: reader.timers_in_hand(ids, self._claim)) if ids else frozenset()
        return [timer for timer in timers if timer.id in ours]

    def _fire_round(self, timers: Sequence[Timer]) -> tuple[int, list[tuple[Timer, str]]]:
        """Decide timers of different tickets and carry them out together.

        Return how many were, and those to be decided again, with why.
        """
        self._house, self._desk = self._in_force.get()
        now = self._desk.now()
        works = self._works(timers, now)

        def carry_out(tx: Transaction) -> dict[int, str]:
            stale = tx.carry_out([work for _, work in works], now)
            reach(Failpoint.TIMING_CARRIED_OUT)
            return stale

        stale = self._store.write(carry_out)
        reach(Failpoint.TIMING_COMMITTED)
        for index, (timer, _) in enumerate(works):
            if index not in stale:
                log.info(Event.TIMER_FIRED, **_about(timer))
        return len(works) - len(stale), [(works[index][0], why) for index, why in stale.items()]

    def _works(self, timers: Sequence[Timer], now: datetime) -> list[tuple[Timer, Carrying]]:
        """Decide timers, each knowing what those before it want; whichever maild stumbles over is put off."""
        asked = [desk.ask_of_timer(timer, self._house) for timer in timers]
        facts_of = self._store.read(lambda reader: reader.answer(asked, now))
        so_far, works = Round(), []
        for timer, question, known in zip(timers, asked, facts_of, strict=True):
            facts = so_far.known_to(question, known, now)
            try:
                with self._watch.timed("timer", 1):
                    decision = self._decide(timer, facts, now)
                works.append((timer, self._write(timer, decision, facts, now)))
            except (StoreBusyError, StoreUnusableError):
                raise  # no timer's fault: all of them stay in hand and come again
            except Exception:
                log.exception(Event.DECISION_FAILED, **_about(timer))
                self._put_off(timer)
                continue
            so_far.add(decision, facts, now)
        return works

    def _write(self, timer: Timer, decision: Decision, facts: Facts, now: datetime) -> Carrying:
        mails = self._desk.write_mails(_drawn(timer, decision), facts, now)
        story = json.dumps(explanation(None, decision, mails), ensure_ascii=False)
        return Carrying(None, timer.id, self._claim, decision, mails, pack_attachments(decision), story)

    def _put_off(self, timer: Timer) -> None:
        again_at = self._desk.now() + AGAIN_AFTER
        with suppress(StaleError):  # it was stopped while it was in hand: there is nothing to put off
            self._store.write(lambda tx: tx.postpone_timer(timer.id, self._claim, again_at))

    def _decide(self, timer: Timer, facts: Facts, now: datetime) -> Decision:
        if timer.kind is not TimerKind.UNDELIVERED:
            return desk.decide_timer(timer, facts, self._house, now)
        undelivered = self._store.read(lambda reader: reader.find_undelivered(timer.subject_id))
        if undelivered is None:
            return Decision(Outcome(OutcomeKind.DESK, reason="the mail is gone"), (), (), (), None, ())
        return desk.keep_time(desk.decide_undelivered(undelivered, facts, self._house, now), facts, self._house, now)


def next_round(timers: Sequence[Timer]) -> tuple[list[Timer], list[Timer]]:
    """Take the timers of which no two are about one ticket, and leave those that must wait for them."""
    seen: set[int | str] = set()
    taken: list[Timer] = []
    later: list[Timer] = []
    for timer in timers:
        # What the desk does by schedule is about all tickets.
        key = timer.ticket or timer.kind.value
        (later if key in seen else taken).append(timer)
        seen.add(key)
    return taken, later


def _drawn(timer: Timer, decision: Decision) -> Decision:
    """Draw what the mails show; a report comes without its pictures rather than not at all."""
    try:
        return draw_charts(decision)
    except DrawingFailedError as error:
        log.warning(Event.CHARTS_NOT_DRAWN, **_about(timer), reason=str(error))
        return decision


def _about(timer: Timer) -> Mapping[str, object]:
    return {"timer": timer.id, "kind": timer.kind.value, "ticket": timer.ticket}
